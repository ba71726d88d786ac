//! Energies that weights are asked for at.

use std::ops::{Deref, Range};

/// Targets that are compared side by side.
const SIDE: usize = 8;
/// So many are all compared: a search that the processor cannot foresee takes longer.
const FEW: usize = 4 * SIDE;

/// Ascending energies.
#[derive(Debug, Clone)]
pub(crate) struct Targets {
    ascending: Vec<f64>,
    /// The same, side by side, filled up with what is below and above nothing.
    padded: Vec<[f64; SIDE]>,
}

impl Targets {
    /// Of energies that are in order.
    pub(crate) fn new(ascending: Vec<f64>) -> Self {
        let pad = |few: &[f64]| {
            let mut all = [f64::NAN; SIDE];
            all[..few.len()].copy_from_slice(few);
            all
        };
        let padded = ascending.chunks(SIDE).take(FEW / SIDE).map(pad).collect();
        Self { ascending, padded }
    }

    /// The targets between `low` and `high`, both included.
    #[inline(always)]
    pub(crate) fn within(&self, low: f64, high: f64) -> Range<usize> {
        if self.len() > FEW {
            let first = self.partition_point(|&w| w < low);
            return first..first + self[first..].partition_point(|&w| w <= high);
        }
        let (mut first, mut end) = ([0_u64; SIDE], [0_u64; SIDE]);
        for targets in &self.padded {
            for ((first, end), &w) in first.iter_mut().zip(&mut end).zip(targets) {
                *first += u64::from(w < low);
                *end += u64::from(w <= high);
            }
        }
        let (first, end): (u64, u64) = (first.iter().sum(), end.iter().sum());
        first as usize..end.max(first) as usize
    }
}

impl Deref for Targets {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.ascending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_targets_are_found_alike() {
        for n in [0, 1, 6, 8, 9, FEW, FEW + 1, 100] {
            let all = Targets::new((0..n).map(|i| i as f64).collect());
            for (low, high) in [
                (-3.0, -1.0),
                (-1.0, 0.0),
                (2.5, 2.6),
                (3.0, 7.0),
                (5.5, 40.0),
                (9.0, 200.0),
            ] {
                let between = |w: &&f64| low <= **w && **w <= high;
                let expected: Vec<f64> = all.iter().filter(between).copied().collect();
                assert_eq!(all[all.within(low, high)], expected, "{n}: {low} to {high}");
            }
        }
    }
}
