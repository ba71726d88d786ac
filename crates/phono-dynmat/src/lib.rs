//! Dynamical matrices, phonon modes and group velocities.

mod dense;
mod dynamical_matrix;
mod group_velocities;
mod modes;
mod phases;

pub use dynamical_matrix::{DynamicalMatrix, dynamical_matrices};
pub use group_velocities::group_velocities;
pub use modes::eigenmodes;
