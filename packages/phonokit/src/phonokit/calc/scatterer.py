"""Everything that scatters phonons, one irreducible wave vector after the other."""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    EvaluationPoints,
    QStars,
    Scattering,
    Series3,
    Storage,
    SumPieces,
    ThermalFactors,
    collision_row,
    imaginary_self_energy,
    inverse_sinh,
    isotope_linewidths,
    linewidths,
    linewidths_together,
    reduced_row,
)
from phono_dynmat import bose_einstein
from phono_grid import BrillouinZone

from phonokit.calc.carriers import Carriers
from phonokit.calc.isotopes import mass_spread
from phonokit.calc.mesh_couplings import MeshCouplings
from phonokit.calc.sampled_triplets import TripletSampler
from phonokit.calc.work_pieces import (
    counted_triplets,
)
from phonokit.settings.transport import Method, Transport

if TYPE_CHECKING:
    from phonokit.calc.four_phonon import FourPhononScatterer

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
WHOLE = SumPieces(count=1, wanted=(0, 1))
"""All triplets at once."""
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
    strengths : Path, optional
        The folder of kept matrix elements, see `MeshCouplings`.
    others : tuple of Scattering
        More ways to conserve energy, whose linewidths are made with those of ``transport``:
        their numbers come first in the fields of the record then.
    """

    carriers: Carriers
    series: Series3
    transport: Transport
    storage: Storage = Storage.MEMORY
    batch_size: int | None = None
    four: "FourPhononScatterer | None" = None
    sampler: TripletSampler | None = None
    strengths: Path | None = None
    others: tuple[Scattering, ...] = ()

    @property
    def scatterings(self) -> tuple[Scattering, ...]:
        """All ways to conserve energy."""
        return (self.transport.scattering, *self.others)

    @functools.cached_property
    def couplings(self) -> MeshCouplings:
        """How strongly phonons interact."""
        return MeshCouplings(
            series=self.series,
            phonons=self.carriers.phonons,
            transport=self.transport,
            folder=self.strengths,
        )

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
        ways = (len(self.scatterings),) if self.others else ()
        shape = (*ways, n_t, n_b)
        fields: list[tuple[str, Any, tuple[int, ...]]] = [("phonon", "<f8", shape)]
        if self.transport.normal_umklapp:
            fields += [(part, "<f8", (n_t, n_b)) for part in PARTS]
        if self.transport.isotopes:
            fields.append(("isotope", "<f8", (*ways, n_b)))
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
        couplings = self.couplings.at(q)
        inputs = (couplings, self.carriers.phonons, q, self._thermal(0, n_t))
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
        each = [
            isotope_linewidths(self.carriers.phonons, q, spread, scattering)
            for scattering in self.scatterings
        ]
        return np.stack(each, axis=1) if self.others else each[0]

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
        if self.others:
            inputs = (self.series, phonons, q, WHOLE, statistics)
            record["phonon"][:, block] = linewidths_together(*inputs, self.scatterings)[
                :, 0
            ]
            return
        couplings = self.couplings.at(q)
        if self.has_rows:
            widths, row = collision_row(couplings, phonons, q, statistics, scattering)
            record["row"][block] = reduced_row(row, self._stars)
        elif self.sampler is not None:
            others = record["isotope"] if self.transport.isotopes else 0.0
            groups = self.sampler.groups(i, statistics, others, float(self.triplets[i]))
            record["three_groups"], widths = groups, groups.mean(axis=0)
        elif self.couplings.are_series and not self.transport.normal_umklapp:
            widths = linewidths(self.series, phonons, q, statistics, scattering)
        elif not self.transport.normal_umklapp:
            widths = imaginary_self_energy(
                couplings, phonons, EvaluationPoints(q), statistics, scattering
            ).total
        if self.transport.normal_umklapp:
            occupations = statistics.occupations if self.has_rows else statistics
            evaluation = EvaluationPoints.normal_umklapp(self._zone, q)
            parts = imaginary_self_energy(
                couplings, phonons, evaluation, occupations, scattering
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
