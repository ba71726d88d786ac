//! Pencils: the lines of a three-dimensional grid along one axis.

use std::ops::Range;
use std::str::FromStr;

use ndarray::{Array1, ArrayView1};
use phono_core::{Error, Result, ensure_index, ensure_shape};

use crate::share::n_ranks;
use crate::{Excess, share};

/// Points of the largest grid; a product of three numbers that is larger is a mistake.
const MOST_POINTS: i64 = 1 << 40;

/// How the points of a grid are distributed over ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Points in the order of their flat index.
    Flat,
    /// Whole planes of y and z.
    Slab,
    /// Whole lines along this axis.
    Pencil(usize),
}

impl FromStr for Layout {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "flat" => Ok(Self::Flat),
            "slab" => Ok(Self::Slab),
            "x_pencil" => Ok(Self::Pencil(0)),
            "y_pencil" => Ok(Self::Pencil(1)),
            "z_pencil" => Ok(Self::Pencil(2)),
            _ => Err(Error::Domain(format!(
                "layout must be 'flat', 'slab', 'x_pencil', 'y_pencil' or 'z_pencil', \
                 got '{name}'"
            ))),
        }
    }
}

/// The flat indices `(i_x n_y + i_y) n_z + i_z` that `rank` of `size` holds, line by line.
///
/// Lines are numbered by their two other coordinates, the last running fastest, and planes
/// by x; the first ranks take the lines or planes in excess. `Flat` gives points in excess to
/// the last ranks.
pub fn pencil_indices(
    rank: i64,
    size: i64,
    nq: ArrayView1<'_, i64>,
    layout: Layout,
) -> Result<Array1<i64>> {
    let (rank, size) = place(rank, size)?;
    let n = grid_numbers(nq)?;
    let lines = layout.share(n, rank, size);
    let indices: Vec<i64> = match layout {
        Layout::Flat => lines.map(|i| i as i64).collect(),
        Layout::Slab => {
            let plane = n[1] * n[2];
            (lines.start * plane..lines.end * plane).map(|i| i as i64).collect()
        }
        Layout::Pencil(axis) => {
            let stride: usize = n[axis + 1..].iter().product();
            lines
                .flat_map(|line| {
                    let start = line / stride * stride * n[axis] + line % stride;
                    (0..n[axis]).map(move |i| (start + i * stride) as i64)
                })
                .collect()
        }
    };
    Ok(indices.into())
}

/// The rows of `rank` in `layout`, in the order of the rank that holds them in `other` and
/// then of their flat index; and how many of them each rank holds there.
pub fn rows_by_partner(
    rank: i64,
    size: i64,
    nq: ArrayView1<'_, i64>,
    layout: Layout,
    other: Layout,
) -> Result<(Array1<i64>, Array1<i64>)> {
    let (rank, size) = place(rank, size)?;
    let n = grid_numbers(nq)?;
    let mut partner_of_line = Vec::with_capacity(other.n_lines(n));
    for partner in 0..size {
        partner_of_line.extend(other.share(n, partner, size).map(|_| partner));
    }
    let mut rows = vec![Vec::new(); size];
    layout.visit(n, layout.share(n, rank, size), |row, point| {
        rows[partner_of_line[other.line(n, point)]].push(row as i64);
    });
    let counts = rows.iter().map(|rows| rows.len() as i64).collect();
    Ok((rows.concat().into(), counts))
}

impl Layout {
    /// Number of lines, planes or points, whatever stays together.
    fn n_lines(self, n: [usize; 3]) -> usize {
        let n_points = n.iter().product();
        match self {
            Self::Flat => n_points,
            Self::Slab => n[0],
            Self::Pencil(axis) => n_points / n[axis],
        }
    }

    /// The lines of one rank.
    fn share(self, n: [usize; 3], rank: usize, size: usize) -> Range<usize> {
        let excess = if self == Self::Flat { Excess::Last } else { Excess::First };
        share(self.n_lines(n), rank, size, excess)
    }

    /// The number of the line or plane through a point.
    fn line(self, [_, ny, nz]: [usize; 3], [ix, iy, iz]: [usize; 3]) -> usize {
        match self {
            Self::Flat => (ix * ny + iy) * nz + iz,
            Self::Slab => ix,
            Self::Pencil(0) => iy * nz + iz,
            Self::Pencil(1) => ix * nz + iz,
            Self::Pencil(_) => ix * ny + iy,
        }
    }

    /// The points of some lines in the order of their flat index, each with its row.
    fn visit(
        self,
        [nx, ny, nz]: [usize; 3],
        lines: Range<usize>,
        mut point: impl FnMut(usize, [usize; 3]),
    ) {
        let first = lines.start;
        match self {
            Self::Slab => {
                let points = first * ny * nz..lines.end * ny * nz;
                Self::Flat.visit([nx, ny, nz], points, point);
            }
            Self::Flat => {
                for i in lines {
                    point(i - first, [i / (ny * nz), i / nz % ny, i % nz]);
                }
            }
            Self::Pencil(0) => {
                for ix in 0..nx {
                    for line in lines.clone() {
                        point((line - first) * nx + ix, [ix, line / nz, line % nz]);
                    }
                }
            }
            Self::Pencil(1) => {
                for ix in first / nz..lines.end.div_ceil(nz) {
                    let part = lines.start.max(ix * nz)..lines.end.min((ix + 1) * nz);
                    for iy in 0..ny {
                        for line in part.clone() {
                            point((line - first) * ny + iy, [ix, iy, line - ix * nz]);
                        }
                    }
                }
            }
            Self::Pencil(_) => {
                for line in lines {
                    for iz in 0..nz {
                        point((line - first) * nz + iz, [line / ny, line % ny, iz]);
                    }
                }
            }
        }
    }
}

