"""Force constants of molecular dynamics, with their errors."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import HarmonicSeries, phonon_frequencies
from phono_fc import ForceConstants
from phono_grid.files import path_of
from phono_grid.hdf5 import Dataset, write_hdf5
from phono_grid.nouns import ValueNoun

from phonokit.model.crystal import Crystal

Array = NDArray[np.float64]
UNITS = {2: "eV/angstrom^2", 3: "eV/angstrom^3"}


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class TrajectoryFitResult(ValueNoun):
    r"""Force constants of molecular dynamics, with their errors.

    Parameters
    ----------
    crystal : Crystal
        With the constants of all frames; `phonokit.write_constants` writes them.
    errors : dict of array
        Standard errors by order, in the shape of ``crystal.fc2.values`` and
        ``crystal.fc3.values``, eV/Å², eV/Å³.
    without : tuple of ForceConstants
        Second order without each block of frames.
    n_frames : int
    temperature : float or None
        That the frames are said to be of, K.
    sampled_temperature : float
        :math:`-\langle \sum F u \rangle / 3 (n_s - 1) k_B`, K: that of classical motion
        with these displacements and forces.
    misfit : float
        Root mean square of the rest of the forces, relative to that of the forces.
    """

    kind: ClassVar[str] = "force constants of a trajectory"

    crystal: Crystal
    errors: dict[int, Array]
    without: tuple[ForceConstants, ...]
    n_frames: int
    temperature: float | None = None
    sampled_temperature: float
    misfit: float

    def __repr__(self) -> str:
        """Crystal, frames and temperature."""
        t = self.sampled_temperature
        return f"TrajectoryFitResult({self.crystal}, {self.n_frames} frames, {t:.0f} K)"

    def frequencies(self, q: ArrayLike) -> tuple[Array, Array]:
        """Frequencies at wave vectors and their standard errors, without dipoles.

        Parameters
        ----------
        q : (n_q, 3) array_like
            In reciprocal lattice vectors of the primitive cell.

        Returns
        -------
        frequencies, errors : (n_q, n_b) arrays
            THz
        """

        def of(constants: ForceConstants) -> Array:
            return phonon_frequencies(HarmonicSeries.of(constants), q)

        fc2 = self.crystal.fc2
        assert isinstance(fc2, ForceConstants)  # as they were solved for
        return of(fc2), standard_error(self.without, of)

    def write_errors(self, path: str | Path) -> Path:
        """Write the errors of the constants, HDF5."""
        datasets = {
            f"fc{order}_errors": Dataset(error, UNITS[order], "standard errors")
            for order, error in self.errors.items()
        }
        about = {"n_frames": self.n_frames, "n_blocks": len(self.without)}
        return write_hdf5(path_of(path), datasets, {"kind": self.kind, **about})


def standard_error(
    parts: tuple[ForceConstants, ...], of: Callable[[ForceConstants], Array]
) -> Array:
    """Standard error of what follows from constants, from those without each block."""
    values = [of(part) for part in parts]
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    return np.asarray(np.sqrt((len(values) - 1) / len(values) * squares))
