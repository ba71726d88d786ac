//! The series of one `q`: its phonons contracted with the third-order constants.

use std::ops::Range;

use num_complex::Complex64;
use phono_core::{Result, Stop};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::lanes::{LANES, Lanes, Matrix, Places, product};
use crate::phonons::{Phonons, Roots};
use crate::rows::{CellBox, Rows};
use crate::{Layout, Series};

/// Wave vectors `q'` that are summed by themselves together.
const TOGETHER: usize = 8;

/// Consecutive entries that couple the same three atoms, `[κ2, κ1, κ0]`.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    atoms: [u32; 3],
    pub(crate) entries: Range<usize>,
}

/// The groups of some entries, in order of `κ2`, `κ1` and `κ0`.
pub(crate) fn groups(layout: &Layout, entries: &[Range<usize>]) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![];
    for range in entries {
        let start = groups.len();
        for e in range.clone() {
            let [k0, k1, k2] = layout.atoms(e);
            let atoms = [k2, k1, k0];
            match groups[start..].last_mut() {
                Some(group) if group.atoms == atoms => group.entries.end = e + 1,
                _ => groups.push(Group { atoms, entries: e..e + 1 }),
            }
        }
    }
    // Stable, so that the order of sums is that of the series.
    groups.sort_by_key(|group| group.atoms);
    groups
}

/// `F_j(κ1α1, κ2α2; R) = Σ_{κ0α0} ẽ_j(κ0α0) Σ_{R1−R2=R} Φ̃(κ0; κ1 R1; κ2 R2) e^{−2πi q·R2}`
/// into `out[R, j, κ2α2, κ1α1]`, for a row of lanes of `initial` bands `j` each; `rows` are the
/// entries of each `R`. Half of it for an `R` that is its own opposite.
pub(crate) fn contract(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    (q, initial): (usize, Range<usize>),
    rows: &Rows,
    out: &mut [Lanes],
    stop: &Stop,
) -> Result<()> {
    let n_b = phonons.n_bands();
    let phases = Phases::minus(phonons, q, &series.layout().boxes()[0]);
    let panels = panels(phonons.modes.polarizations(q), n_b, initial);
    let rows = rows.groups.par_iter().zip(&rows.own_opposite);
    out.par_chunks_mut((panels.len() * n_b).max(1)).zip(rows).try_for_each_init(
        || Scratch::new(n_b),
        |scratch, (out, (groups, &is_own_opposite))| {
            let share = if is_own_opposite { 0.5 } else { 1.0 };
            let (phases, panels) = (&phases, &panels);
            let job = Contract { series, phonons, phases, panels };
            Arch::new().dispatch(OneRow { job, groups, share, scratch, out, stop })
        },
    )
}

/// `M_j(κ1α1, κ2α2; q') = Σ_R F_j(κ1α1, κ2α2; R) e^{2πi q'·R}` into `out[q', j, κ2α2, κ1α1]`,
/// for each of the `q'` at `addresses` by itself.
///
/// Atom after atom `κ2`, so that its entries, which lie far apart, are near for all `q'`.
pub(crate) fn contract_alone(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    (q, initial): (usize, Range<usize>),
    (groups, addresses): (&[Group], &[[i64; 3]]),
    out: &mut [Lanes],
    stop: &Stop,
) -> Result<()> {
    let n_b = phonons.n_bands();
    let [second_cells, differences] = series.layout().boxes();
    let phases = &Phases::minus(phonons, q, second_cells);
    let panels = &panels(phonons.modes.polarizations(q), n_b, initial)[..];
    let second = |&address: &[i64; 3]| Phases::of_grid(phonons, address, differences);
    let seconds: Vec<Phases> = addresses.iter().map(second).collect();
    let (n_a, blocks) = (n_b / 3, panels.len() / n_b.max(1));
    // [κ2][chunk of q'] with the places of each q' and block of bands.
    let n_chunks = seconds.len().div_ceil(TOGETHER);
    let mut tasks: Vec<Vec<&mut [Lanes]>> = vec![];
    tasks.resize_with(n_a * n_chunks, Vec::new);
    for (i, out) in out.chunks_exact_mut((3 * n_b).max(1)).enumerate() {
        let (q1, k2) = (i / (n_a * blocks), i % n_a);
        tasks[k2 * n_chunks + q1 / TOGETHER].push(out);
    }
    tasks.into_par_iter().enumerate().try_for_each_init(
        || Scratch::new(n_b),
        |scratch, (i, out)| {
            let (k2, chunk) = (i / n_chunks, i % n_chunks);
            let begin =
                |k2: usize| groups.partition_point(|group| (group.atoms[0] as usize) < k2);
            let groups = &groups[begin(k2)..begin(k2 + 1)];
            let end = seconds.len().min((chunk + 1) * TOGETHER);
            let seconds = &seconds[chunk * TOGETHER..end];
            let job = Contract { series, phonons, phases, panels };
            Arch::new().dispatch(OneAtom { job, groups, seconds, scratch, out, stop })
        },
    )
}

