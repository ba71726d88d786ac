//! Functions of numbers side by side, without branches and calls.

use crate::lanes::{LANES, Lanes, each};

/// `ln 2` in two parts: the first has zeros at its end, so that integers times it are exact.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// Added to a small number it leaves the nearest integer in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Bits of the fraction of a number.
const FRACTION: u32 = 52;

/// `e^{-x}` and `1 - e^{-x}` for `x ≥ 0`, to a few units in the last place; `e^{-700}`, some
/// 1e-304, where `x` is above 700.
#[inline(always)]
pub(crate) fn decay_and_rest(x: &Lanes) -> (Lanes, Lanes) {
    let x: Lanes = each(|i| -x[i].min(700.0));
    let shifted: Lanes = each(|i| x[i] * std::f64::consts::LOG2_E + ROUND);
    let r: Lanes = each(|i| {
        let n = shifted[i] - ROUND;
        (x[i] - n * LN_2[0]) - n * LN_2[1]
    });
    // (e^r - 1) / r by its series, |r| < 0.35.
    let series = polynomial(&INVERSE_FACTORIALS, &r);
    let power: Lanes =
        each(|i| f64::from_bits(shifted[i].to_bits().wrapping_add(1023) << FRACTION));
    let excess: Lanes = each(|i| power[i] * (series[i] * r[i]));
    (each(|i| power[i] + excess[i]), each(|i| (1.0 - power[i]) - excess[i]))
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

/// `Σ c_k x^k`, four sums of every fourth term: a single one would wait for each of its steps.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], x: &Lanes) -> Lanes {
    let square: Lanes = each(|i| x[i] * x[i]);
    let fourth: Lanes = each(|i| square[i] * square[i]);
    let mut parts = [[0.0; LANES]; 4];
    for row in coefficients.as_chunks::<4>().0.iter().rev() {
        for (part, c) in parts.iter_mut().zip(row) {
            *part = each(|i| part[i] * fourth[i] + c);
        }
    }
    let [a, b, c, d] = parts;
    each(|i| (a[i] + b[i] * x[i]) + square[i] * (c[i] + d[i] * x[i]))
}

/// `ln(1 - a)` for `0 < a < 1`, given `1 - a` to all its digits too, normal numbers.
///
/// With `1 - a = 2^k m` and `m` from 1/√2 to √2, `ln m = 2 artanh((m - 1) / (m + 1))`; where
/// `k` is 0 the digits of `m - 1` are those of `a`.
#[inline(always)]
pub(crate) fn ln_of_rest(a: &Lanes, rest: &Lanes) -> Lanes {
    /// Bits of 1/√2.
    const START: u64 = 0x3fe6_a09e_667f_3bcd;
    // Shifted so that the exponent changes at 1/√2.
    let exponent: [u64; _] = rest.map(|y| (y.to_bits().wrapping_sub(START)) >> FRACTION);
    let exponent: Lanes = each(|i| {
        // An integer from -2048 to 0 in twelve bits, as a number.
        f64::from_bits(ROUND.to_bits() + ((exponent[i] + 2048) & 4095)) - ROUND - 2048.0
    });
    let scale: Lanes = each(|i| {
        let bits = (ROUND - exponent[i]).to_bits().wrapping_add(1023);
        f64::from_bits(bits << FRACTION)
    });
    let m: Lanes = each(|i| rest[i] * scale[i]);
    let above: Lanes = each(|i| if exponent[i] == 0.0 { -a[i] } else { m[i] - 1.0 });
    let z: Lanes = each(|i| above[i] / (m[i] + 1.0));
    let square: Lanes = each(|i| z[i] * z[i]);
    let series = polynomial(&INVERSE_ODD, &square);
    each(|i| {
        let ln_m = 2.0 * z[i] + z[i] * square[i] * series[i];
        exponent[i] * LN_2[0] + (exponent[i] * LN_2[1] + ln_m)
    })
}

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
            let ([decay, ..], [rest, ..]) = decay_and_rest(&[x; _]);
            let ln = ln_of_rest(&[decay; _], &[rest; _])[0];
            let expected = if x > 0.5 { (-(-x).exp()).ln_1p() } else { (-(-x).exp_m1()).ln() };
            prop_assert!((decay / (-x).exp() - 1.0).abs() < 5e-16, "{x} {decay}");
            prop_assert!((rest / -(-x).exp_m1() - 1.0).abs() < 1e-15, "{x} {rest}");
            prop_assert!((ln / expected - 1.0).abs() < 2e-15, "{x} {ln} {expected}");
        }
    }

    #[test]
    fn what_decays_beyond_all_numbers_stays_a_number() {
        let (decay, rest) = decay_and_rest(&[1e9; _]);
        assert!(decay[0] < 1e-300 && ln_of_rest(&decay, &rest)[0] == -decay[0]);
        assert!((rest[0] - 1.0).abs() < 1e-300);
    }
}
