//! The collision operator of the linearised Boltzmann equation.

use std::ops::Range;

use ndarray::{Array2, Array4, ArrayView3};
use phono_core::{Error, Result, Stop, ensure_shape, units};

use crate::accumulate::{Accumulate, Pair, Targets};
use crate::linewidths::{Widths, add_widths, scale};
use crate::occupations::Occupations;
use crate::triplet_sum::TripletSum;
use crate::{Couplings, Phonons, Scattering};

/// Weights of phonons at each temperature, `[q, j, T]`.
#[derive(Debug, Clone, Copy)]
pub struct ThermalFactors<'a> {
    /// Bose-Einstein occupations.
    pub occupations: ArrayView3<'a, f64>,
    /// `1 / sinh(h f / 2 k_B T)`, 0 for phonons that do not take part.
    pub inverse_sinh: ArrayView3<'a, f64>,
}

/// Half linewidths at grid point `q`, `Γ[T, j]`, and how strongly its phonons are scattered
/// into all others, `A[T, j, q', j']`; both in THz, in one pass over the triplets.
///
/// ```text
/// A(λ, λ') = 18π/h² Σ_j'' |Φ(λ, λ', λ'')|² s(λ'')
///            [δ(f − f' − f'') + δ(f + f' − f'') + δ(f − f' + f'')]
/// ```
///
/// with `s = 1 / sinh(h f / 2 k_B T)`. Γ is that of [`crate::linewidths`], bit for bit.
///
/// One irreducible triplet serves every `q'` that the operations which leave `q` in place,
/// or the exchange of `q'` and `q''`, take it to, without the exchange if possible.
///
/// L. Chaput, Phys. Rev. Lett. 110, 265506 (2013), eq. 5.
pub fn collision_row<'a>(
    couplings: impl Into<Couplings<'a>>,
    phonons: &'a Phonons<'a>,
    q: i64,
    thermal: ThermalFactors<'_>,
    scattering: Scattering,
    stop: &Stop,
) -> Result<(Array2<f64>, Array4<f64>)> {
    let (n_q, n_b) = phonons.modes.shape();
    let occupations = Occupations::new(phonons, thermal.occupations)?;
    let n_t = occupations.n_temperatures();
    ensure_shape("inverse_sinh", thermal.inverse_sinh.shape(), &[n_q, n_b, n_t])?;
    let occupations = occupations.values()?;
    let inverse_sinh = thermal.inverse_sinh.as_standard_layout();
    let inverse_sinh = inverse_sinh.as_slice().ok_or(Error::Layout("inverse_sinh"))?;
    let sum = TripletSum::new(couplings, phonons, q, scattering, stop)?;

    let mut gamma = Array2::zeros((n_t, n_b));
    let mut row = Array4::zeros((n_t, n_b, n_q, n_b));
    for initial in sum.initial_bands() {
        let new = |bands: Range<usize>| {
            (
                Widths::new(occupations, n_t, bands.len()),
                Pairs::new(inverse_sinh, n_t, bands.len()),
            )
        };
        let take = |bands: Range<usize>, (widths, pairs): (Widths<'_>, Pairs<'_>)| {
            add_widths(&mut gamma, bands.start, &widths);
            spread(&mut row, &sum, bands.start, pairs);
        };
        sum.run((initial, Targets::Own), new, take, stop)?;
    }
    scale(&mut gamma, &sum);
    Ok((gamma, row))
}

/// Copy what each triplet adds to every image of its `q'` and `q''`.
fn spread(
    row: &mut Array4<f64>,
    sum: &TripletSum<'_>,
    first: usize,
    Pairs { n_j, done, values, .. }: Pairs<'_>,
) {
    let (n_t, n_0, n_q, n_b) = row.dim();
    let Some(row) = row.as_slice_mut() else { return };
    let grid = sum.phonons.grid;
    let little_group = grid.little_group(sum.q);
    let factor = units::LINEWIDTH * units::STRENGTH / n_q as f64;
    let scale: Vec<f64> =
        sum.initial().map(|(f, active)| if active { factor / f } else { 0.0 }).collect();
    let length = (n_j * n_t * n_b).max(1);
    for (t, legs) in done.into_iter().zip(values.chunks_exact(2 * length)) {
        // Where a point is reached both ways, as q' wins: tetrahedra have less symmetry
        // than the crystal, so the two ways differ a little.
        for (leg, &q1) in legs.chunks_exact(length).zip(&sum.pairs[t]).rev() {
            let address = grid.address(q1);
            for image in little_group.iter().map(|r| grid.index(grid.rotate(r, address))) {
                for (i, values) in leg.chunks_exact(n_b).enumerate() {
                    let j = first + i / n_t;
                    let at = (((i % n_t) * n_0 + j) * n_q + image) * n_b;
                    for (x, value) in row[at..at + n_b].iter_mut().zip(values) {
                        *x = value * scale[j];
                    }
                }
            }
        }
    }
}

/// Contributions of each triplet to `q'` and to `q''`.
struct Pairs<'a> {
    inverse_sinh: &'a [f64],
    n_t: usize,
    n_j: usize,
    /// Triplets.
    done: Vec<usize>,
    /// `[triplet, leg, j, T, j_leg]`
    values: Vec<f64>,
}

impl<'a> Pairs<'a> {
    /// Nothing yet, for `n_j` bands at `n_t` temperatures.
    fn new(inverse_sinh: &'a [f64], n_t: usize, n_j: usize) -> Self {
        Self { inverse_sinh, n_t, n_j, done: vec![], values: vec![] }
    }
}

impl Accumulate for Pairs<'_> {
    #[inline(always)]
    fn add(&mut self, sum: &TripletSum<'_>, pair: Pair<'_>) {
        let Self { inverse_sinh, n_t, n_j, .. } = *self;
        let n_b = sum.phonons.n_bands();
        let leg = n_j * n_t * n_b;
        if self.done.last() != Some(&pair.t) {
            self.done.push(pair.t);
            self.values.resize(self.done.len() * 2 * leg, 0.0);
        }
        let start = self.values.len() - 2 * leg;
        let (first, second) = self.values[start..].split_at_mut(leg);
        let ([j1, j2], [m1, m2]) = (pair.bands, pair.modes);
        let s1 = &inverse_sinh[m1 * n_t..(m1 + 1) * n_t];
        let s2 = &inverse_sinh[m2 * n_t..(m2 + 1) * n_t];
        let scale = pair.scale / sum.multiplicities[pair.t];
        for (_, j, density) in pair.own() {
            let x = scale * density * pair.squares[j];
            for (t, (s1, s2)) in s1.iter().zip(s2).enumerate() {
                first[(j * n_t + t) * n_b + j1] += x * s2;
                second[(j * n_t + t) * n_b + j2] += x * s1;
            }
        }
    }
}
