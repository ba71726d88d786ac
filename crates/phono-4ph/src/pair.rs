//! The Fourier series in `q2` that is left at fixed `q` and `q1`.

use num_complex::Complex64;
use phono_core::{Error, Grid, Modes, Result, ensure_shape};
use pulp::Simd;

use crate::at_q::AtQ;
use crate::rows::{Layout, Roots, padded, sum_rows};

/// Phonons at every point of a grid, polarizations `ẽ = e e^{2πi q·τ} / √m` in the gauge
/// that is periodic in reciprocal space.
#[derive(Debug, Clone, Copy)]
pub struct Phonons<'a> {
    /// The wave vectors.
    pub grid: Grid<'a>,
    /// Frequencies in THz and `ẽ`.
    pub modes: Modes<'a>,
}

impl<'a> Phonons<'a> {
    /// Put phonons on their grid.
    pub fn new(grid: Grid<'a>, modes: Modes<'a>) -> Result<Self> {
        let (n_q, n_b) = modes.shape();
        ensure_shape("frequencies", &[n_q, n_b], &[grid.n_q(), n_b])?;
        if n_b == 0 {
            return Err(Error::Domain("frequencies must hold at least one band".into()));
        }
        Ok(Self { grid, modes })
    }

    /// Bands at each wave vector.
    pub fn n_bands(&self) -> usize {
        self.modes.shape().1
    }

    /// The index of the wave vector opposite to `q`.
    pub(crate) fn opposite(&self, q: usize) -> usize {
        self.grid.index(self.grid.address(q).map(|a| -a))
    }

    /// The wave vector that conserves momentum with three others.
    pub(crate) fn fourth(&self, q: [usize; 3]) -> usize {
        let [a, b, c] = q.map(|q| self.grid.address(q));
        self.grid.index(std::array::from_fn(|i| -a[i] - b[i] - c[i]))
    }
}

/// Where the elements of one pair `(j, j1)` are: rows `[κ3α3][κ2α2][j1][j]`, pairs padded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements {
    pub(crate) n_bands: usize,
    /// Padded number of pairs `(j1, j)`.
    pub(crate) pairs: usize,
}

impl Elements {
    pub(crate) fn new(n_bands: usize) -> Self {
        Self { n_bands, pairs: padded(n_bands * n_bands) }
    }

    /// Numbers of one part, real or imaginary.
    pub(crate) fn part(self) -> usize {
        self.n_bands * self.n_bands * self.pairs
    }
}

/// Room for the series at one `q1` and its sums; made once for each thread.
pub(crate) struct Scratch {
    elements: Elements,
    /// One row of elements for each `B`.
    series: Vec<f64>,
    /// Summed over `b_0`, one row for each `(b_2, b_1)`; then over `b_1`; then over `b_2`.
    lines: Vec<f64>,
    planes: Vec<f64>,
    sum: Vec<f64>,
    /// `ẽ3` put in.
    half: Vec<f64>,
    /// `V(j, j1, j2, j3)` as `[j3][j2][j1][j]`.
    v: Vec<f64>,
    dense: Vec<f64>,
    turned: Vec<f64>,
}

/// Neighbouring rows that share what is left of a lattice vector, and its component there.
struct Box3 {
    /// `b_0` of every row of the series; rows of every `(b_2, b_1)`.
    b0: Vec<i64>,
    lines: Vec<std::ops::Range<usize>>,
    b1: Vec<i64>,
    planes: Vec<std::ops::Range<usize>>,
    b2: Vec<i64>,
}

impl Box3 {
    fn new(at_q: &AtQ) -> Self {
        let mut all =
            Self { b0: vec![], lines: vec![], b1: vec![], planes: vec![], b2: vec![] };
        let mut last = None;
        for (row, &([b2, b1, b0], _)) in at_q.lattice.iter().enumerate() {
            all.b0.push(b0);
            if last != Some([b2, b1]) {
                if last.is_none_or(|[l2, _]| l2 != b2) {
                    all.planes.push(all.lines.len()..all.lines.len());
                    all.b2.push(b2);
                }
                all.lines.push(row..row);
                all.b1.push(b1);
                if let Some(plane) = all.planes.last_mut() {
                    plane.end += 1;
                }
                last = Some([b2, b1]);
            }
            if let Some(line) = all.lines.last_mut() {
                line.end = row + 1;
            }
        }
        all
    }
}

