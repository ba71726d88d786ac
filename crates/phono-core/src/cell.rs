//! A crystal.

use ndarray::{ArrayView1, ArrayView2};

use crate::{Error, Result, ensure_shape};

/// Atoms in a periodic cell.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    lattice: [[f64; 3]; 3],
    positions: &'a [[f64; 3]],
    species: &'a [i64],
    masses: &'a [f64],
}

impl<'a> Cell<'a> {
    /// Borrow lattice vectors in rows (Å), fractional `positions[k]`, a number for the kind
    /// of each atom, and its mass in Da.
    pub fn new(
        lattice: ArrayView2<'_, f64>,
        positions: ArrayView2<'a, f64>,
        species: ArrayView1<'a, i64>,
        masses: ArrayView1<'a, f64>,
    ) -> Result<Self> {
        ensure_shape("lattice", lattice.shape(), &[3, 3])?;
        ensure_shape("masses", masses.shape(), &[species.len()])?;
        ensure_shape("positions", positions.shape(), &[species.len(), 3])?;
        Ok(Self {
            lattice: std::array::from_fn(|i| std::array::from_fn(|j| lattice[(i, j)])),
            positions: positions
                .to_slice()
                .ok_or(Error::Layout("positions"))?
                .as_chunks()
                .0,
            species: species.to_slice().ok_or(Error::Layout("species"))?,
            masses: masses.to_slice().ok_or(Error::Layout("masses"))?,
        })
    }

    /// Lattice vectors in rows, Å.
    pub fn lattice(&self) -> &[[f64; 3]; 3] {
        &self.lattice
    }

    /// Fractional coordinates.
    pub fn positions(&self) -> &'a [[f64; 3]] {
        self.positions
    }

    /// The kind of each atom.
    pub fn species(&self) -> &'a [i64] {
        self.species
    }

    /// Da.
    pub fn masses(&self) -> &'a [f64] {
        self.masses
    }

    /// Number of atoms.
    pub fn n_atoms(&self) -> usize {
        self.species.len()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, arr1};

    use super::*;

    #[test]
    fn an_atom_without_a_kind_is_refused() {
        let (lattice, positions) = (Array2::eye(3), Array2::zeros((2, 3)));
        let (species, masses) = (arr1(&[1]), arr1(&[1.0]));
        let cell =
            Cell::new(lattice.view(), positions.view(), species.view(), masses.view());
        assert_eq!(
            cell.unwrap_err().to_string(),
            "positions: expected shape [1, 3], got [2, 3]"
        );
    }
}
