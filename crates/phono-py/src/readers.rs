//! Readers of our dataclasses, by attribute.

use ndarray::{ArrayView1, ArrayView2, ArrayView3, ArrayView4};
use num_complex::Complex64;
use numpy::{
    PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3, PyReadonlyArray4,
    PyReadonlyArrayDyn,
};
use phono_core::{Cell, ForceConstants, Grid, HarmonicSeries, Modes, Tables};
use pyo3::prelude::*;

use crate::raise;

/// `phono_dynmat.Modes`, and what else has frequencies and polarizations.
#[derive(FromPyObject)]
pub struct PyModes<'py> {
    frequencies: PyReadonlyArray2<'py, f64>,
    polarizations: PyReadonlyArray4<'py, Complex64>,
}

impl PyModes<'_> {
    /// The modes, borrowed from Python's arrays.
    pub fn view(&self) -> PyResult<Modes<'_>> {
        Modes::new(self.frequencies.as_array(), self.polarizations.as_array())
            .map_err(|error| raise(&error))
    }
}

/// `phono_grid.Cell`.
#[derive(FromPyObject)]
pub struct PyCell<'py> {
    lattice: PyReadonlyArray2<'py, f64>,
    positions: PyReadonlyArray2<'py, f64>,
    species: PyReadonlyArray1<'py, i64>,
    masses: PyReadonlyArray1<'py, f64>,
}

impl PyCell<'_> {
    /// The crystal, borrowed from Python's arrays.
    pub fn view(&self) -> PyResult<Cell<'_>> {
        Cell::new(
            self.lattice.as_array(),
            self.positions.as_array(),
            self.species.as_array(),
            self.masses.as_array(),
        )
        .map_err(|error| raise(&error))
    }
}

/// `phono_grid.Grid`.
#[derive(FromPyObject)]
pub struct PyGrid<'py> {
    mesh: PyReadonlyArray1<'py, i64>,
    rotations: PyReadonlyArray3<'py, i64>,
    shift: [i64; 3],
    q_matrix: [[i64; 3]; 3],
}

impl PyGrid<'_> {
    /// The grid, borrowed from Python's arrays.
    pub fn view(&self) -> PyResult<Grid<'_>> {
        Grid::new(self.mesh.as_array(), self.rotations.as_array())
            .map(|grid| grid.with_shift(self.shift).with_axes(self.q_matrix))
            .map_err(|error| raise(&error))
    }
}

/// `phono_grid.Supercell`.
#[derive(FromPyObject)]
pub struct PySupercell<'py> {
    primitive_to_supercell: PyReadonlyArray1<'py, i64>,
    supercell_to_primitive: PyReadonlyArray1<'py, i64>,
    translations: PyReadonlyArray2<'py, i64>,
    home: PyReadonlyArray1<'py, i64>,
}

impl PySupercell<'_> {
    /// The maps, borrowed from Python's arrays.
    pub fn view(&self) -> PyResult<Tables<'_>> {
        Tables::new(
            self.primitive_to_supercell.as_array(),
            self.supercell_to_primitive.as_array(),
            self.translations.as_array(),
            self.home.as_array(),
        )
        .map_err(|error| raise(&error))
    }
}

/// `phono_fc.ForceConstants`.
#[derive(FromPyObject)]
pub struct PyForceConstants<'py> {
    values: PyReadonlyArrayDyn<'py, f64>,
    supercell: PySupercell<'py>,
}

impl PyForceConstants<'_> {
    /// The constants, borrowed from Python's arrays.
    pub fn view(&self) -> PyResult<ForceConstants<'_>> {
        ForceConstants::new(self.values.as_array(), self.supercell.view()?)
            .map_err(|error| raise(&error))
    }
}

/// `phono_grid.Bands`.
#[derive(FromPyObject)]
pub struct PyBands<'py> {
    /// The wave vectors.
    pub grid: PyGrid<'py>,
    frequencies: PyReadonlyArray2<'py, f64>,
    points: PyReadonlyArray1<'py, i64>,
    multiplicities: PyReadonlyArray1<'py, i64>,
    rows: PyReadonlyArray1<'py, i64>,
}

impl PyBands<'_> {
    /// Frequencies, borrowed from Python's arrays.
    pub fn frequencies(&self) -> ArrayView2<'_, f64> {
        self.frequencies.as_array()
    }

    /// Points, multiplicities and rows, borrowed from Python's arrays.
    pub fn maps(&self) -> [ArrayView1<'_, i64>; 3] {
        [&self.points, &self.multiplicities, &self.rows].map(|array| array.as_array())
    }
}

/// `phono_grid.BrillouinZone`.
#[derive(FromPyObject)]
pub struct PyBrillouinZone<'py> {
    /// The wave vectors.
    pub grid: PyGrid<'py>,
    addresses: PyReadonlyArray2<'py, i64>,
    first: PyReadonlyArray1<'py, i64>,
    steps: PyReadonlyArray2<'py, f64>,
}

impl PyBrillouinZone<'_> {
    /// Addresses of the images and where those of each point start, borrowed.
    pub fn images(&self) -> (ArrayView2<'_, i64>, ArrayView1<'_, i64>) {
        (self.addresses.as_array(), self.first.as_array())
    }

    /// Cartesian vectors between neighbouring addresses, borrowed.
    pub fn steps(&self) -> ArrayView2<'_, f64> {
        self.steps.as_array()
    }
}

