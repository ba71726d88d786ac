//! Readers of force constants with or without Born charges.

use num_complex::Complex64;
use numpy::{PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3};
use phono_core::{BornCharges, Dynamics};
use pyo3::prelude::*;

use crate::{PyHarmonicSeries, raise};

/// `phono_dynmat.BornCharges`.
#[derive(FromPyObject)]
pub struct PyBornCharges<'py> {
    charges: PyReadonlyArray3<'py, f64>,
    dielectric: PyReadonlyArray2<'py, f64>,
    factor: f64,
}

impl PyBornCharges<'_> {
    /// The charges, borrowed from Python's arrays.
    fn view(&self) -> PyResult<BornCharges<'_>> {
        BornCharges::new(self.charges.as_array(), self.dielectric.as_array(), self.factor)
            .map_err(|error| raise(&error))
    }
}

/// `phono_dynmat.GonzeLeeCorrection`.
#[derive(FromPyObject)]
pub struct PyGonzeLeeCorrection<'py> {
    short_range: PyHarmonicSeries<'py>,
    polar: PyBornCharges<'py>,
    zone_basis: Option<PyReadonlyArray2<'py, f64>>,
    reciprocal_vectors: PyReadonlyArray2<'py, f64>,
    width: f64,
    self_terms: PyReadonlyArray3<'py, Complex64>,
}

/// `phono_dynmat.WangCorrection`.
#[derive(FromPyObject)]
pub struct PyWangCorrection<'py> {
    series: PyHarmonicSeries<'py>,
    polar: PyBornCharges<'py>,
    zone_basis: PyReadonlyArray2<'py, f64>,
    shares: PyReadonlyArray1<'py, f64>,
}

/// Any of the three.
#[derive(FromPyObject)]
pub enum PyDynamics<'py> {
    /// With a sum of dipoles.
    GonzeLee(PyGonzeLeeCorrection<'py>),
    /// With a constant interaction.
    Wang(PyWangCorrection<'py>),
    /// Without charges.
    Plain(PyHarmonicSeries<'py>),
}

impl PyDynamics<'_> {
    /// The constants, borrowed from Python's arrays.
    pub fn view(&self) -> PyResult<Dynamics<'_>> {
        match self {
            Self::Plain(series) => Ok(series.view()?.into()),
            Self::Wang(wang) => Dynamics::wang(
                wang.series.view()?,
                wang.polar.view()?,
                wang.zone_basis.as_array(),
                wang.shares.as_array(),
            )
            .map_err(|error| raise(&error)),
            Self::GonzeLee(gonze) => Dynamics::gonze_lee(
                gonze.short_range.view()?,
                gonze.polar.view()?,
                gonze.zone_basis.as_ref().map(PyReadonlyArray2::as_array),
                gonze.reciprocal_vectors.as_array(),
                gonze.width,
                gonze.self_terms.as_array(),
            )
            .map_err(|error| raise(&error)),
        }
    }
}
