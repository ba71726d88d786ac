//! The squared matrix elements of triplets, computed or from a store, chunk by chunk.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::fixed_q::{FixedQ, Window};
use crate::needed::Visit;
use crate::stored::Stored;

/// The elements of all triplets, chunk by chunk.
pub(crate) enum Elements<'a> {
    Computed(Box<FixedQ<'a>>),
    Stored(&'a Stored<'a>),
}

impl Elements<'_> {
    /// Ranges of chunks.
    pub(crate) fn windows(&self) -> Vec<Range<usize>> {
        match self {
            Elements::Computed(fixed) => fixed.windows(),
            Elements::Stored(stored) => stored.windows(),
        }
    }

    /// The places of the triplets of some chunks.
    pub(crate) fn triplets(&self, range: &Range<usize>) -> Range<usize> {
        match self {
            Elements::Computed(fixed) => fixed.triplets(range),
            Elements::Stored(stored) => stored.triplets(range),
        }
    }

    /// Which of these triplets are asked for.
    pub(crate) fn asked(&self, range: &Range<usize>) -> Vec<bool> {
        match self {
            Elements::Computed(fixed) => fixed.asked(range),
            Elements::Stored(stored) => vec![true; stored.triplets(range).len()],
        }
    }

    /// The piece that a chunk belongs to.
    pub(crate) fn piece(&self, c: usize) -> usize {
        match self {
            Elements::Computed(fixed) => fixed.chunks[c].piece,
            Elements::Stored(_) => 0,
        }
    }

    /// The triplet at a place.
    pub(crate) fn triplet(&self, place: usize) -> usize {
        match self {
            Elements::Computed(fixed) => fixed.order[place].1,
            Elements::Stored(_) => place,
        }
    }

    /// The elements of a range of chunks and a block of bands.
    pub(crate) fn part(&self, range: Range<usize>, block: usize) -> Part<'_> {
        match self {
            Elements::Computed(fixed) => Part::Computed(fixed.window(range, block)),
            Elements::Stored(stored) => Part::Stored(stored, block),
        }
    }
}

/// The elements of some chunks of triplets.
pub(crate) enum Part<'a> {
    Computed(Window<'a>),
    Stored(&'a Stored<'a>, usize),
}

/// One chunk of triplets, and who sees its elements.
pub(crate) struct Chunk<'a, V> {
    pub(crate) part: &'a Part<'a>,
    pub(crate) c: usize,
    pub(crate) pairs: &'a [[usize; 2]],
    pub(crate) visitor: V,
}

impl<V: Visit> WithSimd for Chunk<'_, V> {
    type Output = V;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> V {
        let Self { part, c, pairs, mut visitor } = self;
        match part {
            Part::Computed(window) => window.chunk(simd, (c, pairs), &mut visitor),
            Part::Stored(stored, block) => stored.chunk((c, *block), &mut visitor),
        }
        visitor
    }
}
