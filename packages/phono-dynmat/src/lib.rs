//! Python face of [`phono_dynmat`]. No physics here.

use num_complex::Complex64;
use numpy::{
    AllowTypeChange, IntoPyArray, PyArray2, PyArray3, PyArray4, PyArrayLike1, PyArrayLike2,
    PyArrayLikeDyn, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3,
};
use phono_dynmat::{PairVectors, VelocityOptions};
use phono_py::{Compute, PyDynamics, PyModes, raise};
use pyo3::prelude::*;

/// See `phono_dynmat.dynamical_matrices`.
#[pyfunction]
#[pyo3(signature = (dynamics, qpoints, *, direction = None))]
fn dynamical_matrices<'py>(
    py: Python<'py>,
    dynamics: PyDynamics<'py>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
    direction: Option<[f64; 3]>,
) -> PyResult<Bound<'py, PyArray3<Complex64>>> {
    let (dynamics, q) = (dynamics.view()?, qpoints.as_array());
    let matrices =
        py.compute(|stop| phono_dynmat::dynamical_matrices(&dynamics, q, direction, stop))?;
    Ok(matrices.into_pyarray(py))
}

/// See `phono_dynmat.dynamical_matrix_derivatives`.
#[pyfunction]
#[pyo3(signature = (dynamics, qpoints, *, direction = None))]
fn dynamical_matrix_derivatives<'py>(
    py: Python<'py>,
    dynamics: PyDynamics<'py>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
    direction: Option<[f64; 3]>,
) -> PyResult<Bound<'py, PyArray4<Complex64>>> {
    let (dynamics, q) = (dynamics.view()?, qpoints.as_array());
    let derivatives = py.compute(|stop| {
        phono_dynmat::dynamical_matrix_derivatives(&dynamics, q, direction, stop)
    })?;
    Ok(derivatives.into_pyarray(py))
}

/// `frequencies, polarizations`.
type Modes<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray4<Complex64>>);

/// See `phono_dynmat.eigenmodes`.
#[pyfunction]
#[pyo3(signature = (dynamics, qpoints, *, direction = None))]
fn eigenmodes<'py>(
    py: Python<'py>,
    dynamics: PyDynamics<'py>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
    direction: Option<[f64; 3]>,
) -> PyResult<Modes<'py>> {
    let (dynamics, q) = (dynamics.view()?, qpoints.as_array());
    let (f, e) =
        py.compute(|stop| phono_dynmat::eigenmodes(&dynamics, q, direction, stop))?;
    Ok((f.into_pyarray(py), e.into_pyarray(py)))
}

/// Wave vectors times squared atoms that take a millisecond.
const FEW: usize = 4096;

/// See `phono_dynmat.phonon_frequencies`.
#[pyfunction]
#[pyo3(signature = (dynamics, qpoints, *, direction = None))]
fn phonon_frequencies<'py>(
    py: Python<'py>,
    dynamics: PyDynamics<'py>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
    direction: Option<[f64; 3]>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (dynamics, q) = (dynamics.view()?, qpoints.as_array());
    let is_long = q.nrows() * dynamics.series().cell().n_atoms().pow(2) > FEW;
    let kernel = |stop: &_| phono_dynmat::phonon_frequencies(&dynamics, q, direction, stop);
    let f = py.compute_if_long(is_long, kernel)?;
    Ok(f.into_pyarray(py))
}

