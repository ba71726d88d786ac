//! Phonon linewidths from three-phonon scattering.

use std::ops::Range;

use ndarray::{Array2, ArrayView3};
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape, units};
use phono_grid::{PairWeights, degenerate_sets, triplets_at};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::fixed_q::{FixedQ, Projection, Visit};
use crate::rows::Rows;
use crate::{Phonons, Series};

/// Choices in the calculation of linewidths.
#[derive(Debug, Clone, Copy)]
pub struct Scattering {
    /// THz; phonons at or below it neither scatter nor are scattered.
    pub cutoff_frequency: f64,
    /// THz; consecutive bands closer than this are one degenerate set.
    pub degeneracy: f64,
    /// Average the energy-conserving weights over the sets at `q'` and `q''`.
    pub average_weights: bool,
}

/// Memory for the series of the initial bands that are done together.
const MEMORY: usize = 256 * 1024 * 1024;

/// Half linewidths at grid point `q`, `Γ[T, j]` in THz.
///
/// ```text
/// Γ(λ) = 18π/h² Σ |Φ(λ, λ', λ'')|² { (n' + n'' + 1) δ(f − f' − f'')
///                                    + (n' − n'') [δ(f + f' − f'') − δ(f − f' + f'')] }
/// ```
///
/// * `occupations[q, j, T]`: Bose-Einstein occupations.
///
/// Parallel over chunks of triplets, whose sums are added in order: the same bits on any
/// number of threads.
///
/// A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 11.
pub fn linewidths(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    q: i64,
    occupations: ArrayView3<'_, f64>,
    scattering: Scattering,
    stop: &Stop,
) -> Result<Array2<f64>> {
    let (n_q, n_b) = phonons.modes.shape();
    let n_t = occupations.dim().2;
    ensure_shape("occupations", occupations.shape(), &[n_q, n_b, n_t])?;
    let (points, multiplicities) = triplets_at(phonons.grid, q)?;
    let q = ensure_index("q", q, n_q)?;
    let occupations = occupations.as_standard_layout();
    let occupations = occupations.as_slice().ok_or(Error::Layout("occupations"))?;
    let pairs: Vec<[usize; 2]> =
        points.rows().into_iter().map(|p| [p[1] as usize, p[2] as usize]).collect();
    let multiplicities = multiplicities.to_vec();

    let mut gamma = Array2::zeros((n_t, n_b));
    phonons.ensure_atoms(series.n_atoms())?;
    let rows = Rows::new(series, phonons.grid.mesh());
    for initial in initial_bands(&rows, phonons) {
        let sum =
            Sum { phonons, q, initial: initial.clone(), occupations, n_t, scattering };
        let fixed =
            FixedQ::new(series, phonons, &rows, (q, initial.clone()), &pairs, stop)?;
        let parts: Vec<Vec<f64>> = (0..fixed.n_chunks())
            .into_par_iter()
            .map(|c| {
                stop.check()?;
                let pairs = (&pairs[..], &multiplicities[..]);
                Ok(Arch::new().dispatch(Part { sum: &sum, fixed: &fixed, c, pairs }))
            })
            .collect::<Result<_>>()?;
        for part in parts {
            for (i, x) in part.into_iter().enumerate() {
                gamma[[i % n_t, initial.start + i / n_t]] += x;
            }
        }
    }
    scale(&mut gamma, phonons, q, scattering);
    Ok(gamma)
}

/// Blocks of initial bands whose series fit the memory.
fn initial_bands(rows: &Rows, phonons: &Phonons<'_>) -> impl Iterator<Item = Range<usize>> {
    let n_b = phonons.n_bands();
    // The series itself, and its first sum at no more values of a_0 than there are.
    let kept = rows.r0.len() + phonons.grid.mesh()[0] * rows.lines.len();
    let one_band = kept * n_b * n_b * size_of::<[f64; 2]>();
    let block = (MEMORY / one_band.max(1)).clamp(1, n_b);
    (0..n_b).step_by(block).map(move |j| j..(j + block).min(n_b))
}

/// Average over the initial degenerate sets and put the factors in.
fn scale(gamma: &mut Array2<f64>, phonons: &Phonons<'_>, q: usize, scattering: Scattering) {
    let f = phonons.modes.frequencies(q);
    let factor = units::LINEWIDTH * units::STRENGTH / phonons.grid.n_q() as f64;
    for mut row in gamma.rows_mut() {
        for (j, x) in row.iter_mut().enumerate() {
            let active = f[j] > scattering.cutoff_frequency;
            *x = if active { *x * factor / f[j] } else { 0.0 };
        }
        for set in degenerate_sets(f, scattering.degeneracy).filter(|s| s.len() > 1) {
            let n = set.len() as f64;
            let mean = set.clone().map(|j| row[j]).sum::<f64>() / n;
            set.for_each(|j| row[j] = mean);
        }
        for (x, &f) in row.iter_mut().zip(f) {
            *x = if f > scattering.cutoff_frequency { *x } else { 0.0 };
        }
    }
}

