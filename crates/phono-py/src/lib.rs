//! The border between Python and the phono crates: leaving the GIL, answering Ctrl-C,
//! mapping errors, reading our dataclasses. No physics here.

mod compute;
mod readers;

pub use compute::{Compute, raise, rayon_threads};
pub use readers::{
    PyCell, PyForceConstants, PyGrid, PyHarmonicSeries, PyModes, PyPeriodicModes,
    PySeries3, PySupercell, PyTetrahedra, PyTriplets,
};
