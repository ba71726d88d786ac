//! Where the entries of a series lie, worked out once for all wave vectors.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use ndarray::{ArrayView2, ArrayView3};
use phono_core::{Error, Grid, Result, ensure_index, ensure_shape};

use crate::rows::{CellBox, Rows};

/// Mesh and axes of a grid: what its [`Rows`] follow from.
type Key = ([usize; 3], [[i64; 3]; 3]);

/// Atoms and cells of the entries of a series, in a form that is quick to read.
///
/// What follows from a series and a grid alone, and not from a wave vector, is kept here: it
/// took a tenth of the time of a linewidth.
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

    /// The rows on `grid`; those of the last grid are kept.
    pub(crate) fn rows(&self, grid: Grid<'_>) -> Arc<Rows> {
        let axes = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map(|r| grid.lattice_vector(r));
        let key = (grid.mesh(), axes);
        let mut kept = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((last, rows)) if *last == key => rows.clone(),
            _ => kept.insert((key, Arc::new(Rows::new(self, grid)))).1.clone(),
        }
    }
}
