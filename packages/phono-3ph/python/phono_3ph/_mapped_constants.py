"""Third-order constants that come with maps of their atoms and nothing else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import ValueNoun
from phono_grid.errors import (
    ensure_indices,
    ensure_type,
    finite,
    frozen,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AtomMaps(ValueNoun):
    """Map from the atoms of a supercell to those of its primitive cell.

    Parameters
    ----------
    primitive_to_supercell : (n_a,) array_like of int
        The supercell atom that represents each primitive atom.
    supercell_to_primitive : (n_s,) array_like of int
        The primitive atom of each supercell atom.
    """

    primitive_to_supercell: NDArray[np.int64]
    supercell_to_primitive: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Hold maps into one another."""
        p2s = frozen(
            self.primitive_to_supercell, "primitive_to_supercell", np.int64, ("n_a",)
        )
        s2p = frozen(
            self.supercell_to_primitive, "supercell_to_primitive", np.int64, ("n_s",)
        )
        ensure_indices("primitive_to_supercell", p2s, len(s2p))
        ensure_indices("supercell_to_primitive", s2p, len(p2s))
        object.__setattr__(self, "primitive_to_supercell", p2s)
        object.__setattr__(self, "supercell_to_primitive", s2p)

    @property
    def translations(self) -> NDArray[np.int64]:
        """The one translation that is known, that by nothing; (1, n_s)."""
        return np.arange(len(self.supercell_to_primitive))[None]

    @property
    def home(self) -> NDArray[np.int64]:
        """It, for every atom; (n_s,)."""
        return np.zeros(len(self.supercell_to_primitive), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MappedForceConstants3(ValueNoun):
    """Compact third-order force constants of a supercell that only its maps describe.

    Parameters
    ----------
    values : (n_a, n_s, n_s, 3, 3, 3) array_like
        eV/Å³.
    supercell : AtomMaps
    """

    values: NDArray[np.float64]
    supercell: AtomMaps

    def __post_init__(self) -> None:
        """Hold the array the way the kernels read it."""
        ensure_type("supercell", self.supercell, AtomMaps)
        n_a = len(self.supercell.primitive_to_supercell)
        n_s = len(self.supercell.supercell_to_primitive)
        values = finite(self.values, "values", (n_a, n_s, n_s, 3, 3, 3))
        object.__setattr__(self, "values", values)

    @property
    def order(self) -> int:
        """Three."""
        return 3
