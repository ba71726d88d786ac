"""Thermodynamics of harmonic phonons."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Cell, ValueNoun, units
from phono_grid.errors import (
    DomainError,
    ShapeError,
    as_numbers,
    ensure_finite,
    ensure_flag,
    ensure_shape,
    ensure_temperatures,
    ensure_type,
    finite,
    frozen,
)

from phono_dynmat._modes import Modes, ensure_of_modes
from phono_dynmat._rigid_translations import rigid_translations
from phono_dynmat._statistics import (
    bose_einstein,
    ensure_number,
    finite_frequencies,
)
from phono_dynmat._thermal_sums import thermal_sums

DISPLACEMENT = 1e20 * units.HBAR * units.EV / (2 * np.pi * 1e12 * units.AMU)
"""``ħ / (ω m)`` in Å² of a mode of 1 THz and 1 Da."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ThermalProperties(ValueNoun):
    """Thermal properties of a primitive cell at constant volume.

    Parameters
    ----------
    temperatures : (n_T,) array_like
        K
    free_energy : (n_T, ...) array_like
        eV
    entropy : (n_T, ...) array_like
        eV/K
    heat_capacity : (n_T, ...) array_like
        eV/K
    zero_point_energy : (...) array_like
        eV, of the modes that take part.
    """

    temperatures: NDArray[np.float64]
    free_energy: NDArray[np.float64]
    entropy: NDArray[np.float64]
    heat_capacity: NDArray[np.float64]
    zero_point_energy: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        t = ensure_temperatures(self.temperatures)
        object.__setattr__(self, "temperatures", frozen(t, "temperatures"))
        zero = frozen(self.zero_point_energy, "zero_point_energy")
        ensure_finite("zero_point_energy", zero)
        object.__setattr__(self, "zero_point_energy", zero)
        for name in ("free_energy", "entropy", "heat_capacity"):
            values = frozen(getattr(self, name), name, shape=(len(t), *zero.shape))
            ensure_finite(name, values)
            object.__setattr__(self, name, values)

    @property
    def energy(self) -> NDArray[np.float64]:
        """``F + T S``, eV."""
        t = self.temperatures.reshape(-1, *[1] * self.zero_point_energy.ndim)
        return np.asarray(self.free_energy + t * self.entropy)


def thermal_properties(
    frequencies: ArrayLike,
    temperatures: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    projections: ArrayLike | None = None,
    cutoff_frequency: float = 0.0,
    classical: bool = False,
) -> ThermalProperties:
    r"""Free energy, entropy and heat capacity of phonons.

    .. math::

        F = \langle \tfrac{hf}{2} + k_B T \ln(1 - e^{-x}) \rangle, \quad
        S = k_B \langle \tfrac{x}{e^x - 1} - \ln(1 - e^{-x}) \rangle, \quad
        C_V = k_B \langle \tfrac{x^2 e^x}{(e^x - 1)^2} \rangle, \quad
        x = \frac{h f}{k_B T}

    summed over bands and averaged over wave vectors; classically
    :math:`F = k_B T \ln x`, :math:`S = k_B (1 - \ln x)` and :math:`C_V = k_B`.

    Parameters
    ----------
    frequencies : (n_q, n_b) array_like
        THz; modes at or below the cutoff do not take part. Give `rigid_translations` the
        frequency 0: rounding leaves them a little more, and an entropy.
    temperatures : (n_T,) array_like
        K, not negative. At T = 0 there is the zero-point energy and nothing else.
    weights : (n_q,) array_like, optional
        How many wave vectors each one stands for; 1 if not given.
    projections : (n_q, n_b, ...) array_like, optional
        The share of each mode in each part of the whole: `band_projections`, or
        `atom_projections` (of a whole grid, or averaged over stars). Results have its axes
        after the first two.
    cutoff_frequency : float
        THz
    classical : bool
        The limit of high temperatures.

    Raises
    ------
    DomainError
        If there are no wave vectors, a frequency is not finite, a temperature or weight is
        negative.
    ShapeError
        If there is not one projection for each mode.
    """
    f = finite_frequencies(frequencies)
    if f.ndim != 2 or not f.size:
        raise DomainError(
            "frequencies: expected wave vectors and bands, at least one of each, got shape "
            f"{list(f.shape)}; is the mesh empty?"
        )
    t = ensure_temperatures(temperatures)
    w = np.ones(len(f)) if weights is None else as_numbers(weights, "weights")
    ensure_shape("weights", w, (len(f),))
    if not ((w >= 0).all() and 0 < w.sum() < np.inf):
        raise DomainError(
            "weights must not be negative, and not all zero: they tell how many wave "
            "vectors each one stands for"
        )
    ensure_number("cutoff_frequency", cutoff_frequency, "THz")
    ensure_flag("classical", classical)
    counts = f > max(cutoff_frequency, 0)
    share = np.broadcast_to((w / w.sum())[:, None], f.shape)[counts]
    ends: tuple[int, ...] = ()
    if projections is not None:
        a = as_numbers(projections, "projections")
        ensure_finite("projections", a)
        ends = a.shape[2:]
        ensure_of_modes("projections", a, f)
        share = np.moveaxis(a[counts], 0, -1) * share
    f = f[counts]
    zero_point = np.asarray(0.0 if classical else units.THZ_TO_EV / 2 * _sum(share, f))
    zero_point = np.broadcast_to(zero_point, ends)
    rows, warm = np.zeros((len(t), 3, *ends)), t > 0
    parts = share.reshape(int(np.prod(ends)), len(f))
    sums = (_classical if classical else _quantum)(f, parts, t[warm])
    rows[warm] = sums.reshape(len(sums), 3, *ends)
    return ThermalProperties(t, zero_point + rows[:, 0], rows[:, 1], rows[:, 2], zero_point)


