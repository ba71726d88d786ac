//! All matrix elements at one `q`, for many `q'`.

use std::ops::Range;

use phono_core::{Result, Stop};
use pulp::{Arch, Simd};
use rayon::prelude::*;

use crate::Series;
use crate::alone::{Alone, windows_of};
use crate::buffers::{Buffer, grow};
use crate::chunks::{Chunk, chunks};
use crate::contract::contract;
use crate::first_axis::Line;
use crate::lanes::{LANES, Lanes, Matrix, Places, product};
use crate::needed::{Needed, Squares, Visit};
use crate::phonons::{Phonons, Roots};
use crate::pieces::Pieces;
use crate::rows::Rows;
use crate::summed::panel_width;

/// Bytes of the series that exist at a time.
pub(crate) const MEMORY: usize = 144 * 1024 * 1024;
/// Elements of the first sum that exist at a time, unless one `a_0` has more.
const FIRST_SUM: usize = 48 * 1024 * 1024 / size_of::<Lanes>();
/// Elements of the second sum that exist at a time.
const SECOND_SUM: usize = 384 * 1024 / size_of::<Lanes>();
/// Elements of half projections that exist at a time: more than a second-level cache, so that
/// more triplets share the second sum.
const HALVES: usize = 3 * 1024 * 1024 / size_of::<Lanes>();

/// The Fourier series in `q'` at fixed `q`:
///
/// ```text
/// M_j(κ1α1, κ2α2; q') = Σ_R F_j(κ1α1, κ2α2; R) e^{2πi q'·R},
/// V(j, j', j'') = ẽ'ᵀ M_j ẽ''
/// ```
///
/// for eight initial bands `j` at a time, side by side.
///
/// The sum is separable because `q'·R = Σ_i a_i R_i / D_i`. Its first axis is summed here
/// for a [`Window`] of values of `a_0` at a time, the others in [`Window::chunk`] for the
/// `q'` that are asked for. Where there are fewer `q'` than lattice vectors, the whole sum is
/// made for each before the phonons at `q` are put in.
pub(crate) struct FixedQ<'a> {
    pub(crate) phonons: &'a Phonons<'a>,
    /// The series as it lies on the grid; `None` if each `q'` is summed by itself.
    pub(crate) rows: Option<&'a Rows>,
    pub(crate) roots: [Roots; 3],
    /// What each `q'` by itself is summed from, if it is.
    alone: Option<Alone<'a>>,
    /// `[row][block][element]`; rows are `q'` in order if each is summed by itself.
    contracted: Buffer,
    n_blocks: usize,
    /// The `a_0` that occur.
    pub(crate) firsts: Vec<i64>,
    /// The triplets in order, and `a_2` of each.
    pub(crate) order: Vec<(i64, usize)>,
    /// Those of the pieces that are asked for.
    pub(crate) chunks: Vec<Chunk>,
    /// The first place whose series is made, if each `q'` is summed by itself.
    start: usize,
    /// The address of `q`.
    q: [i64; 3],
}

/// Some values of `a_0` and one block of initial bands, with the sum over the first axis.
pub(crate) struct Window<'a> {
    pub(crate) fixed: &'a FixedQ<'a>,
    block: usize,
    /// The `a_0` that are summed: those of `q'`, then of `q''` that are not among them.
    pub(crate) a: Vec<i64>,
    /// `[line][a_0][element]`.
    pub(crate) first_sum: Option<Buffer>,
}

/// Memory of a thread.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(crate) needed: Vec<Needed>,
    pub(crate) planes: Vec<Lanes>,
    pub(crate) opposite: Vec<Lanes>,
    pub(crate) panel: Vec<Lanes>,
    pub(crate) halves: Vec<Lanes>,
    elements: Vec<Lanes>,
}

