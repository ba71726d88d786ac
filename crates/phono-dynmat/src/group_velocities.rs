//! Group velocities.

use std::ops::Range;

use ndarray::{Array3, ArrayView2, ArrayViewD};
use num_complex::Complex64;
use phono_core::{Dynamics, Error, Modes, Result, Stop, ensure_shape, units};
use phono_grid::degenerate_sets;
use rayon::prelude::*;

use crate::dense::{Dense, Wanted, images};
use crate::dipoles::Workspace;
use crate::dynamical_matrix::{DynamicalMatrix, wave_vectors};
use crate::matrix::{Matrix, apply, invert, product};

/// Fractional; wave vectors closer than this in every component are the same.
const SAME_Q: f64 = 1e-5;
/// Cartesian, not normalised; along it the bands of a degenerate set are told apart.
pub(crate) const DIRECTION: [f64; 3] = [1.0, 2.0, 3.0];

/// Which modes have a velocity, and how those of a degenerate set are told apart.
#[derive(Debug, Clone, Copy)]
pub struct VelocityOptions {
    /// Fractional; along it Γ is approached, if there is one.
    pub direction: Option<[f64; 3]>,
    /// THz; modes at or below have no velocity.
    pub cutoff_frequency: f64,
    /// THz; consecutive bands closer than this are one degenerate set.
    pub degeneracy: f64,
}

/// `v[q, j, α] = ∂f_j/∂k_α` in Å THz of `modes` at `qpoints`, averaged over those of
/// `rotations` (on fractional wave vectors) that leave `q` in place.
pub fn group_velocities(
    dynamics: &Dynamics<'_>,
    qpoints: ArrayView2<'_, f64>,
    modes: Modes<'_>,
    rotations: ArrayViewD<'_, i64>,
    options: VelocityOptions,
    stop: &Stop,
) -> Result<Array3<f64>> {
    let (n_q, n) = modes.shape();
    let qpoints = wave_vectors(qpoints)?;
    ensure_shape("modes.qpoints", &[qpoints.len()], &[n_q])?;
    ensure_shape("modes.frequencies", &[n_q, n], &[n_q, dynamics.series().n_bands()])?;
    let rotations = Rotations::new(rotations, dynamics.series().cell().lattice())?;
    let d = DynamicalMatrix::new(dynamics, options.direction)?;
    let mut velocities = Array3::zeros((n_q, n, 3));
    let all = velocities.as_slice_mut().expect("just made in C order");
    let batch = d.batch();
    all.par_chunks_mut(3 * n * batch)
        .zip(qpoints.par_chunks(batch))
        .enumerate()
        .try_for_each_init(
            || Slopes::new(&d, options.degeneracy),
            |slopes, (piece, (v, qpoints))| {
                slopes.make(&d, qpoints);
                for (i, (v, &q)) in v.chunks_exact_mut(3 * n).zip(qpoints).enumerate() {
                    stop.check()?;
                    let average = rotations.average(q)?;
                    let point = piece * batch + i;
                    let f = modes.frequencies(point);
                    let slopes = slopes.bands(i, f, modes.polarizations(point))?;
                    let each = v.as_chunks_mut().0.iter_mut().zip(slopes).zip(f);
                    for ((v, slope), &f) in
                        each.filter(|&(_, &f)| f > options.cutoff_frequency)
                    {
                        let scale = units::FREQUENCY_SQUARED / 2.0 / f;
                        *v = apply(&average, &slope.map(|x| x * scale));
                    }
                }
                Ok(())
            },
        )?;
    Ok(velocities)
}

/// Workspace for `⟨e_j| ∂D/∂k_α |e_j⟩` at a batch of wave vectors.
struct Slopes {
    work: Workspace,
    /// One wave vector after another.
    derivatives: [Vec<Complex64>; 3],
    images: [Vec<Complex64>; 3],
    bands: Vec<[f64; 3]>,
    /// Along it the bands of a degenerate set are told apart.
    direction: [f64; 3],
    /// THz
    degeneracy: f64,
}

impl Slopes {
    /// For batches of `d`.
    fn new(d: &DynamicalMatrix<'_>, degeneracy: f64) -> Self {
        let n = d.n_bands();
        let matrices = |many| std::array::from_fn(|_| vec![Complex64::ZERO; many * n * n]);
        Self {
            work: Workspace::default(),
            derivatives: matrices(d.batch()),
            images: matrices(1),
            bands: vec![[0.0; 3]; n],
            direction: d.direction().unwrap_or(DIRECTION),
            degeneracy,
        }
    }

    /// Make the derivatives at a batch.
    fn make(&mut self, d: &DynamicalMatrix<'_>, qpoints: &[[f64; 3]]) {
        d.derivatives_at(qpoints, &mut self.work, &mut self.derivatives);
    }

