"""Scattering rates of phonons, one irreducible wave vector after the other."""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    CollisionRows,
    EvaluationPoints,
    QStars,
    RecomputedRows,
    Series3,
    Solver,
    Storage,
    ThermalFactors,
    boundary_linewidths,
    collision_row,
    collision_row_blocks,
    imaginary_self_energy,
    inverse_sinh,
    isotope_linewidths,
    linewidths,
    reduced_row,
    storage_for,
)
from phono_dynmat import bose_einstein
from phono_grid import BrillouinZone

from phonokit.calc.carriers import Carriers
from phonokit.calc.four_phonon import FourPhononScatterer
from phonokit.calc.isotopes import mass_spread
from phonokit.calc.ranked_operator import RankedRows, SomeRows
from phonokit.calc.sampled_triplets import TripletSampler
from phonokit.calc.work_pieces import (
    PieceScatterer,
    WorkPieces,
    added,
    counted_triplets,
)
from phonokit.results.rates import Rates
from phonokit.run.run import Records, Run, Task, complete
from phonokit.settings.transport import Method, Transport

OCCUPATIONS = 512 * 1024**2
"""Bytes that the occupations of all phonons may take; more temperatures go in blocks."""
SLAB = 1024
"""Wave vectors whose occupations are made at once."""
SERIES = 600
"""Triplets that take as long as the series at one q; `benches/ranks.py` measures it."""
PARTS = ("normal", "umklapp")
"""Kinds of three-phonon processes, as the fields of a record are named."""
BATCH = 16
"""Wave vectors that share the occupations of a block of temperatures."""
TOGETHER = 64
"""Wave vectors whose linewidths from isotopes are made at once."""


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
        Where rows of the collision operator are.
    batch_size : int, optional
        Wave vectors that are handed to the kernels together, in place of the defaults.
    four : FourPhononScatterer, optional
    sampler : TripletSampler, optional
    """

    carriers: Carriers
    series: Series3
    transport: Transport
    storage: Storage = Storage.MEMORY
    batch_size: int | None = None
    four: FourPhononScatterer | None = None
    sampler: TripletSampler | None = None

    @property
    def has_rows(self) -> bool:
        """Whether rows of the collision operator are part of the record."""
        recomputed = self.storage is Storage.RECOMPUTE
        return self.transport.method is Method.LBTE and not recomputed

    @property
    def record(self) -> np.dtype[Any]:
        """Type of the record of one wave vector; its numbers are in THz."""
        n_i, n_b = self.carriers.frequencies.shape
        n_t = len(self.carriers.temperatures)
        fields: list[tuple[str, Any, tuple[int, ...]]] = [("phonon", "<f8", (n_t, n_b))]
        if self.transport.normal_umklapp:
            fields += [(part, "<f8", (n_t, n_b)) for part in PARTS]
        if self.transport.isotopes:
            fields.append(("isotope", "<f8", (n_b,)))
        if self.has_rows:
            fields.append(("row", "<f8", (n_t, n_b, 3, n_i, n_b, 3)))
        if self.four is not None:
            fields += self.four.fields()
        if self.sampler is not None:
            fields += self.sampler.fields()
        return np.dtype(fields)

    @functools.cached_property
    def triplets(self) -> NDArray[np.float64]:
        """About how many irreducible triplets each wave vector has."""
        return counted_triplets(self)

    @property
    def series_costs(self) -> NDArray[np.float64]:
        """Cost of the series at each wave vector, in units of the time of one triplet.

        Less for many bands, whose triplets take longer, and for few triplets, each of which
        is then summed by itself.
        """
        n_b = self.carriers.frequencies.shape[1]
        some = np.maximum(self.triplets / 4, 1)
        return np.asarray(np.minimum(SERIES * 6 / n_b, some))

    @property
    def costs(self) -> NDArray[np.float64]:
        """Cost of each wave vector, in units of the time of one triplet."""
        four = 0 if self.four is None else self.four.costs
        return np.asarray(self.series_costs + self.triplets + four)

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """First and last of the temperatures whose occupations fit the memory."""
        n_t = len(self.carriers.temperatures)
        if self.sampler is not None:
            return [(0, n_t)]  # samples are enough for all temperatures at once
        # With rows there is a second number beside each occupation.
        one = self.carriers.phonons.frequencies.nbytes * (1 + self.has_rows)
        step = max(1, min(n_t, OCCUPATIONS // one))
        return [(start, min(start + step, n_t)) for start in range(0, n_t, step)]

    def records(self, numbers: Iterable[int]) -> Iterator[tuple[int, NDArray[Any]]]:
        """The number and the record of each of these irreducible wave vectors, in order.

        Of numbers that are no array each is taken when it is needed: they may be
        `phono_mpi.dynamic_tasks`.
        """
        blocks = self.blocks
        step = 1 if len(blocks) == 1 else self.batch_size or BATCH
        # Only one block stays in memory.
        make = self._thermal if self.has_rows else self._occupations
        statistics: Callable[..., Any] = functools.lru_cache(1)(make)
        left = iter(numbers)
        together = self.batch_size or TOGETHER
        ahead = together if isinstance(numbers, np.ndarray) else step
        while piece := [int(i) for i in itertools.islice(left, ahead)]:
            isotopes = self.isotopes(piece)
            for start in range(0, len(piece), step):
                batch = piece[start : start + step]
                records = np.zeros(len(batch), self.record)
                if isotopes is not None:
                    records["isotope"] = isotopes[start : start + step]
                for block in blocks:
                    for i, record in zip(batch, records, strict=True):
                        self._scatter(i, record, slice(*block), statistics(*block))
                for i, record in zip(batch, records, strict=True):
                    if self.four is not None:
                        others = record["phonon"] + (
                            0 if isotopes is None else record["isotope"]
                        )
                        self.four.scatter(i, record, others)
                    yield i, record

    def row(self, i: int) -> NDArray[np.float64]:
        """The row of the collision operator at one wave vector, once more."""
        n_t = len(self.carriers.temperatures)
        q = int(self.carriers.irreducible.points[i])
        inputs = (self.series, self.carriers.phonons, q, self._thermal(0, n_t))
        _, row = collision_row(*inputs, self.transport.scattering)
        return reduced_row(row, self._stars)

    @functools.cached_property
    def occupations(self) -> NDArray[np.float64]:
        """Occupations at all temperatures."""
        return self._occupations(0, len(self.carriers.temperatures))

    @functools.cached_property
    def _stars(self) -> QStars:
        """Stars of the irreducible points."""
        return QStars.of(self.carriers.phonons.grid, self.carriers.irreducible)

    @functools.cached_property
    def _zone(self) -> BrillouinZone:
        """Brillouin zone whose images tell normal from umklapp processes."""
        return BrillouinZone.of(self.carriers.phonons.grid)

    def isotopes(self, numbers: list[int]) -> NDArray[np.float64] | None:
        """Linewidths from isotopes at some irreducible wave vectors, if they scatter."""
        if not self.transport.isotopes:
            return None
        q = self.carriers.irreducible.points[numbers]
        spread = mass_spread(self.carriers.cell, self.transport)
        return isotope_linewidths(
            self.carriers.phonons, q, spread, self.transport.scattering
        )

    def _occupations(self, first: int, end: int) -> NDArray[np.float64]:
        """At some temperatures."""
        t = self.carriers.temperatures[first:end]
        return in_slabs(lambda f: bose_einstein(f, t), self.carriers.phonons.frequencies)

    def _thermal(self, first: int, end: int) -> ThermalFactors:
        """Occupations, and what rows need beside them."""
        t = self.carriers.temperatures[first:end]
        cutoff = self.transport.scattering.cutoff_frequency
        s = in_slabs(
            lambda f: inverse_sinh(f, t, cutoff_frequency=cutoff),
            self.carriers.phonons.frequencies,
        )
        return ThermalFactors(self._occupations(first, end), s)

    def _scatter(self, i: int, record: NDArray[Any], block: slice, statistics: Any) -> None:
        """Put into ``record`` what scatters at some temperatures.

        ``statistics`` are occupations, or with rows `ThermalFactors`.
        """
        phonons, irreducible = self.carriers.phonons, self.carriers.irreducible
        scattering, q = self.transport.scattering, int(irreducible.points[i])
        if self.has_rows:
            widths, row = collision_row(self.series, phonons, q, statistics, scattering)
            record["row"][block] = reduced_row(row, self._stars)
        elif self.sampler is not None:
            others = record["isotope"] if self.transport.isotopes else 0.0
            groups = self.sampler.groups(i, statistics, others, float(self.triplets[i]))
            record["three_groups"], widths = groups, groups.mean(axis=0)
        elif not self.transport.normal_umklapp:
            widths = linewidths(self.series, phonons, q, statistics, scattering)
        if self.transport.normal_umklapp:
            occupations = statistics.occupations if self.has_rows else statistics
            evaluation = EvaluationPoints.normal_umklapp(self._zone, q)
            parts = imaginary_self_energy(
                self.series, phonons, evaluation, occupations, scattering
            )
            record["normal"][block], record["umklapp"][block] = parts.normal, parts.umklapp
            widths = widths if self.has_rows else parts.total
        record["phonon"][block] = widths


def in_slabs(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    frequencies: NDArray[np.float64],
) -> NDArray[np.float64]:
    """A function of some frequencies after the others: what it needs itself stays small."""
    first = function(frequencies[:SLAB])
    values = np.empty((len(frequencies), *first.shape[1:]))
    values[:SLAB] = first
    for start in range(SLAB, len(frequencies), SLAB):
        values[start : start + SLAB] = function(frequencies[start : start + SLAB])
    values.flags.writeable = False
    return values


def rates_of(
    carriers: Carriers,
    series: Series3,
    transport: Transport,
    run: Run | None = None,
    key: Callable[[], dict[str, str]] = dict,
    four: FourPhononScatterer | None = None,
    sampler: TripletSampler | None = None,
) -> tuple[Rates, CollisionRows | None]:
    """Everything that scatters at all irreducible wave vectors, and what comes back.

    ``key`` names everything that this depends on, for the store of the run.
    """
    run = Run() if run is None else run
    storage = storage_of(carriers, transport, run)
    scatterer = Scatterer(
        carriers, series, transport, storage, run.batch_size, four, sampler
    )
    pieces = WorkPieces.of(scatterer)
    records = complete(_task(scatterer, pieces, key), run)
    boundary = None
    if transport.boundary_mfp is not None:
        boundary = boundary_linewidths(carriers.velocities, transport.boundary_mfp)
    rates = Rates(
        np.ascontiguousarray(added(pieces, records.everywhere("phonon")).swapaxes(0, 1)),
        added(pieces, records.everywhere("isotope")) if transport.isotopes else None,
        boundary,
        *(_over_temperatures(records, part, transport.normal_umklapp) for part in PARTS),
        *_with_temperatures(records, "four", "four_groups", "three_groups"),
    )
    return rates, _rows_of(scatterer, records)


def _task(
    scatterer: Scatterer, pieces: WorkPieces, key: Callable[[], dict[str, str]]
) -> Task:
    """The records of all wave vectors, or of all pieces where some are cut."""
    n_i, transport = len(scatterer.costs), scatterer.transport
    if pieces.any:
        cut = PieceScatterer(scatterer, pieces)
        groups = np.repeat(np.arange(len(cut.once)), pieces.group_sizes)
        blocks = [slice(i, i + 1) for i in range(len(groups))]
        task = Task(key, scatterer.record, cut.costs, cut.records, blocks)
        return replace(task, groups=groups, once=cut.once)
    lbte = transport.method is Method.LBTE
    blocks = collision_row_blocks(n_i) if lbte else [slice(i, i + 1) for i in range(n_i)]
    work, on_disk = scatterer.records, scatterer.storage is Storage.DISK
    return Task(key, scatterer.record, scatterer.costs, work, blocks, on_disk)


def _with_temperatures(records: Records, *names: str) -> list[NDArray[np.float64] | None]:
    """Four-phonon linewidths, and samples; wave vectors beside the bands."""
    there = records.values.dtype.names or ()
    return [
        np.ascontiguousarray(np.moveaxis(records.everywhere(name), 0, -2))
        if name in there
        else None
        for name in names
    ]


def _over_temperatures(
    records: Records, name: str, wanted: bool
) -> NDArray[np.float64] | None:
    """A part of every record, temperatures first."""
    if not wanted:
        return None
    return np.ascontiguousarray(records.everywhere(name).swapaxes(0, 1))


def _rows_of(scatterer: Scatterer, records: Records) -> CollisionRows | None:
    """The rows of the collision operator, wherever they are."""
    if scatterer.transport.method is not Method.LBTE:
        return None
    numbers, ranks = records.numbers, records.ranks
    here: CollisionRows
    if not scatterer.has_rows:
        here = RecomputedRows(records.n, scatterer.row)
    elif ranks.size == 1:
        here = records.values["row"]
    else:
        here = SomeRows(numbers, records.values["row"], records.n)
    return here if ranks.size == 1 else RankedRows(here, numbers, ranks)


def storage_of(carriers: Carriers, transport: Transport, run: Run) -> Storage:
    """Where the rows of a collision operator go; refused before it is made if nowhere."""
    if transport.method is not Method.LBTE:
        return Storage.MEMORY
    shape = (len(carriers.temperatures), *carriers.frequencies.shape)
    dense = transport.solver is Solver.DIRECT
    # Only the first rank solves directly, and needs all rows.
    cap = run.memory * (1 if dense else run.ranks.size)
    return storage_for(shape, dense=dense, memory=cap, over_memory=run.over_memory)
