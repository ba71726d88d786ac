//! All matrix elements at one `q`, for many `q'`.

use std::ops::Range;

use num_complex::Complex64;
use phono_core::{Result, Stop};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::Series;
use crate::contract::{Elements, contract};
use crate::phonons::{Phonons, Roots};
use crate::rows::Rows;
use crate::sum_rows::{Shape, sum_rows};

/// Numbers of the second sum kept at a time: what a second-level cache holds.
const SECOND_SUM: usize = 48 * 1024;
/// First-axis outputs that one task makes.
const TASK: usize = 4;

/// The Fourier series in `q'` at fixed `q`, summed over the first of its three axes:
///
/// ```text
/// M_j(κ1α1, κ2α2; q') = Σ_R F_j(κ1α1, κ2α2; R) e^{2πi q'·R},
/// V(j, j', j'') = ẽ'ᵀ M_j ẽ''
/// ```
///
/// The sum is separable because `q'·R = Σ_i a_i R_i / D_i`. Its first axis is summed here
/// for a [`Window`] of values of `a_0` at a time, the second in [`Window::chunk`] for a few
/// values of `a_1`, and the third for the `q'` that are asked for.
pub(crate) struct FixedQ<'a> {
    phonons: &'a Phonons<'a>,
    elements: Elements,
    rows: &'a Rows,
    roots: [Roots; 3],
    /// `[row][element]`.
    contracted: Vec<f64>,
    /// The `a_0` that occur.
    firsts: Vec<i64>,
    chunks: Vec<Chunk>,
}

/// Some values of `a_0`, with the sum over the first axis.
pub(crate) struct Window<'a> {
    fixed: &'a FixedQ<'a>,
    /// The place of the first `a_0` among those that occur.
    start: usize,
    /// `[a_0][line][element]`.
    first_sum: Vec<f64>,
}

/// Triplets with the same `a_0` and a few neighbouring `a_1`.
#[derive(Debug, Clone)]
struct Chunk {
    /// Where `a_0` is among those that occur.
    first: usize,
    /// The values of `a_1`, with the triplets of each: `(a_2, triplet)`.
    second: Vec<(i64, Vec<(i64, usize)>)>,
}

impl<'a> FixedQ<'a> {
    /// Prepare the elements `V(j, ·, ·)` of bands `initial` at `q` for the pairs
    /// `(q', q'')` of `points`; `rows` are those of the series on this grid.
    pub(crate) fn new(
        series: Series<'_>,
        phonons: &'a Phonons<'a>,
        rows: &'a Rows,
        (q, initial): (usize, Range<usize>),
        points: &[[usize; 2]],
        stop: &Stop,
    ) -> Result<Self> {
        let mesh = phonons.grid.mesh();
        let elements = Elements { n_bands: phonons.n_bands(), n_initial: initial.len() };
        let roots = mesh.map(Roots::new);
        let contracted = contract(series, phonons, (q, initial), rows, stop)?;

        let addresses: Vec<[i64; 3]> =
            points.iter().map(|&[q1, _]| phonons.on_grid(q1)).collect();
        let mut firsts: Vec<i64> = addresses.iter().map(|a| a[0]).collect();
        firsts.sort_unstable();
        firsts.dedup();

        let length = 2 * elements.len();
        let block = (SECOND_SUM / (rows.planes.len() * length).max(1)).max(1);
        let chunks = chunks(&addresses, &firsts, block);
        Ok(Self { phonons, elements, rows, roots, contracted, firsts, chunks })
    }

    /// The chunks into which triplets are cut, the same on any number of threads, in ranges
    /// of as many `a_0` as keep the threads busy: the first sum of all would take the most
    /// memory at a `q`.
    pub(crate) fn windows(&self) -> Vec<Range<usize>> {
        let width = TASK * rayon::current_num_threads();
        let mut start = 0;
        self.chunks
            .chunk_by(|a, b| a.first / width == b.first / width)
            .map(|window| {
                start += window.len();
                start - window.len()..start
            })
            .collect()
    }

