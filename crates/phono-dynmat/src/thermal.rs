//! Sums of thermal functions over many modes.

use ndarray::{Array3, ArrayView1, ArrayView2};
use phono_core::{Error, Result, Stop, ensure_shape};
use rayon::prelude::*;

use crate::condensed::{Condensed, HALF_WIDTH};
use crate::lanes::{LANES, each};
use crate::smooth_functions::{decay_and_rest, ln_of_rest};

/// `x = f / t` times the relative half-width of a bin, up to which functions that fall as
/// `e^{-x}` are polynomials in it.
const STEEP: f64 = 1.0;
/// `x` beyond which a mode is frozen: 1e-304 is left of its functions.
const FROZEN: f64 = 700.0;
/// The three sums.
const SUMS: usize = 3;

/// `Σ_λ s[p, λ] {ln(1 - e^{-x}), x n, x² n (n + 1)}` with `x = f[λ] / t[T]` and
/// `n = 1 / (e^x - 1)`, as `[T, function, p]`, for positive `f` and thermal frequencies `t`.
///
/// Modes are first condensed to few frequencies with the same sums, see `condensed`, but for
/// temperatures at which even the lowest mode is frozen and the functions are too steep.
pub fn thermal_sums(
    frequencies: ArrayView1<'_, f64>,
    shares: ArrayView2<'_, f64>,
    thermal: ArrayView1<'_, f64>,
    stop: &Stop,
) -> Result<Array3<f64>> {
    let f = frequencies.as_standard_layout();
    let f = f.as_slice().expect("in standard layout");
    ensure_shape("shares", shares.shape(), &[shares.nrows(), f.len()])?;
    let is_positive = |x: &f64| *x > 0.0 && x.is_finite();
    if !f.iter().chain(&thermal).all(is_positive) {
        return Err(Error::Domain("frequencies must be positive, temperatures too".into()));
    }
    let shares = shares.as_standard_layout();
    let all = Modes::new(f, shares.as_slice().expect("in standard layout"));
    let lowest = f.iter().copied().fold(f64::INFINITY, f64::min);
    let steep = |t: f64| lowest / t * HALF_WIDTH > STEEP;
    let condensed = thermal
        .iter()
        .any(|&t| !steep(t))
        .then(|| Condensed::new(f, &all.shares))
        .flatten()
        .map(|c| Modes::new(&c.frequencies, &c.shares));
    let n = shares.nrows();
    let mut sums = Array3::zeros((thermal.len(), SUMS, n));
    let rows = sums.as_slice_mut().expect("just made in C order");
    let longest = all.frequencies.len();
    rows.par_chunks_mut((SUMS * n).max(1)).zip(thermal.to_vec()).try_for_each_init(
        || [(); SUMS].map(|()| vec![0.0; longest]),
        |values, (row, t)| {
            stop.check()?;
            let modes = condensed.as_ref().filter(|_| !steep(t)).unwrap_or(&all);
            let frequencies = &modes.frequencies;
            pulp::Arch::new().dispatch(Functions { frequencies, t, values });
            for (row, values) in row.chunks_exact_mut(n).zip(values) {
                let parts = modes.shares.chunks_exact(modes.padded());
                for (sum, shares) in row.iter_mut().zip(parts) {
                    *sum = dot(shares, values);
                }
            }
            Ok(())
        },
    )?;
    Ok(sums)
}

/// Frequencies and their shares, padded to full lanes with shares of zero.
struct Modes {
    frequencies: Vec<f64>,
    /// Shares of all frequencies, one part after another.
    shares: Vec<f64>,
}

impl Modes {
    /// Pad `f`, and rows of shares of its length.
    fn new(f: &[f64], shares: &[f64]) -> Self {
        let padded = f.len().next_multiple_of(LANES);
        let fill = |row: &[f64], by: f64| {
            let mut row = row.to_vec();
            row.resize(padded, by);
            row
        };
        Self {
            frequencies: fill(f, 1.0),
            shares: shares
                .chunks_exact(f.len().max(1))
                .flat_map(|s| fill(s, 0.0))
                .collect(),
        }
    }

    /// The length of a row of shares.
    fn padded(&self) -> usize {
        self.frequencies.len().max(1)
    }
}

/// The three functions of each mode at one temperature, with the vectors of this machine.
struct Functions<'a> {
    frequencies: &'a [f64],
    t: f64,
    values: &'a mut [Vec<f64>; SUMS],
}

impl pulp::NullaryFnOnce for Functions<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let [ln, energy, capacity] = self.values.each_mut().map(Vec::as_mut_slice);
        let values = ln.iter_mut().zip(energy).zip(capacity);
        for (&f, ((ln, energy), capacity)) in self.frequencies.iter().zip(values) {
            let x = (f / self.t).clamp(1e-300, FROZEN);
            let (decay, rest) = decay_and_rest(x);
            let energy_and_one = x / rest;
            *ln = ln_of_rest(decay, rest);
            *energy = decay * energy_and_one;
            *capacity = *energy * energy_and_one;
        }
    }
}

/// `Σ a b`, in the order of lanes.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = [0.0; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        sum = each(|i| sum[i] + a[i] * b[i]);
    }
    sum.iter().sum()
}

#[cfg(test)]
mod tests {
    use ndarray::Array;

    use super::*;

    /// The definition, mode by mode.
    fn one_by_one(f: &[f64], s: &[f64], t: f64) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for (f, s) in f.iter().zip(s) {
            let x = f / t;
            let ln = if x > 0.5 { (-(-x).exp()).ln_1p() } else { (-(-x).exp_m1()).ln() };
            let n = 1.0 / x.exp_m1();
            for (sum, g) in sums.iter_mut().zip([ln, x * n, x * x * n * (n + 1.0)]) {
                *sum += s * g;
            }
        }
        sums
    }

    #[test]
    fn condensed_modes_have_the_sums_of_all_of_them_at_any_temperature() {
        let f: Vec<f64> =
            (0..5000).map(|i| 0.4 + 15.0 * (0.37 * f64::from(i)).fract()).collect();
        let s: Vec<f64> = (0..5000).map(|i| (0.73 * f64::from(i)).fract()).collect();
        let t = [0.001, 0.01, 0.039, 0.041, 0.1, 1.0, 6.0, 40.0, 1e4];
        let rows = Array::from_iter(s.iter().chain(&f).copied());
        let rows = rows.into_shape_with_order((2, 5000)).unwrap();
        let stop = Stop::default();
        let sums =
            thermal_sums(ArrayView1::from(&f), rows.view(), ArrayView1::from(&t), &stop)
                .unwrap();
        for (i, t) in t.into_iter().enumerate() {
            for (p, shares) in [&s, &f].into_iter().enumerate() {
                for (k, expected) in one_by_one(&f, shares, t).into_iter().enumerate() {
                    let error = sums[[i, k, p]] / expected - 1.0;
                    assert!(error.abs() < 1e-13, "{t} {k} {p}: {error:e}");
                }
            }
        }
    }

    #[test]
    fn no_modes_have_no_sums() {
        let shares = ndarray::Array2::zeros((1, 0));
        let t = [1.0];
        let sums = thermal_sums(
            ArrayView1::from(&[]),
            shares.view(),
            ArrayView1::from(&t),
            &Stop::default(),
        );
        assert!(sums.unwrap().iter().all(|x| x.abs() < f64::MIN_POSITIVE));
    }
}
