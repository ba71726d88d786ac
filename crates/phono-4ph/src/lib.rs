//! Four-phonon scattering: the matrix element at fixed `q` and `q1` as one Fourier series
//! in `q2`.
//!
//! The road of one linewidth: `AtQ` contracts the constants with the phonons at `q`, once;
//! `Pair` contracts the rest with those at `q1`; what is left is, for all pairs of bands at
//! once, a Fourier series in `q2` that is summed axis by axis. The projection on the phonons
//! at `q2` and `q3`, the energy-conserving weights and the occupations follow quadruplet by
//! quadruplet while the numbers are in cache. Each unordered `{q1, q2, q3}` is visited once
//! and its squared elements serve all seven channels.

mod at_q;
mod channels;
mod constants;
mod linewidths;
mod pair;
mod quadruplets;
mod rows;
mod sampled;
mod smearing;
mod strengths;
mod units;

pub use constants::Constants4;
pub use linewidths::{Scattering4, Zone, linewidths4};
pub use pair::Phonons;
pub use quadruplets::{Quadruplet, Quadruplets};
pub use sampled::linewidths4_of_pairs;
pub use smearing::{Counting, Smearing};
pub use strengths::interaction_strengths4;
