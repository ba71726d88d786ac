//! Bands at the vertices around the two wave vectors of a triplet.

use std::ops::Range;

use ndarray::ArrayView2;
use phono_core::{Error, Grid, Result, ensure_index, ensure_shape};

use crate::sorted_tetrahedra::Sorted;
use crate::targets::Targets;
use crate::tetrahedra::{Cut, Lanes, N_TETRAHEDRA, N_VERTICES, Values};

/// Frequencies on a whole grid, and triplets of its points.
#[derive(Debug, Clone, Copy)]
pub struct TripletBands<'a> {
    pub(crate) grid: Grid<'a>,
    pub(crate) n_bands: usize,
    /// `frequencies[q n_b + j]`, THz.
    pub(crate) frequencies: &'a [f64],
    points: &'a [[i64; 3]],
}

impl<'a> TripletBands<'a> {
    /// Borrow `frequencies[q, j]` (THz) on the whole grid and `points[t]`, the grid indices of
    /// `q, q', q''`.
    pub fn new(
        grid: Grid<'a>,
        frequencies: ArrayView2<'a, f64>,
        points: ArrayView2<'a, i64>,
    ) -> Result<Self> {
        let n_bands = frequencies.ncols();
        ensure_shape("frequencies", frequencies.shape(), &[grid.n_q(), n_bands])?;
        ensure_shape("points", points.shape(), &[points.nrows(), 3])?;
        for &q in points {
            ensure_index("points", q, grid.n_q())?;
        }
        let frequencies = frequencies.to_slice().ok_or(Error::Layout("frequencies"))?;
        let points = points.to_slice().ok_or(Error::Layout("points"))?.as_chunks().0;
        Ok(Self { grid, n_bands, frequencies, points })
    }

    /// Number of triplets.
    pub(crate) fn n_triplets(&self) -> usize {
        self.points.len()
    }

    /// `q'` and `q''` of triplet `t`.
    #[inline(always)]
    pub(crate) fn pair(&self, t: usize) -> [usize; 2] {
        let [_, q1, q2] = self.points[t];
        [q1 as usize, q2 as usize]
    }

    /// Frequencies at point `q`, THz.
    #[inline(always)]
    pub(crate) fn at(&self, q: usize) -> &'a [f64] {
        &self.frequencies[q * self.n_bands..(q + 1) * self.n_bands]
    }
}

/// Frequencies of every band at the vertices.
#[derive(Debug, Clone)]
pub(crate) struct Vertices {
    distinct: Vec<Values>,
    /// Lowest and highest of them.
    bounds: Vec<[f64; 2]>,
    corners: Vec<[Lanes; 3]>,
}

impl Vertices {
    /// Room for `n` bands.
    pub(crate) fn new(n: usize) -> Self {
        Self {
            distinct: vec![[0.0; N_VERTICES + 1]; n],
            bounds: vec![[0.0; 2]; n],
            corners: vec![[[0.0; N_TETRAHEDRA]; 3]; n],
        }
    }

    /// Take the frequencies of every band at the grid points `at`.
    #[inline(always)]
    pub(crate) fn gather(
        &mut self,
        cut: &Cut,
        frequencies: &[f64],
        at: &[usize; N_VERTICES],
    ) {
        let n_bands = self.distinct.len();
        for (v, q) in at.iter().enumerate() {
            for (j, f) in frequencies[q * n_bands..(q + 1) * n_bands].iter().enumerate() {
                self.distinct[j][v] = if *f > 0.0 { *f } else { 0.0 };
            }
        }
        for distinct in &mut self.distinct {
            distinct[N_VERTICES] = distinct[0];
        }
        for (distinct, corners) in self.distinct.iter().zip(&mut self.corners) {
            cut.corners(distinct, corners);
        }
        for (distinct, bounds) in self.distinct.iter().zip(&mut self.bounds) {
            *bounds = extremes(distinct);
        }
    }

    /// The lowest and the highest frequency of band `j`.
    #[inline(always)]
    pub(crate) fn bounds(&self, j: usize) -> [f64; 2] {
        self.bounds[j]
    }

    /// `f' + sign f''` of bands `j'` and `j''`.
    #[inline(always)]
    pub(crate) fn combine<'a>(
        &'a self,
        j1: usize,
        third: &'a Self,
        j2: usize,
        sign: f64,
    ) -> Combined<'a> {
        let mut values = self.distinct[j1];
        for (x, y) in values.iter_mut().zip(&third.distinct[j2]) {
            *x += sign * y;
        }
        let [lowest, highest] = extremes(&values);
        Combined {
            centre: values[0],
            lowest,
            highest,
            first: &self.corners[j1],
            second: &third.corners[j2],
            sign,
        }
    }
}

/// Sums or differences of two bands at the vertices.
pub(crate) struct Combined<'a> {
    centre: f64,
    lowest: f64,
    highest: f64,
    first: &'a [Lanes; 3],
    second: &'a [Lanes; 3],
    sign: f64,
}

impl Combined<'_> {
    /// Whether energy `w` lies between the vertices.
    #[inline(always)]
    pub(crate) fn contain(&self, w: f64) -> bool {
        self.lowest <= w && w <= self.highest
    }

    /// The ascending `targets` `w` for which `sign w` lies between the vertices.
    #[inline(always)]
    pub(crate) fn range(&self, targets: &Targets, sign: f64) -> Range<usize> {
        let (a, b) = (sign * self.lowest, sign * self.highest);
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        targets.within(low, high)
    }

    /// Sort every tetrahedron.
    #[inline(always)]
    pub(crate) fn sort(&self, sorted: &mut Sorted) {
        sorted.sort(self.centre, self.first, self.second, self.sign);
    }
}

/// The lowest and the highest of some values, half against half so that vectors do it.
#[inline(always)]
fn extremes(values: &Values) -> [f64; 2] {
    let (mut low, mut high) = (*values, *values);
    let mut half = values.len() / 2;
    while half > 0 {
        for v in 0..half {
            let (a, b) = (low[v + half], high[v + half]);
            low[v] = if a < low[v] { a } else { low[v] };
            high[v] = if b > high[v] { b } else { high[v] };
        }
        half /= 2;
    }
    [low[0], high[0]]
}
