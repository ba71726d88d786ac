//! The linear tetrahedron method around a grid point.

use ndarray::ArrayView2;
use phono_core::{Error, Grid, Result, ensure_shape};

use crate::BrillouinZone;

/// Tetrahedra of one cut that meet at a grid point.
pub const N_TETRAHEDRA: usize = 24;
/// Distinct vertices of these tetrahedra, the point itself among them.
pub const N_VERTICES: usize = 15;

/// One number for each vertex; the last repeats the first, so that they fill vectors.
pub(crate) type Values = [f64; N_VERTICES + 1];

/// One number for each tetrahedron.
pub(crate) type Lanes = [f64; N_TETRAHEDRA];

/// The tetrahedra around a point: those of one cut of the cells, or of several that weights
/// are the mean of.
#[derive(Debug, Clone)]
pub struct Tetrahedra {
    cuts: Vec<Cut>,
}

/// Where the wave vectors with frequencies are: at the points of a grid, or at all their
/// images in the zone.
#[derive(Debug, Clone, Copy)]
pub enum WaveVectors<'a> {
    /// One for each grid point.
    Grid(Grid<'a>),
    /// One for each image.
    Zone(BrillouinZone<'a>),
}

impl WaveVectors<'_> {
    /// The vertices of `cut` around wave vector `q`, moved by `sign` times the offsets.
    #[inline(always)]
    pub(crate) fn around(&self, cut: &Cut, q: usize, sign: i64) -> [usize; N_VERTICES] {
        match self {
            Self::Grid(grid) => cut.around(*grid, grid.address(q), sign),
            Self::Zone(zone) => cut.around_image(zone, q, sign),
        }
    }
}

/// The vertices of the tetrahedra of one cut.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    offsets: [[i64; 3]; N_VERTICES],
    /// Those of a tetrahedron beside the point: one, another, the third.
    corners: [[u8; N_TETRAHEDRA]; 3],
    /// Whether all offsets are -1, 0 or 1.
    near: bool,
}

impl Tetrahedra {
    /// Copy `offsets[v]`, addresses relative to the point (the first of each cut is the point
    /// itself), and `corners[t]`, the other three vertices of each tetrahedron.
    pub fn new(offsets: ArrayView2<'_, i64>, corners: ArrayView2<'_, i64>) -> Result<Self> {
        let n = (offsets.nrows() / N_VERTICES).max(1);
        ensure_shape("offsets", offsets.shape(), &[n * N_VERTICES, 3])?;
        ensure_shape("corners", corners.shape(), &[n * N_TETRAHEDRA, 3])?;
        let corners = |cut: usize, t: usize, k: usize| {
            let row = corners[[cut * N_TETRAHEDRA + t, k]] - (cut * N_VERTICES) as i64;
            (1..N_VERTICES as i64).contains(&row).then_some(row as usize)
        };
        let others =
            |c: usize| (0..N_TETRAHEDRA).flat_map(move |t| (0..3).map(move |k| (c, t, k)));
        if (0..n).flat_map(others).any(|(c, t, k)| corners(c, t, k).is_none()) {
            return Err(Error::Domain(format!(
                "corners must be in 1 to {}, counted within their cut",
                N_VERTICES - 1
            )));
        }
        let cut = |c: usize| {
            let offsets: [[i64; 3]; N_VERTICES] = std::array::from_fn(|v| {
                std::array::from_fn(|i| offsets[[c * N_VERTICES + v, i]])
            });
            Cut {
                near: offsets.as_flattened().iter().all(|o| (-1..=1).contains(o)),
                offsets,
                corners: std::array::from_fn(|k| {
                    std::array::from_fn(|t| corners(c, t, k).unwrap_or_default() as u8)
                }),
            }
        };
        Ok(Self { cuts: (0..n).map(cut).collect() })
    }

    /// The cuts.
    #[inline(always)]
    pub(crate) fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// What the weights of one cut count in the mean over all.
    #[inline(always)]
    pub(crate) fn share(&self) -> f64 {
        1.0 / self.cuts.len() as f64
    }
}

impl Cut {
    /// Grid indices of the vertices around `address`, moved by `sign` times the offsets.
    #[inline(always)]
    pub(crate) fn around(
        &self,
        grid: Grid<'_>,
        address: [i64; 3],
        sign: i64,
    ) -> [usize; N_VERTICES] {
        let mesh = grid.mesh();
        if !self.near {
            return self.offsets.map(|offset| {
                grid.index(std::array::from_fn(|i| address[i] + sign * offset[i]))
            });
        }
        // Offsets are -1, 0 or 1, so one table a component replaces every division.
        let mut wrapped = [[0; 3]; 3];
        let mut step = 1;
        for i in 0..3 {
            for (o, x) in wrapped[i].iter_mut().enumerate() {
                let moved = address[i] + o as i64 - 1;
                *x = step * moved.rem_euclid(mesh[i] as i64) as usize;
            }
            step *= mesh[i];
        }
        let mut indices = [0; N_VERTICES];
        for (index, offset) in indices.iter_mut().zip(&self.offsets) {
            for i in 0..3 {
                *index += wrapped[i][(sign * offset[i] + 1) as usize];
            }
        }
        indices
    }

    /// Images of the vertices around image `i`, moved by `sign` times the offsets.
    #[inline(always)]
    pub(crate) fn around_image(
        &self,
        zone: &BrillouinZone<'_>,
        i: usize,
        sign: i64,
    ) -> [usize; N_VERTICES] {
        let address = zone.address(i);
        let mut vertices = self.around(zone.grid(), address, sign);
        for (vertex, offset) in vertices.iter_mut().zip(&self.offsets) {
            let there = std::array::from_fn(|x| address[x] + sign * offset[x]);
            *vertex = zone.image(*vertex, there);
        }
        vertices
    }

    /// Write the values at the three outer vertices of every tetrahedron.
    #[inline(always)]
    pub(crate) fn corners(&self, values: &Values, out: &mut [Lanes; 3]) {
        for (out, corners) in out.iter_mut().zip(&self.corners) {
            for (x, corner) in out.iter_mut().zip(corners) {
                // Never more, which spares a look.
                *x = values[usize::from(corner & N_VERTICES as u8)];
            }
        }
    }
}
