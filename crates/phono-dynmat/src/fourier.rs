//! Fourier sums of force constants.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use num_complex::Complex64;
use phono_core::{Correction, Dynamics};

use crate::lanes::{ComplexLanes, each, side_by_side};
use crate::phases::Phases;
use crate::wang::Interaction;

/// `k, k'` and `R`.
type Place = ([usize; 2], [i64; 3]);

/// The mass-weighted constants, ready to be summed at any wave vectors, [`LANES`] at a time.
///
/// [`LANES`]: crate::lanes::LANES
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

/// The share of one lattice vector in a block.
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

    /// Set `matrices`, one after another, to the sums at up to eight wave vectors, in the gauge
    /// that carries the positions of the atoms. Interactions are those at each of them, or
    /// there are none.
    pub(crate) fn at(
        &self,
        qpoints: &[[f64; 3]],
        interactions: &[Option<Interaction>],
        matrices: &mut [Complex64],
    ) {
        let waves = self.waves(qpoints);
        matrices.fill(Complex64::ZERO);
        pulp::Arch::new().dispatch(Sum { constants: self, waves, interactions, matrices });
    }

    /// Set `matrices` to `∂/∂k_α` of the sums for the three Cartesian axes, `k` in 1/Å without
    /// 2π.
    pub(crate) fn derivatives_at(
        &self,
        qpoints: &[[f64; 3]],
        interactions: &[Option<Interaction>],
        matrices: &mut [&mut [Complex64]; 3],
    ) {
        let waves = self.waves(qpoints);
        for matrix in matrices.iter_mut() {
            matrix.fill(Complex64::ZERO);
        }
        pulp::Arch::new().dispatch(Slopes {
            constants: self,
            waves,
            interactions,
            matrices,
        });
    }

    /// The phases at wave vectors side by side.
    fn waves(&self, qpoints: &[[f64; 3]]) -> Waves {
        let factors = self.phases.factors(&side_by_side(qpoints));
        Waves { factors, gauges: self.gauges(qpoints) }
    }

    /// `e^{2πi q·τ}` of every atom at wave vectors side by side.
    pub(crate) fn gauges(&self, qpoints: &[[f64; 3]]) -> Vec<ComplexLanes> {
        let q = side_by_side(qpoints);
        let along =
            |x: &[f64; 3]| each(|i| q[0][i] * x[0] + q[1][i] * x[1] + q[2][i] * x[2]);
        self.positions.iter().map(|x| ComplexLanes::phases(along(x))).collect()
    }
}

/// The phases at wave vectors side by side.
struct Waves {
    /// Phases of lattice vectors, along each axis.
    factors: [Vec<ComplexLanes>; 3],
    /// Phases of atoms.
    gauges: Vec<ComplexLanes>,
}

impl Waves {
    /// `e^{2πi q·R}`.
    #[inline(always)]
    fn term(&self, term: &Term) -> ComplexLanes {
        let [i, j, k] = term.places;
        let [a, b, c] = &self.factors;
        a[i as usize].times(&b[j as usize]).times(&c[k as usize])
    }

    /// `e^{2πi q·(τ' - τ)}`.
    #[inline(always)]
    fn between(&self, [k, l]: [usize; 2]) -> ComplexLanes {
        self.gauges[k].conj().times(&self.gauges[l])
    }
}

/// Nine components of a block, rows one after another.
type Block = [ComplexLanes; 9];

/// [`FourierSum::at`], with the vectors of this machine.
struct Sum<'a> {
    constants: &'a FourierSum,
    waves: Waves,
    interactions: &'a [Option<Interaction>],
    matrices: &'a mut [Complex64],
}

impl pulp::NullaryFnOnce for Sum<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { constants, waves, interactions, matrices } = self;
        for pair in &constants.pairs {
            let mut block = [ComplexLanes::ZERO; 9];
            let mut mean = ComplexLanes::ZERO;
            for term in &pair.terms {
                let phase = waves.term(term);
                mean.add_product(&phase, term.share);
                for (sum, &value) in block.iter_mut().zip(&term.values) {
                    sum.add_product(&phase, value);
                }
            }
            for (i, interaction) in present(interactions) {
                add(&mut block, i, &interaction.block(pair.atoms), mean.get(i));
            }
            put(matrices, pair.atoms, constants.n_bands(), &block, &waves);
        }
    }
}

/// [`FourierSum::derivatives_at`], with the vectors of this machine.
struct Slopes<'a, 's> {
    constants: &'a FourierSum,
    waves: Waves,
    interactions: &'a [Option<Interaction>],
    matrices: &'a mut [&'s mut [Complex64]; 3],
}

impl pulp::NullaryFnOnce for Slopes<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { constants, waves, interactions, matrices } = self;
        let mut phases = Vec::new();
        for pair in &constants.pairs {
            let mut mean = ComplexLanes::ZERO;
            phases.clear();
            for term in &pair.terms {
                phases.push(waves.term(term));
                mean.add_product(&phases[phases.len() - 1], term.share);
            }
            for (axis, matrices) in matrices.iter_mut().enumerate() {
                let mut block = [ComplexLanes::ZERO; 9];
                let mut slope = ComplexLanes::ZERO;
                for (term, phase) in pair.terms.iter().zip(&phases) {
                    slope.add_product(phase, term.slope[axis] * term.share);
                    for (sum, value) in block.iter_mut().zip(&term.values) {
                        sum.add_product(phase, term.slope[axis] * value);
                    }
                }
                for sum in &mut block {
                    *sum = times_i(sum);
                }
                for (i, interaction) in present(interactions) {
                    let weight = times_i(&slope).get(i);
                    add(&mut block, i, &interaction.block(pair.atoms), weight);
                    let derivative = &interaction.derivatives(pair.atoms)[axis];
                    add(&mut block, i, derivative, mean.get(i));
                }
                put(matrices, pair.atoms, constants.n_bands(), &block, &waves);
            }
        }
    }
}

/// The interactions there are, each with its lane.
#[inline(always)]
fn present(
    interactions: &[Option<Interaction>],
) -> impl Iterator<Item = (usize, &Interaction)> {
    interactions.iter().enumerate().filter_map(|(i, x)| x.as_ref().map(|x| (i, x)))
}

/// `i a`.
#[inline(always)]
fn times_i(a: &ComplexLanes) -> ComplexLanes {
    ComplexLanes { re: each(|i| -a.im[i]), im: a.re }
}

/// `block += values · weight` in one lane.
#[inline(always)]
fn add(block: &mut Block, lane: usize, values: &[f64; 9], weight: Complex64) {
    for (sum, value) in block.iter_mut().zip(values) {
        sum.add(lane, weight * value);
    }
}

/// Add a block and its adjoint, in the gauge of the positions, to matrices of `n` columns.
#[inline(always)]
fn put(
    matrices: &mut [Complex64],
    [k, l]: [usize; 2],
    n: usize,
    block: &Block,
    waves: &Waves,
) {
    let gauge = &waves.between([k, l]);
    for (component, value) in block.iter().enumerate() {
        let (row, column) = (3 * k + component / 3, 3 * l + component % 3);
        let value = value.times(gauge);
        for (i, matrix) in matrices.chunks_exact_mut(n * n).enumerate() {
            matrix[row * n + column] += value.get(i);
            matrix[column * n + row] += value.get(i).conj();
        }
    }
}
