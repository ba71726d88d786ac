//! Energy conservation by normal distributions, fixed or adaptive.

use ndarray::ArrayView3;
use phono_core::{Error, Result};
use phono_grid::Gaussian;

/// THz; a process whose adaptive width is not above is left out.
const NARROWEST: f64 = 1e-4;

/// How processes are counted where it matters on a coarse mesh only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// With the symmetry of the crystal, whatever the eigenvectors of degenerate sets.
    Symmetric,
    /// As `FourPhonon` does.
    FourPhonon,
}

/// Normal distributions in place of the delta functions.
#[derive(Debug, Clone, Copy)]
pub enum Smearing<'a> {
    /// Standard deviation and reach, THz.
    Fixed(f64, f64),
    /// As wide as energies vary between points of the grid.
    Adaptive {
        /// `[q, j, step]`: change of the frequency along a step of the grid, halved, THz.
        spreads: &'a [f64],
        /// Number of steps.
        n_steps: usize,
        /// In standard deviations.
        cutoff: f64,
    },
}

impl<'a> Smearing<'a> {
    /// One width for all.
    pub fn fixed(sigma: f64, cutoff: Option<f64>) -> Result<Self> {
        Gaussian::new(sigma, cutoff)?;
        // Beyond, the density is 0.
        Ok(Self::Fixed(sigma, sigma * cutoff.unwrap_or(f64::INFINITY).min(39.0)))
    }

    /// Widths from `spreads[q, j, step]`.
    pub fn adaptive(spreads: ArrayView3<'a, f64>, cutoff: f64) -> Result<Self> {
        if cutoff.is_nan() || cutoff <= 0.0 {
            return Err(Error::Domain(format!("cutoff must be positive, got {cutoff}")));
        }
        let n_steps = spreads.dim().2;
        let spreads = spreads.to_slice().ok_or(Error::Layout("spreads"))?;
        Ok(Self::Adaptive { spreads, n_steps, cutoff })
    }

    /// The width of all processes, if they have the same.
    fn one_width(&self) -> Width {
        match *self {
            Self::Fixed(sigma, _) => Width { sigma, inverse: 1.0 / sigma },
            Self::Adaptive { .. } => Width::default(),
        }
    }

    /// How far from energy conservation a process of a width can be.
    #[inline(always)]
    pub(crate) fn reach(&self, width: Width) -> f64 {
        match self {
            Self::Fixed(_, reach) => *reach,
            Self::Adaptive { cutoff, .. } => cutoff * width.sigma,
        }
    }
}

/// A standard deviation and what a density needs of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Width {
    /// THz.
    pub(crate) sigma: f64,
    /// Its inverse, 0 if it is too narrow.
    inverse: f64,
}

impl Width {
    #[inline(always)]
    fn new(sigma: f64) -> Self {
        Self { sigma, inverse: if sigma <= NARROWEST { 0.0 } else { 1.0 / sigma } }
    }

    /// `δ(x)`, 1/THz.
    #[inline(always)]
    pub(crate) fn density(self, x: f64) -> f64 {
        const TOP: f64 = 0.398_942_280_401_432_7; // 1/√2π
        let x = x * self.inverse;
        (-0.5 * x * x).exp() * (TOP * self.inverse)
    }
}

/// Widths of every two of three phonons, `[j, j']`, for bands of two wave vectors.
#[derive(Debug, Default)]
pub(crate) struct Widths {
    n_bands: usize,
    /// Both emitted or both absorbed; of (1, 2), (1, 3), (2, 3).
    minus: [Vec<Width>; 3],
    /// One emitted, the other absorbed.
    plus: [Vec<Width>; 3],
    /// The largest of all.
    pub(crate) largest: Width,
    room: Vec<Width>,
}

/// Replace the elements of a table by their means over degenerate sets of rows and columns.
#[inline(always)]
fn average(table: &mut [Width], room: &mut Vec<Width>, [rows, columns]: [&[usize]; 2]) {
    let n = rows.len();
    let is_simple = |sets: &[usize]| sets[n - 1] - sets[0] == n - 1;
    if is_simple(rows) && is_simple(columns) {
        return;
    }
    room.clear();
    room.extend_from_slice(table);
    for (i, row) in rows.iter().enumerate() {
        for (j, column) in columns.iter().enumerate() {
            let (mut sum, mut count) = (0.0, 0.0);
            for a in (0..n).filter(|&a| rows[a] == *row) {
                for b in (0..n).filter(|&b| columns[b] == *column) {
                    sum += room[a * n + b].sigma;
                    count += 1.0;
                }
            }
            table[i * n + j] = Width::new(sum / count);
        }
    }
}

impl Widths {
    /// Make the tables of three wave vectors, averaged over degenerate sets if there are any.
    #[inline(always)]
    pub(crate) fn fill(
        &mut self,
        smearing: &Smearing<'_>,
        (n_bands, sets): (usize, Option<&[usize]>),
        q: [usize; 3],
    ) {
        self.n_bands = n_bands;
        self.largest = Width::default();
        let Smearing::Adaptive { spreads, n_steps, .. } = smearing else {
            for table in self.minus.iter_mut().chain(&mut self.plus) {
                table.clear();
                table.resize(n_bands * n_bands, smearing.one_width());
            }
            return;
        };
        let mut largest = 0.0f64;
        let of = |q: usize| {
            spreads[q * n_bands * n_steps..][..n_bands * n_steps].chunks(*n_steps)
        };
        for (pair, [a, b]) in [[0, 1], [0, 2], [1, 2]].into_iter().enumerate() {
            let (minus, plus) = (&mut self.minus[pair], &mut self.plus[pair]);
            minus.clear();
            plus.clear();
            for x in of(q[a]) {
                for y in of(q[b]) {
                    let (mut most, mut most_plus) = (0.0f64, 0.0f64);
                    for (x, y) in x.iter().zip(y) {
                        most = most.max((x - y).abs());
                        most_plus = most_plus.max((x + y).abs());
                    }
                    largest = largest.max(most).max(most_plus);
                    minus.push(Width::new(most));
                    plus.push(Width::new(most_plus));
                }
            }
            if let Some(sets) = sets {
                let of = |q: usize| &sets[q * n_bands..(q + 1) * n_bands];
                let room = &mut self.room;
                for table in [minus, plus] {
                    average(table, room, [of(q[a]), of(q[b])]);
                }
            }
        }
        self.largest = Width::new(largest);
    }

    /// Width of phonons `a < b` of the three in `bands`, on the same side or not.
    #[inline(always)]
    pub(crate) fn of(
        &self,
        same_side: bool,
        [a, b]: [usize; 2],
        bands: [usize; 3],
    ) -> Width {
        let (a, b) = (a.min(b), a.max(b));
        let tables = if same_side { &self.minus } else { &self.plus };
        tables[a + b - 1][bands[a] * self.n_bands + bands[b]]
    }
}
