//! Eigenvalues of small Hermitian matrices, several side by side.

use num_complex::Complex64;
use phono_core::{Error, Result};

use crate::lanes::{ComplexLanes, LANES, Lanes, each};

/// Sweeps for each eigenvalue; two are usual.
const SWEEPS: usize = 40;
/// Off-diagonal elements that are no more than rounding, by the norm of the matrix.
const SMALL: f64 = f64::EPSILON;

/// Workspace for matrices of one size, up to eight at once.
///
/// Householder's reflections make them tridiagonal, all lanes together, and the rational QL
/// iteration of Pal, Walker and Kahan finds the eigenvalues of each: B. N. Parlett, The
/// Symmetric Eigenvalue Problem (SIAM, 1998), sections 7.4 and 8.15.
pub(crate) struct Eigenvalues {
    n: usize,
    /// Rows one after another; only the lower triangles are read.
    matrix: Vec<ComplexLanes>,
    /// A reflection, and the matrix on it.
    vector: Vec<ComplexLanes>,
    image: Vec<ComplexLanes>,
    diagonal: Vec<Lanes>,
    /// Squares of what is below the diagonal.
    squares: Vec<Lanes>,
    /// The squares of one lane.
    lane: Vec<f64>,
}

impl Eigenvalues {
    /// For `n × n` matrices.
    pub(crate) fn new(n: usize) -> Self {
        Self {
            n,
            matrix: vec![ComplexLanes::ZERO; n * n],
            vector: vec![ComplexLanes::ZERO; n],
            image: vec![ComplexLanes::ZERO; n],
            diagonal: vec![[0.0; LANES]; n],
            squares: vec![[0.0; LANES]; n],
            lane: vec![0.0; n],
        }
    }

    /// Eigenvalues, ascending, of up to eight matrices with rows one after another.
    pub(crate) fn solve(
        &mut self,
        matrices: &[Complex64],
        values: &mut [f64],
    ) -> Result<()> {
        let n = self.n;
        for (lane, matrix) in matrices.chunks_exact(n * n).enumerate() {
            for (to, from) in self.matrix.iter_mut().zip(matrix) {
                (to.re[lane], to.im[lane]) = (from.re, from.im);
            }
        }
        pulp::Arch::new().dispatch(Tridiagonal(self));
        for (lane, values) in values.chunks_exact_mut(n).enumerate() {
            for (to, from) in values.iter_mut().zip(&self.diagonal) {
                *to = from[lane];
            }
            for (to, from) in self.lane.iter_mut().zip(&self.squares) {
                *to = from[lane];
            }
            diagonalize(values, &mut self.lane)?;
            values.sort_unstable_by(f64::total_cmp);
        }
        Ok(())
    }
}

/// Makes the matrices tridiagonal, with the vectors of this machine.
struct Tridiagonal<'a>(&'a mut Eigenvalues);

impl pulp::NullaryFnOnce for Tridiagonal<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Eigenvalues { n, matrix, vector, image, diagonal, squares, .. } = self.0;
        let n = *n;
        for k in 0..n {
            diagonal[k] = matrix[k * n + k].re;
            let rest = n - k - 1;
            let (v, p) = (&mut vector[..rest], &mut image[..rest]);
            for (v, row) in v.iter_mut().zip(matrix[(k + 1) * n..].chunks_exact(n)) {
                *v = row[k];
            }
            let scale = reflection(v, &mut squares[k]);
            if rest > 1 {
                product(&matrix[(k + 1) * n..], k + 1, v, &scale, p);
                subtract(&mut matrix[(k + 1) * n..], k + 1, v, p);
            }
        }
    }
}

/// Make of a column the vector `v` whose reflection `1 - τ v v†` leaves of it its first
/// element; returns `τ`, and the square of that element.
#[inline(always)]
fn reflection(v: &mut [ComplexLanes], square: &mut Lanes) -> Lanes {
    let mut norm = [0.0; LANES];
    for x in v.iter() {
        norm = each(|i| norm[i] + x.re[i] * x.re[i] + x.im[i] * x.im[i]);
    }
    *square = norm;
    let Some(first) = v.first_mut() else { return norm };
    let length: Lanes = each(|i| norm[i].sqrt());
    let size: Lanes =
        each(|i| (first.re[i] * first.re[i] + first.im[i] * first.im[i]).sqrt());
    let is_zero = |x: f64| x == 0.0;
    let ratio: Lanes = each(|i| length[i] / if is_zero(size[i]) { 1.0 } else { size[i] });
    first.re = each(|i| {
        first.re[i] + if is_zero(size[i]) { length[i] } else { first.re[i] * ratio[i] }
    });
    first.im = each(|i| first.im[i] + first.im[i] * ratio[i]);
    each(|i| {
        let half = length[i] * (length[i] + size[i]);
        if is_zero(half) { 0.0 } else { 1.0 / half }
    })
}

