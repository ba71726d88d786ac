"""Displaced supercells whose forces are still to be computed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ensure_finite, frozen
from phono_grid.nouns import ValueNoun

from phono_fc._displacement_forces import ensure_moving, ensure_numbers


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SingleDisplacements(ValueNoun):
    """Supercells with one displaced atom.

    Parameters
    ----------
    atoms : (n_d,) array_like of int
        The displaced supercell atom.
    displacements : (n_d, 3) array_like
        Cartesian, Å; none of length zero.
    """

    atoms: NDArray[np.int64]
    displacements: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        atoms = frozen(self.atoms, "atoms", np.int64, ("n",))
        object.__setattr__(self, "atoms", atoms)
        u = _moving(self.displacements, len(atoms))
        object.__setattr__(self, "displacements", u)

    def __len__(self) -> int:
        """Number of supercells."""
        return len(self.atoms)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PairDisplacements(ValueNoun):
    """Supercells with two displaced atoms.

    Parameters
    ----------
    first : (n_p,) array_like of int
        The first displacement, a number of `SingleDisplacements`.
    atoms : (n_p,) array_like of int
        The second displaced atom; the first atom itself is one of them, and moves by the
        sum of both displacements.
    displacements : (n_p, 3) array_like
        The second displacement, Cartesian, Å; none of length zero.
    distances : (n_p,) array_like
        Between the two atoms at rest, nearest images, Å.
    included : (n_p,) array_like of bool
        Whether the distance is below the cutoff; other pairs keep their number, but their
        forces are not needed.
    """

    first: NDArray[np.int64]
    atoms: NDArray[np.int64]
    displacements: NDArray[np.float64]
    distances: NDArray[np.float64]
    included: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        atoms = frozen(self.atoms, "atoms", np.int64, ("n",))
        n = len(atoms)
        arrays = {
            "atoms": atoms,
            "first": frozen(self.first, "first", np.int64, (n,)),
            "displacements": _moving(self.displacements, n),
            "distances": frozen(self.distances, "distances", shape=(n,)),
            "included": frozen(self.included, "included", np.bool_, (n,)),
        }
        ensure_finite("distances", arrays["distances"])
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        """Number of pairs, included or not."""
        return len(self.atoms)


Displacements = SingleDisplacements | PairDisplacements
"""Displaced supercells whose forces are still to be computed, of any kind."""


def _moving(displacements: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Displacements that displace."""
    u: NDArray[np.float64] = frozen(displacements, "displacements", shape=(n, 3))
    ensure_numbers("displacements", u)
    ensure_moving(u)
    return u
