//! Crystals and their grids: symmetry, Brillouin-zone grids, triplets and tetrahedra.

mod permutations;
mod shortest_vectors;
mod stars;
mod tetrahedra;
mod triplet_weights;
mod triplets;
mod vectors;

pub use permutations::{Operations, atom_permutations};
pub use shortest_vectors::shortest_vectors;
pub use stars::irreducible_map;
pub use tetrahedra::{N_TETRAHEDRA, N_VERTICES, Tetrahedra};
pub use triplet_weights::{N_CHANNELS, PairWeights, degenerate_sets, triplet_weights};
pub use triplets::triplets_at;