/// `ẽ_j(κ0α0)` of the `initial` bands, `[j, κ0α0]` with eight `j` side by side.
fn panels(polarizations: &[Complex64], n_b: usize, initial: Range<usize>) -> Vec<Lanes> {
    let mut panels = vec![Lanes::ZERO; initial.len().div_ceil(LANES) * n_b];
    for (i, j) in initial.enumerate() {
        let panel = &mut panels[i / LANES * n_b..];
        for (lanes, e) in panel.iter_mut().zip(&polarizations[j * n_b..(j + 1) * n_b]) {
            lanes.re[i % LANES] = e.re;
            lanes.im[i % LANES] = e.im;
        }
    }
    panels
}

/// Phases of every lattice vector in a box, by its place.
struct Phases(Vec<Complex64>);

impl Phases {
    /// `e^{2πi a·R}` for address `a`.
    fn of_grid(phonons: &Phonons<'_>, a: [i64; 3], cells: &CellBox) -> Self {
        let roots = phonons.grid.mesh().map(Roots::new);
        let phase = |r: [i64; 3]| {
            let r = phonons.grid.lattice_vector(r);
            let [x, y, z] = std::array::from_fn(|i| roots[i].at(a[i] * r[i]));
            x * y * z
        };
        Self(cells.iter().map(phase).collect())
    }

    /// `e^{−2πi q·R}`.
    fn minus(phonons: &Phonons<'_>, q: usize, cells: &CellBox) -> Self {
        let Some(q) = phonons.around else {
            return Self::of_grid(phonons, phonons.address(q).map(|a| -a), cells);
        };
        let phase = |r: [i64; 3]| {
            let turns: f64 = q.iter().zip(r).map(|(q, r)| q * r as f64).sum();
            Complex64::cis(-std::f64::consts::TAU * turns)
        };
        Self(cells.iter().map(phase).collect())
    }

    #[inline(always)]
    fn at(&self, place: u32) -> Complex64 {
        self.0[place as usize]
    }
}

/// What all rows share.
struct Contract<'a> {
    series: Series<'a>,
    phonons: &'a Phonons<'a>,
    phases: &'a Phases,
    panels: &'a [Lanes],
}

/// Memory of a thread.
struct Scratch {
    /// `Σ Φ̃ e^{−2πi q·R2}` of one `κ2`, `[α2, κ1α1, κ0α0]`, for each `q'` at hand.
    fourier: Vec<Complex64>,
    /// The `(α2, κ1α1)` that are coupled.
    rows: Vec<u32>,
}

/// Real and imaginary parts of 27 sums, with room for whole vectors.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Sums([[f64; LANES * 4]; 2]);

impl Sums {
    const ZERO: Self = Self([[0.0; LANES * 4]; 2]);

    /// Add `phase` times the constants of an entry.
    #[inline(always)]
    fn add<S: Simd>(&mut self, simd: S, phase: Complex64, values: &[f64; 27]) {
        let (whole, rest) = S::as_simd_f64s(values);
        for (sums, x) in self.0.iter_mut().zip([phase.re, phase.im]) {
            let (sums, _) = S::as_mut_simd_f64s(sums);
            let x = simd.splat_f64s(x);
            for (sum, &value) in sums.iter_mut().zip(whole) {
                *sum = simd.mul_add_e_f64s(x, value, *sum);
            }
            if !rest.is_empty() {
                let sum = &mut sums[whole.len()];
                *sum = simd.mul_add_e_f64s(x, simd.partial_load_f64s(rest), *sum);
            }
        }
    }
}

/// One row of [`contract`].
struct OneRow<'a> {
    job: Contract<'a>,
    groups: &'a [Group],
    /// What the entries count.
    share: f64,
    scratch: &'a mut Scratch,
    out: &'a mut [Lanes],
    stop: &'a Stop,
}

impl WithSimd for OneRow<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        let Self { job, mut groups, share, scratch, out, stop } = self;
        let n_b = job.phonons.n_bands();
        let [second, _] = job.series.layout().places();
        for k2 in 0..n_b / 3 {
            stop.check()?;
            let n = groups.partition_point(|group| group.atoms[0] as usize <= k2);
            let (here, rest) = groups.split_at(n);
            groups = rest;
            scratch.clear(here, n_b, 1);
            for group in here {
                let mut sums = Sums::ZERO;
                let places = &second[group.entries.clone()];
                for (values, place) in
                    job.series.values()[group.entries.clone()].iter().zip(places)
                {
                    sums.add(simd, share * job.phases.at(*place), values);
                }
                scratch.put(group, n_b, (0, &sums));
            }
            for (b, panel) in job.panels.chunks_exact(n_b).enumerate() {
                let out = &mut out[(b * n_b + 3 * k2) * n_b..][..3 * n_b];
                job.project(simd, (scratch, 0), panel, out);
            }
        }
        Ok(())
    }
}

