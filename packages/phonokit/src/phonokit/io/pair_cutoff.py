"""The cutoff radius that the excluded pairs of a data set mean."""

import numpy as np
from phono_fc import PairDisplacements
from phono_grid.errors import DomainError

SAME_DISTANCE = 1e-4
"""Å; files round positions, so this is coarser than the tolerance of symmetry."""


def cutoff_of(pairs: PairDisplacements, n_singles: int) -> float | None:
    """Å, half way between the pairs that are there and those that are not.

    None if no pair is excluded. The number in the file may be on a distance, where rounding
    decides; this one is not.

    Raises
    ------
    DomainError
        If an excluded pair is closer than one that is there.
    """
    included, apart = pairs.included, pairs.distances
    if included.all():
        return None
    farthest, nearest = apart[included].max(initial=0), apart[~included].min()
    if farthest > nearest - SAME_DISTANCE:
        one = np.flatnonzero(included)[apart[included].argmax()]
        other = np.flatnonzero(~included)[apart[~included].argmin()]
        raise DomainError(
            f"displacement_pairs: number {other + n_singles + 1} is excluded although its "
            f"atoms are {nearest:.4f} Å apart, number {one + n_singles + 1} is included at "
            f"{farthest:.4f} Å; data of different cutoffs cannot be mixed, mark every pair "
            "beyond one radius"
        )
    return float(farthest + nearest) / 2
