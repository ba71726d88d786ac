//! `e^{2πi q·R}` for many lattice vectors `R` at once.

use std::f64::consts::TAU;

use num_complex::Complex64;

use crate::lanes::{ComplexLanes, Lanes, each};

/// `e^{2πi x}`.
pub(crate) fn phase(x: f64) -> Complex64 {
    let (sin, cos) = (TAU * x).sin_cos();
    Complex64::new(cos, sin)
}

/// Lattice vectors in a box, whose phases are products of one factor for each axis.
#[derive(Debug)]
pub(crate) struct Phases {
    /// The smallest component along each axis.
    low: [i64; 3],
    /// The number of components along each axis.
    lengths: [usize; 3],
}

impl Phases {
    /// The box that holds `cells`.
    pub(crate) fn new(cells: impl Iterator<Item = [i64; 3]>) -> Self {
        let (mut low, mut high) = ([0; 3], [0; 3]);
        for cell in cells {
            for i in 0..3 {
                low[i] = low[i].min(cell[i]);
                high[i] = high[i].max(cell[i]);
            }
        }
        Self { low, lengths: std::array::from_fn(|i| (high[i] - low[i] + 1) as usize) }
    }

    /// Where a lattice vector finds its factors.
    pub(crate) fn places(&self, cell: [i64; 3]) -> [u32; 3] {
        std::array::from_fn(|i| (cell[i] - self.low[i]) as u32)
    }

    /// The factors of each axis at wave vectors side by side. Each is computed by itself: a
    /// recursion would lose digits.
    pub(crate) fn factors(&self, q: &[Lanes; 3]) -> [Vec<ComplexLanes>; 3] {
        std::array::from_fn(|axis| {
            let x = q[axis];
            let high = self.low[axis] + self.lengths[axis] as i64 - 1;
            let longest = high.max(-self.low[axis]);
            let phase = |n: i64| ComplexLanes::phases(each(|i| x[i] * n as f64));
            let forward: Vec<_> = (0..=longest).map(phase).collect();
            let signed = |n: i64| match usize::try_from(n) {
                Ok(n) => forward[n],
                Err(_) => forward[n.unsigned_abs() as usize].conj(),
            };
            (self.low[axis]..=high).map(signed).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::side_by_side;

    #[test]
    fn the_product_of_the_factors_is_the_phase() {
        let cells = [[-2, 0, 3], [1, -4, 1], [0, 0, 0]];
        let phases = Phases::new(cells.into_iter());
        let q = [0.123, -0.37, 1.71];
        let [a, b, c] = phases.factors(&side_by_side(&[q]));
        for cell in cells {
            let [i, j, k] = phases.places(cell).map(|place| place as usize);
            let dot: f64 = (0..3).map(|axis| q[axis] * cell[axis] as f64).sum();
            let product = a[i].times(&b[j]).times(&c[k]).get(0);
            assert!((product - phase(dot)).norm() < 1e-14);
        }
    }
}
