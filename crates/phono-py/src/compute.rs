//! Leaving Python to compute.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use phono_core::{Error, Result, Stop};
use pyo3::prelude::*;

use crate::pool::with_threads;

pyo3::import_exception!(phono_grid.errors, ConvergenceError);
pyo3::import_exception!(phono_grid.errors, DomainError);
pyo3::import_exception!(phono_grid.errors, ShapeError);

/// How often a running kernel lets Python look for Ctrl-C.
const POLL: Duration = Duration::from_millis(50);

/// Leaving Python to compute.
pub trait Compute {
    /// Run `kernel` without the GIL, and raise its error as a Python exception.
    ///
    /// The kernel runs on a thread of its own while this one looks for signals; after
    /// Ctrl-C it is asked to stop, and `KeyboardInterrupt` is raised when it has.
    fn compute<T: Send>(
        self,
        kernel: impl FnOnce(&Stop) -> Result<T> + Send,
    ) -> PyResult<T>;

    /// [`Compute::compute`] for a kernel that can be long, else on this thread: Ctrl-C waits
    /// a millisecond, and to wake another thread can take as long as the work.
    fn compute_if_long<T: Send>(
        self,
        long: bool,
        kernel: impl FnOnce(&Stop) -> Result<T> + Send,
    ) -> PyResult<T>;
}

impl Compute for Python<'_> {
    fn compute<T: Send>(
        self,
        kernel: impl FnOnce(&Stop) -> Result<T> + Send,
    ) -> PyResult<T> {
        self.detach(|| {
            let stop = Stop::default();
            let finished = (Mutex::new(false), Condvar::new());
            thread::scope(|scope| {
                let worker = scope.spawn(|| {
                    let announce = Announce(&finished);
                    let result = with_threads(|| kernel(&stop));
                    drop(announce);
                    result
                });
                let signal = wait(&finished, &stop);
                let result = worker.join();
                signal?;
                match result {
                    Ok(result) => result?.map_err(|error| raise(&error)),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            })
        })
    }

    fn compute_if_long<T: Send>(
        self,
        long: bool,
        kernel: impl FnOnce(&Stop) -> Result<T> + Send,
    ) -> PyResult<T> {
        if long {
            return self.compute(kernel);
        }
        self.detach(|| {
            with_threads(|| kernel(&Stop::default()))?.map_err(|error| raise(&error))
        })
    }
}

/// Tells the waiting thread that the kernel is over, even when it panics.
struct Announce<'a>(&'a (Mutex<bool>, Condvar));

impl Drop for Announce<'_> {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }
}

/// Wait for the kernel; a signal raises `stop` and becomes the error.
fn wait(finished: &(Mutex<bool>, Condvar), stop: &Stop) -> PyResult<()> {
    let (flag, bell) = finished;
    let mut done = flag.lock().unwrap_or_else(PoisonError::into_inner);
    while !*done {
        done = bell.wait_timeout(done, POLL).unwrap_or_else(PoisonError::into_inner).0;
        if *done {
            break;
        }
        // The lock is released while Python runs its signal handlers.
        drop(done);
        if let Err(error) =
            Python::attach(|py| py.check_signals().and_then(|()| tell(py, stop)))
        {
            stop.request();
            return Err(error);
        }
        done = flag.lock().unwrap_or_else(PoisonError::into_inner);
    }
    Ok(())
}

/// Tell who listens in Python how far the kernel is.
fn tell(py: Python<'_>, stop: &Stop) -> PyResult<()> {
    let Some(progress) = stop.progress() else { return Ok(()) };
    py.import("phono_grid.progress")?.call_method1("tell", progress)?;
    Ok(())
}

/// The Python exception that says what `error` says.
pub fn raise(error: &Error) -> PyErr {
    let message = error.to_string();
    match error {
        Error::Shape { .. } | Error::Layout(_) => ShapeError::new_err(message),
        Error::Convergence(_) => ConvergenceError::new_err(message),
        _ => DomainError::new_err(message),
    }
}

/// How many threads the kernels of this extension use (`RAYON_NUM_THREADS`).
#[pyfunction]
pub fn rayon_threads() -> PyResult<usize> {
    with_threads(rayon::current_num_threads)
}
