//! Dense complex algebra. The only place that knows faer.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{
    ComputeEigenvectors, SelfAdjointEvdParams, self_adjoint_evd, self_adjoint_evd_scratch,
};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par, Spec, diag::DiagMut};
use num_complex::Complex64;
use phono_core::{Error, Result};

/// The results wanted of eigenproblems.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    /// Eigenvalues.
    Values,
    /// Eigenvalues and eigenvectors.
    Vectors,
}

/// Workspace for matrices of one size.
pub(crate) struct Dense {
    n: usize,
    memory: MemBuffer,
    eigenvalues: Vec<Complex64>,
}

impl Dense {
    /// For `n × n` matrices.
    pub(crate) fn new(n: usize, wanted: Wanted) -> Self {
        let size = self_adjoint_evd_scratch::<Complex64>(
            n,
            match wanted {
                Wanted::Values => ComputeEigenvectors::No,
                Wanted::Vectors => ComputeEigenvectors::Yes,
            },
            Par::Seq,
            parameters(),
        );
        Self { n, memory: MemBuffer::new(size), eigenvalues: vec![Complex64::ZERO; n] }
    }

    /// Eigenvalues, ascending, and eigenvectors (one after another) of a Hermitian matrix
    /// with rows one after another.
    pub(crate) fn eigen(
        &mut self,
        matrix: &[Complex64],
        values: &mut [f64],
        vectors: &mut [Complex64],
    ) -> Result<()> {
        let n = self.n;
        self.solve(matrix, Some(MatMut::from_column_major_slice_mut(vectors, n, n)), values)
    }

    /// Eigenvalues only, ascending.
    pub(crate) fn eigenvalues(
        &mut self,
        matrix: &[Complex64],
        values: &mut [f64],
    ) -> Result<()> {
        self.solve(matrix, None, values)
    }

    /// The decomposition by faer.
    fn solve(
        &mut self,
        matrix: &[Complex64],
        vectors: Option<MatMut<'_, Complex64>>,
        values: &mut [f64],
    ) -> Result<()> {
        let n = self.n;
        self_adjoint_evd(
            MatRef::from_row_major_slice(matrix, n, n),
            DiagMut::from_slice_mut(&mut self.eigenvalues),
            vectors,
            Par::Seq,
            MemStack::new(&mut self.memory),
            parameters(),
        )
        .map_err(|_| Error::Convergence("a dynamical matrix has no eigenvalues".into()))?;
        for (value, eigenvalue) in values.iter_mut().zip(&self.eigenvalues) {
            *value = eigenvalue.re;
        }
        Ok(())
    }
}

/// The parameters that faer recommends.
fn parameters() -> Spec<SelfAdjointEvdParams, Complex64> {
    Spec::default()
}

/// `images[j] = matrix · vectors[j]` for rows `j`; all rows one after another.
pub(crate) fn images(
    matrix: &[Complex64],
    vectors: &[Complex64],
    images: &mut [Complex64],
) {
    let n = matrix.len().isqrt();
    // Rows read as columns are transposes: images = matrix · vectors, column by column.
    matmul(
        MatMut::from_column_major_slice_mut(images, n, n),
        Accum::Replace,
        MatRef::from_row_major_slice(matrix, n, n),
        MatRef::from_column_major_slice(vectors, n, n),
        Complex64::ONE,
        Par::Seq,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_eigenvector_times_its_matrix_is_itself_times_its_eigenvalue() {
        let i = Complex64::I;
        let matrix = [
            2.0.into(),
            i,
            0.0.into(),
            -i,
            2.0.into(),
            0.5 * i,
            0.0.into(),
            -0.5 * i,
            (-1.0).into(),
        ];
        let (mut values, mut vectors) = ([0.0; 3], [Complex64::ZERO; 9]);
        Dense::new(3, Wanted::Vectors).eigen(&matrix, &mut values, &mut vectors).unwrap();
        assert!(values.is_sorted());
        let mut products = [Complex64::ZERO; 9];
        images(&matrix, &vectors, &mut products);
        for (k, (product, vector)) in products.iter().zip(&vectors).enumerate() {
            assert!((product - vector * values[k / 3]).norm() < 1e-14);
        }
    }
}
