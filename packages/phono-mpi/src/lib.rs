//! Python face of [`phono_mpi`]. No physics here.

use numpy::{IntoPyArray, PyArray1, PyArrayLike1};
use phono_mpi::pencil_indices;
use phono_py::{Compute, raise};
use pyo3::prelude::*;

/// See `phono_mpi.get_pencil_indices`.
#[pyfunction]
fn get_pencil_indices<'py>(
    py: Python<'py>,
    rank: i64,
    size: i64,
    nq: PyArrayLike1<'py, i64>,
    layout: &str,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let layout = layout.parse().map_err(|error| raise(&error))?;
    let nq = nq.as_array();
    let indices = py.compute(|_stop| pencil_indices(rank, size, nq, layout))?;
    Ok(indices.into_pyarray(py))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::get_pencil_indices;
    #[pymodule_export]
    use phono_py::rayon_threads;
}
