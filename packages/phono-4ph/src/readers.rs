//! Readers of the dataclasses of `phono_4ph`, by attribute.

use numpy::{PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3, PyReadonlyArray5};
use phono_4ph::{Constants4, Counting, Phonons, Scattering4, Smearing, Zone};
use phono_py::{PyGaussian, PyPeriodicModes, raise};
use pyo3::prelude::*;

/// `phono_4ph.ForceConstants4`.
#[derive(FromPyObject)]
pub(crate) struct PyConstants4<'py> {
    values: PyReadonlyArray5<'py, f64>,
    atoms: PyReadonlyArray2<'py, i64>,
    cells: PyReadonlyArray3<'py, i64>,
}

/// `phono_4ph.AdaptiveGaussian`.
#[derive(FromPyObject)]
pub(crate) struct PyAdaptive<'py> {
    spreads: PyReadonlyArray3<'py, f64>,
    cutoff: f64,
}

/// What stands for the delta function.
#[derive(FromPyObject)]
pub(crate) enum PySmearing<'py> {
    Adaptive(PyAdaptive<'py>),
    Fixed(PyGaussian),
}

/// `phono_4ph.Scattering4`.
#[derive(FromPyObject)]
pub(crate) struct PyScattering4<'py> {
    smearing: PySmearing<'py>,
    cutoff_frequency: f64,
    degeneracy: f64,
    counting: String,
}

impl PyScattering4<'_> {
    /// The choices, checked.
    pub(crate) fn choices(&self) -> PyResult<Scattering4<'_>> {
        let smearing = match &self.smearing {
            PySmearing::Fixed(g) => Smearing::fixed(g.sigma, g.cutoff),
            PySmearing::Adaptive(a) => Smearing::adaptive(a.spreads.as_array(), a.cutoff),
        };
        Ok(Scattering4 {
            smearing: smearing.map_err(|error| raise(&error))?,
            cutoff_frequency: self.cutoff_frequency,
            degeneracy: self.degeneracy,
            counting: match self.counting.as_str() {
                "fourphonon" => Counting::FourPhonon,
                _ => Counting::Symmetric,
            },
        })
    }
}

/// `phono_grid.BrillouinZone`.
#[derive(FromPyObject)]
pub(crate) struct PyZone<'py> {
    addresses: PyReadonlyArray2<'py, i64>,
    first: PyReadonlyArray1<'py, i64>,
}

impl PyZone<'_> {
    /// Borrowed from Python's arrays.
    pub(crate) fn view(&self) -> PyResult<Zone<'_>> {
        Zone::new(self.addresses.as_array(), self.first.as_array())
            .map_err(|error| raise(&error))
    }
}

/// The phonons on their grid, borrowed from Python's arrays.
pub(crate) fn phonons_of<'a>(phonons: &'a PyPeriodicModes<'_>) -> PyResult<Phonons<'a>> {
    Phonons::new(phonons.grid.view()?, phonons.modes()?).map_err(|error| raise(&error))
}

/// The constants of as many atoms as the phonons have, borrowed from Python's arrays.
pub(crate) fn constants_of<'a>(
    constants: &'a PyConstants4<'_>,
    phonons: &Phonons<'_>,
) -> PyResult<Constants4<'a>> {
    let PyConstants4 { values, atoms, cells } = constants;
    Constants4::new(
        values.as_array(),
        atoms.as_array(),
        cells.as_array(),
        phonons.modes.n_atoms(),
    )
    .map_err(|error| raise(&error))
}
