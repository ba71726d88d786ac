//! The factors kernels put in, made of the same constants as `phono_grid.units`, which says
//! where they come from; a test compares the two.

use std::f64::consts::PI;

/// J.
const EV: f64 = 1.602_177_33e-19;
/// kg.
const AMU: f64 = 1.660_540_2e-27;
/// Energy of a phonon of 1 THz, eV.
const THZ_TO_EV: f64 = 4.135_667_33e-3;
/// THz squared per eigenvalue in eV/(Å² Da).
pub const FREQUENCY_SQUARED: f64 = EV / AMU * 1e-4 / (4.0 * PI * PI);
/// eV² per (eV/Å³)² / (Da³ THz³): squared matrix elements, without `1/n_q`.
pub const STRENGTH: f64 = {
    let x = THZ_TO_EV * FREQUENCY_SQUARED;
    x * x * x / 288.0
};
/// THz per eV²/THz: half linewidth from strengths and energy-conserving weights.
pub const LINEWIDTH: f64 = 18.0 * PI / (THZ_TO_EV * THZ_TO_EV);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factors_are_those_of_the_ecosystem() {
        // phonopy 4.8.6 and phono3py 4.8.2 print these values.
        let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
        assert!(close(FREQUENCY_SQUARED.sqrt(), 15.633_302_300_230_191));
        assert!(close(STRENGTH, 3.585_491_184_882e-3));
        assert!(close(LINEWIDTH, 3.306_215_697_005e6));
    }
}
