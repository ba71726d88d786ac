"""Thermal properties of harmonic phonons, as a result."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from phono_grid import units

from phonokit._hdf5 import Dataset
from phonokit.results.result import Result, quantity

UNITS = {
    "free_energy": ("eV", ""),
    "entropy": ("eV/K", ""),
    "heat_capacity": ("eV/K", "at constant V, "),
    "zero_point_energy": ("eV", ""),
}
"""Unit of each quantity, and the words before ``of each`` in its description."""
Parts = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ThermalResult(Result):
    """Free energy, entropy and heat capacity of a primitive cell at constant volume.

    Sizes: ``n_T`` temperatures, ``n_b`` bands, ``n_a`` atoms of the primitive cell.

    Parameters
    ----------
    temperatures : (n_T,) array
        K
    free_energy : (n_T,) array
        eV
    entropy : (n_T,) array
        eV/K
    heat_capacity : (n_T,) array
        eV/K
    zero_point_energy : float
        eV
    n_bands : int
    n_modes : int
        Modes of the mesh: wave vectors times bands.
    n_left_out : int
        Those that do not take part: at or below the cutoff frequency, imaginary ones among
        them, and the acoustic ones at Γ.
    n_translations : int
        The acoustic modes at Γ among them, which move the crystal as a whole: 3, or 0 on a
        mesh without Γ.
    bands, atoms : dict of arrays, optional
        ``free_energy``, ``entropy``, ``heat_capacity`` (n_T, n_b) or (n_T, n_a), and
        ``zero_point_energy`` (n_b,) or (n_a,): what each band, or atom, has of it.
    atom_names : (n_a,) array of str
        ``Si1``, ``Si2``: symbols with the number of the atom in the primitive cell.
    displacements : (n_T, n_a, 3, 3) array, optional
        Mean-square displacements of atoms, Cartesian, Å².
    displacements_cif : (n_T, n_a, 3, 3) array, optional
        The same in the axes of CIF files.
    provenance : Provenance
    """

    kind: ClassVar[str] = "thermal"

    temperatures: NDArray[np.float64] = quantity("K", "temperatures", dataset="temperature")
    free_energy: NDArray[np.float64] = quantity("eV", "per primitive cell")
    entropy: NDArray[np.float64] = quantity("eV/K", "per primitive cell")
    heat_capacity: NDArray[np.float64] = quantity(
        "eV/K", "at constant V, per primitive cell"
    )
    zero_point_energy: float = quantity("eV", "per primitive cell")
    n_bands: int = quantity("1", "bands")
    n_modes: int = quantity("1", "modes of the mesh: wave vectors times bands")
    n_left_out: int = quantity("1", "modes that do not take part")
    n_translations: int = quantity(
        "1", "acoustic modes at q = 0 among them, which move the crystal as a whole"
    )
    bands: Parts | None = quantity("eV", "of each band", optional=True, dataset="band")
    atoms: Parts | None = quantity("eV", "of each atom", optional=True, dataset="atom")
    atom_names: NDArray[np.str_] = quantity("1", "names of atoms", dataset="atom_name")
    displacements: NDArray[np.float64] | None = quantity(
        "angstrom^2",
        "mean-square matrices of atoms",
        optional=True,
        dataset="displacement",
    )
    displacements_cif: NDArray[np.float64] | None = quantity(
        "angstrom^2", "U as in CIF files", optional=True, dataset="displacement_cif"
    )

    @property
    def energy(self) -> NDArray[np.float64]:
        """``F + T S``, eV, (n_T,)."""
        return np.asarray(self.free_energy + self.temperatures * self.entropy)

    @property
    def limit(self) -> float:
        """Heat capacity of Dulong and Petit, ``3 n_a k_B``, eV/K."""
        return self.n_bands * units.BOLTZMANN

    def datasets(self) -> dict[str, Dataset]:
        """Everything that is written, each part with its unit."""
        datasets = super().datasets()
        for name, dataset in datasets.items():
            part, _, of_part = name.partition("/")
            if of_part in UNITS:
                unit, before = UNITS[of_part]
                meaning = f"{before}of each {part}"
                datasets[name] = replace(dataset, unit=unit, meaning=meaning)
        return datasets
