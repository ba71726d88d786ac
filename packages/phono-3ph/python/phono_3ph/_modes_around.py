"""Phonons around a wave vector that need not be a point of the grid."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import Dynamics, Modes, phonon_modes
from phono_grid import Grid, Tetrahedra, Triplets, ValueNoun, first_brillouin_zone
from phono_grid.errors import (
    DomainError,
    ensure_index,
    ensure_integer,
    ensure_type,
    finite,
    frozen,
)

from phono_3ph._periodic_modes import (
    PeriodicModes,
    ensure_one_lattice,
    mode_arrays,
    periodic_gauge,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModesAround(ValueNoun):
    """Phonons of a grid, and those that scatter with them and one of any wave vector ``q``.

    It takes the place of a `PeriodicModes` in `imaginary_self_energy`, `real_self_energy`
    and `spectral_function`: wave vectors ``q'`` are points of the grid, ``q'' = −q − q'``
    are not, and no two triplets are the same by symmetry.

    Parameters
    ----------
    grid : Grid
    frequencies : (2 n_q + 1, n_b) array_like
        THz, ascending: at the points of the grid, at each of them less ``q``, and at ``q``.
    polarizations : (2 n_q + 1, n_b, n_a, 3) array_like of complex
        ``ẽ`` at the same wave vectors, as in `PeriodicModes`.
    qpoint : (3,) array_like
        Fractional coordinates of ``q``.
    tetrahedra : Tetrahedra
        Tetrahedra of the grid.

    Attributes
    ----------
    q : int
        The place of ``q`` among the modes: ``EvaluationPoints(modes.q)``.
    """

    grid: Grid
    frequencies: NDArray[np.float64]
    polarizations: NDArray[np.complex128]
    qpoint: NDArray[np.float64]
    tetrahedra: Tetrahedra
    q: int = dataclass_field(init=False)

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        ensure_type("grid", self.grid, Grid)
        ensure_type("tetrahedra", self.tetrahedra, Tetrahedra)
        qpoint = finite(self.qpoint, "qpoint", (3,))
        n = 2 * self.grid.n_q + 1
        f, e = mode_arrays(self.frequencies, self.polarizations, n)
        object.__setattr__(self, "qpoint", frozen(qpoint, "qpoint"))
        object.__setattr__(self, "frequencies", f)
        object.__setattr__(self, "polarizations", e)
        object.__setattr__(self, "q", n - 1)

    @property
    def slopes(self) -> None:
        """Always None: phonons beside the grid have no velocities."""
        return None

    @classmethod
    def of(
        cls,
        phonons: PeriodicModes,
        dynamics: Dynamics,
        qpoint: ArrayLike,
        *,
        direction: ArrayLike | None = None,
    ) -> "ModesAround":
        """Compute what ``phonons``, made from ``dynamics``, lack around ``qpoint``.

        Parameters
        ----------
        phonons : PeriodicModes
        dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
        qpoint : (3,) array_like
            Fractional.
        direction : (3,) array_like, optional
            Fractional; from where Γ is approached, so that polar crystals have their
            longitudinal modes there. Those that they scatter with stay as on the grid.
        """
        ensure_type("phonons", phonons, PeriodicModes)
        ensure_type("dynamics", dynamics, *get_args(Dynamics))
        q, grid = finite(qpoint, "qpoint", (3,)), phonons.grid
        ensure_one_lattice("dynamics and phonons", dynamics.cell.lattice, grid)
        away = np.vstack([grid.qpoints - q, q])
        # A sum of dipoles that ends somewhere is not quite periodic.
        near = first_brillouin_zone(away, grid.reciprocal_lattice)
        modes = phonon_modes(dynamics, near)
        if direction is not None:
            limit = phonon_modes(dynamics, near[-1:], direction=direction)
            f = np.concatenate([modes.frequencies[:-1], limit.frequencies])
            e = np.concatenate([modes.polarizations[:-1], limit.polarizations])
            modes = Modes(near, f, e)
        e = np.concatenate([phonons.polarizations, periodic_gauge(modes, dynamics.cell)])
        f = np.concatenate([phonons.frequencies, modes.frequencies])
        return cls(grid, f, e, q, phonons.tetrahedra)


Phonons = PeriodicModes | ModesAround
"""Phonons that a self-energy can be computed from."""


def ensure_point(phonons: Phonons, q: int) -> int:
    """Require a wave vector that ``phonons`` have triplets at, and return it."""
    if isinstance(phonons, PeriodicModes):
        return ensure_index("q", q, phonons.grid.n_q)
    q = ensure_integer("q", q)
    if q != phonons.q:
        raise DomainError(
            f"q: expected {phonons.q}, the one wave vector that these modes are around, "
            f"got {q}"
        )
    return q


def triplets_of(phonons: Phonons, q: int) -> Triplets:
    """The triplets at ``q`` that are summed over; all of them around any wave vector."""
    grid = phonons.grid
    if isinstance(phonons, PeriodicModes):
        return Triplets.of(grid, q)
    first = np.full(grid.n_q, q)
    points = np.stack(
        [first, np.arange(grid.n_q), grid.n_q + grid.index(-grid.addresses)], axis=1
    )
    return Triplets(points, np.ones(grid.n_q, dtype=int))


def qpoints_of(phonons: Phonons) -> NDArray[np.float64]:
    """Fractional coordinates of every wave vector, (n, 3)."""
    on_grid = phonons.grid.qpoints
    if isinstance(phonons, PeriodicModes):
        return on_grid
    return np.vstack([on_grid, on_grid - phonons.qpoint, phonons.qpoint])
