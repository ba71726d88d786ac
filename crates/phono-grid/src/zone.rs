//! Shortest images of grid points, and what triplets of them leave.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use phono_core::{Error, Grid, Result, Stop, ensure_index, ensure_shape};
use rayon::prelude::*;

use crate::vectors::{Vector, combine, dot};

/// Lattice points around the nearest one, last axis fastest.
const AROUND: [i64; 5] = [0, 1, 2, -2, -1];
/// Grid points in a piece of work.
const PIECE: usize = 1024;

type Address = [i64; 3];

/// All shortest images of every grid point: addresses and how many there are of each point.
///
/// `x = T D⁻¹ (a + s/2)` in the reduced `basis` (rows); images whose squared lengths differ by
/// less than a hundredth of `max |B_i|²/D_i²` are equally short.
pub fn zone_images(
    grid: Grid<'_>,
    transform: ArrayView2<'_, i64>,
    basis: ArrayView2<'_, f64>,
    stop: &Stop,
) -> Result<(Array2<i64>, Array1<i64>)> {
    ensure_shape("transform", transform.shape(), &[3, 3])?;
    ensure_shape("basis", basis.shape(), &[3, 3])?;
    let rows: [Vector; 3] = std::array::from_fn(|i| std::array::from_fn(|j| basis[(i, j)]));
    let transform = std::array::from_fn(|i| std::array::from_fn(|j| transform[(i, j)]));
    let zone = Zone { grid, transform, back: inverse(&transform)?, rows };
    let pieces: Result<Vec<_>> = (0..grid.n_q().div_ceil(PIECE))
        .into_par_iter()
        .map(|piece| {
            stop.check()?;
            let (mut addresses, mut counts) = (Vec::new(), Vec::new());
            for g in piece * PIECE..grid.n_q().min((piece + 1) * PIECE) {
                let before = addresses.len();
                zone.images(grid.address(g), &mut addresses);
                counts.push((addresses.len() - before) as i64);
            }
            Ok((addresses, counts))
        })
        .collect();
    let (mut flat, mut counts) = (Vec::new(), Vec::with_capacity(grid.n_q()));
    for (addresses, of_points) in pieces? {
        stop.check()?;
        flat.extend_from_slice(addresses.as_flattened());
        counts.extend(of_points);
    }
    let addresses = Array2::from_shape_vec((flat.len() / 3, 3), flat);
    Ok((addresses.expect("three to an address"), counts.into()))
}

/// The data that all points share.
struct Zone<'a> {
    grid: Grid<'a>,
    transform: [Address; 3],
    back: [Address; 3],
    rows: [Vector; 3],
}

impl Zone<'_> {
    /// Append the shortest images of the point at `address`.
    fn images(&self, address: Address, images: &mut Vec<Address>) {
        let (mesh, shift) = (self.grid.mesh(), self.grid.shift());
        let fractions: Vector = std::array::from_fn(|i| {
            (2 * address[i] + shift[i]) as f64 / (2 * mesh[i]) as f64
        });
        let x = self.transform.map(|t| {
            fractions[0] * t[0] as f64
                + fractions[1] * t[1] as f64
                + fractions[2] * t[2] as f64
        });
        let nearest = x.map(|x| (x + 0.5_f64.copysign(x)).trunc());
        let rest: Vector = std::array::from_fn(|i| x[i] - nearest[i]);
        let step = (0..3).map(|i| square(&self.rows[i]) / (mesh[i] * mesh[i]) as f64);
        let tolerance = 0.01 * step.fold(0.0, f64::max);

        let mut lengths = [0.0; 125];
        for (length, shift) in lengths.iter_mut().zip(shifts()) {
            let moved = std::array::from_fn(|i| rest[i] + shift[i] as f64);
            *length = square(&combine(&moved, &self.rows));
        }
        let least = lengths.iter().copied().fold(f64::INFINITY, f64::min);
        for (length, shift) in lengths.iter().zip(shifts()) {
            if *length < least + tolerance {
                let moved = std::array::from_fn(|i| shift[i] - nearest[i] as i64);
                let moved = times(&self.back, &moved);
                images
                    .push(std::array::from_fn(|i| address[i] + mesh[i] as i64 * moved[i]));
            }
        }
    }
}

