//! Spectra of what bands carry.

use std::f64::consts::{PI, SQRT_2};

use ndarray::{Array2, ArrayView1, ArrayView3};
use phono_core::{Error, Result, Stop};
use rayon::prelude::*;

use crate::bands::Bands;
use crate::tetrahedra::{Cut, Tetrahedra};
use crate::tetrahedron_weights::Vertex;

/// Partial sums are as many as this at most, whatever the number of threads.
const PARTS: usize = 64;
/// Points that are worth a partial sum.
const FEWEST: usize = 16;

/// Densities and cumulative sums, each `[f, w]`.
pub type Spectra = (Array2<f64>, Array2<f64>);

/// The approximation of the delta function.
#[derive(Debug, Clone)]
pub enum Smearing {
    /// The linear tetrahedron method.
    Tetrahedra(Tetrahedra),
    /// A normal distribution.
    Gaussian(Gaussian),
}

/// A normal distribution.
#[derive(Debug, Clone, Copy)]
pub struct Gaussian {
    sigma: f64,
    reach: f64,
}

impl Gaussian {
    /// Standard deviation in THz, and a cutoff in standard deviations.
    pub fn new(sigma: f64, cutoff: Option<f64>) -> Result<Self> {
        for (name, x) in [("sigma", sigma), ("cutoff", cutoff.unwrap_or(1.0))] {
            if !(x > 0.0 && x.is_finite()) {
                return Err(Error::Domain(format!("{name} must be positive, got {x}")));
            }
        }
        Ok(Self { sigma, reach: cutoff.unwrap_or(f64::INFINITY) })
    }

    /// Whether `x` THz is within the cutoff.
    #[inline(always)]
    pub fn is_near(self, x: f64) -> bool {
        x.abs() <= self.reach * self.sigma
    }

    /// `δ(x)` for `x` in THz, 1/THz.
    #[inline(always)]
    pub fn density(self, x: f64) -> f64 {
        let x = x / self.sigma;
        // The value that the exponential rounds to; it would take its time over it.
        if x.abs() > 39.0 {
            return 0.0;
        }
        (-x * x / 2.0).exp() / ((2.0 * PI).sqrt() * self.sigma)
    }

    /// `δ(w − a − b)`, `δ(w + a − b)` and `δ(w − a + b)` at each target `w`, or `None` if all
    /// three are beyond the cutoff.
    #[inline(always)]
    pub(crate) fn channels(
        self,
        a: f64,
        b: f64,
        targets: &[f64],
    ) -> impl Iterator<Item = Option<[f64; 3]>> {
        targets.iter().map(move |w| {
            let x = [w - a - b, w + a - b, w - a + b];
            x.iter().any(|&x| self.is_near(x)).then(|| x.map(|x| self.density(x)))
        })
    }

    /// `δ(x)` of three energy differences, 0 for all if all are beyond the cutoff.
    #[inline(always)]
    pub(crate) fn near_densities(self, x: [f64; 3]) -> [f64; 3] {
        if x.iter().any(|&x| self.is_near(x)) {
            x.map(|x| self.density(x))
        } else {
            [0.0; 3]
        }
    }

    /// `δ(x)` and `θ(x)` for `x` in standard deviations.
    #[inline(always)]
    fn weights(&self, x: f64) -> [f64; 2] {
        let density = (-x * x / 2.0).exp() / ((2.0 * PI).sqrt() * self.sigma);
        [density, 0.5 + 0.5 * libm::erf(x / SQRT_2)]
    }
}