impl<'a> FixedQ<'a> {
    /// Prepare the elements `V(j, ·, ·)` of bands `initial` at `q` for the pairs
    /// `(q', q'')` of `points` in some `pieces`; `rows` are those of the series on this grid.
    pub(crate) fn new(
        series: Series<'a>,
        phonons: &'a Phonons<'a>,
        rows: &'a Rows,
        (q, initial): (usize, Range<usize>),
        (points, pieces): (&[[usize; 2]], &Pieces),
        stop: &Stop,
    ) -> Result<Self> {
        let n_b = phonons.n_bands();
        let n_blocks = initial.len().div_ceil(LANES);
        let addresses: Vec<[i64; 3]> =
            points.iter().map(|&[q1, _]| phonons.on_grid(q1)).collect();
        let mut firsts: Vec<i64> = addresses.iter().map(|a| a[0]).collect();
        firsts.sort_unstable();
        firsts.dedup();
        let width = panel_width(n_b) * n_b;
        let in_second_sum = SECOND_SUM / (rows.sides() * rows.planes.len() * width).max(1);
        let limits = [in_second_sum.max(1), (HALVES / n_b.pow(2)).max(1)];
        let (order, mut chunks) = chunks(&addresses, &firsts, limits, pieces.count);
        chunks.retain(|chunk| pieces.wanted.binary_search(&chunk.piece).is_ok());

        let direct = rows.each_alone(n_b, series.len(), &addresses);
        let n_rows = if direct { 0 } else { rows.r0.len() };
        let mut contracted = Buffer::new(n_rows * n_blocks * n_b.pow(2));
        let mut alone = None;
        if direct {
            let groups = rows.all(series.layout());
            alone = Some(Alone { series, groups, q, initial, addresses });
        } else {
            contract(series, phonons, (q, initial), rows, &mut contracted, stop)?;
        }
        Ok(Self {
            phonons,
            rows: (!direct).then_some(rows),
            roots: phonons.grid.mesh().map(Roots::new),
            alone,
            contracted,
            n_blocks,
            firsts,
            order,
            chunks,
            start: 0,
            q: phonons.address(q),
        })
    }

    /// Make what the chunks of one of the [`Self::windows`] need.
    pub(crate) fn prepare(&mut self, range: &Range<usize>, stop: &Stop) -> Result<()> {
        let places = self.triplets(range);
        let Some(alone) = &self.alone else { return Ok(()) };
        let order = &self.order[places.clone()];
        alone.contract(self.phonons, order, &mut self.contracted, stop)?;
        self.start = places.start;
        Ok(())
    }

    /// The chunks into which triplets are cut, the same on any number of threads, in ranges
    /// of as many `a_0` as the memory for their first sum holds.
    pub(crate) fn windows(&self) -> Vec<Range<usize>> {
        let Some(rows) = self.rows else {
            let one = self.n_blocks * self.n_elements() * size_of::<Lanes>();
            return windows_of(&self.chunks, MEMORY / one.max(1));
        };
        let one = rows.sides() * rows.lines.len() * self.n_elements();
        let width = (FIRST_SUM / one.max(1)).max(1);
        let mut start = 0;
        self.chunks
            .chunk_by(|a, b| a.first / width == b.first / width)
            .map(|window| {
                start += window.len();
                start - window.len()..start
            })
            .collect()
    }

    /// The triplets of a range of chunks, as places in order.
    pub(crate) fn triplets(&self, range: &Range<usize>) -> Range<usize> {
        match &self.chunks[range.clone()] {
            [] => 0..0,
            [only] => only.triplets(),
            [first, .., last] => first.triplets().start..last.triplets().end,
        }
    }

    /// Which of [`Self::triplets`] belong to the chunks: pieces between them may be left out.
    pub(crate) fn asked(&self, range: &Range<usize>) -> Vec<bool> {
        let places = self.triplets(range);
        let mut asked = vec![false; places.len()];
        for chunk in &self.chunks[range.clone()] {
            let own = chunk.triplets();
            asked[own.start - places.start..own.end - places.start].fill(true);
        }
        asked
    }

    /// Sum over the first axis for the chunks of a range and a block of initial bands.
    pub(crate) fn window(&self, range: Range<usize>, block: usize) -> Window<'_> {
        let firsts = match &self.chunks[range] {
            [] => 0..0,
            [only] => only.first..only.first + 1,
            [first, .., last] => first.first..last.first + 1,
        };
        let mut a = self.firsts[firsts.clone()].to_vec();
        for side in 1..self.rows.map_or(1, Rows::sides) {
            for &first in &self.firsts[firsts.clone()] {
                let other = self.side(side, 0, first);
                if !a.contains(&other) {
                    a.push(other);
                }
            }
        }
        let first_sum = self.rows.map(|rows| {
            let (n, a) = (self.n_elements(), &a[..]);
            let mut sum = Buffer::new(rows.lines.len() * a.len() * n);
            sum.par_chunks_mut((a.len() * n).max(1)).zip(&rows.lines).for_each(
                |(out, (_, r0))| {
                    let n = self.n_elements();
                    let from = Places::every(
                        self.n_blocks * n,
                        (r0.start * self.n_blocks + block) * n,
                    );
                    let r0 = &rows.r0[r0.clone()];
                    let roots = &self.roots[0];
                    Arch::new().dispatch(Line {
                        roots,
                        a,
                        r0,
                        input: (&self.contracted, from),
                        n,
                        out,
                    });
                },
            );
            sum
        });
        Window { fixed: self, block, a, first_sum }
    }

    /// Component `i` of the address of `q'`, or of `q''` on the other side, for that of `q'`.
    pub(crate) fn side(&self, side: usize, i: usize, a: i64) -> i64 {
        let length = self.phonons.grid.mesh()[i] as i64;
        if side == 0 { a } else { (-self.q[i] - a).rem_euclid(length) }
    }

    /// Elements `(κ2α2, κ1α1)`.
    pub(crate) fn n_elements(&self) -> usize {
        self.phonons.n_bands().pow(2)
    }
}

