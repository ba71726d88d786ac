//! Shortest vectors between the atoms of a periodic cell.

use ndarray::{Array2, ArrayView2};
use phono_core::{Error, Result, Stop, ensure_shape};
use rayon::prelude::*;

use crate::reduction::reduction;
use crate::vectors::{Vector, combine, inverse, nearest, norm};

/// Pairs in a piece of work.
const PIECE: usize = 256;
/// Below this many pairs one thread is faster.
pub const PARALLEL_PAIRS: usize = 8192;
/// Lattice points in a search.
const POINTS: usize = 65;
/// Points whose lengths are taken together.
const LANES: usize = 8;
/// Points with what fills the last lanes.
const PADDED: usize = POINTS.next_multiple_of(LANES);

/// Vectors, pair by pair, and how many each pair has.
type Found = (Vec<Vector>, Vec<i64>);

/// All shortest vectors `x_s - x_k + n` over lattice vectors `n`, and how many each pair
/// `(s, k)` has.
///
/// Positions are in the coordinates of `basis` (rows, Å; any of the lattice), the vectors in
/// those of `axes`, which are `basis` if none are given. Lengths below the shortest +
/// `symprec` (Å) are equal.
pub fn shortest_vectors(
    positions: ArrayView2<'_, f64>,
    origins: ArrayView2<'_, f64>,
    basis: ArrayView2<'_, f64>,
    axes: Option<ArrayView2<'_, f64>>,
    symprec: f64,
    stop: &Stop,
) -> Result<(Array2<f64>, Array2<i64>)> {
    let (n_s, n_a) = (positions.nrows(), origins.nrows());
    ensure_shape("positions", positions.shape(), &[n_s, 3])?;
    ensure_shape("origins", origins.shape(), &[n_a, 3])?;
    if !(symprec > 0.0 && symprec.is_finite()) {
        return Err(Error::Domain(format!("symprec must be positive, got {symprec}")));
    }
    let axes = axes.map(|axes| square("axes", axes)).transpose()?;
    let [basis, axes, from_basis] = reduced(square("basis", basis)?, axes)?;
    let search = Search::new(basis, axes, symprec);
    let within = |x: ArrayView2<'_, f64>| -> Vec<Vector> {
        x.rows().into_iter().map(|x| combine(&[x[0], x[1], x[2]], &from_basis)).collect()
    };
    let (from, to) = (within(origins), within(positions));
    let n = n_s * n_a;
    let find = |first: usize, vectors: &mut Found| -> Result<()> {
        stop.check()?;
        let range = first..n.min(first + PIECE);
        pulp::Arch::new().dispatch(Pairs {
            search: &search,
            to: &to,
            from: &from,
            range,
            found: vectors,
        });
        Ok(())
    };
    let mut all: Found = (Vec::with_capacity(2 * n), Vec::with_capacity(n));
    if n < PARALLEL_PAIRS {
        (0..n).step_by(PIECE).try_for_each(|first| find(first, &mut all))?;
    } else {
        let parts: Result<Vec<Found>> = (0..n.div_ceil(PIECE))
            .into_par_iter()
            .map(|part| {
                let mut found = (Vec::with_capacity(2 * PIECE), Vec::with_capacity(PIECE));
                find(part * PIECE, &mut found)?;
                Ok(found)
            })
            .collect();
        for (vectors, multiplicities) in parts? {
            stop.check()?;
            all.0.extend(vectors);
            all.1.extend(multiplicities);
        }
    }
    let (vectors, multiplicities) = (all.0.into_flattened(), all.1);
    Ok((
        Array2::from_shape_vec((vectors.len() / 3, 3), vectors).expect("three to a vector"),
        Array2::from_shape_vec((n_s, n_a), multiplicities).expect("one for each pair"),
    ))
}

/// Three rows.
fn square(name: &'static str, rows: ArrayView2<'_, f64>) -> Result<[Vector; 3]> {
    ensure_shape(name, rows.shape(), &[3, 3])?;
    Ok(std::array::from_fn(|i| std::array::from_fn(|j| rows[(i, j)])))
}

/// A reduced basis of the same lattice, the same vectors in the coordinates of `axes`, and
/// what takes coordinates of `basis` to its own.
fn reduced(basis: [Vector; 3], axes: Option<[Vector; 3]>) -> Result<[[Vector; 3]; 3]> {
    let u = reduction(&basis)?;
    let rows = u.map(|row| combine(&row, &basis));
    let within = axes.map_or(u, |axes| {
        let inverse = inverse(&axes);
        rows.map(|row| combine(&row, &inverse))
    });
    Ok([rows, within, inverse(&u)])
}

