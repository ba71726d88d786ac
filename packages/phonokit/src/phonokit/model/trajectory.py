"""Frames of molecular dynamics: displacements from the atoms at rest, and forces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import ensure_finite, ensure_type, frozen
from phono_grid.nouns import ValueNoun
from phono_grid.units import BOLTZMANN

from phonokit.model.formula import formula_of
from phonokit.model.provenance import InputFile


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class TrajectoryData(ValueNoun):
    """Frames of molecular dynamics, or of any displaced supercells.

    `phonokit.read_trajectory` makes one of files.

    Parameters
    ----------
    rest : Cell
        The supercell with its atoms at rest, ``n_s`` atoms.
    displacements, forces : (n, n_s, 3) array_like
        From the atoms at rest, in the order of time, Å and eV/Å.
    rest_forces : (n_s, 3) array_like, optional
        Forces on the atoms at rest, eV/Å.
    files : tuple of InputFile
    """

    rest: Cell
    displacements: NDArray[np.float64]
    forces: NDArray[np.float64]
    rest_forces: NDArray[np.float64] | None = None
    files: tuple[InputFile, ...] = ()

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("rest", self.rest, Cell)
        n_s = self.rest.n_atoms
        u = frozen(self.displacements, "displacements", shape=("n", n_s, 3))
        arrays = {
            "displacements": u,
            "forces": frozen(self.forces, "forces", shape=u.shape),
        }
        if self.rest_forces is not None:
            name = "rest_forces"
            arrays[name] = frozen(self.rest_forces, name, shape=(n_s, 3))
        for name, array in arrays.items():
            ensure_finite(name, array)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.displacements)

    def __repr__(self) -> str:
        """Formula and number of frames."""
        return f"TrajectoryData({formula_of(self.rest)}, {len(self)} frames)"

    @property
    def changes(self) -> NDArray[np.float64]:
        """Forces without those at rest, and without their mean, eV/Å."""
        f = self.forces if self.rest_forces is None else self.forces - self.rest_forces
        return np.asarray(f - f.mean(axis=1, keepdims=True))

    @property
    def temperature(self) -> float:
        r"""Temperature of classical harmonic atoms that move so, K.

        .. math:: T = -\langle \sum F u \rangle / 3 (n_s - 1) k_B
        """
        n, n_s = self.displacements.shape[:2]
        work = -float((self.changes * self.displacements).sum())
        return work / float(max(n, 1) * 3 * max(n_s - 1, 1) * BOLTZMANN)