/// `w = p - (τ/2) (v† p) v` with `p = τ A v`, of the lower triangle of `rows` from `start` on.
#[inline(always)]
fn product(
    rows: &[ComplexLanes],
    start: usize,
    v: &[ComplexLanes],
    scale: &Lanes,
    w: &mut [ComplexLanes],
) {
    let n = start + v.len();
    w.fill(ComplexLanes::ZERO);
    for (i, row) in rows.chunks_exact(n).enumerate() {
        let row = &row[start..=start + i];
        let (before, x) = (&v[..i], v[i]);
        let mut own = ComplexLanes::ZERO;
        let (others, rest) = w.split_at_mut(i);
        for ((a, y), other) in row.iter().zip(before).zip(others) {
            own.re = each(|i| own.re[i] + a.re[i] * y.re[i] - a.im[i] * y.im[i]);
            own.im = each(|i| own.im[i] + a.re[i] * y.im[i] + a.im[i] * y.re[i]);
            other.re = each(|i| other.re[i] + a.re[i] * x.re[i] + a.im[i] * x.im[i]);
            other.im = each(|i| other.im[i] + a.re[i] * x.im[i] - a.im[i] * x.re[i]);
        }
        let a = &row[i].re;
        rest[0].re = each(|i| own.re[i] + a[i] * x.re[i]);
        rest[0].im = each(|i| own.im[i] + a[i] * x.im[i]);
    }
    let mut along = [0.0; LANES];
    for (x, y) in v.iter().zip(&*w) {
        along = each(|i| along[i] + x.re[i] * y.re[i] + x.im[i] * y.im[i]);
    }
    let half: Lanes = each(|i| 0.5 * scale[i] * scale[i] * along[i]);
    for (x, y) in v.iter().zip(w) {
        y.re = each(|i| scale[i] * y.re[i] - half[i] * x.re[i]);
        y.im = each(|i| scale[i] * y.im[i] - half[i] * x.im[i]);
    }
}

/// `A -= v w† + w v†`, the lower triangle.
#[inline(always)]
fn subtract(
    rows: &mut [ComplexLanes],
    start: usize,
    v: &[ComplexLanes],
    w: &[ComplexLanes],
) {
    let n = start + v.len();
    for (i, row) in rows.chunks_exact_mut(n).enumerate() {
        let (x, y) = (v[i], w[i]);
        for ((a, v), w) in row[start..=start + i].iter_mut().zip(v).zip(w) {
            a.re = each(|i| {
                a.re[i]
                    - (x.re[i] * w.re[i] + x.im[i] * w.im[i])
                    - (y.re[i] * v.re[i] + y.im[i] * v.im[i])
            });
            a.im = each(|i| {
                a.im[i]
                    - (x.im[i] * w.re[i] - x.re[i] * w.im[i])
                    - (y.im[i] * v.re[i] - y.re[i] * v.im[i])
            });
        }
    }
}

/// Turn the diagonal of a tridiagonal matrix into its eigenvalues, in no order; `squares` are
/// those of the elements beside it.
fn diagonalize(d: &mut [f64], squares: &mut [f64]) -> Result<()> {
    let n = d.len();
    let norm = d.iter().map(|x| x.abs()).chain(squares.iter().map(|x| x.sqrt()));
    let small = (SMALL * norm.fold(0.0, f64::max)).powi(2).max(f64::MIN_POSITIVE);
    squares[n - 1] = 0.0;
    let mut sweeps = 0;
    let mut start = 0;
    while start < n {
        // The block ends where an element beside the diagonal is no more than rounding.
        let is_end = |&m: &usize| squares[m] <= small;
        let Some(end) = (start..n).find(is_end) else {
            return Err(not_converged());
        };
        squares[end] = 0.0;
        if end == start {
            start += 1;
            continue;
        }
        sweeps += 1;
        if sweeps > SWEEPS * n {
            return Err(not_converged());
        }
        sweep(&mut d[start..=end], &mut squares[start..end]);
    }
    if d.iter().all(|x| x.is_finite()) { Ok(()) } else { Err(not_converged()) }
}

