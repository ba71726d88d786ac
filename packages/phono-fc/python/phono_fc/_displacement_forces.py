"""Displaced supercells and the forces in them: one atom displaced, two, or all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, ensure_indices, ensure_shape, ensure_type, frozen
from phono_grid.nouns import ValueNoun


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SingleDisplacementForces(ValueNoun):
    """Forces in supercells with one displaced atom.

    Parameters
    ----------
    atoms : (n_d,) array_like of int
        The displaced supercell atom.
    displacements : (n_d, 3) array_like
        Cartesian, Å.
    forces : (n_d, n_s, 3) array_like
        Forces on all atoms, eV/Å.
    """

    atoms: NDArray[np.int64]
    displacements: NDArray[np.float64]
    forces: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        _hold(self)

    def __len__(self) -> int:
        """Number of displacements."""
        return len(self.atoms)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PairDisplacementForces(ValueNoun):
    """Forces in supercells with two displaced atoms.

    The first displacement of pair ``p`` is number ``first[p]`` of the single ones.

    Parameters
    ----------
    first : (n_p,) array_like of int
        The first displacement.
    atoms : (n_p,) array_like of int
        The second displaced atom.
    displacements : (n_p, 3) array_like
        The second displacement, Cartesian, Å.
    forces : (n_p, n_s, 3) array_like
        Forces on all atoms with both displacements, eV/Å.
    """

    first: NDArray[np.int64]
    atoms: NDArray[np.int64]
    displacements: NDArray[np.float64]
    forces: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        atoms = frozen(self.atoms, "atoms", np.int64, ("n_p",))
        first = frozen(self.first, "first", np.int64, atoms.shape)
        object.__setattr__(self, "first", first)
        _hold(self)

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.atoms)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RandomDisplacementForces(ValueNoun):
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
        u = frozen(self.displacements, "displacements", shape=("n", "n_s", 3))
        forces = frozen(self.forces, "forces", shape=u.shape)
        for name, array in (("displacements", u), ("forces", forces)):
            ensure_numbers(name, array)
            object.__setattr__(self, name, array)

    @classmethod
    def of(
        cls, singles: SingleDisplacementForces, pairs: PairDisplacementForces | None = None
    ) -> "RandomDisplacementForces":
        """The same of data with one or two displaced atoms: singles, then pairs."""
        ensure_type("singles", singles, SingleDisplacementForces)
        if pairs is not None:
            ensure_type("pairs", pairs, PairDisplacementForces)
            ensure_indices("pairs.first", pairs.first, len(singles))
            ensure_shape("pairs.forces", pairs.forces, ("n_p", *singles.forces.shape[1:]))
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


DisplacementForces = (
    SingleDisplacementForces | PairDisplacementForces | RandomDisplacementForces
)
"""Forces in displaced supercells, of any kind."""


def _hold(dataset: SingleDisplacementForces | PairDisplacementForces) -> None:
    """Check the arrays that both kinds have, and store them read-only."""
    atoms = frozen(dataset.atoms, "atoms", np.int64, ("n",))
    n = len(atoms)
    forces = frozen(dataset.forces, "forces", shape=("n", "n_s", 3))
    n_s = forces.shape[1]
    ensure_shape("forces", forces, (n, n_s, 3))
    arrays: dict[str, NDArray[Any]] = {
        "atoms": atoms,
        "displacements": frozen(dataset.displacements, "displacements", shape=(n, 3)),
        "forces": forces,
    }
    if n and not ((atoms >= 0) & (atoms < n_s)).all():
        raise DomainError(
            f"atoms must be in 0 to {n_s - 1}, got {atoms.min()} to {atoms.max()}"
        )
    for name, array in arrays.items():
        if array.dtype == np.float64:
            ensure_numbers(name, array)
        object.__setattr__(dataset, name, array)
    ensure_moving(dataset.displacements)


def ensure_numbers(name: str, array: NDArray[np.float64]) -> None:
    """Require finite numbers, and name the first supercell that has others."""
    bad = ~np.isfinite(array)
    if bad.any():
        number = np.flatnonzero(bad.reshape(len(array), -1).any(axis=1))[0]
        raise DomainError(
            f"{name} must be finite, number {number} is not; compute this supercell again"
        )


def ensure_moving(displacements: NDArray[np.float64]) -> None:
    """Require displacements that displace."""
    undisplaced = np.flatnonzero(~displacements.any(axis=1))
    if undisplaced.size:
        raise DomainError(
            f"displacements: number {undisplaced[0]} has length zero; remove it or correct "
            "it"
        )
