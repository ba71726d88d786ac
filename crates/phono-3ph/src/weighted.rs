//! Energy-conserving weights of the pairs of phonons in a sum.

use std::ops::Range;

use phono_grid::{PairWeights, WeightMaker};
use pulp::NullaryFnOnce;

use crate::Smearing;
use crate::accumulate::{Accumulate, Pair, Targets};
use crate::needed::{Needed, Squares, Visit};
use crate::triplet_sum::{Job, TripletSum};

/// The weights of the triplets of a window.
pub(crate) struct WindowWeights {
    /// Place in order of the first.
    pub(crate) start: usize,
    /// Empty if they are made when needed.
    pub(crate) triplets: Vec<PairWeights>,
}

impl WindowWeights {
    /// What makes those of block `b` that are not here.
    pub(crate) fn maker(&self, job: &Job<'_, '_>, b: usize) -> WeightMaker {
        if !self.triplets.is_empty() {
            return WeightMaker::new(&[]);
        }
        let f = job.sum.phonons.modes.frequencies(job.sum.q);
        match job.targets {
            Targets::Own => WeightMaker::new(&f[job.bands(b)]),
            Targets::Each(targets) => {
                let (bands, start) = (job.bands(b), job.initial.start);
                WeightMaker::new(&targets[bands.start - start..bands.end - start])
            }
            Targets::At(targets) => WeightMaker::new(targets),
            Targets::Nowhere => WeightMaker::new(&[]),
        }
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
    pub(crate) maker: WeightMaker,
    pub(crate) own: Range<usize>,
    pub(crate) inner: A,
}

impl<A> Weighted<'_, '_, '_, A> {
    /// Whether weights are made triplet by triplet.
    #[inline(always)]
    fn maker_is_needed(&self) -> bool {
        self.weights.triplets.is_empty() && !matches!(self.job.targets, Targets::Nowhere)
    }

    /// Make the weights of triplet `t` if they are not there yet.
    #[inline(always)]
    fn prepare(&mut self, t: usize) {
        if !self.maker_is_needed() {
            return;
        }
        let TripletSum { phonons, scattering, pairs, adaptive, .. } = self.job.sum;
        let [f1, f2] = pairs[t].map(|q| phonons.modes.frequencies(q));
        if let Some(adaptive) = adaptive {
            let densities = |bands, x| adaptive.densities(pairs[t], bands, x);
            self.maker.evaluate_by(f1, f2, densities);
        } else if let Some(Smearing::Gaussian(gaussian)) = scattering.smearing {
            self.maker.evaluate_gaussian(f1, f2, gaussian);
        }
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
        self.prepare(t);
        let (weights, own) = (weights_at(self.weights, &self.maker, place), &self.own);
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
    fn begin(&mut self, t: usize) {
        self.prepare(t);
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
        let weights = weights_at(self.weights, &self.maker, place);
        let pair = Pair {
            t,
            bands,
            modes: [q1 * n_b + j1, q2 * n_b + j2],
            frequencies,
            scale: sum.multiplicities[t] / (a * b),
            squares: squares.values,
            weights: (!none).then(|| weights.block(squares.tag).1),
            own: &self.own,
        };
        self.inner.add(sum, pair);
    }
}

/// The weights of the triplet at `place`, or those made last.
#[inline(always)]
fn weights_at<'a>(
    weights: &'a WindowWeights,
    maker: &'a WeightMaker,
    place: usize,
) -> &'a PairWeights {
    weights.triplets.get(place.wrapping_sub(weights.start)).unwrap_or(maker.weights())
}
