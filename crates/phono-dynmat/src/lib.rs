//! Dynamical matrices, phonon modes, group velocities and thermal sums.

mod commensurate;
mod condensed;
mod dense;
mod dipoles;
mod dynamical_matrix;
mod eigenvalues;
mod fourier;
mod group_velocities;
mod lanes;
mod matrix;
mod modes;
mod moments;
mod phases;
mod smooth_functions;
mod thermal;
mod velocity_operators;
mod wang;
mod zone;

pub use commensurate::{PairVectors, inverse_fourier_sum};
pub use dynamical_matrix::{dynamical_matrices, dynamical_matrix_derivatives};
pub use group_velocities::{VelocityOptions, group_velocities};
pub use modes::{eigenmodes, phonon_frequencies};
pub use thermal::thermal_sums;
pub use velocity_operators::velocity_operators;
