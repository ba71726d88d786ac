//! Asking a running kernel to stop, and how far it is.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::{Error, Result};

/// A flag that the caller raises and a long kernel looks at between pieces of work, and the
/// count of pieces that are done, which the caller looks at.
#[derive(Debug, Default)]
pub struct Stop {
    requested: AtomicBool,
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Stop {
    /// Ask the kernel to stop.
    pub fn request(&self) {
        self.requested.store(true, Ordering::Relaxed);
    }

    /// `Err(Stopped)` once a stop has been requested.
    pub fn check(&self) -> Result<()> {
        if self.requested.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) }
    }

    /// Begin work of `total` pieces.
    pub fn begin(&self, total: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// One more piece is done.
    pub fn advance(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// The pieces that are done and how many there are, if the kernel counts them.
    pub fn progress(&self) -> Option<(usize, usize)> {
        let total = self.total.load(Ordering::Relaxed);
        (total > 0).then(|| (self.done.load(Ordering::Relaxed).min(total), total))
    }
}

#[cfg(test)]
mod tests {
    use super::Stop;

    #[test]
    fn a_kernel_that_counts_tells_how_far_it_is() {
        let stop = Stop::default();
        assert_eq!(stop.progress(), None);
        stop.begin(2);
        assert_eq!(stop.progress(), Some((0, 2)));
        (0..3).for_each(|_| stop.advance());
        assert_eq!(stop.progress(), Some((2, 2)));
        assert!(stop.check().is_ok());
    }
}
