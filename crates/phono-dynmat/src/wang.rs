//! Wang's interpolation of the interaction of dipoles.

use phono_core::BornCharges;

/// The interaction that a long wave adds to the constants between any two atoms, at one wave
/// vector: `c (k·Z)(k'·Z') / k·ε·k`.
#[derive(Debug)]
pub(crate) struct Interaction {
    coupling: f64,
    /// `k·Z` of every atom.
    along: Vec<[f64; 3]>,
    /// `Z` of every atom.
    charges: Vec<[[f64; 3]; 3]>,
    /// `k·ε·k`.
    energy: f64,
    /// `2 ε k`.
    slope: [f64; 3],
}

impl Interaction {
    /// At Cartesian `k`, which is not zero; `coupling` as in [`BornCharges::coupling`].
    pub(crate) fn new(polar: BornCharges<'_>, coupling: f64, k: [f64; 3]) -> Self {
        let screened = polar.screened(k);
        let atoms = 0..polar.charges().len();
        Self {
            coupling,
            along: atoms.map(|atom| polar.along(atom, k)).collect(),
            charges: polar.charges().to_vec(),
            energy: (0..3).map(|i| k[i] * screened[i]).sum(),
            slope: screened.map(|x| 2.0 * x),
        }
    }

    /// Between two atoms, rows one after another.
    pub(crate) fn block(&self, [k, l]: [usize; 2]) -> [f64; 9] {
        let scale = self.coupling / self.energy;
        outer(&self.along[k], &self.along[l]).map(|x| x * scale)
    }

    /// The derivatives of that along three Cartesian axes.
    pub(crate) fn derivatives(&self, [k, l]: [usize; 2]) -> [[f64; 9]; 3] {
        let block = self.block([k, l]);
        let scale = self.coupling / self.energy;
        std::array::from_fn(|axis| {
            let first = outer(&self.charges[k][axis], &self.along[l]);
            let second = outer(&self.along[k], &self.charges[l][axis]);
            let relative = self.slope[axis] / self.energy;
            std::array::from_fn(|i| scale * (first[i] + second[i]) - block[i] * relative)
        })
    }
}

/// `a bᵀ`, rows one after another.
fn outer(a: &[f64; 3], b: &[f64; 3]) -> [f64; 9] {
    std::array::from_fn(|i| a[i / 3] * b[i % 3])
}
