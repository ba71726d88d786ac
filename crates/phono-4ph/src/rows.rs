//! Sums of complex rows with complex weights, the inner loop of everything here.

use num_complex::Complex64;
use pulp::Simd;

/// Rows are padded to a multiple of this many numbers: the widest vector there is.
pub(crate) const LANES: usize = 8;

/// `n` rounded up to whole vectors.
pub(crate) fn padded(n: usize) -> usize {
    n.next_multiple_of(LANES)
}

/// Complex rows in a slice: row `r` has `length` real parts at `r stride`, its imaginary
/// parts `imaginary` further on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) stride: usize,
    pub(crate) imaginary: usize,
    pub(crate) length: usize,
}

impl Layout {
    /// Rows whose real parts are followed by their imaginary parts.
    pub(crate) fn consecutive(length: usize) -> Self {
        Self { stride: 2 * length, imaginary: length, length }
    }
}

/// Rows of a sum take turns in registers: this many at a time.
const OUT: usize = 4;

/// `out[o] = Σ_i weights[o n + i] input[i]` for complex rows; `n` rows of input.
#[inline(always)]
pub(crate) fn sum_rows<S: Simd>(
    simd: S,
    (weights, n): (&[Complex64], usize),
    (input, from): (&[f64], Layout),
    (out, to): (&mut [f64], Layout),
) {
    let n_out = weights.len().checked_div(n).unwrap_or(0);
    for first in (0..n_out).step_by(OUT) {
        let weights = &weights[first * n..];
        let out = &mut out[first * to.stride..];
        match n_out - first {
            1 => rows_of::<S, 1>(simd, (weights, n), (input, from), (out, to)),
            2 => rows_of::<S, 2>(simd, (weights, n), (input, from), (out, to)),
            3 => rows_of::<S, 3>(simd, (weights, n), (input, from), (out, to)),
            _ => rows_of::<S, OUT>(simd, (weights, n), (input, from), (out, to)),
        }
    }
}

/// `O` rows of [`sum_rows`].
#[inline(always)]
fn rows_of<S: Simd, const O: usize>(
    simd: S,
    (weights, n): (&[Complex64], usize),
    (input, from): (&[f64], Layout),
    (out, to): (&mut [f64], Layout),
) {
    for v in 0..from.length / S::F64_LANES {
        let mut re = [simd.splat_f64s(0.0); O];
        let mut im = re;
        for i in 0..n {
            let row = i * from.stride;
            let a = S::as_simd_f64s(&input[row..row + from.length]).0[v];
            let row = row + from.imaginary;
            let b = S::as_simd_f64s(&input[row..row + from.length]).0[v];
            for o in 0..O {
                let w = weights[o * n + i];
                let (x, y) = (simd.splat_f64s(w.re), simd.splat_f64s(w.im));
                let minus = simd.splat_f64s(-w.im);
                re[o] = simd.mul_add_e_f64s(x, a, re[o]);
                re[o] = simd.mul_add_e_f64s(minus, b, re[o]);
                im[o] = simd.mul_add_e_f64s(x, b, im[o]);
                im[o] = simd.mul_add_e_f64s(y, a, im[o]);
            }
        }
        for o in 0..O {
            let row = o * to.stride;
            S::as_mut_simd_f64s(&mut out[row..row + to.length]).0[v] = re[o];
            let row = row + to.imaginary;
            S::as_mut_simd_f64s(&mut out[row..row + to.length]).0[v] = im[o];
        }
    }
}

/// `e^{2πi k/n}` for every `k`, so that phases on a grid are exact and cost no sine.
#[derive(Debug, Clone)]
pub(crate) struct Roots(Vec<Complex64>);

impl Roots {
    /// The `n`-th roots of unity.
    pub(crate) fn new(n: usize) -> Self {
        let root = |k: usize| Complex64::cis(std::f64::consts::TAU * k as f64 / n as f64);
        Self((0..n).map(root).collect())
    }

    /// `e^{2πi k/n}`.
    #[inline]
    pub(crate) fn at(&self, k: i64) -> Complex64 {
        self.0[k.rem_euclid(self.0.len() as i64) as usize]
    }
}
