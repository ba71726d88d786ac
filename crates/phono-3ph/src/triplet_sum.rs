//! Sums over the triplets at one `q`, weighted by energy conservation.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use phono_core::{Result, Stop, ensure_index};
use phono_grid::{PairWeights, WeightMaker};
use pulp::Arch;
use rayon::prelude::*;

use crate::accumulate::{Accumulate, Targets};
use crate::adaptive::Adaptive;
use crate::elements::{Chunk, Elements, Part};
use crate::fixed_q::{FixedQ, MEMORY};
use crate::lanes::{LANES, Lanes};
use crate::pieces::Pieces;
use crate::rows::Rows;
use crate::stored::Stored;
use crate::weighted::{ChunkWeights, OneWeight, Weighted, WindowWeights};
use crate::{Couplings, Phonons, Scattering, Series, Smearing};

/// Chunks whose accumulators exist at a time; the same on any number of threads.
const GROUP: usize = 128;

/// Bytes of the elements of a triplet that is summed by itself: all of 400 bands, else blocks.
const ONE: usize = 1024 * 1024 * 1024;

/// The irreducible triplets at one `q`, and what their elements and weights are made of.
pub(crate) struct TripletSum<'a> {
    source: Source<'a>,
    pub(crate) phonons: &'a Phonons<'a>,
    pub(crate) q: usize,
    pub(crate) pairs: Vec<[usize; 2]>,
    pub(crate) multiplicities: Vec<f64>,
    pub(crate) scattering: Scattering,
    pub(crate) adaptive: Option<Adaptive<'a>>,
}

