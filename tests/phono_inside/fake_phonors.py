"""A module that looks like phonors, finds triplets, and says what else it is asked for."""

import inspect
from types import ModuleType

import numpy as np
from phono_grid import Grid, ShortestVectors, Triplets
from phono_inside._signatures import KNOWN


def fake_phonors(grid: Grid | None = None, **signatures: str) -> ModuleType:
    """The module; ``calls`` are the names of the originals that were called."""
    module = ModuleType("phonors")
    module.calls = []
    for name, known in KNOWN.items():
        arguments = signatures.get(name, " ".join(known[0])).split()
        setattr(module, name, original_of(module, name, arguments))

    def ir_triplets_at_q(grid_point, d_diag, rec_rotations, is_time_reversal, swappable):
        triplets = Triplets.of(grid, grid_point)
        alike = np.empty(grid.n_q, dtype=np.int64)
        a = grid.addresses
        group = [r for r in grid.rotations if grid.index(r @ a[grid_point]) == grid_point]
        images = np.min([grid.index(a @ r.T) for r in group], axis=0)
        alike[:] = np.minimum(images, images[grid.index(-a[grid_point] - a)])
        return alike, alike, len(triplets.weights)

    def bz_triplets_at_q(point, addresses, bz_map, alike, d_diag, q, lattice, grid_type):
        q0 = int(np.searchsorted(bz_map, point, side="right") - 1)
        return bz_map[Triplets.of(grid, q0).points]

    module.ir_triplets_at_q = ir_triplets_at_q
    module.bz_triplets_at_q = bz_triplets_at_q
    return module


def original_of(module, name, arguments):
    """A function of these arguments that only says that it was called."""

    def original(*args, **kwargs):
        module.calls.append(name)

    original.__name__ = name
    keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD
    original.__signature__ = inspect.Signature(
        [
            inspect.Parameter(
                argument.rstrip("="),
                keyword,
                default=None if argument.endswith("=") else inspect.Parameter.empty,
            )
            for argument in arguments
        ]
    )
    return original


def arguments_of(sample, zone, modes, temperatures):
    """What phono3py would hand over for a model, its phonons at all images of a zone."""
    supercell, grid = sample.fc3.supercell, zone.grid
    vectors = ShortestVectors.of(supercell)
    n_b = modes.frequencies.shape[1]
    e = modes.polarizations.reshape(-1, n_b, n_b)
    p2s = supercell.primitive_to_supercell
    n_a, n_s = len(p2s), len(supercell.supercell_to_primitive)
    table = np.stack([vectors.multiplicities, vectors.first], axis=-1)
    unit = np.eye(3, dtype=np.int64)
    return {
        "sigmas": np.array([np.nan]),
        "sigma_cutoffs": np.array([-1.0]),
        "bzg2grg": zone.points.astype(np.int64),
        "reciprocal_rotations": unit[None].copy(),
        "is_time_reversal": True,
        "swappable": True,
        "is_mesh_symmetry": True,
        "reciprocal_lattice": np.eye(3),
        "bz_triplets_q_mat": unit.copy(),
        "frequencies": modes.frequencies.copy(),
        "eigenvectors": np.ascontiguousarray(e.swapaxes(1, 2)),
        "bz_grid_addresses": zone.addresses.copy(),
        "bz_map": zone.first.copy(),
        "bz_grid_type": 2,
        "d_diag": grid.mesh.copy(),
        "q_mat": unit.copy(),
        "fc3": sample.fc3.values.copy(),
        "fc3_nonzero_indices": np.ones((n_a, n_s, n_s), dtype=np.int8),
        "svecs": np.ascontiguousarray(vectors.vectors),
        "multiplicity": np.ascontiguousarray(table.astype(np.int64)),
        "masses": supercell.primitive.masses.copy(),
        "p2s_map": p2s.copy(),
        "s2p_map": p2s[supercell.supercell_to_primitive],
        "band_indices": np.arange(n_b),
        "temperatures_thz": np.asarray(temperatures, dtype=float),
        "is_n_u": False,
        "symmetrize_fc3_q": False,
        "make_r0_average": True,
        "all_shortest": np.zeros((n_a, n_s, n_s), dtype=np.int8),
        "cutoff_frequency": 1e-3,
        "is_compact_fc3": True,
    }
