//! Sums over the triplets at one `q`, weighted by energy conservation.

use std::ops::Range;

use phono_core::{Result, Stop, ensure_index};
use phono_grid::{PairWeights, triplets_at};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::fixed_q::{FixedQ, Projection, Visit};
use crate::rows::Rows;
use crate::{Phonons, Scattering, Series};

/// Memory for the series of the initial bands that are done together.
const MEMORY: usize = 256 * 1024 * 1024;

/// The irreducible triplets at one `q`, and what their elements and weights are made of.
pub(crate) struct TripletSum<'a> {
    series: Series<'a>,
    pub(crate) phonons: &'a Phonons<'a>,
    rows: Rows,
    pub(crate) q: usize,
    pub(crate) pairs: Vec<[usize; 2]>,
    pub(crate) multiplicities: Vec<f64>,
    pub(crate) scattering: Scattering,
}

/// One triplet: its number, its elements and its weights.
#[derive(Clone, Copy)]
pub(crate) struct Triplet<'a> {
    pub(crate) t: usize,
    pub(crate) elements: &'a Projection,
    pub(crate) weights: &'a PairWeights,
}

/// Takes triplets in, one after the other.
///
/// A trait, not a closure: what is not inlined is compiled without the vectors of this
/// machine.
pub(crate) trait Accumulate: Send {
    /// Take one triplet in; `#[inline(always)]`.
    fn add(&mut self, sum: &TripletSum<'_>, triplet: Triplet<'_>);
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
        series: Series<'a>,
        phonons: &'a Phonons<'a>,
        q: i64,
        scattering: Scattering,
    ) -> Result<Self> {
        phonons.ensure_atoms(series.n_atoms())?;
        let (points, weights) = triplets_at(phonons.grid, q)?;
        let pair = |p: ndarray::ArrayView1<'_, i64>| [p[1] as usize, p[2] as usize];
        Ok(Self {
            series,
            phonons,
            rows: Rows::new(series, phonons.grid.mesh()),
            q: ensure_index("q", q, phonons.grid.n_q())?,
            pairs: points.rows().into_iter().map(pair).collect(),
            multiplicities: weights.iter().map(|&w| w as f64).collect(),
            scattering,
        })
    }

    /// Blocks of initial bands whose series fit the memory.
    pub(crate) fn initial_bands(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let n_b = self.phonons.n_bands();
        // The series itself, and its first sum at no more values of a_0 than there are.
        let mesh = self.phonons.grid.mesh();
        let kept = self.rows.r0.len() + mesh[0] * self.rows.lines.len();
        let one_band = kept * n_b * n_b * size_of::<[f64; 2]>();
        let block = (MEMORY / one_band.max(1)).clamp(1, n_b);
        (0..n_b).step_by(block).map(move |j| j..(j + block).min(n_b))
    }

    /// Let a new accumulator take in each chunk of triplets, for the bands `initial`.
    ///
    /// Chunks are cut by the problem and returned in order: what is made of them does not
    /// depend on the number of threads.
    pub(crate) fn run<A: Accumulate>(
        &self,
        initial: Range<usize>,
        new: impl Fn() -> A + Sync,
        stop: &Stop,
    ) -> Result<Vec<A>> {
        let (series, phonons) = (self.series, self.phonons);
        let at = (self.q, initial.clone());
        let fixed = FixedQ::new(series, phonons, &self.rows, at, &self.pairs, stop)?;
        let targets = &phonons.modes.frequencies(self.q)[initial];
        (0..fixed.n_chunks())
            .into_par_iter()
            .map(|c| {
                stop.check()?;
                let weights = PairWeights::new(phonons.n_bands(), targets.len());
                let weighted = Weighted { sum: self, targets, weights, inner: new() };
                Ok(Arch::new().dispatch(Chunk { fixed: &fixed, c, weighted }))
            })
            .collect()
    }

    /// The initial frequencies and whether each is above the cutoff.
    pub(crate) fn initial(&self) -> impl Iterator<Item = (f64, bool)> {
        let cutoff = self.scattering.cutoff_frequency;
        self.phonons.modes.frequencies(self.q).iter().map(move |&f| (f, f > cutoff))
    }
}

/// Gives triplets their weights.
struct Weighted<'a, A> {
    sum: &'a TripletSum<'a>,
    targets: &'a [f64],
    weights: PairWeights,
    inner: A,
}

impl<A: Accumulate> Visit for Weighted<'_, A> {
    #[inline(always)]
    fn visit(&mut self, t: usize, elements: &Projection) {
        let Self { sum, targets, weights, inner } = self;
        let TripletSum { phonons, scattering, .. } = sum;
        let [q1, q2] = sum.pairs[t];
        let (f1, f2) = (phonons.modes.frequencies(q1), phonons.modes.frequencies(q2));
        if let Some(gaussian) = scattering.smearing {
            weights.evaluate_gaussian(f1, f2, targets, gaussian);
        } else {
            let (tetrahedra, all) = (&phonons.tetrahedra, phonons.modes.all_frequencies());
            weights.evaluate(phonons.grid, tetrahedra, all, [q1, q2], targets);
            if scattering.average_weights {
                weights.average_degenerate(f1, f2, scattering.degeneracy);
            }
        }
        inner.add(sum, Triplet { t, elements, weights });
    }
}

/// One chunk of triplets.
struct Chunk<'a, A> {
    fixed: &'a FixedQ<'a>,
    c: usize,
    weighted: Weighted<'a, A>,
}

impl<A: Accumulate> WithSimd for Chunk<'_, A> {
    type Output = A;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> A {
        let Self { fixed, c, mut weighted } = self;
        fixed.chunk(simd, (c, &weighted.sum.pairs), &mut weighted);
        weighted.inner
    }
}
