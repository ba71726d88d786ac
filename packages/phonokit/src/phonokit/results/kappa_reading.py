"""A conductivity out of its file, field by field what was written."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import Coherence, ConductivityRta, ConductivityWigner
from phono_grid import Grid, IrreduciblePoints
from phono_grid.errors import FileError, PhonoError
from phono_grid.hdf5 import Hdf5File

from phonokit.results.rates import Conduction, Rates
from phonokit.results.result import provenance_in
from phonokit.results.shapes import ensure_declared, ensure_finite
from phonokit.settings.transport import Transport

FOUR_PHONON = ("four_phonon", "four_phonon_groups")
MODE = "(n_T, n_i, n_b)"
SHAPES = {
    "temperature": "(n_T,)",
    "weight": "(n_i,)",
    "qpoint": "(n_i, 3)",
    "frequency": "(n_i, n_b)",
    "group_velocity": "(n_i, n_b, 3)",
    "f_vector": "(n_i, n_b, 3)",
    "gv_by_gv": "(n_i, n_b, 6)",
    "gamma_isotope": "(n_i, n_b)",
    "gamma_boundary": "(n_i, n_b)",
    "gamma_four_phonon": "(2, 3, n_T, n_i, n_b)",
    "gamma_four_phonon_groups": "(n_g, n_T, n_i, n_b)",
    "gamma_groups": "(n_g, n_T, n_i, n_b)",
    "unscattered": "(n_u, 3)",
    "collision_eigenvalues": "(n_T, n_relaxon)",
    "relaxon_kappa": "(n_T, n_relaxon, 6)",
    **dict.fromkeys(("heat_capacity", "gamma", "gamma_N", "gamma_U"), MODE),
}
"""Shapes of datasets, by name; those of κ are in `GAPS`."""
KAPPA = "kappa kappa_error kappa_RTA kappa_inter kappa_degenerate kappa_populations_RTA"
MODE_KAPPA = "mode_kappa mode_kappa_RTA mode_kappa_inter mode_kappa_populations_RTA"
GAPS = {
    **dict.fromkeys(KAPPA.split(), "(n_T, 6)"),
    **dict.fromkeys(MODE_KAPPA.split(), "(n_T, n_i, n_b, 6)"),
}
"""Datasets that are NaN at temperatures for which there is no solution."""
INTEGERS = ("weight", "unscattered", "mesh", "grid_rotations")
"""Datasets of integers."""


def kappa_fields(file: Hdf5File) -> dict[str, Any]:
    """The fields of the conductivity of an open file, by name.

    Raises
    ------
    FileError
        If the file lacks something, or its parts do not belong together.
    """
    try:
        return _fields_of(file)
    except FileError:
        raise
    except PhonoError as error:
        raise FileError(f"{file.path}: {error}") from None


def _fields_of(file: Hdf5File) -> dict[str, Any]:
    """The fields in a file that is as it should be."""
    provenance = provenance_in(file)
    transport = Transport.from_record(provenance.settings)
    grid = grid_in(file)
    irreducible = IrreduciblePoints.of(grid)
    if not np.array_equal(irreducible.weights, needed(file, "weight")):
        raise FileError(
            f"{file.path}: its irreducible wave vectors are not those of its mesh; is "
            "it damaged?"
        )
    return dict(
        grid=grid,
        temperatures=needed(file, "temperature"),
        qpoints=needed(file, "qpoint"),
        grid_points=irreducible.points,
        weights=irreducible.weights,
        frequencies=needed(file, "frequency"),
        group_velocities=needed(file, "group_velocity"),
        conduction=_conduction_in(file, transport),
        rates=Rates(
            needed(file, "gamma"),
            *(
                optional(file, f"gamma_{part}")
                for part in ("isotope", "boundary", "N", "U", *FOUR_PHONON, "groups")
            ),
        ),
        transport=transport,
        kappa_error=optional(file, "kappa_error"),
        provenance=provenance,
    )


def grid_in(file: Hdf5File) -> Grid:
    """The grid of wave vectors that a file knows."""
    names = {"p_matrix": "P_matrix", "q_matrix": "Q_matrix", "shift": "grid_shift"}
    matrices = {argument: optional(file, name) for argument, name in names.items()}
    return Grid(
        needed(file, "mesh"),
        needed(file, "reciprocal_lattice"),
        needed(file, "grid_rotations"),
        **{argument: m for argument, m in matrices.items() if m is not None},
    )


def needed(file: Hdf5File, name: str) -> NDArray[Any]:
    """A dataset without which there is no result.

    Temperatures, weights and frequencies say how large the others are.
    """
    array = file.read(name)
    wanted = np.dtype(np.int64 if name in INTEGERS else np.float64)
    if not np.can_cast(array.dtype, wanted, "same_kind"):
        raise file.error(f"{name} is of {array.dtype}, expected {wanted}")
    if name not in GAPS:
        ensure_finite(file, name, array)
    shape = SHAPES.get(name) or GAPS.get(name)
    if shape is not None:
        sizes: dict[str, int] = {}
        for other in ("temperature", "weight", "frequency"):
            if other != name and other in file:
                ensure_declared(file, other, file.shape(other), SHAPES[other], sizes)
        ensure_declared(file, name, array.shape, shape, sizes)
    return array.astype(wanted, copy=False)


def optional(file: Hdf5File, name: str) -> NDArray[Any] | None:
    """A dataset, if it is there."""
    return needed(file, name) if name in file else None


def _conduction_in(file: Hdf5File, transport: Transport) -> Conduction:
    """Conductivity of the phonons in an open file."""
    kappa, modes = needed(file, "kappa"), needed(file, "mode_kappa")
    capacities = needed(file, "heat_capacity")
    rta, mode_rta = optional(file, "kappa_RTA"), optional(file, "mode_kappa_RTA")
    unscattered = np.zeros(capacities.shape, dtype=np.bool_)
    numbers = optional(file, "unscattered")
    if numbers is not None:
        if (numbers < 0).any() or (numbers >= capacities.shape).any():
            raise file.error("unscattered names phonons that are not there; it is damaged")
        unscattered[tuple(numbers.T)] = True
    return Conduction(
        capacities,
        ConductivityRta(
            kappa if rta is None else rta,
            modes if mode_rta is None else mode_rta,
            needed(file, "gv_by_gv"),
            file.number("kappa_unit_conversion"),
        ),
        kappa,
        modes,
        unscattered,
        None if transport.coherence is None else _wigner_in(file, transport),
        optional(file, "collision_eigenvalues"),
        optional(file, "relaxon_kappa"),
    )


def _wigner_in(file: Hdf5File, transport: Transport) -> ConductivityWigner:
    """Populations and coherences."""
    assert transport.coherence is not None  # or nobody would ask
    return ConductivityWigner(
        populations=needed(file, "kappa_populations_RTA"),
        coherences=needed(file, "kappa_inter"),
        degenerate=needed(file, "kappa_degenerate"),
        mode_populations=needed(file, "mode_kappa_populations_RTA"),
        mode_coherences=needed(file, "mode_kappa_inter"),
        coherence=Coherence.of(transport.coherence),
    )
