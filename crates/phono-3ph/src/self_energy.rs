//! The self-energy at any frequency.

use std::ops::Range;

use ndarray::{Array2, Array3, Array4, ArrayView3, Axis, stack};
use phono_core::{Error, Result, Stop, ensure_shape};

use crate::accumulate::{Accumulate, Pair, Targets, Values};
use crate::linewidths::{Widths, scale};
use crate::occupations::Occupations;
use crate::real_part::RealPart;
use crate::spread::Spread;
use crate::triplet_sum::TripletSum;
use crate::{Couplings, Phonons, Scattering};

/// Where a self-energy is evaluated, and which triplets are normal.
#[derive(Debug, Clone, Copy)]
pub struct EvaluationPoints<'a> {
    /// Index of the grid point.
    pub q: i64,
    /// THz, the same for all bands; each band at its own frequency if `None`.
    pub targets: Option<&'a [f64]>,
    /// Whether each irreducible triplet is normal, not umklapp.
    pub normal: Option<&'a [bool]>,
}

/// The imaginary self-energy `Γ[part, T, j, f]` in THz of [`linewidths`](crate::linewidths)
/// at the frequencies of `evaluation`: its total, and if asked for its normal and umklapp
/// parts.
pub fn imaginary_self_energies<'a>(
    couplings: impl Into<Couplings<'a>>,
    phonons: &'a Phonons<'a>,
    evaluation: EvaluationPoints<'_>,
    occupations: ArrayView3<'_, f64>,
    scattering: Scattering,
    stop: &Stop,
) -> Result<Array4<f64>> {
    let occupations = Occupations::new(phonons, occupations)?;
    let (n_t, n) = (occupations.n_temperatures(), occupations.values()?);
    let sum = TripletSum::new(couplings, phonons, evaluation.q, scattering, stop)?;
    let parts = PartSums::new(&sum, evaluation, stop)?;
    match evaluation.targets {
        None => parts.sum(n_t, |own| Widths::new(n, n_t, own.len())),
        Some(w) => parts.sum(n_t, |own| Spread::new(n, [n_t, own.len(), w.len()])),
    }
}

/// The real self-energy `Δ[T, j, f]` in THz at the frequencies of `evaluation`.
///
/// ```text
/// Δ(λ, w) = 18/h² Σ |Φ(λ, λ', λ'')|² {
///     (n' + n'' + 1) [p(w − f' − f'') − p(w + f' + f'')]
///     + (n' − n'') [p(w + f' − f'') − p(w − f' + f'')] },   p(x) = x / (x² + ε²)
/// ```
///
/// * `epsilon`: `ε`, THz.
///
/// M. Lazzeri, M. Calandra, F. Mauri, Phys. Rev. B 68, 220509 (2003), eq. 4.
pub fn real_self_energies<'a>(
    couplings: impl Into<Couplings<'a>>,
    phonons: &'a Phonons<'a>,
    evaluation: EvaluationPoints<'_>,
    occupations: ArrayView3<'_, f64>,
    (scattering, epsilon): (Scattering, f64),
    stop: &Stop,
) -> Result<Array3<f64>> {
    if !(epsilon > 0.0 && epsilon.is_finite()) {
        return Err(Error::Domain(format!("epsilon must be positive, got {epsilon}")));
    }
    let occupations = Occupations::new(phonons, occupations)?;
    let (n_t, n) = (occupations.n_temperatures(), occupations.values()?);
    let sum = TripletSum::new(couplings, phonons, evaluation.q, scattering, stop)?;
    let parts = PartSums::new(&sum, EvaluationPoints { normal: None, ..evaluation }, stop)?;
    let real = parts.sum(n_t, |own| {
        let targets = (evaluation.targets.unwrap_or(own), evaluation.targets.is_none());
        RealPart::new(n, [n_t, own.len()], targets, epsilon)
    })?;
    Ok(real.index_axis_move(Axis(0), 0) / std::f64::consts::PI)
}

/// Sums over triplets at the same wave vector and frequencies.
struct PartSums<'s, 'a> {
    sum: &'s TripletSum<'a>,
    evaluation: EvaluationPoints<'s>,
    stop: &'s Stop,
}

impl<'s, 'a> PartSums<'s, 'a> {
    fn new(
        sum: &'s TripletSum<'a>,
        evaluation: EvaluationPoints<'s>,
        stop: &'s Stop,
    ) -> Result<Self> {
        if let Some(normal) = evaluation.normal {
            ensure_shape("normal", &[normal.len()], &[sum.pairs.len()])?;
        }
        Ok(Self { sum, evaluation, stop })
    }

    /// `[part, T, j, f]` of accumulators that `new` makes for the initial frequencies.
    fn sum<A: Values>(
        &self,
        n_t: usize,
        new: impl Fn(&'s [f64]) -> A + Sync,
    ) -> Result<Array4<f64>> {
        let Self { sum, evaluation, stop } = *self;
        let n_b = sum.phonons.n_bands();
        let n_f = evaluation.targets.map_or(1, <[f64]>::len);
        let n_parts = if evaluation.normal.is_some() { 3 } else { 1 };
        let mut parts = vec![Array2::zeros((n_t * n_f, n_b)); n_parts];
        for initial in sum.initial_bands() {
            let targets = match evaluation.targets {
                _ if !A::WEIGHTS => Targets::Nowhere,
                None => Targets::Own,
                Some(targets) => Targets::At(targets),
            };
            let own = &sum.phonons.modes.frequencies(sum.q);
            let new_parts = |bands: Range<usize>| NormalUmklapp {
                parts: (0..n_parts).map(|_| new(&own[bands.clone()])).collect(),
                normal: evaluation.normal,
            };
            let take = |bands: Range<usize>, done: NormalUmklapp<'_, A>| {
                for (part, sums) in parts.iter_mut().zip(&done.parts) {
                    let n = n_t * n_f;
                    for (i, x) in sums.values().iter().enumerate() {
                        part[[i % n, bands.start + i / n]] += x;
                    }
                }
            };
            sum.run((initial, targets), new_parts, take, stop)?;
        }
        for part in &mut parts {
            scale(part, sum);
        }
        let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
        let all = stack(Axis(0), &views).expect("parts have one shape");
        let all = all.into_shape_with_order((n_parts, n_t, n_f, n_b)).expect("same length");
        Ok(all.permuted_axes([0, 1, 3, 2]).as_standard_layout().into_owned())
    }
}

/// The total, and if asked for the sums over normal and umklapp triplets.
struct NormalUmklapp<'a, A> {
    parts: Vec<A>,
    normal: Option<&'a [bool]>,
}

impl<A: Accumulate> Accumulate for NormalUmklapp<'_, A> {
    #[inline(always)]
    fn add(&mut self, sum: &TripletSum<'_>, pair: Pair<'_>) {
        let class = self.normal.map(|normal| if normal[pair.t] { 1 } else { 2 });
        // One call for both, which is inlined once.
        for part in std::iter::once(0).chain(class) {
            self.parts[part].add(sum, pair);
        }
    }
}