/// One atom `κ2` and some `q'` of [`contract_alone`].
struct OneAtom<'a, 'o> {
    job: Contract<'a>,
    groups: &'a [Group],
    seconds: &'a [Phases],
    scratch: &'a mut Scratch,
    out: Vec<&'o mut [Lanes]>,
    stop: &'a Stop,
}

impl WithSimd for OneAtom<'_, '_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        let Self { job, groups, seconds, scratch, out, stop } = self;
        let n_b = job.phonons.n_bands();
        let [second_places, differences] = job.series.layout().places();
        stop.check()?;
        scratch.clear(groups, n_b, seconds.len());
        // An entry is read once for all q': those of one atom lie far apart.
        for group in groups.chunk_by(|a, b| a.atoms == b.atoms) {
            let mut sums = [Sums::ZERO; TOGETHER];
            for e in group.iter().flat_map(|group| group.entries.clone()) {
                let phase = job.phases.at(second_places[e]);
                let (values, difference) = (&job.series.values()[e], differences[e]);
                for (sums, second) in sums.iter_mut().zip(seconds) {
                    sums.add(simd, phase * second.at(difference), values);
                }
            }
            for (i, sums) in sums[..seconds.len()].iter().enumerate() {
                scratch.put(&group[0], n_b, (i, sums));
            }
        }
        let mut out = out.into_iter();
        for i in 0..seconds.len() {
            stop.check()?;
            for panel in job.panels.chunks_exact(n_b) {
                let Some(out) = out.next() else { return Ok(()) };
                job.project(simd, (scratch, i), panel, out);
            }
        }
        Ok(())
    }
}

impl Contract<'_> {
    /// Put eight of the phonons at `q` into the sums of the `i`-th `q'`.
    #[inline(always)]
    fn project<S: Simd>(
        &self,
        simd: S,
        (scratch, i): (&Scratch, usize),
        panel: &[Lanes],
        out: &mut [Lanes],
    ) {
        let n_b = self.phonons.n_bands();
        let rows = &scratch.rows[..];
        let numbers = &scratch.fourier[i * 3 * n_b * n_b..][..3 * n_b * n_b];
        if rows.len() < out.len() {
            out.fill(Lanes::ZERO);
        }
        let to = Places { by_row: true, ..Places::every(1, 0) };
        let from = (panel, Places::every(1, 0));
        product(simd, Matrix { numbers, n: n_b, rows }, from, (out, to));
    }
}

impl Scratch {
    /// Memory for one `q'` and `n_b` bands.
    fn new(n_b: usize) -> Self {
        Self { fourier: vec![Complex64::ZERO; 3 * n_b * n_b], rows: vec![] }
    }

    /// Make room for `groups` of one `κ2` and `count` of the `q'`.
    #[inline(always)]
    fn clear(&mut self, groups: &[Group], n_b: usize, count: usize) {
        self.rows.clear();
        if self.fourier.len() < count * 3 * n_b * n_b {
            self.fourier.resize(count * 3 * n_b * n_b, Complex64::ZERO);
        }
        for a2 in 0..3 {
            for group in groups.chunk_by(|a, b| a.atoms[1] == b.atoms[1]) {
                let row = a2 * n_b + 3 * group[0].atoms[1] as usize;
                self.rows.extend(row as u32..row as u32 + 3);
                for fourier in self.fourier.chunks_exact_mut(3 * n_b * n_b).take(count) {
                    fourier[row * n_b..(row + 3) * n_b].fill(Complex64::ZERO);
                }
            }
        }
    }

    /// Add the sums of the atoms of `group` to those of the `i`-th `q'`.
    #[inline(always)]
    fn put(&mut self, group: &Group, n_b: usize, (i, Sums([re, im])): (usize, &Sums)) {
        let [_, k1, k0] = group.atoms.map(|k| 3 * k as usize);
        for (a2, a1) in (0..3).flat_map(|a2| (0..3).map(move |a1| (a2, a1))) {
            let at = ((3 * i + a2) * n_b + k1 + a1) * n_b + k0;
            for (a0, sum) in self.fourier[at..at + 3].iter_mut().enumerate() {
                let x = 9 * a0 + 3 * a1 + a2;
                *sum += Complex64::new(re[x], im[x]);
            }
        }
    }
}
