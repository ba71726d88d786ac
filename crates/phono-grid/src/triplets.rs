//! Triplets of wave vectors that conserve crystal momentum.

use ndarray::{Array1, Array2};
use phono_core::{Error, Grid, Result, Stop, ensure_index};

use crate::stars::{PIECE, filled};

/// Not yet reached.
const UNSEEN: u32 = u32::MAX;

/// Irreducible triplets `q + q' + q'' = G` at fixed `q`: grid indices of `q, q', q''`, with
/// `q'` ascending, and how many triplets each one stands for.
///
/// Pairs `(q', q'')` that the operations which leave `q` in place, or the exchange of `q'`
/// and `q''`, take into one another are one triplet, represented by its smallest `q'`. These
/// operations are a group, so as in a star the first point not yet reached is the smallest.
pub fn triplets_at(
    grid: Grid<'_>,
    q: i64,
    stop: &Stop,
) -> Result<(Array2<i64>, Array1<i64>)> {
    let q = ensure_index("q", q, grid.n_q())?;
    if grid.shift() != [0; 3] {
        return Err(Error::Domain(
            "grid: triplets need a grid centred on Γ, this one has a shift".into(),
        ));
    }
    let a_q = grid.address(q);
    let third = |a: [i64; 3]| grid.index(std::array::from_fn(|i| -a_q[i] - a[i]));
    let little_group = grid.little_group(q);

    let mut triplet_of = filled(grid.n_q(), UNSEEN, stop)?;
    let (mut points, mut weights) = (Vec::new(), Vec::new());
    for g in 0..grid.n_q() {
        if g % PIECE == 0 {
            stop.check()?;
        }
        if triplet_of[g] != UNSEEN {
            continue;
        }
        let a = grid.address(g);
        let number = weights.len() as u32;
        let mut weight = 0;
        let mut reach = |point: usize| {
            weight += i64::from(triplet_of[point] == UNSEEN);
            triplet_of[point] = number;
        };
        for image in
            std::iter::once(a).chain(little_group.iter().map(|r| grid.rotate(r, a)))
        {
            reach(grid.index(image));
            reach(third(image));
        }
        points.extend([q as i64, g as i64, third(a) as i64]);
        weights.push(weight);
    }
    let points = Array2::from_shape_vec((weights.len(), 3), points).expect("three to each");
    Ok((points, weights.into()))
}

#[cfg(test)]
mod tests {
    use ndarray::arr1;
    use proptest::prelude::*;

    use super::*;
    use crate::stars::tests::cubic;

    #[test]
    fn a_wave_vector_outside_the_grid_is_refused() {
        let (mesh, rotations) = (arr1(&[2, 2, 2]), cubic(true));
        let grid = Grid::new(mesh.view(), rotations.view()).unwrap();
        assert_eq!(
            triplets_at(grid, 8, &Stop::default()).unwrap_err().to_string(),
            "q: 8 is out of range, expected 0 to 7"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn triplets_conserve_momentum_and_stand_for_the_whole_grid(
            mesh in prop::array::uniform3(1_i64..7),
            q in 0_i64..216,
        ) {
            let (mesh, rotations) = (arr1(&mesh), cubic(false));
            let grid = Grid::new(mesh.view(), rotations.view()).unwrap();
            let (points, weights) = triplets_at(grid, q % grid.n_q() as i64, &Stop::default()).unwrap();
            prop_assert_eq!(weights.sum(), grid.n_q() as i64);
            prop_assert!(weights.iter().all(|&w| w > 0));
            for triplet in points.rows() {
                let sum = triplet.iter().map(|&g| grid.address(g as usize));
                let sum = sum.fold([0; 3], |s, a| std::array::from_fn(|i| s[i] + a[i]));
                prop_assert_eq!(grid.index(sum), 0);
            }
        }
    }
}
