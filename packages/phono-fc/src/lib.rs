//! Python face of [`phono_fc`]. No physics here.

use numpy::{
    IntoPyArray, PyArrayDyn, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3,
    PyReadonlyArrayDyn,
};
use phono_fc::Operations;
use phono_py::{Compute, PyForceConstants};
use pyo3::prelude::*;

/// See `phono_fc._rows_by_symmetry`.
#[pyfunction]
fn rows_by_symmetry<'py>(
    py: Python<'py>,
    fields: PyReadonlyArrayDyn<'py, f64>,
    atoms: PyReadonlyArray1<'py, i64>,
    targets: PyReadonlyArray1<'py, i64>,
    rotations: PyReadonlyArray3<'py, f64>,
    permutations: PyReadonlyArray2<'py, i64>,
) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
    let (fields, atoms, targets) =
        (fields.as_array(), atoms.as_array(), targets.as_array());
    let (rotations, permutations) = (rotations.as_array(), permutations.as_array());
    let rows = py.compute(|stop| {
        let operations = Operations::new(rotations, permutations)?;
        phono_fc::rows_by_symmetry(fields, atoms, targets, &operations, stop)
    })?;
    Ok(rows.into_pyarray(py))
}

/// See `phono_fc._symmetrize`.
#[pyfunction]
#[pyo3(signature = (force_constants, *, rounds))]
fn symmetrized_values<'py>(
    py: Python<'py>,
    force_constants: PyForceConstants<'py>,
    rounds: usize,
) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
    let constants = force_constants.view()?;
    let values =
        py.compute(|stop| phono_fc::symmetrized_values(constants, rounds, stop))?;
    Ok(values.into_pyarray(py))
}

/// See `phono_fc._symmetrize`.
#[pyfunction]
fn filled_by_exchange<'py>(
    py: Python<'py>,
    force_constants: PyForceConstants<'py>,
    known: PyReadonlyArray2<'py, bool>,
) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
    let (constants, known) = (force_constants.view()?, known.as_array());
    let values = py.compute(|stop| phono_fc::filled_by_exchange(constants, known, stop))?;
    Ok(values.into_pyarray(py))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::{filled_by_exchange, rows_by_symmetry, symmetrized_values};
    #[pymodule_export]
    use phono_py::rayon_threads;
}
