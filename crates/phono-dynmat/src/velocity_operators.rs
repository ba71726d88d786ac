//! Velocities between bands.

use ndarray::{Array4, ArrayView2};
use num_complex::Complex64;
use phono_core::{Dynamics, Modes, Result, Stop, ensure_shape, units};
use phono_grid::degenerate_sets;
use rayon::prelude::*;

use crate::dense::{Dense, Wanted, images};
use crate::dipoles::Workspace;
use crate::dynamical_matrix::{DynamicalMatrix, wave_vectors};
use crate::group_velocities::{DIRECTION, VelocityOptions, dot, row};

/// `V[q, j, j', α] = ⟨e_j| ∂D/∂k_α |e_j'⟩ / 2√(f_j f_j')` in Å THz of `modes` at `qpoints`,
/// Hermitian in the bands.
pub fn velocity_operators(
    dynamics: &Dynamics<'_>,
    qpoints: ArrayView2<'_, f64>,
    modes: Modes<'_>,
    options: VelocityOptions,
    stop: &Stop,
) -> Result<Array4<Complex64>> {
    let (n_q, n) = modes.shape();
    let qpoints = wave_vectors(qpoints)?;
    ensure_shape("modes.qpoints", &[qpoints.len()], &[n_q])?;
    ensure_shape("modes.frequencies", &[n_q, n], &[n_q, dynamics.series().n_bands()])?;
    let d = DynamicalMatrix::new(dynamics, options.direction)?;
    let along = d.direction().unwrap_or(DIRECTION);
    let mut operators = Array4::zeros((n_q, n, n, 3));
    let all = operators.as_slice_mut().expect("just made in C order");
    let batch = d.batch();
    let size = 3 * n * n;
    all.par_chunks_mut(batch * size)
        .zip(qpoints.par_chunks(batch))
        .enumerate()
        .try_for_each_init(
            || Elements::new(n, batch),
            |elements, (piece, (operators, qpoints))| {
                d.derivatives_at(qpoints, &mut elements.work, &mut elements.made);
                for (i, operator) in operators.chunks_exact_mut(size).enumerate() {
                    stop.check()?;
                    let point = piece * batch + i;
                    let (f, e) = (modes.frequencies(point), modes.polarizations(point));
                    elements.take(i);
                    elements.tell_apart(f, e, along, options.degeneracy)?;
                    elements.scale(f, options.cutoff_frequency);
                    elements.write(operator.as_chunks_mut().0);
                }
                Ok(())
            },
        )?;
    Ok(operators)
}

/// Workspace for the elements at a batch of wave vectors, one after another.
struct Elements {
    work: Workspace,
    /// The derivatives at all of them.
    made: [Vec<Complex64>; 3],
    /// The derivatives at the current one.
    slopes: [Vec<Complex64>; 3],
    bands: Vec<Complex64>,
    images: [Vec<Complex64>; 3],
}

impl Elements {
    /// For `n` bands and `batch` wave vectors.
    fn new(n: usize, batch: usize) -> Self {
        let matrix = || vec![Complex64::ZERO; n * n];
        Self {
            work: Workspace::default(),
            made: std::array::from_fn(|_| vec![Complex64::ZERO; batch * n * n]),
            slopes: std::array::from_fn(|_| matrix()),
            bands: matrix(),
            images: std::array::from_fn(|_| matrix()),
        }
    }

    /// Make wave vector `i` of the batch the current one.
    fn take(&mut self, i: usize) {
        for (slope, made) in self.slopes.iter_mut().zip(&self.made) {
            let size = slope.len();
            slope.copy_from_slice(&made[i * size..(i + 1) * size]);
        }
    }

    /// Take eigenvectors `e`, in degenerate sets those of the slope of `D` along a
    /// direction.
    fn tell_apart(
        &mut self,
        f: &[f64],
        e: &[Complex64],
        direction: [f64; 3],
        degeneracy: f64,
    ) -> Result<()> {
        let n = f.len();
        self.bands.copy_from_slice(e);
        let sets = || degenerate_sets(f, degeneracy).filter(|set| set.len() > 1);
        if sets().next().is_none() {
            return Ok(());
        }
        let along: Vec<Complex64> = (0..n * n)
            .map(|i| (0..3).map(|axis| self.slopes[axis][i] * direction[axis]).sum())
            .collect();
        images(&along, e, &mut self.images[0]);
        for set in sets() {
            let m = set.len();
            let pairs = set.clone().flat_map(|i| set.clone().map(move |j| (i, j)));
            let block: Vec<Complex64> =
                pairs.map(|(i, j)| dot(row(e, i, n), row(&self.images[0], j, n))).collect();
            let (mut values, mut vectors) = (vec![0.0; m], vec![Complex64::ZERO; m * m]);
            Dense::new(m, Wanted::Vectors).eigen(&block, &mut values, &mut vectors)?;
            let mixed = self.bands[set.start * n..set.end * n].chunks_mut(n);
            for (band, u) in mixed.zip(vectors.chunks(m)) {
                for (k, x) in band.iter_mut().enumerate() {
                    *x = set.clone().zip(u).map(|(j, u)| u * e[j * n + k]).sum();
                }
            }
        }
        Ok(())
    }

    /// Divide by the roots of twice the frequencies; what does not move becomes 0.
    fn scale(&mut self, f: &[f64], cutoff_frequency: f64) {
        let n = f.len();
        for (band, &f) in self.bands.chunks_mut(n).zip(f) {
            let moves = f > cutoff_frequency;
            let scale =
                if moves { (units::FREQUENCY_SQUARED / 2.0 / f).sqrt() } else { 0.0 };
            for x in band {
                *x *= scale;
            }
        }
    }

    /// The Hermitian part of all elements between bands.
    fn write(&mut self, operator: &mut [[Complex64; 3]]) {
        for (slope, image) in self.slopes.iter().zip(&mut self.images) {
            images(slope, &self.bands, image);
        }
        let n = self.bands.len().isqrt();
        for i in 0..n {
            for j in 0..=i {
                for (axis, image) in self.images.iter().enumerate() {
                    let there = dot(row(&self.bands, i, n), row(image, j, n));
                    let back = dot(row(&self.bands, j, n), row(image, i, n));
                    let mean = (there + back.conj()) / 2.0;
                    operator[i * n + j][axis] = mean;
                    operator[j * n + i][axis] = mean.conj();
                }
            }
        }
    }
}
