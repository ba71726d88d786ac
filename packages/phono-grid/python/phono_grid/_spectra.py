"""Densities of states and other spectra of quantities on a grid."""

from dataclasses import dataclass
from math import erf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._bands import Bands
from phono_grid._extension import rust
from phono_grid._grid import Grid
from phono_grid._tetrahedra import Tetrahedra
from phono_grid._tetrahedron_weights import (
    FEW,
    delta_weights,
    step_weights,
    vertex_values,
)
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ascending,
    ensure_flag,
    ensure_positive,
    ensure_shape,
    ensure_type,
    finite,
    frozen,
)
from phono_grid.memory import ensure_memory
from phono_grid.nouns import ValueNoun

_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Gaussian:
    """Smearing by a normal distribution, the alternative to `Tetrahedra`.

    Parameters
    ----------
    sigma : float
        Standard deviation, THz.
    cutoff : float, optional
        In standard deviations; what is farther away is left out.
    """

    sigma: float
    cutoff: float | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_positive("sigma", self.sigma)
        if self.cutoff is not None:
            ensure_positive("cutoff", self.cutoff)

    def density(self, differences: NDArray[np.float64]) -> NDArray[np.float64]:
        r"""Normal distribution :math:`e^{-x^2/2\sigma^2} / \sqrt{2\pi}\sigma`, 1/THz.

        ``differences`` are those of energies, THz, of any shape. The cutoff is left to
        `is_near`.
        """
        x = differences / self.sigma
        return np.asarray(np.exp(-(x**2) / 2) / (np.sqrt(2 * np.pi) * self.sigma))

    def is_near(self, differences: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each of ``differences``, THz, is within the cutoff, if there is one."""
        limit = np.inf if self.cutoff is None else self.cutoff * self.sigma
        return np.asarray(np.abs(differences) <= limit)

    def densities(self, differences: NDArray[np.float64]) -> NDArray[np.float64]:
        """`density`, 0 where all differences on the last axis are beyond the cutoff."""
        near = self.is_near(differences).any(axis=-1, keepdims=True)
        return np.where(near, self.density(differences), 0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spectrum(ValueNoun):
    """A quantity of bands against frequency.

    Parameters
    ----------
    frequency_points : (n_f,) array_like
        THz, ascending.
    density : (n_f, ...) array_like
        Per THz and primitive cell, in the quantity's own unit.
    cumulative : (n_f, ...) array_like
        The integral of the density up to each frequency.
    """

    frequency_points: NDArray[np.float64]
    density: NDArray[np.float64]
    cumulative: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Hold read-only arrays."""
        points = frozen(self.frequency_points, "frequency_points", shape=("n_f",))
        density = frozen(self.density, "density")
        ensure_shape("density", density, (len(points), *density.shape[1:]))
        cumulative = frozen(self.cumulative, "cumulative", shape=density.shape)
        object.__setattr__(self, "frequency_points", points)
        object.__setattr__(self, "density", density)
        object.__setattr__(self, "cumulative", cumulative)


def density_of_states(
    grid: Grid,
    frequencies: ArrayLike,
    frequency_points: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    smearing: Tetrahedra | Gaussian | None = None,
) -> Spectrum:
    r"""The density of states of bands on a grid, or the spectrum of what they carry.

    .. math::

        g(f) = \frac{1}{n_q} \sum_{qj} A_{qj}\, \delta(f - f_{qj}), \qquad
        n(f) = \frac{1}{n_q} \sum_{qj} A_{qj}\, \theta(f - f_{qj})

    Parameters
    ----------
    grid : Grid
    frequencies : (n_q, n_b) or (n_i, n_b) array_like
        THz, at every grid point, or at the irreducible points in their order.
    frequency_points : (n_f,) array_like
        ``f``, THz, ascending.
    weights : (n_q, n_b, ...) or (n_i, n_b, ...) array_like, optional
        ``A``: projections, components of a tensor, anything; 1 if not given. At an
        irreducible point it is the mean over the star.
    smearing : Tetrahedra or Gaussian, optional
        The approximation of the delta function; ``Tetrahedra.of(grid)`` if not given.

    Returns
    -------
    Spectrum
        ``density`` and ``cumulative`` of shape (n_f, ...), the axes of ``weights`` after
        its first two. Without weights the cumulative number of states ends at ``n_b``.
    """
    bands = Bands.of(grid, frequencies)
    shape = bands.frequencies.shape
    carried = np.ones(shape) if weights is None else as_numbers(weights, "weights")
    if carried.shape[:2] != shape:
        raise DomainError(
            f"weights: expected the points and bands of frequencies, {list(shape)}, first, "
            f"got shape {list(carried.shape)}"
        )
    columns = np.ascontiguousarray(carried.reshape(*shape, -1))
    points = ascending(frequency_points, "frequency_points")
    chosen = Tetrahedra.of(grid) if smearing is None else smearing
    density, cumulative = spectra(bands, chosen, columns, points)
    end = (len(points), *carried.shape[2:])
    return Spectrum(points, density.reshape(end), cumulative.reshape(end))


def ensure_sums(n_f: int, n_w: int, n_pieces: int) -> None:
    """Refuse partial sums, three to a frequency and weight, that do not fit into memory."""
    what = f"frequency_points: sums at {n_f} frequencies for {n_w} weights"
    ensure_memory(what, 24.0 * n_f * n_w * (min(n_pieces, 64) + 1), "take fewer at a time")


def _checked(
    bands: Bands,
    smearing: Tetrahedra | Gaussian,
    weights: ArrayLike,
    frequency_points: ArrayLike,
    *,
    drop_few: bool = False,
) -> tuple[Any, ...]:
    """Arguments of `spectra`, and room for the sums of all pieces."""
    ensure_type("bands", bands, Bands)
    ensure_type("smearing", smearing, Tetrahedra, Gaussian)
    carried = finite(weights, "weights", (*bands.frequencies.shape, "n_w"))
    points = ascending(frequency_points, "frequency_points")
    ensure_flag("drop_few", drop_few)
    ensure_sums(len(points), carried.shape[-1], -(-len(bands.points) // 16))
    return bands, smearing, carried, points


@accelerated_by(rust.spectra, _checked)
def spectra(
    bands: Bands,
    smearing: Tetrahedra | Gaussian,
    weights: NDArray[np.float64],
    frequency_points: NDArray[np.float64],
    *,
    drop_few: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Spectra of what bands carry.

    .. math::

        g_w(f) = \frac{1}{n_q} \sum_{pj} m_p A_{pjw} \delta(f - f_{pj}), \qquad
        n_w(f) = \frac{1}{n_q} \sum_{pj} m_p A_{pjw} \theta(f - f_{pj})

    with the multiplicities :math:`m` of the points. By the linear tetrahedron method delta
    and step function are the weights :math:`I` and :math:`J` of `tetrahedron_weights`,
    which are never stored; by Gaussians they are

    .. math::

        \delta(x) = \frac{e^{-x^2 / 2\sigma^2}}{\sqrt{2\pi}\,\sigma}, \qquad
        \theta(x) = \frac{1}{2} + \frac{1}{2} \operatorname{erf} \frac{x}{\sqrt 2\,\sigma}

    and 0 or 1 beyond the cutoff.

    Parameters
    ----------
    bands : Bands
    smearing : Tetrahedra or Gaussian
    weights : (n_p, n_b, n_w) array of float
        ``A``
    frequency_points : (n_f,) array of float
        THz, ascending.
    drop_few : bool
        Leave out tetrahedra that have less than 10⁻¹⁰ of their states below a frequency
        where vertices nearly tie, as phonopy does. Gaussians have no tetrahedra.

    Returns
    -------
    density, cumulative : (n_f, n_w) arrays of float
    """
    density = np.zeros((len(frequency_points), weights.shape[-1]))
    cumulative = np.zeros_like(density)
    few = FEW if drop_few else 0.0
    for start in range(0, len(bands.points), _BLOCK):
        block = slice(start, start + _BLOCK)
        delta, step = _delta_and_step(bands, smearing, block, frequency_points, few)
        carried = bands.multiplicities[block, None, None] * weights[block] / bands.grid.n_q
        density += np.einsum("pfj,pjw->fw", delta, carried)
        cumulative += np.einsum("pfj,pjw->fw", step, carried)
    return density, cumulative


def _delta_and_step(
    bands: Bands,
    smearing: Tetrahedra | Gaussian,
    block: slice,
    frequency_points: NDArray[np.float64],
    few: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Delta and step function at some points, two arrays (n_p, n_f, n_b)."""
    f = frequency_points[:, None, None]
    if isinstance(smearing, Tetrahedra):
        vertices = vertex_values(bands, smearing, bands.points[block])[..., None]
        weights = delta_weights(vertices, f, few), step_weights(vertices, f, few)
        return weights[0][..., 0], weights[1][..., 0]
    differences = f[..., 0] - bands.frequencies[block, None]
    near = smearing.is_near(differences)
    delta = np.where(near, smearing.density(differences), 0)
    step = 0.5 + 0.5 * np.vectorize(erf)(differences / smearing.sigma / np.sqrt(2))
    return delta, np.where(near, step, differences > 0)
