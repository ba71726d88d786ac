//! Dynamical matrices as Fourier sums.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use ndarray::{Array3, ArrayView2};
use num_complex::Complex64;
use phono_core::{HarmonicSeries, Result, ensure_shape};
use rayon::prelude::*;

use crate::phases::{Phases, phase};

/// The mass-weighted constants, ready to be summed at any wave vector.
///
/// The sum is Hermitian, so only the blocks `k ≤ k'` are made, and of the lattice vectors
/// `±R` of a diagonal block only one: each pair of entries is averaged once and for all,
/// `(Φ(k, k', R) + Φ(k', k, -R)ᵀ) / 2`.
#[derive(Debug)]
pub struct DynamicalMatrix {
    n_atoms: usize,
    /// Fractional.
    positions: Vec<[f64; 3]>,
    phases: Phases,
    pairs: Vec<Pair>,
}

/// One block `k, k'` of the matrix.
#[derive(Debug)]
struct Pair {
    atoms: [usize; 2],
    terms: Vec<Term>,
}

/// What one lattice vector adds to a block.
#[derive(Debug)]
struct Term {
    places: [u32; 3],
    values: [f64; 9],
    /// `2π (R + τ' - τ)`, Cartesian, Å.
    slope: [f64; 3],
}

impl DynamicalMatrix {
    /// Prepare `series`.
    pub fn new(series: HarmonicSeries<'_>) -> Self {
        let cell = series.cell();
        let mut merged: BTreeMap<([usize; 2], [i64; 3]), [f64; 9]> = BTreeMap::new();
        for (values, [k, l], r) in series.entries() {
            let weight = 0.5 / (cell.masses()[k] * cell.masses()[l]).sqrt();
            let opposite = r.map(|x| -x);
            let turned = k > l || (k == l && opposite > r);
            let key = if turned { ([l, k], opposite) } else { ([k, l], r) };
            let sum = merged.entry(key).or_default();
            for i in 0..9 {
                let (a, b) = if turned { (i % 3, i / 3) } else { (i / 3, i % 3) };
                sum[i] += weight * values[a][b];
            }
        }
        let phases = Phases::new(merged.keys().map(|&(_, r)| r));
        let x = cell.positions();
        let mut pairs: Vec<Pair> = Vec::new();
        for (([k, l], r), values) in merged {
            if pairs.last().is_none_or(|pair| pair.atoms != [k, l]) {
                pairs.push(Pair { atoms: [k, l], terms: Vec::new() });
            }
            let along: [f64; 3] = std::array::from_fn(|i| r[i] as f64 + x[l][i] - x[k][i]);
            let slope = std::array::from_fn(|axis| {
                (0..3).map(|i| TAU * along[i] * cell.lattice()[i][axis]).sum()
            });
            let term = Term { places: phases.places(r), values, slope };
            pairs.last_mut().expect("just pushed").terms.push(term);
        }
        Self { n_atoms: cell.n_atoms(), positions: x.to_vec(), phases, pairs }
    }

    /// Number of bands.
    pub fn n_bands(&self) -> usize {
        3 * self.n_atoms
    }

    /// `D(q)`, rows one after another, in the gauge that carries the positions of the atoms.
    pub fn at(&self, q: [f64; 3], matrix: &mut [Complex64]) {
        matrix.fill(Complex64::ZERO);
        let factors = self.phases.factors(q);
        for pair in &self.pairs {
            let mut block = [Complex64::ZERO; 9];
            for term in &pair.terms {
                add(&mut block, &term.values, phase_of(term, &factors));
            }
            self.put(matrix, pair, &block, q);
        }
    }

    /// `∂D/∂k_α` at `q` for the three Cartesian axes, `k` in 1/Å without 2π.
    pub fn derivatives_at(&self, q: [f64; 3], matrices: &mut [Vec<Complex64>; 3]) {
        for matrix in matrices.iter_mut() {
            matrix.fill(Complex64::ZERO);
        }
        let factors = self.phases.factors(q);
        for pair in &self.pairs {
            let mut blocks = [[Complex64::ZERO; 9]; 3];
            for term in &pair.terms {
                let phase = phase_of(term, &factors);
                for (block, slope) in blocks.iter_mut().zip(term.slope) {
                    // i · slope · phase
                    let weight = Complex64::new(-slope * phase.im, slope * phase.re);
                    add(block, &term.values, weight);
                }
            }
            for (matrix, block) in matrices.iter_mut().zip(&blocks) {
                self.put(matrix, pair, block, q);
            }
        }
    }

    /// Add a block and its adjoint to `matrix`, in the gauge of the positions.
    fn put(
        &self,
        matrix: &mut [Complex64],
        pair: &Pair,
        block: &[Complex64; 9],
        q: [f64; 3],
    ) {
        let [k, l] = pair.atoms;
        let (x_k, x_l) = (self.positions[k], self.positions[l]);
        let gauge = phase((0..3).map(|i| q[i] * (x_l[i] - x_k[i])).sum());
        let n = self.n_bands();
        for (i, value) in block.iter().enumerate() {
            let (row, column) = (3 * k + i / 3, 3 * l + i % 3);
            let value = value * gauge;
            matrix[row * n + column] += value;
            matrix[column * n + row] += value.conj();
        }
    }
}

/// `e^{2πi q·R}`.
fn phase_of(term: &Term, factors: &[Vec<Complex64>; 3]) -> Complex64 {
    let [i, j, k] = term.places.map(|place| place as usize);
    factors[0][i] * factors[1][j] * factors[2][k]
}

/// `block += values · weight`.
fn add(block: &mut [Complex64; 9], values: &[f64; 9], weight: Complex64) {
    for (sum, value) in block.iter_mut().zip(values) {
        sum.re += value * weight.re;
        sum.im += value * weight.im;
    }
}

/// Three components of each row.
pub(crate) fn wave_vectors(qpoints: ArrayView2<'_, f64>) -> Result<Vec<[f64; 3]>> {
    ensure_shape("qpoints", qpoints.shape(), &[qpoints.nrows(), 3])?;
    Ok(qpoints.rows().into_iter().map(|q| [q[0], q[1], q[2]]).collect())
}

/// `D[q, (k, α), (k', β)]` in eV/(Å² Da) at each of `qpoints`, fractional.
pub fn dynamical_matrices(
    series: HarmonicSeries<'_>,
    qpoints: ArrayView2<'_, f64>,
) -> Result<Array3<Complex64>> {
    let qpoints = wave_vectors(qpoints)?;
    let d = DynamicalMatrix::new(series);
    let n = d.n_bands();
    let mut matrices = Array3::zeros((qpoints.len(), n, n));
    let all = matrices.as_slice_mut().expect("just made in C order");
    all.par_chunks_mut((n * n).max(1))
        .zip(&qpoints)
        .for_each(|(matrix, &q)| d.at(q, matrix));
    Ok(matrices)
}
