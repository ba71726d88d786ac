"""Densities of states, as a result."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phonokit._hdf5 import Dataset
from phonokit.results.result import Result, quantity
from phonokit.settings.wave_vectors import wave_vector_name

Parts = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DosResult(Result):
    """A density of states, and what each part of the crystal has of it.

    Size: ``n_f`` frequency points.

    Parameters
    ----------
    frequency_points : (n_f,) array
        THz, ascending, from below the lowest frequency to above the highest.
    total : (n_f,) array
        States per THz and primitive cell.
    cumulative : (n_f,) array
        States below each frequency, by the same tetrahedra or Gaussians; it does not miss
        what is narrower than the step between frequencies.
    elements : dict of (n_f,) arrays, optional
        The share of each, by its name (``Si``, ``Si x``), per THz and primitive cell. They
        add up to the total unless they are those of one direction.
    atoms : dict of (n_f,) arrays, optional
        The same by the names of atoms (``Si1``, ``Si1 x``).
    n_bands : int
        As many states as there are.
    lowest_frequency : float
        THz, of all modes but the acoustic ones at Γ, which are zero; negative if there are
        imaginary modes.
    debye_temperature : float, optional
        K, of a density a f² fitted to the first quarter of the frequencies; not there if
        modes are imaginary or there are no states to fit.
    provenance : Provenance
    """

    kind: ClassVar[str] = "dos"

    frequency_points: NDArray[np.float64] = quantity(
        "THz", "where it is given", dataset="frequency_point"
    )
    total: NDArray[np.float64] = quantity("1/THz", "states per primitive cell")
    cumulative: NDArray[np.float64] = quantity("1", "states below each frequency")
    elements: Parts | None = quantity("1/THz", "share of", optional=True, dataset="element")
    atoms: Parts | None = quantity("1/THz", "share of", optional=True, dataset="atom")
    n_bands: int = quantity("1", "bands: states of a primitive cell")
    lowest_frequency: float = quantity("THz", "of all modes, acoustic ones at Gamma zero")
    debye_temperature: float | None = quantity(
        "K", "of a density a f^2 fitted to the lowest quarter of the axis", optional=True
    )

    @property
    def parts(self) -> Parts:
        """The share of each part by its name, elements or atoms."""
        return self.elements or self.atoms or {}

    @property
    def states(self) -> float:
        """The integral of the density as it is given, by the trapezoidal rule.

        Fewer or more than the cumulative number of states where peaks are narrower than
        the step between frequencies.
        """
        return float(np.trapezoid(self.total, self.frequency_points))

    def datasets(self) -> dict[str, Dataset]:
        """Everything that is written, each part with its name."""
        datasets = super().datasets()
        direction = self.provenance.settings.get("direction")
        along = ""
        if direction is not None:
            along = f", along {wave_vector_name(direction)} in lattice vectors"
        for name, dataset in datasets.items():
            if "/" in name:
                meaning = f"share of {name.partition('/')[2]}{along}"
                datasets[name] = replace(dataset, meaning=meaning)
        return datasets
