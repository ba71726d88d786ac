//! Dynamical matrices.

use ndarray::{Array3, ArrayView2};
use num_complex::Complex64;
use phono_core::{Correction, Dynamics, Error, Polar, Result, ensure_shape};
use rayon::prelude::*;

use crate::dipoles::{Dipoles, ZERO};
use crate::fourier::FourierSum;
use crate::wang::Interaction;

/// A dynamical matrix, ready to be made at any wave vector.
#[derive(Debug)]
pub struct DynamicalMatrix<'a> {
    fourier: FourierSum,
    long_range: LongRange<'a>,
    /// Reciprocal lattice vectors in rows, 1/Å without 2π.
    reciprocal: [[f64; 3]; 3],
    /// Cartesian, a unit vector: along it Γ is approached.
    direction: Option<[f64; 3]>,
}

/// What is added to the Fourier sum.
#[derive(Debug)]
enum LongRange<'a> {
    None,
    GonzeLee(Dipoles),
    Wang(Polar<'a>, f64),
}

impl<'a> DynamicalMatrix<'a> {
    /// Prepare `dynamics`; at Γ its limit along `direction` (fractional), if there is one.
    pub fn new(dynamics: &Dynamics<'a>, direction: Option<[f64; 3]>) -> Result<Self> {
        let cell = dynamics.series().cell();
        let long_range = match dynamics.correction() {
            Correction::None => LongRange::None,
            Correction::GonzeLee { polar, reciprocal_vectors, width, self_terms } => {
                let vectors = reciprocal_vectors;
                LongRange::GonzeLee(Dipoles::new(cell, polar, vectors, width, self_terms))
            }
            Correction::Wang { polar, .. } => {
                LongRange::Wang(polar, polar.coupling(cell.lattice()))
            }
        };
        let inverse = crate::matrix::invert(cell.lattice());
        let reciprocal = std::array::from_fn(|i| std::array::from_fn(|a| inverse[a][i]));
        let direction = direction.map(|d| unit(cartesian(&reciprocal, d))).transpose()?;
        let fourier = FourierSum::new(dynamics);
        Ok(Self { fourier, long_range, reciprocal, direction })
    }

    /// Number of bands.
    pub fn n_bands(&self) -> usize {
        self.fourier.n_bands()
    }

    /// The direction in which Γ is approached, Cartesian.
    pub fn direction(&self) -> Option<[f64; 3]> {
        self.direction
    }

    /// `D(q)`, rows one after another, in the gauge that carries the positions of the atoms.
    pub fn at(&self, q: [f64; 3], matrix: &mut [Complex64]) {
        self.fourier.at(q, self.interaction(q).as_ref(), matrix);
        if let LongRange::GonzeLee(dipoles) = &self.long_range {
            dipoles.add(cartesian(&self.reciprocal, q), self.direction, matrix);
        }
    }

    /// `∂D/∂k_α` at `q` for the three Cartesian axes, `k` in 1/Å without 2π.
    pub fn derivatives_at(&self, q: [f64; 3], matrices: &mut [Vec<Complex64>; 3]) {
        self.fourier.derivatives_at(q, self.interaction(q).as_ref(), matrices);
        if let LongRange::GonzeLee(dipoles) = &self.long_range {
            let k = cartesian(&self.reciprocal, q);
            dipoles.add_derivatives(k, self.direction, matrices);
        }
    }

    /// Wang's interaction at `q`, none at Γ without a direction.
    fn interaction(&self, q: [f64; 3]) -> Option<Interaction> {
        let LongRange::Wang(polar, coupling) = self.long_range else {
            return None;
        };
        let k = cartesian(&self.reciprocal, q);
        let away = k.iter().map(|x| x * x).sum::<f64>() >= ZERO;
        let k = if away { Some(k) } else { self.direction };
        k.map(|k| Interaction::new(polar, coupling, k))
    }
}

/// Fractional to Cartesian.
fn cartesian(reciprocal: &[[f64; 3]; 3], q: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|a| (0..3).map(|i| q[i] * reciprocal[i][a]).sum())
}

/// A vector of length one.
fn unit(k: [f64; 3]) -> Result<[f64; 3]> {
    let length = k.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 0.0 && length.is_finite() {
        return Ok(k.map(|x| x / length));
    }
    Err(Error::Domain("direction must be three numbers, not all zero".into()))
}

/// Three components of each row.
pub(crate) fn wave_vectors(qpoints: ArrayView2<'_, f64>) -> Result<Vec<[f64; 3]>> {
    ensure_shape("qpoints", qpoints.shape(), &[qpoints.nrows(), 3])?;
    Ok(qpoints.rows().into_iter().map(|q| [q[0], q[1], q[2]]).collect())
}

/// `D[q, (k, α), (k', β)]` in eV/(Å² Da) at each of `qpoints`, fractional; at Γ the limit
/// along `direction`, fractional too.
pub fn dynamical_matrices(
    dynamics: &Dynamics<'_>,
    qpoints: ArrayView2<'_, f64>,
    direction: Option<[f64; 3]>,
) -> Result<Array3<Complex64>> {
    let qpoints = wave_vectors(qpoints)?;
    let d = DynamicalMatrix::new(dynamics, direction)?;
    let n = d.n_bands();
    let mut matrices = Array3::zeros((qpoints.len(), n, n));
    let all = matrices.as_slice_mut().expect("just made in C order");
    all.par_chunks_mut((n * n).max(1))
        .zip(&qpoints)
        .for_each(|(matrix, &q)| d.at(q, matrix));
    Ok(matrices)
}
