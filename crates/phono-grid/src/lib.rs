//! Crystals and their grids: symmetry, Brillouin-zone grids, triplets and tetrahedra.

mod bands;
mod content_hash;
mod joint_dos;
mod pair_vertices;
mod pair_weights;
mod permutations;
mod reduction;
mod shortest_vectors;
mod sorted_tetrahedra;
mod spectra;
mod stars;
mod targets;
mod tetrahedra;
mod tetrahedron_weights;
mod triplet_weights;
mod triplets;
mod vectors;
mod zone;
mod zone_weights;

pub use bands::Bands;
pub use content_hash::content_hash;
pub use joint_dos::joint_dos_channels;
pub use pair_vertices::TripletBands;
pub use pair_weights::{PairWeights, Runs, WeightMaker};
pub use permutations::{Operations, PARALLEL_IMAGES, atom_permutations};
pub use shortest_vectors::{PARALLEL_PAIRS, shortest_vectors};
pub use spectra::{Gaussian, Smearing, Spectra, spectra};
pub use stars::irreducible_map;
pub use tetrahedra::{N_TETRAHEDRA, N_VERTICES, Tetrahedra, WaveVectors};
pub use tetrahedron_weights::{DeltaWeight, DeltaWeights, tetrahedron_weights};
pub use triplet_weights::{N_CHANNELS, degenerate_sets, triplet_weights};
pub use triplets::triplets_at;
pub use zone::{BrillouinZone, triplet_images, zone_images};
pub use zone_weights::{WeightKind, ZoneBands, zone_point_weights, zone_triplet_weights};
