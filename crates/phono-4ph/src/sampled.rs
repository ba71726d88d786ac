//! Sums over some pairs of wave vectors, of which samples are made.

use ndarray::{Array4, Array5, ArrayView3, Axis};
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use rayon::prelude::*;

use crate::linewidths::{Scattering4, Sum, Zone};
use crate::quadruplets::Quadruplet;
use crate::{Constants4, Phonons};

/// The part of [`linewidths4`](crate::linewidths4) that chosen pairs `(q1, q2)` make, each as
/// often as it is there: `Γ[sample, process, kind, T, j]`, THz.
///
/// * `pairs[sample, i]`: `q1, q2`; those of one `q1` in a row share its work.
pub fn linewidths4_of_pairs(
    constants: Constants4<'_>,
    phonons: &Phonons<'_>,
    (q, pairs): (i64, ArrayView3<'_, i64>),
    occupations: ArrayView3<'_, f64>,
    choices: (Scattering4<'_>, Zone<'_>),
    stop: &Stop,
) -> Result<Array5<f64>> {
    let (n_q, n_b) = phonons.modes.shape();
    let q = ensure_index("q", q, n_q)?;
    let (n_samples, n, _) = pairs.dim();
    ensure_shape("pairs", pairs.shape(), &[n_samples, n, 2])?;
    for &p in pairs {
        ensure_index("pairs", p, n_q)?;
    }
    let sum = Sum::new(constants, phonons, q, occupations, choices, stop)?;
    let mut lists: Vec<(usize, usize, Vec<Quadruplet>)> = vec![];
    for (sample, pairs) in pairs.axis_iter(Axis(0)).enumerate() {
        for pair in pairs.rows() {
            let [q1, q2] = [pair[0] as usize, pair[1] as usize];
            let points = [q2, phonons.fourth([q, q1, q2])];
            let quadruplet = Quadruplet { points, weight: 1 };
            match lists.last_mut() {
                Some((s, p, list)) if (*s, *p) == (sample, q1) => list.push(quadruplet),
                _ => lists.push((sample, q1, vec![quadruplet])),
            }
        }
    }
    let parts = lists.par_iter().map_init(
        || sum.room(),
        |room, (_, q1, list)| {
            stop.check()?;
            Ok(sum.part(*q1, list, room))
        },
    );
    let parts: Vec<Vec<f64>> = parts.collect::<Result<_>>()?;
    let mut totals = vec![vec![0.0; sum.len()]; n_samples];
    for ((sample, ..), part) in lists.iter().zip(&parts) {
        totals[*sample].iter_mut().zip(part).for_each(|(t, x)| *t += x);
    }
    let mut out = Array5::zeros((n_samples, 2, 3, sum.n_t, n_b));
    for (mut out, total) in out.axis_iter_mut(Axis(0)).zip(totals) {
        let gamma = Array4::from_shape_vec((2, 3, sum.n_t, n_b), total);
        let gamma = gamma.map_err(|_| Error::Layout("Γ"))?;
        out.assign(&sum.finished(gamma));
    }
    Ok(out)
}
