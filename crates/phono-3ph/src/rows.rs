//! Which lattice vectors a series has on a grid, and how they line up.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use phono_core::Grid;

use crate::Layout;
use crate::contract::{Group, groups};
use crate::fixed_q::MEMORY;
use crate::lanes::{LANES, Lanes};

/// What passes over the triplets cost beside the first, at most, as if each was the whole.
const PASSES: usize = 4;

/// The distinct `R = R1 − R2` of a series, axis by axis.
///
/// `R` and `R + D` are the same to wave vectors on a grid of mesh `D`; where a series is
/// longer than the mesh it is folded. A plane has one `r2`, a line in it one `r1`, a row in
/// the line one `r0`; only what exists is stored.
///
/// Constants that are symmetric under the exchange of indices have
///
/// ```text
/// F(κ1α1, κ2α2; −R) = e^{−2πi q·R} F(κ2α2, κ1α1; R),
/// M(κ1α1, κ2α2; q') = A(κ1α1, κ2α2; q') + A(κ2α2, κ1α1; q'')
/// ```
///
/// with the sum `A` over one of `R` and `−R`, and half of those that are both.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    /// Planes in order of `r2`, with their lines.
    pub(crate) planes: Vec<(i64, Range<usize>)>,
    /// Lines, plane by plane, with `r1` and their rows.
    pub(crate) lines: Vec<(i64, Range<usize>)>,
    /// Rows, line by line: `r0`.
    pub(crate) r0: Vec<i64>,
    /// Whether there is one of `R` and `−R` only.
    pub(crate) exchange: bool,
    /// Rows that are `R` and `−R` at once.
    pub(crate) own_opposite: Vec<bool>,
    /// Entries of the series that belong to each row.
    pub(crate) groups: Vec<Vec<Group>>,
    /// All entries, if they were asked for.
    all: OnceLock<Vec<Group>>,
}

/// Lattice vectors between two corners.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CellBox {
    low: [i64; 3],
    lengths: [usize; 3],
}

impl CellBox {
    /// The box that holds `cells`.
    pub(crate) fn new(cells: impl Iterator<Item = [i64; 3]>) -> Self {
        let (mut low, mut high) = ([0; 3], [0; 3]);
        for cell in cells {
            for i in 0..3 {
                low[i] = low[i].min(cell[i]);
                high[i] = high[i].max(cell[i]);
            }
        }
        Self { low, lengths: std::array::from_fn(|i| (high[i] - low[i] + 1) as usize) }
    }

    /// All lattice vectors, in order of their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = [i64; 3]> {
        let Self { low: [x, y, z], lengths: [l, m, n] } = *self;
        (0..l as i64).flat_map(move |i| {
            (0..m as i64)
                .flat_map(move |j| (0..n as i64).map(move |k| [x + i, y + j, z + k]))
        })
    }

    /// The lattice vector at a place.
    pub(crate) fn cell(&self, place: usize) -> [i64; 3] {
        let [_, m, n] = self.lengths;
        let at = [place / (m * n), place / n % m, place % n];
        std::array::from_fn(|i| self.low[i] + at[i] as i64)
    }

    /// The place of a lattice vector that may be outside.
    pub(crate) fn place_inside(&self, cell: [i64; 3]) -> Option<usize> {
        let is_inside = |i: usize| {
            (self.low[i]..self.low[i] + self.lengths[i] as i64).contains(&cell[i])
        };
        (0..3).all(is_inside).then(|| self.place(cell))
    }

    /// The place of a lattice vector.
    pub(crate) fn place(&self, cell: [i64; 3]) -> usize {
        let [i, j, k]: [usize; 3] =
            std::array::from_fn(|i| (cell[i] - self.low[i]) as usize);
        (i * self.lengths[1] + j) * self.lengths[2] + k
    }
}

