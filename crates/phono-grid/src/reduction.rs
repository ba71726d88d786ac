//! Reduced bases of lattices.

use phono_core::{Error, Result};

use crate::vectors::{Vector, combine, dot};

/// Steps after which a basis is given up; one that has a volume takes some tens.
const STEPS: usize = 1000;
/// The component of a longer vector along a shorter one, in units of that, beyond which it
/// is shortened.
/// Halves are ties, and which of them is taken must not depend on rounding.
const HALF: f64 = 0.5 + 1e-9;
/// Which vector, in ascending order of lengths, is shortened by what.
const SHORTENED: [(usize, Vector); 5] = [
    (1, [1.0, 0.0, 0.0]),
    (2, [1.0, 0.0, 0.0]),
    (2, [0.0, 1.0, 0.0]),
    (2, [1.0, 1.0, 0.0]),
    (2, [1.0, -1.0, 0.0]),
];

/// Integers `U` such that `U · basis` is reduced after Minkowski: no vector gets shorter by
/// whole multiples of shorter ones, of their sum or difference. Vectors in ascending order.
///
/// Semaev, Lect. Notes Comput. Sci. 2146, 181 (2001).
pub(crate) fn reduction(basis: &[Vector; 3]) -> Result<[Vector; 3]> {
    let mut u = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for _ in 0..STEPS {
        let square = |row: &Vector| {
            let v = combine(row, basis);
            dot(&v, &v)
        };
        u.sort_by(|a, b| square(a).total_cmp(&square(b)));
        let rows = u.map(|row| combine(&row, basis));
        let shortened = SHORTENED.iter().find_map(|(long, short)| {
            let v = combine(short, &rows);
            let along = dot(&rows[*long], &v) / dot(&v, &v);
            let times = along.round_ties_even();
            (along.abs() > HALF).then(|| (*long, combine(&short.map(|x| x * times), &u)))
        });
        let Some((long, multiple)) = shortened else { return Ok(u) };
        u[long] = std::array::from_fn(|i| u[long][i] - multiple[i]);
    }
    Err(Error::Domain("basis cannot be reduced; is it nearly flat?".to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn the_same_lattice_however_skewed_has_vectors_as_short(
            off in prop::array::uniform3(-1.4..1.4_f64),
            edges in prop::array::uniform3(3.0..4.0_f64),
            shears in prop::collection::vec((0..3_usize, 1..3_usize, -9..10_i32), 0..4),
        ) {
            // Edges between 3 and 4 Å, angles between 60° and 120°: nearly reduced.
            let basis = [[edges[0], 0.0, 0.0], [off[0], edges[1], 0.0], [off[1], off[2], edges[2]]];
            let mut skewed = basis;
            for (i, next, n) in shears {
                let other = skewed[(i + next) % 3];
                skewed[i] = std::array::from_fn(|x| skewed[i][x] + f64::from(n) * other[x]);
            }
            let squares = |basis: &[Vector; 3]| {
                reduction(basis).unwrap().map(|row| {
                    let v = combine(&row, basis);
                    dot(&v, &v)
                })
            };
            // The three successive minima of a lattice are those of any basis of it.
            let (expected, reduced) = (squares(&basis), squares(&skewed));
            for i in 0..3 {
                prop_assert!((expected[i] - reduced[i]).abs() < 1e-7 * expected[i]);
            }
            let u = reduction(&skewed).unwrap();
            let [a, b, c] = u;
            let determinant = a[0] * (b[1] * c[2] - b[2] * c[1])
                + a[1] * (b[2] * c[0] - b[0] * c[2])
                + a[2] * (b[0] * c[1] - b[1] * c[0]);
            prop_assert_eq!(determinant.abs() as i64, 1);
            // No lattice point of a box is shorter than the first vector.
            let rows = u.map(|row| combine(&row, &skewed));
            for i in (0..343).filter(|i| *i != 171) {
                let n = [i / 49, i / 7 % 7, i % 7].map(|n| f64::from(n) - 3.0);
                let v = combine(&n, &rows);
                prop_assert!(dot(&v, &v) > reduced[0] * (1.0 - 1e-7));
            }
        }
    }

    #[test]
    fn a_basis_without_volume_is_refused_or_ends() {
        let nan = f64::NAN;
        for basis in [[[0.0; 3]; 3], [[nan; 3]; 3], [[1.0, 0.0, 0.0]; 3]] {
            // Any result will do, but it must not run forever.
            let _ = reduction(&basis);
        }
    }
}
