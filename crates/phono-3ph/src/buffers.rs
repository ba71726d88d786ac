//! Large arrays that are used again.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use crate::lanes::Lanes;

/// Arrays that were given back, at most [`KEPT`].
///
/// A new array of this size is mapped page by page and filled with zeros by the system each
/// time, which took a sixth of the time of large cells, wave vector after wave vector.
static BUFFERS: Mutex<Vec<Vec<Lanes>>> = Mutex::new(vec![]);
/// The number of arrays that are kept for the next wave vector.
const KEPT: usize = 4;

/// An array of [`Lanes`] with any numbers in it; given back when dropped.
pub(crate) struct Buffer {
    lanes: Vec<Lanes>,
    length: usize,
}

impl Buffer {
    /// An array of `length`.
    pub(crate) fn new(length: usize) -> Self {
        let mut kept = BUFFERS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
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
        let mut kept = BUFFERS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
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

/// Make `lanes` at least as long as `length`.
pub(crate) fn grow(lanes: &mut Vec<Lanes>, length: usize) {
    if lanes.len() < length {
        lanes.resize(length, Lanes::ZERO);
    }
}
