"""Modes of the full equation in files of phono3py that hold its vectors F alone."""

import numpy as np
from numpy.typing import NDArray
from phono_grid import Grid
from phono_grid.errors import DomainError
from phono_grid.hdf5 import Hdf5File
from phono_grid.units import BOLTZMANN

from phonokit.results.kappa_reading import needed

AGREES = 1e-4
"""Relative difference of κ and the sum of its modes: constants of nature differ by less."""
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""Components xx yy zz yz xz xy."""


def full_modes(file: Hdf5File, grid: Grid) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    r"""Modes of κ that the full equation gives, where a file of phono3py has them.

    .. math::

        \kappa_\lambda = a\, C_\lambda \sum_{R} R v_\lambda \otimes R F_\lambda, \qquad
        F_\lambda = 2 T \sqrt{k_B / C_\lambda}\, f_\lambda

    with :math:`a` and :math:`f` the ``kappa_unit_conversion`` and ``f_vector`` of the file,
    over the star of each wave vector [1]_. The file has one :math:`f`, that of the last
    temperature; the sum tells where it belongs.

    Parameters
    ----------
    file : Hdf5File
    grid : Grid
        Of the file.

    Returns
    -------
    (n_T,) array of bool, (n_some, n_i, n_b, 6) array
        Temperatures whose modes there are, and these modes, W/(m K).

    Raises
    ------
    DomainError
        If it belongs to none of the temperatures.

    References
    ----------
    .. [1] L. Chaput, Phys. Rev. Lett. 110, 265506 (2013).
    """
    t, weights = needed(file, "temperature"), needed(file, "weight")
    capacities, kappa = needed(file, "heat_capacity"), needed(file, "kappa")
    velocities, f = needed(file, "group_velocity"), needed(file, "f_vector")
    rotations = grid.rotations_cartesian
    both = np.einsum("rxa,ryb->xyab", rotations, rotations) / len(rotations)
    tensors = np.einsum("xyab,qja,qjb->qjxy", both, velocities, f)
    tensors = (tensors + tensors.swapaxes(-1, -2)) / 2
    parts = np.stack([tensors[..., x, y] for x, y in VOIGT], axis=-1)
    parts *= file.number("kappa_unit_conversion") * weights[:, None, None]
    factors = 2 * t[:, None, None] * np.sqrt(BOLTZMANN * np.maximum(capacities, 0))
    modes = factors[..., None] * parts
    sums = modes.sum(axis=(1, 2)) / weights.sum()
    size = np.abs(kappa).max(axis=1)
    belongs = (np.abs(sums - kappa).max(axis=1) <= AGREES * size) & (size > 0)
    if not belongs.any():
        raise DomainError(
            "its modes of the full equation are not those of its conductivity: phono3py "
            "keeps those of the last temperature and width alone; compute one of each"
        )
    return belongs, modes[belongs]


def holds_full_modes(file: Hdf5File) -> bool:
    """Whether a file has no modes of the full equation but its vectors."""
    return "mode_kappa" not in file and "f_vector" in file
