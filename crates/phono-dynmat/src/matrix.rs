//! 3 × 3 matrices.

/// Rows.
pub(crate) type Matrix = [[f64; 3]; 3];

/// `m x`.
#[inline(always)]
pub(crate) fn apply(m: &Matrix, x: &[f64; 3]) -> [f64; 3] {
    m.map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum())
}

/// `a b`.
#[inline]
pub(crate) fn product(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| std::array::from_fn(|j| (0..3).map(|i| row[i] * b[i][j]).sum()))
}

/// `a⁻¹`.
pub(crate) fn invert(a: &Matrix) -> Matrix {
    let cofactor = |i: usize, j: usize| {
        let ([p, q], [r, s]) = ([(i + 1) % 3, (i + 2) % 3], [(j + 1) % 3, (j + 2) % 3]);
        a[p][r] * a[q][s] - a[p][s] * a[q][r]
    };
    let determinant: f64 = (0..3).map(|j| a[0][j] * cofactor(0, j)).sum();
    std::array::from_fn(|i| std::array::from_fn(|j| cofactor(j, i) / determinant))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_matrix_times_its_inverse_is_one(
            off in prop::array::uniform6(-1.0..1.0_f64),
        ) {
            let a = [[3.0, off[0], off[1]], [off[2], 4.0, off[3]], [off[4], off[5], 5.0]];
            let one = product(&a, &invert(&a));
            for i in 0..3 {
                for j in 0..3 {
                    prop_assert!((one[i][j] - f64::from(u8::from(i == j))).abs() < 1e-14);
                }
            }
        }
    }
}
