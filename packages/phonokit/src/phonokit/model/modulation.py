"""A supercell whose atoms are displaced along modes, at one or more moments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell
from phono_grid.errors import ensure_indices, ensure_type, finite, frozen
from phono_grid.nouns import ValueNoun

from phonokit.model.formula import formula_of


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Modulation(ValueNoun):
    """A supercell whose atoms are displaced along modes.

    Parameters
    ----------
    supercell : Supercell
        At rest, ``n_s`` atoms.
    displacements : (n_frames, n_s, 3) array_like
        Cartesian, Å.
    qpoints : (n_modes, 3) array_like
        Fractional wave vectors of the modes.
    bands : (n_modes,) array_like of int
        From 0, in the order of their frequencies.
    frequencies : (n_modes,) array_like
        THz; negative if the mode is imaginary.
    """

    supercell: Supercell
    displacements: NDArray[np.float64]
    qpoints: NDArray[np.float64]
    bands: NDArray[np.int64]
    frequencies: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("supercell", self.supercell, Supercell)
        shape = ("n_frames", self.supercell.cell.n_atoms, 3)
        u = finite(self.displacements, "displacements", shape)
        q = finite(self.qpoints, "qpoints", ("n_modes", 3))
        bands = frozen(self.bands, "bands", np.int64, (len(q),))
        ensure_indices("bands", bands, 3 * self.supercell.primitive.n_atoms)
        f = finite(self.frequencies, "frequencies", (len(q),))
        for name, array in (("displacements", u), ("qpoints", q), ("frequencies", f)):
            object.__setattr__(self, name, frozen(array, name))
        object.__setattr__(self, "bands", bands)

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.displacements)

    def positions(self, frame: int) -> NDArray[np.float64]:
        """Cartesian positions of all atoms in one frame, (n_s, 3), Å."""
        cell = self.supercell.cell
        return np.asarray(cell.positions @ cell.lattice + self.displacements[frame])

    def __repr__(self) -> str:
        """Formula, modes and frames."""
        cell = self.supercell.cell
        modes, frames = len(self.bands), len(self)
        return (
            f"Modulation({formula_of(self.supercell.primitive)}, {cell.n_atoms} atoms, "
            f"{modes} mode{'s' * (modes > 1)}, {frames} frame{'s' * (frames > 1)})"
        )
