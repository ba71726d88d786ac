//! How strongly three phonons couple.

use ndarray::{Array4, ArrayView2};
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape, units};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::fixed_q::{FixedQ, Projection, Visit};
use crate::{Phonons, Series};

/// Squared three-phonon matrix elements `|Φ[t, j, j', j'']|²` in eV².
///
/// ```text
/// |Φ(λ, λ', λ'')|² = c / (n_q f f' f'') |Σ Φ̃ ẽ(λ) ẽ(λ') ẽ(λ'') e^{2πi (q'·R1 + q''·R2)}|²
/// ```
///
/// with `c` of [`units::STRENGTH`]; 0 where a frequency is at or below the cutoff.
///
/// * `points[t]`: grid indices of `q, q', q''`, the same `q` in all, `q + q' + q'' = G`.
///
/// A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 10.
pub fn interaction_strengths(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    points: ArrayView2<'_, i64>,
    cutoff_frequency: f64,
    stop: &Stop,
) -> Result<Array4<f64>> {
    let (q, pairs) = split_points(phonons, points)?;
    let n_b = phonons.n_bands();
    let mut out = Array4::zeros((pairs.len(), n_b, n_b, n_b));
    if pairs.is_empty() {
        return Ok(out);
    }
    let fixed = FixedQ::new(series, phonons, (q, 0..n_b), &pairs, stop)?;
    let chunks: Vec<Vec<(usize, Vec<f64>)>> = (0..fixed.n_chunks())
        .into_par_iter()
        .map(|c| {
            stop.check()?;
            let squares =
                Arch::new().dispatch(Squares { fixed: &fixed, c, pairs: &pairs, n_b });
            Ok(squares)
        })
        .collect::<Result<_>>()?;

    let inverse = |q: usize| -> Vec<f64> {
        let invert = |&f: &f64| if f > cutoff_frequency { 1.0 / f } else { 0.0 };
        phonons.modes.frequencies(q).iter().map(invert).collect()
    };
    let factor = units::STRENGTH / phonons.grid.n_q() as f64;
    let f0 = inverse(q);
    for (t, squares) in chunks.into_iter().flatten() {
        let (f1, f2) = (inverse(pairs[t][0]), inverse(pairs[t][1]));
        for (((j, j1, j2), out), square) in
            out.index_axis_mut(ndarray::Axis(0), t).indexed_iter_mut().zip(squares)
        {
            *out = factor * square * (f0[j] * f1[j1] * f2[j2]);
        }
    }
    Ok(out)
}

/// The common `q` of all triplets, and their `(q', q'')`.
fn split_points(
    phonons: &Phonons<'_>,
    points: ArrayView2<'_, i64>,
) -> Result<(usize, Vec<[usize; 2]>)> {
    ensure_shape("points", points.shape(), &[points.nrows(), 3])?;
    let grid = phonons.grid;
    for &q in points {
        ensure_index("points", q, grid.n_q())?;
    }
    let triplets: Vec<[usize; 3]> =
        points.rows().into_iter().map(|p| [p[0], p[1], p[2]].map(|q| q as usize)).collect();
    let q = triplets.first().map_or(0, |t| t[0]);
    for &[q0, q1, q2] in &triplets {
        let sum: [i64; 3] = std::array::from_fn(|i| {
            grid.address(q0)[i] + grid.address(q1)[i] + grid.address(q2)[i]
        });
        if q0 != q || grid.index(sum) != 0 {
            return Err(Error::Domain(format!(
                "triplets: {q0} {q1} {q2} does not conserve momentum at q = {q}"
            )));
        }
    }
    Ok((q, triplets.into_iter().map(|[_, q1, q2]| [q1, q2]).collect()))
}

/// `|V|²` of one chunk.
struct Squares<'a> {
    fixed: &'a FixedQ<'a>,
    c: usize,
    pairs: &'a [[usize; 2]],
    n_b: usize,
}

impl WithSimd for Squares<'_> {
    type Output = Vec<(usize, Vec<f64>)>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let mut collect = Collect { n_b: self.n_b, all: vec![] };
        self.fixed.chunk(simd, (self.c, self.pairs), &mut collect);
        collect.all
    }
}

/// Keeps the squares of every triplet, `[j, j', j'']`.
struct Collect {
    n_b: usize,
    all: Vec<(usize, Vec<f64>)>,
}

impl Visit for Collect {
    #[inline(always)]
    fn visit(&mut self, t: usize, v: &Projection) {
        let n_b = self.n_b;
        let mut squares = vec![0.0; n_b * n_b * n_b];
        for (j1, j2) in (0..n_b).flat_map(|j1| (0..n_b).map(move |j2| (j1, j2))) {
            let (re, im) = v.at(j1, j2);
            for j in 0..n_b {
                squares[(j * n_b + j1) * n_b + j2] = re[j] * re[j] + im[j] * im[j];
            }
        }
        self.all.push((t, squares));
    }
}
