//! Scattering by the mass disorder of isotopes.

use std::f64::consts::FRAC_PI_4;

use ndarray::{Array1, Array2, Array3, ArrayView1, ArrayView2, Axis, s};
use num_complex::Complex64;
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use phono_grid::{Bands, Gaussian, degenerate_sets, irreducible_map, tetrahedron_weights};
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
    let (n_q, n_b) = phonons.modes.shape();
    ensure_shape("mass_spread", mass_spread.shape(), &[phonons.modes.n_atoms()])?;
    let q = ensure_index("q", q, n_q)?;
    let spread = mass_spread.to_vec();
    let f = phonons.modes.frequencies(q);
    let delta = match scattering.smearing {
        None => Delta::Linear(linear_weights(phonons, q, stop)?),
        Some(gaussian) => Delta::Normal(gaussian),
    };
    let partial: Vec<Vec<f64>> = (0..n_q.div_ceil(TASK))
        .into_par_iter()
        .map(|task| {
            let mut sum = vec![0.0; n_b];
            for other in task * TASK..((task + 1) * TASK).min(n_q) {
                stop.check()?;
                let mut weights = delta.at(phonons, [q, other]);
                restrict(&mut weights, phonons, [q, other], scattering);
                add(&mut sum, phonons, [q, other], &spread, weights.view());
            }
            Ok(sum)
        })
        .collect::<Result<_>>()?;
    let mut gamma = Array1::zeros(n_b);
    for part in partial {
        gamma += &Array1::from(part);
    }
    scale(&mut gamma, f, n_q, scattering);
    Ok(gamma)
}

/// What stands for `δ(f_j − f_j')`.
enum Delta {
    /// Linear tetrahedra, `[q', j, j']`.
    Linear(Array3<f64>),
    /// Normal distributions.
    Normal(Gaussian),
}

impl Delta {
    /// Its values `[j, j']` at one other point.
    fn at(&self, phonons: &Phonons<'_>, [q, other]: [usize; 2]) -> Array2<f64> {
        let (f, f1) = (phonons.modes.frequencies(q), phonons.modes.frequencies(other));
        match self {
            Self::Linear(weights) => weights.index_axis(Axis(0), other).to_owned(),
            Self::Normal(gaussian) => {
                Array2::from_shape_fn((f.len(), f1.len()), |(j, j1)| {
                    let x = f[j] - f1[j1];
                    if gaussian.is_near(x) { gaussian.density(x) } else { 0.0 }
                })
            }
        }
    }
}

/// Average tetrahedron weights over sets, if so chosen; 0 where a phonon does not take part.
fn restrict(
    weights: &mut Array2<f64>,
    phonons: &Phonons<'_>,
    [q, other]: [usize; 2],
    scattering: Scattering,
) {
    let (f, f1) = (phonons.modes.frequencies(q), phonons.modes.frequencies(other));
    if scattering.smearing.is_none() && scattering.average_weights {
        for b in degenerate_sets(f1, scattering.degeneracy) {
            for a in degenerate_sets(f, scattering.degeneracy) {
                let mut block = weights.slice_mut(s![a, b.clone()]);
                let mean = block.sum() / block.len() as f64;
                block.fill(mean);
            }
        }
    }
    let cutoff = scattering.cutoff_frequency;
    for ((j, j1), w) in weights.indexed_iter_mut() {
        if f[j] <= cutoff || f1[j1] <= cutoff {
            *w = 0.0;
        }
    }
}

/// `δ(f_j − f_j')` by linear tetrahedra, `[q', j, j']`.
fn linear_weights(phonons: &Phonons<'_>, q: usize, stop: &Stop) -> Result<Array3<f64>> {
    let (n_q, n_b) = phonons.modes.shape();
    let every: Vec<i64> = (0..n_q as i64).collect();
    let once = vec![1; n_q];
    let all = ArrayView2::from_shape((n_q, n_b), phonons.modes.all_frequencies())
        .map_err(|_| Error::Layout("frequencies"))?;
    let (points, once) = (ArrayView1::from(&every), ArrayView1::from(&once));
    // One value for all wave vectors of a star.
    let star = irreducible_map(phonons.grid, stop)?;
    let bands = Bands::new(phonons.grid, all, points, once, star.view())?;
    let representative = phonons.modes.frequencies(star[q] as usize);
    let above: Vec<f64> = representative.iter().map(|f| f + ABOVE).collect();
    let targets = ArrayView1::from(&above);
    let (delta, _) = tetrahedron_weights(bands, &phonons.tetrahedra, targets, stop)?;
    Ok(delta)
}

/// Add what the phonons at one other point scatter.
fn add(
    sum: &mut [f64],
    phonons: &Phonons<'_>,
    [q, other]: [usize; 2],
    spread: &[f64],
    weights: ArrayView2<'_, f64>,
) {
    let n_b = sum.len();
    let (e, e1) = (phonons.modes.polarizations(q), phonons.modes.polarizations(other));
    for ((j, j1), &w) in weights.indexed_iter().filter(|(_, w)| **w != 0.0) {
        let (e, _) = e[j * n_b..(j + 1) * n_b].as_chunks::<3>();
        let (e1, _) = e1[j1 * n_b..(j1 + 1) * n_b].as_chunks::<3>();
        let overlap = e.iter().zip(e1).zip(spread).map(|((e, e1), spread)| {
            let dot: Complex64 = e.iter().zip(e1).map(|(a, b)| a * b.conj()).sum();
            spread * dot.norm_sqr()
        });
        let overlap: f64 = overlap.sum();
        sum[j] += w * overlap;
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
