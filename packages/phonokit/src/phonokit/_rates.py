"""How fast phonons scatter: one irreducible wave vector after the other."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    RecomputedRows,
    Rows,
    Series3,
    Solver,
    Stars,
    Storage,
    Thermal,
    boundary_linewidths,
    collision_row,
    isotope_linewidths,
    linewidths,
    natural_mass_spread,
    reduced_row,
    storage_for,
    total_linewidths,
)

from phonokit._run import Run, Task, complete
from phonokit._transport import Carriers, Method, Transport

OCCUPATIONS = 512 * 1024**2
"""Bytes that the occupations of all phonons may take; more temperatures go in blocks."""
BATCH = 16
"""Wave vectors that share the occupations of a block of temperatures."""


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Half linewidths, THz.

    Parameters
    ----------
    phonon : (n_T, n_i, n_b) array
        Three-phonon scattering.
    isotope : (n_i, n_b) array or None
    boundary : (n_i, n_b) array or None
    rows : Rows or None
        What comes back, for the full equation.
    """

    phonon: NDArray[np.float64]
    isotope: NDArray[np.float64] | None
    boundary: NDArray[np.float64] | None
    rows: Rows | None

    @property
    def total(self) -> NDArray[np.float64]:
        """Matthiessen's sum; phonons that do not scatter one another stay so."""
        return total_linewidths(self.phonon, self.isotope, self.boundary)


@dataclass(frozen=True, eq=False)
class Scatterer:
    """Everything that scatters the phonons at one irreducible wave vector.

    This is the unit of work: what is stored, resumed and distributed is the record of one
    wave vector, which depends on nothing but the inputs.

    Parameters
    ----------
    carriers : Carriers
    series : Series3
    transport : Transport
    storage : Storage
        Of the rows of a collision operator.
    """

    carriers: Carriers
    series: Series3
    transport: Transport
    storage: Storage = Storage.MEMORY

    @property
    def has_rows(self) -> bool:
        """Whether rows of the collision operator are part of the record."""
        recomputed = self.storage is Storage.RECOMPUTE
        return self.transport.method is Method.LBTE and not recomputed

    @property
    def record(self) -> np.dtype[Any]:
        """What is known of one wave vector, THz."""
        n_i, n_b = self.carriers.frequencies.shape
        n_t = len(self.carriers.temperatures)
        fields: list[tuple[str, Any, tuple[int, ...]]] = [("phonon", "<f8", (n_t, n_b))]
        if self.transport.isotopes:
            fields.append(("isotope", "<f8", (n_b,)))
        if self.has_rows:
            fields.append(("row", "<f8", (n_t, n_b, 3, n_i, n_b, 3)))
        return np.dtype(fields)

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """First and last of the temperatures whose occupations fit the memory."""
        n_t = len(self.carriers.temperatures)
        one = self.carriers.phonons.frequencies.nbytes
        step = max(1, min(n_t, OCCUPATIONS // one))
        return [(start, min(start + step, n_t)) for start in range(0, n_t, step)]

    def records(self, numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[Any]]]:
        """The number and the record of each of these irreducible wave vectors, in order."""
        blocks = self.blocks
        step = 1 if len(blocks) == 1 else BATCH
        # Only one block stays in memory.
        statistics = functools.lru_cache(1)(self._statistics)
        for start in range(0, len(numbers), step):
            batch = numbers[start : start + step]
            records = np.zeros(len(batch), self.record)
            for block in blocks:
                for i, record in zip(batch, records, strict=True):
                    self._scatter(int(i), record, slice(*block), statistics(*block))
            yield from zip(batch.tolist(), records, strict=True)

    def row(self, i: int) -> NDArray[np.float64]:
        """The row of the collision operator at one wave vector, once more."""
        n_t = len(self.carriers.temperatures)
        q = int(self.carriers.irreducible.points[i])
        inputs = (self.series, self.carriers.phonons, q, self._statistics(0, n_t))
        _, row = collision_row(*inputs, self.transport.scattering)
        return reduced_row(row, self._stars)

    @functools.cached_property
    def _stars(self) -> Stars:
        """Of the irreducible points."""
        return Stars.of(self.carriers.phonons.grid, self.carriers.irreducible)

    def _statistics(self, first: int, end: int) -> Thermal:
        """What depends on some temperatures alone."""
        return Thermal.of(
            self.carriers.phonons.frequencies,
            self.carriers.temperatures[first:end],
            cutoff_frequency=self.transport.scattering.cutoff_frequency,
        )

    def _scatter(
        self, i: int, record: NDArray[Any], block: slice, statistics: Thermal
    ) -> None:
        """Put into ``record`` what scatters at some temperatures."""
        phonons, irreducible = self.carriers.phonons, self.carriers.irreducible
        scattering, q = self.transport.scattering, int(irreducible.points[i])
        if self.has_rows:
            widths, row = collision_row(self.series, phonons, q, statistics, scattering)
            record["row"][block] = reduced_row(row, self._stars)
        else:
            widths = linewidths(self.series, phonons, q, statistics.occupations, scattering)
        record["phonon"][block] = widths
        if self.transport.isotopes and block.start == 0:
            spread = natural_mass_spread(self.carriers.cell)
            record["isotope"] = isotope_linewidths(phonons, q, spread, scattering)


def rates_of(
    carriers: Carriers,
    series: Series3,
    transport: Transport,
    run: Run | None = None,
    key: Callable[[], dict[str, str]] = dict,
) -> Rates:
    """Everything that scatters, at all irreducible wave vectors.

    ``key`` names everything that this depends on, for the store of the run.
    """
    run = Run() if run is None else run
    storage = storage_of(carriers, transport, run)
    scatterer = Scatterer(carriers, series, transport, storage)
    n_i = len(carriers.irreducible.points)
    on_disk = storage is Storage.DISK
    task = Task(key, scatterer.record, n_i, scatterer.records, on_disk)
    records = complete(task, run)
    rows: Rows | None = None
    if scatterer.has_rows:
        rows = records["row"]
    elif transport.method is Method.LBTE:
        rows = RecomputedRows(n_i, scatterer.row)
    boundary = None
    if transport.boundary_mfp is not None:
        boundary = boundary_linewidths(carriers.velocities, transport.boundary_mfp)
    return Rates(
        np.ascontiguousarray(records["phonon"].swapaxes(0, 1)),
        np.ascontiguousarray(records["isotope"]) if transport.isotopes else None,
        boundary,
        rows,
    )


def storage_of(carriers: Carriers, transport: Transport, run: Run) -> Storage:
    """Where the rows of a collision operator go; refused before it is made if nowhere."""
    if transport.method is not Method.LBTE:
        return Storage.MEMORY
    shape = (len(carriers.temperatures), *carriers.frequencies.shape)
    dense = transport.solver is Solver.DIRECT
    return storage_for(shape, dense=dense, cap=run.memory, over=run.over_memory)