    /// Sum over the first axis for the chunks of a range.
    pub(crate) fn window(&self, range: Range<usize>) -> Window<'_> {
        let Self { elements, rows, roots, contracted, firsts, .. } = self;
        let chunks = &self.chunks[range];
        let (start, end) = match chunks {
            [] => (0, 0),
            [only] => (only.first, only.first + 1),
            [first, .., last] => (first.first, last.first + 1),
        };
        let line = 2 * elements.len() * rows.lines.len();
        let mut first_sum = vec![0.0; (end - start) * line];
        first_sum
            .par_chunks_mut((TASK * line).max(1))
            .zip(firsts[start..end].par_chunks(TASK))
            .for_each(|(out, a)| {
                let sum = FirstSum { rows, roots: &roots[0], input: contracted };
                Arch::new().dispatch(Onto { sum, a, out, length: elements.len() });
            });
        Window { fixed: self, start, first_sum }
    }
}

impl Window<'_> {
    /// Show every triplet of chunk `c` and its elements to `visitor`.
    #[inline(always)]
    pub(crate) fn chunk<S: Simd>(
        &self,
        simd: S,
        (c, points): (usize, &[[usize; 2]]),
        visitor: &mut impl Visit,
    ) {
        let FixedQ { phonons, elements, rows, roots, chunks, .. } = self.fixed;
        let chunk = &chunks[c];
        let shape = Shape::consecutive(elements.len());
        let n_planes = rows.planes.len();
        let second_sum = self.second_sum(simd, chunk);
        let mut projection = Projection::new(*elements);
        let mut third_sum = vec![];
        // Without a single constant there are no planes, and every element is 0.
        let length = n_planes * shape.stride;
        for (i, (_, triplets)) in chunk.second.iter().enumerate() {
            let input = &second_sum[i * length..(i + 1) * length];
            let weights: Vec<Complex64> = triplets
                .iter()
                .flat_map(|&(a2, _)| rows.planes.iter().map(move |&(r2, _)| a2 * r2))
                .map(|k| roots[2].at(k))
                .collect();
            third_sum.resize(triplets.len() * shape.stride, 0.0);
            sum_rows(simd, &weights, n_planes, (input, shape), (&mut third_sum, shape));
            for (&(_, t), m) in triplets.iter().zip(third_sum.chunks_exact(shape.stride)) {
                projection.project(simd, phonons, points[t], m);
                visitor.visit(t, &projection);
            }
        }
    }

    /// The sum over `R_1` for the values of `a_1` in `chunk`: `[a_1][plane][element]`.
    #[inline(always)]
    fn second_sum<S: Simd>(&self, simd: S, chunk: &Chunk) -> Vec<f64> {
        let FixedQ { elements, rows, roots, .. } = self.fixed;
        let shape = Shape::consecutive(elements.len());
        let n_lines = rows.lines.len();
        let n_planes = rows.planes.len();
        let slab = &self.first_sum[(chunk.first - self.start) * n_lines * shape.stride..];
        let mut out = vec![0.0; chunk.second.len() * n_planes * shape.stride];
        for (p, (_, lines)) in rows.planes.iter().enumerate() {
            let weights: Vec<Complex64> = chunk
                .second
                .iter()
                .flat_map(|&(a1, _)| {
                    rows.lines[lines.clone()].iter().map(move |l| a1 * l.0)
                })
                .map(|k| roots[1].at(k))
                .collect();
            let input = &slab[lines.start * shape.stride..lines.end * shape.stride];
            let out = &mut out[p * shape.stride..];
            sum_rows(
                simd,
                &weights,
                lines.len(),
                (input, shape),
                (out, shape.every(n_planes)),
            );
        }
        out
    }
}

/// Does something with the elements of a triplet.
///
/// A trait, not a closure: a closure this large is not inlined, and what is not inlined is
/// compiled without the vectors of this machine.
pub(crate) trait Visit {
    /// See the elements of triplet `t`; `#[inline(always)]`.
    fn visit(&mut self, t: usize, v: &Projection);
}

/// Order the triplets by `a_0`, `a_1`, `a_2` and cut them up.
fn chunks(addresses: &[[i64; 3]], firsts: &[i64], block: usize) -> Vec<Chunk> {
    let mut order: Vec<usize> = (0..addresses.len()).collect();
    order.sort_by_key(|&t| addresses[t]);
    let mut chunks: Vec<Chunk> = vec![];
    for t in order {
        let [a0, a1, a2] = addresses[t];
        let first = firsts.binary_search(&a0).expect("firsts holds every a_0");
        let fits = |chunk: &Chunk| {
            let known = chunk.second.last().is_some_and(|(a, _)| *a == a1);
            chunk.first == first && (known || chunk.second.len() < block)
        };
        match chunks.pop_if(|chunk| fits(chunk)) {
            None => chunks.push(Chunk { first, second: vec![(a1, vec![(a2, t)])] }),
            Some(mut chunk) => {
                match chunk.second.last_mut() {
                    Some((a, triplets)) if *a == a1 => triplets.push((a2, t)),
                    _ => chunk.second.push((a1, vec![(a2, t)])),
                }
                chunks.push(chunk);
            }
        }
    }
    chunks
}

