//! Asking a running kernel to stop.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Error, Result};

/// A flag that the caller raises and a long kernel looks at between pieces of work.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Ask the kernel to stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// `Err(Stopped)` once a stop has been requested.
    pub fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) }
    }
}
