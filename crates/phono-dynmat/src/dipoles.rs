//! The interaction of dipoles, summed over reciprocal lattice vectors.

use num_complex::Complex64;
use phono_core::{BornCharges, Cell};

use crate::lanes::{ComplexLanes, LANES, Lanes, each, exp_of_negative, side_by_side};
use crate::matrix::Matrix;
use crate::moments::{
    SECOND, THIRD, Tensor, phased, sandwiched, slope, symmetric, unphased,
};
use crate::phases::phase;

/// 1/Å², squared; a shorter wave vector is zero.
pub(crate) const ZERO: f64 = 1e-10;

type Vector = [f64; 3];

/// Charges and reciprocal lattice vectors, ready to be summed at any wave vectors.
///
/// The charges stand outside of the sum: for a pair of atoms there are only the moments
/// `Σ_G w(K) K K^T e^{2πi G·(r - r')}`, six numbers, and of those `w K K^T` is the same for
/// all pairs. Wave vectors are treated [`LANES`] at a time, side by side.
#[derive(Debug)]
pub(crate) struct Dipoles {
    vectors: Vec<Vector>,
    /// `e^{2πi G·r_k}` of each atom, vectors fastest.
    phases: Vec<Complex64>,
    /// `Z √(c / m)`.
    charges: Vec<Matrix>,
    dielectric: Matrix,
    /// `1 / 4Λ²`.
    damping: f64,
    /// Times `c / m`.
    self_terms: Vec<[[Complex64; 3]; 3]>,
}

/// Wave vectors to be treated together, Cartesian, at most [`LANES`] of them.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Lanes without a wave vector repeat the last one.
    lanes: [Lanes; 3],
    /// A unit vector along which Γ is approached.
    direction: Option<Vector>,
    /// `e^{2πi G·τ}` of every atom, where wave vectors `q` stand for `q + G`.
    gauges: Option<Vec<ComplexLanes>>,
}

impl Batch {
    /// Put one wave vector or more side by side.
    pub(crate) fn new(
        qpoints: &[Vector],
        direction: Option<Vector>,
        gauges: Option<Vec<ComplexLanes>>,
    ) -> Self {
        Self { lanes: side_by_side(qpoints), direction, gauges }
    }

    /// `e^{2πi G·(τ' - τ)}` of a pair of atoms, if it is not one in all lanes.
    fn between(&self, [k, l]: [usize; 2]) -> Option<ComplexLanes> {
        let gauges = self.gauges.as_ref().filter(|_| k != l)?;
        Some(gauges[k].conj().times(&gauges[l]))
    }
}

/// Memory to work in.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// The share of each vector in the moments of a matrix.
    terms: Vec<[Lanes; 6]>,
    /// Its share in those of the derivatives: of `K` first, of `K K K` after.
    slopes: Vec<[Lanes; 13]>,
    /// `e^{2πi G·(r - r')}`, real and imaginary parts.
    phases: [Vec<f64>; 2],
}

/// `K = G + q` in all lanes, and what is made of it.
struct Waves {
    k: [Lanes; 3],
    /// `K·ε·K`.
    energy: Lanes,
    /// `e^{-E / 4Λ²} / E`.
    weights: Lanes,
}

/// The limit of a term for a vanishing `K`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    /// As any other term.
    Damped,
    /// Without its exponential.
    Bare,
}

impl Dipoles {
    /// Prepare the sum.
    pub(crate) fn new(
        cell: Cell<'_>,
        polar: BornCharges<'_>,
        vectors: &[Vector],
        width: f64,
        self_terms: &[[[Complex64; 3]; 3]],
    ) -> Self {
        let coupling = polar.coupling(cell.lattice());
        let positions = cell.positions().iter().map(|x| -> Vector {
            std::array::from_fn(|a| (0..3).map(|i| x[i] * cell.lattice()[i][a]).sum())
        });
        let phases = positions.flat_map(|r| vectors.iter().map(move |g| phase(dot(g, &r))));
        let weights: Vec<f64> = cell.masses().iter().map(|m| coupling / m).collect();
        let charges = polar.charges().iter().zip(&weights);
        let own = self_terms.iter().zip(&weights);
        let unit = |a: usize| std::array::from_fn(|i| f64::from(u8::from(i == a)));
        Self {
            vectors: vectors.to_vec(),
            phases: phases.collect(),
            charges: charges.map(|(z, w)| z.map(|row| row.map(|x| x * w.sqrt()))).collect(),
            // Symmetric, so its columns are its rows.
            dielectric: std::array::from_fn(|a| polar.screened(unit(a))),
            damping: 0.25 / (width * width),
            self_terms: own.map(|(d, w)| d.map(|row| row.map(|x| x * w))).collect(),
        }
    }

