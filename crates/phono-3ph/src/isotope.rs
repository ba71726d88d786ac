//! Scattering by the mass disorder of isotopes.

use std::f64::consts::FRAC_PI_4;
use std::ops::Range;

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis};
use num_complex::Complex64;
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use phono_grid::{Bands, DeltaWeights, Gaussian, degenerate_sets, irreducible_map};
use rayon::prelude::*;

use crate::adaptive::{Change, elastic, missing};
use crate::{Phonons, Scattering, Smearing};

/// Distance above `f` at which the tetrahedra are cut, THz.
///
/// Neighbours in the star of `q` have the frequencies of `q`. A tetrahedron with three such
/// vertices has a density above them and none below: without this shift, and one value for
/// a star, rounding would choose between the two.
const CUT_ABOVE: f64 = 1e-9;
/// Points that one task adds up.
const TASK: usize = 256;
/// Weights that are made together, of as many wave vectors as that is: tetrahedra are sorted
/// once for all of them. A second-level cache holds them.
const SHARED_WEIGHTS: usize = 64 * 1024;

/// Half linewidths from isotopes at the grid points `points`, `Γ[i, j]` in THz.
///
/// ```text
/// Γ(λ) = π/4 · f² 1/n_q Σ_λ' δ(f − f') Σ_k ⟨(m_k − ⟨m_k⟩)²⟩ |ẽ_k(λ')* · ẽ_k(λ)|²
/// ```
///
/// * `mass_spread[k]`: `⟨(m − ⟨m⟩)²⟩` of the isotopes of atom `k`, Da².
///
/// Tetrahedron weights, and Γ, are averaged over degenerate sets as `scattering` says.
/// Parallel over fixed pieces of the grid, whose sums are added in order; what one point gets
/// does not depend on the others.
///
/// S. Tamura, Phys. Rev. B 27, 858 (1983).
pub fn isotope_linewidths(
    phonons: &Phonons<'_>,
    points: &[i64],
    mass_spread: ArrayView1<'_, f64>,
    scattering: Scattering,
    stop: &Stop,
) -> Result<Array2<f64>> {
    let (n_q, n_b) = phonons.modes.shape();
    ensure_shape("mass_spread", mass_spread.shape(), &[phonons.modes.n_atoms()])?;
    let spread = &mass_spread.to_vec()[..];
    let sites: Vec<Site<'_>> = points
        .iter()
        .map(|&q| Ok(Site::new(phonons, ensure_index("q", q, n_q)?, spread, scattering)))
        .collect::<Result<_>>()?;
    // One value for all wave vectors of a star.
    let star = match scattering.smearing {
        None => irreducible_map(phonons.grid, stop)?.to_vec(),
        Some(_) => vec![],
    };
    let together = (SHARED_WEIGHTS / (n_b * n_b).max(1)).max(1);
    let mut gamma = Array2::zeros((points.len(), n_b));
    for (sites, mut rows) in
        sites.chunks(together).zip(gamma.axis_chunks_iter_mut(Axis(0), together))
    {
        let sums = match scattering.smearing {
            None => sum_linear(phonons, sites, &star, stop)?,
            Some(Smearing::Gaussian(gaussian)) => {
                sum(phonons, sites, || normal(phonons, sites, gaussian), stop)?
            }
            Some(Smearing::Adaptive(scale, change)) => {
                let slopes = phonons.slopes.ok_or_else(missing)?;
                let fill = || adaptive(phonons, sites, slopes, (scale, change));
                sum(phonons, sites, fill, stop)?
            }
        };
        for ((site, sum), row) in
            sites.iter().zip(sums.chunks_exact(n_b)).zip(rows.rows_mut())
        {
            site.scale(sum, row);
        }
    }
    Ok(gamma)
}

/// `δ(f_j − f_j')` of several sites at one other point.
struct Weights {
    /// `[site][j][j']`
    values: Vec<f64>,
    /// Which sites have any.
    any: Vec<bool>,
}

