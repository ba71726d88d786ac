//! Tasks of unequal cost over ranks, without regard to their order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use ndarray::{Array1, ArrayView1};
use phono_core::{Error, Result};

use crate::share::n_ranks;

/// The rank of each task: the most expensive first, to whichever has the least to do.
///
/// Of tasks of one cost the first comes first, of ranks with one load the first takes it.
pub fn balanced_ranks(costs: ArrayView1<'_, f64>, size: i64) -> Result<Array1<i64>> {
    if costs.iter().any(|cost| !(cost.is_finite() && *cost >= 0.0)) {
        let what = "costs must be a list of numbers that are not negative";
        return Err(Error::Domain(what.into()));
    }
    let size = n_ranks(size)?;
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by(|&a, &b| costs[b].partial_cmp(&costs[a]).unwrap_or(Ordering::Equal));
    // The first of the idle ranks takes a task: no more ranks have any than there are tasks.
    let busy = size.min(costs.len()) as i64;
    // The bits of numbers that are not negative have their order.
    let mut idlest: BinaryHeap<_> = (0..busy).map(|rank| Reverse((0, rank))).collect();
    let mut ranks = Array1::zeros(costs.len());
    for task in order {
        if let Some(Reverse((load, rank))) = idlest.pop() {
            ranks[task] = rank;
            idlest.push(Reverse(((f64::from_bits(load) + costs[task]).to_bits(), rank)));
        }
    }
    Ok(ranks)
}

#[cfg(test)]
mod tests {
    use ndarray::aview1;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_most_expensive_go_first() {
        let ranks = balanced_ranks(aview1(&[1.0, 3.0, 2.0, 2.0, 0.0]), 2).unwrap();
        assert_eq!(ranks.to_vec(), [0, 0, 1, 1, 0]);
    }

    #[test]
    fn bad_input_is_refused() {
        let refused = |costs: &[f64], size| {
            balanced_ranks(aview1(costs), size).unwrap_err().to_string()
        };
        assert_eq!(refused(&[1.0], 0), "size must be positive, got 0");
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(refused(&[1.0, bad], 2).starts_with("costs must be"));
        }
    }

    proptest! {
        #[test]
        fn no_rank_has_more_than_the_mean_and_a_task(
            costs in prop::collection::vec(0.0f64..10.0, 0..50),
            size in 1i64..9,
        ) {
            let ranks = balanced_ranks(aview1(&costs), size).unwrap();
            let mut loads = vec![0.0; size as usize];
            for (&rank, cost) in ranks.iter().zip(&costs) {
                loads[rank as usize] += cost;
            }
            let mean = costs.iter().sum::<f64>() / size as f64;
            let largest = costs.iter().copied().fold(0.0, f64::max);
            let most = loads.iter().copied().fold(0.0, f64::max);
            prop_assert!(most <= mean + largest + 1e-9);
        }
    }
}
