//! Small complex matrix products over eight initial bands side by side, the inner loop of
//! everything here.

use num_complex::Complex64;
use pulp::Simd;

/// Initial bands side by side: the widest vector there is.
pub(crate) const LANES: usize = 8;

/// A complex number for each of a few initial bands.
///
/// Aligned: a vector that lies in two cache lines takes two loads.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Lanes {
    pub(crate) re: [f64; LANES],
    pub(crate) im: [f64; LANES],
}

impl Lanes {
    pub(crate) const ZERO: Self = Self { re: [0.0; LANES], im: [0.0; LANES] };

    /// The squared magnitudes.
    #[inline(always)]
    pub(crate) fn squares(&self) -> [f64; LANES] {
        let mut squares = [0.0; LANES];
        for (i, x) in squares.iter_mut().enumerate() {
            *x = self.re[i] * self.re[i] + self.im[i] * self.im[i];
        }
        squares
    }
}

/// Elements in a slice of [`Lanes`], `step` apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    pub(crate) start: usize,
    pub(crate) step: usize,
    /// Whether row `r` of a matrix goes to place `r`; the `i`-th wanted to `i` if not.
    pub(crate) by_row: bool,
}

impl Places {
    /// Places `start`, `start + step` and so on.
    #[inline(always)]
    pub(crate) fn every(step: usize, start: usize) -> Self {
        Self { start, step, by_row: false }
    }
}

/// A matrix of rows of `n` numbers, of which some are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix<'a> {
    pub(crate) numbers: &'a [Complex64],
    pub(crate) n: usize,
    /// The rows that are wanted.
    pub(crate) rows: &'a [u32],
}

/// `out[i] = Σ_r matrix[rows[i], r] input[r]`.
#[inline(always)]
pub(crate) fn product<S: Simd>(
    simd: S,
    matrix: Matrix<'_>,
    input: (&[Lanes], Places),
    out: (&mut [Lanes], Places),
) {
    // As many sums at a time as registers hold.
    match S::F64_LANES {
        8 => blocks::<S, 8, 1>(simd, matrix, input, out),
        4 => blocks::<S, 3, 2>(simd, matrix, input, out),
        2 => blocks::<S, 1, 4>(simd, matrix, input, out),
        _ => blocks::<S, 1, 8>(simd, matrix, input, out),
    }
}

/// `length` products of neighbouring elements with one small matrix, all of whose rows count.
#[inline(always)]
pub(crate) fn products<S: Simd>(
    simd: S,
    matrix: Matrix<'_>,
    (input, from): (&[Lanes], Places),
    (out, to): (&mut [Lanes], Places),
    length: usize,
) {
    let moved = |at: Places, e: usize| Places { start: at.start + e, ..at };
    for e in 0..length {
        product(simd, matrix, (input, moved(from, e)), (out, moved(to, e)));
    }
}

/// [`product`], `O` rows at a time, with `V` vectors for [`LANES`].
#[inline(always)]
fn blocks<S: Simd, const O: usize, const V: usize>(
    simd: S,
    matrix: Matrix<'_>,
    input: (&[Lanes], Places),
    (out, to): (&mut [Lanes], Places),
) {
    let n_rows = matrix.rows.len();
    let mut i = 0;
    while i < n_rows {
        let at = (i, to);
        let left = n_rows - i;
        if left >= O {
            tile::<S, O, V>(simd, matrix, input, at, out);
            i += O;
        } else if O > 4 && left >= 4 {
            tile::<S, 4, V>(simd, matrix, input, at, out);
            i += 4;
        } else if O > 2 && left >= 2 {
            tile::<S, 2, V>(simd, matrix, input, at, out);
            i += 2;
        } else {
            tile::<S, 1, V>(simd, matrix, input, at, out);
            i += 1;
        }
    }
}

/// `O` rows of a matrix, from number `i` of those wanted.
#[inline(always)]
fn tile<S: Simd, const O: usize, const V: usize>(
    simd: S,
    Matrix { numbers, n, rows }: Matrix<'_>,
    (input, from): (&[Lanes], Places),
    (i, to): (usize, Places),
    out: &mut [Lanes],
) {
    let zero = simd.splat_f64s(0.0);
    let (mut re, mut im) = ([[zero; V]; O], [[zero; V]; O]);
    let mut weights: [&[Complex64]; O] = [&[]; O];
    for (o, weights) in weights.iter_mut().enumerate() {
        let row = rows[i + o] as usize * n;
        *weights = &numbers[row..row + n];
    }
    for r in 0..n {
        let x = &input[from.start + r * from.step];
        let (a, _) = S::as_simd_f64s(&x.re);
        let (b, _) = S::as_simd_f64s(&x.im);
        for v in 0..V {
            let (a, b, minus_b) = (a[v], b[v], simd.neg_f64s(b[v]));
            for o in 0..O {
                let Complex64 { re: x, im: y } = weights[o][r];
                let (x, y) = (simd.splat_f64s(x), simd.splat_f64s(y));
                re[o][v] = simd.mul_add_e_f64s(x, a, re[o][v]);
                im[o][v] = simd.mul_add_e_f64s(x, b, im[o][v]);
                re[o][v] = simd.mul_add_e_f64s(y, minus_b, re[o][v]);
                im[o][v] = simd.mul_add_e_f64s(y, a, im[o][v]);
            }
        }
    }
    for o in 0..O {
        let place = if to.by_row { rows[i + o] as usize } else { i + o };
        let out = &mut out[to.start + place * to.step];
        S::as_mut_simd_f64s(&mut out.re).0.copy_from_slice(&re[o]);
        S::as_mut_simd_f64s(&mut out.im).0.copy_from_slice(&im[o]);
    }
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, WithSimd};

    use super::*;

    struct Run<'a>(Matrix<'a>, &'a [Lanes], &'a mut [Lanes]);

    impl WithSimd for Run<'_> {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            let (from, to) = (Places::every(2, 1), Places::every(3, 0));
            products(simd, self.0, (self.1, from), (self.2, to), 2);
        }
    }

    #[test]
    fn every_number_of_rows_gives_the_plain_product() {
        let n = 3;
        let value = |i: usize| ((i * 37 % 101) as f64 - 50.0) / 10.0;
        let input: Vec<Lanes> = (0..=2 * n)
            .map(|r| Lanes {
                re: std::array::from_fn(|l| value(16 * r + l)),
                im: std::array::from_fn(|l| value(16 * r + 8 + l)),
            })
            .collect();
        for n_rows in 1..20 {
            let numbers: Vec<Complex64> = (0..n_rows * n)
                .map(|i| Complex64::new(value(i + 7), value(i + 50)))
                .collect();
            let rows: Vec<u32> = (0..n_rows as u32).rev().collect();
            let mut out = vec![Lanes::ZERO; 3 * n_rows];
            let matrix = Matrix { numbers: &numbers, n, rows: &rows };
            Arch::new().dispatch(Run(matrix, &input, &mut out));
            for (i, (e, l)) in
                (0..n_rows).flat_map(|i| (0..16).map(move |k| (i, (k / 8, k % 8))))
            {
                let (mut re, mut im) = (0.0, 0.0);
                for r in 0..n {
                    let Complex64 { re: x, im: y } = numbers[(n_rows - 1 - i) * n + r];
                    let (a, b) = (input[1 + 2 * r + e].re[l], input[1 + 2 * r + e].im[l]);
                    re += x * a - y * b;
                    im += x * b + y * a;
                }
                assert!((out[3 * i + e].re[l] - re).abs() < 1e-11);
                assert!((out[3 * i + e].im[l] - im).abs() < 1e-11);
            }
        }
    }
}
