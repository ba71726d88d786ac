//! Fourier sums of force constants.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use num_complex::Complex64;
use phono_core::{Correction, Dynamics};

use crate::phases::{Phases, phase};
use crate::wang::Interaction;

/// `k, k'` and `R`.
type Place = ([usize; 2], [i64; 3]);

/// The mass-weighted constants, ready to be summed at any wave vector.
///
/// The sum is Hermitian, so only the blocks `k ≤ k'` are made, and of the lattice vectors
/// `±R` of a diagonal block only one: each pair of entries is averaged once and for all,
/// `(Φ(k, k', R) + Φ(k', k, -R)ᵀ) / 2`.
#[derive(Debug)]
pub(crate) struct FourierSum {
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
    /// Its share in the mean over the supercell, weighted with masses too.
    share: f64,
    /// `2π (R + τ' - τ)`, Cartesian, Å.
    slope: [f64; 3],
}

impl FourierSum {
    /// Prepare `dynamics`.
    pub(crate) fn new(dynamics: &Dynamics<'_>) -> Self {
        let cell = dynamics.series().cell();
        let shares = match dynamics.correction() {
            Correction::Wang { shares, .. } => shares,
            Correction::None | Correction::GonzeLee { .. } => &[],
        };
        let mut merged: BTreeMap<Place, ([f64; 9], f64)> = BTreeMap::new();
        for (e, (values, [k, l], r)) in dynamics.series().entries().enumerate() {
            let weight = 0.5 / (cell.masses()[k] * cell.masses()[l]).sqrt();
            let opposite = r.map(|x| -x);
            let turned = k > l || (k == l && opposite > r);
            let key = if turned { ([l, k], opposite) } else { ([k, l], r) };
            let (sum, share) = merged.entry(key).or_default();
            *share += weight * shares.get(e).copied().unwrap_or_default();
            for i in 0..9 {
                let (a, b) = if turned { (i % 3, i / 3) } else { (i / 3, i % 3) };
                sum[i] += weight * values[a][b];
            }
        }
        let phases = Phases::new(merged.keys().map(|&(_, r)| r));
        let x = cell.positions();
        let mut pairs: Vec<Pair> = Vec::new();
        for (([k, l], r), (values, share)) in merged {
            if pairs.last().is_none_or(|pair| pair.atoms != [k, l]) {
                pairs.push(Pair { atoms: [k, l], terms: Vec::new() });
            }
            let along: [f64; 3] = std::array::from_fn(|i| r[i] as f64 + x[l][i] - x[k][i]);
            let slope = std::array::from_fn(|axis| {
                (0..3).map(|i| TAU * along[i] * cell.lattice()[i][axis]).sum()
            });
            let term = Term { places: phases.places(r), values, share, slope };
            pairs.last_mut().expect("just pushed").terms.push(term);
        }
        Self { n_atoms: cell.n_atoms(), positions: x.to_vec(), phases, pairs }
    }

    /// Number of bands.
    pub(crate) fn n_bands(&self) -> usize {
        3 * self.n_atoms
    }

    /// Set `matrix`, rows one after another, to the sum at `q`, in the gauge that carries
    /// the positions of the atoms.
    pub(crate) fn at(
        &self,
        q: [f64; 3],
        interaction: Option<&Interaction>,
        matrix: &mut [Complex64],
    ) {
        matrix.fill(Complex64::ZERO);
        let factors = self.phases.factors(q);
        for pair in &self.pairs {
            let mut block = [Complex64::ZERO; 9];
            for term in &pair.terms {
                add(&mut block, &term.values, phase_of(term, &factors));
            }
            if let Some(interaction) = interaction {
                let mean = pair.terms.iter().map(|t| phase_of(t, &factors) * t.share).sum();
                add(&mut block, &interaction.block(pair.atoms), mean);
            }
            self.put(matrix, pair, &block, q);
        }
    }

    /// `∂/∂k_α` of the sum at `q` for the three Cartesian axes, `k` in 1/Å without 2π.
    pub(crate) fn derivatives_at(
        &self,
        q: [f64; 3],
        interaction: Option<&Interaction>,
        matrices: &mut [Vec<Complex64>; 3],
    ) {
        for matrix in matrices.iter_mut() {
            matrix.fill(Complex64::ZERO);
        }
        let factors = self.phases.factors(q);
        for pair in &self.pairs {
            let mut blocks = [[Complex64::ZERO; 9]; 3];
            let (mut mean, mut slopes) = (Complex64::ZERO, [Complex64::ZERO; 3]);
            for term in &pair.terms {
                let phase = phase_of(term, &factors);
                mean += phase * term.share;
                for (axis, slope) in term.slope.into_iter().enumerate() {
                    // i · slope · phase
                    let weight = Complex64::new(-slope * phase.im, slope * phase.re);
                    add(&mut blocks[axis], &term.values, weight);
                    slopes[axis] += weight * term.share;
                }
            }
            if let Some(interaction) = interaction {
                let block = interaction.block(pair.atoms);
                let derivatives = interaction.derivatives(pair.atoms);
                for axis in 0..3 {
                    add(&mut blocks[axis], &block, slopes[axis]);
                    add(&mut blocks[axis], &derivatives[axis], mean);
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
