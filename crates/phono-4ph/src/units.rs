//! The factors of fourth order; a test of the Python package compares them with its own.

use std::f64::consts::PI;

use phono_core::units::LINEWIDTH;

/// Energy of a phonon of 1 THz, eV.
const THZ_TO_EV: f64 = 4.135_667_33e-3;
/// eV² per (eV/Å⁴)² / (Da⁴ THz⁴): squared matrix elements, without `1/n_q²`.
pub(crate) const STRENGTH4: f64 = {
    let x = THZ_TO_EV * phono_core::units::FREQUENCY_SQUARED;
    x * x * x * x / 9216.0
};
/// THz per eV²/THz: half linewidth from strengths and energy-conserving weights.
pub(crate) const LINEWIDTH4: f64 = LINEWIDTH / (18.0 * PI) * (96.0 * PI);