/// `g_w(f) = Σ_pj m_p A_pjw δ(f − f_pj) / n_q` and the same with step functions, at ascending
/// `targets`.
///
/// With `drop_few` tetrahedra that have less than 10⁻¹⁰ of their states below a target where
/// vertices nearly tie are left out. Nothing is stored but one partial sum for each of at most
/// `PARTS` pieces of the points, which are added in order.
pub fn spectra(
    bands: Bands<'_>,
    (smearing, drop_few): (&Smearing, bool),
    weights: ArrayView3<'_, f64>,
    targets: ArrayView1<'_, f64>,
    stop: &Stop,
) -> Result<Spectra> {
    let n_w = weights.dim().2;
    let weights = bands.carried(weights)?;
    let targets = &targets.to_vec()[..];
    let parts: Result<Vec<Part>> = pieces(bands.n_points())
        .map(|points| {
            let mut sum = Part::new(targets, n_w);
            for p in points {
                stop.check()?;
                pulp::Arch::new().dispatch(Add {
                    sum: &mut sum,
                    bands,
                    smearing: (smearing, drop_few),
                    weights,
                    p,
                });
            }
            Ok(sum)
        })
        .collect();
    let mut total = Part::new(targets, n_w);
    for part in parts? {
        total.add(&part);
    }
    Ok(total.finish())
}

/// `0..n` in at most `PARTS` pieces, the same for any number of threads.
pub(crate) fn pieces(
    n: usize,
) -> impl IndexedParallelIterator<Item = std::ops::Range<usize>> {
    let size = n.div_ceil(PARTS).max(FEWEST);
    (0..n.div_ceil(size))
        .into_par_iter()
        .map(move |part| part * size..n.min((part + 1) * size))
}

/// A partial sum.
struct Part<'a> {
    targets: &'a [f64],
    n_w: usize,
    density: Vec<f64>,
    cumulative: Vec<f64>,
    /// Sum of the states below each target and above the one before: it counts for all that
    /// follow.
    jumps: Vec<f64>,
}

impl<'a> Part<'a> {
    /// Zero.
    fn new(targets: &'a [f64], n_w: usize) -> Self {
        let zero = vec![0.0; targets.len() * n_w];
        Self { targets, n_w, density: zero.clone(), cumulative: zero.clone(), jumps: zero }
    }

    /// Add `carried` with the weights at target `f`.
    #[inline(always)]
    fn weigh(&mut self, f: usize, [delta, step]: [f64; 2], carried: &[f64]) {
        let at = f * self.n_w..(f + 1) * self.n_w;
        let density = &mut self.density[at.clone()];
        let cumulative = &mut self.cumulative[at];
        for ((g, n), a) in density.iter_mut().zip(cumulative).zip(carried) {
            *g += delta * a;
            *n += step * a;
        }
    }

    /// Add `share carried` to the cumulative sums of target `f` and all that follow.
    #[inline(always)]
    fn jump(&mut self, f: usize, share: f64, carried: &[f64]) {
        if f < self.targets.len() {
            let jumps = &mut self.jumps[f * self.n_w..(f + 1) * self.n_w];
            jumps.iter_mut().zip(carried).for_each(|(n, a)| *n += share * a);
        }
    }

    /// Add another part.
    fn add(&mut self, other: &Self) {
        let add = |to: &mut [f64], from: &[f64]| {
            to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        };
        add(&mut self.density, &other.density);
        add(&mut self.cumulative, &other.cumulative);
        add(&mut self.jumps, &other.jumps);
    }

    /// Carry the jumps on to all targets that follow.
    fn finish(mut self) -> Spectra {
        for i in self.n_w..self.jumps.len() {
            self.jumps[i] += self.jumps[i - self.n_w];
        }
        self.cumulative.iter_mut().zip(&self.jumps).for_each(|(n, jump)| *n += jump);
        let shape = (self.targets.len(), self.n_w);
        let table = |values| Array2::from_shape_vec(shape, values).expect("n_f times n_w");
        (table(self.density), table(self.cumulative))
    }
}

/// Add one point, with the vectors of this machine.
struct Add<'a, 'p> {
    sum: &'p mut Part<'a>,
    bands: Bands<'p>,
    /// And whether tetrahedra with few states are left out.
    smearing: (&'p Smearing, bool),
    weights: &'p [f64],
    p: usize,
}

impl pulp::NullaryFnOnce for Add<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { sum, bands, smearing: (smearing, drop_few), weights, p } = self;
        let per_point = bands.n_bands() * sum.n_w;
        let weights = &weights[p * per_point..(p + 1) * per_point];
        match smearing {
            Smearing::Tetrahedra(tetrahedra) => {
                let share = bands.share(p) * tetrahedra.share();
                for cut in tetrahedra.cuts() {
                    if drop_few {
                        by_tetrahedra::<true>(sum, (bands, p), cut, (share, weights));
                    } else {
                        by_tetrahedra::<false>(sum, (bands, p), cut, (share, weights));
                    }
                }
            }
            Smearing::Gaussian(gaussian) => {
                by_gaussian(sum, (bands, p), *gaussian, (bands.share(p), weights));
            }
        }
    }
}

