"""Supercells with all atoms displaced, and the forces in them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import frozen
from phono_grid.nouns import ValueNoun

from phono_fc._displaced_forces import DisplacedForces, PairForces, ensure_numbers


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Snapshots(ValueNoun):
    """Forces in supercells with any number of displaced atoms.

    Parameters
    ----------
    displacements : (n, n_s, 3) array_like
        Cartesian, of all atoms, Å.
    forces : (n, n_s, 3) array_like
        eV/Å.
    """

    displacements: NDArray[np.float64]
    forces: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        shape = np.shape(self.displacements)
        shape = shape if len(shape) == 3 else (0, 0, 3)
        for name in ("displacements", "forces"):
            array: NDArray[np.float64] = frozen(getattr(self, name), name, shape=shape)
            ensure_numbers(name, array)
            object.__setattr__(self, name, array)

    @classmethod
    def of(cls, singles: DisplacedForces, pairs: PairForces | None = None) -> "Snapshots":
        """Snapshots of data with one or two displaced atoms: singles, then pairs."""
        u = np.zeros(singles.forces.shape)
        u[np.arange(len(u)), singles.atoms] = singles.displacements
        if pairs is None:
            return cls(u, singles.forces)
        second = u[pairs.first]
        second[np.arange(len(second)), pairs.atoms] += pairs.displacements
        return cls(
            np.concatenate([u, second]), np.concatenate([singles.forces, pairs.forces])
        )

    def __len__(self) -> int:
        """Number of supercells."""
        return len(self.displacements)