impl Scratch {
    pub(crate) fn new(at_q: &AtQ, n_bands: usize) -> Self {
        let elements = Elements::new(n_bands);
        let row = 2 * elements.part();
        let shape = Box3::new(at_q);
        let dense = 2 * n_bands * padded(n_bands.pow(2) * at_q.bands);
        Self {
            elements,
            series: vec![0.0; at_q.lattice.len() * row],
            lines: vec![0.0; shape.lines.len() * row],
            planes: vec![0.0; shape.planes.len() * row],
            sum: vec![0.0; row],
            half: vec![0.0; row],
            v: vec![0.0; row],
            dense: vec![0.0; dense],
            turned: vec![0.0; dense],
        }
    }

    /// Put in the phonons at `q1`:
    /// `G(κ2α2, κ3α3; B)[j1, j] = Σ_{κ1α1 A} ẽ_j1(κ1α1) e^{2πi q1·A} F_j`.
    #[inline(always)]
    fn contract<S: Simd>(&mut self, simd: S, at_q: &AtQ, phonons: &Phonons<'_>, q1: usize) {
        let n_b = self.elements.n_bands;
        let (bands, part) = (at_q.bands, at_q.part());
        let address = phonons.grid.address(q1);
        let length = padded(n_b * n_b * bands);
        let shape = Layout::consecutive(length);
        for (b, (_, terms)) in at_q.lattice.iter().enumerate() {
            self.dense.fill(0.0);
            for t in terms.clone() {
                let (a, [k1, k2, k3]) = at_q.terms[t];
                let phase: Complex64 =
                    (0..3).map(|i| at_q.roots[i].at(address[i] * a[i])).product();
                let (re, im) = at_q.values[2 * t * part..2 * (t + 1) * part].split_at(part);
                for axes in 0..27 {
                    let (a1, a3, a2) = (axes / 9, axes / 3 % 3, axes % 3);
                    let row = (3 * k3 + a3) * n_b + 3 * k2 + a2;
                    let out = (3 * k1 + a1) * shape.stride + row * bands;
                    let from = axes * bands..(axes + 1) * bands;
                    let (x, y) = (&re[from.clone()], &im[from]);
                    for j in 0..bands {
                        self.dense[out + j] += phase.re * x[j] - phase.im * y[j];
                        self.dense[out + length + j] += phase.re * y[j] + phase.im * x[j];
                    }
                }
            }
            let e1 = phonons.modes.polarizations(q1);
            sum_rows(simd, (e1, n_b), (&self.dense, shape), (&mut self.turned, shape));
            // [j1][κ3α3 κ2α2][j] → [κ3α3 κ2α2][j1][j].
            let Elements { pairs, .. } = self.elements;
            let all = self.elements.part();
            let out = &mut self.series[2 * b * all..2 * (b + 1) * all];
            for (j1, part) in (0..n_b).flat_map(|j1| [(j1, 0), (j1, 1)]) {
                let from = j1 * shape.stride + part * length;
                for k in 0..n_b * n_b {
                    for j in 0..n_b {
                        out[part * all + k * pairs + j1 * n_b + j] =
                            self.turned[from + k * bands + j];
                    }
                }
            }
        }
    }

    /// `V` at `q2` from the sum over all `B`.
    #[inline(always)]
    fn project<S: Simd>(&mut self, simd: S, phonons: &Phonons<'_>, [q2, q3]: [usize; 2]) {
        let Elements { n_bands: n_b, pairs } = self.elements;
        let imaginary = self.elements.part();
        let whole = Layout { stride: n_b * pairs, imaginary, length: n_b * pairs };
        let (e2, e3) = (phonons.modes.polarizations(q2), phonons.modes.polarizations(q3));
        sum_rows(simd, (e3, n_b), (&self.sum, whole), (&mut self.half, whole));
        let one = Layout { stride: pairs, imaginary, length: pairs };
        for j3 in 0..n_b {
            let place = j3 * whole.stride;
            sum_rows(
                simd,
                (e2, n_b),
                (&self.half[place..], one),
                (&mut self.v[place..], one),
            );
        }
    }
}

