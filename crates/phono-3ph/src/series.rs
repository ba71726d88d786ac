//! The third-order constants on lattice vectors, borrowed.

use ndarray::{ArrayView2, ArrayView3, ArrayView4};
use phono_core::{Error, Result, ensure_index, ensure_shape};

/// `Φ̃(κ0 α; κ1 R1 β; κ2 R2 γ)`, entry by entry.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    n_atoms: usize,
    values: &'a [[f64; 27]],
    atoms: &'a [[i64; 3]],
    cells: &'a [[i64; 6]],
}

impl<'a> Series<'a> {
    /// Borrow `values[e, α, β, γ]` in eV/Å³, `atoms[e] = κ0, κ1, κ2` below `n_atoms`, and
    /// `cells[e] = R1, R2`; all in C order.
    pub fn new(
        values: ArrayView4<'a, f64>,
        atoms: ArrayView2<'a, i64>,
        cells: ArrayView3<'a, i64>,
        n_atoms: usize,
    ) -> Result<Self> {
        let n = atoms.nrows();
        ensure_shape("values", values.shape(), &[n, 3, 3, 3])?;
        ensure_shape("atoms", atoms.shape(), &[n, 3])?;
        ensure_shape("cells", cells.shape(), &[n, 2, 3])?;
        let atoms = atoms.to_slice().ok_or(Error::Layout("atoms"))?.as_chunks().0;
        for &k in atoms.as_flattened() {
            ensure_index("atoms", k, n_atoms)?;
        }
        Ok(Self {
            n_atoms,
            values: values.to_slice().ok_or(Error::Layout("values"))?.as_chunks().0,
            atoms,
            cells: cells.to_slice().ok_or(Error::Layout("cells"))?.as_chunks().0,
        })
    }

    /// Number of primitive atoms.
    pub fn n_atoms(&self) -> usize {
        self.n_atoms
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.atoms.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// `Φ̃[α, β, γ]` of entry `e`.
    pub fn values(&self, e: usize) -> &'a [f64; 27] {
        &self.values[e]
    }

    /// `κ0, κ1, κ2` of entry `e`.
    pub fn atoms(&self, e: usize) -> [usize; 3] {
        self.atoms[e].map(|k| k as usize)
    }

    /// `R2` of entry `e`.
    pub fn second_cell(&self, e: usize) -> [i64; 3] {
        let [_, _, _, x, y, z] = self.cells[e];
        [x, y, z]
    }

    /// `R1 − R2` of entry `e`.
    pub fn difference(&self, e: usize) -> [i64; 3] {
        let [x1, y1, z1, x2, y2, z2] = self.cells[e];
        [x1 - x2, y1 - y2, z1 - z2]
    }
}
