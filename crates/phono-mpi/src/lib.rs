//! Index arithmetic for arrays whose rows are distributed over MPI ranks. No MPI here.

mod pencil;
mod share;

pub use pencil::{Layout, pencil_indices, rows_by_partner};
pub use share::{Excess, share};
