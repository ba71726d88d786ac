//! Large arrays that are used again.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fixed_q::Scratch;
use crate::lanes::Lanes;

/// Arrays that were given back, at most [`KEPT`].
///
/// A new array of this size is mapped page by page and filled with zeros by the system each
/// time, which took a sixth of the time of large cells, wave vector after wave vector.
static BUFFERS: Mutex<Vec<Vec<Lanes>>> = Mutex::new(vec![]);
/// The number of arrays that are kept for the next wave vector.
const KEPT: usize = 4;
/// Memory of threads that was given back, at most that of as many as there are.
///
/// New memory for each wave vector, which then grows, leaves holes between that of others.
static SCRATCH: Mutex<Vec<Scratch>> = Mutex::new(vec![]);

/// Free what is kept for the next wave vector.
pub fn free_buffers() {
    locked(&BUFFERS).clear();
    locked(&SCRATCH).clear();
}

impl Scratch {
    /// Memory for one thread, with anything in it.
    pub(crate) fn take() -> Self {
        locked(&SCRATCH).pop().unwrap_or_default()
    }

    /// Keep the memory for another thread.
    pub(crate) fn give_back(self) {
        let mut kept = locked(&SCRATCH);
        if kept.len() < rayon::current_num_threads() {
            kept.push(self);
        }
    }
}

/// An array of [`Lanes`] with any numbers in it; given back when dropped.
pub(crate) struct Buffer {
    lanes: Vec<Lanes>,
    length: usize,
}

impl Buffer {
    /// An array of `length`.
    pub(crate) fn new(length: usize) -> Self {
        let mut kept = locked(&BUFFERS);
        // The smallest that is long enough, else the longest, which grows.
        let fits = |lanes: &Vec<Lanes>| lanes.len() >= length;
        let best = (0..kept.len())
            .min_by_key(|&i| {
                let n = kept[i].len();
                if fits(&kept[i]) { (0, n) } else { (1, usize::MAX - n) }
            })
            .map(|i| kept.swap_remove(i));
        drop(kept);
        let mut lanes = best.unwrap_or_default();
        if lanes.len() < length {
            // Nothing of the old one is copied.
            lanes = vec![];
            lanes.resize(length, Lanes::ZERO);
        }
        Self { lanes, length }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut kept = locked(&BUFFERS);
        if kept.len() < KEPT {
            kept.push(std::mem::take(&mut self.lanes));
        }
    }
}

impl Deref for Buffer {
    type Target = [Lanes];

    fn deref(&self) -> &[Lanes] {
        &self.lanes[..self.length]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [Lanes] {
        &mut self.lanes[..self.length]
    }
}

/// Make `lanes` at least as long as `length`; what was in it is lost.
pub(crate) fn grow(lanes: &mut Vec<Lanes>, length: usize) {
    if lanes.len() < length {
        *lanes = vec![];
        lanes.resize(length, Lanes::ZERO);
    }
}

/// The value behind a lock: nobody leaves it half done.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
