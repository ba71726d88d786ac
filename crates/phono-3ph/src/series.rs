//! The third-order constants on lattice vectors, borrowed.

use std::sync::Arc;

use ndarray::ArrayView4;
use phono_core::{Error, Result, ensure_shape};

use crate::lanes::Lanes;
use crate::rows::Rows;
use crate::{Layout, Phonons};

/// Bytes of the largest matrices whose transposes are kept: of 90 bands.
const LARGEST: usize = 1024 * 1024;

/// `Φ̃(κ0 α; κ1 R1 β; κ2 R2 γ)`, entry by entry.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    n_atoms: usize,
    values: &'a [[f64; 27]],
    layout: &'a Layout,
}

impl<'a> Series<'a> {
    /// Borrow `values[e, α, β, γ]` in eV/Å³, in C order, and the layout of the entries, whose
    /// atoms are below `n_atoms`.
    pub fn new(
        values: ArrayView4<'a, f64>,
        layout: &'a Layout,
        n_atoms: usize,
    ) -> Result<Self> {
        ensure_shape("values", values.shape(), &[layout.len(), 3, 3, 3])?;
        layout.ensure_atoms(n_atoms)?;
        let values = values.to_slice().ok_or(Error::Layout("values"))?.as_chunks().0;
        Ok(Self { n_atoms, values, layout })
    }

    /// Number of primitive atoms.
    pub fn n_atoms(&self) -> usize {
        self.n_atoms
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// `Φ̃[α, β, γ]` of all entries.
    pub fn values(&self) -> &'a [[f64; 27]] {
        self.values
    }

    /// Where the entries lie.
    pub fn layout(&self) -> &'a Layout {
        self.layout
    }

    /// The lattice vectors of the series on the grid of `phonons`: half of them where the
    /// constants are symmetric and `q''` is a point of the grid. Matrices of many bands are
    /// too large for a thread to keep those of `q''` too.
    pub(crate) fn rows(&self, phonons: &Phonons<'_>) -> Arc<Rows> {
        let fits = phonons.n_bands().pow(2) * size_of::<Lanes>() <= LARGEST;
        let is_point = phonons.around.is_none();
        let exchange = fits && is_point && self.layout.exchanges(self.values);
        self.layout.rows(phonons.grid, exchange)
    }
}
