//! Phonon linewidths from three-phonon scattering.

use std::ops::Range;

use ndarray::{Array2, Array3, ArrayView3, Axis};
use phono_core::{Result, Stop, units};
use phono_grid::{N_CHANNELS, degenerate_sets};

use crate::accumulate::{Accumulate, Pair, Targets, Values};
use crate::occupations::Occupations;
use crate::pieces::Pieces;
use crate::triplet_sum::TripletSum;
use crate::{Phonons, Series, Smearing};

/// Choices in the calculation of linewidths.
#[derive(Debug, Clone, Copy)]
pub struct Scattering {
    /// THz; phonons at or below it neither scatter nor are scattered.
    pub cutoff_frequency: f64,
    /// THz; consecutive bands closer than this are one degenerate set.
    pub degeneracy: f64,
    /// Average tetrahedron weights over the sets at `q'` and `q''`.
    pub average_degenerate_weights: bool,
    /// Normal distributions in place of the delta functions; tetrahedra if `None`.
    pub smearing: Option<Smearing>,
}

/// Half linewidths at grid point `q`, `Γ[T, j]` in THz.
///
/// ```text
/// Γ(λ) = 18π/h² Σ |Φ(λ, λ', λ'')|² { (n' + n'' + 1) δ(f − f' − f'')
///                                    + (n' − n'') [δ(f + f' − f'') − δ(f − f' + f'')] }
/// ```
///
/// * `occupations[q, j, T]`: Bose-Einstein occupations.
///
/// Parallel over chunks of triplets, whose sums are added in order: the same bits on any
/// number of threads.
///
/// A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 11.
pub fn linewidths(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    q: i64,
    occupations: ArrayView3<'_, f64>,
    scattering: Scattering,
    stop: &Stop,
) -> Result<Array2<f64>> {
    let pieces = (q, Pieces::whole(phonons.n_bands()));
    let gamma = linewidth_pieces(series, phonons, pieces, occupations, scattering, stop)?;
    Ok(gamma.remove_axis(Axis(0)))
}

/// Pieces of the half linewidths at grid point `q`, `Γ[piece, T, j]` in THz: what their
/// triplets add to those of [`linewidths`], 0 for bands that are not asked for.
///
/// One Fourier series serves all pieces that are asked for together.
pub fn linewidth_pieces(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    (q, pieces): (i64, Pieces),
    occupations: ArrayView3<'_, f64>,
    scattering: Scattering,
    stop: &Stop,
) -> Result<Array3<f64>> {
    let occupations = Occupations::new(phonons, occupations)?;
    let (n_t, n_b) = (occupations.n_temperatures(), phonons.n_bands());
    let occupations = occupations.values()?;
    pieces.ensure(n_b)?;
    let sum = TripletSum::new(series, phonons, q, scattering, stop)?;

    let mut gammas = vec![Array2::zeros((n_t, n_b)); pieces.wanted.len()];
    for initial in sum.blocks_of(pieces.bands.clone()) {
        let new = |bands: Range<usize>| Widths::new(occupations, n_t, bands.len());
        let take = |piece: usize, bands: Range<usize>, part| {
            let place = pieces.wanted.partition_point(|&other| other < piece);
            add_widths(&mut gammas[place], bands.start, &part);
        };
        sum.run_pieces(((initial, Targets::Own), &pieces), new, take, stop)?;
    }
    let mut all = Array3::zeros((gammas.len(), n_t, n_b));
    for (mut out, mut gamma) in all.outer_iter_mut().zip(gammas) {
        scale(&mut gamma, &sum);
        out.assign(&gamma);
    }
    Ok(all)
}

/// Add a part, to bands from `first` on.
pub(crate) fn add_widths(gamma: &mut Array2<f64>, first: usize, part: &Widths<'_>) {
    let n_t = gamma.nrows();
    for (i, x) in part.gamma.iter().enumerate() {
        gamma[[i % n_t, first + i / n_t]] += x;
    }
}

/// Average over the initial degenerate sets and put the factors in.
pub(crate) fn scale(gamma: &mut Array2<f64>, sum: &TripletSum<'_>) {
    let factor = units::LINEWIDTH * units::STRENGTH / sum.phonons.grid.n_q() as f64;
    let f = sum.phonons.modes.frequencies(sum.q);
    for mut row in gamma.rows_mut() {
        for (x, (f, active)) in row.iter_mut().zip(sum.initial()) {
            *x = if active { *x * factor / f } else { 0.0 };
        }
        for set in degenerate_sets(f, sum.scattering.degeneracy).filter(|s| s.len() > 1) {
            let n = set.len() as f64;
            let mean = set.clone().map(|j| row[j]).sum::<f64>() / n;
            set.for_each(|j| row[j] = mean);
        }
        for (x, (_, active)) in row.iter_mut().zip(sum.initial()) {
            *x = if active { *x } else { 0.0 };
        }
    }
}

/// `Σ w |V|² / (f' f'') {…}`, `gamma[j, T]`.
pub(crate) struct Widths<'a> {
    occupations: &'a [f64],
    n_t: usize,
    /// What each channel counts at each temperature, for the pair at hand.
    factors: [Vec<f64>; N_CHANNELS],
    pub(crate) gamma: Vec<f64>,
}

impl<'a> Widths<'a> {
    /// Nothing yet, for `n_j` bands at `n_t` temperatures.
    pub(crate) fn new(occupations: &'a [f64], n_t: usize, n_j: usize) -> Self {
        let factors = std::array::from_fn(|_| vec![0.0; n_t]);
        Self { occupations, n_t, factors, gamma: vec![0.0; n_j * n_t] }
    }
}

impl Values for Widths<'_> {
    const WEIGHTS: bool = true;

    fn values(&self) -> &[f64] {
        &self.gamma
    }
}

impl Accumulate for Widths<'_> {
    #[inline(always)]
    fn add(&mut self, _: &TripletSum<'_>, pair: Pair<'_>) {
        let [m1, m2] = pair.modes;
        let n_t = self.n_t;
        let n1 = &self.occupations[m1 * n_t..(m1 + 1) * n_t];
        let n2 = &self.occupations[m2 * n_t..(m2 + 1) * n_t];
        let [decays, absorbs, emits] = &mut self.factors;
        for t in 0..n_t {
            decays[t] = pair.scale * (n1[t] + n2[t] + 1.0);
            absorbs[t] = pair.scale * (n1[t] - n2[t]);
            emits[t] = -absorbs[t];
        }
        for (channel, first, weights) in pair.own_runs() {
            let factors = &self.factors[channel][..n_t];
            for (j, weight) in (first..).zip(weights) {
                let strength = pair.squares[j] * weight;
                let gamma = &mut self.gamma[j * n_t..(j + 1) * n_t];
                for (gamma, factor) in gamma.iter_mut().zip(factors) {
                    *gamma += strength * factor;
                }
            }
        }
    }
}