/// The 125 lattice points around the nearest one.
fn shifts() -> impl Iterator<Item = Address> {
    (0..125).map(|i| [AROUND[i / 25], AROUND[i / 5 % 5], AROUND[i % 5]])
}

/// `|x|²`.
fn square(x: &Vector) -> f64 {
    dot(x, x)
}

/// `M a`.
fn times(m: &[Address; 3], a: &Address) -> Address {
    m.map(|row| row[0] * a[0] + row[1] * a[1] + row[2] * a[2])
}

/// Exact inverse of a matrix of determinant ±1.
fn inverse(m: &[Address; 3]) -> Result<[Address; 3]> {
    let cofactor = |i: usize, j: usize| {
        let (a, b, c, d) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3);
        m[a][c] * m[b][d] - m[a][d] * m[b][c]
    };
    let determinant: i64 = (0..3).map(|j| m[0][j] * cofactor(0, j)).sum();
    if determinant.abs() != 1 {
        return Err(Error::Domain(format!(
            "matrix must have determinant 1 or -1, got {determinant}"
        )));
    }
    Ok(std::array::from_fn(|i| std::array::from_fn(|j| determinant * cofactor(j, i))))
}

/// All shortest images of every grid point.
#[derive(Debug, Clone, Copy)]
pub struct BrillouinZone<'a> {
    grid: Grid<'a>,
    addresses: &'a [Address],
    first: &'a [i64],
    steps: [Vector; 3],
}

impl<'a> BrillouinZone<'a> {
    /// Borrow `addresses`, of which `first[g]..first[g + 1]` are images of point `g`, and
    /// copy the Cartesian `steps` (rows) between neighbouring addresses.
    pub fn new(
        grid: Grid<'a>,
        addresses: ArrayView2<'a, i64>,
        first: ArrayView1<'a, i64>,
        steps: ArrayView2<'_, f64>,
    ) -> Result<Self> {
        ensure_shape("first", first.shape(), &[grid.n_q() + 1])?;
        ensure_shape("addresses", addresses.shape(), &[addresses.nrows(), 3])?;
        ensure_shape("steps", steps.shape(), &[3, 3])?;
        for &i in first {
            ensure_index("first", i, addresses.nrows() + 1)?;
        }
        let flat = addresses.to_slice().ok_or(Error::Layout("addresses"))?;
        Ok(Self {
            grid,
            addresses: flat.as_chunks().0,
            first: first.to_slice().ok_or(Error::Layout("first"))?,
            steps: std::array::from_fn(|i| std::array::from_fn(|j| steps[(i, j)])),
        })
    }

    /// The grid whose points they are images of.
    pub fn grid(&self) -> Grid<'a> {
        self.grid
    }

    /// How many images there are.
    pub fn n_images(&self) -> usize {
        self.addresses.len()
    }

    /// The address of image `i`, anywhere in the zone.
    pub fn address(&self, i: usize) -> Address {
        self.addresses[i]
    }

    /// The image of point `g` at `address`; where none is there, the first one.
    #[inline(always)]
    pub(crate) fn image(&self, g: usize, address: Address) -> usize {
        let mut images = self.images(g as i64);
        let first = images.start;
        if images.len() == 1 {
            return first;
        }
        images.find(|&i| self.addresses[i] == address).unwrap_or(first)
    }

    /// Indices of the images of point `g`.
    fn images(&self, g: i64) -> std::ops::Range<usize> {
        self.first[g as usize] as usize..self.first[g as usize + 1] as usize
    }

    /// The images of a triplet that leave the smallest `G`, and whether that is 0.
    fn closest(&self, triplet: [i64; 3], tolerance: f64) -> ([i64; 3], bool) {
        let (mut best, mut chosen) = (f64::INFINITY, ([0; 3], false));
        let [outer, middle, inner] = triplet.map(|g| self.images(g));
        for i in outer {
            for j in middle.clone() {
                for k in inner.clone() {
                    let at = [i, j, k];
                    let lost: Address = std::array::from_fn(|x| {
                        at.iter().map(|&image| self.addresses[image][x]).sum()
                    });
                    let length = square(&combine(&lost.map(|a| a as f64), &self.steps));
                    if length < best - tolerance {
                        best = length;
                        chosen = (at.map(|image| image as i64), lost == [0; 3]);
                    }
                }
            }
        }
        chosen
    }
}

