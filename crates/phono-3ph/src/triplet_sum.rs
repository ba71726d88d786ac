//! Sums over the triplets at one `q`, weighted by energy conservation.

use std::ops::Range;

use phono_core::{Result, Stop, ensure_index};
use phono_grid::PairWeights;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::adaptive::Adaptive;
use crate::fixed_q::{FixedQ, Projection, Visit, Window};
use crate::rows::Rows;
use crate::stored::Stored;
use crate::{Couplings, Phonons, Scattering, Series, Smearing};

/// Memory for the series of the initial bands that are done together.
const MEMORY: usize = 256 * 1024 * 1024;
/// Chunks whose accumulators exist at a time; the same on any number of threads.
const GROUP: usize = 128;

/// The irreducible triplets at one `q`, and what their elements and weights are made of.
pub(crate) struct TripletSum<'a> {
    source: Source<'a>,
    pub(crate) phonons: &'a Phonons<'a>,
    pub(crate) q: usize,
    pub(crate) pairs: Vec<[usize; 2]>,
    pub(crate) multiplicities: Vec<f64>,
    pub(crate) scattering: Scattering,
    adaptive: Option<Adaptive<'a>>,
}

/// Where the elements come from.
enum Source<'a> {
    /// Computed; the series as it lies on the grid.
    Series(Series<'a>, Rows),
    /// Taken from a store.
    Stored(Stored<'a>),
}

/// One triplet: its number, its elements and its weights.
#[derive(Clone, Copy)]
pub(crate) struct Triplet<'a> {
    pub(crate) t: usize,
    pub(crate) elements: &'a Projection,
    pub(crate) weights: &'a PairWeights,
}

/// A phonon at `q'` and one at `q''`.
pub(crate) struct Pair {
    pub(crate) bands: [usize; 2],
    /// Their numbers among all phonons.
    pub(crate) modes: [usize; 2],
    pub(crate) frequencies: [f64; 2],
    /// The multiplicity of the triplet over the product of the frequencies.
    pub(crate) scale: f64,
}

/// Takes triplets in, one after the other.
///
/// A trait, not a closure: what is not inlined is compiled without the vectors of this
/// machine.
pub(crate) trait Accumulate: Send {
    /// Take one triplet in; `#[inline(always)]`.
    fn add(&mut self, sum: &TripletSum<'_>, triplet: Triplet<'_>);
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
    fn add(&mut self, sum: &TripletSum<'_>, triplet: Triplet<'_>) {
        self.0.add(sum, triplet);
        self.1.add(sum, triplet);
    }
}

impl<'a> TripletSum<'a> {
    /// Find the triplets at grid point `q`.
    pub(crate) fn new(
        couplings: impl Into<Couplings<'a>>,
        phonons: &'a Phonons<'a>,
        q: i64,
        scattering: Scattering,
        stop: &Stop,
    ) -> Result<Self> {
        let (points, weights) = phonons.triplets_at(q, stop)?;
        let source = match couplings.into() {
            Couplings::Series(series) => {
                phonons.ensure_atoms(series.n_atoms())?;
                Source::Series(series, Rows::new(series, phonons.grid))
            }
            Couplings::Stored(strengths) => {
                Source::Stored(Stored::new(strengths, points.view(), phonons)?)
            }
        };
        let pair = |p: ndarray::ArrayView1<'_, i64>| [p[1] as usize, p[2] as usize];
        let q = ensure_index("q", q, phonons.modes.shape().0)?;
        Ok(Self {
            source,
            phonons,
            q,
            adaptive: adaptive(phonons, q, scattering)?,
            pairs: points.rows().into_iter().map(pair).collect(),
            multiplicities: weights.iter().map(|&w| w as f64).collect(),
            scattering,
        })
    }