    /// Add the sum at a batch of wave vectors to `matrices`, one after another; where `G + q`
    /// vanishes, its limit along the direction, or nothing without one.
    pub(crate) fn add(
        &self,
        batch: &Batch,
        work: &mut Workspace,
        matrices: &mut [Complex64],
    ) {
        let job = Add { dipoles: self, batch, work, matrices };
        pulp::Arch::new().dispatch(job);
    }

    /// Add the derivatives of the sum along three Cartesian axes.
    pub(crate) fn add_derivatives(
        &self,
        batch: &Batch,
        work: &mut Workspace,
        matrices: &mut [&mut [Complex64]; 3],
    ) {
        let job = AddDerivatives { dipoles: self, batch, work, matrices };
        pulp::Arch::new().dispatch(job);
    }

    /// `G + q` and its weights.
    #[inline(always)]
    fn waves(&self, g: &Vector, batch: &Batch, limit: Limit) -> Waves {
        let k = std::array::from_fn(|a| each(|i| g[a] + batch.lanes[a][i]));
        let mut waves = self.weighted(k);
        let shortest = each(|i| k[0][i] * k[0][i] + k[1][i] * k[1][i] + k[2][i] * k[2][i]);
        if shortest.iter().copied().fold(f64::INFINITY, f64::min) < ZERO {
            self.take_limit(&mut waves, &shortest, batch.direction, limit);
        }
        waves
    }

    /// Put the direction, a unit vector, in the place of each `K` that vanishes; without one
    /// there is no such term.
    #[cold]
    fn take_limit(
        &self,
        waves: &mut Waves,
        squares: &Lanes,
        direction: Option<Vector>,
        limit: Limit,
    ) {
        for i in (0..LANES).filter(|&i| squares[i] < ZERO) {
            let k = direction.unwrap_or([1.0, 0.0, 0.0]);
            let there = self.weighted(k.map(|x| [x; LANES]));
            (0..3).for_each(|a| waves.k[a][i] = k[a]);
            waves.energy[i] = there.energy[i];
            waves.weights[i] = match (direction, limit) {
                (None, _) => 0.0,
                (Some(_), Limit::Damped) => there.weights[i],
                (Some(_), Limit::Bare) => 1.0 / there.energy[i],
            };
        }
    }

    /// `K` with its energy and weight.
    #[inline(always)]
    fn weighted(&self, k: [Lanes; 3]) -> Waves {
        let e = &self.dielectric;
        let screened =
            |a: usize, i: usize| e[a][0] * k[0][i] + e[a][1] * k[1][i] + e[a][2] * k[2][i];
        let energy = each(|i| {
            k[0][i] * screened(0, i) + k[1][i] * screened(1, i) + k[2][i] * screened(2, i)
        });
        let decay = exp_of_negative(each(|i| -energy[i] * self.damping));
        Waves { k, energy, weights: each(|i| decay[i] / energy[i]) }
    }

    /// `w K K^T` of every vector.
    // Plain loops, here and below: a closure handed to `extend` or `map` would be compiled by
    // itself, without the vectors of this machine.
    #[inline(always)]
    fn terms(&self, batch: &Batch, terms: &mut Vec<[Lanes; 6]>) {
        terms.resize(self.vectors.len(), [[0.0; LANES]; 6]);
        for (term, g) in terms.iter_mut().zip(&self.vectors) {
            let Waves { k, weights, .. } = self.waves(g, batch, Limit::Bare);
            for (product, [a, b]) in term.iter_mut().zip(SECOND) {
                *product = each(|i| weights[i] * k[a][i] * k[b][i]);
            }
        }
    }

    /// `w K`, and `-w (2/E + 1/2Λ²) K K K` of every vector.
    #[inline(always)]
    fn slopes(&self, batch: &Batch, slopes: &mut Vec<[Lanes; 13]>) {
        slopes.resize(self.vectors.len(), [[0.0; LANES]; 13]);
        for (slope, g) in slopes.iter_mut().zip(&self.vectors) {
            let Waves { k, energy, weights } = self.waves(g, batch, Limit::Damped);
            let relative = each(|i| -2.0 * weights[i] * (1.0 / energy[i] + self.damping));
            let (first, third) = slope.split_at_mut(3);
            for (product, k) in first.iter_mut().zip(&k) {
                *product = each(|i| weights[i] * k[i]);
            }
            for (product, [a, b, c]) in third.iter_mut().zip(THIRD) {
                *product = each(|i| relative[i] * k[a][i] * k[b][i] * k[c][i]);
            }
        }
    }

    /// Set `phases` to those of a pair of atoms.
    #[inline(always)]
    fn relative_phases(&self, [k, l]: [usize; 2], phases: &mut [Vec<f64>; 2]) {
        let n = self.vectors.len();
        let (of_k, of_l) = (&self.phases[k * n..][..n], &self.phases[l * n..][..n]);
        let [re, im] = phases;
        re.resize(n, 0.0);
        im.resize(n, 0.0);
        for ((re, im), (a, b)) in re.iter_mut().zip(im).zip(of_k.iter().zip(of_l)) {
            *re = a.re * b.re + a.im * b.im;
            *im = a.im * b.re - a.re * b.im;
        }
    }

