//! Python face of [`phono_grid`]. No physics here.

use numpy::{
    AllowTypeChange, IntoPyArray, PyArray1, PyArray2, PyArray3, PyArray4, PyArray5,
    PyArrayLike1, PyArrayLike2, PyArrayLike3, PyArrayLike4, PyArrayLikeDyn, PyArrayMethods,
    PyReadonlyArray1, PyReadonlyArray2,
};
use phono_grid::{
    Bands, BrillouinZone, Gaussian, Smearing, Tetrahedra, TripletBands, WeightKind,
    ZoneBands,
};
use phono_py::{
    Compute, PyBands, PyBrillouinZone, PyCell, PyGrid, PySmearing, PyTetrahedra,
    PyTriplets, raise,
};
use pyo3::prelude::*;

/// Grid points below which stars and triplets take less than a millisecond.
const LONG: usize = 1 << 14;

/// The bands, borrowed from Python's arrays.
fn view<'a>(bands: &'a PyBands<'_>) -> PyResult<Bands<'a>> {
    let [points, multiplicities, rows] = bands.maps();
    let grid = bands.grid.view()?;
    Bands::new(grid, bands.frequencies(), points, multiplicities, rows)
        .map_err(|error| raise(&error))
}

/// What stands for the delta function, checked and copied.
fn owned(smearing: &PySmearing<'_>) -> PyResult<Smearing> {
    let smearing = match smearing {
        PySmearing::Tetrahedra(tetrahedra) => {
            let (offsets, corners) = tetrahedra.view();
            Tetrahedra::new(offsets, corners).map(Smearing::Tetrahedra)
        }
        PySmearing::Gaussian(gaussian) => {
            Gaussian::new(gaussian.sigma, gaussian.cutoff).map(Smearing::Gaussian)
        }
    };
    smearing.map_err(|error| raise(&error))
}

/// `delta, step`.
type Weights<'py> = (Bound<'py, PyArray3<f64>>, Bound<'py, PyArray3<f64>>);

/// See `phono_grid.tetrahedron_weights`.
#[pyfunction]
fn tetrahedron_weights<'py>(
    py: Python<'py>,
    bands: PyBands<'py>,
    tetrahedra: PyTetrahedra<'py>,
    targets: PyArrayLike1<'py, f64, AllowTypeChange>,
) -> PyResult<Weights<'py>> {
    let (bands, (offsets, corners)) = (view(&bands)?, tetrahedra.view());
    let w = targets.as_array();
    let (delta, step) = py.compute(|stop| {
        let tetrahedra = Tetrahedra::new(offsets, corners)?;
        phono_grid::tetrahedron_weights(bands, &tetrahedra, w, stop)
    })?;
    Ok((delta.into_pyarray(py), step.into_pyarray(py)))
}

/// `density, cumulative`.
type Spectra<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>);

/// See `phono_grid.spectra`.
#[pyfunction]
#[pyo3(signature = (bands, smearing, weights, frequency_points, *, drop_few = false))]
fn spectra<'py>(
    py: Python<'py>,
    bands: PyBands<'py>,
    smearing: PySmearing<'py>,
    weights: PyArrayLike3<'py, f64, AllowTypeChange>,
    frequency_points: PyArrayLike1<'py, f64, AllowTypeChange>,
    drop_few: bool,
) -> PyResult<Spectra<'py>> {
    let bands = view(&bands)?;
    let (a, w) = (weights.as_array(), frequency_points.as_array());
    let smearing = owned(&smearing)?;
    let (density, cumulative) =
        py.compute(|stop| phono_grid::spectra(bands, (&smearing, drop_few), a, w, stop))?;
    Ok((density.into_pyarray(py), cumulative.into_pyarray(py)))
}

/// See `phono_grid.triplet_weights`.
#[pyfunction]
fn triplet_weights<'py>(
    py: Python<'py>,
    grid: PyGrid<'py>,
    smearing: PySmearing<'py>,
    frequencies: PyArrayLike2<'py, f64, AllowTypeChange>,
    triplets: PyTriplets<'py>,
    targets: PyArrayLike1<'py, f64, AllowTypeChange>,
) -> PyResult<Bound<'py, PyArray5<f64>>> {
    let (grid, points, w) = (grid.view()?, triplets.points(), targets.as_array());
    let (f, smearing) = (frequencies.as_array(), owned(&smearing)?);
    let weights = py.compute(|stop| {
        let bands = TripletBands::new(grid, f, points)?;
        phono_grid::triplet_weights(bands, &smearing, w, stop)
    })?;
    Ok(weights.into_pyarray(py))
}