    /// Take triplets at `q` that are given, and how many each stands for.
    pub(crate) fn given(
        series: Series<'a>,
        phonons: &'a Phonons<'a>,
        (q, pairs, multiplicities): (usize, Vec<[usize; 2]>, Vec<f64>),
        scattering: Scattering,
    ) -> Result<Self> {
        phonons.ensure_atoms(series.n_atoms())?;
        let source = Source::Series(series, Rows::new(series, phonons.grid));
        let adaptive = adaptive(phonons, q, scattering)?;
        Ok(Self { source, phonons, q, pairs, multiplicities, scattering, adaptive })
    }

    /// Blocks of initial bands whose series fit the memory.
    pub(crate) fn initial_bands(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let n_b = self.phonons.n_bands();
        let block = match &self.source {
            Source::Stored(_) => n_b,
            Source::Series(_, rows) => {
                // The series itself, and its first sum at no more values of a_0 than there
                // are: blocks do not depend on the number of threads.
                let kept = rows.r0.len() + self.phonons.grid.mesh()[0] * rows.lines.len();
                let one_band = kept * n_b * n_b * size_of::<[f64; 2]>();
                (MEMORY / one_band.max(1)).clamp(1, n_b)
            }
        };
        (0..n_b).step_by(block).map(move |j| j..(j + block).min(n_b))
    }

    /// Let a new accumulator take in each chunk of triplets, for the bands `initial` at
    /// their own frequencies.
    ///
    /// Chunks are cut by the problem and returned in order: what is made of them does not
    /// depend on the number of threads.
    pub(crate) fn run<A: Accumulate>(
        &self,
        initial: Range<usize>,
        new: impl Fn() -> A + Sync,
        stop: &Stop,
    ) -> Result<Vec<A>> {
        let targets = &self.phonons.modes.frequencies(self.q)[initial.clone()];
        let mut all = vec![];
        self.run_at((initial, targets), new, |a| all.push(a), stop)?;
        Ok(all)
    }

    /// The same with weights at the frequencies `targets`, none if there are none; the
    /// accumulators are handed to `take` in order, a few at a time.
    pub(crate) fn run_at<A: Accumulate>(
        &self,
        (initial, targets): (Range<usize>, &[f64]),
        new: impl Fn() -> A + Sync,
        mut take: impl FnMut(A),
        stop: &Stop,
    ) -> Result<()> {
        let elements = match &self.source {
            Source::Stored(stored) => Elements::Stored(stored),
            Source::Series(series, rows) => {
                let (at, pairs) = ((self.q, initial), &self.pairs);
                Elements::Computed(FixedQ::new(
                    *series,
                    self.phonons,
                    rows,
                    at,
                    pairs,
                    stop,
                )?)
            }
        };
        let one = |part: &Part<'_>, c| {
            let weights = PairWeights::new(self.phonons.n_bands(), targets.len());
            let weighted = Weighted { sum: self, targets, weights, stop, inner: new() };
            let all = Arch::new().dispatch(Chunk { part, c, weighted });
            // Triplets are left out once it is raised.
            stop.check()?;
            Ok(all)
        };
        for range in elements.windows() {
            let part = elements.part(range.clone());
            for first in range.clone().step_by(GROUP) {
                let group: Vec<A> = (first..(first + GROUP).min(range.end))
                    .into_par_iter()
                    .map(|c| one(&part, c))
                    .collect::<Result<_>>()?;
                group.into_iter().for_each(&mut take);
            }
        }
        Ok(())
    }

    /// The pairs of bands at `q'` and `q''` of triplet `t` that are above the cutoff.
    #[inline(always)]
    pub(crate) fn active_pairs(&self, t: usize) -> impl Iterator<Item = Pair> {
        let [q1, q2] = self.pairs[t];
        let n_b = self.phonons.n_bands();
        let cutoff = self.scattering.cutoff_frequency;
        let modes = self.phonons.modes;
        let (f1, f2) = (modes.frequencies(q1), modes.frequencies(q2));
        let multiplicity = self.multiplicities[t];
        (0..n_b * n_b).filter_map(move |pair| {
            let bands @ [j1, j2] = [pair / n_b, pair % n_b];
            let frequencies @ [a, b] = [f1[j1], f2[j2]];
            let modes = [q1 * n_b + j1, q2 * n_b + j2];
            let scale = multiplicity / (a * b);
            (a > cutoff && b > cutoff).then_some(Pair { bands, modes, frequencies, scale })
        })
    }

    /// The initial frequencies and whether each is above the cutoff.
    pub(crate) fn initial(&self) -> impl Iterator<Item = (f64, bool)> {
        let cutoff = self.scattering.cutoff_frequency;
        self.phonons.modes.frequencies(self.q).iter().map(move |&f| (f, f > cutoff))
    }
}