    /// Real and imaginary parts of the moments of a pair of atoms. Those of an atom with itself
    /// have no phases: `own`, the same for all atoms.
    #[inline(always)]
    fn moments<const N: usize>(
        &self,
        [k, l]: [usize; 2],
        terms: &[[Lanes; N]],
        own: &[Lanes; N],
        phases: &mut [Vec<f64>; 2],
    ) -> [[Lanes; N]; 2] {
        if k == l {
            return [*own, [[0.0; LANES]; N]];
        }
        self.relative_phases([k, l], phases);
        [phased(terms, &phases[0]), phased(terms, &phases[1])]
    }

    /// Add `Z_k^T t Z_l`, times `gauge` if there is one, and its adjoint to matrices one after
    /// another.
    #[inline(always)]
    fn put(
        &self,
        [k, l]: [usize; 2],
        tensors: &[Tensor; 2],
        gauge: Option<&ComplexLanes>,
        matrices: &mut [Complex64],
    ) {
        let n = 3 * self.charges.len();
        let re = sandwiched(&self.charges[k], &tensors[0], &self.charges[l]);
        let im = sandwiched(&self.charges[k], &tensors[1], &self.charges[l]);
        let mut block: [ComplexLanes; 9] = std::array::from_fn(|i| ComplexLanes {
            re: re[i / 3][i % 3],
            im: im[i / 3][i % 3],
        });
        if let Some(gauge) = gauge {
            for value in &mut block {
                *value = value.times(gauge);
            }
        }
        for (component, value) in block.iter().enumerate() {
            let (a, b) = (component / 3, component % 3);
            for (i, matrix) in matrices.chunks_exact_mut(n * n).enumerate() {
                matrix[(3 * k + a) * n + 3 * l + b] += value.get(i);
                if k != l {
                    matrix[(3 * l + b) * n + 3 * k + a] += value.get(i).conj();
                }
            }
        }
    }

    /// Take the self-terms from matrices one after another.
    fn subtract_self_terms(&self, matrices: &mut [Complex64]) {
        let n = 3 * self.charges.len();
        for matrix in matrices.chunks_exact_mut(n * n) {
            for (k, own) in self.self_terms.iter().enumerate() {
                for (a, b) in (0..9).map(|i| (i / 3, i % 3)) {
                    matrix[(3 * k + a) * n + 3 * k + b] -= own[a][b];
                }
            }
        }
    }
}

/// [`Dipoles::add`], with the vectors of this machine.
struct Add<'a> {
    dipoles: &'a Dipoles,
    batch: &'a Batch,
    work: &'a mut Workspace,
    matrices: &'a mut [Complex64],
}

impl pulp::NullaryFnOnce for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { dipoles, batch, work, matrices } = self;
        let Workspace { terms, phases, .. } = work;
        dipoles.terms(batch, terms);
        let own = unphased(terms);
        for pair in pairs(dipoles.charges.len()) {
            let [re, im] = dipoles.moments(pair, terms, &own, phases);
            let gauge = batch.between(pair);
            dipoles.put(pair, &[symmetric(&re), symmetric(&im)], gauge.as_ref(), matrices);
        }
        dipoles.subtract_self_terms(matrices);
    }
}

/// [`Dipoles::add_derivatives`], with the vectors of this machine.
struct AddDerivatives<'a, 's> {
    dipoles: &'a Dipoles,
    batch: &'a Batch,
    work: &'a mut Workspace,
    matrices: &'a mut [&'s mut [Complex64]; 3],
}

impl pulp::NullaryFnOnce for AddDerivatives<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { dipoles, batch, work, matrices } = self;
        let Workspace { slopes, phases, .. } = work;
        dipoles.slopes(batch, slopes);
        let own = unphased(slopes);
        for pair in pairs(dipoles.charges.len()) {
            let [re, im] = dipoles.moments(pair, slopes, &own, phases);
            let gauge = batch.between(pair);
            for (axis, matrices) in matrices.iter_mut().enumerate() {
                let row = &dipoles.dielectric[axis];
                let tensors = [slope(&re, axis, row), slope(&im, axis, row)];
                dipoles.put(pair, &tensors, gauge.as_ref(), matrices);
            }
        }
    }
}

/// Each pair `k ≤ l` of atoms.
#[inline(always)]
fn pairs(n_atoms: usize) -> impl Iterator<Item = [usize; 2]> {
    (0..n_atoms).flat_map(move |k| (k..n_atoms).map(move |l| [k, l]))
}

/// `a · b`.
fn dot(a: &Vector, b: &Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
