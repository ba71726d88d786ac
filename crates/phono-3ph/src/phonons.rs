//! The phonons of a whole grid.

use num_complex::Complex64;
use phono_core::{Error, Grid, Modes, Result, ensure_shape};
use phono_grid::Tetrahedra;

/// Phonons at every point of a grid, polarizations `ẽ = e e^{2πi q·τ} / √m` in the gauge
/// that is periodic in reciprocal space.
#[derive(Debug)]
pub struct Phonons<'a> {
    /// The wave vectors.
    pub grid: Grid<'a>,
    /// The tetrahedra around each of them.
    pub tetrahedra: Tetrahedra,
    /// Frequencies in THz and `ẽ`, whose atoms must be those of the series.
    pub modes: Modes<'a>,
}

impl<'a> Phonons<'a> {
    /// Put phonons on their grid.
    pub fn new(grid: Grid<'a>, tetrahedra: Tetrahedra, modes: Modes<'a>) -> Result<Self> {
        let (n_q, n_b) = modes.shape();
        ensure_shape("frequencies", &[n_q, n_b], &[grid.n_q(), n_b])?;
        Ok(Self { grid, tetrahedra, modes })
    }

    /// Bands at each wave vector.
    pub fn n_bands(&self) -> usize {
        self.modes.shape().1
    }

    /// Require as many atoms as a series couples.
    pub(crate) fn ensure_atoms(&self, n_atoms: usize) -> Result<()> {
        if self.modes.n_atoms() == n_atoms {
            return Ok(());
        }
        Err(Error::Domain(format!(
            "phonons are of {} atoms and the series of {n_atoms}; they must be of the same cell",
            self.modes.n_atoms()
        )))
    }
}

/// `e^{2πi k/n}` for every `k`, so that phases on a grid are exact and cost no sine.
#[derive(Debug, Clone)]
pub(crate) struct Roots(Vec<Complex64>);

impl Roots {
    /// The `n`-th roots of unity.
    pub(crate) fn new(n: usize) -> Self {
        let root = |k: usize| {
            let (sin, cos) = (std::f64::consts::TAU * k as f64 / n as f64).sin_cos();
            Complex64::new(cos, sin)
        };
        Self((0..n).map(root).collect())
    }

    /// `e^{2πi k/n}`.
    #[inline]
    pub(crate) fn at(&self, k: i64) -> Complex64 {
        self.0[k.rem_euclid(self.0.len() as i64) as usize]
    }
}
