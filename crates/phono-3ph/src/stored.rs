//! Strengths that were computed before.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayView4};
use phono_core::{Error, Result, ensure_shape, units};

use crate::lanes::LANES;
use crate::needed::{Needed, Squares, Visit};
use crate::{Phonons, Series};

/// Triplets in a chunk.
const CHUNK: usize = 32;
/// Chunks whose weights exist at a time.
const TOGETHER: usize = 32;

/// Couplings of three phonons: the series, or strengths from a store.
#[derive(Debug, Clone, Copy)]
pub enum Couplings<'a> {
    /// Third-order constants, from which the elements are computed.
    Series(Series<'a>),
    /// Strengths that were computed before.
    Stored(Strengths<'a>),
}

/// Strengths `|Φ[t, j, j', j'']|²` in eV² and the triplets they are of, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Strengths<'a> {
    values: &'a [f64],
    shape: [usize; 4],
    points: &'a [[i64; 3]],
}

impl<'a> Strengths<'a> {
    /// Borrow `values[t, j, j', j'']` and `points[t]`, both in C order.
    pub fn new(values: ArrayView4<'a, f64>, points: ArrayView2<'a, i64>) -> Result<Self> {
        let (n_t, n_j, n_1, n_2) = values.dim();
        ensure_shape("points", points.shape(), &[n_t, 3])?;
        Ok(Self {
            values: values.to_slice().ok_or(Error::Layout("values"))?,
            shape: [n_t, n_j, n_1, n_2],
            points: points.to_slice().ok_or(Error::Layout("points"))?.as_chunks().0,
        })
    }
}

impl<'a> From<Series<'a>> for Couplings<'a> {
    fn from(series: Series<'a>) -> Self {
        Couplings::Series(series)
    }
}

/// Strengths of the irreducible triplets at one `q`.
#[derive(Clone)]
pub(crate) struct Stored<'a> {
    values: &'a [f64],
    points: Vec<[usize; 3]>,
    phonons: &'a Phonons<'a>,
}

impl<'a> Stored<'a> {
    /// Take strengths, whose triplets must be the `irreducible` ones.
    pub(crate) fn new(
        strengths: Strengths<'a>,
        irreducible: ArrayView2<'_, i64>,
        phonons: &'a Phonons<'a>,
    ) -> Result<Self> {
        let Strengths { values, shape, points } = strengths;
        if !irreducible.iter().eq(points.as_flattened()) {
            return Err(Error::Domain(format!(
                "strengths: these {} triplets are not the {} irreducible ones of this grid at \
                 this q; compute the strengths anew",
                points.len(),
                irreducible.nrows()
            )));
        }
        let n_b = phonons.n_bands();
        ensure_shape("strengths", &shape, &[points.len(), n_b, n_b, n_b])?;
        let points = points.iter().map(|p| p.map(|q| q as usize)).collect();
        Ok(Self { values, points, phonons })
    }

    /// All chunks, a few at a time.
    pub(crate) fn windows(&self) -> Vec<Range<usize>> {
        let n = self.points.len().div_ceil(CHUNK);
        (0..n).step_by(TOGETHER).map(|c| c..(c + TOGETHER).min(n)).collect()
    }

    /// The triplets of some chunks.
    pub(crate) fn triplets(&self, chunks: &Range<usize>) -> Range<usize> {
        chunks.start * CHUNK..(chunks.end * CHUNK).min(self.points.len())
    }

    /// Show `visitor` the elements of chunk `c` that it asks for, of a block of bands.
    ///
    /// Not inlined, unlike the series: one copy of what visitors do is enough here, and takes
    /// a third of the time to compile.
    #[inline(never)]
    pub(crate) fn chunk(&self, (c, block): (usize, usize), visitor: &mut impl Visit) {
        let factor = self.phonons.grid.n_q() as f64 / units::STRENGTH;
        let n_b = self.phonons.n_bands();
        let mut needed = Needed::default();
        for t in self.triplets(&(c..c + 1)) {
            needed.clear();
            visitor.ask(t, t, &mut needed);
            let [f, f1, f2] = self.points[t].map(|q| self.phonons.modes.frequencies(q));
            visitor.begin(t);
            for (bands @ [j1, j2], tag) in needed.pairs() {
                let mut values = [0.0; LANES];
                for (j, x) in (block * LANES..n_b).zip(&mut values) {
                    let scale = factor * f[j].max(0.0) * f1[j1].max(0.0) * f2[j2].max(0.0);
                    *x = scale * self.values[((t * n_b + j) * n_b + j1) * n_b + j2];
                }
                visitor.visit(t, t, Squares { bands, values: &values, tag });
            }
        }
    }
}
