//! Quadruplets of wave vectors `q + q1 + q2 + q3 = G` at fixed `q`.

use phono_core::{Result, Stop};
use rayon::prelude::*;

use crate::Phonons;

/// `q2`, `q3` and the number of ordered triples that `{q1, q2, q3}` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quadruplet {
    /// `q2` and `q3`.
    pub points: [usize; 2],
    /// How many `(q1, q2, q3)` are the same by symmetry and exchange.
    pub weight: usize,
}

/// Irreducible quadruplets at one `q`, those of one `q1` together.
#[derive(Debug)]
pub struct Quadruplets {
    /// `q1` and its quadruplets.
    pub all: Vec<(usize, Vec<Quadruplet>)>,
}

impl Quadruplets {
    /// Unordered triples that operations of the little group of `q` take into one another are
    /// one; without symmetry unordered triples alone.
    pub fn new(
        phonons: &Phonons<'_>,
        q: usize,
        symmetry: bool,
        stop: &Stop,
    ) -> Result<Self> {
        let grid = phonons.grid;
        let n_q = grid.n_q();
        let mut images: Vec<Vec<usize>> = vec![(0..n_q).collect()];
        if symmetry {
            let map =
                |r| (0..n_q).map(move |p| grid.index(grid.rotate(r, grid.address(p))));
            images = grid.little_group(q).into_iter().map(|r| map(r).collect()).collect();
        }
        // The smallest point of every orbit begins the triples that hold one of the orbit.
        let orbit: Vec<usize> = (0..n_q)
            .map(|p| images.iter().map(|image| image[p]).min().unwrap_or(p))
            .collect();
        let firsts: Vec<usize> = (0..n_q).filter(|&p| orbit[p] == p).collect();
        let all = firsts.into_par_iter().map(|q1| {
            stop.check()?;
            let stabilizer: Vec<&Vec<usize>> =
                images.iter().filter(|image| image[q1] == q1).collect();
            let every: Vec<&Vec<usize>> = images.iter().collect();
            let mut quadruplets = vec![];
            for q2 in 0..n_q {
                let q3 = phonons.fourth([q, q1, q2]);
                if q3 < q2 || orbit[q2] < q1 || orbit[q3] < q1 {
                    continue;
                }
                let among = orbit[q2] > q1 && orbit[q3] > q1;
                let group = if among { &stabilizer } else { &every };
                if let Some(weight) = weight(sorted([q1, q2, q3]), group, images.len()) {
                    quadruplets.push(Quadruplet { points: [q2, q3], weight });
                }
            }
            Ok((q1, quadruplets))
        });
        let mut all: Vec<(usize, Vec<Quadruplet>)> = all.collect::<Result<_>>()?;
        all.retain(|(_, quadruplets)| !quadruplets.is_empty());
        Ok(Self { all })
    }
}

/// Ordered triples that are the same as a sorted one, or `None` if another, smaller one
/// stands for it; `group` holds all operations that could take it into one that is not larger.
fn weight(triple: [usize; 3], group: &[&Vec<usize>], order: usize) -> Option<usize> {
    let mut same = 0;
    for image in group {
        match sorted(triple.map(|p| image[p])).cmp(&triple) {
            std::cmp::Ordering::Less => return None,
            std::cmp::Ordering::Equal => same += 1,
            std::cmp::Ordering::Greater => {}
        }
    }
    let [a, b, c] = triple;
    let orders = match (a == b, b == c) {
        (true, true) => 1,
        (false, false) => 6,
        _ => 3,
    };
    Some(orders * order / same)
}

/// In ascending order.
fn sorted(mut triple: [usize; 3]) -> [usize; 3] {
    triple.sort_unstable();
    triple
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3, Array4, arr1};
    use phono_core::{Grid, Modes};

    use super::*;

    #[test]
    fn irreducible_quadruplets_stand_for_all_of_them() {
        let f = Array2::<f64>::zeros((64, 3));
        let e = Array4::zeros((64, 3, 1, 3));
        // The square of the first two axes, and the inversion.
        let turn = [[0, -1, 0], [1, 0, 0], [0, 0, 1]];
        let times = |a: [[i64; 3]; 3], b: [[i64; 3]; 3]| -> [[i64; 3]; 3] {
            std::array::from_fn(|i| {
                std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum())
            })
        };
        let mut group = vec![[[1, 0, 0], [0, 1, 0], [0, 0, 1]]];
        for _ in 0..3 {
            group.push(times(turn, group[group.len() - 1]));
        }
        for r in group.clone() {
            group.push(r.map(|row| row.map(|x| -x)));
        }
        let rotations =
            Array3::from_shape_fn((group.len(), 3, 3), |(r, i, j)| group[r][i][j]);
        let mesh = arr1(&[4, 4, 4]);
        let grid = Grid::new(mesh.view(), rotations.view()).unwrap();
        let modes = Modes::new(f.view(), e.view()).unwrap();
        let phonons = Phonons::new(grid, modes).unwrap();
        for q in [0, 1, 2, 16, 21, 42] {
            let mut numbers = vec![];
            for symmetry in [true, false] {
                let all =
                    Quadruplets::new(&phonons, q, symmetry, &Stop::default()).unwrap();
                let lists = all.all.iter().flat_map(|(q1, list)| {
                    list.iter().map(move |quadruplet| (*q1, *quadruplet))
                });
                let mut total = 0;
                for (q1, Quadruplet { points: [q2, q3], weight }) in lists.clone() {
                    assert_eq!(phonons.fourth([q, q1, q2]), q3);
                    total += weight;
                }
                assert_eq!(total, 64 * 64);
                numbers.push(lists.count());
            }
            let order = grid.little_group(q).len();
            assert!(numbers[0] >= numbers[1] / order && numbers[0] <= numbers[1]);
            assert!(order == 1 || numbers[0] < numbers[1]);
        }
    }
}
