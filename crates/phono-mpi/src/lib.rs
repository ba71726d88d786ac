//! Who has what: rows of arrays, and tasks, distributed over MPI ranks. No MPI here.

mod balance;
mod pencil;
mod share;

pub use balance::balanced_ranks;
pub use pencil::{Layout, pencil_indices, rows_by_partner};
pub use share::{Excess, share};
