//! Shortest vectors between the atoms of a periodic cell.

use ndarray::{Array2, ArrayView2};
use phono_core::{Error, Result, ensure_shape};
use rayon::prelude::*;

use crate::vectors::{Vector, combine, nearest, norm};

/// Pairs in a piece of work.
const PIECE: usize = 256;
/// Lattice points in a search.
const POINTS: usize = 65;

/// All shortest vectors `x_s - x_k + n` over lattice vectors `n`, in the coordinates of
/// `basis` (reduced, rows), and how many each pair `(s, k)` has.
///
/// Lengths below the shortest + `symprec` (Å) are equal.
pub fn shortest_vectors(
    positions: ArrayView2<'_, f64>,
    origins: ArrayView2<'_, f64>,
    basis: ArrayView2<'_, f64>,
    symprec: f64,
) -> Result<(Array2<f64>, Array2<i64>)> {
    let (n_s, n_a) = (positions.nrows(), origins.nrows());
    ensure_shape("positions", positions.shape(), &[n_s, 3])?;
    ensure_shape("origins", origins.shape(), &[n_a, 3])?;
    ensure_shape("basis", basis.shape(), &[3, 3])?;
    if !(symprec > 0.0 && symprec.is_finite()) {
        return Err(Error::Domain(format!("symprec must be positive, got {symprec}")));
    }
    let basis: [Vector; 3] =
        std::array::from_fn(|i| std::array::from_fn(|j| basis[(i, j)]));
    let search = Search::new(basis, symprec);
    let parts: Vec<(Vec<Vector>, Vec<i64>)> = (0..(n_s * n_a).div_ceil(PIECE))
        .into_par_iter()
        .map(|part| {
            let mut found = (Vec::with_capacity(2 * PIECE), Vec::with_capacity(PIECE));
            let pairs = part * PIECE..(n_s * n_a).min((part + 1) * PIECE);
            let difference = |pair: usize| -> Vector {
                let (s, k) = (pair / n_a, pair % n_a);
                std::array::from_fn(|i| positions[(s, i)] - origins[(k, i)])
            };
            pulp::Arch::new().dispatch(Pairs {
                search: &search,
                range: pairs,
                difference,
                found: &mut found,
            });
            found
        })
        .collect();
    let multiplicities = parts.iter().flat_map(|part| &part.1).copied().collect();
    let vectors: Vec<f64> =
        parts.iter().flat_map(|p| p.0.as_flattened()).copied().collect();
    Ok((
        Array2::from_shape_vec((vectors.len() / 3, 3), vectors).expect("three to a vector"),
        Array2::from_shape_vec((n_s, n_a), multiplicities).expect("one for each pair"),
    ))
}

/// The search of a lattice.
struct Search {
    basis: [Vector; 3],
    symprec: f64,
    /// In coordinates of the basis.
    points: Vec<Vector>,
    /// The same points, Å, component by component.
    cartesian: [[f64; POINTS]; 3],
    /// Vectors shorter than this have no image that is as short, Å².
    alone: f64,
}

impl Search {
    /// Of a reduced basis.
    fn new(basis: [Vector; 3], symprec: f64) -> Self {
        let points = search_points();
        let mut cartesian = [[0.0; POINTS]; 3];
        for (p, point) in points.iter().enumerate() {
            let x = combine(point, &basis);
            (0..3).for_each(|i| cartesian[i][p] = x[i]);
        }
        let shortest = points.iter().map(|n| norm(&combine(n, &basis)));
        let shortest = shortest.filter(|&x| x > 0.0).fold(f64::INFINITY, f64::min);
        // |v + n| ≥ |n| − |v|, with room for rounding.
        let alone = (0.499 * (shortest - symprec)).max(0.0);
        Self { basis, symprec, points, cartesian, alone: alone * alone }
    }

