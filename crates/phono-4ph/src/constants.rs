//! Fourth-order constants on lattice vectors, borrowed.

use ndarray::{ArrayView2, ArrayView3, ArrayView5};
use phono_core::{Error, Result, ensure_index, ensure_shape};

/// `Φ(κ0 α; κ1 R1 β; κ2 R2 γ; κ3 R3 δ)`, block by block.
#[derive(Debug, Clone, Copy)]
pub struct Constants4<'a> {
    n_atoms: usize,
    values: &'a [[f64; 81]],
    atoms: &'a [[i64; 4]],
    cells: &'a [[i64; 9]],
}

impl<'a> Constants4<'a> {
    /// Borrow `values[e, α, β, γ, δ]` in eV/Å⁴, `atoms[e] = κ0 … κ3` below `n_atoms`, and
    /// `cells[e] = R1, R2, R3`; all in C order.
    pub fn new(
        values: ArrayView5<'a, f64>,
        atoms: ArrayView2<'a, i64>,
        cells: ArrayView3<'a, i64>,
        n_atoms: usize,
    ) -> Result<Self> {
        let n = atoms.nrows();
        ensure_shape("values", values.shape(), &[n, 3, 3, 3, 3])?;
        ensure_shape("atoms", atoms.shape(), &[n, 4])?;
        ensure_shape("cells", cells.shape(), &[n, 3, 3])?;
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

    /// Number of blocks.
    pub fn len(&self) -> usize {
        self.atoms.len()
    }

    /// Whether there are no blocks.
    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// `Φ[α, β, γ, δ]` of block `e`.
    pub fn values(&self, e: usize) -> &'a [f64; 81] {
        &self.values[e]
    }

    /// `κ0, κ1, κ2, κ3` of block `e`.
    pub fn atoms(&self, e: usize) -> [usize; 4] {
        self.atoms[e].map(|k| k as usize)
    }

    /// `R1, R2, R3` of block `e`.
    pub fn cells(&self, e: usize) -> [[i64; 3]; 3] {
        let (rows, _) = self.cells[e].as_chunks();
        [rows[0], rows[1], rows[2]]
    }
}
