//! The border between Python and the phono crates: leaving the GIL, answering Ctrl-C,
//! mapping errors, reading our dataclasses. No physics here.

mod compute;
mod dynamics;
mod pool;
mod readers;

pub use compute::{Compute, raise, rayon_threads};
pub use dynamics::{PyBornCharges, PyDynamics, PyGonzeLeeCorrection, PyWangCorrection};
pub use readers::{
    PyBands, PyBrillouinZone, PyCell, PyEvaluationPoints, PyForceConstants, PyGaussian,
    PyGrid, PyHarmonicSeries, PyModes, PyPeriodicModes, PySeries3, PySmearing, PyStrengths,
    PySupercell, PyTetrahedra, PyTriplets,
};
