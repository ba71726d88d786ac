//! Small complex matrix products, the inner loop of everything here.

use num_complex::Complex64;
use pulp::Simd;

/// Rows are padded to a multiple of this many numbers: the widest vector there is.
pub(crate) const LANES: usize = 8;

/// `n` rounded up to whole vectors.
pub(crate) fn padded(n: usize) -> usize {
    n.next_multiple_of(LANES)
}

/// Layout of complex rows in a slice: row `r` has its real parts at `r stride` and its
/// imaginary parts `imaginary` further on, `length` of each, a multiple of [`LANES`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// From one row to the next.
    pub(crate) stride: usize,
    /// From real to imaginary parts.
    pub(crate) imaginary: usize,
    /// Numbers in a row.
    pub(crate) length: usize,
}

impl Shape {
    /// Rows whose real parts are followed by their imaginary parts.
    pub(crate) fn consecutive(length: usize) -> Self {
        Self { stride: 2 * length, imaginary: length, length }
    }

    /// The same rows, one in every `step`.
    pub(crate) fn every(self, step: usize) -> Self {
        Self { stride: self.stride * step, ..self }
    }
}

/// `out[o] = Σ_r weights[o, r] input[r]` for complex rows.
///
/// `n` rows of `input` are read and
/// `weights.len() / n` rows of `out` overwritten, none if there is nothing to sum. Four sums
/// at a time stay in registers.
#[inline(always)]
pub(crate) fn sum_rows<S: Simd>(
    simd: S,
    weights: &[Complex64],
    n: usize,
    (input, from): (&[f64], Shape),
    (out, to): (&mut [f64], Shape),
) {
    let mut o = 0;
    let n_out = weights.len().checked_div(n).unwrap_or(0);
    while o < n_out {
        let w = &weights[o * n..];
        let out = &mut out[o * to.stride..];
        o += match n_out - o {
            1 => block::<S, 1, 4>(simd, w, n, (input, from), (out, to)),
            2 => block::<S, 2, 2>(simd, w, n, (input, from), (out, to)),
            3 => block::<S, 3, 1>(simd, w, n, (input, from), (out, to)),
            _ => block::<S, 4, 1>(simd, w, n, (input, from), (out, to)),
        };
    }
}

/// `O` rows of [`sum_rows`], `V` vectors at a time; returns `O`.
#[inline(always)]
fn block<S: Simd, const O: usize, const V: usize>(
    simd: S,
    weights: &[Complex64],
    n: usize,
    (input, from): (&[f64], Shape),
    (out, to): (&mut [f64], Shape),
) -> usize {
    let vectors = from.length / S::F64_LANES;
    let mut at = 0;
    while at + V <= vectors {
        tile::<S, O, V>(simd, weights, n, at, (input, from), (out, to));
        at += V;
    }
    while at < vectors {
        tile::<S, O, 1>(simd, weights, n, at, (input, from), (out, to));
        at += 1;
    }
    O
}

/// `O` rows times `V` vectors, starting at vector `at`.
#[inline(always)]
fn tile<S: Simd, const O: usize, const V: usize>(
    simd: S,
    weights: &[Complex64],
    n: usize,
    at: usize,
    (input, from): (&[f64], Shape),
    (out, to): (&mut [f64], Shape),
) {
    let zero = simd.splat_f64s(0.0);
    let (mut re, mut im) = ([[zero; V]; O], [[zero; V]; O]);
    for r in 0..n {
        let row = r * from.stride;
        let (a, _) = S::as_simd_f64s(&input[row..row + from.length]);
        let (b, _) = S::as_simd_f64s(
            &input[row + from.imaginary..row + from.imaginary + from.length],
        );
        let (a, b) = (&a[at..at + V], &b[at..at + V]);
        for o in 0..O {
            let Complex64 { re: x, im: y } = weights[o * n + r];
            let (x, y, minus_y) =
                (simd.splat_f64s(x), simd.splat_f64s(y), simd.splat_f64s(-y));
            for v in 0..V {
                re[o][v] = simd.mul_add_e_f64s(x, a[v], re[o][v]);
                re[o][v] = simd.mul_add_e_f64s(minus_y, b[v], re[o][v]);
                im[o][v] = simd.mul_add_e_f64s(x, b[v], im[o][v]);
                im[o][v] = simd.mul_add_e_f64s(y, a[v], im[o][v]);
            }
        }
    }
    for o in 0..O {
        for (parts, start) in [(re[o], 0), (im[o], to.imaginary)] {
            let start = o * to.stride + start;
            let (row, _) = S::as_mut_simd_f64s(&mut out[start..start + to.length]);
            row[at..at + V].copy_from_slice(&parts);
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, WithSimd};

    use super::*;

    struct Run<'a>(&'a [Complex64], usize, &'a [f64], usize, &'a mut [f64]);

    impl WithSimd for Run<'_> {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            let shape = Shape::consecutive(self.3);
            sum_rows(simd, self.0, self.1, (self.2, shape), (self.4, shape));
        }
    }

    #[test]
    fn every_number_of_outputs_gives_the_plain_sum() {
        let (n, length) = (3, 40);
        let value = |i: usize| ((i * 37 % 101) as f64 - 50.0) / 10.0;
        let input: Vec<f64> = (0..n * 2 * length).map(value).collect();
        for n_out in 1..10 {
            let weights: Vec<Complex64> = (0..n_out * n)
                .map(|i| Complex64::new(value(i + 7), value(i + 50)))
                .collect();
            let mut out = vec![f64::NAN; n_out * 2 * length];
            Arch::new().dispatch(Run(&weights, n, &input, length, &mut out));
            for (o, l) in (0..n_out).flat_map(|o| (0..length).map(move |l| (o, l))) {
                let (mut re, mut im) = (0.0, 0.0);
                for r in 0..n {
                    let Complex64 { re: x, im: y } = weights[o * n + r];
                    let a = input[r * 2 * length + l];
                    let b = input[r * 2 * length + length + l];
                    re += x * a - y * b;
                    im += x * b + y * a;
                }
                assert!((out[o * 2 * length + l] - re).abs() < 1e-11);
                assert!((out[o * 2 * length + length + l] - im).abs() < 1e-11);
            }
        }
    }
}
