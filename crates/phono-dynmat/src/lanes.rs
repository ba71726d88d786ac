//! Numbers side by side, as vector registers hold them.
//!
//! Plain arrays and plain loops: inside of `pulp::Arch::dispatch` the compiler makes vectors of
//! them, as wide as the machine has. Only what is inlined takes part, which closures given to
//! iterators are not always.

use num_complex::Complex64;

/// The number of lanes.
pub(crate) const LANES: usize = 8;

/// One number in each lane.
pub(crate) type Lanes = [f64; LANES];

/// One complex number in each lane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ComplexLanes {
    pub(crate) re: Lanes,
    pub(crate) im: Lanes,
}

impl ComplexLanes {
    pub(crate) const ZERO: Self = Self { re: [0.0; LANES], im: [0.0; LANES] };

    /// `e^{2πi x}`.
    pub(crate) fn phases(x: Lanes) -> Self {
        let mut all = Self::ZERO;
        for ((re, im), x) in all.re.iter_mut().zip(&mut all.im).zip(x) {
            (*im, *re) = (std::f64::consts::TAU * x).sin_cos();
        }
        all
    }

    /// `a*`.
    #[inline(always)]
    pub(crate) fn conj(&self) -> Self {
        Self { re: self.re, im: each(|i| -self.im[i]) }
    }

    /// `a b`.
    #[inline(always)]
    pub(crate) fn times(&self, b: &Self) -> Self {
        Self {
            re: each(|i| self.re[i] * b.re[i] - self.im[i] * b.im[i]),
            im: each(|i| self.re[i] * b.im[i] + self.im[i] * b.re[i]),
        }
    }

    /// `self += a b` for a real `b`.
    #[inline(always)]
    pub(crate) fn add_product(&mut self, a: &Self, b: f64) {
        add_product(&mut self.re, &a.re, b);
        add_product(&mut self.im, &a.im, b);
    }

    /// The number in lane `i`.
    #[inline(always)]
    pub(crate) fn get(&self, i: usize) -> Complex64 {
        Complex64::new(self.re[i], self.im[i])
    }

    /// Add to lane `i`.
    #[inline(always)]
    pub(crate) fn add(&mut self, i: usize, x: Complex64) {
        self.re[i] += x.re;
        self.im[i] += x.im;
    }
}

/// One number computed for each lane.
#[inline(always)]
pub(crate) fn each(f: impl Fn(usize) -> f64) -> Lanes {
    let mut lanes = [0.0; LANES];
    for (i, lane) in lanes.iter_mut().enumerate() {
        *lane = f(i);
    }
    lanes
}

/// `sum += a b`.
#[inline(always)]
pub(crate) fn add_product(sum: &mut Lanes, a: &Lanes, b: f64) {
    for (sum, a) in sum.iter_mut().zip(a) {
        *sum += a * b;
    }
}

/// Three components of up to [`LANES`] vectors; lanes without a vector repeat the last one.
pub(crate) fn side_by_side(vectors: &[[f64; 3]]) -> [Lanes; 3] {
    std::array::from_fn(|a| each(|i| vectors[i.min(vectors.len() - 1)][a]))
}

/// `e^x` for `x ≤ 0`, to two units in the last place; below -700 it is `e^-700`, some 1e-304.
///
/// Without branches and calls, so that lanes stay side by side: `x = n ln 2 + r`, a polynomial
/// of `r`, and `n` put into the exponent.
#[inline(always)]
pub(crate) fn exp_of_negative(x: Lanes) -> Lanes {
    /// `ln 2` in two parts: the first has zeros at its end, so that `n` times it is exact.
    const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
    /// Added to a small number it leaves the nearest integer in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    each(|i| {
        let x = x[i].max(-700.0);
        let shifted = x * std::f64::consts::LOG2_E + ROUND;
        let n = shifted - ROUND;
        let r = (x - n * LN_2[0]) - n * LN_2[1];
        let mut polynomial = 1.0 / 6_227_020_800.0;
        for inverse in FACTORIALS {
            polynomial = polynomial * r + inverse;
        }
        polynomial * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
    })
}

/// `1 / n!` from 12 down to 0.
const FACTORIALS: [f64; 13] = [
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exponentials_are_those_of_the_library(x in -699.0..0.0_f64) {
            let [mine, ..] = exp_of_negative([x; LANES]);
            prop_assert!((mine / x.exp() - 1.0).abs() < 4.5e-16, "{x}: {mine} {}", x.exp());
        }
    }

    #[test]
    fn nothing_left_stays_a_number() {
        assert!(exp_of_negative([-1e9; LANES])[0] < 1e-300);
        assert!((exp_of_negative([0.0; LANES])[0] - 1.0).abs() < 1e-300);
    }
}
