//! The imaginary self-energy over a range of frequencies.

use phono_grid::Runs;

use crate::accumulate::{Accumulate, Pair, Values};
use crate::triplet_sum::TripletSum;

/// `Σ w |V|² / (f' f'') {…}` at every target: `sums[j, T, f]`.
pub(crate) struct Spread<'a> {
    occupations: &'a [f64],
    n_t: usize,
    n_f: usize,
    sums: Vec<f64>,
    /// `{…}` of one pair of bands at every target.
    bracket: Vec<f64>,
}

impl<'a> Spread<'a> {
    /// Nothing yet, for `n_j` bands at `n_t` temperatures and `n_f` targets.
    pub(crate) fn new(occupations: &'a [f64], [n_t, n_j, n_f]: [usize; 3]) -> Self {
        let sums = vec![0.0; n_j * n_t * n_f];
        Self { occupations, n_t, n_f, sums, bracket: vec![0.0; n_f] }
    }
}

impl Values for Spread<'_> {
    const WEIGHTS: bool = true;

    fn values(&self) -> &[f64] {
        &self.sums
    }
}

impl Accumulate for Spread<'_> {
    #[inline(always)]
    fn add(&mut self, _: &TripletSum<'_>, pair: Pair<'_>) {
        let Self { occupations, n_t, n_f, sums, bracket } = self;
        let (n_t, n_f) = (*n_t, *n_f);
        let [m1, m2] = pair.modes;
        for (channel, first, weights) in pair.weights.into_iter().flat_map(Runs::iter) {
            for t in 0..n_t {
                let (n1, n2) = (occupations[m1 * n_t + t], occupations[m2 * n_t + t]);
                let factor = [n1 + n2 + 1.0, n1 - n2, n2 - n1][channel];
                let bracket = &mut bracket[..weights.len()];
                for (x, weight) in bracket.iter_mut().zip(weights) {
                    *x = weight * factor;
                }
                for (j, sums) in sums.chunks_exact_mut(n_t * n_f).enumerate() {
                    let strength = pair.scale * pair.squares[j];
                    let sums = &mut sums[t * n_f + first..][..weights.len()];
                    for (x, b) in sums.iter_mut().zip(&*bracket) {
                        *x += strength * b;
                    }
                }
            }
        }
    }
}
