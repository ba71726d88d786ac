//! Gaussians whose width follows the slopes of the energies that are conserved.

use std::f64::consts::PI;

use phono_core::{Error, Result};

use crate::Phonons;

/// Beyond so many standard deviations there is no weight: two of the widths `√2 σ`.
const REACH: f64 = 2.0 * std::f64::consts::SQRT_2;

/// THz; a smaller width is rounding noise of modes that stand still.
const NARROWEST: f64 = 1e-9;

/// The approximation of the delta function in sums over triplets.
#[derive(Debug, Clone, Copy)]
pub enum Smearing {
    /// A normal distribution of one width.
    Gaussian(phono_grid::Gaussian),
    /// A normal distribution of the width of each energy difference, times this factor.
    Adaptive(f64, Change),
}

/// Measures of the changes of an energy along the three steps of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The largest, as in `FourPhonon`.
    Largest,
    /// Their root mean square, as in `ShengBTE`.
    RootMeanSquare,
}

impl Change {
    /// One of three.
    #[inline(always)]
    fn of(self, steps: [f64; 3]) -> f64 {
        match self {
            Self::Largest => steps.iter().fold(0.0, |a, b| f64::max(a, b.abs())),
            Self::RootMeanSquare => (steps.iter().map(|x| x * x).sum::<f64>() / 3.0).sqrt(),
        }
    }
}

/// Widths at one `q`.
///
/// `σ = s/2 max_i |∂(f' ± f'')/∂a_i|` with `a` the addresses of the grid, or the root mean
/// square in place of the largest. A triplet stands for its images under the little group of `q`, whose widths differ: the mean of their
/// densities is taken.
#[derive(Debug, Clone)]
pub(crate) struct Adaptive<'a> {
    scale: f64,
    change: Change,
    slopes: &'a [[f64; 3]],
    n_bands: usize,
    /// Distinct images of the axes.
    images: Vec<[[f64; 3]; 3]>,
}

impl<'a> Adaptive<'a> {
    /// Take the slopes that the phonons have, and the little group of `q`.
    pub(crate) fn new(
        phonons: &Phonons<'a>,
        q: usize,
        (scale, change): (f64, Change),
    ) -> Result<Self> {
        let slopes = phonons.slopes.ok_or_else(missing)?;
        // Rows are what takes a slope to its component along an axis of the image.
        let mut axes: Vec<[[i64; 3]; 3]> = phonons
            .grid
            .little_group(q)
            .into_iter()
            .map(|r| {
                let mut rows: [[i64; 3]; 3] =
                    std::array::from_fn(|i| positive(std::array::from_fn(|j| r[j][i])));
                rows.sort_unstable();
                rows
            })
            .collect();
        axes.sort_unstable();
        // Every distinct image stands for as many members of the group.
        axes.dedup();
        if axes.is_empty() {
            axes.push([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
        }
        let images =
            axes.iter().map(|rows| rows.map(|row| row.map(|x| x as f64))).collect();
        Ok(Self { scale, change, slopes, n_bands: phonons.n_bands(), images })
    }

    /// `δ(f − f' − f'')`, `δ(f + f' − f'')` and `δ(f − f' + f'')` of the differences `x`.
    #[inline(always)]
    pub(crate) fn densities(
        &self,
        [q1, q2]: [usize; 2],
        [j1, j2]: [usize; 2],
        x: [f64; 3],
    ) -> [f64; 3] {
        let a = self.slopes[q1 * self.n_bands + j1];
        let b = self.slopes[q2 * self.n_bands + j2];
        // q'' moves the opposite way.
        let slopes: [[f64; 3]; 2] =
            [std::array::from_fn(|i| a[i] - b[i]), std::array::from_fn(|i| a[i] + b[i])];
        let mut sums = [0.0; 3];
        for image in &self.images {
            let [minus, plus] = slopes.map(|slope| self.sigma(image, slope));
            sums[0] += density(x[0], minus);
            sums[1] += density(x[1], plus);
            sums[2] += density(x[2], plus);
        }
        sums.map(|sum| sum / self.images.len() as f64)
    }

    /// The width of one image, THz.
    #[inline(always)]
    fn sigma(&self, image: &[[f64; 3]; 3], slope: [f64; 3]) -> f64 {
        let along =
            image.map(|row| row[0] * slope[0] + row[1] * slope[1] + row[2] * slope[2]);
        self.scale / 2.0 * self.change.of(along)
    }
}

/// The weight `δ(f − f')` of a phonon that scatters into one of these slopes.
#[inline(always)]
pub(crate) fn elastic(x: f64, slope: [f64; 3], (scale, change): (f64, Change)) -> f64 {
    density(x, scale / 2.0 * change.of(slope))
}

/// The error of phonons without slopes.
pub(crate) fn missing() -> Error {
    Error::Domain(
        "phonons: have no velocities, which adaptive Gaussians need; give velocities="
            .into(),
    )
}

/// A normal distribution, cut off; nothing of no width.
#[inline(always)]
fn density(x: f64, sigma: f64) -> f64 {
    if sigma < NARROWEST || x.abs() > REACH * sigma {
        return 0.0;
    }
    let x = x / sigma;
    (-x * x / 2.0).exp() / ((2.0 * PI).sqrt() * sigma)
}

/// The one of a row and its negative whose first number is positive.
fn positive(row: [i64; 3]) -> [i64; 3] {
    match row.iter().find(|&&x| x != 0) {
        Some(&x) if x < 0 => row.map(|x| -x),
        _ => row,
    }
}
