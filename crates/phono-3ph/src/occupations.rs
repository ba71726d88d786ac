//! How many phonons there are.

use ndarray::{ArrayView3, CowArray, Ix3};
use phono_core::{Error, Result, ensure_shape};

use crate::Phonons;

/// Bose-Einstein occupations `n[q, j, T]` of every phonon at one temperature or more.
pub(crate) struct Occupations<'a>(CowArray<'a, f64, Ix3>);

impl<'a> Occupations<'a> {
    /// Require those of `phonons`.
    pub(crate) fn new(phonons: &Phonons<'_>, n: ArrayView3<'a, f64>) -> Result<Self> {
        let (n_q, n_b) = phonons.modes.shape();
        let n_t = n.dim().2;
        ensure_shape("occupations", n.shape(), &[n_q, n_b, n_t])?;
        if n_t == 0 {
            return Err(Error::Domain(format!(
                "occupations must hold at least one temperature, got shape ({n_q}, {n_b}, 0)"
            )));
        }
        let ordered = if n.is_standard_layout() { n.into() } else { n.to_owned().into() };
        Ok(Self(ordered))
    }

    pub(crate) fn n_temperatures(&self) -> usize {
        self.0.dim().2
    }

    /// In order.
    pub(crate) fn values(&self) -> Result<&[f64]> {
        self.0.as_slice().ok_or(Error::Layout("occupations"))
    }
}
