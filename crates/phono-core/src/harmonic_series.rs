//! Second-order force constants on lattice vectors.

use ndarray::{ArrayView2, ArrayView3};

use crate::{Cell, Error, Result, ensure_index, ensure_shape};

/// `Φ(k, k', R)`: atom `k` of the home cell and atom `k'` of cell `R`.
#[derive(Debug, Clone, Copy)]
pub struct HarmonicSeries<'a> {
    values: &'a [[[f64; 3]; 3]],
    atoms: &'a [[i64; 2]],
    cells: &'a [[i64; 3]],
    cell: Cell<'a>,
}

impl<'a> HarmonicSeries<'a> {
    /// Borrow `values[e, α, β]` in eV/Å², `atoms[e]` = `k, k'` and `cells[e]` = `R` in
    /// lattice vectors of `cell`; C order.
    pub fn new(
        values: ArrayView3<'a, f64>,
        atoms: ArrayView2<'a, i64>,
        cells: ArrayView2<'a, i64>,
        cell: Cell<'a>,
    ) -> Result<Self> {
        let n_e = values.len() / 9;
        ensure_shape("values", values.shape(), &[n_e, 3, 3])?;
        ensure_shape("atoms", atoms.shape(), &[n_e, 2])?;
        ensure_shape("cells", cells.shape(), &[n_e, 3])?;
        for &k in atoms {
            ensure_index("atoms", k, cell.n_atoms())?;
        }
        let values = values.to_slice().ok_or(Error::Layout("values"))?;
        Ok(Self {
            values: values.as_chunks().0.as_chunks().0,
            atoms: atoms.to_slice().ok_or(Error::Layout("atoms"))?.as_chunks().0,
            cells: cells.to_slice().ok_or(Error::Layout("cells"))?.as_chunks().0,
            cell,
        })
    }

    /// `Φ`, `k, k'` and `R` of every entry.
    pub fn entries(
        &self,
    ) -> impl Iterator<Item = (&'a [[f64; 3]; 3], [usize; 2], [i64; 3])> + use<'a> {
        let places = self.atoms.iter().zip(self.cells);
        self.values
            .iter()
            .zip(places)
            .map(|(values, (atoms, cell))| (values, atoms.map(|k| k as usize), *cell))
    }

    /// The primitive cell.
    pub fn cell(&self) -> Cell<'a> {
        self.cell
    }

    /// Number of bands, three for each atom.
    pub fn n_bands(&self) -> usize {
        3 * self.cell.n_atoms()
    }
}