/// What the sums over triplets of one `q` share.
struct Sum<'a> {
    phonons: &'a Phonons<'a>,
    q: usize,
    initial: Range<usize>,
    occupations: &'a [f64],
    n_t: usize,
    scattering: Scattering,
}

/// The sum over one chunk of triplets.
struct Part<'a> {
    sum: &'a Sum<'a>,
    fixed: &'a FixedQ<'a>,
    c: usize,
    pairs: (&'a [[usize; 2]], &'a [i64]),
}

impl WithSimd for Part<'_> {
    type Output = Vec<f64>;

    /// `Σ w |V|² / (f' f'') {…}`, `[j, T]`.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
        let Self { sum, fixed, c, pairs: (pairs, multiplicities) } = self;
        let targets = &sum.phonons.modes.frequencies(sum.q)[sum.initial.clone()];
        let weights = PairWeights::new(sum.phonons.n_bands(), targets.len());
        let gamma = vec![0.0; targets.len() * sum.n_t];
        let mut add = Add { sum, pairs, multiplicities, targets, weights, gamma };
        fixed.chunk(simd, (c, pairs), &mut add);
        add.gamma
    }
}

/// Adds triplets up.
struct Add<'a> {
    sum: &'a Sum<'a>,
    pairs: &'a [[usize; 2]],
    multiplicities: &'a [i64],
    targets: &'a [f64],
    weights: PairWeights,
    gamma: Vec<f64>,
}

impl Visit for Add<'_> {
    #[inline(always)]
    fn visit(&mut self, t: usize, v: &Projection) {
        let Self { sum, targets, weights, gamma, .. } = self;
        let Sum { phonons, scattering, .. } = sum;
        let pair = self.pairs[t];
        let frequencies = phonons.modes.all_frequencies();
        weights.evaluate(phonons.grid, &phonons.tetrahedra, frequencies, pair, targets);
        if scattering.average_weights {
            let [f1, f2] =
                [phonons.modes.frequencies(pair[0]), phonons.modes.frequencies(pair[1])];
            weights.average_degenerate(f1, f2, scattering.degeneracy);
        }
        sum.add(gamma, pair, self.multiplicities[t] as f64, weights, v);
    }
}

impl Sum<'_> {
    /// Add one triplet, all band pairs, all temperatures.
    #[inline(always)]
    fn add(
        &self,
        gamma: &mut [f64],
        [q1, q2]: [usize; 2],
        multiplicity: f64,
        weights: &PairWeights,
        v: &Projection,
    ) {
        let n_b = self.phonons.n_bands();
        let cutoff = self.scattering.cutoff_frequency;
        let (f1, f2) =
            (self.phonons.modes.frequencies(q1), self.phonons.modes.frequencies(q2));
        for j1 in (0..n_b).filter(|&j| f1[j] > cutoff) {
            for j2 in (0..n_b).filter(|&j| f2[j] > cutoff) {
                if !weights.is_active(j1, j2) {
                    continue;
                }
                let scale = multiplicity / (f1[j1] * f2[j2]);
                let (re, im) = v.at(j1, j2);
                let [decay, absorb, emit] = weights.at(j1, j2);
                let (n1, n2) = (self.occupation(q1, j1), self.occupation(q2, j2));
                for (j, gamma) in gamma.chunks_exact_mut(self.n_t).enumerate() {
                    if decay[j] == 0.0 && absorb[j] == 0.0 && emit[j] == 0.0 {
                        continue;
                    }
                    let strength = scale * (re[j] * re[j] + im[j] * im[j]);
                    let (decay, absorb) =
                        (strength * decay[j], strength * (absorb[j] - emit[j]));
                    for ((gamma, n1), n2) in gamma.iter_mut().zip(n1).zip(n2) {
                        *gamma += decay * (n1 + n2 + 1.0) + absorb * (n1 - n2);
                    }
                }
            }
        }
    }

    /// The occupations of one phonon at every temperature.
    #[inline(always)]
    fn occupation(&self, q: usize, j: usize) -> &[f64] {
        let at = (q * self.phonons.n_bands() + j) * self.n_t;
        &self.occupations[at..at + self.n_t]
    }
}