def band_projections(frequencies: ArrayLike) -> NDArray[np.float64]:
    """Each band by itself, in the order of frequencies, shape (n_q, n_b, n_b)."""
    n_q, n_b = finite(frequencies, "frequencies", ("n_q", "n_b")).shape
    return np.broadcast_to(np.eye(n_b), (n_q, n_b, n_b))


Array = NDArray[np.float64]


def _quantum(f: Array, shares: Array, t: Array) -> Array:
    """F without the zero-point energy, S and C of modes, (n_T, 3, n_p)."""
    log, energy, capacity = thermal_sums(f, shares, units.KELVIN_TO_THZ * t).swapaxes(0, 1)
    rows = [t[:, None] * log, energy - log, capacity]
    return units.BOLTZMANN * np.stack(rows, axis=1)


def _classical(f: Array, shares: Array, t: Array) -> Array:
    """F, S and C of modes where occupations are ``k_B T / h f``, (n_T, 3, n_p)."""
    whole = _sum(shares, np.ones_like(f))
    log = _sum(shares, np.log(f)) - whole * np.log(units.KELVIN_TO_THZ * t)[:, None]
    rows = [t[:, None] * log, whole - log, np.broadcast_to(whole, log.shape)]
    return units.BOLTZMANN * np.stack(rows, axis=1)


def _sum(share: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over modes, in an order that no library's threads change."""
    return np.asarray((share * x).sum(axis=-1))


def mean_square_displacements(
    modes: Modes,
    masses: ArrayLike,
    temperatures: ArrayLike,
    *,
    between: tuple[float, float] = (0.0, np.inf),
) -> NDArray[np.float64]:
    r"""Mean square displacements of atoms, as matrices.

    .. math::

        U_{k\alpha\beta} = \frac{1}{n_q} \sum_{qj}
            \frac{\hbar\, (n_{qj} + \frac12)}{m_k\, \omega_{qj}}
            \operatorname{Re} e_{k\alpha} e^*_{k\beta}, \qquad \omega = 2\pi f

    Parameters
    ----------
    modes : Modes
        On a whole grid.
    masses : (n_a,) array_like
        Da
    temperatures : (n_T,) array_like
        K, not negative; at T = 0 there is the motion of the zero point.
    between : two float
        THz; modes at or outside of these do not take part, nor do `rigid_translations`.

    Returns
    -------
    (n_T, n_a, 3, 3) array of float
        Å²; the diagonal holds ``⟨u_α²⟩``.

    Raises
    ------
    DomainError
        If a mass is not positive, a temperature negative, or nothing is between the limits.
    """
    ensure_type("modes", modes, Modes)
    f, e = modes.frequencies, modes.polarizations
    m = as_numbers(masses, "masses", shape=(e.shape[2],))
    if not ((m > 0) & np.isfinite(m)).all():
        raise DomainError(f"masses must be positive, got {m.min():g} Da")
    limits = as_numbers(between, "between", shape=(2,))
    low, high = max(limits[0], 0), limits[1]
    if not low < high:
        raise DomainError(
            f"between: expected two frequencies in THz, the lower one first, got {between}"
        )
    counts = (f > low) & (f < high) & ~rigid_translations(modes.qpoints, f)
    n = bose_einstein(np.where(counts, f, 1.0), temperatures)
    size = np.where(counts, DISPLACEMENT / np.where(counts, f, 1.0), 0) / len(f)
    amplitude = (n + 0.5) * size[..., None]
    u = np.einsum("qjt,qjka,qjkb->tkab", amplitude, e, e.conj(), optimize=True).real
    return np.asarray(u / m[:, None, None])


def cif_displacements(matrices: ArrayLike, cell: Cell) -> NDArray[np.float64]:
    r"""Displacement matrices in the axes of CIF files [1]_.

    .. math:: U' = X U X^T, \qquad X = (A N)^{-1}

    with lattice vectors in the columns of A and the lengths of the reciprocal ones on the
    diagonal of N.

    Parameters
    ----------
    matrices : (..., 3, 3) array_like
        Cartesian, of `mean_square_displacements`.
    cell : Cell

    Returns
    -------
    (..., 3, 3) array of float
        Å²; ``U^{ij}`` of ``_atom_site_aniso_U``.

    References
    ----------
    .. [1] R. W. Grosse-Kunstleve and P. D. Adams, J. Appl. Cryst. 35, 477 (2002).
    """
    ensure_type("cell", cell, Cell)
    u = as_numbers(matrices, "matrices")
    if u.shape[-2:] != (3, 3):
        raise ShapeError(f"matrices: expected shape [..., 3, 3], got {list(u.shape)}")
    ensure_finite("matrices", u)
    lengths = np.linalg.norm(cell.reciprocal_lattice, axis=1)
    x = np.linalg.inv(cell.lattice.T * lengths)
    return np.asarray(x @ u @ x.T)
