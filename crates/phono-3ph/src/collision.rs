//! The collision operator of the linearised Boltzmann equation.

use ndarray::{Array2, Array4, ArrayView3};
use phono_core::{Error, Result, Stop, ensure_shape, units};

use crate::linewidths::{Widths, add_widths, scale};
use crate::occupations::Occupations;
use crate::triplet_sum::{Accumulate, Triplet, TripletSum};
use crate::{Phonons, Scattering, Series};

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
pub fn collision_row(
    series: Series<'_>,
    phonons: &Phonons<'_>,
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
    let sum = TripletSum::new(series, phonons, q, scattering, stop)?;

    let mut gamma = Array2::zeros((n_t, n_b));
    let mut row = Array4::zeros((n_t, n_b, n_q, n_b));
    for initial in sum.initial_bands() {
        let n_j = initial.len();
        let new = || {
            (
                Widths::new(occupations, n_t, n_j),
                Pairs { inverse_sinh, n_t, n_j, done: vec![] },
            )
        };
        let (widths, pairs): (Vec<_>, Vec<_>) =
            sum.run(initial.clone(), new, stop)?.into_iter().unzip();
        add_widths(&mut gamma, initial.start, widths);
        spread(&mut row, &sum, initial.start, pairs);
    }
    scale(&mut gamma, &sum);
    Ok((gamma, row))
}

/// Copy what each triplet adds to every image of its `q'` and `q''`.
fn spread(
    row: &mut Array4<f64>,
    sum: &TripletSum<'_>,
    first: usize,
    pairs: Vec<Pairs<'_>>,
) {
    let (n_t, _, n_q, n_b) = row.dim();
    let grid = sum.phonons.grid;
    let little_group = grid.little_group(sum.q);
    let factor = units::LINEWIDTH * units::STRENGTH / n_q as f64;
    let scale: Vec<f64> =
        sum.initial().map(|(f, active)| if active { factor / f } else { 0.0 }).collect();
    for Pairs { n_j, done, .. } in pairs {
        for pair in done {
            // Where a point is reached both ways, as q' wins: tetrahedra have less symmetry
            // than the crystal, so the two ways differ a little.
            for (leg, &q1) in sum.pairs[pair.t].iter().enumerate().rev() {
                let address = grid.address(q1);
                let values = &pair.values[leg * n_j * n_b * n_t..];
                for image in
                    little_group.iter().map(|r| grid.index(grid.rotate(r, address)))
                {
                    for j in 0..n_j {
                        for i in 0..n_b * n_t {
                            let x = values[j * n_b * n_t + i] * scale[first + j];
                            row[[i % n_t, first + j, image, i / n_t]] = x;
                        }
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
    done: Vec<Pair>,
}

/// `values[leg, j, j_leg, T]` of triplet `t`.
struct Pair {
    t: usize,
    values: Vec<f64>,
}

impl Accumulate for Pairs<'_> {
    #[inline(always)]
    fn add(&mut self, sum: &TripletSum<'_>, triplet: Triplet<'_>) {
        let Self { inverse_sinh, n_t, n_j, .. } = *self;
        let [q1, q2] = sum.pairs[triplet.t];
        let n_b = sum.phonons.n_bands();
        let cutoff = sum.scattering.cutoff_frequency;
        let modes = sum.phonons.modes;
        let (f1, f2) = (modes.frequencies(q1), modes.frequencies(q2));
        let mut values = vec![0.0; 2 * n_j * n_b * n_t];
        let (first, second) = values.split_at_mut(n_j * n_b * n_t);
        for j1 in (0..n_b).filter(|&j| f1[j] > cutoff) {
            for j2 in (0..n_b).filter(|&j| f2[j] > cutoff) {
                if !triplet.weights.is_active(j1, j2) {
                    continue;
                }
                let scale = 1.0 / (f1[j1] * f2[j2]);
                let (re, im) = triplet.elements.at(j1, j2);
                let [decay, absorb, emit] = triplet.weights.at(j1, j2);
                let s1 = &inverse_sinh[(q1 * n_b + j1) * n_t..];
                let s2 = &inverse_sinh[(q2 * n_b + j2) * n_t..];
                for j in 0..n_j {
                    let density = decay[j] + absorb[j] + emit[j];
                    if density == 0.0 {
                        continue;
                    }
                    let x = scale * density * (re[j] * re[j] + im[j] * im[j]);
                    for t in 0..n_t {
                        first[(j * n_b + j1) * n_t + t] += x * s2[t];
                        second[(j * n_b + j2) * n_t + t] += x * s1[t];
                    }
                }
            }
        }
        self.done.push(Pair { t: triplet.t, values });
    }
}
