"""The cutoff radius that the excluded pairs of a data set mean."""

import numpy as np
from phono_fc import pair_distances
from phono_grid import Supercell
from phono_grid.errors import DomainError

from phonokit.io.read_displacements import Displacements

SAME_DISTANCE = 1e-4
"""Å; files round positions, so this is coarser than the tolerance of symmetry."""


def cutoff_of(displacements: Displacements, supercell: Supercell) -> float | None:
    """Å, half way between the pairs that are there and those that are not.

    None if no pair is excluded. The number in the file may be on a distance, where rounding
    decides; this one is not.

    Raises
    ------
    DomainError
        If an excluded pair is closer than one that is there.
    """
    included = displacements.included[len(displacements.singles) :]
    if included.all():
        return None
    first = np.array([displacements.singles[i].atom for i, _ in displacements.pairs])
    second = np.array([d.atom for _, d in displacements.pairs])
    to_home = supercell.translated(supercell.home[first], second)
    apart = pair_distances(supercell)[supercell.supercell_to_primitive[first], to_home]
    farthest, nearest = apart[included].max(initial=0), apart[~included].min()
    if farthest > nearest - SAME_DISTANCE:
        n = len(displacements.singles)
        one = np.flatnonzero(included)[apart[included].argmax()]
        other = np.flatnonzero(~included)[apart[~included].argmin()]
        raise DomainError(
            f"displacement_pairs: number {other + n + 1} is excluded although its atoms "
            f"are {nearest:.4f} Å apart, number {one + n + 1} is included at "
            f"{farthest:.4f} Å; data of different cutoffs cannot be mixed, mark every pair "
            "beyond one radius"
        )
    return float(farthest + nearest) / 2