impl Rows {
    /// Line up the entries of a series on `grid`; one of `R` and `−R` only with `exchange`.
    pub(crate) fn new(layout: &Layout, grid: Grid<'_>, exchange: bool) -> Self {
        let on_grid =
            |(r, entries): &(_, Range<usize>)| (grid.lattice_vector(*r), entries.clone());
        let runs: Vec<([i64; 3], Range<usize>)> =
            layout.runs().iter().map(on_grid).collect();
        let fold = folding(&runs, grid.mesh());
        let mut sorted: BTreeMap<[i64; 3], (bool, Vec<Range<usize>>)> = BTreeMap::new();
        for (r, entries) in runs {
            let [there, back] = [r, r.map(|x| -x)].map(|r| {
                let [r0, r1, r2] = fold(r);
                [r2, r1, r0]
            });
            if !exchange || there >= back {
                sorted.entry(there).or_insert((there == back, vec![])).1.push(entries);
            }
        }
        let mut all = Self {
            planes: vec![],
            lines: vec![],
            r0: vec![],
            exchange,
            own_opposite: vec![],
            groups: vec![],
            all: OnceLock::new(),
        };
        let mut last = None;
        for ([r2, r1, r0], (is_own_opposite, entries)) in sorted {
            if last.is_none_or(|(plane, _)| plane != r2) {
                all.planes.push((r2, all.lines.len()..all.lines.len()));
            }
            if last != Some((r2, r1)) {
                all.lines.push((r1, all.r0.len()..all.r0.len()));
            }
            last = Some((r2, r1));
            all.r0.push(r0);
            all.own_opposite.push(exchange && is_own_opposite);
            all.groups.push(groups(layout, &entries));
            all.lines.last_mut().expect("pushed above").1.end = all.r0.len();
            all.planes.last_mut().expect("pushed above").1.end = all.lines.len();
        }
        all
    }

    /// All entries, in order of their atoms.
    pub(crate) fn all(&self, layout: &Layout) -> &[Group] {
        let make = || groups(layout, std::slice::from_ref(&(0..layout.len())));
        self.all.get_or_init(make)
    }

    /// Whether it is cheaper to make the whole sum for each of the `q'` at `addresses`, before
    /// the phonons at `q` are put in, than to share the sums over each axis; by the number of
    /// multiplications, of a band.
    pub(crate) fn each_alone(
        &self,
        n_bands: usize,
        n_entries: usize,
        addresses: &[[i64; 3]],
    ) -> bool {
        let distinct = |n: usize| -> usize {
            let mut all: Vec<&[i64]> = addresses.iter().map(|a| &a[..n]).collect();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        let n = addresses.len();
        let entries = 27 * n_entries / n_bands.max(1);
        let elements = n_bands.pow(2);
        let alone = n * (elements * n_bands + entries);
        // Those at q' and at q''.
        let sums = self.sides()
            * (distinct(1) * self.r0.len()
                + distinct(2) * self.lines.len()
                + n * self.planes.len());
        // What does not fit the memory is made in passes, each with weights of its own.
        let bytes = self.r0.len() * elements * n_bands.div_ceil(LANES) * size_of::<Lanes>();
        let passes = bytes.div_ceil(MEMORY).clamp(1, PASSES);
        let entries = entries / self.sides();
        alone < passes * (self.r0.len() * elements * n_bands + entries + sums * elements)
    }

    /// The number of wave vectors of a triplet that the sum is made at.
    pub(crate) fn sides(&self) -> usize {
        if self.exchange { 2 } else { 1 }
    }
}

/// Takes `R` modulo the mesh along the axes where the series is longer than the mesh.
fn folding(
    runs: &[([i64; 3], Range<usize>)],
    mesh: [usize; 3],
) -> impl Fn([i64; 3]) -> [i64; 3] + use<> {
    let folds: [bool; 3] = std::array::from_fn(|i| {
        let along = || runs.iter().map(|(r, _)| r[i]);
        let (low, high) = (along().min().unwrap_or(0), along().max().unwrap_or(0));
        high - low >= mesh[i] as i64
    });
    move |r| {
        std::array::from_fn(
            |i| if folds[i] { r[i].rem_euclid(mesh[i] as i64) } else { r[i] },
        )
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3, arr1};

    use super::*;

    #[test]
    fn a_series_longer_than_the_mesh_is_folded_and_keeps_its_entries() {
        let differences = [-2, -1, -1, 0, 1, 2, 3];
        let n = differences.len();
        let atoms = Array2::zeros((n, 3));
        let cells = Array3::from_shape_fn((n, 2, 3), |(e, leg, _)| {
            differences[e] * (1 - leg as i64)
        });
        let layout = Layout::new(atoms.view(), cells.view()).unwrap();

        let rotations = Array3::zeros((0, 3, 3));
        let grid =
            |mesh: [i64; 3]| Grid::new(arr1(&mesh).view(), rotations.view()).unwrap();
        let rows = layout.rows(grid([4, 9, 4]), false);
        // -2 is 2 and -1 is 3 modulo 4, but the second axis is long enough to tell.
        assert_eq!(rows.r0.len(), 6);
        assert_eq!(rows.planes.len(), 4);
        let mut all: Vec<usize> =
            rows.groups.iter().flatten().flat_map(|group| group.entries.clone()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..n).collect::<Vec<_>>());

        let rows = layout.rows(grid([4, 4, 4]), false);
        assert_eq!(rows.r0, [0, 1, 2, 3]);
    }
}
