"""Scattering by isotopes and by boundaries."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import (
    Bands,
    Cell,
    Gaussian,
    irreducible_map,
    mass_variances,
    natural_isotopes,
    tetrahedron_weights,
)
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    ShapeError,
    as_numbers,
    ensure_finite,
    ensure_index,
    ensure_indices,
    ensure_positive,
    ensure_type,
    not_negative,
)

from phono_3ph._adaptive_gaussian import (
    AdaptiveGaussian,
    elastic_weights,
    slopes_of,
)
from phono_3ph._conductivity import NO_LINEWIDTH, vectors
from phono_3ph._extension import rust
from phono_3ph._linewidths import Scattering, averaging
from phono_3ph._periodic_modes import PeriodicModes

NATURAL = 5e-3
"""Relative; tables of standard masses differ by less, isotopes by more."""
CUT_ABOVE = 1e-9
"""THz; how far above its frequency a phonon's tetrahedra are cut.

Neighbours in the star of ``q`` have the frequencies of ``q`` but for rounding. A frequency
between two vertices that are so close loses the weight that it has on both sides of them,
and a tetrahedron with three such vertices has a density above them and none below: rounding
must not choose.
"""


def _checked(
    phonons: PeriodicModes,
    q: int | ArrayLike,
    mass_spread: ArrayLike,
    scattering: Scattering,
) -> tuple[PeriodicModes, NDArray[np.int64], NDArray[np.float64], Scattering]:
    """Arguments of `isotope_linewidths`."""
    ensure_type("phonons", phonons, PeriodicModes)
    ensure_type("scattering", scattering, Scattering)
    unit = "Da²; it is a mean square, as natural_mass_spread gives it"
    n_q, _, n_a = phonons.polarizations.shape[:3]
    spread = not_negative(mass_spread, "mass_spread", (n_a,), unit)
    if not isinstance(q, list | tuple | np.ndarray):
        return phonons, np.array(ensure_index("q", q, n_q)), spread, scattering
    points = as_numbers(q, "q", np.int64, ("n",))
    ensure_indices("q", points, n_q)
    return phonons, points, spread, scattering


@accelerated_by(rust.isotope_linewidths, _checked)
def isotope_linewidths(
    phonons: PeriodicModes,
    q: int | ArrayLike,
    mass_spread: ArrayLike,
    scattering: Scattering,
) -> NDArray[np.float64]:
    r"""Half linewidths from the mass disorder of isotopes [1]_.

    .. math::

        \Gamma_\lambda = \frac{\pi}{4} f_\lambda^2 \frac{1}{n_q} \sum_{\lambda'}
            \delta(f_\lambda - f_{\lambda'})
            \sum_k g_k\, |e_k^*(\lambda') \cdot e_k(\lambda)|^2, \qquad
        g_k = \langle (1 - m / \langle m \rangle)^2 \rangle

    The delta function is a tetrahedron weight, averaged over degenerate sets at both ends
    as ``scattering`` says, or a normal distribution.

    Tetrahedra are cut just above :math:`f_\lambda`, with one frequency for a whole star.
    Codes that cut them at :math:`f_\lambda` itself let rounding decide, and their κ differs
    by parts in a thousand with another eigensolver.

    Parameters
    ----------
    phonons : PeriodicModes
    q : int or (n,) array_like of int
        Indices in the grid. Many at once take a third of the time: they share the work on
        the tetrahedra.
    mass_spread : (n_a,) array_like
        :math:`g_k m_k^2 = \langle (m - \langle m \rangle)^2 \rangle` of the isotopes of
        each atom, Da².
    scattering : Scattering

    Returns
    -------
    (n_b,) or (n, n_b) array of float
        Γ, half width at half maximum, THz.

    References
    ----------
    .. [1] S. Tamura, Phys. Rev. B 27, 858 (1983), eq. 10.
    """
    points = np.asarray(q)
    widths = [_widths(phonons, i, mass_spread, scattering) for i in points.ravel().tolist()]
    return np.reshape(widths, (*points.shape, phonons.frequencies.shape[1]))


def _widths(
    phonons: PeriodicModes, q: int, mass_spread: ArrayLike, scattering: Scattering
) -> NDArray[np.float64]:
    """The linewidths at one wave vector."""
    f, e = phonons.frequencies, phonons.polarizations
    spread = np.asarray(mass_spread)
    if isinstance(scattering.smearing, Gaussian):
        differences, gaussian = f[q][:, None] - f[:, None], scattering.smearing
        near = gaussian.is_near(differences)
        weights = np.where(near, gaussian.density(differences), 0)
    elif isinstance(scattering.smearing, AdaptiveGaussian):
        differences = f[q][:, None] - f[:, None]
        weights = elastic_weights(differences, slopes_of(phonons), scattering.smearing)
    else:
        # One value for all wave vectors of a star.
        star = irreducible_map(phonons.grid)
        points = np.arange(len(f))
        bands = Bands(phonons.grid, f, points, np.ones_like(points), star)
        targets = f[star[q]] + CUT_ABOVE
        weights, _ = tetrahedron_weights(bands, phonons.tetrahedra, targets)
    initial = averaging(f[q], scattering.degeneracy)
    if scattering.smearing is None and scattering.average_degenerate_weights:
        final = [averaging(g, scattering.degeneracy) for g in f]
        weights = np.einsum("ja,qab,qkb->qjk", initial, weights, final)
    active = f > scattering.cutoff_frequency
    weights = weights * active[q][:, None] * active[:, None]
    dot = np.einsum("jax,qkax->qjka", e[q], e.conj(), optimize=True)
    gamma = np.einsum("qjk,qjka,a->j", weights, np.abs(dot) ** 2, spread)
    gamma *= np.pi / 4 * f[q] ** 2 / len(f)
    if scattering.average_degenerate_weights:
        gamma = initial @ gamma
    return np.asarray(np.where(active[q], gamma, 0.0))


def natural_mass_spread(cell: Cell) -> NDArray[np.float64]:
    """``⟨(m - ⟨m⟩)²⟩`` of the natural isotopes of each atom of ``cell``, Da², (n_a,).

    Raises
    ------
    DomainError
        If an atom does not weigh what its natural element does, to half a per cent.
    """
    ensure_type("cell", cell, Cell)
    natural = [np.dot(*natural_isotopes(symbol)) for symbol in cell.symbols]
    other = np.flatnonzero(np.abs(cell.masses / natural - 1) > NATURAL)
    if other.size:
        atom = other[0]
        raise DomainError(
            f"mass_variances: atom {atom + 1}, {cell.symbols[atom]}, weighs "
            f"{cell.masses[atom]:g} Da, the natural element {natural[atom]:.4f} Da: its "
            "isotopes are not the natural ones; give mass_variances="
        )
    return np.asarray(mass_variances(cell.symbols) * cell.masses**2)


def total_linewidths(
    three_phonon: ArrayLike, *others: ArrayLike | None
) -> NDArray[np.float64]:
    """Matthiessen's sum of half linewidths; what does not scatter phonons is None.

    A sum not above 1e-14 THz is none, and becomes 0: see `has_no_scattering`.
    """
    total = as_numbers(three_phonon, "three_phonon")
    ensure_finite("three_phonon", total)
    for part in others:
        if part is not None:
            total = total + linewidths_like(total, part)
    return np.asarray(np.where(total > NO_LINEWIDTH, total, 0.0))


def linewidths_like(total: NDArray[np.float64], part: ArrayLike) -> NDArray[np.float64]:
    """Finite linewidths that can be added to others without changing their shape."""
    widths = as_numbers(part, "others")
    if widths.shape != total.shape[total.ndim - widths.ndim :]:
        raise ShapeError(
            f"others: expected the shape of three_phonon, {list(total.shape)}, or its last "
            f"axes, got {list(widths.shape)}"
        )
    ensure_finite("others", widths)
    return widths


def boundary_linewidths(
    velocities: ArrayLike, mean_free_path: float
) -> NDArray[np.float64]:
    r"""Half linewidths of phonons that no free path longer than :math:`L` is left to.

    .. math:: \Gamma = \frac{|v|}{4\pi L}

    Parameters
    ----------
    velocities : (..., 3) array_like
        Å THz.
    mean_free_path : float
        ``L``, µm.

    Returns
    -------
    (...) array of float
        THz.
    """
    ensure_positive("mean_free_path", mean_free_path)
    speed = np.linalg.norm(vectors(velocities), axis=-1)
    return np.asarray(speed / (4 * np.pi * mean_free_path * 1e4))