/// One sweep of the rational QL iteration, from the end of a block to its start.
fn sweep(d: &mut [f64], squares: &mut [f64]) {
    // Wilkinson's shift: the eigenvalue of the first two rows that is nearer to the first.
    let beside = squares[0].sqrt();
    let half = 0.5 * (d[1] - d[0]) / beside;
    let shift = d[0] - beside / (half + half.hypot(1.0).copysign(half));
    let last = squares.len();
    let (mut c, mut s) = (1.0, 0.0);
    let mut gamma = d[last] - shift;
    let mut p = gamma * gamma;
    for i in (0..last).rev() {
        let square = squares[i];
        let r = p + square;
        if i + 1 < last {
            squares[i + 1] = s * r;
        }
        let (c_before, gamma_before) = (c, gamma);
        c = p / r;
        s = square / r;
        gamma = c * (d[i] - shift) - s * gamma_before;
        d[i + 1] = gamma_before + (d[i] - gamma);
        p = if c == 0.0 { c_before * square } else { gamma * gamma / c };
    }
    squares[0] = s * p;
    d[0] = shift + gamma;
}

fn not_converged() -> Error {
    Error::Convergence("a dynamical matrix has no eigenvalues".into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dense::{Dense, Wanted};

    /// Hermitian matrices of numbers, some of whose elements are zero.
    fn matrices(n: usize, numbers: &[f64], zeros: usize) -> Vec<Complex64> {
        let mut all = vec![Complex64::ZERO; LANES * n * n];
        for (lane, matrix) in all.chunks_exact_mut(n * n).enumerate() {
            for i in 0..n {
                for j in 0..=i {
                    let at = (lane * 31 + i * 7 + j * 13) % (numbers.len() - 1);
                    let keep = f64::from((i * 5 + j * 3 + lane) % (zeros + 1) == 0);
                    let x = Complex64::new(numbers[at], numbers[at + 1]) * keep;
                    matrix[i * n + j] = x;
                    matrix[j * n + i] = x.conj();
                }
                matrix[i * n + i].im = 0.0;
            }
        }
        all
    }

    proptest! {
        #[test]
        fn eigenvalues_are_those_of_dense_algebra(
            numbers in prop::collection::vec(-1.0..1.0_f64, 97),
            n in 1_usize..20,
            zeros in 0_usize..5,
            spread in 0..20_i32,
        ) {
            let mut all = matrices(n, &numbers, zeros);
            // Eigenvalues that are the same up to rounding.
            for matrix in all.chunks_exact_mut(n * n) {
                for x in &mut *matrix {
                    *x *= 10_f64.powi(-spread);
                }
                for i in 0..n {
                    matrix[i * n + i] += if spread > 0 { 0.7 } else { 0.0 };
                }
            }
            let mut values = vec![0.0; LANES * n];
            Eigenvalues::new(n).solve(&all, &mut values).unwrap();
            let mut expected = vec![0.0; n];
            let mut dense = Dense::new(n, Wanted::Values);
            for (matrix, values) in all.chunks_exact(n * n).zip(values.chunks_exact(n)) {
                dense.eigenvalues(matrix, &mut expected).unwrap();
                for (value, expected) in values.iter().zip(&expected) {
                    prop_assert!((value - expected).abs() < 1e-14 * n as f64);
                }
            }
        }
    }

    #[test]
    fn a_matrix_by_itself_has_the_same_bits_as_among_others() {
        let numbers: Vec<f64> = (0..97).map(|i| (0.37 * f64::from(i)).sin()).collect();
        let n = 7;
        let all = matrices(n, &numbers, 1);
        let mut together = vec![0.0; LANES * n];
        Eigenvalues::new(n).solve(&all, &mut together).unwrap();
        let mut alone = vec![0.0; n];
        let mut solver = Eigenvalues::new(n);
        for (matrix, values) in all.chunks_exact(n * n).zip(together.chunks_exact(n)) {
            solver.solve(matrix, &mut alone).unwrap();
            assert_eq!(alone, values);
        }
    }

    #[test]
    fn what_is_not_a_number_has_no_eigenvalues() {
        let mut values = vec![0.0; 3];
        assert!(
            Eigenvalues::new(3)
                .solve(&[Complex64::from(f64::NAN); 9], &mut values)
                .is_err()
        );
    }
}
