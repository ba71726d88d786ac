"""Neutrons that are scattered by one phonon."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import DEGENERACY, Cell
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_finite,
    ensure_integer,
    ensure_positive,
    ensure_shape,
    ensure_temperatures,
    ensure_type,
    finite,
)

from phono_dynmat._degenerate import degenerate_average
from phono_dynmat._modes import Modes
from phono_dynmat._rigid_translations import rigid_translations
from phono_dynmat._statistics import bose_einstein
from phono_dynmat._thermal import DISPLACEMENT

MILLIBARN = 10.0
"""mbarn in a square femtometre."""
FULL_WIDTH = float(np.sqrt(8 * np.log(2)))
"""The full width at half maximum of a Gaussian, in standard deviations."""
WIDEST = 10
"""The largest standard deviation, in units of the range of the frequency points."""
REACH = 8
"""Standard deviations beyond which a Gaussian is nothing."""


def coherent_intensities(
    modes: Modes,
    cell: Cell,
    scattering_lengths: ArrayLike,
    displacements: ArrayLike | None = None,
    *,
    degeneracy: float = DEGENERACY,
) -> NDArray[np.float64]:
    r"""Intensities with which single phonons scatter neutrons coherently [1]_.

    .. math::

        I_j(Q) = \frac{\hbar}{2 \omega_j} \Big| \sum_k \frac{b_k}{\sqrt{m_k}}\,
            e^{-W_k(Q)}\, Q \cdot e_{jk} \Big|^2, \qquad
        W_k = \tfrac12\, Q^T U_k\, Q

    so that the cross-section of a primitive cell is, with wave numbers :math:`k_i` before
    and :math:`k_f` after,

    .. math::

        \frac{d^2\sigma}{d\Omega\, df} = \frac{k_f}{k_i} \sum_j I_j
            \left[ (n_j + 1)\, \delta(f - f_j) + n_j\, \delta(f + f_j) \right]

    The phases :math:`e^{iQ\tau_k}` are in the polarizations, which are those of the wave
    vector ``Q`` itself. Intensities are averaged over degenerate sets.

    Parameters
    ----------
    modes : Modes
        At momentum transfers Q, fractional, in any Brillouin zone.
    cell : Cell
        The primitive cell.
    scattering_lengths : (n_a,) array_like
        Bound coherent scattering lengths of the atoms, fm.
    displacements : (n_T, n_a, 3, 3) array_like, optional
        `mean_square_displacements`, Å²; without them there is no Debye-Waller factor.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_q, n_T, n_b) array of float
        mbarn per steradian and primitive cell, ``n_T = 1`` without displacements. 0 for
        imaginary modes, and for the rigid translations at reciprocal lattice points, where
        the scattering is elastic.

    References
    ----------
    .. [1] G. L. Squires, Introduction to the Theory of Thermal Neutron Scattering,
       Cambridge University Press (1978), chapter 3.
    """
    ensure_type("modes", modes, Modes)
    ensure_type("cell", cell, Cell)
    ensure_positive("degeneracy", degeneracy)
    f, e = modes.frequencies, modes.polarizations
    n_a = cell.n_atoms
    ensure_shape("modes.polarizations", e, ("n_q", 3 * n_a, n_a, 3))
    b = finite(scattering_lengths, "scattering_lengths", (n_a,))
    momenta = 2 * np.pi * modes.qpoints @ cell.reciprocal_lattice
    factors = np.ones((len(f), 1, n_a))
    if displacements is not None:
        factors = debye_waller_factors(momenta, displacements)
    ensure_shape("displacements", factors, (len(f), "n_T", n_a))
    along = np.einsum("qa,qjka->qjk", momenta, e) * (b / np.sqrt(cell.masses))
    amplitudes = np.einsum("qtk,qjk->qtj", factors, along)
    seen = (f > 0) & ~rigid_translations(modes.qpoints, f)
    scale = np.where(seen, DISPLACEMENT / 2 / np.where(seen, f, 1), 0) * MILLIBARN
    intensities = scale[:, None] * (amplitudes.real**2 + amplitudes.imag**2)
    by_band = degenerate_average(f, intensities.swapaxes(1, 2), degeneracy=degeneracy)
    return np.ascontiguousarray(by_band.swapaxes(1, 2))


def debye_waller_factors(
    momenta: ArrayLike, displacements: ArrayLike
) -> NDArray[np.float64]:
    r"""Debye-Waller factors of amplitudes.

    .. math:: e^{-W_k(Q)}, \qquad W_k = \tfrac12\, Q^T U_k\, Q

    Parameters
    ----------
    momenta : (n_q, 3) array_like
        Q, Cartesian, 1/Å with 2π.
    displacements : (n_T, n_a, 3, 3) array_like
        `mean_square_displacements`, Å².

    Returns
    -------
    (n_q, n_T, n_a) array of float
    """
    q = finite(momenta, "momenta", ("n_q", 3))
    u = finite(displacements, "displacements", ("n_T", "n_a", 3, 3))
    return np.asarray(np.exp(-np.einsum("qa,tkab,qb->qtk", q, u, q, optimize=True) / 2))


def one_phonon_spectra(
    frequencies: ArrayLike,
    intensities: ArrayLike,
    temperatures: ArrayLike,
    frequency_points: ArrayLike,
) -> NDArray[np.float64]:
    r"""Spectra of phonons that are created and annihilated, on frequency points.

    .. math::

        S(f) = \sum_j I_j \left[ (n_j + 1)\, \delta(f - f_j)
            + n_j\, \delta(f + f_j) \right]

    A line is shared by the two points it lies between, so that sums over points keep its
    weight and its mean frequency, wherever it lies. See `resolution_matrix`.

    Parameters
    ----------
    frequencies : (n_q, n_b) array_like
        THz
    intensities : (n_q, n_T, n_b) array_like
        See `coherent_intensities`; a single temperature stands for all.
    temperatures : (n_T,) array_like
        K
    frequency_points : (n_f,) array_like
        THz in equal steps; negative where neutrons gain energy. Lines outside are left out.

    Returns
    -------
    (n_q, n_T, n_f) array of float
        The unit of the intensities per THz.
    """
    f = finite(frequencies, "frequencies", ("n_q", "n_b"))
    t = ensure_temperatures(temperatures)
    points, step = equal_steps(frequency_points)
    a = as_numbers(intensities, "intensities")
    ensure_finite("intensities", a)
    n_q, n_b = f.shape
    if a.shape != (n_q, 1, n_b):
        ensure_shape("intensities", a, (n_q, len(t), n_b))
    n = bose_einstein(f, t).swapaxes(1, 2)
    rows = len(points) * np.arange(n_q * len(t)).reshape(n_q, len(t), 1)
    places, values = [], []
    for sign, occupied in ((1, n + 1), (-1, n)):
        place = (sign * f - points[0]) / step
        below = np.floor(place)
        for index, share in ((below, 1 - place + below), (below + 1, place - below)):
            inside = (f > 0) & (index >= 0) & (index < len(points)) & (share > 0)
            share = np.where(inside, share / step, 0)[:, None]
            places.append(rows + np.where(inside, index, 0).astype(np.int64)[:, None])
            values.append(a * occupied * share)
    size = n_q * len(t) * len(points)
    # One pass over all points, of which lines are few.
    flat, weights = (np.concatenate([x.ravel() for x in p]) for p in (places, values))
    spectra = np.asarray(np.bincount(flat, weights, minlength=size), dtype=np.float64)
    return spectra.reshape(n_q, len(t), len(points))


def resolution_matrix(
    frequency_points: ArrayLike, resolution: float | ArrayLike
) -> NDArray[np.float64]:
    r"""Broaden lines by the resolution of an instrument, at frequency points.

    .. math:: S'(f_i) = \sum_j R_{ij} S(f_j), \qquad
        R_{ij} \propto e^{-(f_i - f_j)^2 / 2 \sigma_j^2}, \qquad
        \sqrt{8 \ln 2}\, \sigma_j = c_0 + c_1 f_j + c_2 f_j^2 + \dots

    Parameters
    ----------
    frequency_points : (n_f,) array_like
        THz in equal steps.
    resolution : float or (n,) array_like
        Full width at half maximum in THz: a constant, or coefficients of its polynomial in
        the energy that neutrons lose.

    Returns
    -------
    (n_f, n_f) array of float
        Columns add up to 1 but for what is beyond the ends.

    Raises
    ------
    DomainError
        If a width is not positive at one of the points.
    """
    points, step = equal_steps(frequency_points)
    c = np.atleast_1d(as_numbers(resolution, "resolution"))
    c = finite(c, "resolution", ("n",))
    if not len(c):
        raise DomainError("resolution: expected a width or coefficients, got none")
    sigma = np.polynomial.polynomial.polyval(points, c) / FULL_WIDTH
    if not (sigma > 0).all():
        worst = points[np.argmin(sigma)]
        raise DomainError(
            "resolution: the width must be positive at every frequency point, got "
            f"{sigma.min() * FULL_WIDTH:g} THz at {worst:g} THz"
        )
    if sigma.max() > WIDEST * (points[-1] - points[0]):
        raise DomainError(
            f"resolution: a width of {sigma.max() * FULL_WIDTH:g} THz is far beyond the "
            "range of the frequency points"
        )
    m = np.arange(1, int(np.ceil(REACH * sigma.max() / step)) + 1)
    norm = 1 + 2 * np.exp(-((m[:, None] * step / sigma) ** 2) / 2).sum(axis=0)
    d = (points[:, None] - points) / sigma
    return np.asarray(np.exp(-(d**2) / 2) / norm)


def equal_steps(frequency_points: ArrayLike) -> tuple[NDArray[np.float64], float]:
    """Frequency points that ascend in equal steps, and the step, THz."""
    points = finite(frequency_points, "frequency_points", ("n_f",))
    if len(points) < 2:
        raise DomainError("frequency_points: expected two or more")
    steps = np.diff(points)
    step = float(steps.mean())
    if not step > 0 or np.abs(steps - step).max() > 1e-6 * step:
        raise DomainError("frequency_points must ascend in equal steps")
    return points, step


def incoherent_spectra(
    modes: Modes, temperatures: ArrayLike, frequency_points: ArrayLike
) -> NDArray[np.float64]:
    r"""Incoherent one-phonon spectra of each atom, the mean over all directions of Q.

    .. math::

        h_k(f) = \frac{1}{3 n_q} \sum_{qj} \frac{\hbar}{2 \omega_{qj}} |e_{qjk}|^2
            \left[ (n_{qj} + 1)\, \delta(f - f_{qj}) + n_{qj}\, \delta(f + f_{qj}) \right]

    so that the cross-section of a primitive cell is
    :math:`\frac{k_f}{k_i} \sum_k \frac{\sigma_k}{4 \pi m_k} Q^2 e^{-2 W_k} h_k(f)`.

    Parameters
    ----------
    modes : Modes
        On a whole grid; rigid translations and imaginary modes do not take part.
    temperatures : (n_T,) array_like
        K
    frequency_points : (n_f,) array_like
        THz in equal steps.

    Returns
    -------
    (n_T, n_a, n_f) array of float
        Å² Da / THz
    """
    ensure_type("modes", modes, Modes)
    f, e = modes.frequencies, modes.polarizations
    seen = (f > 0) & ~rigid_translations(modes.qpoints, f)
    size = np.where(seen, DISPLACEMENT / 6 / np.where(seen, f, 1), 0) / len(f)
    shares = (e.real**2 + e.imag**2).sum(axis=-1) * size[:, :, None]
    parts = []
    for k in range(e.shape[2]):
        spectra = one_phonon_spectra(
            f, shares[:, None, :, k], temperatures, frequency_points
        )
        parts.append(spectra.sum(axis=0))
    return np.stack(parts, axis=1)


def sphere_directions(n: int) -> NDArray[np.float64]:
    r"""Directions that cover a sphere evenly, on a spiral of the golden angle [1]_.

    .. math::

        z_i = 1 - \frac{2 i + 1}{n}, \qquad \varphi_i = \pi (3 - \sqrt 5)\, i

    Parameters
    ----------
    n : int

    Returns
    -------
    (n, 3) array of float
        Unit vectors.

    References
    ----------
    .. [1] J. H. Hannay, J. F. Nye, J. Phys. A 37, 11591 (2004).
    """
    n = ensure_integer("n", n, 1, 10**7)
    i = np.arange(n)
    z = 1 - (2 * i + 1) / n
    phi = np.pi * (3 - np.sqrt(5)) * i
    r = np.sqrt(1 - z**2)
    return np.stack([r * np.cos(phi), r * np.sin(phi), z], axis=1)
