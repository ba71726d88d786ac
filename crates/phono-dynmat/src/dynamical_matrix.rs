//! Dynamical matrices.

use ndarray::{Array3, Array4, ArrayView2};
use num_complex::Complex64;
use phono_core::{BornCharges, Correction, Dynamics, Error, Result, Stop, ensure_shape};
use rayon::prelude::*;

use crate::dipoles::{Batch, Dipoles, Workspace, ZERO};
use crate::fourier::FourierSum;
use crate::lanes::LANES;
use crate::wang::Interaction;
use crate::zone::Zone;

/// Bands up to which wave vectors are diagonalised in batches. Beyond, the eigenproblem takes
/// all the time, and matrices of many wave vectors at once take memory.
const SMALL: usize = 96;

/// A dynamical matrix, ready to be made at any wave vector.
#[derive(Debug)]
pub(crate) struct DynamicalMatrix<'a> {
    fourier: FourierSum,
    long_range: LongRange<'a>,
    /// Reciprocal lattice vectors in rows, 1/Å without 2π.
    reciprocal: [[f64; 3]; 3],
    /// Cartesian, a unit vector: along it Γ is approached.
    direction: Option<[f64; 3]>,
}

/// The interaction of dipoles, which is added to the Fourier sum.
#[derive(Debug)]
enum LongRange<'a> {
    None,
    GonzeLee(Dipoles, Option<Zone>),
    Wang(BornCharges<'a>, f64, Zone),
}

impl<'a> DynamicalMatrix<'a> {
    /// Prepare `dynamics`; at Γ its limit along `direction` (fractional), if there is one.
    pub(crate) fn new(
        dynamics: &Dynamics<'a>,
        direction: Option<[f64; 3]>,
    ) -> Result<Self> {
        let cell = dynamics.series().cell();
        let inverse = crate::matrix::invert(cell.lattice());
        let reciprocal = std::array::from_fn(|i| std::array::from_fn(|a| inverse[a][i]));
        let long_range = match dynamics.correction() {
            Correction::None => LongRange::None,
            Correction::GonzeLee {
                polar,
                zone_basis,
                reciprocal_vectors,
                width,
                self_terms,
            } => {
                let vectors = reciprocal_vectors;
                let dipoles = Dipoles::new(cell, polar, vectors, width, self_terms);
                let zone = zone_basis.map(|basis| Zone::new(&reciprocal, basis));
                LongRange::GonzeLee(dipoles, zone)
            }
            Correction::Wang { polar, zone_basis, .. } => {
                let coupling = polar.coupling(cell.lattice());
                LongRange::Wang(polar, coupling, Zone::new(&reciprocal, zone_basis))
            }
        };
        let direction = direction.map(|d| unit(cartesian(&reciprocal, d))).transpose()?;
        let fourier = FourierSum::new(dynamics);
        Ok(Self { fourier, long_range, reciprocal, direction })
    }

    /// Number of bands.
    pub(crate) fn n_bands(&self) -> usize {
        self.fourier.n_bands()
    }

    /// The direction in which Γ is approached, Cartesian.
    pub(crate) fn direction(&self) -> Option<[f64; 3]> {
        self.direction
    }

    /// The number of wave vectors worth treating together where each has an eigenproblem.
    pub(crate) fn batch(&self) -> usize {
        if self.n_bands() <= SMALL { LANES } else { 1 }
    }

    /// `D(q)` at up to eight wave vectors: `matrices` one after another, rows one after another,
    /// in the gauge that carries the positions of the atoms.
    pub(crate) fn at(
        &self,
        qpoints: &[[f64; 3]],
        work: &mut Workspace,
        matrices: &mut [Complex64],
    ) {
        let size = self.n_bands() * self.n_bands() * qpoints.len();
        let matrices = &mut matrices[..size];
        self.fourier.at(qpoints, &self.interactions(qpoints), matrices);
        if let LongRange::GonzeLee(dipoles, zone) = &self.long_range {
            dipoles.add(&self.batch_of(qpoints, zone.as_ref()), work, matrices);
        }
    }

    /// `∂D/∂k_α` at up to eight wave vectors for the three Cartesian axes, `k` in 1/Å without
    /// 2π.
    pub(crate) fn derivatives_at(
        &self,
        qpoints: &[[f64; 3]],
        work: &mut Workspace,
        matrices: &mut [Vec<Complex64>; 3],
    ) {
        let size = self.n_bands() * self.n_bands() * qpoints.len();
        let mut all = matrices.each_mut().map(|m| &mut m[..size]);
        self.fourier.derivatives_at(qpoints, &self.interactions(qpoints), &mut all);
        if let LongRange::GonzeLee(dipoles, zone) = &self.long_range {
            dipoles.add_derivatives(&self.batch_of(qpoints, zone.as_ref()), work, &mut all);
        }
    }

