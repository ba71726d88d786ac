//! What is summed over triplets.

use std::ops::Range;

use phono_grid::Runs;

use crate::lanes::LANES;
use crate::triplet_sum::TripletSum;

/// Phonons at `q'` and `q''`, their squared elements and weights.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    /// Number of the triplet.
    pub(crate) t: usize,
    pub(crate) bands: [usize; 2],
    /// Their numbers among all phonons.
    pub(crate) modes: [usize; 2],
    pub(crate) frequencies: [f64; 2],
    /// The multiplicity of the triplet over the product of the frequencies.
    pub(crate) scale: f64,
    /// `|V|²` of initial bands side by side.
    pub(crate) squares: &'a [f64; LANES],
    /// None if the accumulator needs none.
    pub(crate) weights: Option<Runs<'a>>,
    /// Places among the targets of the bands side by side, if each has a target of its own.
    pub(crate) own: &'a Range<usize>,
}

impl Pair<'_> {
    /// The channel, the initial band among those side by side, and the weight of each delta
    /// function, if each band has a target of its own.
    #[inline(always)]
    pub(crate) fn own(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.own_runs().flat_map(|(channel, first, weights)| {
            let bands = first..first + weights.len();
            bands.zip(weights).map(move |(j, &weight)| (channel, j, weight))
        })
    }

    /// The same by runs of neighbouring bands: the channel, the first band, and weights.
    #[inline(always)]
    pub(crate) fn own_runs(&self) -> impl Iterator<Item = (usize, usize, &[f64])> {
        let Range { start, end } = self.own.clone();
        let runs = self.weights.into_iter().flat_map(Runs::iter);
        runs.filter_map(move |(channel, first, values)| {
            let (from, to) = (start.max(first), end.min(first + values.len()));
            (from < to).then(|| (channel, from - start, &values[from - first..to - first]))
        })
    }
}

/// Takes pairs of phonons in, triplet by triplet.
///
/// A trait, not a closure: what is not inlined is compiled without the vectors of this
/// machine.
pub(crate) trait Accumulate: Send {
    /// Take one pair in; `#[inline(always)]`.
    fn add(&mut self, sum: &TripletSum<'_>, pair: Pair<'_>);
}

/// An accumulator of `values[(j n_T + T) n_f + f]`.
pub(crate) trait Values: Accumulate {
    /// Whether it needs delta functions.
    const WEIGHTS: bool;

    /// The sums.
    fn values(&self) -> &[f64];
}

impl<A: Accumulate, B: Accumulate> Accumulate for (A, B) {
    #[inline(always)]
    fn add(&mut self, sum: &TripletSum<'_>, pair: Pair<'_>) {
        self.0.add(sum, pair);
        self.1.add(sum, pair);
    }
}

/// Where delta functions are evaluated.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Targets<'a> {
    /// Each band at its own frequency.
    Own,
    /// Each initial band at one of these, THz.
    Each(&'a [f64]),
    /// All bands at these, THz.
    At(&'a [f64]),
    /// Nowhere: all pairs count alike.
    Nowhere,
}

impl Targets<'_> {
    /// Whether each band has a target of its own.
    #[inline(always)]
    pub(crate) fn of_each(self) -> bool {
        matches!(self, Targets::Own | Targets::Each(_))
    }
}
