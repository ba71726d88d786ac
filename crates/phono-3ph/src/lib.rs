//! Three-phonon scattering: the matrix element at fixed `q` as one Fourier series in `q'`.
//!
//! The road of one linewidth: [`series3`] writes the constants on lattice vectors once;
//! `FixedQ` contracts them with the phonons at `q`, eight initial bands side by side, and sums
//! the first axis of the series. Where constants are symmetric, it is summed over one of `R` and
//! `−R`, at `q'` and at `q''`. Energy-conserving weights are made before elements: a triplet
//! is projected only on the phonons at `q'` and `q''` that have any. The other axes, the
//! projection and the occupations follow in pieces while the numbers are in cache.

mod accumulate;
mod adaptive;
mod alone;
mod buffers;
mod chunks;
mod collision;
mod contract;
mod detailed;
mod elements;
mod first_axis;
mod fixed_q;
mod interaction;
mod isotope;
mod lanes;
mod layout;
mod linewidths;
mod needed;
mod occupations;
mod phonons;
mod pieces;
mod real_part;
mod reduced_row;
mod rows;
mod self_energy;
mod series;
mod series3;
mod spread;
mod stored;
mod summed;
mod together;
mod triplet_sum;
mod weighted;
mod zone_linewidths;

pub use adaptive::{Change, Smearing};
pub use buffers::free_buffers;
pub use collision::{ThermalFactors, collision_row};
pub use detailed::detailed_linewidths;
pub use interaction::interaction_strengths;
pub use isotope::isotope_linewidths;
pub use layout::Layout;
pub use linewidths::{Scattering, linewidth_pieces, linewidths};
pub use phonons::Phonons;
pub use pieces::Pieces;
pub use reduced_row::{QStars, reduced_row};
pub use self_energy::{EvaluationPoints, imaginary_self_energies, real_self_energies};
pub use series::Series;
pub use series3::{Origins, SeriesArrays, series3};
pub use stored::{Couplings, Strengths};
pub use together::linewidths_together;
pub use zone_linewidths::{GivenTriplets, zone_linewidths};
