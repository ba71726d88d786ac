//! Scattering by the mass disorder of isotopes.

use std::f64::consts::FRAC_PI_4;
use std::ops::Range;

use ndarray::{Array1, ArrayView1, ArrayView2};
use num_complex::Complex64;
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use phono_grid::{Bands, DeltaWeights, Gaussian, degenerate_sets, irreducible_map};
use rayon::prelude::*;

use crate::{Phonons, Scattering};

/// How far above `f` the tetrahedra are cut, THz.
///
/// Neighbours in the star of `q` have the frequencies of `q`. A tetrahedron with three such
/// vertices has a density above them and none below: without this shift, and one value for
/// a star, rounding would choose between the two.
const ABOVE: f64 = 1e-9;
/// Points that one task adds up.
const TASK: usize = 256;

/// Half linewidths from isotopes at grid point `q`, `Γ[j]` in THz.
///
/// ```text
/// Γ(λ) = π/4 · f² 1/n_q Σ_λ' δ(f − f') Σ_k ⟨(m_k − ⟨m_k⟩)²⟩ |ẽ_k(λ')* · ẽ_k(λ)|²
/// ```
///
/// * `mass_spread[k]`: `⟨(m − ⟨m⟩)²⟩` of the isotopes of atom `k`, Da².
///
/// Tetrahedron weights, and Γ, are averaged over degenerate sets as `scattering` says.
/// Parallel over fixed pieces of the grid, whose sums are added in order.
///
/// S. Tamura, Phys. Rev. B 27, 858 (1983).
pub fn isotope_linewidths(
    phonons: &Phonons<'_>,
    q: i64,
    mass_spread: ArrayView1<'_, f64>,
    scattering: Scattering,
    stop: &Stop,
) -> Result<Array1<f64>> {
    let (n_q, _) = phonons.modes.shape();
    ensure_shape("mass_spread", mass_spread.shape(), &[phonons.modes.n_atoms()])?;
    let q = ensure_index("q", q, n_q)?;
    let f = phonons.modes.frequencies(q);
    let sets = degenerate_sets(f, scattering.degeneracy).collect();
    let site = Site { phonons, q, spread: mass_spread.to_vec(), sets, scattering };
    let mut gamma = match scattering.smearing {
        Some(gaussian) => {
            site.sum(|| |other, out: &mut [f64]| site.normal(gaussian, other, out), stop)?
        }
        None => site.sum_linear(stop)?,
    };
    scale(&mut gamma, f, n_q, scattering);
    Ok(gamma)
}

/// The phonons that are scattered.
struct Site<'a> {
    phonons: &'a Phonons<'a>,
    q: usize,
    spread: Vec<f64>,
    /// Degenerate bands at `q`.
    sets: Vec<Range<usize>>,
    scattering: Scattering,
}

impl Site<'_> {
    /// `Σ δ(f − f') Σ_k ...` with linear tetrahedra.
    fn sum_linear(&self, stop: &Stop) -> Result<Array1<f64>> {
        let Self { phonons, q, .. } = self;
        let (n_q, n_b) = phonons.modes.shape();
        let every: Vec<i64> = (0..n_q as i64).collect();
        let once = vec![1; n_q];
        let all = ArrayView2::from_shape((n_q, n_b), phonons.modes.all_frequencies())
            .map_err(|_| Error::Layout("frequencies"))?;
        // One value for all wave vectors of a star.
        let star = irreducible_map(phonons.grid, stop)?;
        let (every, once) = (ArrayView1::from(&every), ArrayView1::from(&once));
        let bands = Bands::new(phonons.grid, all, every, once, star.view())?;
        let representative = phonons.modes.frequencies(star[*q] as usize);
        let above: Vec<f64> = representative.iter().map(|f| f + ABOVE).collect();
        let weights = || {
            let mut delta = DeltaWeights::new(bands, &phonons.tetrahedra, &above);
            move |other, out: &mut [f64]| delta.at(other, out)
        };
        self.sum(weights, stop)
    }

    /// Write normal distributions `[j, j']`, and return whether any is not zero.
    fn normal(&self, gaussian: Gaussian, other: usize, out: &mut [f64]) -> bool {
        let modes = &self.phonons.modes;
        let (f, f1) = (modes.frequencies(self.q), modes.frequencies(other));
        let mut any = false;
        for (out, f) in out.chunks_exact_mut(f1.len()).zip(f) {
            for (out, f1) in out.iter_mut().zip(f1) {
                let near = gaussian.is_near(f - f1);
                *out = if near { gaussian.density(f - f1) } else { 0.0 };
                any |= near;
            }
        }
        any
    }

    /// Add up what all others scatter; `weights` makes what writes `δ(f_j − f_j')`, `[j, j']`,
    /// at another point, and tells whether any is not zero.
    fn sum<W>(&self, weights: impl Fn() -> W + Sync, stop: &Stop) -> Result<Array1<f64>>
    where
        W: FnMut(usize, &mut [f64]) -> bool,
    {
        let (n_q, n_b) = self.phonons.modes.shape();
        let partial: Vec<Vec<f64>> = (0..n_q.div_ceil(TASK))
            .into_par_iter()
            .map(|task| {
                let mut write = weights();
                let mut at = vec![0.0; n_b * n_b];
                let mut sum = vec![0.0; n_b];
                for other in task * TASK..((task + 1) * TASK).min(n_q) {
                    stop.check()?;
                    if write(other, &mut at) {
                        self.restrict(&mut at, other);
                        self.add(&mut sum, other, &at);
                    }
                }
                Ok(sum)
            })
            .collect::<Result<_>>()?;
        let mut total = Array1::zeros(n_b);
        for part in partial {
            total += &Array1::from(part);
        }
        Ok(total)
    }

    /// Average tetrahedron weights over sets, if so chosen; 0 where a phonon does not take
    /// part.
    fn restrict(&self, weights: &mut [f64], other: usize) {
        let Self { phonons, q, scattering, .. } = self;
        let (f, f1) = (phonons.modes.frequencies(*q), phonons.modes.frequencies(other));
        let n_b = f.len();
        if scattering.smearing.is_none() && scattering.average_weights {
            for b in degenerate_sets(f1, scattering.degeneracy) {
                for a in &self.sets {
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
            let overlap = e.iter().zip(e1).zip(&self.spread).map(|((e, e1), spread)| {
                let dot: Complex64 = e.iter().zip(e1).map(|(a, b)| a * b.conj()).sum();
                spread * dot.norm_sqr()
            });
            let overlap: f64 = overlap.sum();
            sum[j] += w * overlap;
        }
    }
}

/// Put the factors in and average over the initial degenerate sets.
fn scale(gamma: &mut Array1<f64>, f: &[f64], n_q: usize, scattering: Scattering) {
    for (x, f) in gamma.iter_mut().zip(f) {
        *x *= FRAC_PI_4 * f * f / n_q as f64;
    }
    if scattering.average_weights {
        for set in degenerate_sets(f, scattering.degeneracy).filter(|s| s.len() > 1) {
            let mean = set.clone().map(|j| gamma[j]).sum::<f64>() / set.len() as f64;
            set.for_each(|j| gamma[j] = mean);
        }
    }
    for (x, &f) in gamma.iter_mut().zip(f) {
        *x = if f > scattering.cutoff_frequency { *x } else { 0.0 };
    }
}
