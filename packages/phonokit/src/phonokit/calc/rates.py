"""Scattering rates of phonons, one irreducible wave vector after the other."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    CollisionRows,
    RecomputedRows,
    Solver,
    Storage,
    boundary_linewidths,
    collision_row_blocks,
    free_buffers,
    storage_for,
)
from phono_grid.memory import release_freed_memory

from phonokit.calc.carriers import Carriers
from phonokit.calc.ranked_operator import RankedRows, SomeRows
from phonokit.calc.scatterer import PARTS, Scatterer
from phonokit.calc.work_pieces import (
    PieceScatterer,
    WorkPieces,
    added,
)
from phonokit.results.rates import Rates
from phonokit.run.run import Records, Run, Task, complete
from phonokit.settings.transport import Method, Transport


def rates_of(
    scatterer: Scatterer, run: Run | None = None, key: Callable[[], dict[str, str]] = dict
) -> tuple[Rates, CollisionRows | None]:
    """Everything that scatters at all irreducible wave vectors, and what comes back.

    ``key`` names everything that this depends on, for the store of the run.
    """
    (rates, *_), rows = all_rates_of(scatterer, run, key)
    return rates, rows


def all_rates_of(
    scatterer: Scatterer, run: Run | None = None, key: Callable[[], dict[str, str]] = dict
) -> tuple[list[Rates], CollisionRows | None]:
    """The same for each way to conserve energy."""
    run, transport = Run() if run is None else run, scatterer.transport
    carriers = scatterer.carriers
    storage = storage_of(carriers, transport, run)
    scatterer = replace(scatterer, storage=storage, batch_size=run.batch_size)
    pieces = WorkPieces.of(scatterer)
    records = complete(_task(scatterer, pieces, key), run)
    free_buffers()
    release_freed_memory()
    boundary = None
    if transport.boundary_mfp is not None:
        boundary = boundary_linewidths(carriers.velocities, transport.boundary_mfp)
    phonon, isotope = added(pieces, records.everywhere("phonon")), None
    if transport.isotopes:
        isotope = added(pieces, records.everywhere("isotope"))
    all_rates = []
    for s in range(len(scatterer.scatterings)):
        one: Any = (slice(None), s) if scatterer.others else slice(None)
        rates = Rates(
            np.ascontiguousarray(phonon[one].swapaxes(0, 1)),
            None if isotope is None else np.ascontiguousarray(isotope[one]),
            boundary,
            *(_over_temperatures(records, x, transport.normal_umklapp) for x in PARTS),
            *_with_temperatures(records, "four", "four_groups", "three_groups"),
        )
        all_rates.append(rates)
    return all_rates, _rows_of(scatterer, records)


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
