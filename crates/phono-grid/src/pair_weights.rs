//! Energy-conserving weights of one triplet, where there are any.

use std::ops::Range;

use crate::pair_vertices::Vertices;
use crate::sorted_tetrahedra::Sorted;
use crate::spectra::Gaussian;
use crate::targets::Targets;
use crate::tetrahedra::{Tetrahedra, WaveVectors};
use crate::triplet_weights::{N_CHANNELS, degenerate_sets};

/// Weights of one triplet: only the band pairs, channels and targets that conserve energy.
#[derive(Debug, Clone, Default)]
pub struct PairWeights {
    /// Bands `j'`, ascending, and the blocks that begin with them.
    rows: Vec<(Range<usize>, Range<usize>)>,
    blocks: Vec<Block>,
    runs: Vec<Run>,
    values: Vec<f64>,
}

/// Bands `j''` that share weights.
#[derive(Debug, Clone)]
struct Block {
    bands: Range<u32>,
    runs: Range<u32>,
}

/// Neighbouring targets of one channel.
#[derive(Debug, Clone)]
struct Run {
    channel: u8,
    first: u32,
    values: Range<u32>,
}

/// The weights of some band pairs: runs of neighbouring targets.
#[derive(Debug, Clone, Copy)]
pub struct Runs<'a> {
    runs: &'a [Run],
    values: &'a [f64],
}

impl<'a> Runs<'a> {
    /// The channel of each run, its first target, and weights in 1/THz from there on.
    #[inline(always)]
    pub fn iter(self) -> impl Iterator<Item = (usize, usize, &'a [f64])> {
        self.runs.iter().map(move |run| {
            let values = &self.values[run.values.start as usize..run.values.end as usize];
            (usize::from(run.channel), run.first as usize, values)
        })
    }

    /// Whether any target is in `targets`.
    #[inline(always)]
    pub fn reach(self, targets: &Range<usize>) -> bool {
        let end = |run: &Run| run.first as usize + run.values.len();
        self.runs
            .iter()
            .any(|run| (run.first as usize) < targets.end && end(run) > targets.start)
    }
}

impl PairWeights {
    /// Sets of bands `j'`, and the numbers of the blocks of each.
    #[inline(always)]
    pub fn rows(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        self.rows.iter().cloned()
    }

    /// The bands `j''` of a block, and the weights of each with every `j'` of its row.
    #[inline(always)]
    pub fn block(&self, number: usize) -> (Range<usize>, Runs<'_>) {
        let Block { bands, runs } = &self.blocks[number];
        let runs = &self.runs[runs.start as usize..runs.end as usize];
        (bands.start as usize..bands.end as usize, Runs { runs, values: &self.values })
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.blocks.clear();
        self.runs.clear();
        self.values.clear();
    }

    /// Keep what is not 0 of `dense[channel][target]` for bands `b`, within `touched`.
    #[inline(always)]
    fn push(
        &mut self,
        b: &Range<usize>,
        dense: &[Vec<f64>; N_CHANNELS],
        touched: &[Range<usize>; N_CHANNELS],
    ) {
        let first = self.runs.len() as u32;
        for (channel, (dense, touched)) in dense.iter().zip(touched).enumerate() {
            let (mut from, mut to) = (touched.start, touched.end);
            while from < to && dense[from] == 0.0 {
                from += 1;
            }
            while from < to && dense[to - 1] == 0.0 {
                to -= 1;
            }
            if from < to {
                let at = self.values.len() as u32;
                self.values.extend_from_slice(&dense[from..to]);
                let values = at..self.values.len() as u32;
                self.runs.push(Run { channel: channel as u8, first: from as u32, values });
            }
        }
        let runs = first..self.runs.len() as u32;
        if !runs.is_empty() {
            let bands = b.start as u32..b.end as u32;
            self.blocks.push(Block { bands, runs });
        }
    }
}

