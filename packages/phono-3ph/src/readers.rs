//! Readers of the dataclasses of `phono_3ph`, by attribute.

use numpy::{PyReadonlyArray1, PyReadonlyArray3};
use phono_3ph::{
    Change, Couplings, EvaluationPoints, Phonons, Pieces, QStars, Scattering, Smearing,
    Strengths, ThermalFactors,
};
use phono_grid::{Gaussian, Tetrahedra};
use phono_py::{PyEvaluationPoints, PyGaussian, PyPeriodicModes, PyStrengths, raise};
use pyo3::prelude::*;

use crate::layouts::PyLaidOutSeries;

/// `phono_grid.Gaussian` or `phono_3ph.AdaptiveGaussian`.
#[derive(FromPyObject)]
enum PySmearing {
    Gaussian(PyGaussian),
    Adaptive(PyAdaptiveGaussian),
}

/// `phono_3ph.AdaptiveGaussian`.
#[derive(FromPyObject)]
struct PyAdaptiveGaussian {
    scale: f64,
    is_mean_square: bool,
}

/// `phono_3ph.Scattering`.
#[derive(FromPyObject)]
pub(crate) struct PyScattering {
    cutoff_frequency: f64,
    degeneracy: f64,
    average_degenerate_weights: bool,
    smearing: Option<PySmearing>,
}

impl PyScattering {
    /// The choices, checked.
    pub(crate) fn choices(&self) -> PyResult<Scattering> {
        let smearing = |smearing: &PySmearing| match smearing {
            PySmearing::Gaussian(g) => {
                Gaussian::new(g.sigma, g.cutoff).map(Smearing::Gaussian)
            }
            PySmearing::Adaptive(g) => {
                let change =
                    if g.is_mean_square { Change::RootMeanSquare } else { Change::Largest };
                Ok(Smearing::Adaptive(g.scale, change))
            }
        };
        let smearing = self.smearing.as_ref().map(smearing).transpose();
        Ok(Scattering {
            cutoff_frequency: self.cutoff_frequency,
            degeneracy: self.degeneracy,
            average_degenerate_weights: self.average_degenerate_weights,
            smearing: smearing.map_err(|error| raise(&error))?,
        })
    }
}

/// `phono_3ph.SumPieces`.
#[derive(FromPyObject)]
pub(crate) struct PySumPieces {
    count: usize,
    wanted: (usize, usize),
    bands: Option<(usize, usize)>,
    numbers: Option<Vec<usize>>,
}

impl PySumPieces {
    /// The pieces, of `n_bands` initial bands if all of them are wanted.
    pub(crate) fn of_bands(&self, n_bands: usize) -> Pieces {
        let (first, end) = self.bands.unwrap_or((0, n_bands));
        let all = || (self.wanted.0..self.wanted.1).collect();
        let wanted = self.numbers.clone().unwrap_or_else(all);
        Pieces { count: self.count, wanted, bands: first..end }
    }
}

/// `phono_3ph.ThermalFactors`.
#[derive(FromPyObject)]
pub(crate) struct PyThermalFactors<'py> {
    occupations: PyReadonlyArray3<'py, f64>,
    inverse_sinh: PyReadonlyArray3<'py, f64>,
}

impl PyThermalFactors<'_> {
    /// Borrowed from Python's arrays.
    pub(crate) fn view(&self) -> ThermalFactors<'_> {
        ThermalFactors {
            occupations: self.occupations.as_array(),
            inverse_sinh: self.inverse_sinh.as_array(),
        }
    }
}

/// `phono_3ph.QStars`.
#[derive(FromPyObject)]
pub(crate) struct PyQStars<'py> {
    numbers: PyReadonlyArray1<'py, i64>,
    rotations: PyReadonlyArray3<'py, f64>,
    n_irreducible: usize,
}

impl PyQStars<'_> {
    /// Borrowed from Python's arrays.
    pub(crate) fn view(&self) -> QStars<'_> {
        QStars {
            numbers: self.numbers.as_array(),
            rotations: self.rotations.as_array(),
            n_irreducible: self.n_irreducible,
        }
    }
}

/// Phonons of a grid alone, or `phono_3ph.ModesAround` a wave vector.
#[derive(FromPyObject)]
pub(crate) enum PyPhonons<'py> {
    Around(PyModesAround<'py>),
    Grid(PyPeriodicModes<'py>),
}

/// `phono_3ph.ModesAround`: modes as `phono_3ph.PeriodicModes` has them, and a wave vector.
pub(crate) struct PyModesAround<'py> {
    modes: PyPeriodicModes<'py>,
    qpoint: [f64; 3],
}

impl<'a, 'py> FromPyObject<'a, 'py> for PyModesAround<'py> {
    type Error = PyErr;

    fn extract(modes: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let qpoint = modes.getattr("qpoint")?.extract()?;
        Ok(Self { modes: modes.extract()?, qpoint })
    }
}

impl PyPhonons<'_> {
    /// Borrowed from Python's arrays.
    pub(crate) fn view(&self) -> PyResult<Phonons<'_>> {
        match self {
            PyPhonons::Grid(phonons) => phonons_of(phonons),
            PyPhonons::Around(PyModesAround { modes, qpoint }) => {
                let (offsets, corners) = modes.tetrahedra.view();
                let (grid, all) = (modes.grid.view()?, modes.modes()?);
                Tetrahedra::new(offsets, corners)
                    .and_then(|tetrahedra| Phonons::around(grid, tetrahedra, all, *qpoint))
                    .map_err(|error| raise(&error))
            }
        }
    }
}

/// Couplings of phonons: a series or stored strengths.
#[derive(FromPyObject)]
pub(crate) enum PyCouplings<'py> {
    Stored(PyStrengths<'py>),
    Series(PyLaidOutSeries<'py>),
}

impl PyCouplings<'_> {
    /// Stored strengths, or a series of as many atoms as the phonons have.
    pub(crate) fn view(&self, phonons: &Phonons<'_>) -> PyResult<Couplings<'_>> {
        match self {
            PyCouplings::Stored(stored) => {
                let (values, points) = stored.view();
                let strengths = Strengths::new(values, points);
                strengths.map(Couplings::Stored).map_err(|error| raise(&error))
            }
            PyCouplings::Series(series) => series.of_atoms(phonons).map(Couplings::Series),
        }
    }
}

/// The phonons on their grid, borrowed from Python's arrays.
pub(crate) fn phonons_of<'a>(phonons: &'a PyPeriodicModes<'_>) -> PyResult<Phonons<'a>> {
    let (offsets, corners) = phonons.tetrahedra.view();
    let (grid, modes) = (phonons.grid.view()?, phonons.modes()?);
    Tetrahedra::new(offsets, corners)
        .and_then(|tetrahedra| Phonons::new(grid, tetrahedra, modes))
        .and_then(|plain| match phonons.slopes() {
            Some(slopes) => plain.with_slopes(slopes),
            None => Ok(plain),
        })
        .map_err(|error| raise(&error))
}

/// Where the self-energy is asked for, borrowed from Python's arrays.
pub(crate) fn evaluation_of<'a>(
    evaluation: &'a PyEvaluationPoints<'_>,
) -> PyResult<EvaluationPoints<'a>> {
    let (targets, normal) = (evaluation.frequency_points()?, evaluation.normal()?);
    Ok(EvaluationPoints { q: evaluation.q, targets, normal })
}
