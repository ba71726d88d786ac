//! A regular grid of the Brillouin zone.

use ndarray::{ArrayView1, ArrayView3};

use crate::{Error, Result, ensure_shape};

/// A grid of `n_q = D_0 D_1 D_2` wave vectors `q = Q D⁻¹ (a + s/2)` and its point group.
///
/// Kernels that work on addresses `a` alone need not know `Q`.
/// The index of address `a` is `a_0 + D_0 (a_1 + D_1 a_2)`, components taken modulo `D`.
#[derive(Debug, Clone, Copy)]
pub struct Grid<'a> {
    mesh: [usize; 3],
    shift: [i64; 3],
    axes: [[i64; 3]; 3],
    rotations: &'a [[[i64; 3]; 3]],
}

impl<'a> Grid<'a> {
    /// Borrow `rotations[r]`, integer matrices that send address `a` to `R a`.
    pub fn new(mesh: ArrayView1<'_, i64>, rotations: ArrayView3<'a, i64>) -> Result<Self> {
        ensure_shape("mesh", mesh.shape(), &[3])?;
        ensure_shape("rotations", &rotations.shape()[1..], &[3, 3])?;
        if mesh.iter().any(|&d| d < 1) {
            return Err(Error::Domain(format!(
                "mesh numbers must be positive, got {} {} {}",
                mesh[0], mesh[1], mesh[2]
            )));
        }
        let rotations = rotations.to_slice().ok_or(Error::Layout("rotations"))?;
        Ok(Self {
            mesh: [mesh[0] as usize, mesh[1] as usize, mesh[2] as usize],
            shift: [0; 3],
            axes: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            rotations: rotations.as_chunks().0.as_chunks().0,
        })
    }

    /// The same grid moved by `shift` half steps.
    #[must_use]
    pub fn with_shift(self, shift: [i64; 3]) -> Self {
        Self { shift, ..self }
    }

    /// The same addresses of a generalised grid with the matrix `Q`.
    #[must_use]
    pub fn with_axes(self, axes: [[i64; 3]; 3]) -> Self {
        Self { axes, ..self }
    }

    /// The lattice vector `R` in the coordinates where `q·R = Σ a_i (QᵀR)_i / D_i`.
    pub fn lattice_vector(&self, r: [i64; 3]) -> [i64; 3] {
        std::array::from_fn(|i| (0..3).map(|k| self.axes[k][i] * r[k]).sum())
    }

    /// The shift `s` in half steps.
    pub fn shift(&self) -> [i64; 3] {
        self.shift
    }

    /// Where rotation `r` takes address `a`: `(R (2a + s) − s) / 2`.
    #[inline]
    pub fn rotate(&self, r: &[[i64; 3]; 3], a: [i64; 3]) -> [i64; 3] {
        let s = self.shift;
        let b: [i64; 3] = std::array::from_fn(|i| 2 * a[i] + s[i]);
        std::array::from_fn(|i| {
            (r[i][0] * b[0] + r[i][1] * b[1] + r[i][2] * b[2] - s[i]) >> 1
        })
    }

    /// The operations that leave `q` in place modulo a reciprocal lattice vector.
    pub fn little_group(&self, q: usize) -> Vec<&'a [[i64; 3]; 3]> {
        let a = self.address(q);
        self.rotations.iter().filter(|r| self.index(self.rotate(r, a)) == q).collect()
    }

    /// The mesh numbers `D`.
    pub fn mesh(&self) -> [usize; 3] {
        self.mesh
    }

    /// The reciprocal point group on addresses.
    pub fn rotations(&self) -> &'a [[[i64; 3]; 3]] {
        self.rotations
    }

    /// Number of wave vectors.
    pub fn n_q(&self) -> usize {
        self.mesh.iter().product()
    }

    /// The address of index `g`, each component in `0..D`.
    pub fn address(&self, g: usize) -> [i64; 3] {
        let [d0, d1, _] = self.mesh;
        [(g % d0) as i64, (g / d0 % d1) as i64, (g / (d0 * d1)) as i64]
    }

    /// The index of address `a`, taken modulo the mesh.
    pub fn index(&self, a: [i64; 3]) -> usize {
        let [d0, d1, d2] = self.mesh;
        let wrap = |x: i64, d: usize| x.rem_euclid(d as i64) as usize;
        wrap(a[0], d0) + d0 * (wrap(a[1], d1) + d1 * wrap(a[2], d2))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, arr1};

    use super::*;

    #[test]
    fn index_and_address_are_inverse_and_the_first_component_runs_fastest() {
        let rotations = Array3::zeros((0, 3, 3));
        let mesh = arr1(&[3, 4, 5]);
        let grid = Grid::new(mesh.view(), rotations.view()).unwrap();
        for g in 0..grid.n_q() {
            assert_eq!(grid.index(grid.address(g)), g);
        }
        assert_eq!(grid.address(1), [1, 0, 0]);
        assert_eq!(grid.index([-1, 0, 0]), 2);
    }

    #[test]
    fn inversion_takes_a_shifted_point_to_its_opposite() {
        let rotations = Array3::zeros((0, 3, 3));
        let grid = Grid::new(arr1(&[3, 4, 5]).view(), rotations.view()).unwrap();
        let minus = [[-1, 0, 0], [0, -1, 0], [0, 0, -1]];
        assert_eq!(grid.with_shift([1, 0, 1]).rotate(&minus, [0, 1, 2]), [-1, -1, -3]);
        assert_eq!(grid.rotate(&minus, [0, 1, 2]), [0, -1, -2]);
    }

    #[test]
    fn a_mesh_with_a_zero_is_refused() {
        let rotations = Array3::zeros((0, 3, 3));
        let error = Grid::new(arr1(&[3, 0, 3]).view(), rotations.view()).unwrap_err();
        assert_eq!(error.to_string(), "mesh numbers must be positive, got 3 0 3");
    }
}
