//! Python face of [`phono_4ph`]. No physics here.

mod readers;

use numpy::{AllowTypeChange, IntoPyArray, PyArray4, PyArray5, PyArrayLike2, PyArrayLike3};
use phono_py::{Compute, PyPeriodicModes};
use pyo3::prelude::*;

use readers::{PyConstants4, PyScattering4, PyZone, constants_of, phonons_of};

/// See `phono_4ph.interaction_strengths4`.
#[pyfunction]
fn interaction_strengths4<'py>(
    py: Python<'py>,
    constants: PyConstants4<'py>,
    phonons: PyPeriodicModes<'py>,
    points: PyArrayLike2<'py, i64, AllowTypeChange>,
    cutoff_frequency: f64,
) -> PyResult<Bound<'py, PyArray5<f64>>> {
    let (phonons, points) = (phonons_of(&phonons)?, points.as_array());
    let constants = constants_of(&constants, &phonons)?;
    let strengths = py.compute(|stop| {
        phono_4ph::interaction_strengths4(
            constants,
            &phonons,
            points,
            cutoff_frequency,
            stop,
        )
    })?;
    Ok(strengths.into_pyarray(py))
}

/// See `phono_4ph.linewidths4`.
#[pyfunction]
fn linewidths4<'py>(
    py: Python<'py>,
    constants: PyConstants4<'py>,
    phonons: PyPeriodicModes<'py>,
    q: i64,
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering4<'py>,
    zone: PyZone<'py>,
) -> PyResult<Bound<'py, PyArray4<f64>>> {
    let (phonons, n) = (phonons_of(&phonons)?, occupations.as_array());
    let constants = constants_of(&constants, &phonons)?;
    let choices = (scattering.choices()?, zone.view()?);
    let gamma = py
        .compute(|stop| phono_4ph::linewidths4(constants, &phonons, q, n, choices, stop))?;
    Ok(gamma.into_pyarray(py))
}

/// See `phono_4ph.linewidths4_of_pairs`.
#[pyfunction]
fn linewidths4_of_pairs<'py>(
    py: Python<'py>,
    constants: PyConstants4<'py>,
    phonons: PyPeriodicModes<'py>,
    pairs: (i64, PyArrayLike3<'py, i64, AllowTypeChange>),
    occupations: PyArrayLike3<'py, f64, AllowTypeChange>,
    scattering: PyScattering4<'py>,
    zone: PyZone<'py>,
) -> PyResult<Bound<'py, PyArray5<f64>>> {
    let (phonons, n) = (phonons_of(&phonons)?, occupations.as_array());
    let constants = constants_of(&constants, &phonons)?;
    let choices = (scattering.choices()?, zone.view()?);
    let which = (pairs.0, pairs.1.as_array());
    let gamma = py.compute(|stop| {
        phono_4ph::linewidths4_of_pairs(constants, &phonons, which, n, choices, stop)
    })?;
    Ok(gamma.into_pyarray(py))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::{interaction_strengths4, linewidths4, linewidths4_of_pairs};
    #[pymodule_export]
    use phono_py::rayon_threads;
}
