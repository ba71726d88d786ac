//! Crystals and their grids: symmetry, Brillouin-zone grids, triplets and tetrahedra.

mod tetrahedra;
mod triplet_weights;

pub use tetrahedra::{N_TETRAHEDRA, N_VERTICES, Tetrahedra};
pub use triplet_weights::{PairWeights, degenerate_sets, triplet_weights};
