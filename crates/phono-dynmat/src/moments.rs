//! Moments `Σ_G w K ⋯ K e^{2πi G·r}` of reciprocal lattice vectors, at wave vectors side by side.

use crate::lanes::{LANES, Lanes, add_product};
use crate::matrix::Matrix;

/// Products of two components of a vector.
pub(crate) const SECOND: [[usize; 2]; 6] = [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]];
/// Products of three.
pub(crate) const THIRD: [[usize; 3]; 10] = [
    [0, 0, 0],
    [0, 0, 1],
    [0, 0, 2],
    [0, 1, 1],
    [0, 1, 2],
    [0, 2, 2],
    [1, 1, 1],
    [1, 1, 2],
    [1, 2, 2],
    [2, 2, 2],
];

/// Sums that are made together: what registers hold.
const TOGETHER: usize = 6;

/// A matrix in each lane.
pub(crate) type Tensor = [[Lanes; 3]; 3];
/// Zeros.
const NONE: Tensor = [[[0.0; LANES]; 3]; 3];

/// `Σ_G x_G`.
#[inline(always)]
pub(crate) fn unphased<const N: usize>(columns: &[[Lanes; N]]) -> [Lanes; N] {
    let mut sums = [[0.0; LANES]; N];
    for column in columns {
        for (sum, x) in sums.iter_mut().zip(column) {
            add_product(sum, x, 1.0);
        }
    }
    sums
}

/// `Σ_G p_G x_G`.
#[inline(always)]
pub(crate) fn phased<const N: usize>(columns: &[[Lanes; N]], phases: &[f64]) -> [Lanes; N] {
    let mut sums = [[0.0; LANES]; N];
    for (i, sums) in sums.chunks_mut(TOGETHER).enumerate() {
        let mut local = [[0.0; LANES]; TOGETHER];
        let local = &mut local[..sums.len()];
        for (column, &phase) in columns.iter().zip(phases) {
            for (sum, x) in local.iter_mut().zip(&column[i * TOGETHER..]) {
                add_product(sum, x, phase);
            }
        }
        sums.copy_from_slice(local);
    }
    sums
}

/// The tensor `Σ w K K^T`.
#[inline(always)]
pub(crate) fn symmetric(moments: &[Lanes; 6]) -> Tensor {
    let mut tensor = NONE;
    for (moment, [a, b]) in moments.iter().zip(SECOND) {
        tensor[a][b] = *moment;
        tensor[b][a] = *moment;
    }
    tensor
}

/// Its derivative along an axis, of which `row` is that of the dielectric tensor.
#[inline(always)]
pub(crate) fn slope(moments: &[Lanes; 13], axis: usize, row: &[f64; 3]) -> Tensor {
    let mut tensor = NONE;
    let mut add = |a: usize, b: usize, moment: &Lanes, weight: f64| {
        add_product(&mut tensor[a][b], moment, weight);
        if a != b {
            add_product(&mut tensor[b][a], moment, weight);
        }
    };
    for (moment, [a, b, c]) in moments[3..].iter().zip(THIRD) {
        // Each distinct way to take one of the three for the screened factor.
        add(a, b, moment, row[c]);
        if b != c {
            add(a, c, moment, row[b]);
        }
        if a != b {
            add(b, c, moment, row[a]);
        }
    }
    for (b, moment) in moments[..3].iter().enumerate() {
        add(axis, b, moment, if axis == b { 2.0 } else { 1.0 });
    }
    tensor
}

/// `y^T t z`.
#[inline(always)]
pub(crate) fn sandwiched(y: &Matrix, t: &Tensor, z: &Matrix) -> Tensor {
    let (mut right, mut product) = (NONE, NONE);
    for (a, b) in (0..9).map(|i| (i / 3, i % 3)) {
        for (t, z) in t[a].iter().zip(z) {
            add_product(&mut right[a][b], t, z[b]);
        }
    }
    for (a, b) in (0..9).map(|i| (i / 3, i % 3)) {
        for (y, right) in y.iter().zip(&right) {
            add_product(&mut product[a][b], &right[b], y[a]);
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_product_is_that_of_its_factors() {
        // One vector with weight one: w K K^T along an axis, by the product rule.
        let (k, row) = ([0.3, -1.1, 0.7], [2.0, 0.1, -0.4]);
        let mut moments = [[0.0; LANES]; 13];
        (0..3).for_each(|a| moments[a] = [k[a]; LANES]);
        for (moment, [a, b, c]) in moments[3..].iter_mut().zip(THIRD) {
            *moment = [k[a] * k[b] * k[c]; LANES];
        }
        let screened: f64 = (0..3).map(|c| row[c] * k[c]).sum();
        for axis in 0..3 {
            let tensor = slope(&moments, axis, &row);
            for (a, b) in (0..9).map(|i| (i / 3, i % 3)) {
                let delta = |i: usize| f64::from(u8::from(i == axis));
                let expected = delta(a) * k[b] + k[a] * delta(b) + k[a] * k[b] * screened;
                assert!((tensor[a][b][0] - expected).abs() < 1e-14);
            }
        }
    }
}