/// Where the elements come from.
#[derive(Clone)]
enum Source<'a> {
    /// Computed; the series as it lies on the grid.
    Series(Series<'a>, Arc<Rows>),
    /// Taken from a store.
    Stored(Stored<'a>),
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
                Source::Series(series, series.rows(phonons))
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
            pairs: points.rows().into_iter().map(pair).collect(),
            multiplicities: weights.iter().map(|&w| w as f64).collect(),
            scattering,
            adaptive: adaptive(phonons, q, scattering)?,
        })
    }

    /// The same triplets, which scatter otherwise.
    pub(crate) fn scattered(&self, scattering: Scattering) -> Result<Self> {
        Ok(Self {
            source: self.source.clone(),
            phonons: self.phonons,
            q: self.q,
            pairs: self.pairs.clone(),
            multiplicities: self.multiplicities.clone(),
            scattering,
            adaptive: adaptive(self.phonons, self.q, scattering)?,
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
        let source = Source::Series(series, series.rows(phonons));
        let adaptive = adaptive(phonons, q, scattering)?;
        Ok(Self { source, phonons, q, pairs, multiplicities, scattering, adaptive })
    }

    /// Blocks of initial bands whose series fit the memory.
    pub(crate) fn initial_bands(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        self.blocks_of(0..self.phonons.n_bands())
    }

    /// Blocks of some initial bands whose series fit the memory.
    pub(crate) fn blocks_of(
        &self,
        bands: Range<usize>,
    ) -> impl Iterator<Item = Range<usize>> + use<> {
        let n_b = self.phonons.n_bands();
        let block = match &self.source {
            Source::Stored(_) => n_b,
            Source::Series(series, rows) => {
                let addresses: Vec<[i64; 3]> =
                    self.pairs.iter().map(|&[q1, _]| self.phonons.on_grid(q1)).collect();
                // Those that are summed by themselves are cut by triplets: all bands share
                // the weights of each.
                let direct = rows.each_alone(n_b, series.len(), &addresses);
                let eight_bands = n_b * n_b * size_of::<Lanes>();
                let (copies, memory) =
                    if direct { (1, ONE) } else { (rows.r0.len(), MEMORY) };
                let fit = memory / (copies * eight_bands).max(1);
                LANES.saturating_mul(fit.max(1)).min(n_b)
            }
        };
        let end = bands.end;
        bands.step_by(block).map(move |j| j..(j + block).min(end))
    }

    /// Let new accumulators take in each chunk of triplets, for the bands `initial`, eight of
    /// them at a time; they are handed to `take` in order, with their bands.
    ///
    /// Chunks are cut by the problem and returned in order: what is made of them does not
    /// depend on the number of threads.
    pub(crate) fn run<A: Accumulate>(
        &self,
        job: (Range<usize>, Targets<'_>),
        new: impl Fn(Range<usize>) -> A + Sync,
        mut take: impl FnMut(Range<usize>, A),
        stop: &Stop,
    ) -> Result<()> {
        let pieces = Pieces::whole(self.phonons.n_bands());
        self.run_pieces((job, &pieces), new, |_, bands, a| take(bands, a), stop)
    }

    /// As [`Self::run`], for some pieces of the sum; `take` is told which.
    pub(crate) fn run_pieces<A: Accumulate>(
        &self,
        ((initial, targets), pieces): ((Range<usize>, Targets<'_>), &Pieces),
        new: impl Fn(Range<usize>) -> A + Sync,
        mut take: impl FnMut(usize, Range<usize>, A),
        stop: &Stop,
    ) -> Result<()> {
        let job = Job::new(self, (targets, initial.clone()), stop);
        self.each_chunk(
            (initial, pieces),
            |elements, range| job.weights(elements, range),
            |weights, part, b| job.one(part, b, weights, new(job.bands(b))),
            |piece, b, a| take(piece, job.bands(b), a),
            stop,
        )
    }

    /// Do `one` for each chunk of some pieces and each block of eight initial bands, after
    /// `prepare` for the chunks that exist together; results are handed to `take` in order,
    /// with their piece and block.
    pub(crate) fn each_chunk<W: Sync, R: Send>(
        &self,
        (initial, pieces): (Range<usize>, &Pieces),
        prepare: impl Fn(&Elements<'_>, &Range<usize>) -> Result<W>,
        one: impl Fn(&W, (&Part<'_>, usize), usize) -> Result<R> + Sync,
        mut take: impl FnMut(usize, usize, R),
        stop: &Stop,
    ) -> Result<()> {
        let blocks = initial.len().div_ceil(LANES);
        let mut elements = match &self.source {
            Source::Stored(stored) => Elements::Stored(stored),
            Source::Series(series, rows) => {
                let at = (self.q, initial);
                let points = (&self.pairs[..], pieces);
                let fixed = FixedQ::new(*series, self.phonons, rows, at, points, stop)?;
                Elements::Computed(Box::new(fixed))
            }
        };
        let windows = elements.windows();
        stop.begin(windows.iter().map(|range| range.len() * blocks).sum());
        for range in windows {
            if let Elements::Computed(fixed) = &mut elements {
                fixed.prepare(&range, stop)?;
            }
            let prepared = prepare(&elements, &range)?;
            // Enough for all threads.
            let together =
                (4 * rayon::current_num_threads()).div_ceil(range.len().max(1)).min(blocks);
            for first in (0..blocks).step_by(together) {
                let parts: Vec<Part<'_>> = (first..(first + together).min(blocks))
                    .map(|b| elements.part(range.clone(), b))
                    .collect();
                let tasks: Vec<(usize, usize)> = (0..parts.len())
                    .flat_map(|b| range.clone().map(move |c| (b, c)))
                    .collect();
                for tasks in tasks.chunks(GROUP) {
                    let done: Vec<(usize, usize, R)> = tasks
                        .par_iter()
                        .map(|&(b, c)| {
                            let result = one(&prepared, (&parts[b], c), first + b)?;
                            stop.advance();
                            Ok((elements.piece(c), first + b, result))
                        })
                        .collect::<Result<_>>()?;
                    for (piece, b, result) in done {
                        take(piece, b, result);
                    }
                }
            }
        }
        Ok(())
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
        Some(Smearing::Adaptive(scale, change)) => {
            Adaptive::new(phonons, q, (scale, change)).map(Some)
        }
        _ => Ok(None),
    }
}

/// What all chunks of a sum share.
pub(crate) struct Job<'s, 'a> {
    pub(crate) sum: &'s TripletSum<'a>,
    pub(crate) targets: Targets<'s>,
    pub(crate) initial: Range<usize>,
    pub(crate) stop: &'s Stop,
    /// Weights of chunks that are done, for their memory.
    made: Mutex<Vec<ChunkWeights>>,
}

impl<'s, 'a> Job<'s, 'a> {
    /// Of a sum, at targets for some initial bands.
    pub(crate) fn new(
        sum: &'s TripletSum<'a>,
        (targets, initial): (Targets<'s>, Range<usize>),
        stop: &'s Stop,
    ) -> Self {
        Self { sum, targets, initial, stop, made: Mutex::default() }
    }

    /// The weights of chunks that are done.
    fn kept(&self) -> MutexGuard<'_, Vec<ChunkWeights>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bands of block `b`.
    pub(crate) fn bands(&self, b: usize) -> Range<usize> {
        let start = self.initial.start + b * LANES;
        start..(start + LANES).min(self.initial.end)
    }

    /// The tetrahedron weights of a window, which all initial bands share. Normal
    /// distributions have many more and cost little: each chunk makes its own, as it does
    /// where there is one block of bands.
    pub(crate) fn weights(
        &self,
        elements: &Elements<'_>,
        range: &Range<usize>,
    ) -> Result<WindowWeights> {
        let TripletSum { phonons, scattering, q, .. } = self.sum;
        let targets = match self.targets {
            Targets::Own => &phonons.modes.frequencies(*q)[self.initial.clone()],
            Targets::At(targets) | Targets::Each(targets) => targets,
            Targets::Nowhere => &[],
        };
        let places = elements.triplets(range);
        let start = places.start;
        let own = scattering.smearing.is_some() || self.initial.len() <= LANES;
        if matches!(self.targets, Targets::Nowhere) || own {
            return Ok(WindowWeights { start, triplets: vec![] });
        }
        let asked = elements.asked(range);
        let triplets = places
            .into_par_iter()
            .map_init(
                || WeightMaker::new(targets),
                |maker, place| {
                    self.stop.check()?;
                    if !asked[place - start] {
                        return Ok(PairWeights::default());
                    }
                    let (sum, t) = (self.sum, elements.triplet(place));
                    Arch::new().dispatch(OneWeight { sum, t, maker });
                    Ok(maker.weights().clone())
                },
            )
            .collect::<Result<_>>()?;
        Ok(WindowWeights { start, triplets })
    }

    /// Let `inner` take in a chunk.
    fn one<A: Accumulate>(
        &self,
        (part, c): (&Part<'_>, usize),
        b: usize,
        weights: &WindowWeights,
        inner: A,
    ) -> Result<A> {
        let (pairs, visitor) = (&self.sum.pairs, self.weighted(b, weights, inner));
        let chunk = Chunk { part, c, pairs, visitor };
        let Weighted { inner, made, .. } = Arch::new().dispatch(chunk);
        self.keep(made);
        // Triplets are left out once it is raised.
        self.stop.check()?;
        Ok(inner)
    }

    /// Gives `inner` the weights of block `b`.
    pub(crate) fn weighted<'w, A>(
        &'w self,
        b: usize,
        weights: &'w WindowWeights,
        inner: A,
    ) -> Weighted<'w, 's, 'a, A> {
        let local = b * LANES..b * LANES + self.bands(b).len();
        let own = if weights.triplets.is_empty() { 0..local.len() } else { local };
        let made = ChunkWeights::again(&mut self.kept(), b);
        let made = made.unwrap_or_else(|| ChunkWeights::new(self, b));
        Weighted { job: self, weights, made, own, inner }
    }

    /// Keep the memory of weights for another chunk.
    pub(crate) fn keep(&self, made: ChunkWeights) {
        self.kept().push(made);
    }
}
