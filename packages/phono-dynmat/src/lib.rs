//! Python face of [`phono_dynmat`]. No physics here.

use num_complex::Complex64;
use numpy::{
    AllowTypeChange, IntoPyArray, PyArray2, PyArray3, PyArray4, PyArrayLike2,
    PyArrayLikeDyn, PyReadonlyArray2,
};
use phono_py::{Compute, PyHarmonicSeries, PyModes};
use pyo3::prelude::*;

/// See `phono_dynmat.dynamical_matrices`.
#[pyfunction]
fn dynamical_matrices<'py>(
    py: Python<'py>,
    series: PyHarmonicSeries<'py>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
) -> PyResult<Bound<'py, PyArray3<Complex64>>> {
    let (series, q) = (series.view()?, qpoints.as_array());
    let matrices = py.compute(|_stop| phono_dynmat::dynamical_matrices(series, q))?;
    Ok(matrices.into_pyarray(py))
}

/// `frequencies, polarizations`.
type Modes<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray4<Complex64>>);

/// See `phono_dynmat.eigenmodes`.
#[pyfunction]
fn eigenmodes<'py>(
    py: Python<'py>,
    series: PyHarmonicSeries<'py>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
) -> PyResult<Modes<'py>> {
    let (series, q) = (series.view()?, qpoints.as_array());
    let (f, e) = py.compute(|stop| phono_dynmat::eigenmodes(series, q, stop))?;
    Ok((f.into_pyarray(py), e.into_pyarray(py)))
}

/// See `phono_dynmat.group_velocities`.
#[pyfunction]
fn group_velocities<'py>(
    py: Python<'py>,
    series: PyHarmonicSeries<'py>,
    modes: Bound<'py, PyAny>,
    rotations: PyArrayLikeDyn<'py, i64, AllowTypeChange>,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let qpoints: PyReadonlyArray2<'py, f64> = modes.getattr("qpoints")?.extract()?;
    let modes: PyModes<'py> = modes.extract()?;
    let (series, q) = (series.view()?, qpoints.as_array());
    let (modes, rotations) = (modes.view()?, rotations.as_array());
    let velocities = py.compute(|stop| {
        phono_dynmat::group_velocities(series, q, modes, rotations, stop)
    })?;
    Ok(velocities.into_pyarray(py))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::{dynamical_matrices, eigenmodes, group_velocities};
    #[pymodule_export]
    use phono_py::rayon_threads;
}
