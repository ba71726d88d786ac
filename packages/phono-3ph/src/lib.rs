//! Python face of [`phono_3ph`]. No physics here.

mod layouts;
mod readers;
mod zone_readers;

use numpy::{
    AllowTypeChange, IntoPyArray, PyArray2, PyArray3, PyArray4, PyArray5, PyArray6,
    PyArrayDyn, PyArrayLike1, PyArrayLike3, PyArrayLikeDyn, PyArrayMethods,
    PyReadonlyArray2, PyReadonlyArray3, PyReadonlyArray4,
};
use phono_py::{
    Compute, PyEvaluationPoints, PyForceConstants, PyPeriodicModes, PyTriplets,
};
use pyo3::prelude::*;

use layouts::PyLaidOutSeries;
use readers::{
    PyCouplings, PyPhonons, PyQStars, PyScattering, PySumPieces, PyThermalFactors,
    evaluation_of, phonons_of,
};
use zone_readers::{PyCoupledModes, PyGivenTriplets, PyZoneModes};

/// Linewidths and a row of the collision operator.
type PyRow<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray4<f64>>);

/// The arrays of `phono_3ph.Series3`.
type PySeriesArrays<'py> =
    (Bound<'py, PyArray4<f64>>, Bound<'py, PyArray2<i64>>, Bound<'py, PyArray3<i64>>);

/// See `phono_3ph.series3`.
#[pyfunction]
#[pyo3(signature = (
    force_constants, multiplicities, cells, *, average_origin = true, alike = None
))]
fn series3<'py>(
    py: Python<'py>,
    force_constants: PyForceConstants<'py>,
    multiplicities: PyReadonlyArray2<'py, i64>,
    cells: PyReadonlyArray2<'py, i64>,
    average_origin: bool,
    alike: Option<PyReadonlyArray3<'py, bool>>,
) -> PyResult<PySeriesArrays<'py>> {
    let (constants, m, r) =
        (force_constants.view()?, multiplicities.as_array(), cells.as_array());
    let alike = alike.as_ref().map(|alike| alike.as_array());
    let origins = phono_3ph::Origins { average: average_origin, alike };
    let (values, atoms, cells) =
        py.compute(|stop| phono_3ph::series3(constants, m, r, origins, stop))?;
    Ok((values.into_pyarray(py), atoms.into_pyarray(py), cells.into_pyarray(py)))
}

/// See `phono_3ph.interaction_strengths`.
#[pyfunction]
fn interaction_strengths<'py>(
    py: Python<'py>,
    series: PyLaidOutSeries<'py>,
    phonons: PyCoupledModes<'py>,
    triplets: PyTriplets<'py>,
    cutoff_frequency: f64,
    bands: Option<Vec<i64>>,
) -> PyResult<Bound<'py, PyArray4<f64>>> {
    let (phonons, points) = (phonons.view()?, triplets.points());
    let series = series.of_atoms(&phonons)?;
    let bands = bands.unwrap_or_else(|| (0..phonons.n_bands() as i64).collect());
    let which = (cutoff_frequency, &bands[..]);
    let strengths = py.compute(|stop| {
        phono_3ph::interaction_strengths(series, &phonons, points, which, stop)
    })?;
    Ok(strengths.into_pyarray(py))
}

/// See `phono_3ph.linewidths`.
#[pyfunction]
fn linewidths<'py>(
    py: Python<'py>,
    series: PyLaidOutSeries<'py>,
    phonons: PyPeriodicModes<'py>,
    q: i64,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (phonons, n) = (phonons_of(&phonons)?, occupations.as_array());
    let (series, s) = (series.of_atoms(&phonons)?, scattering.choices()?);
    let gamma =
        py.compute(|stop| phono_3ph::linewidths(series, &phonons, q, n, s, stop))?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_3ph.linewidth_pieces`.
#[pyfunction]
fn linewidth_pieces<'py>(
    py: Python<'py>,
    series: PyLaidOutSeries<'py>,
    phonons: PyPeriodicModes<'py>,
    q: i64,
    pieces: PySumPieces,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let (phonons, n) = (phonons_of(&phonons)?, occupations.as_array());
    let (series, s) = (series.of_atoms(&phonons)?, scattering.choices()?);
    let at = (q, pieces.of_bands(phonons.n_bands()));
    let gamma =
        py.compute(|stop| phono_3ph::linewidth_pieces(series, &phonons, at, n, s, stop))?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_3ph.linewidths_together`.