/// A rank and the number of ranks.
fn place(rank: i64, size: i64) -> Result<(usize, usize)> {
    let size = n_ranks(size)?;
    Ok((ensure_index("rank", rank, size)?, size))
}

/// Three positive integers.
fn grid_numbers(nq: ArrayView1<'_, i64>) -> Result<[usize; 3]> {
    ensure_shape("nq", nq.shape(), &[3])?;
    if nq.iter().any(|&n| n < 1) {
        let [x, y, z] = [nq[0], nq[1], nq[2]];
        return Err(Error::Domain(format!(
            "nq must be three positive integers, got {x} {y} {z}"
        )));
    }
    let product = nq.iter().try_fold(1_i64, |points, &n| points.checked_mul(n));
    if product.is_none_or(|points| points > MOST_POINTS) {
        return Err(Error::Domain(format!(
            "nq must make {MOST_POINTS} points at most, got {} {} {}",
            nq[0], nq[1], nq[2]
        )));
    }
    Ok([nq[0] as usize, nq[1] as usize, nq[2] as usize])
}

#[cfg(test)]
mod tests {
    use ndarray::aview1;
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 5] = ["flat", "slab", "x_pencil", "y_pencil", "z_pencil"];

    fn indices(rank: i64, size: i64, nq: [i64; 3], layout: Layout) -> Vec<i64> {
        pencil_indices(rank, size, aview1(&nq), layout).unwrap().to_vec()
    }

    #[test]
    fn a_line_along_y_steps_over_z() {
        assert_eq!(indices(0, 6, [2, 4, 3], Layout::Pencil(1)), [0, 3, 6, 9]);
        assert_eq!(indices(5, 6, [2, 4, 3], Layout::Pencil(1)), [14, 17, 20, 23]);
    }

    #[test]
    fn planes_are_whole_and_the_first_ranks_have_one_more() {
        assert_eq!(indices(0, 2, [3, 1, 2], Layout::Slab), [0, 1, 2, 3]);
        assert_eq!(indices(1, 2, [3, 1, 2], Layout::Slab), [4, 5]);
    }

    #[test]
    fn ranks_beyond_the_lines_have_nothing() {
        assert_eq!(indices(2, 4, [1, 3, 5], Layout::Pencil(2)), [10, 11, 12, 13, 14]);
        assert!(indices(3, 4, [1, 3, 5], Layout::Pencil(2)).is_empty());
    }

    #[test]
    fn bad_input_is_refused() {
        let refused = |rank, nq: [i64; 3]| {
            pencil_indices(rank, 4, aview1(&nq), Layout::Flat).unwrap_err().to_string()
        };
        assert_eq!(refused(4, [2, 2, 2]), "rank: 4 is out of range, expected 0 to 3");
        assert_eq!(refused(0, [2, 0, 2]), "nq must be three positive integers, got 2 0 2");
        let nobody = pencil_indices(0, 0, aview1(&[2, 2, 2]), Layout::Flat).unwrap_err();
        assert_eq!(nobody.to_string(), "size must be positive, got 0");
        assert!("w_pencil".parse::<Layout>().is_err());
    }

    proptest! {
        #[test]
        fn every_point_is_held_once(
            nq in prop::array::uniform3(1i64..6),
            size in 1i64..9,
        ) {
            for name in NAMES {
                let layout: Layout = name.parse().unwrap();
                let mut all: Vec<i64> = (0..size)
                    .flat_map(|rank| indices(rank, size, nq, layout))
                    .collect();
                all.sort_unstable();
                let expected: Vec<i64> = (0..nq.iter().product()).collect();
                prop_assert_eq!(all, expected);
            }
        }

        #[test]
        fn rows_are_those_of_the_rank_sorted_by_partner_and_point(
            nq in prop::array::uniform3(1i64..6),
            size in 1i64..9,
        ) {
            let layouts = NAMES.map(|name| name.parse::<Layout>().unwrap());
            for (layout, other) in layouts.iter().flat_map(|&a| layouts.map(|b| (a, b))) {
                for rank in 0..size {
                    let own = indices(rank, size, nq, layout);
                    let (rows, counts) =
                        rows_by_partner(rank, size, aview1(&nq), layout, other).unwrap();
                    let mut expected = Vec::new();
                    for partner in 0..size {
                        let theirs = indices(partner, size, nq, other);
                        let mut common: Vec<i64> =
                            own.iter().copied().filter(|i| theirs.contains(i)).collect();
                        common.sort_unstable();
                        prop_assert_eq!(counts[partner as usize], common.len() as i64);
                        expected.extend(common);
                    }
                    let points: Vec<i64> = rows.iter().map(|&r| own[r as usize]).collect();
                    prop_assert_eq!(points, expected);
                }
            }
        }
    }
}