/// Makes the weights of triplets, one after the other.
///
/// `f'` and `f''` are linear in each of the tetrahedra around `q'`, whose vertices move
/// `q''` the opposite way. Per band pair the vertices are sorted once and serve all target
/// frequencies; a pair whose range of sums or differences holds no target is not sorted.
#[derive(Debug)]
pub struct WeightMaker {
    vertices: Vec<[Vertices; 2]>,
    sorted: Sorted,
    /// `[channel][target]` of the band pairs at hand.
    dense: [Vec<f64>; N_CHANNELS],
    /// Targets in ascending order, and where each is among those that were given.
    targets: Targets,
    places: Vec<usize>,
    weights: PairWeights,
}

impl WeightMaker {
    /// For weights at `targets`, THz.
    pub fn new(targets: &[f64]) -> Self {
        let mut places: Vec<usize> = (0..targets.len()).collect();
        places.sort_by(|&a, &b| targets[a].total_cmp(&targets[b]));
        Self {
            vertices: vec![],
            sorted: Sorted::default(),
            dense: std::array::from_fn(|_| vec![0.0; targets.len()]),
            targets: Targets::new(places.iter().map(|&i| targets[i]).collect()),
            places,
            weights: PairWeights::default(),
        }
    }

    /// The weights that were made last.
    pub fn weights(&self) -> &PairWeights {
        &self.weights
    }

    /// Exchange the weights that were made last for `other`, whose memory serves the next.
    pub fn exchange(&mut self, other: &mut PairWeights) {
        std::mem::swap(&mut self.weights, other);
    }

    /// Compute the weights of triplet `(q', q'')`.
    ///
    /// `f1[q n_b + j]` and `f2` are those of all wave vectors of `places` that `q'` and
    /// `q''` are among, often the same; negative ones count as 0. With `average`, every pair of bands in a
    /// set closer than that many THz at `q'` and one at `q''` gets the mean of all of them:
    /// inside such sets the choice of eigenvectors is arbitrary, and with equal weights
    /// nothing depends on it.
    #[inline(always)]
    pub fn evaluate(
        &mut self,
        places: WaveVectors<'_>,
        tetrahedra: &Tetrahedra,
        ([f1, f2], n_bands): ([&[f64]; 2], usize),
        [q1, q2]: [usize; 2],
        average: Option<f64>,
    ) {
        let cuts = tetrahedra.cuts();
        self.vertices.resize_with(cuts.len(), || [(); 2].map(|()| Vertices::new(n_bands)));
        for (cut, [second, third]) in cuts.iter().zip(&mut self.vertices) {
            second.gather(cut, f1, &places.around(cut, q1, 1));
            third.gather(cut, f2, &places.around(cut, q2, -1));
        }
        let share = tetrahedra.share();
        self.weights.clear();
        let own = |f: &[f64], q: usize| f[q * n_bands..(q + 1) * n_bands].to_vec();
        let (own1, own2) = (own(f1, q1), own(f2, q2));
        let tolerance = average.unwrap_or(f64::NEG_INFINITY);
        for a in degenerate_sets(&own1, tolerance) {
            let first = self.weights.blocks.len();
            for b in degenerate_sets(&own2, tolerance) {
                let mut touched = [NOTHING; N_CHANNELS];
                for j1 in a.clone() {
                    for j2 in b.clone() {
                        self.add([j1, j2], share, &mut touched);
                    }
                }
                let mean = 1.0 / (a.len() * b.len()) as f64;
                for (dense, touched) in self.dense.iter_mut().zip(&touched) {
                    if a.len() * b.len() > 1 && touched.start < touched.end {
                        dense[touched.clone()].iter_mut().for_each(|x| *x *= mean);
                    }
                }
                self.weights.push(&b, &self.dense, &touched);
                for (dense, touched) in self.dense.iter_mut().zip(touched) {
                    if touched.start < touched.end {
                        dense[touched].fill(0.0);
                    }
                }
            }
            let blocks = first..self.weights.blocks.len();
            if !blocks.is_empty() {
                self.weights.rows.push((a, blocks));
            }
        }
    }