/// `Σ δ(f − f') Σ_k ...` of every site, `[site][j]`; `fill` makes what adds the weights at
/// another point to zeros.
fn sum<W>(
    phonons: &Phonons<'_>,
    sites: &[Site<'_>],
    fill: impl Fn() -> W + Sync,
    stop: &Stop,
) -> Result<Vec<f64>>
where
    W: FnMut(usize, &mut Weights),
{
    let (n_q, n_b) = phonons.modes.shape();
    let n = n_b * n_b;
    let partial: Vec<Vec<f64>> = (0..n_q.div_ceil(TASK))
        .into_par_iter()
        .map(|task| {
            let mut fill = fill();
            let mut weights = Weights {
                values: vec![0.0; sites.len() * n],
                any: vec![false; sites.len()],
            };
            let mut sums = vec![0.0; sites.len() * n_b];
            for other in task * TASK..((task + 1) * TASK).min(n_q) {
                stop.check()?;
                fill(other, &mut weights);
                for (i, site) in sites.iter().enumerate() {
                    if std::mem::take(&mut weights.any[i]) {
                        let at = &mut weights.values[i * n..(i + 1) * n];
                        site.restrict(at, other);
                        site.add(&mut sums[i * n_b..(i + 1) * n_b], other, at);
                        at.fill(0.0);
                    }
                }
            }
            Ok(sums)
        })
        .collect::<Result<_>>()?;
    let mut total = vec![0.0; sites.len() * n_b];
    for part in partial {
        for (total, x) in total.iter_mut().zip(part) {
            *total += x;
        }
    }
    Ok(total)
}

/// [`sum`] with linear tetrahedra; `star[q]` is the wave vector whose frequencies `q` has.
fn sum_linear(
    phonons: &Phonons<'_>,
    sites: &[Site<'_>],
    star: &[i64],
    stop: &Stop,
) -> Result<Vec<f64>> {
    let (n_q, n_b) = phonons.modes.shape();
    let every: Vec<i64> = (0..n_q as i64).collect();
    let once = vec![1; n_q];
    let all = ArrayView2::from_shape((n_q, n_b), phonons.modes.all_frequencies())
        .map_err(|_| Error::Layout("frequencies"))?;
    let (every, once) = (ArrayView1::from(&every), ArrayView1::from(&once));
    let bands = Bands::new(phonons.grid, all, every, once, ArrayView1::from(star))?;
    let mut cuts: Vec<(f64, usize)> = sites
        .iter()
        .flat_map(|site| phonons.modes.frequencies(star[site.q] as usize))
        .enumerate()
        .map(|(place, f)| (f + CUT_ABOVE, place))
        .collect();
    cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (targets, places): (Vec<f64>, Vec<usize>) = cuts.into_iter().unzip();
    let fill = || {
        let mut delta = DeltaWeights::new(bands, &phonons.tetrahedra, &targets);
        let mut list = vec![];
        let places = &places;
        move |other: usize, weights: &mut Weights| {
            delta.at(other, &mut list);
            for w in &list {
                let place = places[w.target];
                weights.values[place * n_b + w.band] += w.weight;
                weights.any[place / n_b] = true;
            }
        }
    };
    sum(phonons, sites, fill, stop)
}

/// A closure that adds normal distributions.
fn normal(
    phonons: &Phonons<'_>,
    sites: &[Site<'_>],
    gaussian: Gaussian,
) -> impl FnMut(usize, &mut Weights) {
    move |other, weights| {
        let f1 = phonons.modes.frequencies(other);
        let n_b = f1.len();
        let rows = weights.values.chunks_exact_mut(n_b);
        let f = sites.iter().flat_map(|site| phonons.modes.frequencies(site.q));
        for ((place, f), row) in f.enumerate().zip(rows) {
            for (weight, f1) in row.iter_mut().zip(f1) {
                if gaussian.is_near(f - f1) {
                    *weight += gaussian.density(f - f1);
                    weights.any[place / n_b] = true;
                }
            }
        }
    }
}

/// A closure that adds normal distributions of the widths of the other phonon.
fn adaptive(
    phonons: &Phonons<'_>,
    sites: &[Site<'_>],
    slopes: &[[f64; 3]],
    widths: (f64, Change),
) -> impl FnMut(usize, &mut Weights) {
    move |other, weights| {
        let f1 = phonons.modes.frequencies(other);
        let n_b = f1.len();
        let slopes = &slopes[other * n_b..(other + 1) * n_b];
        let rows = weights.values.chunks_exact_mut(n_b);
        let f = sites.iter().flat_map(|site| phonons.modes.frequencies(site.q));
        for ((place, f), row) in f.enumerate().zip(rows) {
            for ((weight, f1), slope) in row.iter_mut().zip(f1).zip(slopes) {
                let x = elastic(f - f1, *slope, widths);
                if x != 0.0 {
                    *weight += x;
                    weights.any[place / n_b] = true;
                }
            }
        }
    }
}

/// The phonons at one wave vector, which are scattered.
struct Site<'a> {
    phonons: &'a Phonons<'a>,
    q: usize,
    spread: &'a [f64],
    scattering: Scattering,
    /// Degenerate bands.
    sets: Vec<Range<usize>>,
}

impl<'a> Site<'a> {
    fn new(
        phonons: &'a Phonons<'a>,
        q: usize,
        spread: &'a [f64],
        scattering: Scattering,
    ) -> Self {
        let f = phonons.modes.frequencies(q);
        let sets = degenerate_sets(f, scattering.degeneracy).collect();
        Self { phonons, q, spread, scattering, sets }
    }

    /// Average tetrahedron weights `[j, j']` over sets, if so chosen; 0 where a phonon does
    /// not take part.
    fn restrict(&self, weights: &mut [f64], other: usize) {
        let Self { phonons, q, scattering, .. } = self;
        let (f, f1) = (phonons.modes.frequencies(*q), phonons.modes.frequencies(other));
        let n_b = f.len();
        if scattering.smearing.is_none() && scattering.average_degenerate_weights {
            for b in degenerate_sets(f1, scattering.degeneracy) {
                for a in self.sets.iter().filter(|a| a.len() * b.len() > 1) {
                    let block =
                        || a.clone().flat_map(|j| b.clone().map(move |j1| n_b * j + j1));
                    let sum: f64 = block().map(|at| weights[at]).sum();
                    let mean = sum / (a.len() * b.len()) as f64;
                    block().for_each(|at| weights[at] = mean);
                }
            }
        }
        let cutoff = scattering.cutoff_frequency;
        for (weights, f) in weights.chunks_exact_mut(n_b).zip(f) {
            for (w, f1) in weights.iter_mut().zip(f1) {
                if *f <= cutoff || *f1 <= cutoff {
                    *w = 0.0;
                }
            }
        }
    }

    /// Add what the phonons at one other point scatter.
    fn add(&self, sum: &mut [f64], other: usize, weights: &[f64]) {
        let modes = &self.phonons.modes;
        let (e, e1) = (modes.polarizations(self.q), modes.polarizations(other));
        let n_b = sum.len();
        for (at, &w) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
            let (j, j1) = (at / n_b, at % n_b);
            let (e, _) = e[j * n_b..(j + 1) * n_b].as_chunks::<3>();
            let (e1, _) = e1[j1 * n_b..(j1 + 1) * n_b].as_chunks::<3>();
            let overlap = e.iter().zip(e1).zip(self.spread).map(|((e, e1), spread)| {
                let dot: Complex64 = e.iter().zip(e1).map(|(a, b)| a * b.conj()).sum();
                spread * dot.norm_sqr()
            });
            let overlap: f64 = overlap.sum();
            sum[j] += w * overlap;
        }
    }

    /// `Γ` from the sums: put the factors in and average over degenerate sets.
    fn scale(&self, sums: &[f64], mut gamma: ArrayViewMut1<'_, f64>) {
        let Self { phonons, q, scattering, sets, .. } = self;
        let (f, n_q) = (phonons.modes.frequencies(*q), phonons.modes.shape().0);
        for ((x, sum), f) in gamma.iter_mut().zip(sums).zip(f) {
            *x = sum * FRAC_PI_4 * f * f / n_q as f64;
        }
        if scattering.average_degenerate_weights {
            for set in sets.iter().filter(|set| set.len() > 1) {
                let mean = set.clone().map(|j| gamma[j]).sum::<f64>() / set.len() as f64;
                set.clone().for_each(|j| gamma[j] = mean);
            }
        }
        for (x, &f) in gamma.iter_mut().zip(f) {
            *x = if f > scattering.cutoff_frequency { *x } else { 0.0 };
        }
    }
}
