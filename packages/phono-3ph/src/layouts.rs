//! `phono_3ph.Series3`, and the layouts of those that are in use.

use std::sync::{Arc, Mutex};

use phono_3ph::{Layout, Phonons, Series};
use phono_py::{PySeries3, raise};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};

/// Layouts of the arrays `values`, `atoms` and `cells` that are alive, the latest last.
static KEPT: Mutex<Vec<Kept>> = Mutex::new(vec![]);
/// Crystals that are computed in turn.
const MOST: usize = 4;

/// The layout of three arrays that nobody may change.
struct Kept {
    arrays: [Py<PyWeakrefReference>; 3],
    layout: Arc<Layout>,
}

impl Kept {
    /// Whether it is of these arrays.
    fn is_of(&self, arrays: &[Bound<'_, PyAny>; 3]) -> bool {
        self.arrays.iter().zip(arrays).all(|(kept, array)| {
            kept.bind(array.py()).upgrade().is_some_and(|kept| kept.is(array))
        })
    }

    /// Whether nobody has the arrays any more.
    fn is_dead(&self, py: Python<'_>) -> bool {
        self.arrays.iter().any(|kept| kept.bind(py).upgrade().is_none())
    }
}

/// A series and its layout, which is made once for arrays that cannot be written to.
pub(crate) struct PyLaidOutSeries<'py> {
    series: PySeries3<'py>,
    layout: Arc<Layout>,
}

impl<'a, 'py> FromPyObject<'a, 'py> for PyLaidOutSeries<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let series: PySeries3<'py> = object.extract()?;
        let arrays =
            [object.getattr("values")?, object.getattr("atoms")?, object.getattr("cells")?];
        let known = |kept: &Vec<Kept>| {
            kept.iter().find(|kept| kept.is_of(&arrays)).map(|kept| kept.layout.clone())
        };
        let lock =
            || KEPT.lock_py_attached(py).unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(layout) = known(&lock()) {
            return Ok(Self { series, layout });
        }
        let (_, atoms, cells) = series.view();
        let layout = Layout::new(atoms, cells).map_err(|error| raise(&error))?;
        let layout = Arc::new(layout);
        let [values, atoms, cells] = arrays.each_ref().map(is_writeable);
        if !(values? || atoms? || cells?) {
            let [values, atoms, cells] = arrays.each_ref().map(PyWeakrefReference::new);
            let arrays = [values?.unbind(), atoms?.unbind(), cells?.unbind()];
            let new = Kept { arrays, layout: layout.clone() };
            let mut kept = lock();
            kept.retain(|kept| !kept.is_dead(py));
            if kept.len() == MOST {
                kept.remove(0);
            }
            kept.push(new);
        }
        Ok(Self { series, layout })
    }
}

impl PyLaidOutSeries<'_> {
    /// The series of as many atoms as the phonons have, borrowed from Python's arrays.
    pub(crate) fn of_atoms(&self, phonons: &Phonons<'_>) -> PyResult<Series<'_>> {
        let (values, ..) = self.series.view();
        Series::new(values, &self.layout, phonons.modes.n_atoms())
            .map_err(|error| raise(&error))
    }
}

/// Whether an array can be written to.
fn is_writeable(array: &Bound<'_, PyAny>) -> PyResult<bool> {
    array.getattr("flags")?.getattr("writeable")?.extract()
}
