//! The first Brillouin zone.

use crate::matrix::{Matrix, invert, product};

/// Relative to the square of the shortest reciprocal lattice vector: squared lengths closer
/// than this are equal.
const EQUAL: f64 = 1e-5;
/// Coordinates are rounded to parts of this before their zone is looked for: rounding errors
/// must not decide which of equally short images is taken.
const DIGITS: f64 = 1e9;
/// Lattice points around the nearest one, last axis fastest.
const AROUND: [f64; 5] = [0.0, 1.0, 2.0, -2.0, -1.0];

type Vector = [f64; 3];

/// The first Brillouin zone of a lattice.
#[derive(Debug)]
pub(crate) struct Zone {
    /// A reduced basis in rows, 1/Å.
    basis: Matrix,
    /// From fractional coordinates to those along `basis`, integers.
    to_basis: Matrix,
    /// The inverse of that.
    to_fractional: Matrix,
    /// `2 G / |G|²` of the planes that can bound the zone, one of each `±G`.
    planes: Vec<Vector>,
    /// 1/Å², see [`EQUAL`].
    tolerance: f64,
}

impl Zone {
    /// The zone of a lattice whose reciprocal vectors are the rows of `reciprocal`, and those
    /// of `basis` too.
    pub(crate) fn new(reciprocal: &Matrix, basis: Matrix) -> Self {
        let to_basis = product(reciprocal, &invert(&basis)).map(|row| row.map(f64::round));
        let squares = basis.map(|b| dot(&b, &b));
        // A plane farther out than the radius of a sphere that holds the zone cuts nothing off.
        let farthest = squares.iter().sum::<f64>() * (1.0 + EQUAL);
        let planes = shifts().filter_map(|n| {
            let g = transposed(&basis, &n);
            let square = dot(&g, &g);
            let first = n.into_iter().find(|&x| x != 0.0).is_some_and(|x| x > 0.0);
            (first && square <= farthest).then(|| g.map(|x| 2.0 * x / square))
        });
        Self {
            planes: planes.collect(),
            to_fractional: invert(&to_basis).map(|row| row.map(f64::round)),
            to_basis,
            basis,
            tolerance: EQUAL * squares.iter().copied().fold(f64::INFINITY, f64::min),
        }
    }

    /// The reciprocal lattice point whose zone holds `q`, fractional, Cartesian `k`; None is
    /// the origin. Of equally short images, on the surface of a zone, the same one is taken for
    /// all `q + G`: that of `phono_grid.first_brillouin_zone` for `q` in [0, 1).
    pub(crate) fn center(&self, q: &Vector, k: &Vector) -> Option<Vector> {
        if self.planes.iter().all(|plane| dot(plane, k).abs() < 1.0 - 2.0 * EQUAL) {
            return None;
        }
        let image = self.image(&q.map(|x| x - rounded(x).floor()));
        let center: Vector = std::array::from_fn(|i| (q[i] - image[i]).round());
        center.iter().any(|&x| x != 0.0).then_some(center)
    }

    /// The first of the shortest images of `q`, fractional.
    fn image(&self, q: &Vector) -> Vector {
        let x = transposed(&self.to_basis, q).map(rounded);
        let x = x.map(|x| x - (x + 0.5_f64.copysign(x)).trunc());
        let moved = |n: Vector| -> Vector { std::array::from_fn(|i| x[i] + n[i]) };
        let mut squares = [0.0; 125];
        for (square, n) in squares.iter_mut().zip(shifts()) {
            let k = transposed(&self.basis, &moved(n));
            *square = dot(&k, &k);
        }
        let least = squares.iter().copied().fold(f64::INFINITY, f64::min) + self.tolerance;
        let first = squares.iter().position(|&square| square < least);
        let shortest = shifts().nth(first.unwrap_or_default()).map_or(x, moved);
        transposed(&self.to_fractional, &shortest)
    }
}

/// `x` with nine digits after the point.
fn rounded(x: f64) -> f64 {
    (x * DIGITS).round_ties_even() / DIGITS
}

/// The 125 lattice points around one.
fn shifts() -> impl Iterator<Item = Vector> {
    (0..125).map(|i| [AROUND[i / 25], AROUND[i / 5 % 5], AROUND[i % 5]])
}

/// `mᵀ x`: from coordinates along rows to the space of the rows.
fn transposed(m: &Matrix, x: &Vector) -> Vector {
    std::array::from_fn(|i| x[0] * m[0][i] + x[1] * m[1][i] + x[2] * m[2][i])
}

/// `a · b`.
fn dot(a: &Vector, b: &Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CUBE: Matrix = [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]];

    /// The point whose zone holds `q`.
    fn center(reciprocal: &Matrix, basis: Matrix, q: Vector) -> Vector {
        let k = transposed(reciprocal, &q);
        Zone::new(reciprocal, basis).center(&q, &k).unwrap_or([0.0; 3])
    }

    proptest! {
        #[test]
        fn no_lattice_point_is_nearer_than_the_middle_of_the_zone(
            off in prop::array::uniform6(-0.4..0.4_f64),
            shear in prop::array::uniform3(-2..3_i32),
            q in prop::array::uniform3(-4.0..4.0_f64),
        ) {
            let basis = [[1.0, off[0], off[1]], [off[2], 1.1, off[3]], [off[4], off[5], 1.2]];
            let [a, b, c] = shear.map(f64::from);
            let lattice = product(&[[1.0, a, b], [0.0, 1.0, c], [0.0, 0.0, 1.0]], &basis);
            let distance = |g: &Vector| {
                let d = transposed(&lattice, &std::array::from_fn(|i| q[i] - g[i]));
                dot(&d, &d)
            };
            let nearest = distance(&center(&lattice, basis, q));
            let around = |i: i32| [i / 441, i / 21 % 21, i % 21].map(|n| f64::from(n - 10));
            for g in (0..9261).map(around) {
                prop_assert!(distance(&g) > nearest - 1e-4, "{g:?}");
            }
        }

        #[test]
        fn images_of_a_point_on_the_surface_are_taken_to_one_image(
            shift in prop::array::uniform3(-3..4_i32),
            noise in prop::array::uniform3(-1e-14..1e-14_f64),
            (t, image) in prop::sample::select(vec![(0.5, -0.5), (-0.5, -0.5), (0.2, 0.2)]),
        ) {
            let g = shift.map(f64::from);
            let q = std::array::from_fn(|i| [0.5, t, 0.1][i] + g[i] + noise[i]);
            let center = center(&CUBE, CUBE, q);
            let expected = [-0.5, image, 0.1];
            for i in 0..3 {
                prop_assert!((q[i] - center[i] - expected[i]).abs() < 1e-12);
            }
        }
    }
}
