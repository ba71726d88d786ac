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
