//! The series of one `q`: its phonons contracted with the third-order constants.

use std::ops::Range;

use num_complex::Complex64;
use phono_core::{Result, Stop};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::Series;
use crate::phonons::{Phonons, Roots};
use crate::rows::Rows;
use crate::sum_rows::{Shape, padded, sum_rows};

/// Where element `(κ1α1, κ2α2, j)` of a row is: rows of `κ1α1`, each `κ2α2` times `j`,
/// padded to whole vectors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements {
    /// Bands `n_b` at every wave vector.
    pub(crate) n_bands: usize,
    /// Initial bands `j` that are computed.
    pub(crate) n_initial: usize,
}

impl Elements {
    /// Numbers in the row of one `κ1α1`.
    pub(crate) fn row(self) -> usize {
        padded(self.n_bands * self.n_initial)
    }

    /// Numbers in all rows.
    pub(crate) fn len(self) -> usize {
        self.n_bands * self.row()
    }
}

/// `F_j(κ1α1, κ2α2; R) = Σ_{κ0α0} ẽ_j(κ0α0) Σ_{R1−R2=R} Φ̃(κ0; κ1 R1; κ2 R2) e^{−2πi q·R2}`
/// for every row `R`: real parts of all [`Elements`], then imaginary parts.
pub(crate) fn contract(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    (q, initial): (usize, Range<usize>),
    rows: &Rows,
    stop: &Stop,
) -> Result<Vec<f64>> {
    let n_b = phonons.n_bands();
    let elements = Elements { n_bands: n_b, n_initial: initial.len() };
    let polarizations =
        &phonons.modes.polarizations(q)[initial.start * n_b..initial.end * n_b];
    let phases = Phases::new(phonons, q);

    let mut out = vec![0.0; rows.r0.len() * 2 * elements.len()];
    out.par_chunks_mut(2 * elements.len()).zip(&rows.entries).try_for_each_init(
        || Scratch::new(elements),
        |scratch, (out, entries)| {
            stop.check()?;
            scratch.fourier.fill(0.0);
            for e in entries.iter().cloned().flatten() {
                scratch.add(series, e, phases.at(phonons, series.second_cell(e)), n_b);
            }
            Arch::new().dispatch(Project { scratch, polarizations, elements, out });
            Ok(())
        },
    )?;
    Ok(out)
}

/// `e^{−2πi q·R}`.
enum Phases {
    /// From tables.
    OfGrid { address: [i64; 3], roots: [Roots; 3] },
    /// Phase of any fractional `q`.
    Around([f64; 3]),
}

impl Phases {
    fn new(phonons: &Phonons<'_>, q: usize) -> Self {
        phonons.around.map_or_else(
            || Self::OfGrid {
                address: phonons.address(q),
                roots: phonons.grid.mesh().map(Roots::new),
            },
            Self::Around,
        )
    }

    /// Phase of the lattice vector `r`.
    #[inline]
    fn at(&self, phonons: &Phonons<'_>, r: [i64; 3]) -> Complex64 {
        match self {
            Self::OfGrid { address, roots } => {
                let r = phonons.grid.lattice_vector(r);
                let [x, y, z] = std::array::from_fn(|i| roots[i].at(-address[i] * r[i]));
                x * y * z
            }
            Self::Around(q) => {
                let turns: f64 = q.iter().zip(r).map(|(q, r)| q * r as f64).sum();
                Complex64::cis(-std::f64::consts::TAU * turns)
            }
        }
    }
}

/// One row before and after the phonons at `q` are put in.
struct Scratch {
    /// `Σ Φ̃ e^{−2πi q·R2}`, one row for every `κ0α0`.
    fourier: Vec<f64>,
    /// The same for every initial band.
    projected: Vec<f64>,
    shape: Shape,
}

impl Scratch {
    fn new(elements: Elements) -> Self {
        let n_b = elements.n_bands;
        let shape = Shape::consecutive(padded(n_b * n_b));
        Self {
            fourier: vec![0.0; n_b * shape.stride],
            projected: vec![0.0; elements.n_initial * shape.stride],
            shape,
        }
    }

    /// Add entry `e` of the series with its phase.
    #[inline]
    fn add(&mut self, series: Series<'_>, e: usize, phase: Complex64, n_b: usize) {
        let [k0, k1, k2] = series.atoms(e);
        for (i, block) in series.values(e).as_chunks::<9>().0.iter().enumerate() {
            let row = (3 * k0 + i) * self.shape.stride;
            for (axis, values) in block.as_chunks::<3>().0.iter().enumerate() {
                let at = row + (3 * k1 + axis) * n_b + 3 * k2;
                for (part, phase) in [(0, phase.re), (self.shape.imaginary, phase.im)] {
                    let sum = &mut self.fourier[at + part..at + part + 3];
                    for (sum, value) in sum.iter_mut().zip(values) {
                        *sum += phase * value;
                    }
                }
            }
        }
    }
}

/// Puts the phonons at `q` in, and initial bands innermost.
struct Project<'a> {
    scratch: &'a mut Scratch,
    polarizations: &'a [Complex64],
    elements: Elements,
    out: &'a mut [f64],
}

impl WithSimd for Project<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Scratch { fourier, projected, shape } = self.scratch;
        let Elements { n_bands: n_b, n_initial: n_j } = self.elements;
        sum_rows(simd, self.polarizations, n_b, (fourier, *shape), (projected, *shape));
        let (re, im) = self.out.split_at_mut(self.elements.len());
        for (out, part) in [(re, 0), (im, shape.imaginary)] {
            for (k1, row) in out.chunks_exact_mut(self.elements.row()).enumerate() {
                for (k2, out) in row.chunks_exact_mut(n_j).take(n_b).enumerate() {
                    for (j, x) in out.iter_mut().enumerate() {
                        *x = projected[j * shape.stride + part + k1 * n_b + k2];
                    }
                }
            }
        }
    }
}
