//! Contributions of the triplets to a linewidth.

use ndarray::{Array5, ArrayView3};
use phono_core::{Result, Stop, units};

use crate::occupations::Occupations;
use crate::triplet_sum::{Accumulate, Triplet, TripletSum};
use crate::{Couplings, Phonons, Scattering};

/// The summands `Γ[T, t, j, j', j'']` of [`linewidths`](crate::linewidths) in THz, without
/// the multiplicity of the triplets and without the average over initial degenerate sets.
pub fn detailed_linewidths<'a>(
    couplings: impl Into<Couplings<'a>>,
    phonons: &'a Phonons<'a>,
    q: i64,
    occupations: ArrayView3<'_, f64>,
    scattering: Scattering,
    stop: &Stop,
) -> Result<Array5<f64>> {
    let (n_q, n_b) = phonons.modes.shape();
    let occupations = Occupations::new(phonons, occupations)?;
    let (n_t, occupations) = (occupations.n_temperatures(), occupations.values()?);
    let sum = TripletSum::new(couplings, phonons, q, scattering, stop)?;
    let factor = units::LINEWIDTH * units::STRENGTH / n_q as f64;
    let scale: Vec<f64> =
        sum.initial().map(|(f, active)| if active { factor / f } else { 0.0 }).collect();

    let mut out = Array5::zeros((n_t, sum.pairs.len(), n_b, n_b, n_b));
    for initial in sum.initial_bands() {
        let targets = &phonons.modes.frequencies(sum.q)[initial.clone()];
        let new = || Details { occupations, n_t, n_j: initial.len(), done: vec![] };
        let take = |details: Details<'_>| {
            for (triplet, values) in details.done {
                let mut values = values.into_iter();
                for (j1, j2) in (0..n_b).flat_map(|j1| (0..n_b).map(move |j2| (j1, j2))) {
                    for j in initial.clone() {
                        for (t, x) in values.by_ref().take(n_t).enumerate() {
                            out[[t, triplet, j, j1, j2]] = x * scale[j];
                        }
                    }
                }
            }
        };
        sum.run_at((initial.clone(), targets), new, take, stop)?;
    }
    Ok(out)
}

/// `values[j', j'', j, T]` of every triplet.
struct Details<'a> {
    occupations: &'a [f64],
    n_t: usize,
    n_j: usize,
    done: Vec<(usize, Vec<f64>)>,
}

impl Accumulate for Details<'_> {
    #[inline(always)]
    fn add(&mut self, sum: &TripletSum<'_>, triplet: Triplet<'_>) {
        let (n_t, n_j, n_b) = (self.n_t, self.n_j, sum.phonons.n_bands());
        let mut values = vec![0.0; n_b * n_b * n_j * n_t];
        for pair in sum.active_pairs(triplet.t) {
            let ([j1, j2], [m1, m2]) = (pair.bands, pair.modes);
            if !triplet.weights.is_active(j1, j2) {
                continue;
            }
            let (re, im) = triplet.elements.at(j1, j2);
            let [decay, absorb, emit] = triplet.weights.at(j1, j2);
            let scale = pair.scale / sum.multiplicities[triplet.t];
            let out = &mut values[(j1 * n_b + j2) * n_j * n_t..][..n_j * n_t];
            for (j, out) in out.chunks_exact_mut(n_t).enumerate() {
                let strength = scale * (re[j] * re[j] + im[j] * im[j]);
                for (t, x) in out.iter_mut().enumerate() {
                    let (n1, n2) =
                        (self.occupations[m1 * n_t + t], self.occupations[m2 * n_t + t]);
                    let exchange = (absorb[j] - emit[j]) * (n1 - n2);
                    *x = strength * (decay[j] * (n1 + n2 + 1.0) + exchange);
                }
            }
        }
        self.done.push((triplet.t, values));
    }
}
