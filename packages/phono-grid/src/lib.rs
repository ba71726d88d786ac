//! Python face of [`phono_grid`]. No physics here.

use numpy::{AllowTypeChange, IntoPyArray, PyArray5, PyArrayLike1, PyArrayLike2};
use phono_py::{Compute, PyGrid, PyTetrahedra, PyTriplets};
use pyo3::prelude::*;

/// See `phono_grid.triplet_weights`.
#[pyfunction]
fn triplet_weights<'py>(
    py: Python<'py>,
    grid: PyGrid<'py>,
    tetrahedra: PyTetrahedra<'py>,
    frequencies: PyArrayLike2<'py, f64, AllowTypeChange>,
    triplets: PyTriplets<'py>,
    targets: PyArrayLike1<'py, f64, AllowTypeChange>,
) -> PyResult<Bound<'py, PyArray5<f64>>> {
    let (grid, points) = (grid.view()?, triplets.points());
    let (f, w) = (frequencies.as_array(), targets.as_array());
    let (offsets, corners) = tetrahedra.view();
    let weights = py.compute(|_stop| {
        let tetrahedra = phono_grid::Tetrahedra::new(offsets, corners)?;
        phono_grid::triplet_weights(grid, &tetrahedra, f, points, w)
    })?;
    Ok(weights.into_pyarray(py))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::triplet_weights;
    #[pymodule_export]
    use phono_py::rayon_threads;
}
