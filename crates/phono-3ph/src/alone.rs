//! The series at wave vectors `q'` that are summed by themselves.

use std::ops::Range;

use phono_core::{Result, Stop};

use crate::buffers::Buffer;
use crate::chunks::Chunk;
use crate::contract::{Group, contract_alone};
use crate::{Phonons, Series};

/// What the sums of each `q'` are made of.
pub(crate) struct Alone<'a> {
    pub(crate) series: Series<'a>,
    pub(crate) groups: &'a [Group],
    pub(crate) q: usize,
    pub(crate) initial: Range<usize>,
    /// Addresses of the triplets.
    pub(crate) addresses: Vec<[i64; 3]>,
}

impl Alone<'_> {
    /// Sum the series of some triplets of `FixedQ::order` into `out`.
    pub(crate) fn contract(
        &self,
        phonons: &Phonons<'_>,
        order: &[(i64, usize)],
        out: &mut Buffer,
        stop: &Stop,
    ) -> Result<()> {
        let Self { series, groups, q, initial, addresses } = self;
        let addresses: Vec<_> = order.iter().map(|&(_, t)| addresses[t]).collect();
        let blocks = initial.len().div_ceil(crate::lanes::LANES);
        let length = addresses.len() * blocks * phonons.n_bands().pow(2);
        if out.len() < length {
            *out = Buffer::new(length);
        }
        let (at, out) = ((*q, initial.clone()), &mut out[..length]);
        contract_alone(*series, phonons, at, (groups, &addresses), out, stop)
    }
}

/// Ranges of chunks, from number `first` on, of at most `most` triplets together.
pub(crate) fn windows_of(chunks: &[Chunk], most: usize) -> Vec<Range<usize>> {
    let (mut windows, mut triplets, mut end) = (Vec::<Range<usize>>::new(), 0, 0);
    for (c, chunk) in chunks.iter().enumerate() {
        let n = chunk.triplets().len();
        let follows = chunk.triplets().start == end && triplets + n <= most;
        end = chunk.triplets().end;
        if let Some(window) = windows.last_mut().filter(|_| follows) {
            window.end = c + 1;
        } else {
            windows.push(c..c + 1);
            triplets = 0;
        }
        triplets += n;
    }
    windows
}
