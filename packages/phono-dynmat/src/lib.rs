//! Python face of [`phono_dynmat`]. No physics here.

use num_complex::Complex64;
use numpy::{
    AllowTypeChange, IntoPyArray, PyArray2, PyArray3, PyArray4, PyArrayLike2,
    PyArrayLikeDyn, PyReadonlyArray2,
};
use phono_py::{Compute, PyDynamics, PyModes};
use pyo3::prelude::*;

/// See `phono_dynmat.dynamical_matrices`.
#[pyfunction]
#[pyo3(signature = (series, qpoints, *, direction = None))]
fn dynamical_matrices<'py>(
    py: Python<'py>,
    series: PyDynamics<'py>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
    direction: Option<[f64; 3]>,
) -> PyResult<Bound<'py, PyArray3<Complex64>>> {
    let (series, q) = (series.view()?, qpoints.as_array());
    let matrices =
        py.compute(|stop| phono_dynmat::dynamical_matrices(&series, q, direction, stop))?;
    Ok(matrices.into_pyarray(py))
}

/// `frequencies, polarizations`.
type Modes<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray4<Complex64>>);

/// See `phono_dynmat.eigenmodes`.
#[pyfunction]
#[pyo3(signature = (series, qpoints, *, direction = None))]
fn eigenmodes<'py>(
    py: Python<'py>,
    series: PyDynamics<'py>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
    direction: Option<[f64; 3]>,
) -> PyResult<Modes<'py>> {
    let (series, q) = (series.view()?, qpoints.as_array());
    let (f, e) =
        py.compute(|stop| phono_dynmat::eigenmodes(&series, q, direction, stop))?;
    Ok((f.into_pyarray(py), e.into_pyarray(py)))
}

/// See `phono_dynmat.frequencies`.
#[pyfunction]
#[pyo3(signature = (series, qpoints, *, direction = None))]
fn frequencies<'py>(
    py: Python<'py>,
    series: PyDynamics<'py>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
    direction: Option<[f64; 3]>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (series, q) = (series.view()?, qpoints.as_array());
    let f = py.compute(|stop| phono_dynmat::frequencies(&series, q, direction, stop))?;
    Ok(f.into_pyarray(py))
}

/// See `phono_dynmat.group_velocities`.
#[pyfunction]
#[pyo3(signature = (series, modes, rotations, *, direction = None))]
fn group_velocities<'py>(
    py: Python<'py>,
    series: PyDynamics<'py>,
    modes: Bound<'py, PyAny>,
    rotations: PyArrayLikeDyn<'py, i64, AllowTypeChange>,
    direction: Option<[f64; 3]>,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let qpoints: PyReadonlyArray2<'py, f64> = modes.getattr("qpoints")?.extract()?;
    let modes: PyModes<'py> = modes.extract()?;
    let (series, q) = (series.view()?, qpoints.as_array());
    let (modes, rotations) = (modes.view()?, rotations.as_array());
    let velocities = py.compute(|stop| {
        phono_dynmat::group_velocities(&series, q, modes, rotations, direction, stop)
    })?;
    Ok(velocities.into_pyarray(py))
}

/// See `phono_dynmat.velocity_operators`.
#[pyfunction]
#[pyo3(signature = (series, modes, *, direction = None))]
fn velocity_operators<'py>(
    py: Python<'py>,
    series: PyDynamics<'py>,
    modes: Bound<'py, PyAny>,
    direction: Option<[f64; 3]>,
) -> PyResult<Bound<'py, PyArray4<Complex64>>> {
    let qpoints: PyReadonlyArray2<'py, f64> = modes.getattr("qpoints")?.extract()?;
    let modes: PyModes<'py> = modes.extract()?;
    let (series, q, modes) = (series.view()?, qpoints.as_array(), modes.view()?);
    let operators = py.compute(|stop| {
        phono_dynmat::velocity_operators(&series, q, modes, direction, stop)
    })?;
    Ok(operators.into_pyarray(py))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::{
        dynamical_matrices, eigenmodes, frequencies, group_velocities, velocity_operators,
    };
    #[pymodule_export]
    use phono_py::rayon_threads;
}