/// The images of triplets `points[t]` that leave the smallest `G = q + q' + q''`, and whether
/// it is 0 (normal) or not (umklapp).
pub fn triplet_images(
    zone: BrillouinZone<'_>,
    points: ArrayView2<'_, i64>,
    stop: &Stop,
) -> Result<(Array2<i64>, Array1<bool>)> {
    ensure_shape("points", points.shape(), &[points.nrows(), 3])?;
    for &g in points {
        ensure_index("points", g, zone.grid.n_q())?;
    }
    let longest = zone.steps.iter().map(square).fold(0.0, f64::max);
    let triplets: Result<Vec<([i64; 3], bool)>> = (0..points.nrows())
        .into_par_iter()
        .map(|t| {
            let triplet = std::array::from_fn(|v| points[(t, v)]);
            stop.check()?;
            Ok(zone.closest(triplet, 1e-8 * longest))
        })
        .collect();
    let triplets = triplets?;
    let images: Vec<i64> = triplets.iter().flat_map(|f| f.0).collect();
    let normal: Vec<bool> = triplets.iter().map(|f| f.1).collect();
    let images = Array2::from_shape_vec((triplets.len(), 3), images);
    Ok((images.expect("three to a triplet"), normal.into()))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3, arr1, arr2};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_corner_of_a_cube_has_eight_images_and_the_origin_one() {
        let (mesh, rotations) = (arr1(&[2, 2, 2]), Array3::zeros((0, 3, 3)));
        let grid = Grid::new(mesh.view(), rotations.view()).unwrap();
        let identity = Array2::eye(3);
        let (_, counts) =
            zone_images(grid, identity.view(), Array2::eye(3).view(), &Stop::default())
                .unwrap();
        assert_eq!(counts, arr1(&[1, 2, 2, 4, 2, 4, 4, 8]));
    }

    #[test]
    fn a_transform_that_is_not_unimodular_is_refused() {
        assert!(inverse(&[[2, 0, 0], [0, 1, 0], [0, 0, 1]]).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn images_are_images_and_a_unimodular_inverse_undoes(
            mesh in prop::array::uniform3(1_i64..7),
            off in prop::array::uniform3(-3_i64..4),
            s in prop::array::uniform3(0_i64..2),
        ) {
            let (mesh, rotations) = (arr1(&mesh), Array3::zeros((0, 3, 3)));
            let grid = Grid::new(mesh.view(), rotations.view()).unwrap().with_shift(s);
            let t = [[1, off[0], off[1]], [0, 1, off[2]], [0, 0, 1]];
            let (a, counts) =
                zone_images(grid, arr2(&t).view(), Array2::eye(3).view(), &Stop::default()).unwrap();
            let points = counts.iter().enumerate().flat_map(|(g, &n)| vec![g; n as usize]);
            for (a, g) in a.rows().into_iter().zip(points) {
                prop_assert_eq!(grid.index([a[0], a[1], a[2]]), g);
            }
            prop_assert_eq!(times(&inverse(&t).unwrap(), &times(&t, &[1, -2, 3])), [1, -2, 3]);
        }
    }
}
