//! Phonon linewidths from three-phonon scattering.

use ndarray::{Array2, ArrayView3};
use phono_core::{Result, Stop, units};
use phono_grid::degenerate_sets;

use crate::occupations::Occupations;
use crate::triplet_sum::{Accumulate, Triplet, TripletSum, Values};
use crate::{Phonons, Series, Smearing};

/// Choices in the calculation of linewidths.
#[derive(Debug, Clone, Copy)]
pub struct Scattering {
    /// THz; phonons at or below it neither scatter nor are scattered.
    pub cutoff_frequency: f64,
    /// THz; consecutive bands closer than this are one degenerate set.
    pub degeneracy: f64,
    /// Average tetrahedron weights over the sets at `q'` and `q''`.
    pub average_degenerate_weights: bool,
    /// Normal distributions in place of the delta functions; tetrahedra if `None`.
    pub smearing: Option<Smearing>,
}

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
    let occupations = Occupations::new(phonons, occupations)?;
    let (n_t, n_b) = (occupations.n_temperatures(), phonons.n_bands());
    let occupations = occupations.values()?;
    let sum = TripletSum::new(series, phonons, q, scattering, stop)?;

    let mut gamma = Array2::zeros((n_t, n_b));
    for initial in sum.initial_bands() {
        let new = || Widths::new(occupations, n_t, initial.len());
        add_widths(&mut gamma, initial.start, sum.run(initial.clone(), new, stop)?);
    }
    scale(&mut gamma, &sum);
    Ok(gamma)
}

/// Add the parts in order, to bands from `first` on.
pub(crate) fn add_widths(gamma: &mut Array2<f64>, first: usize, parts: Vec<Widths<'_>>) {
    let n_t = gamma.nrows();
    for part in parts {
        for (i, x) in part.gamma.into_iter().enumerate() {
            gamma[[i % n_t, first + i / n_t]] += x;
        }
    }
}

/// Average over the initial degenerate sets and put the factors in.
pub(crate) fn scale(gamma: &mut Array2<f64>, sum: &TripletSum<'_>) {
    let factor = units::LINEWIDTH * units::STRENGTH / sum.phonons.grid.n_q() as f64;
    let f = sum.phonons.modes.frequencies(sum.q);
    for mut row in gamma.rows_mut() {
        for (x, (f, active)) in row.iter_mut().zip(sum.initial()) {
            *x = if active { *x * factor / f } else { 0.0 };
        }
        for set in degenerate_sets(f, sum.scattering.degeneracy).filter(|s| s.len() > 1) {
            let n = set.len() as f64;
            let mean = set.clone().map(|j| row[j]).sum::<f64>() / n;
            set.for_each(|j| row[j] = mean);
        }
        for (x, (_, active)) in row.iter_mut().zip(sum.initial()) {
            *x = if active { *x } else { 0.0 };
        }
    }
}

/// `Σ w |V|² / (f' f'') {…}`, `gamma[j, T]`.
pub(crate) struct Widths<'a> {
    occupations: &'a [f64],
    n_t: usize,
    pub(crate) gamma: Vec<f64>,
}

impl<'a> Widths<'a> {
    /// Nothing yet, for `n_j` bands at `n_t` temperatures.
    pub(crate) fn new(occupations: &'a [f64], n_t: usize, n_j: usize) -> Self {
        Self { occupations, n_t, gamma: vec![0.0; n_j * n_t] }
    }

    /// The occupations of phonon number `mode` at every temperature.
    #[inline(always)]
    fn occupation(&self, mode: usize) -> &[f64] {
        &self.occupations[mode * self.n_t..(mode + 1) * self.n_t]
    }
}

impl Values for Widths<'_> {
    const WEIGHTS: bool = true;

    fn values(&self) -> &[f64] {
        &self.gamma
    }
}

impl Accumulate for Widths<'_> {
    #[inline(always)]
    fn add(&mut self, sum: &TripletSum<'_>, triplet: Triplet<'_>) {
        let [q1, q2] = sum.pairs[triplet.t];
        let multiplicity = sum.multiplicities[triplet.t];
        let n_b = sum.phonons.n_bands();
        let cutoff = sum.scattering.cutoff_frequency;
        let modes = sum.phonons.modes;
        let (f1, f2) = (modes.frequencies(q1), modes.frequencies(q2));
        let mut gamma = std::mem::take(&mut self.gamma);
        for j1 in (0..n_b).filter(|&j| f1[j] > cutoff) {
            for j2 in (0..n_b).filter(|&j| f2[j] > cutoff) {
                if !triplet.weights.is_active(j1, j2) {
                    continue;
                }
                let scale = multiplicity / (f1[j1] * f2[j2]);
                let (re, im) = triplet.elements.at(j1, j2);
                let [decay, absorb, emit] = triplet.weights.at(j1, j2);
                let (n1, n2) =
                    (self.occupation(q1 * n_b + j1), self.occupation(q2 * n_b + j2));
                for (j, gamma) in gamma.chunks_exact_mut(self.n_t).enumerate() {
                    if decay[j] == 0.0 && absorb[j] == 0.0 && emit[j] == 0.0 {
                        continue;
                    }
                    let strength = scale * (re[j] * re[j] + im[j] * im[j]);
                    let decay = strength * decay[j];
                    let exchange = strength * (absorb[j] - emit[j]);
                    for ((gamma, n1), n2) in gamma.iter_mut().zip(n1).zip(n2) {
                        *gamma += decay * (n1 + n2 + 1.0) + exchange * (n1 - n2);
                    }
                }
            }
        }
        self.gamma = gamma;
    }
}
