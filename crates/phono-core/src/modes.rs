//! Phonon modes.

use ndarray::{ArrayView2, ArrayView4};
use num_complex::Complex64;

use crate::{Error, Result, ensure_shape};

/// The phonons at `n_q` wave vectors, `n_b = 3 n_a` bands each.
#[derive(Debug, Clone, Copy)]
pub struct Modes<'a> {
    shape: (usize, usize),
    frequencies: &'a [f64],
    polarizations: &'a [Complex64],
}

impl<'a> Modes<'a> {
    /// Borrow `frequencies[q, j]` in THz and `polarizations[q, j, k, α]` of mode `(q, j)`
    /// over atoms `k` and axes `α`; both in C order.
    pub fn new(
        frequencies: ArrayView2<'a, f64>,
        polarizations: ArrayView4<'a, Complex64>,
    ) -> Result<Self> {
        let (n_q, n_b) = frequencies.dim();
        // Three bands for each atom.
        ensure_shape("frequencies", frequencies.shape(), &[n_q, n_b / 3 * 3])?;
        ensure_shape("polarizations", polarizations.shape(), &[n_q, n_b, n_b / 3, 3])?;
        let layout = |name| move || Error::Layout(name);
        let frequencies = frequencies.to_slice().ok_or_else(layout("frequencies"))?;
        let polarizations = polarizations.to_slice().ok_or_else(layout("polarizations"))?;
        Ok(Self { shape: (n_q, n_b), frequencies, polarizations })
    }

    /// `(n_q, n_b)`.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// Number of atoms `n_a`.
    pub fn n_atoms(&self) -> usize {
        self.shape.1 / 3
    }

    /// `f[j]` at wave vector `q`, THz.
    pub fn frequencies(&self, q: usize) -> &'a [f64] {
        let n_b = self.shape.1;
        &self.frequencies[q * n_b..(q + 1) * n_b]
    }

    /// `f[q, j]` at every wave vector, THz, C order.
    pub fn all_frequencies(&self) -> &'a [f64] {
        self.frequencies
    }

    /// `e[j, (k, α)]` at wave vector `q`: `n_b` rows of `n_b` components.
    pub fn polarizations(&self, q: usize) -> &'a [Complex64] {
        let n = self.shape.1 * self.shape.1;
        &self.polarizations[q * n..(q + 1) * n]
    }
}
