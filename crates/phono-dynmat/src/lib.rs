//! Dynamical matrices, phonon modes and group velocities.

mod dense;
mod dipoles;
mod dynamical_matrix;
mod fourier;
mod group_velocities;
mod lanes;
mod matrix;
mod modes;
mod moments;
mod phases;
mod velocity_operators;
mod wang;

pub use dynamical_matrix::dynamical_matrices;
pub use group_velocities::group_velocities;
pub use modes::{eigenmodes, frequencies};
pub use velocity_operators::velocity_operators;
