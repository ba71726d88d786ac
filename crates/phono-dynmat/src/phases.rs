//! `e^{2πi q·R}` for many lattice vectors `R` at once.

use std::f64::consts::TAU;

use num_complex::Complex64;

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
    /// How many components there are along each axis.
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

    /// The factors of each axis at `q`. Each is computed by itself: a recursion would be no
    /// faster than the few there are, and would lose digits.
    pub(crate) fn factors(&self, q: [f64; 3]) -> [Vec<Complex64>; 3] {
        std::array::from_fn(|i| {
            let along = |n| phase(q[i] * (self.low[i] + n as i64) as f64);
            (0..self.lengths[i]).map(along).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_of_the_factors_is_the_phase() {
        let cells = [[-2, 0, 3], [1, -4, 1], [0, 0, 0]];
        let phases = Phases::new(cells.into_iter());
        let q = [0.123, -0.37, 1.71];
        let [a, b, c] = phases.factors(q);
        for cell in cells {
            let [i, j, k] = phases.places(cell).map(|place| place as usize);
            let dot: f64 = (0..3).map(|axis| q[axis] * cell[axis] as f64).sum();
            assert!((a[i] * b[j] * c[k] - phase(dot)).norm() < 1e-14);
        }
    }
}