    /// Add the weights of one pair of bands.
    #[inline(always)]
    fn add(
        &mut self,
        [j1, j2]: [usize; 2],
        share: f64,
        touched: &mut [Range<usize>; N_CHANNELS],
    ) {
        let Self { vertices, sorted, dense, targets, places, .. } = self;
        for [second, third] in vertices {
            let [low1, high1] = second.bounds(j1);
            let [low2, high2] = third.bounds(j2);
            // Bounds of whole bands first.
            if !targets.within(low1 + low2, high1 + high2).is_empty() {
                let sums = second.combine(j1, third, j2, 1.0);
                let range = sums.range(targets, 1.0);
                if !range.is_empty() {
                    sums.sort(sorted);
                    for i in range {
                        let place = places[i];
                        dense[0][place] += share * sorted.weight(targets[i]);
                        widen(&mut touched[0], place);
                    }
                }
            }
            // δ(f + f' − f'') is the weight of f' − f'' at −f.
            let (low, high) = (low1 - high2, high1 - low2);
            if targets.within(low, high).is_empty()
                && targets.within(-high, -low).is_empty()
            {
                continue;
            }
            let differences = second.combine(j1, third, j2, -1.0);
            let absorbs = differences.range(targets, -1.0);
            let emits = differences.range(targets, 1.0);
            if absorbs.is_empty() && emits.is_empty() {
                continue;
            }
            differences.sort(sorted);
            for (channel, range, sign) in [(1, absorbs, -1.0), (2, emits, 1.0)] {
                for i in range {
                    let place = places[i];
                    dense[channel][place] += share * sorted.weight(sign * targets[i]);
                    widen(&mut touched[channel], place);
                }
            }
        }
    }

    /// The same weights with normal distributions for the delta functions.
    ///
    /// `f1` and `f2` are the frequencies at `q'` and `q''`. With a cutoff, a target of which
    /// all three energy differences are beyond it gets no weight.
    #[inline(always)]
    pub fn evaluate_gaussian(&mut self, f1: &[f64], f2: &[f64], gaussian: Gaussian) {
        self.evaluate_by(f1, f2, |_, x| gaussian.near_densities(x));
    }

    /// The same with what `densities` makes of the three energy differences of each pair of
    /// bands and each target: 0 for all of them is no weight.
    #[inline(always)]
    pub fn evaluate_by(
        &mut self,
        f1: &[f64],
        f2: &[f64],
        mut densities: impl FnMut([usize; 2], [f64; N_CHANNELS]) -> [f64; N_CHANNELS],
    ) {
        let Self { dense, targets, places, weights, .. } = self;
        weights.clear();
        let all = [NOTHING; N_CHANNELS].map(|_| 0..targets.len());
        for (j1, &a) in f1.iter().enumerate() {
            let first = weights.blocks.len();
            for (j2, &b) in f2.iter().enumerate() {
                for (&w, &place) in targets.iter().zip(&*places) {
                    let x = densities([j1, j2], [w - a - b, w + a - b, w - a + b]);
                    for (dense, x) in dense.iter_mut().zip(x) {
                        dense[place] = x;
                    }
                }
                weights.push(&(j2..j2 + 1), dense, &all);
            }
            let blocks = first..weights.blocks.len();
            if !blocks.is_empty() {
                weights.rows.push((j1..j1 + 1, blocks));
            }
        }
        for dense in dense {
            dense.fill(0.0);
        }
    }
}

/// A range that grows from nothing.
const NOTHING: Range<usize> = Range { start: usize::MAX, end: 0 };

/// Let a range of targets hold `place`.
#[inline(always)]
fn widen(range: &mut Range<usize>, place: usize) {
    range.start = range.start.min(place);
    range.end = range.end.max(place + 1);
}
