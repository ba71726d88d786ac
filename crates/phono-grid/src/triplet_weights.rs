//! Energy-conserving weights of triplets.

use ndarray::{Array5, ArrayView1, Axis};
use phono_core::{Result, Stop};
use rayon::prelude::*;

use crate::pair_vertices::{TripletBands, Vertices};
use crate::sorted_tetrahedra::Sorted;
use crate::spectra::{Gaussian, Smearing};
use crate::tetrahedra::{Tetrahedra, WaveVectors};

/// Ways to conserve energy: `δ(f − f' − f'')`, `δ(f + f' − f'')`, `δ(f − f' + f'')`.
pub const N_CHANNELS: usize = 3;

/// Weights of `δ(f − f' − f'')`, `δ(f + f' − f'')` and `δ(f − f' + f'')` of one triplet, for
/// all band pairs at once.
///
/// `f'` and `f''` are linear in each of the tetrahedra around `q'`, whose vertices move
/// `q''` the opposite way. Per band pair the vertices are sorted once and serve all target
/// frequencies; a pair whose range of sums or differences holds no target is not sorted.
#[derive(Debug, Clone)]
pub struct PairWeights {
    n_bands: usize,
    n_targets: usize,
    weights: [Vec<f64>; N_CHANNELS],
    active: Vec<bool>,
    second: Vertices,
    third: Vertices,
    sorted: Sorted,
}

impl PairWeights {
    /// Room for `n_bands` bands and `n_targets` target frequencies.
    pub fn new(n_bands: usize, n_targets: usize) -> Self {
        let n = n_bands * n_bands;
        Self {
            n_bands,
            n_targets,
            weights: std::array::from_fn(|_| vec![0.0; n * n_targets]),
            active: vec![false; n],
            second: Vertices::new(n_bands),
            third: Vertices::new(n_bands),
            sorted: Sorted::default(),
        }
    }

    /// Weights of bands `(j', j'')` at every target, 1/THz, for the three channels of
    /// [`N_CHANNELS`].
    #[inline(always)]
    pub fn at(&self, j1: usize, j2: usize) -> [&[f64]; N_CHANNELS] {
        let p = (j1 * self.n_bands + j2) * self.n_targets;
        let [decay, absorb, emit] = &self.weights;
        let n = p + self.n_targets;
        [&decay[p..n], &absorb[p..n], &emit[p..n]]
    }

    /// Whether any weight of bands `(j', j'')` can differ from 0.
    #[inline(always)]
    pub fn is_active(&self, j1: usize, j2: usize) -> bool {
        self.active[j1 * self.n_bands + j2]
    }

    /// Compute the weights of triplet `(q', q'')` for `targets`.
    ///
    /// `f1[q n_b + j]` and `f2` are those of all wave vectors of `places` that `q'` and `q''`
    /// are among, often the same; negative ones count as 0.
    #[inline(always)]
    pub fn evaluate(
        &mut self,
        places: WaveVectors<'_>,
        tetrahedra: &Tetrahedra,
        [f1, f2]: [&[f64]; 2],
        [q1, q2]: [usize; 2],
        targets: &[f64],
    ) {
        let Self { n_bands, n_targets, second, third, sorted, weights, active } = self;
        let [decay, absorb, emit] = weights;
        decay.fill(0.0);
        absorb.fill(0.0);
        emit.fill(0.0);
        active.fill(false);
        let share = tetrahedra.share();
        for cut in tetrahedra.cuts() {
            second.gather(cut, f1, &places.around(cut, q1, 1));
            third.gather(cut, f2, &places.around(cut, q2, -1));
            for (pair, active) in active.iter_mut().enumerate() {
                let (j1, j2) = (pair / *n_bands, pair % *n_bands);
                let at = pair * *n_targets;

                let sums = second.combine(j1, third, j2, 1.0);
                let decays = sums.contain_any(targets);
                if decays {
                    sums.sort(sorted);
                    for (f, &w) in targets.iter().enumerate() {
                        if sums.contain(w) {
                            decay[at + f] += share * sorted.weight(w);
                        }
                    }
                }

                // δ(f + f' − f'') is the weight of f' − f'' at −f.
                let differences = second.combine(j1, third, j2, -1.0);
                let absorbs = differences.contain_any(targets);
                if absorbs {
                    differences.sort(sorted);
                    for (f, &w) in targets.iter().enumerate() {
                        if differences.contain(-w) {
                            absorb[at + f] += share * sorted.weight(-w);
                        }
                        if differences.contain(w) {
                            emit[at + f] += share * sorted.weight(w);
                        }
                    }
                }
                *active |= decays || absorbs;
            }
        }
    }

