"""Mean-square displacements of atoms, as a result."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phonokit.results.result import Result, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DisplacementsResult(Result):
    """Thermal displacements of the atoms of the primitive cell from their places.

    Sizes: ``n_T`` temperatures, ``n_a`` atoms.

    Parameters
    ----------
    temperatures : (n_T,) array
        K
    atom_names : (n_a,) array of str
        ``Si1``, ``Si2``: symbols with the number of the atom in the primitive cell.
    displacements : (n_T, n_a, 3, 3) array
        Matrices ``⟨u_α u_β⟩``, Cartesian, Å².
    displacements_cif : (n_T, n_a, 3, 3) array
        The same in the axes of CIF files, ``U^{ij}`` of ``_atom_site_aniso_U``.
    provenance : Provenance
    """

    kind: ClassVar[str] = "displacements"

    temperatures: NDArray[np.float64] = quantity("K", "temperatures", dataset="temperature")
    atom_names: NDArray[np.str_] = quantity("1", "names of atoms", dataset="atom_name")
    displacements: NDArray[np.float64] = quantity(
        "angstrom^2", "mean-square matrices of atoms", dataset="displacement"
    )
    displacements_cif: NDArray[np.float64] = quantity(
        "angstrom^2", "U as in CIF files", dataset="displacement_cif"
    )

    @property
    def mean(self) -> NDArray[np.float64]:
        """``⟨u²⟩`` along an axis, a third of the trace, Å², (n_T, n_a)."""
        return np.asarray(np.trace(self.displacements, axis1=2, axis2=3) / 3)
