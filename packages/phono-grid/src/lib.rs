//! Python face of [`phono_grid`]. No physics here.

use numpy::{
    AllowTypeChange, IntoPyArray, PyArray1, PyArray2, PyArray5, PyArrayLike1, PyArrayLike2,
    PyArrayLikeDyn,
};
use phono_py::{Compute, PyCell, PyGrid, PyTetrahedra, PyTriplets};
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

/// See `phono_grid.atom_permutations`.
#[pyfunction]
#[pyo3(signature = (cell, rotations, translations, *, symprec = 1e-5))]
fn atom_permutations<'py>(
    py: Python<'py>,
    cell: PyCell<'py>,
    rotations: PyArrayLikeDyn<'py, i64, AllowTypeChange>,
    translations: PyArrayLikeDyn<'py, f64, AllowTypeChange>,
    symprec: f64,
) -> PyResult<Bound<'py, PyArray2<i64>>> {
    let (cell, r, t) = (cell.view()?, rotations.as_array(), translations.as_array());
    let permutations = py.compute(|_stop| {
        phono_grid::atom_permutations(cell, &phono_grid::Operations::new(r, t)?, symprec)
    })?;
    Ok(permutations.into_pyarray(py))
}

/// `vectors, multiplicities`.
type Vectors<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<i64>>);

/// See `phono_grid.shortest_vectors`.
#[pyfunction]
#[pyo3(signature = (positions, origins, basis, *, symprec = 1e-5))]
fn shortest_vectors<'py>(
    py: Python<'py>,
    positions: PyArrayLike2<'py, f64, AllowTypeChange>,
    origins: PyArrayLike2<'py, f64, AllowTypeChange>,
    basis: PyArrayLike2<'py, f64, AllowTypeChange>,
    symprec: f64,
) -> PyResult<Vectors<'py>> {
    let (x, x_k, basis) = (positions.as_array(), origins.as_array(), basis.as_array());
    let (vectors, multiplicities) =
        py.compute(|_stop| phono_grid::shortest_vectors(x, x_k, basis, symprec))?;
    Ok((vectors.into_pyarray(py), multiplicities.into_pyarray(py)))
}

/// See `phono_grid.irreducible_map`.
#[pyfunction]
fn irreducible_map<'py>(
    py: Python<'py>,
    grid: PyGrid<'py>,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let grid = grid.view()?;
    Ok(py.compute(|_stop| Ok(phono_grid::irreducible_map(grid)))?.into_pyarray(py))
}

/// `points, weights`.
type Triplets<'py> = (Bound<'py, PyArray2<i64>>, Bound<'py, PyArray1<i64>>);

/// See `phono_grid.triplets_at`.
#[pyfunction]
fn triplets_at<'py>(py: Python<'py>, grid: PyGrid<'py>, q: i64) -> PyResult<Triplets<'py>> {
    let grid = grid.view()?;
    let (points, weights) = py.compute(|_stop| phono_grid::triplets_at(grid, q))?;
    Ok((points.into_pyarray(py), weights.into_pyarray(py)))
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::{
        atom_permutations, irreducible_map, shortest_vectors, triplet_weights, triplets_at,
    };
    #[pymodule_export]
    use phono_py::rayon_threads;
}
