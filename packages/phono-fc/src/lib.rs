//! Python face of [`phono_fc`]. No physics here.

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod _rust {
    #[pymodule_export]
    use phono_py::rayon_threads;
}
