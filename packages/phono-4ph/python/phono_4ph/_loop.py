"""Shifts of frequencies by the loop of four phonons."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import ModesAround, PeriodicModes
from phono_grid import CUTOFF_FREQUENCY, DEGENERACY, degenerate_sets, units
from phono_grid.errors import (
    as_numbers,
    ensure_indices,
    ensure_not_negative,
    ensure_positive,
    not_negative,
)

from phono_4ph._force_constants4 import ForceConstants4
from phono_4ph._strengths4 import ensure_one_crystal


def loop_constants(
    constants: ForceConstants4,
    phonons: PeriodicModes | ModesAround,
    occupations: ArrayLike,
    *,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    r"""Second-order constants that thermal and zero-point motion adds.

    .. math::

        \Delta\Phi(\kappa_0; \kappa_1 R_1) = \frac12 \sum \Phi(\kappa_0; \kappa_1 R_1;
            \kappa_2 R_2; \kappa_3 R_3)\, \langle u_{\kappa_2 R_2} u_{\kappa_3 R_3} \rangle

    A `phono_dynmat.HarmonicSeries` of them and of the harmonic ones together gives the
    frequencies at any wave vector, mixing of bands included.

    Parameters
    ----------
    constants : ForceConstants4
    phonons : PeriodicModes or ModesAround
        Only those of the grid move atoms.
    occupations : (n_q, n_b, n_T) array_like
        Of all ``phonons``.
    cutoff_frequency : float
        THz; phonons at or below it are left out.

    Returns
    -------
    values : (n_T, n_e, 3, 3) array
        eV/Å².
    atoms : (n_e, 2) array of int
    cells : (n_e, 3) array of int
    """
    ensure_one_crystal(constants, phonons, PeriodicModes, ModesAround)
    ensure_not_negative("cutoff_frequency", cutoff_frequency)
    f, e = phonons.frequencies, phonons.polarizations
    n = not_negative(occupations, "occupations", (*f.shape, "n_T"))
    on_grid = slice(phonons.grid.n_q)
    f, e, n = f[on_grid], e[on_grid], n[on_grid]
    # ħ/2 in units that give Å² from 1/(Da THz).
    hbar = units.THZ_TO_EV * units.FREQUENCY**2 / 2
    active = f > cutoff_frequency
    weight = np.where(active, hbar / np.where(active, f, 1.0), 0.0)
    weights = weight[:, :, None] * (2 * n + 1) / phonons.grid.n_q
    # Correlations in reciprocal space, then on the differences of cells that occur.
    moments = np.einsum("qjT,qjka,qjlb->Tqkalb", weights, e, e.conj(), optimize=True)
    differences, place = np.unique(
        constants.cells[:, 1] - constants.cells[:, 2], axis=0, return_inverse=True
    )
    phases = np.exp(2j * np.pi * phonons.grid.qpoints @ differences.T)
    motion = np.einsum("qr,Tqkalb->Trkalb", phases, moments, optimize=True).real
    k2, k3 = constants.atoms[:, 2], constants.atoms[:, 3]
    between = motion[:, place.ravel(), k2, :, k3]
    blocks = np.einsum("exycd,eTcd->Texy", constants.values, between) / 2
    key = np.concatenate([constants.atoms[:, :2], constants.cells[:, 0]], axis=1)
    keys, entry = np.unique(key, axis=0, return_inverse=True)
    values = np.zeros((len(blocks), len(keys), 3, 3))
    for total, block in zip(values, blocks, strict=True):
        np.add.at(total, entry.ravel(), block)
    return values, keys[:, :2], keys[:, 2:]


def loop_shift(
    constants: ForceConstants4,
    phonons: PeriodicModes | ModesAround,
    q: ArrayLike,
    occupations: ArrayLike,
    *,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    degeneracy: float = DEGENERACY,
) -> NDArray[np.float64]:
    r"""Shifts of frequencies by the fourth order, the loop diagram [1]_.

    .. math::

        \Delta_\lambda = \frac{12}{\hbar} \sum_{\lambda_1}
            V_4(\lambda, -\lambda, \lambda_1, -\lambda_1)\, (2 n_{\lambda_1} + 1)

    in linear frequency, averaged over degenerate sets. It is to be added to that of the
    bubble, `phono_3ph.real_self_energy`.

    Parameters
    ----------
    constants : ForceConstants4
    phonons : PeriodicModes or ModesAround
        The second for a wave vector beside the grid.
    q : (n,) array_like of int
        Places among ``phonons``: indices in the grid, or `ModesAround.q`.
    occupations : (n_q, n_b, n_T) array_like
        Of all ``phonons``.
    cutoff_frequency : float
        THz; phonons at or below it neither shift nor are shifted.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n, n_T, n_b) array of float
        THz.

    References
    ----------
    .. [1] A. A. Maradudin, A. E. Fein, Phys. Rev. 128, 2589 (1962).
    """
    values, atoms, cells = loop_constants(
        constants, phonons, occupations, cutoff_frequency=cutoff_frequency
    )
    points = as_numbers(q, "q", np.int64, ("n",))
    ensure_indices("q", points, len(phonons.frequencies))
    ensure_positive("degeneracy", degeneracy)
    f, e = phonons.frequencies[points], phonons.polarizations[points]
    # ẽ(q) at the home atom, ẽ(−q) = ẽ*(q) at the other: the phase is that of −q.
    phases = np.exp(-2j * np.pi * _qpoints(phonons)[points] @ cells.T)
    home, other = e[:, :, atoms[:, 0]], e.conj()[:, :, atoms[:, 1]]
    shift = np.einsum(
        "qe,Texy,qjex,qjey->qTj", phases, values, home, other, optimize=True
    ).real
    active = f > cutoff_frequency
    shift *= np.where(active, units.FREQUENCY**2 / (2 * np.where(active, f, 1)), 0)[:, None]
    sets = degenerate_sets(f, degeneracy)
    same = (sets[:, :, None] == sets[:, None, :]).astype(float)
    same /= same.sum(axis=2, keepdims=True)
    means = np.einsum("qjk,qTk->qTj", same, shift)
    return np.asarray(np.where(active[:, None], means, 0.0))


def _qpoints(phonons: PeriodicModes | ModesAround) -> NDArray[np.float64]:
    """Fractional wave vectors of all phonons."""
    on_grid = phonons.grid.qpoints
    if isinstance(phonons, PeriodicModes):
        return on_grid
    q = phonons.qpoint
    return np.vstack([on_grid, on_grid - q, q])
