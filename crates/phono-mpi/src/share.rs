//! Equal shares of contiguous items.

use std::ops::Range;

use phono_core::{Error, Result};

/// More ranks than any machine has cores: what is larger is a mistake, and would take memory
/// for each.
const MOST_RANKS: i64 = 1 << 24;

/// Require a number of ranks.
pub(crate) fn n_ranks(size: i64) -> Result<usize> {
    if size < 1 {
        return Err(Error::Domain(format!("size must be positive, got {size}")));
    }
    if size > MOST_RANKS {
        return Err(Error::Domain(format!(
            "size must be a number of ranks, {MOST_RANKS} at most, got {size}"
        )));
    }
    Ok(size as usize)
}

/// Which ranks take one item more when the items do not divide evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// The first ranks.
    First,
    /// The last ranks.
    Last,
}

/// The items of `rank` out of `n` items over `size` ranks, in the order of ranks.
///
/// With `n = a size + b`, each rank has `a` items and `b` ranks have one more.
pub fn share(n: usize, rank: usize, size: usize, excess: Excess) -> Range<usize> {
    let (each, more) = (n / size, n % size);
    let start = |rank: usize| {
        let before = match excess {
            Excess::First => rank.min(more),
            Excess::Last => rank.saturating_sub(size - more),
        };
        rank * each + before
    };
    start(rank)..start(rank + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sizes(n: usize, size: usize, excess: Excess) -> Vec<usize> {
        (0..size).map(|rank| share(n, rank, size, excess).len()).collect()
    }

    #[test]
    fn the_excess_goes_where_it_should() {
        assert_eq!(sizes(7, 3, Excess::Last), [2, 2, 3]);
        assert_eq!(sizes(7, 3, Excess::First), [3, 2, 2]);
        assert_eq!(sizes(2, 4, Excess::Last), [0, 0, 1, 1]);
    }

    proptest! {
        #[test]
        fn shares_follow_one_another_and_differ_by_one_at_most(
            n in 0usize..100,
            size in 1usize..20,
        ) {
            for excess in [Excess::First, Excess::Last] {
                let mut end = 0;
                for rank in 0..size {
                    let own = share(n, rank, size, excess);
                    prop_assert_eq!(own.start, end);
                    prop_assert!(own.len() == n / size || own.len() == n / size + 1);
                    end = own.end;
                }
                prop_assert_eq!(end, n);
            }
        }
    }
}
