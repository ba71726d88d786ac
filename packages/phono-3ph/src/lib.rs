//! Python face of [`phono_3ph`]. No physics here.

use numpy::{
    AllowTypeChange, IntoPyArray, PyArray1, PyArray2, PyArray3, PyArray4, PyArray5,
    PyArray6, PyArrayLike1, PyArrayLike3, PyReadonlyArray1, PyReadonlyArray2,
    PyReadonlyArray3, PyReadonlyArray4,
};
use phono_3ph::{Couplings, Phonons, Probe, Scattering, Series, Stars, Strengths, Thermal};
use phono_core::Error;
use phono_grid::{Gaussian, Tetrahedra};
use phono_py::{
    Compute, PyForceConstants, PyPeriodicModes, PyProbe, PySeries3, PyStrengths,
    PyTriplets, raise,
};
use pyo3::prelude::*;

/// `phono_3ph.Scattering`.
#[derive(FromPyObject)]
struct PyScattering {
    cutoff_frequency: f64,
    degeneracy: f64,
    average_weights: bool,
    smearing: Option<PyGaussian>,
}

/// `phono_grid.Gaussian`.
#[derive(FromPyObject)]
struct PyGaussian {
    sigma: f64,
    cutoff: Option<f64>,
}

impl PyScattering {
    fn choices(&self) -> Result<Scattering, Error> {
        let gaussian = |g: &PyGaussian| Gaussian::new(g.sigma, g.cutoff);
        Ok(Scattering {
            cutoff_frequency: self.cutoff_frequency,
            degeneracy: self.degeneracy,
            average_weights: self.average_weights,
            smearing: self.smearing.as_ref().map(gaussian).transpose()?,
        })
    }
}

/// `phono_3ph.Principal`.
#[derive(FromPyObject)]
struct PyPrincipal {
    epsilon: f64,
    cutoff_frequency: f64,
    degeneracy: f64,
}

impl PyPrincipal {
    fn choices(&self) -> (Scattering, f64) {
        let Self { epsilon, cutoff_frequency, degeneracy } = *self;
        let (average_weights, smearing) = (false, None);
        let scattering =
            Scattering { cutoff_frequency, degeneracy, average_weights, smearing };
        (scattering, epsilon)
    }
}

/// `phono_3ph.Thermal`.
#[derive(FromPyObject)]
struct PyThermal<'py> {
    occupations: PyReadonlyArray3<'py, f64>,
    inverse_sinh: PyReadonlyArray3<'py, f64>,
}

impl PyThermal<'_> {
    fn view(&self) -> Thermal<'_> {
        Thermal {
            occupations: self.occupations.as_array(),
            inverse_sinh: self.inverse_sinh.as_array(),
        }
    }
}

/// `phono_3ph.Stars`.
#[derive(FromPyObject)]
struct PyStars<'py> {
    numbers: PyReadonlyArray1<'py, i64>,
    rotations: PyReadonlyArray3<'py, f64>,
    n_irreducible: usize,
}

impl PyStars<'_> {
    fn view(&self) -> Stars<'_> {
        Stars {
            numbers: self.numbers.as_array(),
            rotations: self.rotations.as_array(),
            n_irreducible: self.n_irreducible,
        }
    }
}

/// Linewidths and a row of the collision operator.
type PyRow<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray4<f64>>);

/// What couples phonons.
#[derive(FromPyObject)]
enum PyCouplings<'py> {
    Stored(PyStrengths<'py>),
    Series(PySeries3<'py>),
}

impl PyCouplings<'_> {
    fn view(&self, n_atoms: usize) -> PyResult<Couplings<'_>> {
        let couplings = match self {
            PyCouplings::Stored(stored) => {
                let (values, points) = stored.view();
                Strengths::new(values, points).map(Couplings::Stored)
            }
            PyCouplings::Series(series) => {
                let (values, atoms, cells) = series.view();
                Series::new(values, atoms, cells, n_atoms).map(Couplings::Series)
            }
        };
        couplings.map_err(|error| raise(&error))
    }
}

