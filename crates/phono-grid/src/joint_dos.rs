//! Joint spectra: sums over the triplets of one wave vector.

use ndarray::{Array3, ArrayView1, ArrayView4};
use phono_core::{Error, Result, Stop, ensure_shape};
use rayon::prelude::*;

use crate::pair_vertices::{TripletBands, Vertices};
use crate::sorted_tetrahedra::Sorted;
use crate::spectra::{Gaussian, Smearing, pieces};
use crate::targets::Targets;
use crate::tetrahedra::Tetrahedra;
use crate::triplet_weights::N_CHANNELS;

const DECAY: usize = 0;
const ABSORB: usize = 1;
const EMIT: usize = 2;

/// `D_w,c(f) = Σ_t m_t/n_q Σ_j'j'' A[t, j', j'', w] g_c(f)` at ascending `targets`, shape
/// `(n_f, n_w, 3)`, with the channels of [`crate::PairWeights`] and the multiplicities `m` of
/// the triplets. Weights are never stored.
pub fn joint_dos_channels(
    bands: TripletBands<'_>,
    multiplicities: ArrayView1<'_, i64>,
    smearing: &Smearing,
    carried: ArrayView4<'_, f64>,
    targets: ArrayView1<'_, f64>,
    stop: &Stop,
) -> Result<Array3<f64>> {
    let (n_t, n_b, n_w) = (bands.n_triplets(), bands.n_bands, carried.dim().3);
    ensure_shape("multiplicities", multiplicities.shape(), &[n_t])?;
    ensure_shape("weights", carried.shape(), &[n_t, n_b, n_b, n_w])?;
    let carried = carried.to_slice().ok_or(Error::Layout("weights"))?;
    let targets = &Targets::new(targets.to_vec());
    let parts: Result<Vec<Vec<f64>>> = pieces(n_t)
        .map(|triplets| {
            let mut sum = Joint::new(bands, targets, n_w);
            for t in triplets {
                stop.check()?;
                sum.share = multiplicities[t] as f64 / bands.grid.n_q() as f64;
                let size = n_b * n_b * n_w;
                let carried = &carried[t * size..(t + 1) * size];
                pulp::Arch::new().dispatch(Add { sum: &mut sum, t, smearing, carried });
            }
            Ok(sum.values)
        })
        .collect();
    let mut total = vec![0.0; targets.len() * n_w * N_CHANNELS];
    for part in parts? {
        total.iter_mut().zip(part).for_each(|(a, b)| *a += b);
    }
    let shape = (targets.len(), n_w, N_CHANNELS);
    Ok(Array3::from_shape_vec(shape, total).expect("as many values as there are"))
}

/// A partial sum and room for one triplet.
struct Joint<'a> {
    bands: TripletBands<'a>,
    targets: &'a Targets,
    n_w: usize,
    /// Weight of the present triplet.
    share: f64,
    second: Vertices,
    third: Vertices,
    sorted: Sorted,
    values: Vec<f64>,
}

impl<'a> Joint<'a> {
    /// Zero.
    fn new(bands: TripletBands<'a>, targets: &'a Targets, n_w: usize) -> Self {
        Self {
            bands,
            targets,
            n_w,
            share: 0.0,
            second: Vertices::new(bands.n_bands),
            third: Vertices::new(bands.n_bands),
            sorted: Sorted::default(),
            values: vec![0.0; targets.len() * n_w * N_CHANNELS],
        }
    }

    /// Add the tetrahedra around triplet `t`.
    #[inline(always)]
    fn by_tetrahedra(&mut self, t: usize, tetrahedra: &Tetrahedra, carried: &[f64]) {
        let Self { bands, targets, n_w, share, second, third, sorted, values } = self;
        let (grid, n_b) = (bands.grid, bands.n_bands);
        let [q1, q2] = bands.pair(t).map(|q| grid.address(q));
        let share = *share * tetrahedra.share();
        for cut in tetrahedra.cuts() {
            second.gather(cut, bands.frequencies, &cut.around(grid, q1, 1));
            third.gather(cut, bands.frequencies, &cut.around(grid, q2, -1));
            for (pair, carried) in carried.chunks_exact((*n_w).max(1)).enumerate() {
                let (j1, j2) = (pair / n_b, pair % n_b);
                let sums = second.combine(j1, third, j2, 1.0);
                let decays = sums.range(targets, 1.0);
                if !decays.is_empty() {
                    sums.sort(sorted);
                }
                for f in decays {
                    add(values, f, DECAY, share * sorted.weight(targets[f]), carried);
                }
                let differences = second.combine(j1, third, j2, -1.0);
                let absorbs = differences.range(targets, -1.0);
                let emits = differences.range(targets, 1.0);
                if !(absorbs.is_empty() && emits.is_empty()) {
                    differences.sort(sorted);
                }
                for f in absorbs {
                    add(values, f, ABSORB, share * sorted.weight(-targets[f]), carried);
                }
                for f in emits {
                    add(values, f, EMIT, share * sorted.weight(targets[f]), carried);
                }
            }
        }
    }

    /// Add the normal distributions of triplet `t`.
    #[inline(always)]
    fn by_gaussian(&mut self, t: usize, gaussian: Gaussian, carried: &[f64]) {
        let [f1, f2] = self.bands.pair(t).map(|q| self.bands.at(q));
        for (pair, carried) in carried.chunks_exact(self.n_w.max(1)).enumerate() {
            let (a, b) = (f1[pair / f2.len()], f2[pair % f2.len()]);
            for (f, weights) in gaussian.channels(a, b, self.targets).enumerate() {
                for (channel, weight) in weights.into_iter().flatten().enumerate() {
                    add(&mut self.values, f, channel, self.share * weight, carried);
                }
            }
        }
    }
}

/// Add `carried` with `weight` to a channel at target `f`.
#[inline(always)]
fn add(values: &mut [f64], f: usize, channel: usize, weight: f64, carried: &[f64]) {
    let at = f * carried.len() * N_CHANNELS + channel;
    let values = values[at..].iter_mut().step_by(N_CHANNELS);
    values.zip(carried).for_each(|(value, a)| *value += weight * a);
}

/// Add one triplet, with the vectors of this machine.
struct Add<'a, 'p> {
    sum: &'p mut Joint<'a>,
    t: usize,
    smearing: &'p Smearing,
    carried: &'p [f64],
}

impl pulp::NullaryFnOnce for Add<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { sum, t, smearing, carried } = self;
        match smearing {
            Smearing::Tetrahedra(tetrahedra) => sum.by_tetrahedra(t, tetrahedra, carried),
            Smearing::Gaussian(gaussian) => sum.by_gaussian(t, *gaussian, carried),
        }
    }
}