    /// Wave vectors as the sum of dipoles takes them: in the first zone, where the sum over
    /// reciprocal lattice vectors around the origin has converged, with the phases of the way;
    /// as they are without a zone.
    fn batch_of(&self, qpoints: &[[f64; 3]], zone: Option<&Zone>) -> Batch {
        let mut k: Vec<_> =
            qpoints.iter().map(|&q| cartesian(&self.reciprocal, q)).collect();
        let center = |(q, k)| zone.and_then(|zone: &Zone| zone.center(q, k));
        let centers: Vec<_> = qpoints.iter().zip(&k).map(center).collect();
        if centers.iter().all(Option::is_none) {
            return Batch::new(&k, self.direction, None);
        }
        let centers: Vec<_> = centers.into_iter().map(Option::unwrap_or_default).collect();
        for ((k, q), g) in k.iter_mut().zip(qpoints).zip(&centers) {
            *k = cartesian(&self.reciprocal, difference(q, g));
        }
        Batch::new(&k, self.direction, Some(self.fourier.gauges(&centers)))
    }

    /// Wang's interaction at the shortest image of each wave vector, none at Γ without a
    /// direction; nothing at all where dipoles are not treated in his way.
    fn interactions(&self, qpoints: &[[f64; 3]]) -> Vec<Option<Interaction>> {
        let LongRange::Wang(polar, coupling, zone) = &self.long_range else {
            return Vec::new();
        };
        let interaction = |q: &[f64; 3]| {
            let k = cartesian(&self.reciprocal, *q);
            let k = zone
                .center(q, &k)
                .map_or(k, |g| cartesian(&self.reciprocal, difference(q, &g)));
            let away = k.iter().map(|x| x * x).sum::<f64>() >= ZERO;
            let k = if away { Some(k) } else { self.direction };
            k.map(|k| Interaction::new(*polar, *coupling, k))
        };
        qpoints.iter().map(interaction).collect()
    }
}

/// `a - b`.
fn difference(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| a[i] - b[i])
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

/// Three finite components of each row.
pub(crate) fn wave_vectors(qpoints: ArrayView2<'_, f64>) -> Result<Vec<[f64; 3]>> {
    ensure_shape("qpoints", qpoints.shape(), &[qpoints.nrows(), 3])?;
    if let Some(((q, i), x)) = qpoints.indexed_iter().find(|(_, x)| !x.is_finite()) {
        let x = x.to_string().to_lowercase();
        let what = format!("qpoints must be finite, got {x} at [{q}, {i}]");
        return Err(Error::Domain(what));
    }
    Ok(qpoints.rows().into_iter().map(|q| [q[0], q[1], q[2]]).collect())
}

/// `D[q, (k, α), (k', β)]` in eV/(Å² Da) at each of `qpoints`, fractional; at Γ the limit
/// along `direction`, fractional too.
pub fn dynamical_matrices(
    dynamics: &Dynamics<'_>,
    qpoints: ArrayView2<'_, f64>,
    direction: Option<[f64; 3]>,
    stop: &Stop,
) -> Result<Array3<Complex64>> {
    let qpoints = wave_vectors(qpoints)?;
    let d = DynamicalMatrix::new(dynamics, direction)?;
    let n = d.n_bands();
    let mut matrices = Array3::zeros((qpoints.len(), n, n));
    let all = matrices.as_slice_mut().expect("just made in C order");
    all.par_chunks_mut((LANES * n * n).max(1))
        .zip(qpoints.par_chunks(LANES))
        .try_for_each_init(Workspace::default, |work, (matrices, qpoints)| {
            stop.check()?;
            d.at(qpoints, work, matrices);
            Ok(())
        })?;
    Ok(matrices)
}

/// `∂D[q, α, (k, β), (k', γ)]/∂k_α` in eV/(Å Da) at each of `qpoints`, fractional, along the
/// Cartesian axes; at Γ the limit along `direction`, fractional too.
pub fn dynamical_matrix_derivatives(
    dynamics: &Dynamics<'_>,
    qpoints: ArrayView2<'_, f64>,
    direction: Option<[f64; 3]>,
    stop: &Stop,
) -> Result<Array4<Complex64>> {
    let qpoints = wave_vectors(qpoints)?;
    let d = DynamicalMatrix::new(dynamics, direction)?;
    let n = d.n_bands();
    let (size, batch) = (n * n, d.batch());
    let mut derivatives = Array4::zeros((qpoints.len(), 3, n, n));
    let all = derivatives.as_slice_mut().expect("just made in C order");
    all.par_chunks_mut((batch * 3 * size).max(1))
        .zip(qpoints.par_chunks(batch))
        .try_for_each_init(
            || {
                (
                    Workspace::default(),
                    [(); 3].map(|()| vec![Complex64::ZERO; batch * size]),
                )
            },
            |(work, axes), (derivatives, qpoints)| {
                stop.check()?;
                d.derivatives_at(qpoints, work, axes);
                for (i, derivative) in derivatives.chunks_exact_mut(3 * size).enumerate() {
                    for (to, from) in derivative.chunks_exact_mut(size).zip(&*axes) {
                        to.copy_from_slice(&from[i * size..(i + 1) * size]);
                    }
                }
                Ok(())
            },
        )?;
    Ok(derivatives)
}
