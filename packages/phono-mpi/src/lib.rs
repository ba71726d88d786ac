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

/// `rows, counts`.
type Rows<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i64>>);

/// See `phono_mpi._redistribution.rows_by_partner`.
#[pyfunction]
fn rows_by_partner<'py>(
    py: Python<'py>,
    rank: i64,
    size: i64,
    nq: PyArrayLike1<'py, i64>,
    layout: &str,
    other: &str,
) -> PyResult<Rows<'py>> {
    let named = |name: &str| name.parse().map_err(|error| raise(&error));
    let (layout, other, nq) = (named(layout)?, named(other)?, nq.as_array());
    let (rows, counts) =
        py.compute(|_stop| phono_mpi::rows_by_partner(rank, size, nq, layout, other))?;
    Ok((rows.into_pyarray(py), counts.into_pyarray(py)))
}

/// See `phono_mpi._dynamic.balanced_ranks`.
#[pyfunction]
fn balanced_ranks<'py>(
    py: Python<'py>,
    costs: PyArrayLike1<'py, f64>,
    size: i64,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let costs = costs.as_array();
    let ranks = py.compute(|_stop| phono_mpi::balanced_ranks(costs, size))?;
    Ok(ranks.into_pyarray(py))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::balanced_ranks;
    #[pymodule_export]
    use super::get_pencil_indices;
    #[pymodule_export]
    use super::rows_by_partner;
    #[pymodule_export]
    use phono_py::rayon_threads;
}
