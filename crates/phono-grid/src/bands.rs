//! Values of bands on a grid.

use ndarray::{ArrayView1, ArrayView2, ArrayView3};
use phono_core::{Error, Grid, Result, ensure_index, ensure_shape};

use crate::tetrahedra::{Cut, N_VERTICES};

/// Frequencies of bands on a grid, given at some points that stand for the others.
#[derive(Debug, Clone, Copy)]
pub struct Bands<'a> {
    grid: Grid<'a>,
    per_point: usize,
    frequencies: &'a [f64],
    points: &'a [i64],
    multiplicities: &'a [i64],
    rows: &'a [i64],
}

impl<'a> Bands<'a> {
    /// Borrow `frequencies[p, j]` (THz) at grid indices `points[p]`, of which each stands for
    /// `multiplicities[p]` points, and the row `rows[q]` that holds for each grid point.
    pub fn new(
        grid: Grid<'a>,
        frequencies: ArrayView2<'a, f64>,
        points: ArrayView1<'a, i64>,
        multiplicities: ArrayView1<'a, i64>,
        rows: ArrayView1<'a, i64>,
    ) -> Result<Self> {
        let (n_p, per_point) = frequencies.dim();
        ensure_shape("points", points.shape(), &[n_p])?;
        ensure_shape("multiplicities", multiplicities.shape(), &[n_p])?;
        ensure_shape("rows", rows.shape(), &[grid.n_q()])?;
        for &q in points {
            ensure_index("points", q, grid.n_q())?;
        }
        for &p in rows {
            ensure_index("rows", p, n_p)?;
        }
        Ok(Self {
            grid,
            per_point,
            frequencies: frequencies.to_slice().ok_or(Error::Layout("frequencies"))?,
            points: points.to_slice().ok_or(Error::Layout("points"))?,
            multiplicities: multiplicities
                .to_slice()
                .ok_or(Error::Layout("multiplicities"))?,
            rows: rows.to_slice().ok_or(Error::Layout("rows"))?,
        })
    }

    /// The grid.
    pub fn grid(&self) -> Grid<'a> {
        self.grid
    }

    /// Number of points with frequencies.
    pub fn n_points(&self) -> usize {
        self.points.len()
    }

    /// Number of bands.
    pub fn n_bands(&self) -> usize {
        self.per_point
    }

    /// Frequencies at point `p`, THz.
    #[inline(always)]
    pub(crate) fn at(&self, p: usize) -> &'a [f64] {
        &self.frequencies[p * self.per_point..(p + 1) * self.per_point]
    }

    /// Number of grid points that `p` stands for, in units of the whole grid.
    #[inline(always)]
    pub(crate) fn share(&self, p: usize) -> f64 {
        self.multiplicities[p] as f64 / self.grid.n_q() as f64
    }

    /// Rows of the vertices around point `p`.
    #[inline(always)]
    pub(crate) fn around(&self, cut: &Cut, p: usize) -> [usize; N_VERTICES] {
        let address = self.grid.address(self.points[p] as usize);
        cut.around(self.grid, address, 1).map(|q| self.rows[q] as usize)
    }

    /// Check what the bands carry and return it as a slice, `[p, j, w]`.
    pub(crate) fn carried<'w>(&self, weights: ArrayView3<'w, f64>) -> Result<&'w [f64]> {
        let n_w = weights.dim().2;
        ensure_shape("weights", weights.shape(), &[self.n_points(), self.per_point, n_w])?;
        weights.to_slice().ok_or(Error::Layout("weights"))
    }
}