impl Window<'_> {
    /// Show `visitor` the elements of chunk `c` that it asks for.
    #[inline(always)]
    pub(crate) fn chunk<S: Simd>(
        &self,
        simd: S,
        (c, points): (usize, &[[usize; 2]]),
        visitor: &mut impl Visit,
    ) {
        let fixed = self.fixed;
        let triplets = fixed.chunks[c].triplets();
        let mut scratch = Scratch::take();
        scratch
            .needed
            .resize_with(triplets.len().max(scratch.needed.len()), Needed::default);
        let mut starts = vec![0];
        for (needed, place) in scratch.needed.iter_mut().zip(triplets.clone()) {
            needed.clear();
            visitor.ask(place, fixed.order[place].1, needed);
            let length = needed.first.len() * fixed.phonons.n_bands();
            starts.push(starts[starts.len() - 1] + length);
        }
        grow(&mut scratch.halves, starts[starts.len() - 1]);
        if fixed.rows.is_some() {
            self.summed(simd, c, (points, &starts), &mut scratch);
        } else {
            self.alone(simd, c, (points, &starts), &mut scratch);
        }
        self.second_half(simd, triplets, (points, &starts), &mut scratch, visitor);
        scratch.give_back();
    }

    /// `ẽ'ᵀ M_j` of a chunk, from sums that are already made.
    #[inline(always)]
    fn alone<S: Simd>(
        &self,
        simd: S,
        c: usize,
        (points, starts): (&[[usize; 2]], &[usize]),
        scratch: &mut Scratch,
    ) {
        let Self { fixed, block, .. } = self;
        let n_b = fixed.phonons.n_bands();
        for (i, place) in fixed.chunks[c].triplets().enumerate() {
            let start = ((place - fixed.start) * fixed.n_blocks + block) * n_b.pow(2);
            let m = &fixed.contracted[start..start + n_b.pow(2)];
            let [q1, _] = points[fixed.order[place].1];
            let rows = &scratch.needed[i].first;
            let e = fixed.phonons.modes.polarizations(q1);
            for (k2, m) in m.chunks_exact(n_b).enumerate() {
                let matrix = Matrix { numbers: e, n: n_b, rows };
                let to = Places::every(n_b, starts[i] + k2);
                let from = Places::every(1, 0);
                product(simd, matrix, (m, from), (&mut scratch.halves, to));
            }
        }
    }

    /// `V` from `ẽ'ᵀ M_j`, where it is needed.
    #[inline(always)]
    fn second_half<S: Simd>(
        &self,
        simd: S,
        triplets: Range<usize>,
        (points, starts): (&[[usize; 2]], &[usize]),
        scratch: &mut Scratch,
        visitor: &mut impl Visit,
    ) {
        let fixed = self.fixed;
        let n_b = fixed.phonons.n_bands();
        let Scratch { needed, halves, elements, .. } = scratch;
        grow(elements, n_b);
        for ((place, needed), start) in triplets.zip(needed).zip(starts) {
            let t = fixed.order[place].1;
            let numbers = fixed.phonons.modes.polarizations(points[t][1]);
            visitor.begin(t);
            let mut from = 0;
            for (i, (&j1, &end)) in needed.first.iter().zip(&needed.ends).enumerate() {
                let rows = &needed.second[from..end];
                let input = (&halves[..], Places::every(1, start + i * n_b));
                let out = (&mut elements[..], Places::every(1, 0));
                product(simd, Matrix { numbers, n: n_b, rows }, input, out);
                for ((v, &j2), &tag) in
                    elements.iter().zip(rows).zip(&needed.tags[from..end])
                {
                    let (bands, values) = ([j1 as usize, j2 as usize], &v.squares());
                    let squares = Squares { bands, values, tag: tag as usize };
                    visitor.visit(place, t, squares);
                }
                from = end;
            }
        }
    }
}