/// The sum over `R_0`.
struct FirstSum<'a> {
    rows: &'a Rows,
    roots: &'a Roots,
    input: &'a [f64],
}

/// [`FirstSum`] for a few `a_0`.
struct Onto<'a> {
    sum: FirstSum<'a>,
    a: &'a [i64],
    out: &'a mut [f64],
    length: usize,
}

impl WithSimd for Onto<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { sum: FirstSum { rows, roots, input }, a, out, length } = self;
        let shape = Shape::consecutive(length);
        for (line, (_, of)) in rows.lines.iter().enumerate() {
            let weights: Vec<Complex64> = a
                .iter()
                .flat_map(|a| rows.r0[of.clone()].iter().map(move |r| a * r))
                .map(|k| roots.at(k))
                .collect();
            let input = &input[of.start * shape.stride..of.end * shape.stride];
            let out = &mut out[line * shape.stride..];
            sum_rows(
                simd,
                &weights,
                of.len(),
                (input, shape),
                (out, shape.every(rows.lines.len())),
            );
        }
    }
}

/// `V(j, j', j'') = ẽ'ᵀ M_j ẽ''` of one triplet.
pub(crate) struct Projection {
    elements: Elements,
    /// `ẽ'ᵀ M_j`, then with `κ2α2` outermost, then `V`; rows of [`Elements::row`].
    half: Vec<f64>,
    turned: Vec<f64>,
    v: Vec<f64>,
}

impl Projection {
    fn new(elements: Elements) -> Self {
        let zeros = || vec![0.0; 2 * elements.len()];
        Self { elements, half: zeros(), turned: zeros(), v: zeros() }
    }

    /// Real and imaginary parts of `V(·, j', j'')` over the initial bands.
    #[inline(always)]
    pub(crate) fn at(&self, j1: usize, j2: usize) -> (&[f64], &[f64]) {
        let n_j = self.elements.n_initial;
        let at = j2 * self.elements.row() + j1 * n_j;
        let imaginary = at + self.elements.len();
        (&self.v[at..at + n_j], &self.v[imaginary..imaginary + n_j])
    }

    /// Elements of given squares `|V(j, j', j'')|²`; their phases do not matter.
    pub(crate) fn of_squares(
        n_bands: usize,
        square: impl Fn(usize, usize, usize) -> f64,
    ) -> Self {
        let elements = Elements { n_bands, n_initial: n_bands };
        let mut new = Self::new(elements);
        for (j2, j1) in (0..n_bands).flat_map(|j2| (0..n_bands).map(move |j1| (j2, j1))) {
            let at = j2 * elements.row() + j1 * n_bands;
            for (j, v) in new.v[at..at + n_bands].iter_mut().enumerate() {
                *v = square(j, j1, j2).sqrt();
            }
        }
        new
    }

    /// Compute `V` from `M` at `(q', q'')`.
    #[inline(always)]
    fn project<S: Simd>(
        &mut self,
        simd: S,
        phonons: &Phonons<'_>,
        [q1, q2]: [usize; 2],
        m: &[f64],
    ) {
        let Elements { n_bands: n_b, n_initial: n_j } = self.elements;
        let row = self.elements.row();
        let imaginary = self.elements.len();
        let shape = Shape { stride: row, imaginary, length: row };
        let (e1, e2) = (phonons.modes.polarizations(q1), phonons.modes.polarizations(q2));
        sum_rows(simd, e1, n_b, (m, shape), (&mut self.half, shape));
        // [j'][κ2α2][j] → [κ2α2][j'][j], so that the second sum also runs over full rows.
        // The inner loop strides: copies of a few numbers would become calls.
        for (half, turned) in
            self.half.chunks_exact(imaginary).zip(self.turned.chunks_exact_mut(imaginary))
        {
            for (k2, j) in (0..n_b).flat_map(|k2| (0..n_j).map(move |j| (k2, j))) {
                for j1 in 0..n_b {
                    turned[k2 * row + j1 * n_j + j] = half[j1 * row + k2 * n_j + j];
                }
            }
        }
        sum_rows(simd, e2, n_b, (&self.turned, shape), (&mut self.v, shape));
    }
}
