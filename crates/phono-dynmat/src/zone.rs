//! The first Brillouin zone.

use phono_core::Result;
use phono_grid::reduction;

use crate::matrix::{Matrix, apply, invert, product};

/// Relative to the square of the shortest reciprocal lattice vector: squared lengths closer
/// than this are equal.
const EQUAL: f64 = 1e-5;

type Vector = [f64; 3];

/// The first Brillouin zone of a lattice.
#[derive(Debug)]
pub(crate) struct Zone {
    /// From coordinates along `basis` to fractional ones, integers.
    to_fractional: Matrix,
    /// The inverse of that, integers.
    to_basis: Matrix,
    /// A reduced basis in rows, 1/Å.
    basis: Matrix,
    /// `2 G / |G|²` of the planes that can bound the zone, one of each `±G`.
    planes: Vec<Vector>,
    /// 1/Å², see [`EQUAL`].
    tolerance: f64,
}

impl Zone {
    /// The zone of a lattice whose reciprocal vectors are the rows of `reciprocal`.
    pub(crate) fn new(reciprocal: &Matrix) -> Result<Self> {
        let rows = reduction(reciprocal)?;
        let basis = product(&rows, reciprocal);
        let squares = basis.map(|b| dot(&b, &b));
        // A plane farther out than the radius of a sphere that holds the zone cuts nothing off.
        let farthest = squares.iter().sum::<f64>();
        let planes = shifts().skip(63).filter_map(|n| {
            let g = transposed(&basis, &n);
            let square = dot(&g, &g);
            (square <= farthest * (1.0 + EQUAL)).then(|| g.map(|x| 2.0 * x / square))
        });
        Ok(Self {
            planes: planes.collect(),
            to_basis: invert(&rows).map(|row| row.map(f64::round)),
            to_fractional: rows,
            basis,
            tolerance: EQUAL * squares.iter().copied().fold(f64::INFINITY, f64::min),
        })
    }

    /// The reciprocal lattice points nearest to `q`, fractional, Cartesian `k`: more than one on
    /// the surface of a zone. The origin comes first where it is one of them, which is all that
    /// None means.
    pub(crate) fn nearest(&self, q: &Vector, k: &Vector) -> Option<Vec<Vector>> {
        if self.planes.iter().all(|plane| dot(plane, k).abs() < 1.0 - 2.0 * EQUAL) {
            return None;
        }
        let x = transposed(&self.to_basis, q);
        let middle = x.map(f64::round_ties_even);
        let square = |n: &Vector| {
            let d =
                transposed(&self.basis, &std::array::from_fn(|i| x[i] - middle[i] - n[i]));
            dot(&d, &d)
        };
        let least = shifts().map(|n| square(&n)).fold(f64::INFINITY, f64::min);
        let nearest = shifts().filter(|n| square(n) < least + self.tolerance);
        let mut points: Vec<Vector> = nearest
            .map(|n| {
                let g: Vector = std::array::from_fn(|i| middle[i] + n[i]);
                // Never the negative zero, which would be sorted before the other.
                transposed(&self.to_fractional, &g).map(|x| x + 0.0)
            })
            .collect();
        let key = |g: &Vector| (*g != [0.0; 3], g.map(|x| x as i64));
        points.sort_by_key(key);
        Some(points)
    }
}

/// The 125 lattice points around one; the last 62 are opposite to the first.
fn shifts() -> impl Iterator<Item = Vector> {
    (0..125).map(|i| [i / 25, i / 5 % 5, i % 5].map(|n| f64::from(n - 2)))
}

/// `mᵀ x`: from coordinates along rows to the space of the rows.
fn transposed(m: &Matrix, x: &Vector) -> Vector {
    let columns = std::array::from_fn(|i| std::array::from_fn(|j| m[j][i]));
    apply(&columns, x)
}

/// `a · b`.
fn dot(a: &Vector, b: &Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Nearest points and the wave vectors seen from them.
    fn nearest(lattice: &Matrix, q: Vector) -> Vec<Vector> {
        let k = transposed(lattice, &q);
        Zone::new(lattice).unwrap().nearest(&q, &k).unwrap_or(vec![[0.0; 3]])
    }

    proptest! {
        #[test]
        fn no_lattice_point_is_nearer_than_the_nearest(
            off in prop::array::uniform6(-3.0..3.0_f64),
            q in prop::array::uniform3(-4.0..4.0_f64),
        ) {
            let lattice = [[3.0, off[0], off[1]], [off[2], 4.0, off[3]], [off[4], off[5], 5.0]];
            let volume = dot(&lattice[0], &std::array::from_fn(|i| {
                let (j, k) = ((i + 1) % 3, (i + 2) % 3);
                lattice[1][j] * lattice[2][k] - lattice[1][k] * lattice[2][j]
            }));
            prop_assume!(volume.abs() > 5.0);
            let distance = |g: &Vector| {
                let d = transposed(&lattice, &std::array::from_fn(|i| q[i] - g[i]));
                dot(&d, &d)
            };
            let found = distance(&nearest(&lattice, q)[0]);
            let around = |i: i32| [i / 441, i / 21 % 21, i % 21].map(|n| f64::from(n - 10));
            for g in (0..9261).map(around) {
                prop_assert!(distance(&g) > found - 1e-4, "{g:?}");
            }
        }
    }

    #[test]
    fn a_corner_of_a_cube_has_eight_nearest_points_the_origin_first() {
        let cube = [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]];
        let points = nearest(&cube, [0.5, 0.5, 0.5]);
        assert_eq!((points.len(), points[0]), (8, [0.0; 3]));
        let points = nearest(&cube, [1.5, -0.5, 0.2]);
        assert_eq!(
            points,
            [[1.0, -1.0, 0.0], [1.0, 0.0, 0.0], [2.0, -1.0, 0.0], [2.0, 0.0, 0.0]]
        );
        assert_eq!(nearest(&cube, [2.1, 1.0, -3.0]), [[2.0, 1.0, -3.0]]);
    }
}
