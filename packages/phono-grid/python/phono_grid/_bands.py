"""Values of bands on a grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._grid import Grid, irreducible_map
from phono_grid.errors import (
    DomainError,
    ShapeError,
    as_numbers,
    ensure_finite,
    ensure_type,
    frozen,
)
from phono_grid.nouns import ValueNoun


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bands(ValueNoun):
    """Frequencies of bands on a grid, given at some points that stand for the others.

    Parameters
    ----------
    grid : Grid
    frequencies : (n_p, n_b) array_like
        THz.
    points : (n_p,) array_like of int
        Indices in the grid.
    multiplicities : (n_p,) array_like of int
        How many grid points each one stands for; they sum to ``n_q``.
    rows : (n_q,) array_like of int
        The row of ``frequencies`` that holds for each grid point.
    """

    grid: Grid
    frequencies: NDArray[np.float64]
    points: NDArray[np.int64]
    multiplicities: NDArray[np.int64]
    rows: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("grid", self.grid, Grid)
        frequencies = frozen(self.frequencies, "frequencies")
        if frequencies.ndim != 2 or not frequencies.size:
            raise ShapeError(
                "frequencies: expected (points, bands), at least one of each, got shape "
                f"{list(frequencies.shape)}"
            )
        ensure_finite("frequencies", frequencies)
        object.__setattr__(self, "frequencies", frequencies)
        n_p, n_q = len(frequencies), self.grid.n_q
        for name, n, end in (
            ("points", n_p, n_q),
            ("multiplicities", n_p, n_q + 1),
            ("rows", n_q, n_p),
        ):
            values = frozen(getattr(self, name), name, np.int64, (n,))
            if values.min() < 0 or values.max() >= end:
                raise DomainError(f"{name} must be in 0 to {end - 1}")
            object.__setattr__(self, name, values)

    def __repr__(self) -> str:
        """Sizes: ``Bands(6 bands at 56 points of Grid(…))``."""
        n_p, n_b = self.frequencies.shape
        return f"Bands({n_b} bands at {n_p} points of {self.grid})"

    @classmethod
    def of(cls, grid: Grid, frequencies: ArrayLike) -> "Bands":
        """Frequencies at all_points point of ``grid``, or at its irreducible points.

        Raises
        ------
        ShapeError
            If there are neither ``n_q`` nor ``n_i`` rows.
        """
        ensure_type("grid", grid, Grid)
        values = as_numbers(frequencies, "frequencies")
        n = len(values) if values.ndim else 0
        all_points = np.arange(grid.n_q)
        if n == grid.n_q:
            return cls(grid, values, all_points, np.ones_like(all_points), all_points)
        to_irreducible = irreducible_map(grid)
        sizes = np.bincount(to_irreducible)
        points = np.flatnonzero(sizes)
        if n != len(points):
            raise ShapeError(
                f"frequencies: expected {grid.n_q} rows, one for each grid point, or "
                f"{len(points)}, one for each irreducible point, got {n}"
            )
        rows = (np.cumsum(sizes > 0) - 1)[to_irreducible]
        return cls(grid, values, points, sizes[points], rows)