#[pyfunction]
fn linewidths_together<'py>(
    py: Python<'py>,
    series: PyLaidOutSeries<'py>,
    phonons: PyPeriodicModes<'py>,
    q: i64,
    pieces: PySumPieces,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scatterings: Vec<PyScattering>,
) -> PyResult<Bound<'py, PyArray4<f64>>> {
    let (phonons, n) = (phonons_of(&phonons)?, occupations.as_array());
    let series = series.of_atoms(&phonons)?;
    let s = scatterings.iter().map(PyScattering::choices).collect::<PyResult<Vec<_>>>()?;
    let at = (q, pieces.of_bands(phonons.n_bands()));
    let gamma = py.compute(|stop| {
        phono_3ph::linewidths_together(series, &phonons, at, n, &s, stop)
    })?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_3ph.zone_linewidths`.
#[pyfunction]
fn zone_linewidths<'py>(
    py: Python<'py>,
    series: PyLaidOutSeries<'py>,
    phonons: PyZoneModes<'py>,
    triplets: PyGivenTriplets<'py>,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
    bands: Option<Vec<i64>>,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let (phonons, n) = (phonons.view()?, occupations.as_array());
    let (series, triplets) = (series.of_atoms(&phonons)?, triplets.view());
    let bands = bands.unwrap_or_else(|| (0..phonons.n_bands() as i64).collect());
    let s = (scattering.choices()?, &bands[..]);
    let gamma = py.compute(|stop| {
        phono_3ph::zone_linewidths(series, &phonons, triplets, n, s, stop)
    })?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_3ph.imaginary_self_energies`.
#[pyfunction]
fn imaginary_self_energies<'py>(
    py: Python<'py>,
    couplings: PyCouplings<'py>,
    phonons: PyPhonons<'py>,
    evaluation: PyEvaluationPoints<'py>,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
) -> PyResult<Bound<'py, PyArray4<f64>>> {
    let (phonons, n) = (phonons.view()?, occupations.as_array());
    let (c, evaluation) = (couplings.view(&phonons)?, evaluation_of(&evaluation)?);
    let s = scattering.choices()?;
    let gamma = py.compute(|stop| {
        phono_3ph::imaginary_self_energies(c, &phonons, evaluation, n, s, stop)
    })?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_3ph.real_self_energies`.
#[pyfunction]
fn real_self_energies<'py>(
    py: Python<'py>,
    couplings: PyCouplings<'py>,
    phonons: PyPhonons<'py>,
    evaluation: PyEvaluationPoints<'py>,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
    epsilon: f64,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let (phonons, n) = (phonons.view()?, occupations.as_array());
    let (c, evaluation) = (couplings.view(&phonons)?, evaluation_of(&evaluation)?);
    let s = (scattering.choices()?, epsilon);
    let delta = py.compute(|stop| {
        phono_3ph::real_self_energies(c, &phonons, evaluation, n, s, stop)
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
    let (phonons, n) = (phonons_of(&phonons)?, occupations.as_array());
    let (c, s) = (couplings.view(&phonons)?, scattering.choices()?);
    let gamma =
        py.compute(|stop| phono_3ph::detailed_linewidths(c, &phonons, q, n, s, stop))?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_3ph.collision_row`.
#[pyfunction]
fn collision_row<'py>(
    py: Python<'py>,
    couplings: PyCouplings<'py>,
    phonons: PyPeriodicModes<'py>,
    q: i64,
    thermal: PyThermalFactors<'py>,
    scattering: PyScattering,
) -> PyResult<PyRow<'py>> {
    let (phonons, thermal) = (phonons_of(&phonons)?, thermal.view());
    let (c, s) = (couplings.view(&phonons)?, scattering.choices()?);
    let (gamma, row) =
        py.compute(|stop| phono_3ph::collision_row(c, &phonons, q, thermal, s, stop))?;
    Ok((gamma.into_pyarray(py), row.into_pyarray(py)))
}

/// See `phono_3ph.reduced_row`.
#[pyfunction]
fn reduced_row<'py>(
    py: Python<'py>,
    row: PyReadonlyArray4<'py, f64>,
    stars: PyQStars<'py>,
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
    q: PyArrayLikeDyn<'py, i64, AllowTypeChange>,
    mass_spread: PyArrayLike1<'py, f64, AllowTypeChange>,
    scattering: PyScattering,
) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
    let (phonons, spread) = (phonons_of(&phonons)?, mass_spread.as_array());
    let (q, s) = (q.as_array(), scattering.choices()?);
    let points: Vec<i64> = q.iter().copied().collect();
    let gamma = py.compute(|stop| {
        phono_3ph::isotope_linewidths(&phonons, &points, spread, s, stop)
    })?;
    let shape: Vec<usize> = q.shape().iter().copied().chain([gamma.ncols()]).collect();
    gamma.into_pyarray(py).reshape(shape)
}

/// See `phono_3ph.free_buffers`.
#[pyfunction]
fn free_buffers() {
    phono_3ph::free_buffers();
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::{
        collision_row, detailed_linewidths, free_buffers, imaginary_self_energies,
        interaction_strengths, isotope_linewidths, linewidth_pieces, linewidths,
        linewidths_together, real_self_energies, reduced_row, series3, zone_linewidths,
    };
    #[pymodule_export]
    use phono_py::rayon_threads;
}
