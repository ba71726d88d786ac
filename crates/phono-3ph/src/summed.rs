//! The sums over the second and the third axis of the series, and half of the projection.

use pulp::Simd;

use crate::buffers::grow;
use crate::chunks::AxisWeights;
use crate::fixed_q::{Scratch, Window};
use crate::lanes::{Matrix, Places, product, products};

/// Elements that are summed and projected at a time.
const PANEL: usize = 160;

impl Window<'_> {
    /// `ẽ'ᵀ M_j` of a chunk: the sums over the second and third axis and the first half of
    /// the projection, a few `κ2α2` at a time, which stay in the nearest cache.
    #[inline(always)]
    pub(crate) fn summed<S: Simd>(
        &self,
        simd: S,
        c: usize,
        (points, starts): (&[[usize; 2]], &[usize]),
        scratch: &mut Scratch,
    ) {
        let (fixed, chunk) = (self.fixed, &self.fixed.chunks[c]);
        let (Some(rows), Some(slab)) = (fixed.rows, &self.first_sum) else { return };
        let (n_b, n) = (fixed.phonons.n_bands(), fixed.n_elements());
        let (n_planes, n_1) = (rows.sides() * rows.planes.len(), chunk.second.len());
        let wide = panel_width(n_b);
        let weights = AxisWeights::new(fixed, rows, chunk);
        let ids: Vec<u32> = (0..chunk.triplets().len().max(n_1) as u32).collect();
        let Scratch { needed, planes, opposite, panel, halves, .. } = scratch;
        grow(planes, n_1 * n_planes * wide * n_b);
        grow(panel, chunk.triplets().len() * wide * n_b);
        let n_0 = self.a.len();
        let slots = self.slots(chunk.first);
        let of_plane = |side: usize, p: usize| Matrix {
            numbers: &weights.second[side][p],
            n: rows.planes[p].1.len(),
            rows: &ids[..n_1],
        };
        // Of q'' all elements, because the transpose is wanted.
        let n_opposite = n_planes - rows.planes.len();
        grow(opposite, n_1 * n_opposite * n);
        for (p, (_, lines)) in rows.planes.iter().enumerate().take(n_opposite) {
            let from = Places::every(n_0 * n, (lines.start * n_0 + slots[1]) * n);
            let to = Places::every(n_opposite * n, p * n);
            products(simd, of_plane(1, p), (slab, from), (opposite, to), n);
        }
        for k in (0..n_b).step_by(wide) {
            let length = wide.min(n_b - k) * n_b;
            for (p, (_, lines)) in rows.planes.iter().enumerate() {
                let at = (lines.start * n_0 + slots[0]) * n + k * n_b;
                let matrix = of_plane(0, p);
                let from = Places::every(n_0 * n, at);
                let to = Places::every(n_planes * length, p * length);
                products(simd, matrix, (slab, from), (planes, to), length);
            }
            for (p, opposite) in opposite.chunks_exact(n).take(n_1 * n_opposite).enumerate()
            {
                let at = p / n_opposite * n_planes + rows.planes.len() + p % n_opposite;
                let planes = &mut planes[at * length..(at + 1) * length];
                for (k2, planes) in planes.chunks_exact_mut(n_b).enumerate() {
                    let transposed = opposite[k + k2..].iter().step_by(n_b);
                    planes.iter_mut().zip(transposed).for_each(|(to, from)| *to = *from);
                }
            }
            for (i, (_, triplets)) in chunk.second.iter().enumerate() {
                let matrix = Matrix {
                    numbers: &weights.third[i],
                    n: n_planes,
                    rows: &ids[..triplets.len()],
                };
                let from = Places::every(length, i * n_planes * length);
                let to = Places::every(length, 0);
                products(simd, matrix, (planes, from), (panel, to), length);
                for (x, place) in triplets.clone().enumerate() {
                    let [q1, _] = points[fixed.order[place].1];
                    let t = place - chunk.triplets().start;
                    let matrix = Matrix {
                        numbers: fixed.phonons.modes.polarizations(q1),
                        n: n_b,
                        rows: &needed[t].first,
                    };
                    for k2 in 0..length / n_b {
                        let from = Places::every(1, x * length + k2 * n_b);
                        let to = Places::every(n_b, starts[t] + k + k2);
                        product(simd, matrix, (panel, from), (halves, to));
                    }
                }
            }
        }
    }

    /// The places of `a_0` of `q'` and of `q''` in the first sum, for one of those that occur.
    fn slots(&self, first: usize) -> [usize; 2] {
        let a0 = self.fixed.firsts[first];
        [0, 1].map(|side| {
            let a = self.fixed.side(side, 0, a0);
            self.a.iter().position(|&b| b == a).unwrap_or_default()
        })
    }
}

/// How many `κ2α2` are summed and projected at a time.
pub(crate) fn panel_width(n_bands: usize) -> usize {
    (PANEL / n_bands).clamp(1, n_bands)
}
