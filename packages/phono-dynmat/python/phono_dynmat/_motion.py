"""Motion of atoms: patterns of modes in supercells, thermal motion, participation."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import CUTOFF_FREQUENCY, Supercell, units
from phono_grid.errors import (
    DomainError,
    ShapeError,
    as_numbers,
    ensure_finite,
    ensure_flag,
    ensure_integer,
    ensure_not_negative,
    ensure_type,
    finite,
)
from phono_grid.memory import ensure_memory

from phono_dynmat._commensurate import commensurate_points
from phono_dynmat._dynamical_matrix import phonon_modes
from phono_dynmat._fourier import Dynamics
from phono_dynmat._modes import Modes
from phono_dynmat._rigid_translations import rigid_translations
from phono_dynmat._statistics import ensure_number
from phono_dynmat._thermal import DISPLACEMENT

COMMENSURATE = 1e-6
"""Tolerance of wave vectors of the supercell, fractional."""


def mode_patterns(modes: Modes, supercell: Supercell) -> NDArray[np.complex128]:
    r"""Patterns of displacement of modes in a supercell, the largest 1 Å.

    .. math::

        w_s = \frac{A}{\sqrt{m_k}}\, e_k\, e^{2\pi i\, q \cdot x_s}, \qquad
        u_s(t) = \operatorname{Re}\, w_s\, e^{-2\pi i f t}

    with ``k`` the primitive atom that ``s`` is a copy of, at :math:`x_s` in units of the
    primitive axes. An atom moves on an ellipse; ``A`` makes the longest half axis of all
    atoms 1 Å. The phase of a mode is arbitrary; here the component that is largest is real
    at the first atom that has it.

    Parameters
    ----------
    modes : Modes
        At wave vectors whose waves are periodic in ``supercell``; see
        `commensurate_points`.
    supercell : Supercell

    Returns
    -------
    (n_q, n_b, n_s, 3) array of complex
        Å. Any linear combination is a motion of the harmonic crystal.

    Raises
    ------
    ShapeError
        If the modes are of another number of atoms than the primitive cell's.
    DomainError
        If a wave is not periodic in the supercell.
    """
    ensure_type("modes", modes, Modes)
    ensure_type("supercell", supercell, Supercell)
    n_q, n_b, n_a, _ = modes.polarizations.shape
    if n_a != supercell.primitive.n_atoms:
        raise ShapeError(
            f"modes: are of {n_a} atoms, the primitive cell of supercell has "
            f"{supercell.primitive.n_atoms}"
        )
    _ensure_periodic(modes.qpoints, supercell)
    waves = _waves(modes.qpoints, supercell)
    atoms = supercell.supercell_to_primitive
    e = modes.polarizations / np.sqrt(supercell.primitive.masses)[:, None]
    w = e[:, :, atoms] * waves[:, None, :, None]
    # Half axes of the ellipse: (|w|² ± |w·w|) / 2.
    square = (np.abs(w) ** 2).sum(axis=-1) + np.abs((w**2).sum(axis=-1))
    w /= np.sqrt(square.max(axis=-1) / 2)[:, :, None, None]
    flat = w.reshape(n_q, n_b, -1)
    largest = np.abs(flat).max(axis=-1, keepdims=True)
    # The first of equals, whatever rounding says of them.
    which = np.argmax(np.abs(flat) > largest * (1 - 1e-6), axis=-1)[..., None]
    at = np.take_along_axis(flat, which, axis=-1)
    return np.asarray((flat * (np.conj(at) / np.abs(at))).reshape(w.shape))


def thermal_random_displacements(
    dynamics: Dynamics,
    supercell: Supercell,
    temperature: float,
    n_supercells: int,
    *,
    seed: int | None = None,
    classical: bool = False,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> NDArray[np.float64]:
    r"""Displacements of all atoms as they are in the harmonic crystal at a temperature.

    Normally distributed, with the covariance of the canonical ensemble over the wave
    vectors that are periodic in the supercell [1]_,

    .. math::

        \langle u_s u_{s'}^T \rangle = \frac{1}{N \sqrt{m m'}} \sum_{qj} \sigma_{qj}^2
        \operatorname{Re}\, e_{k} e_{k'}^\dagger\, e^{2\pi i q \cdot (x_s - x_{s'})},
        \qquad \sigma^2 = \frac{\hbar}{\omega}\left( n + \tfrac12 \right)
        \text{ or } \frac{k_B T}{\omega^2}

    They do not depend on the phases of eigenvectors, nor on how degenerate ones are mixed.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
        Of the primitive cell of ``supercell``.
    supercell : Supercell
    temperature : float
        K, not negative; 0 for the zero-point motion.
    n_supercells : int
        How many sets of displacements.
    seed : int, optional
        The same seed gives the same displacements; another ones every time if not given.
    classical : bool
        Whether a mode has the energy k_B T, without zero-point motion.
    cutoff_frequency : float
        THz; modes at or below it, and all that are imaginary, and the rigid translations
        are at rest.

    Returns
    -------
    (n_supercells, n_s, 3) array of float
        Cartesian, Å.

    Raises
    ------
    DomainError
        If the temperature is negative, or no supercell is asked for, or more than memory
        holds.

    References
    ----------
    .. [1] D. West, S. K. Estreicher, Phys. Rev. Lett. 96, 115504 (2006).
    """
    ensure_type("supercell", supercell, Supercell)
    ensure_not_negative("temperature", temperature, "K")
    n, n_s = ensure_integer("n_supercells", n_supercells, 1), supercell.cell.n_atoms
    ensure_memory("n_supercells", 150.0 * n * n_s, "ask for fewer at a time")
    if seed is not None:
        seed = ensure_integer("seed", seed, 0)
    ensure_flag("classical", classical)
    ensure_number("cutoff_frequency", cutoff_frequency, "THz")
    lowest = max(float(cutoff_frequency), 0.0)
    modes = phonon_modes(dynamics, commensurate_points(supercell))
    n_q, n_b, n_a, _ = modes.polarizations.shape
    if n_a != supercell.primitive.n_atoms:
        raise ShapeError(
            f"dynamics: is of {n_a} atoms, the primitive cell of supercell has "
            f"{supercell.primitive.n_atoms}"
        )
    sigma = _standard_deviations(modes, float(temperature), classical, lowest)
    e = modes.polarizations.reshape(n_q, n_b, n_b)
    # The square root of the covariance, which knows nothing of phases.
    root = np.einsum("qjx,qj,qjy->qxy", e, sigma, e.conj())
    root = (
        root.reshape(n_q, n_a, 3, n_b) / np.sqrt(supercell.primitive.masses)[:, None, None]
    )
    draws = np.random.default_rng(seed).standard_normal((n, n_q, n_b, 2))
    z = draws[..., 0] + 1j * draws[..., 1]
    amplitudes = np.einsum("qkxy,nqy->nqkx", root, z) / np.sqrt(n_q)
    waves = _waves(modes.qpoints, supercell)
    u = np.empty((n, n_s, 3))
    for k in range(n_a):
        copies = supercell.supercell_to_primitive == k
        # Not by BLAS, whose sums depend on the number of its threads.
        u[:, copies] = np.einsum("nqx,qs->nsx", amplitudes[:, :, k], waves[:, copies]).real
    return u


def participation_ratios(polarizations: ArrayLike) -> NDArray[np.float64]:
    r"""Participation ratio of a mode [1]_.

    .. math:: P = \frac{\left( \sum_k |e_k|^2 \right)^2}{n_a \sum_k |e_k|^4}

    Parameters
    ----------
    polarizations : (n_q, n_b, n_a, 3) array_like of complex
        Eigenvectors of the dynamical matrix, of any length.

    Returns
    -------
    (n_q, n_b) array of float
        1 if all atoms have the same share of the kinetic energy, ``1 / n_a`` if one has it.

    Raises
    ------
    DomainError
        If an eigenvector is zero.

    References
    ----------
    .. [1] R. J. Bell, P. Dean, Discuss. Faraday Soc. 50, 55 (1970).
    """
    e = as_numbers(polarizations, "polarizations", np.complex128, ("n_q", "n_b", "n_a", 3))
    ensure_finite("polarizations", e)
    share = (np.abs(e) ** 2).sum(axis=-1)
    total = share.sum(axis=-1, keepdims=True)
    if not total.all():
        raise DomainError("polarizations: an eigenvector is zero; modes have none such")
    share = share / total
    return np.asarray(1 / (e.shape[-2] * (share**2).sum(axis=-1)))


def _standard_deviations(
    modes: Modes, temperature: float, classical: bool, cutoff: float
) -> NDArray[np.float64]:
    """Deviations of the normal coordinates, (n_q, n_b), Å Da^½; 0 of modes at rest."""
    f = modes.frequencies
    moves = (f > cutoff) & ~rigid_translations(modes.qpoints, f)
    f = np.where(moves, f, 1.0)
    thermal = units.KELVIN_TO_THZ * temperature
    if classical:
        quanta = thermal / f
    else:
        # n + ½, without a division by zero at 0 K.
        quanta = (
            0.5 / np.tanh(np.divide(f, 2 * thermal)) if thermal else np.full_like(f, 0.5)
        )
    return np.where(moves, np.sqrt(DISPLACEMENT * quanta / f), 0.0)


def _waves(qpoints: NDArray[np.float64], supercell: Supercell) -> NDArray[np.complex128]:
    """``exp(2πi q·x)`` at every atom of the supercell, (n_q, n_s)."""
    cell = supercell.cell
    x = cell.positions @ cell.lattice @ np.linalg.inv(supercell.primitive.lattice)
    return np.asarray(np.exp(2j * np.pi * np.einsum("qi,si->qs", qpoints, x)))


def _ensure_periodic(qpoints: NDArray[np.float64], supercell: Supercell) -> None:
    """Require waves that are the same in every copy of the supercell."""
    axes = supercell.cell.lattice @ np.linalg.inv(supercell.primitive.lattice)
    turns = finite(qpoints, "qpoints", ("n_q", 3)) @ np.rint(axes).T
    wrong = np.flatnonzero((np.abs(turns - np.rint(turns)) > COMMENSURATE).any(axis=1))
    if len(wrong):
        q = " ".join(f"{x:g}" for x in qpoints[wrong[0]])
        raise DomainError(
            f"modes: the wave of q = {q} is not periodic in the supercell; take a larger "
            "supercell, or one of commensurate_points(supercell)"
        )
