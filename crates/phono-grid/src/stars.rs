//! Stars of wave vectors.

use ndarray::Array1;
use phono_core::{Grid, Result, Stop};

/// Not yet reached.
const UNSEEN: i64 = -1;
/// Grid points between two looks at the stop flag.
pub(crate) const PIECE: usize = 1 << 16;

/// `m(g) = min_R index(R a_g)`: the smallest index of every point's star.
///
/// The rotations are a group, so in ascending order the first point that no star has reached
/// is the smallest of its own: one pass, every star built once.
pub fn irreducible_map(grid: Grid<'_>, stop: &Stop) -> Result<Array1<i64>> {
    let mut map = filled(grid.n_q(), UNSEEN, stop)?;
    for g in 0..grid.n_q() {
        if g % PIECE == 0 {
            stop.check()?;
        }
        if map[g] != UNSEEN {
            continue;
        }
        map[g] = g as i64;
        let a = grid.address(g);
        for r in grid.rotations() {
            map[grid.index(grid.rotate(r, a))] = g as i64;
        }
    }
    Ok(map.into())
}

/// `n` times `value`, written in pieces: memory of many grid points takes seconds.
pub(crate) fn filled<T: Clone>(n: usize, value: T, stop: &Stop) -> Result<Vec<T>> {
    let mut values = Vec::with_capacity(n);
    while values.len() < n {
        stop.check()?;
        values.resize(n.min(values.len() + PIECE), value.clone());
    }
    Ok(values)
}

#[cfg(test)]
pub(crate) mod tests {
    use ndarray::{Array3, arr1};
    use proptest::prelude::*;

    use super::*;

    /// The 48 signed permutations of the axes, or those with signs only.
    pub(crate) fn cubic(permute: bool) -> Array3<i64> {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let orders = if permute { &orders[..] } else { &orders[..1] };
        let mut rotations = Array3::zeros((8 * orders.len(), 3, 3));
        for (r, mut rotation) in rotations.outer_iter_mut().enumerate() {
            for i in 0..3 {
                rotation[(i, orders[r / 8][i])] = 1 - 2 * (r as i64 >> i & 1);
            }
        }
        rotations
    }

    #[test]
    fn a_cubic_mesh_of_four_has_ten_stars() {
        let (mesh, rotations) = (arr1(&[4, 4, 4]), cubic(true));
        let grid = Grid::new(mesh.view(), rotations.view()).unwrap();
        let map = irreducible_map(grid, &Stop::default()).unwrap();
        let n = (0..64).filter(|&g| map[g as usize] == g).count();
        assert_eq!(n, 10);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn the_map_is_the_smallest_image(mesh in prop::array::uniform3(1_i64..7)) {
            let (mesh, rotations) = (arr1(&mesh), cubic(false));
            let grid = Grid::new(mesh.view(), rotations.view()).unwrap();
            let map = irreducible_map(grid, &Stop::default()).unwrap();
            for g in 0..grid.n_q() {
                let images =
                    grid.rotations().iter().map(|r| grid.index(grid.rotate(r, grid.address(g))));
                prop_assert_eq!(map[g], images.min().unwrap() as i64);
            }
        }
    }
}
