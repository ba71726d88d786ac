//! Elements that are asked for, and who asks.

use crate::lanes::LANES;

/// Band pairs of one triplet whose elements are asked for.
#[derive(Debug, Default)]
pub(crate) struct Needed {
    /// Bands `j'`.
    pub(crate) first: Vec<u32>,
    /// Where the `j''` of each end.
    pub(crate) ends: Vec<usize>,
    pub(crate) second: Vec<u32>,
    /// What the visitor wants to know with each pair.
    pub(crate) tags: Vec<u32>,
}

impl Needed {
    /// Ask for `(j', j'')`; pairs with the same `j'` come after each other.
    #[inline(always)]
    pub(crate) fn push(&mut self, [j1, j2]: [usize; 2], tag: usize) {
        if self.first.last() != Some(&(j1 as u32)) {
            self.first.push(j1 as u32);
            self.ends.push(self.second.len());
        }
        self.second.push(j2 as u32);
        self.tags.push(tag as u32);
        *self.ends.last_mut().expect("pushed above") = self.second.len();
    }

    /// The pairs, with their tags.
    #[inline(always)]
    pub(crate) fn pairs(&self) -> impl Iterator<Item = ([usize; 2], usize)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let rows = self.first.iter().zip(starts.zip(&self.ends));
        rows.flat_map(move |(&j1, (from, &to))| {
            let second = self.second[from..to].iter().zip(&self.tags[from..to]);
            second.map(move |(&j2, &tag)| ([j1 as usize, j2 as usize], tag as usize))
        })
    }

    /// Ask for nothing.
    pub(crate) fn clear(&mut self) {
        self.first.clear();
        self.ends.clear();
        self.second.clear();
        self.tags.clear();
    }
}

/// Squares `|V(j, j', j'')|²` of one pair of bands for eight `j`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Squares<'a> {
    pub(crate) bands: [usize; 2],
    pub(crate) values: &'a [f64; LANES],
    pub(crate) tag: usize,
}

/// Does something with the elements of a triplet.
///
/// A trait, not a closure: a closure this large is not inlined, and what is not inlined is
/// compiled without the vectors of this machine.
pub(crate) trait Visit {
    /// Say which pairs of triplet `t`, number `place` in order, are needed;
    /// `#[inline(always)]`.
    fn ask(&mut self, place: usize, t: usize, needed: &mut Needed);

    /// Triplet `t` follows; `#[inline(always)]`.
    #[inline(always)]
    fn begin(&mut self, _t: usize) {}

    /// See the elements of a pair of triplet `t`, number `place` in order;
    /// `#[inline(always)]`.
    fn visit(&mut self, place: usize, t: usize, squares: Squares<'_>);
}