/// The search of a lattice.
struct Search {
    /// Reduced, Å.
    basis: [Vector; 3],
    /// The same in the coordinates that are asked for.
    axes: [Vector; 3],
    symprec: f64,
    /// In those coordinates, in ascending order of the coordinates of the basis.
    points: Vec<Vector>,
    /// Where each of the points from short to long is in that order.
    order: [usize; POINTS],
    /// The points from short to long, Å, component by component.
    cartesian: [[f64; PADDED]; 3],
    /// Their lengths, Å.
    lengths: [f64; PADDED],
    /// Vectors shorter than this have no image that is as short, Å².
    alone: f64,
}

impl Search {
    /// The reduced basis, which is `axes` where the vectors are wanted.
    fn new(basis: [Vector; 3], axes: [Vector; 3], symprec: f64) -> Self {
        let points = search_points();
        let length = |n: &Vector| norm(&combine(n, &basis));
        let mut order: [usize; POINTS] = std::array::from_fn(|p| p);
        order.sort_by(|&p, &q| length(&points[p]).total_cmp(&length(&points[q])));
        let mut cartesian = [[f64::INFINITY; PADDED]; 3];
        let mut lengths = [f64::INFINITY; PADDED];
        for (i, &p) in order.iter().enumerate() {
            let x = combine(&points[p], &basis);
            (0..3).for_each(|axis| cartesian[axis][i] = x[axis]);
            lengths[i] = length(&points[p]);
        }
        // The first point is 0.
        let alone = (0.499 * (lengths[1] - symprec)).max(0.0);
        let points = points.iter().map(|n| combine(n, &axes)).collect();
        Self {
            basis,
            axes,
            symprec,
            points,
            order,
            cartesian,
            lengths,
            alone: alone * alone,
        }
    }

    /// Append the shortest of `d` + points and say how many they are.
    #[inline(always)]
    fn shortest(&self, d: Vector, found: &mut Vec<Vector>) -> i64 {
        let [x, y, z] = combine(&d, &self.basis);
        let d = combine(&d, &self.axes);
        let square = x * x + y * y + z * z;
        if square < self.alone {
            found.push(d);
            return 1;
        }
        // |v + n| ≥ |n| − |v|: longer points do not make it shorter. With room for rounding.
        let reach = 2.001 * square.sqrt() + self.symprec;
        let [xs, ys, zs] = &self.cartesian;
        let mut squares = [f64::INFINITY; PADDED];
        let mut end = 0;
        while end < PADDED && self.lengths[end] <= reach {
            for p in end..end + LANES {
                let v = [x + xs[p], y + ys[p], z + zs[p]];
                squares[p] = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
            }
            end += LANES;
        }
        let least = squares[..end].iter().copied().fold(f64::INFINITY, f64::min).sqrt();
        let limit = (least + self.symprec) * (least + self.symprec);
        // As bits, so that they come in the order of the points.
        let mut near = 0_u128;
        for p in 0..end.min(POINTS) {
            if squares[p] < limit {
                near |= 1 << self.order[p];
            }
        }
        let count = i64::from(near.count_ones());
        while near != 0 {
            let n = &self.points[near.trailing_zeros() as usize];
            found.push([d[0] + n[0], d[1] + n[1], d[2] + n[2]]);
            near &= near - 1;
        }
        count
    }
}

/// A piece of the pairs, with the vectors of this machine.
struct Pairs<'a> {
    search: &'a Search,
    to: &'a [Vector],
    from: &'a [Vector],
    range: std::ops::Range<usize>,
    found: &'a mut Found,
}

impl pulp::NullaryFnOnce for Pairs<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let n_a = self.from.len();
        let (mut s, mut k) = (self.range.start / n_a, self.range.start % n_a);
        for _ in self.range {
            let (x_s, x_k) = (&self.to[s], &self.from[k]);
            let d = nearest(std::array::from_fn(|i| x_s[i] - x_k[i]));
            let n = self.search.shortest(d, &mut self.found.0);
            self.found.1.push(n);
            k += 1;
            if k == n_a {
                (s, k) = (s + 1, 0);
            }
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
        let (vectors, m) = shortest_vectors(
            x.view(),
            origin.view(),
            basis.view(),
            None,
            1e-5,
            &Stop::default(),
        )
        .unwrap();
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
        #![proptest_config(ProptestConfig::with_cases(1000))]

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
                arr2(&[x]).view(), arr2(&[[0.0; 3]]).view(), basis.view(), None, 1e-8, &Stop::default(),
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