    /// The slopes of every band at wave vector `i` of the batch, those of degenerate sets told
    /// apart first.
    fn bands(&mut self, i: usize, f: &[f64], e: &[Complex64]) -> Result<&[[f64; 3]]> {
        for (derivative, image) in self.derivatives.iter().zip(&mut self.images) {
            images(&derivative[i * e.len()..(i + 1) * e.len()], e, image);
        }
        let n = f.len();
        for set in degenerate_sets(f, self.degeneracy) {
            if set.len() == 1 {
                let j = set.start;
                for (slope, image) in self.bands[j].iter_mut().zip(&self.images) {
                    *slope = dot(row(e, j, n), row(image, j, n)).re;
                }
            } else {
                let slopes = resolved(&self.blocks(set.clone(), n, e), self.direction)?;
                self.bands[set].copy_from_slice(&slopes);
            }
        }
        Ok(&self.bands)
    }

    /// `⟨e_i| ∂D/∂k_α |e_j⟩` within a set of bands, rows one after another.
    fn blocks(&self, set: Range<usize>, n: usize, e: &[Complex64]) -> [Vec<Complex64>; 3] {
        self.images.each_ref().map(|image| {
            let bra_kets = set.clone().flat_map(|i| set.clone().map(move |j| (i, j)));
            bra_kets.map(|(i, j)| dot(row(e, i, n), row(image, j, n))).collect()
        })
    }
}

/// Row `j` of a matrix of `n` columns.
pub(crate) fn row(rows: &[Complex64], j: usize, n: usize) -> &[Complex64] {
    &rows[j * n..(j + 1) * n]
}

/// The slopes of a degenerate set in the modes that diagonalise its slope along
/// `direction`.
fn resolved(blocks: &[Vec<Complex64>; 3], direction: [f64; 3]) -> Result<Vec<[f64; 3]>> {
    let n = blocks[0].len().isqrt();
    let along: Vec<Complex64> = (0..n * n)
        .map(|i| (0..3).map(|axis| blocks[axis][i] * direction[axis]).sum())
        .collect();
    let (mut values, mut vectors) = (vec![0.0; n], vec![Complex64::ZERO; n * n]);
    Dense::new(n, Wanted::Vectors).eigen(&along, &mut values, &mut vectors)?;
    Ok(vectors
        .chunks(n)
        .map(|u| {
            blocks.each_ref().map(|block| {
                let products = block
                    .chunks(n)
                    .map(|row| row.iter().zip(u).map(|(b, u)| b * u).sum::<Complex64>());
                dot(u, &products.collect::<Vec<_>>()).re
            })
        })
        .collect())
}

/// `a* · b`.
pub(crate) fn dot(a: &[Complex64], b: &[Complex64]) -> Complex64 {
    a.iter().zip(b).map(|(a, b)| a.conj() * b).sum()
}

/// The reciprocal point group, on fractional and on Cartesian vectors.
struct Rotations {
    fractional: Vec<Matrix>,
    cartesian: Vec<Matrix>,
}

impl Rotations {
    /// Read `rotations[r, i, j]`; `lattice` rows are direct lattice vectors.
    fn new(rotations: ArrayViewD<'_, i64>, lattice: &Matrix) -> Result<Self> {
        let n_r = rotations.shape().first().copied().unwrap_or_default();
        ensure_shape("rotations", rotations.shape(), &[n_r, 3, 3])?;
        let matrix = |r: usize| -> Matrix {
            std::array::from_fn(|i| std::array::from_fn(|j| rotations[[r, i, j]] as f64))
        };
        let fractional: Vec<Matrix> = (0..n_r).map(matrix).collect();
        // k = B q with B = A⁻¹, direct lattice vectors in the rows of A: B W B⁻¹ = A⁻¹ W A.
        let inverse = invert(lattice);
        let cartesian =
            fractional.iter().map(|w| product(&product(&inverse, w), lattice)).collect();
        Ok(Self { fractional, cartesian })
    }

    /// The mean of the Cartesian operations that leave `q - rint(q)` in place, without a
    /// shift by a reciprocal lattice vector.
    fn average(&self, q: [f64; 3]) -> Result<Matrix> {
        let q = q.map(|x| x - x.round_ties_even());
        let stays = |w: &Matrix| {
            apply(w, &q).iter().zip(q).all(|(image, x)| (image - x).abs() < SAME_Q)
        };
        let mut count = 0.0;
        let mut sum = [[0.0; 3]; 3];
        for (w, cartesian) in self.fractional.iter().zip(&self.cartesian) {
            if stays(w) {
                count += 1.0;
                for (sum, x) in
                    sum.as_flattened_mut().iter_mut().zip(cartesian.as_flattened())
                {
                    *sum += x;
                }
            }
        }
        if count == 0.0 {
            return Err(Error::Domain(
                "rotations: no operation leaves q in place; add the identity".into(),
            ));
        }
        Ok(sum.map(|row| row.map(|x| x / count)))
    }
}