/// See `phono_grid.joint_dos_channels`.
#[pyfunction]
fn joint_dos_channels<'py>(
    py: Python<'py>,
    grid: PyGrid<'py>,
    smearing: PySmearing<'py>,
    frequencies: PyArrayLike2<'py, f64, AllowTypeChange>,
    triplets: PyTriplets<'py>,
    weights: PyArrayLike4<'py, f64, AllowTypeChange>,
    frequency_points: PyArrayLike1<'py, f64, AllowTypeChange>,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let (grid, points, m) = (grid.view()?, triplets.points(), triplets.weights());
    let (f, a, w) =
        (frequencies.as_array(), weights.as_array(), frequency_points.as_array());
    let smearing = owned(&smearing)?;
    let joint = py.compute(|stop| {
        let bands = TripletBands::new(grid, f, points)?;
        phono_grid::joint_dos_channels(bands, m, &smearing, a, w, stop)
    })?;
    Ok(joint.into_pyarray(py))
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
    let long = r.len() / 9 * cell.n_atoms() >= phono_grid::PARALLEL_IMAGES;
    let permutations = py.compute_if_long(long, |stop| {
        let operations = phono_grid::Operations::new(r, t)?;
        phono_grid::atom_permutations(cell, &operations, symprec, stop)
    })?;
    Ok(permutations.into_pyarray(py))
}

/// `vectors, multiplicities`.
type Vectors<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<i64>>);

/// See `phono_grid.shortest_vectors`.
#[pyfunction]
#[pyo3(signature = (positions, origins, basis, axes = None, *, symprec = 1e-5))]
fn shortest_vectors<'py>(
    py: Python<'py>,
    positions: PyArrayLike2<'py, f64, AllowTypeChange>,
    origins: PyArrayLike2<'py, f64, AllowTypeChange>,
    basis: PyArrayLike2<'py, f64, AllowTypeChange>,
    axes: Option<PyArrayLike2<'py, f64, AllowTypeChange>>,
    symprec: f64,
) -> PyResult<Vectors<'py>> {
    let (x, x_k, basis) = (positions.as_array(), origins.as_array(), basis.as_array());
    let axes = axes.as_ref().map(|axes| axes.as_array());
    let long = x.nrows() * x_k.nrows() >= phono_grid::PARALLEL_PAIRS;
    let (vectors, multiplicities) = py.compute_if_long(long, |stop| {
        phono_grid::shortest_vectors(x, x_k, basis, axes, symprec, stop)
    })?;
    Ok((vectors.into_pyarray(py), multiplicities.into_pyarray(py)))
}

/// See `phono_grid.irreducible_map`.
#[pyfunction]
fn irreducible_map<'py>(
    py: Python<'py>,
    grid: PyGrid<'py>,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let grid = grid.view()?;
    let map = py.compute_if_long(grid.n_q() >= LONG, |stop| {
        phono_grid::irreducible_map(grid, stop)
    })?;
    Ok(map.into_pyarray(py))
}

/// `points, weights`.
type Triplets<'py> = (Bound<'py, PyArray2<i64>>, Bound<'py, PyArray1<i64>>);

/// See `phono_grid.triplets_at`.
#[pyfunction]
fn triplets_at<'py>(py: Python<'py>, grid: PyGrid<'py>, q: i64) -> PyResult<Triplets<'py>> {
    let grid = grid.view()?;
    let (points, weights) = py.compute_if_long(grid.n_q() >= LONG, |stop| {
        phono_grid::triplets_at(grid, q, stop)
    })?;
    Ok((points.into_pyarray(py), weights.into_pyarray(py)))
}

/// `addresses, counts`.
type Images<'py> = (Bound<'py, PyArray2<i64>>, Bound<'py, PyArray1<i64>>);

/// See `phono_grid.zone_images`.
#[pyfunction]
fn zone_images<'py>(
    py: Python<'py>,
    grid: PyGrid<'py>,
    transform: PyArrayLike2<'py, i64, AllowTypeChange>,
    basis: PyArrayLike2<'py, f64, AllowTypeChange>,
) -> PyResult<Images<'py>> {
    let (grid, t, basis) = (grid.view()?, transform.as_array(), basis.as_array());
    let (addresses, counts) =
        py.compute(|stop| phono_grid::zone_images(grid, t, basis, stop))?;
    Ok((addresses.into_pyarray(py), counts.into_pyarray(py)))
}

/// `images, normal`.
type Normal<'py> = (Bound<'py, PyArray2<i64>>, Bound<'py, PyArray1<bool>>);