/// The arrays of `phono_3ph.Series3`.
type PySeriesArrays<'py> =
    (Bound<'py, PyArray4<f64>>, Bound<'py, PyArray2<i64>>, Bound<'py, PyArray3<i64>>);

/// See `phono_3ph.series3`.
#[pyfunction]
#[pyo3(signature = (force_constants, multiplicities, cells, *, average_origin = true))]
fn series3<'py>(
    py: Python<'py>,
    force_constants: PyForceConstants<'py>,
    multiplicities: PyReadonlyArray2<'py, i64>,
    cells: PyReadonlyArray2<'py, i64>,
    average_origin: bool,
) -> PyResult<PySeriesArrays<'py>> {
    let (constants, m, r) =
        (force_constants.view()?, multiplicities.as_array(), cells.as_array());
    let (values, atoms, cells) =
        py.compute(|stop| phono_3ph::series3(constants, m, r, average_origin, stop))?;
    Ok((values.into_pyarray(py), atoms.into_pyarray(py), cells.into_pyarray(py)))
}

/// See `phono_3ph.interaction_strengths`.
#[pyfunction]
#[pyo3(signature = (series, phonons, triplets, *, cutoff_frequency = 1e-4, bands = None))]
fn interaction_strengths<'py>(
    py: Python<'py>,
    series: PySeries3<'py>,
    phonons: PyPeriodicModes<'py>,
    triplets: PyTriplets<'py>,
    cutoff_frequency: f64,
    bands: Option<Vec<i64>>,
) -> PyResult<Bound<'py, PyArray4<f64>>> {
    let (grid, modes, points) = (phonons.grid.view()?, phonons.modes()?, triplets.points());
    let ((values, atoms, cells), (offsets, corners)) =
        (series.view(), phonons.tetrahedra.view());
    let strengths = py.compute(|stop| {
        let phonons = Phonons::new(grid, Tetrahedra::new(offsets, corners)?, modes)?;
        let series = Series::new(values, atoms, cells, modes.n_atoms())?;
        let bands = bands.unwrap_or_else(|| (0..phonons.n_bands() as i64).collect());
        let which = (cutoff_frequency, &bands[..]);
        phono_3ph::interaction_strengths(series, &phonons, points, which, stop)
    })?;
    Ok(strengths.into_pyarray(py))
}

/// See `phono_3ph.linewidths`.
#[pyfunction]
fn linewidths<'py>(
    py: Python<'py>,
    series: PySeries3<'py>,
    phonons: PyPeriodicModes<'py>,
    q: i64,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (grid, modes, n) = (phonons.grid.view()?, phonons.modes()?, occupations.as_array());
    let ((values, atoms, cells), (offsets, corners)) =
        (series.view(), phonons.tetrahedra.view());
    let gamma = py.compute(|stop| {
        let phonons = Phonons::new(grid, Tetrahedra::new(offsets, corners)?, modes)?;
        let series = Series::new(values, atoms, cells, modes.n_atoms())?;
        phono_3ph::linewidths(series, &phonons, q, n, scattering.choices()?, stop)
    })?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_3ph.imaginary_self_energies`.
#[pyfunction]
fn imaginary_self_energies<'py>(
    py: Python<'py>,
    couplings: PyCouplings<'py>,
    phonons: PyPeriodicModes<'py>,
    probe: PyProbe<'py>,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
) -> PyResult<Bound<'py, PyArray4<f64>>> {
    let (grid, modes, n) = (phonons.grid.view()?, phonons.modes()?, occupations.as_array());
    let (offsets, corners) = phonons.tetrahedra.view();
    let (targets, normal) = (probe.frequency_points()?, probe.normal()?);
    let probe = Probe { q: probe.q, targets, normal };
    let c = couplings.view(modes.n_atoms())?;
    let gamma = py.compute(|stop| {
        let phonons = Phonons::new(grid, Tetrahedra::new(offsets, corners)?, modes)?;
        let s = scattering.choices()?;
        phono_3ph::imaginary_self_energies(c, &phonons, probe, n, s, stop)
    })?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_3ph.real_self_energies`.