/// See `phono_dynmat.group_velocities`.
#[pyfunction]
#[pyo3(signature = (dynamics, modes, rotations, *, direction, cutoff_frequency, degeneracy))]
fn group_velocities<'py>(
    py: Python<'py>,
    dynamics: PyDynamics<'py>,
    modes: Bound<'py, PyAny>,
    rotations: PyArrayLikeDyn<'py, i64, AllowTypeChange>,
    direction: Option<[f64; 3]>,
    cutoff_frequency: f64,
    degeneracy: f64,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let options = VelocityOptions { direction, cutoff_frequency, degeneracy };
    let qpoints: PyReadonlyArray2<'py, f64> = modes.getattr("qpoints")?.extract()?;
    let modes: PyModes<'py> = modes.extract()?;
    let (dynamics, q) = (dynamics.view()?, qpoints.as_array());
    let (modes, rotations) = (modes.view()?, rotations.as_array());
    let velocities = py.compute(|stop| {
        phono_dynmat::group_velocities(&dynamics, q, modes, rotations, options, stop)
    })?;
    Ok(velocities.into_pyarray(py))
}

/// See `phono_dynmat.velocity_operators`.
#[pyfunction]
#[pyo3(signature = (dynamics, modes, *, direction, cutoff_frequency, degeneracy))]
fn velocity_operators<'py>(
    py: Python<'py>,
    dynamics: PyDynamics<'py>,
    modes: Bound<'py, PyAny>,
    direction: Option<[f64; 3]>,
    cutoff_frequency: f64,
    degeneracy: f64,
) -> PyResult<Bound<'py, PyArray4<Complex64>>> {
    let options = VelocityOptions { direction, cutoff_frequency, degeneracy };
    let qpoints: PyReadonlyArray2<'py, f64> = modes.getattr("qpoints")?.extract()?;
    let modes: PyModes<'py> = modes.extract()?;
    let (dynamics, q, modes) = (dynamics.view()?, qpoints.as_array(), modes.view()?);
    let operators = py.compute(|stop| {
        phono_dynmat::velocity_operators(&dynamics, q, modes, options, stop)
    })?;
    Ok(operators.into_pyarray(py))
}

/// `phono_grid.ShortestVectors`.
#[derive(FromPyObject)]
struct Vectors<'py> {
    vectors: PyReadonlyArray2<'py, f64>,
    multiplicities: PyReadonlyArray2<'py, i64>,
}

/// See `phono_dynmat._commensurate.inverse_fourier_sum`.
#[pyfunction]
fn inverse_fourier_sum<'py>(
    py: Python<'py>,
    matrices: PyReadonlyArray3<'py, Complex64>,
    qpoints: PyArrayLike2<'py, f64, AllowTypeChange>,
    vectors: Vectors<'py>,
    atoms: PyArrayLike1<'py, i64, AllowTypeChange>,
) -> PyResult<Bound<'py, PyArray4<f64>>> {
    let (d, q, atoms) = (matrices.as_array(), qpoints.as_array(), atoms.as_array());
    let (v, m) = (vectors.vectors.as_array(), vectors.multiplicities.as_array());
    let pairs = PairVectors::new(v, m, atoms).map_err(|error| raise(&error))?;
    let sum = py.compute(|stop| phono_dynmat::inverse_fourier_sum(d, q, pairs, stop))?;
    Ok(sum.into_pyarray(py))
}

/// Modes times temperatures that take longer than to wake a thread.
const LONG: usize = 1 << 23;

/// See `phono_dynmat._thermal_sums.thermal_sums`.
#[pyfunction]
fn thermal_sums<'py>(
    py: Python<'py>,
    frequencies: PyReadonlyArray1<'py, f64>,
    shares: PyReadonlyArray2<'py, f64>,
    thermal: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let (f, s, t) = (frequencies.as_array(), shares.as_array(), thermal.as_array());
    let is_long = f.len().saturating_mul(t.len()) > LONG;
    let kernel = |stop: &_| phono_dynmat::thermal_sums(f, s, t, stop);
    let sums = py.compute_if_long(is_long, kernel)?;
    Ok(sums.into_pyarray(py))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::{
        dynamical_matrices, dynamical_matrix_derivatives, eigenmodes, group_velocities,
        inverse_fourier_sum, phonon_frequencies, thermal_sums, velocity_operators,
    };
    #[pymodule_export]
    use phono_py::rayon_threads;
}
