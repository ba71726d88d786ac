//! Delta and step weights of single bands.

use ndarray::{Array3, ArrayView1, ArrayViewMut2, Axis};
use phono_core::{Result, Stop};
use rayon::prelude::*;

use crate::bands::Bands;
use crate::sorted_tetrahedra::Sorted;
use crate::tetrahedra::{Cut, Lanes, N_TETRAHEDRA, N_VERTICES, Tetrahedra, Values};

const ZERO: [Lanes; 3] = [[0.0; N_TETRAHEDRA]; 3];

/// The tetrahedra around one point for one band, ready for many energies.
#[derive(Debug)]
pub(crate) struct Vertex {
    values: Values,
    corners: [Lanes; 3],
    sorted: Sorted,
    lowest: f64,
    highest: f64,
}

impl Default for Vertex {
    fn default() -> Self {
        Self {
            values: [0.0; N_VERTICES + 1],
            corners: ZERO,
            sorted: Sorted::default(),
            lowest: 0.0,
            highest: 0.0,
        }
    }
}

impl Vertex {
    /// Take the frequencies of band `j` at the vertices in rows `around`.
    #[inline(always)]
    pub(crate) fn gather(
        &mut self,
        bands: Bands<'_>,
        around: &[usize; N_VERTICES],
        j: usize,
    ) {
        (self.lowest, self.highest) = (f64::INFINITY, f64::NEG_INFINITY);
        for (value, &row) in self.values.iter_mut().zip(around) {
            let f = bands.at(row)[j];
            *value = f;
            self.lowest = if f < self.lowest { f } else { self.lowest };
            self.highest = if f > self.highest { f } else { self.highest };
        }
    }

    /// The targets (ascending) that lie between the vertices, ends included.
    #[inline(always)]
    pub(crate) fn range(&self, targets: &[f64]) -> std::ops::Range<usize> {
        let first = targets.partition_point(|&w| w < self.lowest);
        let within = targets[first..].partition_point(|&w| w <= self.highest);
        first..first + within
    }

    /// Sort every tetrahedron.
    #[inline(always)]
    pub(crate) fn sort(&mut self, cut: &Cut) {
        cut.corners(&self.values, &mut self.corners);
        self.sorted.sort(self.values[0], &self.corners, &ZERO, 1.0);
    }

    /// Weights of `δ(w − f)` and `θ(w − f)`.
    #[inline(always)]
    pub(crate) fn weights(&self, w: f64) -> [f64; 2] {
        [self.sorted.weight(w), self.sorted.step(w)]
    }

    /// [`Self::weights`] without tetrahedra with few states.
    #[inline(always)]
    pub(crate) fn weights_without_few(&self, w: f64) -> [f64; 2] {
        [self.sorted.weight_without_few(w), self.sorted.step_without_few(w)]
    }
}

/// Weights of `δ(f − f_pj)` (1/THz) and `θ(f − f_pj)` at ascending `targets`, each
/// `[p, f, j]`: the share of the vertex in its tetrahedra.
pub fn tetrahedron_weights(
    bands: Bands<'_>,
    tetrahedra: &Tetrahedra,
    targets: ArrayView1<'_, f64>,
    stop: &Stop,
) -> Result<(Array3<f64>, Array3<f64>)> {
    let targets = &targets.to_vec()[..];
    let shape = (bands.n_points(), targets.len(), bands.n_bands());
    let (mut delta, mut step) = (Array3::zeros(shape), Array3::zeros(shape));
    delta
        .axis_iter_mut(Axis(0))
        .into_par_iter()
        .zip(step.axis_iter_mut(Axis(0)))
        .enumerate()
        .try_for_each_init(Vertex::default, |vertex, (p, (mut delta, mut step))| {
            stop.check()?;
            pulp::Arch::new().dispatch(AtPoint {
                vertex,
                bands,
                tetrahedra,
                p,
                targets,
                delta: delta.view_mut(),
                step: step.view_mut(),
            });
            Ok(())
        })?;
    Ok((delta, step))
}

/// The weight of `δ(f − f_j)` at a point, 1/THz, for a target `f` and a band `j`.
#[derive(Debug, Clone, Copy)]
pub struct DeltaWeight {
    /// Where `f` is among the targets.
    pub target: usize,
    /// `j`
    pub band: usize,
    /// 1/THz
    pub weight: f64,
}

/// Delta weights of single bands, point by point, for many targets: only those that lie
/// between the vertices around a point cost anything.
#[derive(Debug)]
pub struct DeltaWeights<'a> {
    bands: Bands<'a>,
    tetrahedra: &'a Tetrahedra,
    targets: &'a [f64],
    vertex: Vertex,
}

impl<'a> DeltaWeights<'a> {
    /// Borrow the bands and the ascending `targets` (THz).
    pub fn new(bands: Bands<'a>, tetrahedra: &'a Tetrahedra, targets: &'a [f64]) -> Self {
        Self { bands, tetrahedra, targets, vertex: Vertex::default() }
    }

    /// Put the weights at point `p` into `out`, which is emptied before; with several cuts
    /// each adds its own.
    pub fn at(&mut self, p: usize, out: &mut Vec<DeltaWeight>) {
        out.clear();
        pulp::Arch::new().dispatch(DeltaAt { weights: self, p, out });
    }
}

/// [`DeltaWeights::at`], with the vectors of this machine.
struct DeltaAt<'a, 'b> {
    weights: &'a mut DeltaWeights<'b>,
    p: usize,
    out: &'a mut Vec<DeltaWeight>,
}

impl pulp::NullaryFnOnce for DeltaAt<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { weights: DeltaWeights { bands, tetrahedra, targets, vertex }, p, out } =
            self;
        let share = tetrahedra.share();
        for cut in tetrahedra.cuts() {
            let around = bands.around(cut, p);
            for band in 0..bands.n_bands() {
                vertex.gather(*bands, &around, band);
                let range = vertex.range(targets);
                if range.is_empty() {
                    continue;
                }
                vertex.sort(cut);
                for target in range {
                    let weight = share * vertex.sorted.weight(targets[target]);
                    out.push(DeltaWeight { target, band, weight });
                }
            }
        }
    }
}

/// The weights at one point, with the vectors of this machine.
struct AtPoint<'a> {
    vertex: &'a mut Vertex,
    bands: Bands<'a>,
    tetrahedra: &'a Tetrahedra,
    p: usize,
    targets: &'a [f64],
    delta: ArrayViewMut2<'a, f64>,
    step: ArrayViewMut2<'a, f64>,
}

impl pulp::NullaryFnOnce for AtPoint<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { vertex, bands, tetrahedra, p, targets, mut delta, mut step } = self;
        let share = tetrahedra.share();
        for cut in tetrahedra.cuts() {
            let around = bands.around(cut, p);
            for j in 0..bands.n_bands() {
                vertex.gather(bands, &around, j);
                let range = vertex.range(targets);
                if !range.is_empty() {
                    vertex.sort(cut);
                }
                for f in range.clone() {
                    let weights = vertex.weights(targets[f]);
                    delta[(f, j)] += share * weights[0];
                    step[(f, j)] += share * weights[1];
                }
                for f in range.end..targets.len() {
                    step[(f, j)] += share;
                }
            }
        }
    }
}
