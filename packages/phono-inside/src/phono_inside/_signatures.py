"""The functions that are served, and the arguments they are known to have."""

_CRYSTAL = "fc3 fc3_nonzero_indices svecs multiplicity masses p2s_map s2p_map band_indices"
_COLLISION = (
    "sigmas sigma_cutoffs relative_grid_address bzg2grg reciprocal_rotations "
    "is_time_reversal swappable is_mesh_symmetry reciprocal_lattice bz_triplets_q_mat "
    "frequencies eigenvectors bz_grid_addresses bz_map bz_grid_type d_diag q_mat "
    f"{_CRYSTAL} temperatures_thz is_n_u symmetrize_fc3_q make_r0_average all_shortest "
    "cutoff_frequency is_compact_fc3"
)
_SPECTRUM = "mode_property_arr ir_grid_weights bz_grid grid_points bzgp2irgp_map lang"


def _names(*texts: str) -> tuple[tuple[str, ...], ...]:
    """Signatures from words in a text."""
    return tuple(tuple(text.split()) for text in texts)


OVERRIDES = {
    "collision_at_grid_point": "phono_inside._collision:collision_at_grid_point",
    "collision_at_grid_points_batched": (
        "phono_inside._collision:collision_at_grid_points_batched"
    ),
    "interaction": "phono_inside._interaction:interaction",
    "triplets_integration_weights": "phono_inside._weights:triplets_integration_weights",
    "integration_weights_at_grid_points": (
        "phono_inside._weights:integration_weights_at_grid_points"
    ),
    "dynamical_matrices_at_qpoints_gonze": (
        "phono_inside._dynamics:dynamical_matrices_at_qpoints_gonze"
    ),
}
"""Where each function of phonors is served, those that gain most first."""

FEW = 16
"""With fewer wave vectors it takes longer to look at the arguments than to compute."""

LISTS = {"dynamical_matrices_at_qpoints_gonze": 1}
"""The place among the arguments of a list that pays from `FEW` on."""

METHODS = {
    "GroupVelocity.run": "phono_inside._velocities:run",
    "TetrahedronDOSAccumulator._accumulate_shared": (
        "phono_inside._spectra:accumulate_shared"
    ),
    "TetrahedronDOSAccumulator._accumulate_per_batch": (
        "phono_inside._spectra:accumulate_per_batch"
    ),
}
"""Where methods of classes of phonopy are served."""

MODULES = {
    "GroupVelocity": "phonopy.phonon.group_velocity",
    "TetrahedronDOSAccumulator": "phonopy.phonon.spectrum",
}
"""In which module each of these classes is."""

KNOWN = {
    "collision_at_grid_point": _names(
        f"collisions grid_point {_COLLISION} degenerate_ids=",
        f"collisions grid_point {_COLLISION}",
    ),
    "collision_at_grid_points_batched": _names(
        f"collisions grid_points {_COLLISION} degenerate_ids=",
        f"collisions grid_points {_COLLISION}",
    ),
    "interaction": _names(
        "fc3_normal_squared g_zero frequencies eigenvectors triplets bz_grid_addresses "
        f"d_diag q_mat {_CRYSTAL} symmetrize_fc3_q make_r0_average all_shortest "
        "cutoff_frequency is_compact_fc3"
    ),
    "triplets_integration_weights": _names(
        "iw iw_zero frequency_points relative_grid_address d_diag triplets frequencies1 "
        "frequencies2 bz_grid_addresses bz_map bz_grid_type tp_type"
    ),
    "integration_weights_at_grid_points": _names(
        "iw frequency_points relative_grid_address d_diag grid_points frequencies "
        "bz_grid_addresses bz_map gp2irgp_map bz_grid_type function"
    ),
    "dynamical_matrices_at_qpoints_gonze": _names(
        "dynmats qpoints fc svecs multi mass p2s_map s2p_map born dielectric "
        "reciprocal_lattice pos dd_q0 g_list nac_factor lambda_ q_direction= hermitianize="
    ),
    "GroupVelocity.run": _names("self q_points perturbation="),
    "TetrahedronDOSAccumulator._accumulate_shared": _names(
        f"self bin_values_2d {_SPECTRUM}"
    ),
    "TetrahedronDOSAccumulator._accumulate_per_batch": _names(
        f"self bin_values_3d {_SPECTRUM}"
    ),
}
"""The arguments of each, over all releases; ``=`` where there is a default."""