#[pyfunction]
fn real_self_energies<'py>(
    py: Python<'py>,
    couplings: PyCouplings<'py>,
    phonons: PyPeriodicModes<'py>,
    probe: PyProbe<'py>,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    principal: PyPrincipal,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let (grid, modes, n) = (phonons.grid.view()?, phonons.modes()?, occupations.as_array());
    let (offsets, corners) = phonons.tetrahedra.view();
    let (targets, normal) = (probe.frequency_points()?, probe.normal()?);
    let probe = Probe { q: probe.q, targets, normal };
    let c = couplings.view(modes.n_atoms())?;
    let delta = py.compute(|stop| {
        let phonons = Phonons::new(grid, Tetrahedra::new(offsets, corners)?, modes)?;
        phono_3ph::real_self_energies(c, &phonons, probe, n, principal.choices(), stop)
    })?;
    Ok(delta.into_pyarray(py))
}

/// See `phono_3ph.detailed_linewidths`.
#[pyfunction]
fn detailed_linewidths<'py>(
    py: Python<'py>,
    couplings: PyCouplings<'py>,
    phonons: PyPeriodicModes<'py>,
    q: i64,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
) -> PyResult<Bound<'py, PyArray5<f64>>> {
    let (grid, modes, n) = (phonons.grid.view()?, phonons.modes()?, occupations.as_array());
    let ((offsets, corners), c) =
        (phonons.tetrahedra.view(), couplings.view(modes.n_atoms())?);
    let gamma = py.compute(|stop| {
        let phonons = Phonons::new(grid, Tetrahedra::new(offsets, corners)?, modes)?;
        let s = scattering.choices()?;
        phono_3ph::detailed_linewidths(c, &phonons, q, n, s, stop)
    })?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_3ph.collision_row`.
#[pyfunction]
fn collision_row<'py>(
    py: Python<'py>,
    series: PySeries3<'py>,
    phonons: PyPeriodicModes<'py>,
    q: i64,
    thermal: PyThermal<'py>,
    scattering: PyScattering,
) -> PyResult<PyRow<'py>> {
    let (grid, modes, thermal) = (phonons.grid.view()?, phonons.modes()?, thermal.view());
    let ((values, atoms, cells), (offsets, corners)) =
        (series.view(), phonons.tetrahedra.view());
    let (gamma, row) = py.compute(|stop| {
        let phonons = Phonons::new(grid, Tetrahedra::new(offsets, corners)?, modes)?;
        let series = Series::new(values, atoms, cells, modes.n_atoms())?;
        phono_3ph::collision_row(series, &phonons, q, thermal, scattering.choices()?, stop)
    })?;
    Ok((gamma.into_pyarray(py), row.into_pyarray(py)))
}

/// See `phono_3ph.reduced_row`.
#[pyfunction]
fn reduced_row<'py>(
    py: Python<'py>,
    row: PyReadonlyArray4<'py, f64>,
    stars: PyStars<'py>,
) -> PyResult<Bound<'py, PyArray6<f64>>> {
    let (row, stars) = (row.as_array(), stars.view());
    let reduced = py.compute(|stop| phono_3ph::reduced_row(row, stars, stop))?;
    Ok(reduced.into_pyarray(py))
}

/// See `phono_3ph.isotope_linewidths`.
#[pyfunction]
fn isotope_linewidths<'py>(
    py: Python<'py>,
    phonons: PyPeriodicModes<'py>,
    q: i64,
    mass_spread: PyArrayLike1<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (grid, modes, spread) =
        (phonons.grid.view()?, phonons.modes()?, mass_spread.as_array());
    let (offsets, corners) = phonons.tetrahedra.view();
    let gamma = py.compute(|stop| {
        let phonons = Phonons::new(grid, Tetrahedra::new(offsets, corners)?, modes)?;
        phono_3ph::isotope_linewidths(&phonons, q, spread, scattering.choices()?, stop)
    })?;
    Ok(gamma.into_pyarray(py))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::{
        collision_row, detailed_linewidths, imaginary_self_energies, interaction_strengths,
        isotope_linewidths, linewidths, real_self_energies, reduced_row, series3,
    };
    #[pymodule_export]
    use phono_py::rayon_threads;
}
