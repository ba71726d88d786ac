//! Python face of [`phono_3ph`]. No physics here.

use numpy::{
    AllowTypeChange, IntoPyArray, PyArray1, PyArray2, PyArray3, PyArray4, PyArray6,
    PyArrayLike1, PyArrayLike3, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3,
    PyReadonlyArray4,
};
use phono_3ph::{Phonons, Scattering, Series, Stars, Thermal};
use phono_core::Error;
use phono_grid::{Gaussian, Tetrahedra};
use phono_py::{Compute, PyForceConstants, PyPeriodicModes, PySeries3, PyTriplets};
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

/// The arrays of `phono_3ph.Series3`.
type PySeriesArrays<'py> =
    (Bound<'py, PyArray4<f64>>, Bound<'py, PyArray2<i64>>, Bound<'py, PyArray3<i64>>);

/// See `phono_3ph.series3`.
#[pyfunction]
fn series3<'py>(
    py: Python<'py>,
    force_constants: PyForceConstants<'py>,
    multiplicities: PyReadonlyArray2<'py, i64>,
    cells: PyReadonlyArray2<'py, i64>,
) -> PyResult<PySeriesArrays<'py>> {
    let (constants, m, r) =
        (force_constants.view()?, multiplicities.as_array(), cells.as_array());
    let (values, atoms, cells) =
        py.compute(|stop| phono_3ph::series3(constants, m, r, stop))?;
    Ok((values.into_pyarray(py), atoms.into_pyarray(py), cells.into_pyarray(py)))
}

/// See `phono_3ph.interaction_strengths`.
#[pyfunction]
#[pyo3(signature = (series, phonons, triplets, *, cutoff_frequency = 1e-4))]
fn interaction_strengths<'py>(
    py: Python<'py>,
    series: PySeries3<'py>,
    phonons: PyPeriodicModes<'py>,
    triplets: PyTriplets<'py>,
    cutoff_frequency: f64,
) -> PyResult<Bound<'py, PyArray4<f64>>> {
    let (grid, modes, points) = (phonons.grid.view()?, phonons.modes()?, triplets.points());
    let ((values, atoms, cells), (offsets, corners)) =
        (series.view(), phonons.tetrahedra.view());
    let strengths = py.compute(|stop| {
        let phonons = Phonons::new(grid, Tetrahedra::new(offsets, corners)?, modes)?;
        let series = Series::new(values, atoms, cells, modes.n_atoms())?;
        phono_3ph::interaction_strengths(series, &phonons, points, cutoff_frequency, stop)
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
        collision_row, interaction_strengths, isotope_linewidths, linewidths, reduced_row,
        series3,
    };
    #[pymodule_export]
    use phono_py::rayon_threads;
}