    /// The same weights with normal distributions for the delta functions.
    ///
    /// `f1` and `f2` are the frequencies at `q'` and `q''`. With a cutoff, a target of which
    /// all three energy differences are beyond it gets no weight.
    #[inline(always)]
    pub fn evaluate_gaussian(
        &mut self,
        f1: &[f64],
        f2: &[f64],
        targets: &[f64],
        gaussian: Gaussian,
    ) {
        let [decay, absorb, emit] = &mut self.weights;
        for (pair, active) in self.active.iter_mut().enumerate() {
            let (a, b) = (f1[pair / self.n_bands], f2[pair % self.n_bands]);
            let at = pair * self.n_targets;
            *active = false;
            for (f, weights) in gaussian.channels(a, b, targets).enumerate() {
                let [x0, x1, x2] = weights.unwrap_or_default();
                (decay[at + f], absorb[at + f], emit[at + f]) = (x0, x1, x2);
                *active |= weights.is_some();
            }
        }
    }

    /// The same with what `densities` makes of the three energy differences of each pair of
    /// bands and each target: 0 for all of them is no weight.
    #[inline(always)]
    pub fn evaluate_by(
        &mut self,
        f1: &[f64],
        f2: &[f64],
        targets: &[f64],
        mut densities: impl FnMut([usize; 2], [f64; N_CHANNELS]) -> [f64; N_CHANNELS],
    ) {
        let [decay, absorb, emit] = &mut self.weights;
        for (pair, active) in self.active.iter_mut().enumerate() {
            let bands = [pair / self.n_bands, pair % self.n_bands];
            let (a, b) = (f1[bands[0]], f2[bands[1]]);
            let at = pair * self.n_targets;
            *active = false;
            for (f, w) in targets.iter().enumerate() {
                let weights = densities(bands, [w - a - b, w + a - b, w - a + b]);
                (decay[at + f], absorb[at + f], emit[at + f]) = weights.into();
                *active |= weights.iter().any(|&x| x != 0.0);
            }
        }
    }

    /// Replace weights by their mean over sets of degenerate bands at `q'` and at `q''`.
    ///
    /// Inside such a set the choice of eigenvectors is arbitrary; with equal weights nothing
    /// depends on it. A set is a chain of bands closer than `tolerance` THz.
    #[inline(always)]
    pub fn average_degenerate(&mut self, f1: &[f64], f2: &[f64], tolerance: f64) {
        let n_t = self.n_targets;
        for a in degenerate_sets(f1, tolerance) {
            for b in degenerate_sets(f2, tolerance) {
                if a.len() * b.len() == 1 {
                    continue;
                }
                let pairs = || {
                    let b = b.clone();
                    a.clone()
                        .flat_map(move |j1| b.clone().map(move |j2| j1 * f1.len() + j2))
                };
                if !pairs().any(|p| self.active[p]) {
                    continue;
                }
                let share = 1.0 / (a.len() * b.len()) as f64;
                for weights in &mut self.weights {
                    for f in 0..n_t {
                        let mean =
                            pairs().map(|p| weights[p * n_t + f]).sum::<f64>() * share;
                        pairs().for_each(|p| weights[p * n_t + f] = mean);
                    }
                }
                pairs().for_each(|p| self.active[p] = true);
            }
        }
    }
}

