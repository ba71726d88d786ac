//! Pieces of the sum over the triplets at one `q`, to be shared out.

use std::ops::Range;

use phono_core::{Error, Result};

/// Pieces of a sum over triplets, which are ordered by the address of `q'` on the grid.
///
/// Piece `p` holds the places from `⌊p n / count⌋` on; a part of the initial bands may be left
/// out. Cuts are made by `count` alone: a piece is the same, bit for bit, whichever others are
/// asked for with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    /// Into how many the triplets are cut.
    pub count: usize,
    /// Those that are asked for, in ascending order.
    pub wanted: Vec<usize>,
    /// The initial bands that are asked for.
    pub bands: Range<usize>,
}

impl Pieces {
    /// All in one, of `n_bands` bands.
    pub fn whole(n_bands: usize) -> Self {
        Self { count: 1, wanted: vec![0], bands: 0..n_bands }
    }

    /// Check them.
    pub(crate) fn ensure(&self, n_bands: usize) -> Result<()> {
        let Self { count, wanted, bands } = self;
        if let Some(&last) = wanted.last().filter(|&&last| last >= *count) {
            return Err(Error::Index { name: "pieces", index: last as i64, end: *count });
        }
        if *count == 0 || !wanted.is_sorted_by(|a, b| a < b) {
            return Err(Error::Domain("pieces must be in ascending order".into()));
        }
        if bands.start > bands.end || bands.end > n_bands {
            return Err(Error::Index {
                name: "bands",
                index: bands.end as i64,
                end: n_bands,
            });
        }
        Ok(())
    }
}
