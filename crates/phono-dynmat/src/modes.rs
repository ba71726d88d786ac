//! Phonon modes.

use ndarray::{Array2, Array4, ArrayView2};
use num_complex::Complex64;
use phono_core::{Dynamics, Result, Stop, units};
use rayon::prelude::*;

use crate::dense::{Dense, Wanted};
use crate::dynamical_matrix::{DynamicalMatrix, wave_vectors};

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
    f.par_chunks_mut(n).zip(e.par_chunks_mut(n * n)).zip(&qpoints).try_for_each_init(
        || (Dense::new(n, Wanted::Vectors), vec![Complex64::ZERO; n * n]),
        |(dense, matrix), ((f, e), &q)| {
            stop.check()?;
            d.at(q, matrix);
            dense.eigen(matrix, f, e)?;
            for f in f.iter_mut() {
                *f = frequency(*f);
            }
            Ok(())
        },
    )?;
    Ok((frequencies, polarizations))
}

/// Only `f[q, j]`: see [`eigenmodes`].
pub fn frequencies(
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
    f.par_chunks_mut(n).zip(&qpoints).try_for_each_init(
        || (Dense::new(n, Wanted::Values), vec![Complex64::ZERO; n * n]),
        |(dense, matrix), (f, &q)| {
            stop.check()?;
            d.at(q, matrix);
            dense.eigenvalues(matrix, f)?;
            for f in f.iter_mut() {
                *f = frequency(*f);
            }
            Ok(())
        },
    )?;
    Ok(frequencies)
}

/// THz, of an eigenvalue in eV/(Å² Da).
fn frequency(eigenvalue: f64) -> f64 {
    (eigenvalue.abs() * units::FREQUENCY_SQUARED).sqrt().copysign(eigenvalue)
}
