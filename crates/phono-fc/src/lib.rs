//! Force constants of any order: images of tensor fields under symmetry, index exchange
//! and the acoustic sum rule.

mod fill;
mod rows;
mod symmetrize;

pub use fill::filled_by_exchange;
pub use rows::{Operations, rows_by_symmetry};
pub use symmetrize::symmetrized_values;
