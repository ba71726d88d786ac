//! How strongly four phonons couple.

use ndarray::{Array5, ArrayView2};
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use pulp::{Arch, Simd, WithSimd};

use crate::Constants4;
use crate::at_q::AtQ;
use crate::pair::{Elements4, Phonons, Scratch, Visit, visit_pair};
use crate::units::STRENGTH4;

/// Squared four-phonon matrix elements `|V4[t, j, j1, j2, j3]|²` in eV².
///
/// ```text
/// |V4|² = c / (n_q² f f1 f2 f3) |Σ Φ ẽ(λ) ẽ(λ1) ẽ(λ2) ẽ(λ3) e^{2πi Σ q_i·R_i}|²
/// ```
///
/// with `c` of `STRENGTH4`; 0 where a frequency is at or below the cutoff.
///
/// * `points[t]`: grid indices of `q, q1, q2, q3`, which sum to `G`.
pub fn interaction_strengths4(
    constants: Constants4<'_>,
    phonons: &Phonons<'_>,
    points: ArrayView2<'_, i64>,
    cutoff_frequency: f64,
    stop: &Stop,
) -> Result<Array5<f64>> {
    let (n_q, n_b) = phonons.modes.shape();
    ensure_shape("points", points.shape(), &[points.nrows(), 4])?;
    for &q in points {
        ensure_index("points", q, n_q)?;
    }
    let points: Vec<[usize; 4]> =
        points.rows().into_iter().map(|p| [0, 1, 2, 3].map(|i| p[i] as usize)).collect();
    for &[q, q1, q2, q3] in &points {
        if phonons.fourth([q, q1, q2]) != q3 {
            return Err(Error::Domain(format!(
                "points: {q} {q1} {q2} {q3} does not conserve momentum"
            )));
        }
    }
    let mut values = vec![];
    for at_one in points.chunk_by(|a, b| a[0] == b[0]) {
        let at_q = AtQ::new(constants, phonons, at_one[0][0], stop)?;
        let mut scratch = Scratch::new(&at_q, n_b);
        for list in at_one.chunk_by(|a, b| a[1] == b[1]) {
            stop.check()?;
            let squares = Squares { at_q: &at_q, phonons, list, scratch: &mut scratch };
            values.extend(Arch::new().dispatch(squares));
        }
    }
    let mut out = Array5::from_shape_vec((points.len(), n_b, n_b, n_b, n_b), values)
        .map_err(|_| Error::Layout("strengths"))?;
    let inverse = |q: usize, j: usize| {
        let f = phonons.modes.frequencies(q)[j];
        if f > cutoff_frequency { 1.0 / f } else { 0.0 }
    };
    let factor = STRENGTH4 / (n_q * n_q) as f64;
    for ((t, j, j1, j2, j3), x) in out.indexed_iter_mut() {
        let [q, q1, q2, q3] = points[t];
        *x *=
            factor * (inverse(q, j) * inverse(q1, j1) * inverse(q2, j2) * inverse(q3, j3));
    }
    Ok(out)
}

/// `|V|²` of quadruplets of one `q` and `q1`.
struct Squares<'a> {
    at_q: &'a AtQ,
    phonons: &'a Phonons<'a>,
    list: &'a [[usize; 4]],
    scratch: &'a mut Scratch,
}

impl WithSimd for Squares<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Self { at_q, phonons, list, scratch } = self;
        let n_b = phonons.n_bands();
        let size = n_b.pow(4);
        let mut collect = Collect { n_b, values: vec![0.0; list.len() * size] };
        let points: Vec<[usize; 2]> = list.iter().map(|p| [p[2], p[3]]).collect();
        visit_pair(simd, (at_q, phonons), list[0][1], &points, scratch, &mut collect);
        collect.values
    }
}

/// Keeps the squares of every quadruplet, `[j, j1, j2, j3]`.
struct Collect {
    n_b: usize,
    values: Vec<f64>,
}

impl Visit for Collect {
    #[inline(always)]
    fn wants(&mut self, _: usize) -> bool {
        true
    }

    #[inline(always)]
    fn visit(&mut self, t: usize, v: &Elements4<'_>) {
        let (n_b, size) = (self.n_b, self.n_b.pow(4));
        for (i, x) in self.values[t * size..(t + 1) * size].iter_mut().enumerate() {
            let bands = [i / n_b.pow(3), i / n_b.pow(2) % n_b, i / n_b % n_b, i % n_b];
            *x = v.square(bands);
        }
    }
}
