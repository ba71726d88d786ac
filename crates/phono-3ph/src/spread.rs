//! The imaginary self-energy over a range of frequencies.

use crate::triplet_sum::{Accumulate, Triplet, TripletSum, Values};

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
    fn add(&mut self, sum: &TripletSum<'_>, triplet: Triplet<'_>) {
        let Self { occupations, n_t, n_f, sums, bracket } = self;
        let (n_t, n_f) = (*n_t, *n_f);
        for pair in sum.active_pairs(triplet.t) {
            let ([j1, j2], [m1, m2]) = (pair.bands, pair.modes);
            if !triplet.weights.is_active(j1, j2) {
                continue;
            }
            let [decay, absorb, emit] = triplet.weights.at(j1, j2);
            let Some([from, to]) = support(decay, absorb, emit) else { continue };
            let (re, im) = triplet.elements.at(j1, j2);
            for t in 0..n_t {
                let (n1, n2) = (occupations[m1 * n_t + t], occupations[m2 * n_t + t]);
                let (both, exchange) = (n1 + n2 + 1.0, n1 - n2);
                let bracket = &mut bracket[from..to];
                for (i, x) in bracket.iter_mut().enumerate() {
                    let f = from + i;
                    *x = decay[f] * both + (absorb[f] - emit[f]) * exchange;
                }
                for (j, (re, im)) in re.iter().zip(im).enumerate() {
                    let strength = pair.scale * (re * re + im * im);
                    let at = (j * n_t + t) * n_f;
                    for (x, b) in sums[at + from..at + to].iter_mut().zip(&*bracket) {
                        *x += strength * b;
                    }
                }
            }
        }
    }
}

/// The range of targets where a weight is not 0.
#[inline(always)]
fn support(decay: &[f64], absorb: &[f64], emit: &[f64]) -> Option<[usize; 2]> {
    let weighs = |f: &usize| decay[*f] != 0.0 || absorb[*f] != 0.0 || emit[*f] != 0.0;
    let from = (0..decay.len()).find(weighs)?;
    let to = (from..decay.len()).rfind(weighs)?;
    Some([from, to + 1])
}
