"""Contributions to the conductivity by frequency or by mean free path."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import (
    Gaussian,
    Grid,
    IrreduciblePoints,
    Tetrahedra,
    ValueNoun,
    density_of_states,
)
from phono_grid.errors import (
    MOST_POINTS,
    DomainError,
    as_numbers,
    ascending,
    ensure_finite,
    ensure_flag,
    ensure_integer,
    ensure_type,
    finite,
    frozen,
)

from phono_3ph._conductivity import vectors
from phono_3ph._stars import ensure_of_grid

DECADES = 1e5
"""From the first to the last of points in equal ratios."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Accumulation(ValueNoun):
    """The conductivity of all phonons below some frequency, or mean free path.

    Parameters
    ----------
    points : (n_p,) array_like
        Where it was looked at, ascending; THz or Å, the unit of what was accumulated over.
    cumulative : (n_T, n_p, 6) array_like
        κ of the phonons below each point, W/(m K), components xx yy zz yz xz xy.
    density : (n_T, n_p, 6) array_like
        Its derivative, dκ/df or dκ/dΛ, W/(m K) per THz or Å.
    """

    points: NDArray[np.float64]
    cumulative: NDArray[np.float64]
    density: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Hold read-only arrays."""
        points = finite(self.points, "points", ("n_p",))
        cumulative = finite(self.cumulative, "cumulative", ("n_T", len(points), 6))
        density = finite(self.density, "density", cumulative.shape)
        object.__setattr__(self, "points", frozen(points, "points"))
        object.__setattr__(self, "cumulative", frozen(cumulative, "cumulative"))
        object.__setattr__(self, "density", frozen(density, "density"))


def accumulate(
    grid: Grid,
    irreducible: IrreduciblePoints,
    over: ArrayLike,
    mode_kappa: ArrayLike,
    *,
    points: ArrayLike | None = None,
    smearing: Tetrahedra | Gaussian | None = None,
) -> Accumulation:
    r"""Accumulate the conductivity over frequency, mean free path or anything else.

    .. math::

        \kappa(x) = \sum_\lambda \kappa_\lambda\, \theta(x - x_\lambda), \qquad
        \frac{d\kappa}{dx} = \sum_\lambda \kappa_\lambda\, \delta(x - x_\lambda)

    by linear tetrahedra or Gaussians, as densities of states are. The first ends at κ.

    Parameters
    ----------
    grid : Grid
    irreducible : IrreduciblePoints
        Irreducible points of this grid, ``n_i``.
    over : (n_i, n_b) or (n_T, n_i, n_b) array_like
        ``x``: frequencies in THz, or mean free paths in Å as `mean_free_paths` has them.
    mode_kappa : (n_T, n_i, n_b, 6) array_like
        Contributions to κ: populations, coherences, or any solution of the Boltzmann
        equation.
    points : (n_p,) array_like, optional
        ``x``, ascending; those of `accumulation_points` if not given.
    smearing : Tetrahedra or Gaussian, optional
        ``Tetrahedra.of(grid)`` if not given. The width of a Gaussian is in units of ``x``.

    Returns
    -------
    Accumulation
    """
    ensure_of_grid(grid, irreducible)
    n_i = len(irreducible.points)
    carried = finite(mode_kappa, "mode_kappa", ("n_T", n_i, "n_b", 6))
    n_t, n_b = carried.shape[0], carried.shape[2]
    x = as_numbers(over, "over")
    x = finite(x, "over", (n_i, n_b) if x.ndim == 2 else (n_t, n_i, n_b))
    points = accumulation_points(x) if points is None else ascending(points, "points")
    method = Tetrahedra.of(grid) if smearing is None else smearing
    ensure_type("smearing", method, Tetrahedra, Gaussian)
    mean = np.moveaxis(carried / irreducible.weights[:, None, None], 0, 2)
    if x.ndim == 2:
        spectra = [density_of_states(grid, x, points, weights=mean, smearing=method)]
    else:
        spectra = [
            density_of_states(
                grid, x[i], points, weights=mean[:, :, i : i + 1], smearing=method
            )
            for i in range(n_t)
        ]
    cumulative, density = (
        np.concatenate([getattr(s, name) for s in spectra], axis=1).swapaxes(0, 1)
        for name in ("cumulative", "density")
    )
    return Accumulation(points, cumulative, density)


def accumulation_points(
    values: ArrayLike, n: int = 200, *, logarithmic: bool = False
) -> NDArray[np.float64]:
    """Points from the smallest to just above the largest value, ``n`` steps.

    Parameters
    ----------
    values : array_like
        Frequencies, or mean free paths.
    n : int
        Steps.
    logarithmic : bool
        Equal ratios instead of equal steps, over five decades. Mean free paths span as
        much; what is below the first point is counted at it.

    Raises
    ------
    DomainError
        If no value is positive, and ratios are asked for.
    """
    x = as_numbers(values, "values")
    ensure_finite("values", x)
    if not x.size:
        raise DomainError("values: expected one or more, got none")
    n = ensure_integer("n", n, 1, MOST_POINTS)
    ensure_flag("logarithmic", logarithmic)
    top = max(x.max(), 0)
    if not logarithmic:
        low = x.min()
        # The last tetrahedron must be below the last point, rounding included.
        return np.linspace(low, top + 1e-8 * max(top - low, 1), n + 1)
    if not top > 0:
        raise DomainError("values: none is positive; ratios of them mean nothing")
    return np.geomspace(top / DECADES, top * (1 + 1e-8), n + 1)


def mean_free_paths(velocities: ArrayLike, linewidths: ArrayLike) -> NDArray[np.float64]:
    r"""Mean free paths of phonons in the relaxation-time approximation.

    .. math:: \Lambda = |v| \tau = \frac{|v|}{4\pi\Gamma}

    Parameters
    ----------
    velocities : (n_i, n_b, 3) array_like
        Å THz.
    linewidths : (n_T, n_i, n_b) array_like
        Half widths at half maximum Γ, THz; of all scattering, or of three phonons alone as
        phono3py's tools take them.

    Returns
    -------
    (n_T, n_i, n_b) array of float
        Å; 0 for phonons without a linewidth, which carry no heat here.
    """
    v = vectors(velocities)
    gamma = finite(linewidths, "linewidths", ("n_T", *v.shape[:-1]))
    lives = gamma > 0
    speed = np.linalg.norm(v, axis=-1)
    return np.asarray(np.where(lives, speed / np.where(lives, 4 * np.pi * gamma, 1), 0))
