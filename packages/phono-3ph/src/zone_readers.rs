//! Readers of phonons at the images in the zone and of triplets of them.

use numpy::PyReadonlyArray1;
use phono_3ph::{GivenTriplets, Phonons};
use phono_grid::{BrillouinZone, Tetrahedra};
use phono_py::{
    PyBrillouinZone, PyModes, PyPeriodicModes, PyTetrahedra, PyTriplets, raise,
};
use pyo3::prelude::*;

use crate::readers::phonons_of;

/// `phono_3ph.ZoneModes`.
pub(crate) struct PyZoneModes<'py> {
    zone: PyBrillouinZone<'py>,
    tetrahedra: PyTetrahedra<'py>,
    modes: PyModes<'py>,
}

impl<'a, 'py> FromPyObject<'a, 'py> for PyZoneModes<'py> {
    type Error = PyErr;

    fn extract(modes: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let zone = modes.getattr("zone")?.extract()?;
        let tetrahedra = modes.getattr("tetrahedra")?.extract()?;
        Ok(Self { zone, tetrahedra, modes: modes.extract()? })
    }
}

impl PyZoneModes<'_> {
    /// Borrowed from Python's arrays.
    pub(crate) fn view(&self) -> PyResult<Phonons<'_>> {
        let (offsets, corners) = self.tetrahedra.view();
        let (addresses, first) = self.zone.images();
        let (grid, modes) = (self.zone.grid.view()?, self.modes.view()?);
        let zone = BrillouinZone::new(grid, addresses, first, self.zone.steps());
        let tetrahedra = Tetrahedra::new(offsets, corners);
        zone.and_then(|zone| Phonons::in_zone(zone, tetrahedra?, modes))
            .map_err(|error| raise(&error))
    }
}

/// Phonons at the points of a grid or at all their images.
#[derive(FromPyObject)]
pub(crate) enum PyCoupledModes<'py> {
    Zone(PyZoneModes<'py>),
    Grid(PyPeriodicModes<'py>),
}

impl PyCoupledModes<'_> {
    /// Borrowed from Python's arrays.
    pub(crate) fn view(&self) -> PyResult<Phonons<'_>> {
        match self {
            PyCoupledModes::Zone(modes) => modes.view(),
            PyCoupledModes::Grid(modes) => phonons_of(modes),
        }
    }
}

/// `phono_3ph.GivenTriplets`.
pub(crate) struct PyGivenTriplets<'py> {
    triplets: PyTriplets<'py>,
    normal: Option<PyReadonlyArray1<'py, bool>>,
}

impl<'a, 'py> FromPyObject<'a, 'py> for PyGivenTriplets<'py> {
    type Error = PyErr;

    fn extract(triplets: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let normal = triplets.getattr("normal")?.extract()?;
        Ok(Self { triplets: triplets.extract()?, normal })
    }
}

impl PyGivenTriplets<'_> {
    /// Borrowed from Python's arrays.
    pub(crate) fn view(&self) -> GivenTriplets<'_> {
        GivenTriplets {
            points: self.triplets.points(),
            weights: self.triplets.weights(),
            normal: self.normal.as_ref().map(|normal| normal.as_array()),
        }
    }
}
