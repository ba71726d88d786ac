//! The real self-energy.

use crate::accumulate::{Accumulate, Pair, Values};
use crate::triplet_sum::TripletSum;

/// `Σ w |V|² / (f' f'') {…}` with principal values: `sums[j, T, f]`.
pub(crate) struct RealPart<'a> {
    occupations: &'a [f64],
    n_t: usize,
    targets: &'a [f64],
    /// Whether each band has a target of its own.
    own: bool,
    square: f64,
    sums: Vec<f64>,
    /// Factors of `n' + n'' + 1` and of `n' − n''` at every target.
    factors: [Vec<f64>; 2],
}

impl<'a> RealPart<'a> {
    /// Nothing yet, for `n_j` bands at `n_t` temperatures, every band at all `targets` or
    /// each at its `own`.
    pub(crate) fn new(
        occupations: &'a [f64],
        [n_t, n_j]: [usize; 2],
        (targets, own): (&'a [f64], bool),
        epsilon: f64,
    ) -> Self {
        let n_f = if own { 1 } else { targets.len() };
        let factors = [vec![0.0; targets.len()], vec![0.0; targets.len()]];
        let (square, sums) = (epsilon * epsilon, vec![0.0; n_j * n_t * n_f]);
        Self { occupations, n_t, targets, own, square, sums, factors }
    }
}

impl Values for RealPart<'_> {
    const WEIGHTS: bool = false;

    fn values(&self) -> &[f64] {
        &self.sums
    }
}

impl Accumulate for RealPart<'_> {
    #[inline(always)]
    fn add(&mut self, _: &TripletSum<'_>, pair: Pair<'_>) {
        let Self { occupations, n_t, targets, own, square, sums, factors } = self;
        let (n_t, square, own) = (*n_t, *square, *own);
        let [both, exchange] = factors;
        let n_f = if own { 1 } else { targets.len() };
        let p = |x: f64| x / (x * x + square);
        let ([m1, m2], [f1, f2]) = (pair.modes, pair.frequencies);
        for ((w, both), exchange) in targets.iter().zip(&mut *both).zip(&mut *exchange) {
            *both = p(w - f1 - f2) - p(w + f1 + f2);
            *exchange = p(w + f1 - f2) - p(w - f1 + f2);
        }
        for (j, sums) in sums.chunks_exact_mut(n_t * n_f).enumerate() {
            let strength = pair.scale * pair.squares[j];
            let at = if own { j } else { 0 };
            for (t, sums) in sums.chunks_exact_mut(n_f).enumerate() {
                let (n1, n2) = (occupations[m1 * n_t + t], occupations[m2 * n_t + t]);
                let (a, b) = (strength * (n1 + n2 + 1.0), strength * (n1 - n2));
                for ((x, p), r) in sums.iter_mut().zip(&both[at..]).zip(&exchange[at..]) {
                    *x += a * p + b * r;
                }
            }
        }
    }
}