    /// Append the shortest of `d + points` and say how many they are.
    #[inline(always)]
    fn shortest(&self, d: Vector, found: &mut Vec<Vector>) -> i64 {
        let [x, y, z] = combine(&d, &self.basis);
        if x * x + y * y + z * z < self.alone {
            found.push(d);
            return 1;
        }
        let [xs, ys, zs] = &self.cartesian;
        let mut squares = [0.0; POINTS];
        for p in 0..POINTS {
            let v = [x + xs[p], y + ys[p], z + zs[p]];
            squares[p] = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
        }
        let least = squares.iter().copied().fold(f64::INFINITY, f64::min).sqrt();
        let limit = (least + self.symprec) * (least + self.symprec);
        let before = found.len();
        for (square, n) in squares.iter().zip(&self.points) {
            if *square < limit {
                found.push([d[0] + n[0], d[1] + n[1], d[2] + n[2]]);
            }
        }
        (found.len() - before) as i64
    }
}

/// A piece of the pairs, with the vectors of this machine.
struct Pairs<'a, D> {
    search: &'a Search,
    range: std::ops::Range<usize>,
    difference: D,
    found: &'a mut (Vec<Vector>, Vec<i64>),
}

impl<D: Fn(usize) -> Vector> pulp::NullaryFnOnce for Pairs<'_, D> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for pair in self.range {
            let d = nearest((self.difference)(pair));
            let n = self.search.shortest(d, &mut self.found.0);
            self.found.1.push(n);
        }
    }
}

/// The lattice points among which the shortest image of a difference in [-1/2, 1/2] is, in a
/// reduced basis: sums of -1, 0, 1 times a, b, c and -(a + b + c), in ascending order.
fn search_points() -> Vec<Vector> {
    let mut points: Vec<[i32; 3]> = (0..81)
        .map(|i| [i / 27, i / 9 % 3, i / 3 % 3, i % 3].map(|sign| sign - 1))
        .map(|[a, b, c, all]| [a - all, b - all, c - all])
        .collect();
    points.sort_unstable();
    points.dedup();
    points.into_iter().map(|point| point.map(f64::from)).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, arr2};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_body_centre_of_a_cube_has_eight_equally_short_vectors() {
        let (x, origin) = (arr2(&[[0.5, 0.5, 0.5]]), arr2(&[[0.0, 0.0, 0.0]]));
        let basis = Array2::eye(3) * 4.0;
        let (vectors, m) =
            shortest_vectors(x.view(), origin.view(), basis.view(), 1e-5).unwrap();
        assert_eq!(m, arr2(&[[8]]));
        assert!(vectors.iter().all(|v| (v.abs() - 0.5).abs() < 1e-15));
    }

    #[test]
    fn there_are_sixty_five_points_and_each_has_its_opposite() {
        let points = search_points();
        assert_eq!(points.len(), 65);
        assert!(points.iter().all(|p| points.contains(&p.map(|x| 0.0 - x))));
    }

    proptest! {
        #[test]
        fn no_lattice_point_of_a_larger_box_is_nearer(
            x in prop::array::uniform3(-2.0..2.0_f64),
            // The rows are reduced: edges between 3 and 4 Å, angles between 60° and 120°.
            off in prop::array::uniform3(-1.4..1.4_f64),
            edges in prop::array::uniform3(3.0..4.0_f64),
        ) {
            let basis =
                arr2(&[[edges[0], 0.0, 0.0], [off[0], edges[1], 0.0], [off[1], off[2], edges[2]]]);
            let rows: [Vector; 3] = std::array::from_fn(|i| std::array::from_fn(|j| basis[(i, j)]));
            let (v, _) = shortest_vectors(
                arr2(&[x]).view(), arr2(&[[0.0; 3]]).view(), basis.view(), 1e-8,
            ).unwrap();
            let found = norm(&combine(&[v[(0, 0)], v[(0, 1)], v[(0, 2)]], &rows));
            for i in 0..1331 {
                let n = [i / 121, i / 11 % 11, i % 11].map(|n| f64::from(n) - 5.0);
                let d = nearest(x);
                let other = std::array::from_fn(|i| d[i] + n[i]);
                prop_assert!(norm(&combine(&other, &rows)) > found - 2e-8);
            }
        }
    }
}
