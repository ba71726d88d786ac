//! Wang's interpolation of the interaction of dipoles.

use phono_core::BornCharges;

/// The interaction that a long wave adds to the constants between any two atoms, at one wave
/// vector: `c (k·Z)(k'·Z') / k·ε·k`, the mean over images of the wave vector.
#[derive(Debug)]
pub(crate) struct Interaction {
    /// `Z` of every atom.
    charges: Vec<[[f64; 3]; 3]>,
    images: Vec<Image>,
}

/// One image of the wave vector.
#[derive(Debug)]
struct Image {
    /// `c / k·ε·k`, divided by the number of images.
    scale: f64,
    /// `k·Z` of every atom.
    along: Vec<[f64; 3]>,
    /// `2 ε k / k·ε·k`.
    slope: [f64; 3],
}

impl Interaction {
    /// At a wave vector with Cartesian images `k`, which are not zero; `coupling` as in
    /// [`BornCharges::coupling`].
    pub(crate) fn new(polar: BornCharges<'_>, coupling: f64, images: &[[f64; 3]]) -> Self {
        let image = |&k: &[f64; 3]| {
            let screened = polar.screened(k);
            let energy: f64 = (0..3).map(|i| k[i] * screened[i]).sum();
            let atoms = 0..polar.charges().len();
            Image {
                scale: coupling / energy / images.len() as f64,
                along: atoms.map(|atom| polar.along(atom, k)).collect(),
                slope: screened.map(|x| 2.0 * x / energy),
            }
        };
        Self {
            charges: polar.charges().to_vec(),
            images: images.iter().map(image).collect(),
        }
    }

    /// Between two atoms, rows one after another.
    pub(crate) fn block(&self, pair: [usize; 2]) -> [f64; 9] {
        self.images.iter().fold([0.0; 9], |sum, image| plus(&sum, &image.block(pair)))
    }

    /// The derivatives of that along three Cartesian axes.
    pub(crate) fn derivatives(&self, [k, l]: [usize; 2]) -> [[f64; 9]; 3] {
        std::array::from_fn(|axis| {
            let charges = [&self.charges[k][axis], &self.charges[l][axis]];
            self.images.iter().fold([0.0; 9], |sum, image| {
                plus(&sum, &image.derivative([k, l], charges, axis))
            })
        })
    }
}

impl Image {
    /// Between two atoms.
    fn block(&self, [k, l]: [usize; 2]) -> [f64; 9] {
        outer(&self.along[k], &self.along[l]).map(|x| x * self.scale)
    }

    /// The derivative of that along an axis, of which `charges` are the rows of `Z`.
    fn derivative(
        &self,
        [k, l]: [usize; 2],
        charges: [&[f64; 3]; 2],
        axis: usize,
    ) -> [f64; 9] {
        let block = self.block([k, l]);
        let first = outer(charges[0], &self.along[l]);
        let second = outer(&self.along[k], charges[1]);
        std::array::from_fn(|i| {
            self.scale * (first[i] + second[i]) - block[i] * self.slope[axis]
        })
    }
}

/// `a + b`.
fn plus(a: &[f64; 9], b: &[f64; 9]) -> [f64; 9] {
    std::array::from_fn(|i| a[i] + b[i])
}

/// `a bᵀ`, rows one after another.
fn outer(a: &[f64; 3], b: &[f64; 3]) -> [f64; 9] {
    std::array::from_fn(|i| a[i / 3] * b[i % 3])
}