/// Add every band of one point, `weights` times `share`; `DROP` says whether without
/// tetrahedra with few states.
#[inline(always)]
fn by_tetrahedra<const DROP: bool>(
    sum: &mut Part<'_>,
    (bands, p): (Bands<'_>, usize),
    cut: &Cut,
    (share, weights): (f64, &[f64]),
) {
    let around = bands.around(cut, p);
    let mut vertex = Vertex::default();
    for (j, weights) in weights.chunks_exact(sum.n_w.max(1)).enumerate() {
        vertex.gather(bands, &around, j);
        let range = vertex.range(sum.targets);
        sum.jump(range.end, share, weights);
        if range.is_empty() {
            continue;
        }
        vertex.sort(cut);
        for f in range {
            let w = sum.targets[f];
            let delta_and_step =
                if DROP { vertex.weights_without_few(w) } else { vertex.weights(w) };
            sum.weigh(f, delta_and_step.map(|x| share * x), weights);
        }
    }
}

/// Add every band of one point, `weights` times `share`.
#[inline(always)]
fn by_gaussian(
    sum: &mut Part<'_>,
    (bands, p): (Bands<'_>, usize),
    gaussian: Gaussian,
    (share, weights): (f64, &[f64]),
) {
    let targets = sum.targets;
    let weights = weights.chunks_exact(sum.n_w.max(1));
    for (frequency, weights) in bands.at(p).iter().zip(weights) {
        let x = |w: f64| (w - frequency) / gaussian.sigma;
        let first = targets.partition_point(|&w| x(w) < -gaussian.reach);
        let end = first + targets[first..].partition_point(|&w| x(w) <= gaussian.reach);
        sum.jump(end, share, weights);
        for f in first..end {
            let delta_and_step = gaussian.weights(x(targets[f]));
            sum.weigh(f, delta_and_step.map(|x| share * x), weights);
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, Array3, arr1};
    use phono_core::Grid;
    use proptest::prelude::*;

    use super::*;
    use crate::stars::{irreducible_map, tests::cubic};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn every_state_is_counted_when_stars_stand_for_their_points(
            mesh in prop::array::uniform3(1_i64..5),
            frequencies in prop::collection::vec(0.0..1.0_f64, 128),
        ) {
            let (mesh, rotations) = (arr1(&mesh), cubic(false));
            let grid = Grid::new(mesh.view(), rotations.view()).unwrap();
            let map = irreducible_map(grid, &Stop::default()).unwrap();
            let points: Vec<i64> = (0..grid.n_q() as i64).filter(|&q| map[q as usize] == q).collect();
            let rows = map.mapv(|star| points.binary_search(&star).unwrap() as i64);
            let mut multiplicities = Array1::zeros(points.len());
            rows.iter().for_each(|&row| multiplicities[row as usize] += 1);
            let n = points.len();
            let f = Array2::from_shape_fn((n, 2), |(p, j)| frequencies[2 * p + j]);
            let points = Array1::from(points);
            let bands =
                Bands::new(grid, f.view(), points.view(), multiplicities.view(), rows.view()).unwrap();
            // Steps of a fifth of the width, to ten widths beyond the frequencies.
            let targets = Array1::linspace(-1.0, 2.0, 151);
            let smearing = Smearing::Gaussian(Gaussian::new(0.1, None).unwrap());
            let one = Array3::ones((n, 2, 1));
            let (density, cumulative) =
                spectra(bands, (&smearing, false), one.view(), targets.view(), &Stop::default())
                    .unwrap();
            prop_assert!((density.sum() * 0.02 - 2.0).abs() < 1e-12);
            prop_assert!((cumulative.iter().last().unwrap() - 2.0).abs() < 1e-12);
        }
    }
}
