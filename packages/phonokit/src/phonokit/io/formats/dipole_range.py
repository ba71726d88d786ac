"""Constants of polar crystals taken from one sum of the dipoles to another.

Gonze and Lee sum the damped dipoles over reciprocal vectors; what the damping takes away is
part of the constants, falls as ``erfc(2π Λ d)`` and must end within the supercell. Where it
does not, phonons between commensurate wave vectors depend on the width ``Λ``, and programs
that have another one find others.
"""

from math import erfc

import numpy as np
from phono_dynmat import (
    BornCharges,
    Dynamics,
    HarmonicSeries,
    add_dipoles,
    commensurate_points,
    dynamical_matrices,
    force_constants_from_dynamical_matrices,
    separate_dipoles,
)
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Supercell, first_brillouin_zone

from phonokit.io.formats.cells import grid_supercell, on_cell
from phonokit.io.formats.embed import (
    MOST_CELLS,
    embedded,
    folded,
    multiples,
    multiplies,
)
from phonokit.model.dipoles import Dipoles

REACHES = 1e-8
"""Largest remainder of the damped dipoles at the boundary of a supercell."""


def with_own_range(constants: ForceConstants, polar: Dipoles) -> ForceConstants:
    """Constants in a supercell so large that phonons do not depend on the width.

    At wave vectors that are commensurate with it, phonons are those of the sum that
    ``polar`` names. Constants that need no larger supercell come back as they are.
    """
    gonze = separate_dipoles(
        constants, polar.charges, cutoff=polar.cutoff, width=polar.width
    )
    n = np.array(multiples(constants.supercell))
    supercell = constants.supercell
    for factor in range(1, 5):
        if _left(supercell, polar.charges, gonze.width) <= REACHES:
            break
        if np.prod(factor * n) > MOST_CELLS:
            break
        supercell = grid_supercell(supercell.primitive, (factor * n).tolist())
    if supercell is constants.supercell:
        return constants
    return _of_dynamics(gonze, supercell)


def short_range(
    constants: ForceConstants,
    polar: BornCharges,
    width: float | None,
    cutoff: float | None,
) -> LatticeForceConstants:
    """Constants without the dipoles, on lattice vectors."""
    series = separate_dipoles(constants, polar, cutoff=cutoff, width=width).short_range
    return LatticeForceConstants(
        series.values, series.atoms, series.cells[:, None], series.cell
    )


def with_dipoles(
    short: ForceConstants | LatticeForceConstants,
    polar: BornCharges,
    width: float | None,
    cutoff: float | None,
) -> ForceConstants:
    """Constants of a supercell that hold the interaction of the dipoles."""
    whole = embedded(short)
    series = HarmonicSeries.of(whole)
    gonze = add_dipoles(series, polar, cutoff=cutoff, width=width)
    return _of_dynamics(gonze, whole.supercell)


def in_supercell(
    constants: ForceConstants | LatticeForceConstants, polar: Dipoles | None
) -> ForceConstants:
    """Constants in a supercell that multiplies the primitive axes, dipoles included.

    The short range is embedded, and the dipoles are summed again: at the wave vectors that
    are commensurate with the new supercell phonons are those of the sum that ``polar``
    names.
    """
    if polar is None:
        return embedded(constants)
    if isinstance(constants, LatticeForceConstants):
        return with_dipoles(constants, polar.charges, polar.width, polar.cutoff)
    if multiplies(constants.supercell):
        return constants
    short = short_range(constants, polar.charges, polar.width, polar.cutoff)
    whole = embedded(short, constants.supercell)
    return with_dipoles(whole, polar.charges, polar.width, polar.cutoff)


def in_grid(
    constants: ForceConstants, polar: Dipoles | None, supercell: Supercell
) -> ForceConstants:
    """Constants in a larger supercell, a multiple of their own.

    Phonons between the wave vectors that are commensurate with their own supercell are
    those that they had: of the sum that ``polar`` names, of the short range without it.
    """
    if polar is not None:
        gonze = separate_dipoles(
            constants, polar.charges, cutoff=polar.cutoff, width=polar.width
        )
        return _of_dynamics(gonze, supercell)
    lattice = LatticeForceConstants.of(constants)
    return folded(on_cell(lattice, supercell.primitive), supercell)


def _of_dynamics(dynamics: Dynamics, supercell: Supercell) -> ForceConstants:
    """The constants whose dynamical matrices these are where q is commensurate."""
    points = commensurate_points(supercell)
    q = first_brillouin_zone(points, supercell.primitive.reciprocal_lattice)
    matrices = dynamical_matrices(dynamics, q)
    return force_constants_from_dynamical_matrices(matrices, q, supercell)


def _left(supercell: Supercell, polar: BornCharges, width: float) -> float:
    """Remainder of the damped dipoles at the boundary of a supercell."""
    # Distances count in the metric of the inverse dielectric tensor.
    ends = np.stack(np.meshgrid(*[range(-1, 2)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    vectors = ends[np.any(ends != 0, axis=1)] @ supercell.cell.lattice
    squares = np.einsum("na,ab,nb->n", vectors, np.linalg.inv(polar.dielectric), vectors)
    return erfc(2 * np.pi * width * float(np.sqrt(squares.min())) / 2)