/// Ranges of consecutive bands closer than `tolerance`, in order.
pub fn degenerate_sets(
    frequencies: &[f64],
    tolerance: f64,
) -> impl Iterator<Item = std::ops::Range<usize>> + Clone {
    let n = frequencies.len();
    let starts =
        (0..n).filter(move |&j| j == 0 || frequencies[j] - frequencies[j - 1] >= tolerance);
    starts.map(move |a| {
        let b = (a + 1..n)
            .find(|&j| frequencies[j] - frequencies[j - 1] >= tolerance)
            .unwrap_or(n);
        a..b
    })
}

/// [`PairWeights`] of every triplet at `targets` (THz): `g[t, f, j', j'', channel]`, 1/THz.
pub fn triplet_weights(
    bands: TripletBands<'_>,
    smearing: &Smearing,
    targets: ArrayView1<'_, f64>,
    stop: &Stop,
) -> Result<Array5<f64>> {
    let targets = &targets.to_vec()[..];
    let (n_b, n_f) = (bands.n_bands, targets.len());
    let mut g = Array5::zeros((bands.n_triplets(), n_f, n_b, n_b, N_CHANNELS));
    g.axis_iter_mut(Axis(0)).into_par_iter().enumerate().try_for_each_init(
        || PairWeights::new(n_b, n_f),
        |pairs, (t, mut g)| {
            stop.check()?;
            let q = bands.pair(t);
            pulp::Arch::new().dispatch(Evaluate { pairs, bands, smearing, q, targets });
            for ((f, j1, j2, channel), g) in g.indexed_iter_mut() {
                *g = pairs.at(j1, j2)[channel][f];
            }
            Ok(())
        },
    )?;
    Ok(g)
}

/// The weights of one triplet, with the vectors of this machine.
struct Evaluate<'a> {
    pairs: &'a mut PairWeights,
    bands: TripletBands<'a>,
    smearing: &'a Smearing,
    q: [usize; 2],
    targets: &'a [f64],
}

impl pulp::NullaryFnOnce for Evaluate<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { pairs, bands, smearing, q, targets } = self;
        match smearing {
            Smearing::Tetrahedra(tetrahedra) => {
                let f = [bands.frequencies; 2];
                pairs.evaluate(WaveVectors::Grid(bands.grid), tetrahedra, f, q, targets);
            }
            Smearing::Gaussian(gaussian) => {
                let [f1, f2] = q.map(|q| bands.at(q));
                pairs.evaluate_gaussian(f1, f2, targets, *gaussian);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_of_close_bands_are_one_set() {
        let sets: Vec<_> = degenerate_sets(&[0.0, 0.5, 0.6, 0.7, 2.0], 0.2).collect();
        assert_eq!(sets, [0..1, 1..4, 4..5]);
    }

    #[test]
    fn averaging_keeps_the_sum_and_makes_the_set_equal() {
        let mut pairs = PairWeights::new(3, 1);
        pairs.weights[0] = (0..9).map(f64::from).collect();
        pairs.active[1] = true;
        pairs.active[6] = true;
        pairs.average_degenerate(&[1.0, 2.0, 2.0], &[1.0, 1.0, 3.0], 1e-4);
        assert!((pairs.weights[0].iter().sum::<f64>() - 36.0).abs() < 1e-13);
        assert_eq!(pairs.at(0, 0)[0], pairs.at(0, 1)[0]);
        assert_eq!(pairs.at(1, 0)[0], pairs.at(2, 1)[0]);
        assert!(pairs.is_active(0, 0) && pairs.is_active(1, 1));
        // A block without any weight is left alone.
        assert!(!pairs.is_active(2, 2) && pairs.at(1, 2)[0] != pairs.at(2, 2)[0]);
    }
}
