//! Energies that weights are asked for at.

use std::ops::Range;

/// So many are compared one by one: a search that the processor cannot foresee takes longer.
const FEW: usize = 32;

/// The ascending `targets` between `low` and `high`, both included.
#[inline(always)]
pub(crate) fn within(targets: &[f64], low: f64, high: f64) -> Range<usize> {
    if targets.len() > FEW {
        let first = targets.partition_point(|&w| w < low);
        return first..first + targets[first..].partition_point(|&w| w <= high);
    }
    let (mut first, mut end) = (0, 0);
    for &w in targets {
        first += usize::from(w < low);
        end += usize::from(w <= high);
    }
    first..end.max(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_targets_are_found_alike() {
        let many: Vec<f64> = (0..100).map(f64::from).collect();
        for (low, high) in [(-3.0, -1.0), (-1.0, 0.0), (2.5, 2.6), (3.0, 7.0), (9.0, 200.0)]
        {
            let expected: Vec<f64> =
                many.iter().copied().filter(|w| (low..=high).contains(w)).collect();
            assert_eq!(many[within(&many, low, high)], expected);
            let (few, rest) = many.split_at(FEW);
            assert_eq!(
                few[within(few, low, high)].len() + rest[within(rest, low, high)].len(),
                expected.len()
            );
            assert!(few[within(few, low, high)].iter().all(|w| expected.contains(w)));
        }
    }
}
