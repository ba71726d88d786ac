"""One crystal at several volumes, with its energies."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, ensure_type, finite, frozen
from phono_grid.nouns import ValueNoun

from phonokit.model.crystal import Crystal
from phonokit.model.formula import formula_of


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class VolumeSeries(ValueNoun):
    """One crystal at several volumes, with the energies of its atoms at rest.

    Parameters
    ----------
    crystals : sequence of Crystal
        ``n_V`` of them.
    energies : (n_V,) array
        Of the primitive cells, eV.
    """

    crystals: tuple[Crystal, ...]
    energies: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("crystals", self.crystals, Iterable)
        crystals = tuple(self.crystals)
        if not all(isinstance(crystal, Crystal) for crystal in crystals):
            raise DomainError(f"crystals: expected crystals, got {self.crystals!r}")
        values = frozen(self.energies, "energies", shape=(len(crystals),))
        object.__setattr__(self, "crystals", crystals)
        object.__setattr__(self, "energies", finite(values, "energies", values.shape))

    @property
    def volumes(self) -> NDArray[np.float64]:
        """Volumes of the primitive cells, Å³, (n_V,)."""
        return np.array([crystal.primitive.volume for crystal in self.crystals])

    def __repr__(self) -> str:
        """Formula and volumes."""
        formula = formula_of(self.crystals[0].primitive) if self.crystals else "nothing"
        v = ", ".join(f"{x:.3f}" for x in self.volumes)
        return f"VolumeSeries({formula}, {v} Å³)"
