//! The threads of a process; what is forked from it has none of them.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The process whose threads are those of rayon's global pool; 0 before there are any.
static OWNER: AtomicU32 = AtomicU32::new(0);
/// The pool of a process that was forked from the owner, and which process it is of.
static FORKED: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// Run `kernel` where its parallel loops have threads: in a process that was forked after
/// the pool was used they would wait for threads that the fork did not copy.
pub(crate) fn with_threads<T: Send>(kernel: impl FnOnce() -> T + Send) -> PyResult<T> {
    let here = process::id();
    let owner = OWNER
        .compare_exchange(0, here, Ordering::Relaxed, Ordering::Relaxed)
        .unwrap_or_else(|owner| owner);
    if owner == 0 || owner == here {
        return Ok(kernel());
    }
    Ok(pool_of(here)?.install(kernel))
}

/// The pool of a forked process, made when it is first needed.
fn pool_of(here: u32) -> PyResult<Arc<ThreadPool>> {
    let mut forked = FORKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((process, pool)) = forked.as_ref()
        && *process == here
    {
        return Ok(Arc::clone(pool));
    }
    let pool = ThreadPoolBuilder::new()
        .build()
        .map_err(|error| PyRuntimeError::new_err(format!("no threads: {error}")))?;
    let pool = Arc::new(pool);
    // Of the parent of this process: its threads are not here to be ended.
    if let Some(old) = forked.replace((here, Arc::clone(&pool))) {
        std::mem::forget(old);
    }
    Ok(pool)
}
