//! Phonon modes.

use ndarray::{Array2, Array4, ArrayView2};
use num_complex::Complex64;
use phono_core::{Dynamics, Result, Stop, units};
use rayon::prelude::*;

use crate::dense::{Dense, Wanted};
use crate::dipoles::Workspace;
use crate::dynamical_matrix::{DynamicalMatrix, wave_vectors};
use crate::eigenvalues::Eigenvalues;

/// `f[q, j]` in THz, ascending, negative where the eigenvalue is, and `e[q, j, k, α]`; at Γ
/// the limit along `direction`, fractional, if there is one.
pub fn eigenmodes(
    dynamics: &Dynamics<'_>,
    qpoints: ArrayView2<'_, f64>,
    direction: Option<[f64; 3]>,
    stop: &Stop,
) -> Result<(Array2<f64>, Array4<Complex64>)> {
    let qpoints = wave_vectors(qpoints)?;
    let d = DynamicalMatrix::new(dynamics, direction)?;
    let (n_q, n) = (qpoints.len(), d.n_bands());
    let mut frequencies = Array2::zeros((n_q, n));
    let mut polarizations = Array4::zeros((n_q, n, n / 3, 3));
    let f = frequencies.as_slice_mut().expect("just made in C order");
    let e = polarizations.as_slice_mut().expect("just made in C order");
    let batch = d.batch();
    f.par_chunks_mut(batch * n)
        .zip(e.par_chunks_mut(batch * n * n))
        .zip(qpoints.par_chunks(batch))
        .try_for_each_init(
            || Solver::new(&d, Wanted::Vectors),
            |solver, ((f, e), qpoints)| {
                let pairs = f.chunks_exact_mut(n).zip(e.chunks_exact_mut(n * n));
                solver.make(qpoints);
                for (matrix, (f, e)) in solver.matrices.chunks_exact(n * n).zip(pairs) {
                    stop.check()?;
                    solver.dense.eigen(matrix, f, e)?;
                    to_thz(f);
                }
                Ok(())
            },
        )?;
    Ok((frequencies, polarizations))
}

/// Only `f[q, j]`: see [`eigenmodes`].
pub fn phonon_frequencies(
    dynamics: &Dynamics<'_>,
    qpoints: ArrayView2<'_, f64>,
    direction: Option<[f64; 3]>,
    stop: &Stop,
) -> Result<Array2<f64>> {
    let qpoints = wave_vectors(qpoints)?;
    let d = DynamicalMatrix::new(dynamics, direction)?;
    let (n_q, n) = (qpoints.len(), d.n_bands());
    let mut frequencies = Array2::zeros((n_q, n));
    let f = frequencies.as_slice_mut().expect("just made in C order");
    let batch = d.batch();
    f.par_chunks_mut(batch * n).zip(qpoints.par_chunks(batch)).try_for_each_init(
        || {
            (
                Solver::new(&d, Wanted::Values),
                Eigenvalues::new(if batch > 1 { n } else { 0 }),
            )
        },
        |(solver, side_by_side), (f, qpoints)| {
            stop.check()?;
            solver.make(qpoints);
            if batch > 1 {
                side_by_side.solve(&solver.matrices[..n * f.len()], f)?;
            } else {
                solver.dense.eigenvalues(&solver.matrices, f)?;
            }
            to_thz(f);
            Ok(())
        },
    )?;
    Ok(frequencies)
}

/// The workspace of one thread.
struct Solver<'a> {
    d: &'a DynamicalMatrix<'a>,
    dense: Dense,
    work: Workspace,
    matrices: Vec<Complex64>,
}

impl<'a> Solver<'a> {
    /// For batches of wave vectors.
    fn new(d: &'a DynamicalMatrix<'a>, wanted: Wanted) -> Self {
        let n = d.n_bands();
        let matrices = vec![Complex64::ZERO; d.batch() * n * n];
        Self { d, dense: Dense::new(n, wanted), work: Workspace::default(), matrices }
    }

    /// Make the matrices of a batch, one after another.
    fn make(&mut self, qpoints: &[[f64; 3]]) {
        self.d.at(qpoints, &mut self.work, &mut self.matrices);
    }
}

/// Eigenvalues in eV/(Å² Da) to frequencies in THz.
fn to_thz(eigenvalues: &mut [f64]) {
    for x in eigenvalues {
        *x = (x.abs() * units::FREQUENCY_SQUARED).sqrt().copysign(*x);
    }
}
