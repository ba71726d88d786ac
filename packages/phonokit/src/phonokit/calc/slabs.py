"""Quantities of phonons at many wave vectors, a slab of them a piece of work."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import Dynamics, HarmonicSeries
from phono_grid import Grid, first_brillouin_zone
from phono_grid.progress import tell

from phonokit._timed import timed
from phonokit.run.run import Run, Task, complete

MOST, LEAST = 512, 32
"""Wave vectors of a slab: as many as keep the kernels busy, as few as a stop may cost."""
ENTRIES = 2**22
"""Matrix entries in the dynamical matrices of a slab, if enough wave vectors remain."""
TOGETHER = 4096
"""Wave vectors whose images are compared at once."""
NOTHING: np.dtype[Any] = np.dtype([])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Slabs:
    """Calculation of phonon quantities at many wave vectors, slab by slab.

    Slabs do not depend on how many ranks share them, so neither do the numbers.

    Parameters
    ----------
    qpoints : (n_q, 3) array
    n_bands : int
    compute : callable
        Wave vectors of a slab → arrays by name.
    each : dtype
        Names and shapes of what each wave vector has.
    sums : dtype
        The same of sums over the wave vectors of a slab.
    key : callable
        Everything that the numbers depend on, by name.
    """

    qpoints: NDArray[np.float64]
    n_bands: int
    compute: Callable[[NDArray[np.float64]], Mapping[str, NDArray[Any]]]
    each: np.dtype[Any]
    sums: np.dtype[Any] = NOTHING
    key: Callable[[], dict[str, str]]

    @property
    def size(self) -> int:
        """Wave vectors of a slab."""
        return min(MOST, max(LEAST, ENTRIES // self.n_bands**2))

    def complete(self, run: Run) -> dict[str, NDArray[Any]]:
        """Quantities of all wave vectors, and sums over all, by name. Collective."""
        n_q, size = len(self.qpoints), self.size
        slabs = [slice(i, min(i + size, n_q)) for i in range(0, n_q, size)]
        task = Task(
            key=self.key,
            record=self._record,
            costs=np.array([float(slab.stop - slab.start) for slab in slabs]),
            work=lambda numbers: self._work(slabs, numbers),
            blocks=[slice(i, i + 1) for i in range(len(slabs))],
        )
        records = complete(task, run)
        values = {name: records.everywhere(name).sum(axis=0) for name in _names(self.sums)}
        for name in _names(self.each):
            rows = records.everywhere(name)
            values[name] = rows.reshape(-1, *rows.shape[2:])[:n_q]
        return values

    @property
    def _record(self) -> np.dtype[Any]:
        """Type of the record of a slab; the last slab is not full."""
        each = [
            (name, self.each[name].base, (self.size, *self.each[name].shape))
            for name in _names(self.each)
        ]
        return np.dtype([*each, *((name, self.sums[name]) for name in _names(self.sums))])

    def _work(
        self, slabs: list[slice], numbers: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """The number and the record of one slab after the other."""
        for i in numbers.tolist():
            q = self.qpoints[slabs[i]]
            values = self.compute(q)
            record = np.zeros(1, self._record)[0]
            for name in _names(self.each):
                record[name][: len(q)] = values[name]
            for name in _names(self.sums):
                record[name] = values[name]
            yield i, record


def zone_points(grid: Grid, points: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """Wave vectors of points of a grid, or of all of them, in the first Brillouin zone."""
    q = grid.qpoints if points is None else grid.qpoints_at(points)
    return shortest_images(q, grid.reciprocal_lattice)


def shortest_images(
    q: NDArray[np.float64], reciprocal_lattice: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Wave vectors in the first Brillouin zone.

    Some at a time: to find the shortest image takes kilobytes for each.
    """
    pieces = [q[i : i + TOGETHER] for i in range(0, len(q), TOGETHER)]
    folded = []
    with timed(f"shortest images of {len(q)} wave vectors"):
        for i, piece in enumerate(pieces, 1):
            folded.append(first_brillouin_zone(piece, reciprocal_lattice))
            tell(i, len(pieces))
    return np.concatenate(folded)


def images(
    dynamics: Dynamics, q: NDArray[np.float64], reciprocal_lattice: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Images of wave vectors at which frequencies are those of the crystal.

    In the first Brillouin zone where there are dipoles, whose sum ends somewhere and is not
    quite periodic; without them any image will do.
    """
    if not isinstance(dynamics, HarmonicSeries):
        return shortest_images(q, reciprocal_lattice)
    return np.asarray(q - np.rint(q))


def _names(dtype: np.dtype[Any]) -> tuple[str, ...]:
    """The fields of a dtype."""
    return dtype.names or ()
