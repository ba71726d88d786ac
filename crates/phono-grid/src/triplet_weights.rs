//! Energy-conserving weights of triplets.

use ndarray::{Array5, ArrayView1, Axis};
use phono_core::{Result, Stop};
use rayon::prelude::*;

use crate::pair_vertices::TripletBands;
use crate::pair_weights::WeightMaker;
use crate::spectra::Smearing;
use crate::tetrahedra::WaveVectors;

/// Ways to conserve energy: `δ(f − f' − f'')`, `δ(f + f' − f'')`, `δ(f − f' + f'')`.
pub const N_CHANNELS: usize = 3;

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

/// [`crate::PairWeights`] of every triplet at `targets` (THz): `g[t, f, j', j'', channel]`,
/// 1/THz.
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
        || WeightMaker::new(targets),
        |maker, (t, mut g)| {
            stop.check()?;
            let q = bands.pair(t);
            pulp::Arch::new().dispatch(Evaluate { maker, bands, smearing, q });
            let weights = maker.weights();
            for (a, blocks) in weights.rows() {
                for (b, runs) in blocks.map(|block| weights.block(block)) {
                    for (channel, first, values) in runs.iter() {
                        for (j1, j2) in
                            a.clone().flat_map(|a| b.clone().map(move |b| (a, b)))
                        {
                            for (i, &x) in values.iter().enumerate() {
                                g[[first + i, j1, j2, channel]] = x;
                            }
                        }
                    }
                }
            }
            Ok(())
        },
    )?;
    Ok(g)
}

/// The weights of one triplet, with the vectors of this machine.
struct Evaluate<'a> {
    maker: &'a mut WeightMaker,
    bands: TripletBands<'a>,
    smearing: &'a Smearing,
    q: [usize; 2],
}

impl pulp::NullaryFnOnce for Evaluate<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { maker, bands, smearing, q } = self;
        match smearing {
            Smearing::Tetrahedra(tetrahedra) => {
                let f = ([bands.frequencies; 2], bands.n_bands);
                maker.evaluate(WaveVectors::Grid(bands.grid), tetrahedra, f, q, None);
            }
            Smearing::Gaussian(gaussian) => {
                let [f1, f2] = q.map(|q| bands.at(q));
                maker.evaluate_gaussian(f1, f2, *gaussian);
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
}