/// See `phono_grid.triplet_images`.
#[pyfunction]
fn triplet_images<'py>(
    py: Python<'py>,
    zone: PyBrillouinZone<'py>,
    triplets: PyTriplets<'py>,
) -> PyResult<Normal<'py>> {
    let (grid, points) = (zone.grid.view()?, triplets.points());
    let ((addresses, first), steps) = (zone.images(), zone.steps());
    let (images, normal) = py.compute(|stop| {
        let zone = BrillouinZone::new(grid, addresses, first, steps)?;
        phono_grid::triplet_images(zone, points, stop)
    })?;
    Ok((images.into_pyarray(py), normal.into_pyarray(py)))
}

/// See `phono_grid.content_hash`.
#[pyfunction]
fn hash_of_words(py: Python<'_>, words: PyReadonlyArray1<'_, u64>) -> PyResult<u64> {
    let words = words.as_slice()?;
    Ok(py.detach(|| phono_grid::content_hash(words)))
}

/// `out, outside`.
type Conserving<'py> = (Bound<'py, PyArray5<f64>>, Bound<'py, PyArray4<i8>>);

/// See `phono_grid.zone_triplet_weights`.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "the arguments of the function in Python")]
fn zone_triplet_weights<'py>(
    py: Python<'py>,
    zone: PyBrillouinZone<'py>,
    tetrahedra: PyTetrahedra<'py>,
    frequencies: PyReadonlyArray2<'py, f64>,
    points: PyReadonlyArray2<'py, i64>,
    targets: PyReadonlyArray1<'py, f64>,
    out: Bound<'py, PyArray5<f64>>,
    outside: Bound<'py, PyArray4<i8>>,
) -> PyResult<Conserving<'py>> {
    let (grid, (addresses, first)) = (zone.grid.view()?, zone.images());
    let (steps, (offsets, corners)) = (zone.steps(), tetrahedra.view());
    let (f, points, w) = (frequencies.as_array(), points.as_array(), targets.as_array());
    let (mut g, mut flags) = (out.try_readwrite()?, outside.try_readwrite()?);
    let written = (g.as_array_mut(), flags.as_array_mut());
    py.compute(|stop| {
        let zone = BrillouinZone::new(grid, addresses, first, steps)?;
        let tetrahedra = Tetrahedra::new(offsets, corners)?;
        let bands = ZoneBands::new(zone, f, None)?;
        phono_grid::zone_triplet_weights(bands, &tetrahedra, points, w, written, stop)
    })?;
    drop((g, flags));
    Ok((out, outside))
}

/// See `phono_grid.zone_point_weights`.
#[pyfunction]
#[pyo3(signature = (zone, tetrahedra, frequencies, rows, points, targets, out, *, step = false))]
#[expect(clippy::too_many_arguments, reason = "the arguments of the function in Python")]
fn zone_point_weights<'py>(
    py: Python<'py>,
    zone: PyBrillouinZone<'py>,
    tetrahedra: PyTetrahedra<'py>,
    frequencies: PyReadonlyArray2<'py, f64>,
    rows: PyReadonlyArray1<'py, i64>,
    points: PyReadonlyArray1<'py, i64>,
    targets: PyReadonlyArray1<'py, f64>,
    out: Bound<'py, PyArray3<f64>>,
    step: bool,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let (grid, (addresses, first)) = (zone.grid.view()?, zone.images());
    let (steps, (offsets, corners)) = (zone.steps(), tetrahedra.view());
    let (f, rows) = (frequencies.as_array(), rows.as_array());
    let (points, w) = (points.as_array(), targets.as_array());
    let mut g = out.try_readwrite()?;
    let written = g.as_array_mut();
    let kind = if step { WeightKind::Step } else { WeightKind::Delta };
    py.compute(|stop| {
        let zone = BrillouinZone::new(grid, addresses, first, steps)?;
        let tetrahedra = Tetrahedra::new(offsets, corners)?;
        let bands = ZoneBands::new(zone, f, Some(rows))?;
        let kind = (&tetrahedra, kind);
        phono_grid::zone_point_weights(bands, kind, points, w, written, stop)
    })?;
    drop(g);
    Ok(out)
}

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use super::{
        atom_permutations, hash_of_words, irreducible_map, joint_dos_channels,
        shortest_vectors, spectra, tetrahedron_weights, triplet_images, triplet_weights,
        triplets_at, zone_images, zone_point_weights, zone_triplet_weights,
    };
    #[pymodule_export]
    use phono_py::rayon_threads;
}
