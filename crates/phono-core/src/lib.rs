//! What every crate of phonokit speaks: borrowed views of arrays, errors, cancellation.
//!
//! A view borrows the caller's arrays and establishes their invariants once, so that a
//! kernel never checks a shape and never copies.

mod cell;
mod dynamics;
mod error;
mod force_constants;
mod grid;
mod harmonic_series;
mod modes;
mod stop;
pub mod units;

pub use cell::Cell;
pub use dynamics::{BornCharges, Correction, Dynamics};
pub use error::{Error, Result, ensure_index, ensure_shape};
pub use force_constants::{ForceConstants, Tables};
pub use grid::Grid;
pub use harmonic_series::HarmonicSeries;
pub use modes::Modes;
pub use stop::Stop;
