//! Energy-conserving weights of the pairs of phonons in a sum.

use std::ops::Range;

use phono_grid::{PairWeights, WeightMaker};
use pulp::{Arch, NullaryFnOnce};

use crate::Smearing;
use crate::accumulate::{Accumulate, Pair, Targets};
use crate::needed::{Needed, Squares, Visit};
use crate::triplet_sum::{Job, TripletSum};

/// The weights of the triplets of a window.
pub(crate) struct WindowWeights {
    /// Place in order of the first.
    pub(crate) start: usize,
    /// Empty if each chunk makes its own.
    pub(crate) triplets: Vec<PairWeights>,
}

/// The weights that a chunk makes for a block of bands; its memory serves one chunk after
/// another.
pub(crate) struct ChunkWeights {
    block: usize,
    maker: WeightMaker,
    /// Place in order of the first triplet.
    start: usize,
    /// The number of `triplets` that are of this chunk.
    made: usize,
    triplets: Vec<PairWeights>,
}

impl ChunkWeights {
    /// Weights for block `b` of the bands, of no triplet yet.
    pub(crate) fn new(job: &Job<'_, '_>, b: usize) -> Self {
        let f = job.sum.phonons.modes.frequencies(job.sum.q);
        let bands = job.bands(b);
        let first = job.initial.start;
        let targets = match job.targets {
            Targets::Own => &f[bands],
            Targets::Each(targets) => &targets[bands.start - first..bands.end - first],
            Targets::At(targets) => targets,
            Targets::Nowhere => &[],
        };
        let maker = WeightMaker::new(targets);
        Self { block: b, maker, start: 0, made: 0, triplets: vec![] }
    }

    /// Take out of `kept` those of block `b`, for another chunk.
    pub(crate) fn again(kept: &mut Vec<Self>, b: usize) -> Option<Self> {
        let i = kept.iter().position(|weights| weights.block == b)?;
        Some(Self { made: 0, ..kept.swap_remove(i) })
    }

    /// Keep what was made last as the weights of the triplet at `place`, the next in order.
    #[inline(always)]
    fn keep(&mut self, place: usize) {
        if self.made == 0 {
            self.start = place;
        }
        if self.made == self.triplets.len() {
            self.triplets.push(PairWeights::default());
        }
        self.maker.exchange(&mut self.triplets[self.made]);
        self.made += 1;
    }
}

/// The tetrahedron weights of one triplet, with the vectors of this machine.
pub(crate) struct OneWeight<'a, 'p> {
    pub(crate) sum: &'a TripletSum<'p>,
    pub(crate) t: usize,
    pub(crate) maker: &'a mut WeightMaker,
}

impl NullaryFnOnce for OneWeight<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { sum: TripletSum { phonons, scattering, pairs, .. }, t, maker } = self;
        let (f, q) = phonons.pair_of_grids(pairs[t]);
        let average =
            scattering.average_degenerate_weights.then_some(scattering.degeneracy);
        maker.evaluate(
            phonons.wave_vectors(),
            &phonons.tetrahedra,
            (f, phonons.n_bands()),
            q,
            average,
        );
    }
}

/// Gives pairs their weights.
pub(crate) struct Weighted<'a, 's, 'p, A> {
    pub(crate) job: &'a Job<'s, 'p>,
    pub(crate) weights: &'a WindowWeights,
    pub(crate) made: ChunkWeights,
    pub(crate) own: Range<usize>,
    pub(crate) inner: A,
}

impl<A> Weighted<'_, '_, '_, A> {
    /// Bands at each wave vector.
    pub(crate) fn n_bands(&self) -> usize {
        self.job.sum.phonons.n_bands()
    }

    /// Make the weights of triplet `t`, number `place` in order, if the window has none.
    #[inline(always)]
    fn prepare(&mut self, place: usize, t: usize) {
        if !self.weights.triplets.is_empty() {
            return;
        }
        let sum @ TripletSum { phonons, scattering, pairs, adaptive, .. } = self.job.sum;
        let [f1, f2] = pairs[t].map(|q| phonons.modes.frequencies(q));
        let maker = &mut self.made.maker;
        if let Some(adaptive) = adaptive {
            let densities = |bands, x| adaptive.densities(pairs[t], bands, x);
            maker.evaluate_by(f1, f2, densities);
        } else if let Some(Smearing::Gaussian(gaussian)) = scattering.smearing {
            maker.evaluate_gaussian(f1, f2, gaussian);
        } else {
            Arch::new().dispatch(OneWeight { sum, t, maker });
        }
        self.made.keep(place);
    }
}

impl<A: Accumulate> Visit for Weighted<'_, '_, '_, A> {
    #[inline(always)]
    fn ask(&mut self, place: usize, t: usize, needed: &mut Needed) {
        if self.job.stop.check().is_err() {
            return;
        }
        let TripletSum { phonons, scattering, pairs, .. } = self.job.sum;
        let [f1, f2] = pairs[t].map(|q| phonons.modes.frequencies(q));
        let cutoff = scattering.cutoff_frequency;
        if matches!(self.job.targets, Targets::Nowhere) {
            for j1 in (0..f1.len()).filter(|&j| f1[j] > cutoff) {
                for j2 in (0..f2.len()).filter(|&j| f2[j] > cutoff) {
                    needed.push([j1, j2], 0);
                }
            }
            return;
        }
        self.prepare(place, t);
        let (weights, own) = (weights_at(self.weights, &self.made, place), &self.own);
        for (a, blocks) in weights.rows() {
            for j1 in a.filter(|&j| f1[j] > cutoff) {
                for number in blocks.clone() {
                    let (b, runs) = weights.block(number);
                    if self.job.targets.of_each() && !runs.reach(own) {
                        continue;
                    }
                    for j2 in b.filter(|&j| f2[j] > cutoff) {
                        needed.push([j1, j2], number);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn visit(&mut self, place: usize, t: usize, squares: Squares<'_>) {
        let sum = self.job.sum;
        let n_b = sum.phonons.n_bands();
        let [q1, q2] = sum.pairs[t];
        let bands @ [j1, j2] = squares.bands;
        let modes = sum.phonons.modes;
        let frequencies @ [a, b] = [modes.frequencies(q1)[j1], modes.frequencies(q2)[j2]];
        let none = matches!(self.job.targets, Targets::Nowhere);
        let weights = || weights_at(self.weights, &self.made, place).block(squares.tag).1;
        let pair = Pair {
            t,
            bands,
            modes: [q1 * n_b + j1, q2 * n_b + j2],
            frequencies,
            scale: sum.multiplicities[t] / (a * b),
            squares: squares.values,
            weights: (!none).then(weights),
            own: &self.own,
        };
        self.inner.add(sum, pair);
    }
}

/// The weights of the triplet at `place`: those of the window, else those of the chunk.
#[inline(always)]
fn weights_at<'a>(
    window: &'a WindowWeights,
    made: &'a ChunkWeights,
    place: usize,
) -> &'a PairWeights {
    if window.triplets.is_empty() {
        &made.triplets[place - made.start]
    } else {
        &window.triplets[place - window.start]
    }
}
