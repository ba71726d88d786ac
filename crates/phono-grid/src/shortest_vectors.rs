//! Shortest vectors between the atoms of a periodic cell.

use ndarray::{Array2, ArrayView2};
use phono_core::{Error, Result, ensure_shape};
use rayon::prelude::*;

use crate::vectors::{Vector, combine, nearest, norm};

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
    let points = search_points();
    let found: Vec<Vec<Vector>> = (0..n_s * n_a)
        .into_par_iter()
        .with_min_len(64)
        .map(|pair| {
            let (s, k) = (pair / n_a, pair % n_a);
            let d = std::array::from_fn(|i| positions[(s, i)] - origins[(k, i)]);
            shortest(nearest(d), &points, &basis, symprec)
        })
        .collect();
    let multiplicities = found.iter().map(|vectors| vectors.len() as i64).collect();
    let vectors: Vec<f64> = found.iter().flatten().flatten().copied().collect();
    Ok((
        Array2::from_shape_vec((vectors.len() / 3, 3), vectors).expect("three to a vector"),
        Array2::from_shape_vec((n_s, n_a), multiplicities).expect("one for each pair"),
    ))
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

/// The shortest of `d + points`.
fn shortest(
    d: Vector,
    points: &[Vector],
    basis: &[Vector; 3],
    symprec: f64,
) -> Vec<Vector> {
    let candidates = points.iter().map(|n| [d[0] + n[0], d[1] + n[1], d[2] + n[2]]);
    let measured: Vec<(Vector, f64)> =
        candidates.map(|v| (v, norm(&combine(&v, basis)))).collect();
    let least = measured.iter().map(|&(_, length)| length).fold(f64::INFINITY, f64::min);
    let is_short = |&(_, length): &(Vector, f64)| length < least + symprec;
    measured.into_iter().filter(is_short).map(|(v, _)| v).collect()
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
