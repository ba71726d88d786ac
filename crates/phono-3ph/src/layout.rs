//! Where the entries of a series lie, worked out once for all wave vectors.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ndarray::{ArrayView2, ArrayView3};
use phono_core::{Error, Grid, Result, ensure_index, ensure_shape};

use crate::rows::{CellBox, Rows};

/// Mesh and axes of a grid, and whether indices are exchanged: what [`Rows`] follow from.
type Key = ([usize; 3], [[i64; 3]; 3], bool);

/// Atoms and place of an entry, and its number.
type Keyed = ([u32; 4], usize);

/// Constants that differ by this share of the largest are equal.
const ROUNDING: f64 = 1e-13;

/// Atoms and cells of the entries of a series, in a form that is quick to read.
///
/// What follows from a series and a grid alone, and not from a wave vector, is kept here: it
/// took a twentieth of the time of linewidths. A layout belongs to one array of values.
#[derive(Debug)]
pub struct Layout {
    /// One more than the largest number of an atom.
    n_atoms: usize,
    /// `κ0, κ1, κ2` of each entry.
    atoms: Vec<[u32; 3]>,
    /// Boxes that hold `R2` and `R1 − R2` of all entries.
    boxes: [CellBox; 2],
    /// The places of both in their boxes, entry by entry.
    places: [Vec<u32>; 2],
    /// Entries with the same `R1 − R2` that follow one another.
    runs: Vec<([i64; 3], Range<usize>)>,
    /// Whether the constants are symmetric, if that was asked for.
    exchange: OnceLock<bool>,
    /// The rows on the grid that was asked for last.
    rows: Mutex<Option<(Key, Arc<Rows>)>>,
}

impl Layout {
    /// Of the entries with `atoms[e] = κ0, κ1, κ2` and `cells[e] = R1, R2`, in C order.
    pub fn new(atoms: ArrayView2<'_, i64>, cells: ArrayView3<'_, i64>) -> Result<Self> {
        let n = atoms.nrows();
        ensure_shape("atoms", atoms.shape(), &[n, 3])?;
        ensure_shape("cells", cells.shape(), &[n, 2, 3])?;
        let atoms: &[[i64; 3]] =
            atoms.to_slice().ok_or(Error::Layout("atoms"))?.as_chunks().0;
        let cells: &[[i64; 6]] =
            cells.to_slice().ok_or(Error::Layout("cells"))?.as_chunks().0;
        for &k in atoms.as_flattened() {
            ensure_index("atoms", k, u32::MAX as usize)?;
        }
        let second = || cells.iter().map(|&[_, _, _, x, y, z]| [x, y, z]);
        let difference = || cells.iter().map(|&[a, b, c, x, y, z]| [a - x, b - y, c - z]);
        let mut runs: Vec<([i64; 3], Range<usize>)> = vec![];
        for (e, r) in difference().enumerate() {
            match runs.last_mut() {
                Some((last, entries)) if *last == r => entries.end = e + 1,
                _ => runs.push((r, e..e + 1)),
            }
        }
        let boxes = [CellBox::new(second()), CellBox::new(runs.iter().map(|(r, _)| *r))];
        let places = [
            second().map(|r| boxes[0].place(r) as u32).collect(),
            difference().map(|r| boxes[1].place(r) as u32).collect(),
        ];
        let largest = atoms.as_flattened().iter().max();
        Ok(Self {
            n_atoms: largest.map_or(0, |&k| k as usize + 1),
            atoms: atoms.iter().map(|atoms| atoms.map(|k| k as u32)).collect(),
            boxes,
            places,
            runs,
            exchange: OnceLock::new(),
            rows: Mutex::default(),
        })
    }

    /// Require atoms below `n_atoms`.
    pub(crate) fn ensure_atoms(&self, n_atoms: usize) -> Result<()> {
        if self.n_atoms > n_atoms {
            for &k in self.atoms.as_flattened() {
                ensure_index("atoms", i64::from(k), n_atoms)?;
            }
        }
        Ok(())
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.atoms.len()
    }

