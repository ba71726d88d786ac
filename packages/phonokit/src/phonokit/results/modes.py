"""Phonons at wave vectors, as a result."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phonokit.results.result import Result, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ModesResult(Result):
    r"""Frequencies, eigenvectors and group velocities of phonons.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_a`` atoms of the primitive cell.

    Parameters
    ----------
    qpoints : (n_q, 3) array
        Fractional.
    frequencies : (n_q, n_b) array
        Linear frequencies, THz, ascending; negative if imaginary.
    eigenvectors : (n_q, n_b, n_a, 3) array of complex, optional
        Unit vectors ``e`` over atoms and axes: an atom ``k`` of cell ``l`` moves as
        :math:`e_k\, e^{2\pi i q \cdot (l + \tau_k)} / \sqrt{m_k}`.
    velocities : (n_q, n_b, 3) array, optional
        Group velocities, Cartesian, Å THz.
    weights : (n_q,) array of int, optional
        Wave vectors of the mesh that each stands for; not there if wave vectors were given.
    grid_points : (n_q,) array of int, optional
        Their indices in `phono_grid.Grid`; not there if wave vectors were given.
    masses : (n_a,) array
        Da
    provenance : Provenance
    """

    kind: ClassVar[str] = "modes"

    qpoints: NDArray[np.float64] = quantity("1", "fractional", dataset="qpoint")
    frequencies: NDArray[np.float64] = quantity("THz", "q, band", dataset="frequency")
    eigenvectors: NDArray[np.complex128] | None = quantity(
        "1", "q, band, atom, axis", optional=True, dataset="eigenvector"
    )
    velocities: NDArray[np.float64] | None = quantity(
        "angstrom*THz", "q, band, axis", optional=True, dataset="group_velocity"
    )
    weights: NDArray[np.int64] | None = quantity(
        "1", "wave vectors that each stands for", optional=True, dataset="weight"
    )
    grid_points: NDArray[np.int64] | None = quantity(
        "1", "index, first axis fastest", optional=True, dataset="grid_point"
    )
    masses: NDArray[np.float64] = quantity("Da", "of the atoms", dataset="mass")
