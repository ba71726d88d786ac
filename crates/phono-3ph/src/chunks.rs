//! Triplets in pieces that share sums.

use std::ops::Range;

use num_complex::Complex64;

use crate::fixed_q::FixedQ;
use crate::rows::Rows;

/// Triplets with the same `a_0` and a few neighbouring `a_1`.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    /// Where `a_0` is among those that occur.
    pub(crate) first: usize,
    /// The piece of the sum that the triplets belong to.
    pub(crate) piece: usize,
    /// The values of `a_1`, with the places in order of the triplets of each.
    pub(crate) second: Vec<(i64, Range<usize>)>,
}

impl Chunk {
    /// Places in order of all triplets.
    pub(crate) fn triplets(&self) -> Range<usize> {
        match &self.second[..] {
            [] => 0..0,
            [only] => only.1.clone(),
            [first, .., last] => first.1.start..last.1.end,
        }
    }
}

/// Order the triplets by `a_0`, `a_1`, `a_2`, as `(a_2, triplet)`, and cut them up into chunks
/// of at most as many `a_1` and triplets as the `limits` say, each inside one of `pieces`.
pub(crate) fn chunks(
    addresses: &[[i64; 3]],
    firsts: &[i64],
    limits: [usize; 2],
    pieces: usize,
) -> (Vec<(i64, usize)>, Vec<Chunk>) {
    let mut order: Vec<usize> = (0..addresses.len()).collect();
    order.sort_by_key(|&t| addresses[t]);
    let mut chunks: Vec<Chunk> = vec![];
    let mut piece = 0;
    for (place, &t) in order.iter().enumerate() {
        while place >= piece_start(piece + 1, pieces, order.len()) {
            piece += 1;
        }
        let [a0, a1, _] = addresses[t];
        let first = firsts.binary_search(&a0).expect("firsts holds every a_0");
        let open = chunks.last_mut().filter(|chunk| {
            let known = chunk.second.last().is_some_and(|(a, _)| *a == a1);
            let room = known || chunk.second.len() < limits[0];
            let full = chunk.triplets().len() >= limits[1];
            chunk.first == first && chunk.piece == piece && room && !full
        });
        let new = || (a1, place..place + 1);
        match open {
            None => chunks.push(Chunk { first, piece, second: vec![new()] }),
            Some(chunk) => match chunk.second.last_mut() {
                Some((a, triplets)) if *a == a1 => triplets.end = place + 1,
                _ => chunk.second.push(new()),
            },
        }
    }
    (order.into_iter().map(|t| (addresses[t][2], t)).collect(), chunks)
}

/// The place in order at which one of `pieces` of `length` triplets begins.
fn piece_start(piece: usize, pieces: usize, length: usize) -> usize {
    (piece as u128 * length as u128 / pieces as u128) as usize
}

/// Factors of the second and the third sum of a chunk.
pub(crate) struct AxisWeights {
    /// `[side][plane][a_1, line]`: at `q'`, and at `q''` if the sum is made there too.
    pub(crate) second: Vec<Vec<Vec<Complex64>>>,
    /// `[a_1][triplet, (side, plane)]`
    pub(crate) third: Vec<Vec<Complex64>>,
}

impl AxisWeights {
    pub(crate) fn new(fixed: &FixedQ<'_>, rows: &Rows, chunk: &Chunk) -> Self {
        let second = |side: usize, lines: &Range<usize>| {
            let of_line = |a1: i64| rows.lines[lines.clone()].iter().map(move |l| a1 * l.0);
            let all =
                chunk.second.iter().flat_map(|&(a1, _)| of_line(fixed.side(side, 1, a1)));
            all.map(|k| fixed.roots[1].at(k)).collect()
        };
        let third = |triplets: &Range<usize>| {
            let of_plane = |a2: i64| rows.planes.iter().map(move |&(r2, _)| a2 * r2);
            let of_triplet = |a2: i64| {
                (0..rows.sides()).flat_map(move |side| of_plane(fixed.side(side, 2, a2)))
            };
            let all =
                fixed.order[triplets.clone()].iter().flat_map(|&(a2, _)| of_triplet(a2));
            all.map(|k| fixed.roots[2].at(k)).collect()
        };
        let planes =
            |side| rows.planes.iter().map(|(_, lines)| second(side, lines)).collect();
        Self {
            second: (0..rows.sides()).map(planes).collect(),
            third: chunk.second.iter().map(|(_, triplets)| third(triplets)).collect(),
        }
    }
}
