//! Functions without branches and calls: loops over slices of them become vectors.

/// `ln 2` in two parts: the first has zeros at its end, so that integers times it are exact.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// Added to a small number it leaves the nearest integer in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Bits of the fraction of a number.
const FRACTION: u32 = 52;

/// `e^{-x}` and `1 - e^{-x}` for `x` from 0 to 700, to a few units in the last place.
#[inline(always)]
pub(crate) fn decay_and_rest(x: f64) -> (f64, f64) {
    let shifted = -x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (-x - n * LN_2[0]) - n * LN_2[1];
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << FRACTION);
    // (e^r - 1) / r by its series, |r| < 0.35.
    let excess = power * (r * polynomial(&INVERSE_FACTORIALS, r));
    (power + excess, (1.0 - power) - excess)
}

/// `ln(1 - a)` for `0 < a < 1`, given `1 - a` to all its digits too, normal numbers.
///
/// With `1 - a = 2^k m` and `m` from 1/√2 to √2, `ln m = 2 artanh((m - 1) / (m + 1))`; where
/// `k` is 0 the digits of `m - 1` are those of `a`.
#[inline(always)]
pub(crate) fn ln_of_rest(a: f64, rest: f64) -> f64 {
    /// Bits of 1/√2.
    const START: u64 = 0x3fe6_a09e_667f_3bcd;
    // An integer from -2048 to 0 in twelve bits, as a number.
    let bits = (rest.to_bits().wrapping_sub(START) >> FRACTION).wrapping_add(2048) & 4095;
    let exponent = f64::from_bits(ROUND.to_bits() + bits) - ROUND - 2048.0;
    let scale = (ROUND - exponent).to_bits().wrapping_add(1023) << FRACTION;
    let m = rest * f64::from_bits(scale);
    let above = if exponent == 0.0 { -a } else { m - 1.0 };
    let z = above / (m + 1.0);
    let square = z * z;
    let ln_m = 2.0 * z + z * square * polynomial(&INVERSE_ODD, square);
    exponent * LN_2[0] + (exponent * LN_2[1] + ln_m)
}

/// `Σ c_k x^k`, four sums of every fourth term: a single one would wait for each of its steps.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let square = x * x;
    let fourth = square * square;
    let [mut a, mut b, mut c, mut d] = [0.0; 4];
    for row in coefficients.as_chunks::<4>().0.iter().rev() {
        a = a * fourth + row[0];
        b = b * fourth + row[1];
        c = c * fourth + row[2];
        d = d * fourth + row[3];
    }
    (a + b * x) + square * (c + d * x)
}

/// `1 / n!` from 1 to 14, and zeros.
const INVERSE_FACTORIALS: [f64; 16] = [
    1.0,
    0.5,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
    1.0 / 87_178_291_200.0,
    0.0,
    0.0,
];

/// `2 / n` for odd `n` from 3 to 23, and a zero.
const INVERSE_ODD: [f64; 12] = [
    2.0 / 3.0,
    2.0 / 5.0,
    2.0 / 7.0,
    2.0 / 9.0,
    2.0 / 11.0,
    2.0 / 13.0,
    2.0 / 15.0,
    2.0 / 17.0,
    2.0 / 19.0,
    2.0 / 21.0,
    2.0 / 23.0,
    0.0,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_functions_are_those_of_the_library(power in -30.0..2.8_f64) {
            let x = 10_f64.powf(power);
            let (decay, rest) = decay_and_rest(x);
            let ln = ln_of_rest(decay, rest);
            let expected = if x > 0.5 { (-(-x).exp()).ln_1p() } else { (-(-x).exp_m1()).ln() };
            prop_assert!((decay / (-x).exp() - 1.0).abs() < 5e-16, "{x} {decay}");
            prop_assert!((rest / -(-x).exp_m1() - 1.0).abs() < 1e-15, "{x} {rest}");
            prop_assert!((ln / expected - 1.0).abs() < 2e-15, "{x} {ln} {expected}");
        }
    }

    #[test]
    fn what_decays_beyond_all_numbers_stays_a_number() {
        let (decay, rest) = decay_and_rest(700.0);
        assert!(decay < 1e-300 && (ln_of_rest(decay, rest) / decay + 1.0).abs() < 1e-15);
        assert!((rest - 1.0).abs() < 1e-300);
    }
}
