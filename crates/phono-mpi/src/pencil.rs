//! Pencils: the lines of a three-dimensional grid along one axis.

use std::str::FromStr;

use ndarray::{Array1, ArrayView1};
use phono_core::{Error, Result, ensure_index, ensure_shape};

use crate::{Excess, share};

/// How the points of a grid are distributed over ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Points in the order of their flat index.
    Flat,
    /// Whole lines along this axis.
    Pencil(usize),
}

impl FromStr for Layout {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "flat" => Ok(Self::Flat),
            "x_pencil" => Ok(Self::Pencil(0)),
            "y_pencil" => Ok(Self::Pencil(1)),
            "z_pencil" => Ok(Self::Pencil(2)),
            _ => Err(Error::Domain(format!(
                "layout must be 'flat', 'x_pencil', 'y_pencil' or 'z_pencil', got '{name}'"
            ))),
        }
    }
}

/// The flat indices `(i_x n_y + i_y) n_z + i_z` that `rank` of `size` holds, line by line.
///
/// Lines are numbered by their two other coordinates, the last running fastest; the first
/// ranks take the lines in excess. `Flat` gives points in excess to the last ranks.
pub fn pencil_indices(
    rank: i64,
    size: i64,
    nq: ArrayView1<'_, i64>,
    layout: Layout,
) -> Result<Array1<i64>> {
    if size < 1 {
        return Err(Error::Domain(format!("size must be positive, got {size}")));
    }
    let size = size as usize;
    let rank = ensure_index("rank", rank, size)?;
    let n = grid_numbers(nq)?;
    let indices: Vec<i64> = match layout {
        Layout::Flat => {
            share(n.iter().product(), rank, size, Excess::Last).map(|i| i as i64).collect()
        }
        Layout::Pencil(axis) => {
            let stride: usize = n[axis + 1..].iter().product();
            let n_lines = n.iter().product::<usize>() / n[axis];
            share(n_lines, rank, size, Excess::First)
                .flat_map(|line| {
                    let start = line / stride * stride * n[axis] + line % stride;
                    (0..n[axis]).map(move |i| (start + i * stride) as i64)
                })
                .collect()
        }
    };
    Ok(indices.into())
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
    Ok([nq[0] as usize, nq[1] as usize, nq[2] as usize])
}

#[cfg(test)]
mod tests {
    use ndarray::aview1;
    use proptest::prelude::*;

    use super::*;

    fn indices(rank: i64, size: i64, nq: [i64; 3], layout: Layout) -> Vec<i64> {
        pencil_indices(rank, size, aview1(&nq), layout).unwrap().to_vec()
    }

    #[test]
    fn a_line_along_y_steps_over_z() {
        assert_eq!(indices(0, 6, [2, 4, 3], Layout::Pencil(1)), [0, 3, 6, 9]);
        assert_eq!(indices(5, 6, [2, 4, 3], Layout::Pencil(1)), [14, 17, 20, 23]);
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
            for name in ["flat", "x_pencil", "y_pencil", "z_pencil"] {
                let layout: Layout = name.parse().unwrap();
                let mut all: Vec<i64> = (0..size)
                    .flat_map(|rank| indices(rank, size, nq, layout))
                    .collect();
                all.sort_unstable();
                let expected: Vec<i64> = (0..nq.iter().product()).collect();
                prop_assert_eq!(all, expected);
            }
        }
    }
}