/// Squared elements of one quadruplet, before frequencies are put in.
pub(crate) struct Elements4<'a> {
    elements: Elements,
    v: &'a [f64],
}

impl Elements4<'_> {
    /// `|V(j, j1, j2, j3)|²`.
    #[inline(always)]
    pub(crate) fn square(&self, [j, j1, j2, j3]: [usize; 4]) -> f64 {
        let Elements { n_bands: n_b, pairs } = self.elements;
        let at = (j3 * n_b + j2) * pairs + j1 * n_b + j;
        let (re, im) = (self.v[at], self.v[at + self.elements.part()]);
        re * re + im * im
    }
}

/// Does something with the elements of a quadruplet.
///
/// A trait, not a closure: a closure this large is not inlined, and what is not inlined is
/// compiled without the vectors of this machine.
pub(crate) trait Visit {
    /// Whether the elements of quadruplet `t` are wanted at all; `#[inline(always)]`.
    fn wants(&mut self, t: usize) -> bool;

    /// See the elements of quadruplet `t`, if they are wanted; `#[inline(always)]`.
    fn visit(&mut self, t: usize, v: &Elements4<'_>);
}

/// Compute `V` at `(q, q1, q2)` for every `q2` of `points`, in an order that shares work.
#[inline(always)]
pub(crate) fn visit_pair<S: Simd>(
    simd: S,
    (at_q, phonons): (&AtQ, &Phonons<'_>),
    q1: usize,
    points: &[[usize; 2]],
    scratch: &mut Scratch,
    visitor: &mut impl Visit,
) {
    scratch.contract(simd, at_q, phonons, q1);
    let shape = Box3::new(at_q);
    let mut order: Vec<([i64; 3], usize)> = points
        .iter()
        .enumerate()
        .map(|(t, &[q2, _])| (phonons.grid.address(q2), t))
        .collect();
    order.sort_unstable();
    let row = Layout::consecutive(scratch.elements.part());
    let (mut line, mut plane) = (None, None);
    for ([a0, a1, a2], t) in order {
        if !visitor.wants(t) {
            continue;
        }
        if line != Some(a0) {
            line = Some(a0);
            plane = None;
            let phases = phases(&at_q.roots[0], &shape.b0, a0);
            for (l, of) in shape.lines.iter().enumerate() {
                let input = &scratch.series[of.start * row.stride..];
                let out = &mut scratch.lines[l * row.stride..(l + 1) * row.stride];
                sum_rows(simd, (&phases[of.clone()], of.len()), (input, row), (out, row));
            }
        }
        if plane != Some(a1) {
            plane = Some(a1);
            let phases = phases(&at_q.roots[1], &shape.b1, a1);
            for (p, of) in shape.planes.iter().enumerate() {
                let input = &scratch.lines[of.start * row.stride..];
                let out = &mut scratch.planes[p * row.stride..(p + 1) * row.stride];
                sum_rows(simd, (&phases[of.clone()], of.len()), (input, row), (out, row));
            }
        }
        let phases = phases(&at_q.roots[2], &shape.b2, a2);
        let n = shape.b2.len();
        sum_rows(simd, (&phases, n), (&scratch.planes, row), (&mut scratch.sum, row));
        scratch.project(simd, phonons, points[t]);
        visitor.visit(t, &Elements4 { elements: scratch.elements, v: &scratch.v });
    }
}

/// `e^{2πi a b / D}` for every `b`.
fn phases(roots: &Roots, b: &[i64], a: i64) -> Vec<Complex64> {
    b.iter().map(|b| roots.at(a * b)).collect()
}