/// The widths at `q`, if they follow the slopes.
fn adaptive<'a>(
    phonons: &Phonons<'a>,
    q: usize,
    scattering: Scattering,
) -> Result<Option<Adaptive<'a>>> {
    match scattering.smearing {
        Some(Smearing::Adaptive(scale)) => Adaptive::new(phonons, q, scale).map(Some),
        _ => Ok(None),
    }
}

/// Gives triplets their weights.
struct Weighted<'a, A> {
    sum: &'a TripletSum<'a>,
    targets: &'a [f64],
    weights: PairWeights,
    stop: &'a Stop,
    inner: A,
}

impl<A: Accumulate> Visit for Weighted<'_, A> {
    #[inline(always)]
    fn visit(&mut self, t: usize, elements: &Projection) {
        let Self { sum, targets, weights, stop, inner } = self;
        if stop.check().is_err() {
            return;
        }
        let TripletSum { phonons, scattering, .. } = sum;
        if targets.is_empty() {
            return inner.add(sum, Triplet { t, elements, weights });
        }
        let [q1, q2] = sum.pairs[t];
        let (f1, f2) = (phonons.modes.frequencies(q1), phonons.modes.frequencies(q2));
        if let Some(adaptive) = &sum.adaptive {
            weights.evaluate_by(f1, f2, targets, |bands, x| {
                adaptive.densities([q1, q2], bands, x)
            });
        } else if let Some(Smearing::Gaussian(gaussian)) = scattering.smearing {
            weights.evaluate_gaussian(f1, f2, targets, gaussian);
        } else {
            let (f, q) = phonons.pair_of_grids([q1, q2]);
            let places = phonons.wave_vectors();
            weights.evaluate(places, &phonons.tetrahedra, f, q, targets);
            if scattering.average_degenerate_weights {
                weights.average_degenerate(f1, f2, scattering.degeneracy);
            }
        }
        inner.add(sum, Triplet { t, elements, weights });
    }
}

/// The elements of all triplets, chunk by chunk.
enum Elements<'a> {
    Computed(FixedQ<'a>),
    Stored(&'a Stored<'a>),
}

impl Elements<'_> {
    /// Ranges of chunks.
    fn windows(&self) -> Vec<Range<usize>> {
        match self {
            Elements::Computed(fixed) => fixed.windows(),
            Elements::Stored(stored) => std::iter::once(0..stored.n_chunks()).collect(),
        }
    }

    /// The elements of a range of chunks.
    fn part(&self, range: Range<usize>) -> Part<'_> {
        match self {
            Elements::Computed(fixed) => Part::Computed(fixed.window(range)),
            Elements::Stored(stored) => Part::Stored(stored),
        }
    }
}

/// The elements of some chunks of triplets.
enum Part<'a> {
    Computed(Window<'a>),
    Stored(&'a Stored<'a>),
}

/// One chunk of triplets.
struct Chunk<'a, A> {
    part: &'a Part<'a>,
    c: usize,
    weighted: Weighted<'a, A>,
}

impl<A: Accumulate> WithSimd for Chunk<'_, A> {
    type Output = A;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> A {
        let Self { part, c, mut weighted } = self;
        match part {
            Part::Computed(window) => {
                window.chunk(simd, (c, &weighted.sum.pairs), &mut weighted);
            }
            Part::Stored(stored) => stored.chunk(c, &mut weighted),
        }
        weighted.inner
    }
}
