//! Contributions of the triplets to a linewidth.

use std::ops::Range;

use ndarray::{Array5, ArrayView3};
use phono_core::{Result, Stop, units};

use crate::accumulate::{Accumulate, Pair, Targets};
use crate::occupations::Occupations;
use crate::triplet_sum::TripletSum;
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
        let new = |bands: Range<usize>| Details {
            occupations,
            n_t,
            n_j: bands.len(),
            done: vec![],
        };
        let take = |bands: Range<usize>, details: Details<'_>| {
            for (t, [j1, j2], values) in details.done {
                for (j, values) in bands.clone().zip(values.chunks_exact(n_t)) {
                    for (temperature, x) in values.iter().enumerate() {
                        out[[temperature, t, j, j1, j2]] = x * scale[j];
                    }
                }
            }
        };
        sum.run((initial, Targets::Own), new, take, stop)?;
    }
    Ok(out)
}

/// `values[j, T]` of every triplet and pair of bands.
struct Details<'a> {
    occupations: &'a [f64],
    n_t: usize,
    n_j: usize,
    done: Vec<(usize, [usize; 2], Vec<f64>)>,
}

impl Accumulate for Details<'_> {
    #[inline(always)]
    fn add(&mut self, sum: &TripletSum<'_>, pair: Pair<'_>) {
        let n_t = self.n_t;
        let [m1, m2] = pair.modes;
        let mut values = vec![0.0; self.n_j * n_t];
        let scale = pair.scale / sum.multiplicities[pair.t];
        for (channel, j, weight) in pair.own() {
            let strength = scale * pair.squares[j] * weight;
            for (t, x) in values[j * n_t..(j + 1) * n_t].iter_mut().enumerate() {
                let (n1, n2) =
                    (self.occupations[m1 * n_t + t], self.occupations[m2 * n_t + t]);
                *x += strength * [n1 + n2 + 1.0, n1 - n2, n2 - n1][channel];
            }
        }
        self.done.push((pair.t, pair.bands, values));
    }
}