    /// `κ0, κ1, κ2` of entry `e`.
    pub(crate) fn atoms(&self, e: usize) -> [u32; 3] {
        self.atoms[e]
    }

    /// Boxes that hold `R2` and `R1 − R2` of all entries.
    pub(crate) fn boxes(&self) -> &[CellBox; 2] {
        &self.boxes
    }

    /// The places of `R2` and of `R1 − R2` in their boxes, entry by entry.
    pub(crate) fn places(&self) -> [&[u32]; 2] {
        self.places.each_ref().map(Vec::as_slice)
    }

    /// Runs of consecutive entries with the same `R1 − R2`.
    pub(crate) fn runs(&self) -> &[([i64; 3], Range<usize>)] {
        &self.runs
    }

    /// Whether `Φ̃(κ0; κ1 R1; κ2 R2) = Φ̃(κ0; κ2 R2; κ1 R1)`, their axes exchanged too, for
    /// all the `values` up to rounding.
    pub(crate) fn exchanges(&self, values: &[[f64; 27]]) -> bool {
        *self.exchange.get_or_init(|| {
            let largest =
                values.as_flattened().iter().fold(0.0, |a: f64, x| a.max(x.abs()));
            let runs: HashMap<[i64; 3], &Range<usize>> =
                self.runs.iter().map(|(r, entries)| (*r, entries)).collect();
            let is_once = runs.len() == self.runs.len();
            let equal = |(one, other): (&Keyed, &Keyed)| {
                let values = [one, other].map(|&(_, e)| &values[e]);
                one.0 == other.0 && difference(values) <= ROUNDING * largest
            };
            let symmetric = |(r, entries): &([i64; 3], Range<usize>)| {
                let back = r.map(|x| -x);
                if *r < back {
                    return true; // The other half is seen from this one.
                }
                let Some(&partners) = runs.get(&back) else { return false };
                let mut here: Vec<Keyed> =
                    entries.clone().map(|e| (self.partner(*r, e), e)).collect();
                let mut there: Vec<Keyed> =
                    partners.clone().map(|e| (self.key(e), e)).collect();
                here.sort_unstable();
                there.sort_unstable();
                here.len() == there.len() && here.iter().zip(&there).all(equal)
            };
            is_once && self.runs.iter().all(symmetric)
        })
    }

    /// The atoms of entry `e` and the place of its `R2`.
    fn key(&self, e: usize) -> [u32; 4] {
        let [k0, k1, k2] = self.atoms[e];
        [k0, k1, k2, self.places[0][e]]
    }

    /// The key of the entry that has the second and the third atom of `e`, whose `R1 − R2` is
    /// `r`, exchanged.
    fn partner(&self, r: [i64; 3], e: usize) -> [u32; 4] {
        let [k0, k1, k2, place] = self.key(e);
        let second = self.boxes[0].cell(place as usize);
        let first = std::array::from_fn(|i| second[i] + r[i]);
        let place = self.boxes[0].place_inside(first);
        [k0, k2, k1, place.map_or(u32::MAX, |place| place as u32)]
    }

    /// The rows on `grid`; those of the last grid are kept. With `exchange`, only one of `R`
    /// and `−R`, for constants that are symmetric.
    pub(crate) fn rows(&self, grid: Grid<'_>, exchange: bool) -> Arc<Rows> {
        let axes = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map(|r| grid.lattice_vector(r));
        let key = (grid.mesh(), axes, exchange);
        let mut kept = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((last, rows)) if *last == key => rows.clone(),
            _ => kept.insert((key, Arc::new(Rows::new(self, grid, exchange)))).1.clone(),
        }
    }
}

/// The largest difference between constants and others with the last two axes exchanged.
fn difference([one, other]: [&[f64; 27]; 2]) -> f64 {
    let mut most = 0.0_f64;
    for (i, x) in one.iter().enumerate() {
        let (a, b, c) = (i / 9, i / 3 % 3, i % 3);
        most = most.max((x - other[9 * a + 3 * c + b]).abs());
    }
    most
}
