"""Frequency points, projections and the Debye frequency of densities of states."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import DEGENERACY, Cell, Spectrum
from phono_grid.errors import (
    MOST_POINTS,
    DomainError,
    as_numbers,
    ensure_finite,
    ensure_flag,
    ensure_integer,
    ensure_positive,
    ensure_shape,
    ensure_type,
    finite,
)

from phono_dynmat._degenerate import degenerate_average
from phono_dynmat._fourier import unit
from phono_dynmat._modes import Modes, ensure_of_modes
from phono_dynmat._statistics import ensure_number, finite_frequencies


def frequency_points(frequencies: ArrayLike, n: int = 200) -> NDArray[np.float64]:
    """Frequencies in THz to plot a density at, ``n`` steps over the range of the bands.

    A tenth of the range is added below and above.
    """
    f = finite_frequencies(frequencies)
    if not f.size:
        raise DomainError("frequencies: there are none; is the mesh empty?")
    n = ensure_integer("n", n, 1, MOST_POINTS)
    margin = (f.max() - f.min()) / 10
    return np.linspace(f.min() - margin, f.max() + margin, n + 1)


def atom_projections(
    modes: Modes, *, average: bool = True, degeneracy: float = DEGENERACY
) -> NDArray[np.float64]:
    r"""The share of each atom and axis in a mode.

    .. math:: A_{qjk\alpha} = |e_{k\alpha}|^2

    Parameters
    ----------
    modes : Modes
    average : bool
        Over each degenerate set, whose single modes are an arbitrary choice; see
        `degenerate_average`. Without, densities by tetrahedra depend on that choice.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_q, n_b, n_a, 3) array of float
        They add up to 1 over atoms and axes.
    """
    ensure_type("modes", modes, Modes)
    ensure_flag("average", average)
    ensure_positive("degeneracy", degeneracy)
    e = modes.polarizations
    shares = np.asarray(e.real**2 + e.imag**2)
    return _averaged(modes, shares, degeneracy) if average else shares


def direction_projections(
    modes: Modes,
    cell: Cell,
    direction: ArrayLike,
    *,
    average: bool = True,
    degeneracy: float = DEGENERACY,
) -> NDArray[np.float64]:
    r"""The share of the motion of each atom along a direction.

    .. math:: A_{qjk} = \Big| \sum_\alpha n_\alpha e_{k\alpha} \Big|^2

    Parameters
    ----------
    modes : Modes
    cell : Cell
    direction : (3,) array_like
        In lattice vectors of ``cell``; its length does not count.
    average : bool
        Over each degenerate set, as in `atom_projections`.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_q, n_b, n_a) array of float
    """
    ensure_type("modes", modes, Modes)
    ensure_type("cell", cell, Cell)
    ensure_flag("average", average)
    ensure_positive("degeneracy", degeneracy)
    along = modes.polarizations @ unit(direction, cell.lattice)
    shares = np.asarray(along.real**2 + along.imag**2)
    return _averaged(modes, shares, degeneracy) if average else shares


def _averaged(
    modes: Modes, shares: NDArray[np.float64], degeneracy: float
) -> NDArray[np.float64]:
    """Shares of modes, each replaced by the mean over its degenerate set."""
    return degenerate_average(modes.frequencies, shares, degeneracy=degeneracy)


def frequency_moments(
    frequencies: ArrayLike,
    orders: Sequence[int] = (1, 2, 3, 4),
    *,
    weights: ArrayLike | None = None,
    projections: ArrayLike | None = None,
    cutoff_frequency: float = 0.0,
) -> NDArray[np.float64]:
    r"""Moments of the density of states: means of powers of the frequency.

    .. math::

        \langle f^n \rangle = \frac{\int f^n g(f)\, df}{\int g(f)\, df}
            = \frac{\sum_{qj} w_q\, A_{qj} f_{qj}^n}{\sum_{qj} w_q\, A_{qj}}

    The second one, over all modes, is the trace of the force constants of each atom with
    itself by its mass, whatever the mesh, where no constant reaches beyond its supercell.

    Parameters
    ----------
    frequencies : (n_q, n_b) array_like
        THz; give `rigid_translations` the frequency 0.
    orders : sequence of int
        ``n``, negative ones too.
    weights : (n_q,) array_like, optional
        How many wave vectors each one stands for; 1 if not given.
    projections : (n_q, n_b, ...) array_like, optional
        The share ``A`` of each mode in each part, such as `atom_projections`.
    cutoff_frequency : float
        THz; modes at or below do not take part.

    Returns
    -------
    (n_n, ...) array of float
        THz to the power n.

    Raises
    ------
    DomainError
        If no mode takes part.
    """
    f = finite_frequencies(frequencies)
    ensure_shape("frequencies", f, ("n_q", "n_b"))
    n = as_numbers(orders, "orders", np.int64, ("n_n",))
    ensure_number("cutoff_frequency", cutoff_frequency, "THz")
    w = np.ones(len(f)) if weights is None else finite(weights, "weights", (len(f),))
    if (w < 0).any():
        raise DomainError("weights must not be negative")
    a = np.ones(f.shape)
    if projections is not None:
        a = as_numbers(projections, "projections")
        ensure_finite("projections", a)
        ensure_of_modes("projections", a, f)
    counts = f > max(cutoff_frequency, 0)
    share = np.broadcast_to(w[:, None], f.shape)[counts] * np.moveaxis(a[counts], 0, -1)
    total = share.sum(axis=-1)
    if not (total > 0).all():
        raise DomainError("frequencies: no mode is above the cutoff; there are no moments")
    powers = [(share * f[counts] ** float(m)).sum(axis=-1) / total for m in n]
    return np.array(powers).reshape(len(n), *total.shape)


def debye_frequency(total: Spectrum, n_atoms: int, highest: float | None = None) -> float:
    r"""Frequency at which Debye's density, fitted to the beginning of ``total``, ends.

    .. math:: g(f) = a f^2, \qquad f_D = (9 n_a / a)^{1/3}

    Parameters
    ----------
    total : Spectrum
        Density of states of a primitive cell.
    n_atoms : int
        In the primitive cell.
    highest : float, optional
        THz; where the fit ends. If not given, it takes the first quarter of the points.

    Returns
    -------
    float
        THz; times ``1 / units.KELVIN_TO_THZ`` it is the Debye temperature.
    """
    ensure_type("total", total, Spectrum)
    n_atoms = ensure_integer("n_atoms", n_atoms, 1)
    if highest is not None:
        ensure_positive("highest", highest)
    f, g = total.frequency_points, total.density
    inside = np.arange(len(f)) < len(f) // 4 if highest is None else f <= highest
    ensure_shape("total.density", g, f.shape)
    squares = f[inside] ** 2
    size = float(squares @ squares)
    a = float(squares @ g[inside]) / size if size > 0 else 0.0
    if not a > 0:
        raise DomainError("highest: there are no states up to it; choose a larger one")
    return float((9 * n_atoms / a) ** (1 / 3))