/// `phono_grid.Gaussian`.
#[derive(FromPyObject)]
pub struct PyGaussian {
    /// Standard deviation, THz.
    pub sigma: f64,
    /// In standard deviations.
    pub cutoff: Option<f64>,
}

/// `phono_grid.Tetrahedra`.
#[derive(FromPyObject)]
pub struct PyTetrahedra<'py> {
    offsets: PyReadonlyArray2<'py, i64>,
    corners: PyReadonlyArray2<'py, i64>,
}

impl PyTetrahedra<'_> {
    /// Offsets and corners, borrowed from Python's arrays.
    pub fn view(&self) -> (ArrayView2<'_, i64>, ArrayView2<'_, i64>) {
        (self.offsets.as_array(), self.corners.as_array())
    }
}

/// What stands for the delta function.
#[derive(FromPyObject)]
pub enum PySmearing<'py> {
    /// `phono_grid.Tetrahedra`.
    Tetrahedra(PyTetrahedra<'py>),
    /// `phono_grid.Gaussian`.
    Gaussian(PyGaussian),
}

/// `phono_grid.Triplets`.
#[derive(FromPyObject)]
pub struct PyTriplets<'py> {
    points: PyReadonlyArray2<'py, i64>,
    weights: PyReadonlyArray1<'py, i64>,
}

impl PyTriplets<'_> {
    /// Grid indices of the triplets, borrowed from Python's array.
    pub fn points(&self) -> ArrayView2<'_, i64> {
        self.points.as_array()
    }

    /// How many triplets each one stands for, borrowed from Python's array.
    pub fn weights(&self) -> ArrayView1<'_, i64> {
        self.weights.as_array()
    }
}

/// `phono_3ph.Series3`.
#[derive(FromPyObject)]
pub struct PySeries3<'py> {
    values: PyReadonlyArray4<'py, f64>,
    atoms: PyReadonlyArray2<'py, i64>,
    cells: PyReadonlyArray3<'py, i64>,
}

impl PySeries3<'_> {
    /// Values, atoms and cells, borrowed from Python's arrays.
    pub fn view(&self) -> (ArrayView4<'_, f64>, ArrayView2<'_, i64>, ArrayView3<'_, i64>) {
        (self.values.as_array(), self.atoms.as_array(), self.cells.as_array())
    }
}

/// `phono_3ph.Strengths`.
#[derive(FromPyObject)]
pub struct PyStrengths<'py> {
    values: PyReadonlyArray4<'py, f64>,
    triplets: PyTriplets<'py>,
}

impl PyStrengths<'_> {
    /// Strengths and the triplets they are of, borrowed from Python's arrays.
    pub fn view(&self) -> (ArrayView4<'_, f64>, ArrayView2<'_, i64>) {
        (self.values.as_array(), self.triplets.points())
    }
}

/// `phono_3ph.EvaluationPoints`.
#[derive(FromPyObject)]
pub struct PyEvaluationPoints<'py> {
    /// Index of the grid point.
    pub q: i64,
    frequency_points: Option<PyReadonlyArray1<'py, f64>>,
    normal: Option<PyReadonlyArray1<'py, bool>>,
}

impl PyEvaluationPoints<'_> {
    /// Frequencies, borrowed from Python's array.
    pub fn frequency_points(&self) -> PyResult<Option<&[f64]>> {
        Ok(self.frequency_points.as_ref().map(|f| f.as_slice()).transpose()?)
    }

    /// Which triplets are normal, borrowed from Python's array.
    pub fn normal(&self) -> PyResult<Option<&[bool]>> {
        Ok(self.normal.as_ref().map(|n| n.as_slice()).transpose()?)
    }
}

/// `phono_3ph.PeriodicModes`.
#[derive(FromPyObject)]
pub struct PyPeriodicModes<'py> {
    /// The wave vectors.
    pub grid: PyGrid<'py>,
    /// Around each of them.
    pub tetrahedra: PyTetrahedra<'py>,
    frequencies: PyReadonlyArray2<'py, f64>,
    polarizations: PyReadonlyArray4<'py, Complex64>,
    slopes: Option<PyReadonlyArray3<'py, f64>>,
}

impl PyPeriodicModes<'_> {
    /// Slopes of the frequencies along the addresses, if they are known.
    pub fn slopes(&self) -> Option<ArrayView3<'_, f64>> {
        self.slopes.as_ref().map(|slopes| slopes.as_array())
    }

    /// The phonons, borrowed from Python's arrays.
    pub fn modes(&self) -> PyResult<Modes<'_>> {
        Modes::new(self.frequencies.as_array(), self.polarizations.as_array())
            .map_err(|error| raise(&error))
    }
}

/// `phono_dynmat.HarmonicSeries`.
#[derive(FromPyObject)]
pub struct PyHarmonicSeries<'py> {
    values: PyReadonlyArray3<'py, f64>,
    atoms: PyReadonlyArray2<'py, i64>,
    cells: PyReadonlyArray2<'py, i64>,
    cell: PyCell<'py>,
}

impl PyHarmonicSeries<'_> {
    /// The series, borrowed from Python's arrays.
    pub fn view(&self) -> PyResult<HarmonicSeries<'_>> {
        HarmonicSeries::new(
            self.values.as_array(),
            self.atoms.as_array(),
            self.cells.as_array(),
            self.cell.view()?,
        )
        .map_err(|error| raise(&error))
    }
}
