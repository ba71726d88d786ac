"""Plan of a conductivity on many ranks: its time, from a few wave vectors measured."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import using
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.calc.carriers import carriers_of
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.scatterer import Scatterer
from phonokit.calc.work_pieces import LANES, PieceScatterer, WorkPieces
from phonokit.model.crystal import Crystal
from phonokit.results.plan import Plan
from phonokit.run.run import Run
from phonokit.settings.four_phonon import FourPhonon
from phonokit.settings.mesh import KAPPA_MESH
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures
from phonokit.settings.transport import Transport

ELEMENTS = 2**26
"""Complex elements of a triplet held at a time, unless eight bands have more."""
SAMPLE = 6
"""Wave vectors that are measured."""


@documented(INPUTS)
def plan(
    crystal: Crystal,
    mesh: ArrayLike = KAPPA_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    nac: bool = True,
    transport: Transport | None = None,
    four_phonon: FourPhonon | None = None,
    run: Run | None = None,
) -> Plan:
    r"""Measure a few wave vectors, and tell how long a conductivity would take.

    The time of a wave vector is that of its Fourier series, which all have alike, and of
    its :math:`n_t` triplets,

    .. math:: t = t_\text{series} + n_t\, t_\text{triplet}

    fitted to six wave vectors, from the cheapest to the most expensive. The solution of the
    full Boltzmann equation is not counted.

    Parameters
    ----------
    four_phonon : FourPhonon, optional
        As in `phonokit.kappa`.
    run : Run, optional
        Its ranks; nothing is stored.

    Returns
    -------
    Plan
        s, bytes.

    Raises
    ------
    DomainError
        As `phonokit.kappa` does.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> plan = phonokit.plan(silicon, mesh=(5, 5, 5))
    >>> plan.costs.shape  # s, for each irreducible wave vector
    (10,)
    >>> plan.seconds(4) <= plan.seconds(1)
    True
    """
    transport = Transport() if transport is None else transport
    run = checked_run(crystal, nac, run)
    ensure_type("transport", transport, Transport)
    t = checked_temperatures(temperatures)
    record = Record(product="plan", crystal=crystal, nac=nac, settings={})
    with using(crystal.backend):
        start = perf_counter()
        _, carriers, series3 = carriers_of(
            crystal, mesh, t, nac=nac, ranks=run.ranks, transport=transport
        )
        serial = perf_counter() - start
        four = None
        if four_phonon is not None:
            from phonokit.calc.four_phonon import FourPhononScatterer

            four = FourPhononScatterer.of(
                crystal, carriers, four_phonon, transport, nac=nac
            )
        scatterer = Scatterer(carriers, series3, transport, four=four)
        pieces = WorkPieces.of(scatterer)
        costs = _costs(scatterer)
        series = _series(PieceScatterer(scatterer, pieces), int(costs.argmax()))
    return Plan(
        costs=costs,
        pieces=pieces.sizes,
        groups=pieces.groups,
        series=series,
        serial=serial,
        memory=memory_of(scatterer),
        provenance=record.provenance(
            mesh=carriers.phonons.grid.matrix, temperatures=t, **transport.record
        ),
    )


def _costs(scatterer: Scatterer) -> NDArray[np.float64]:
    """Measure some wave vectors, and say from them how long each takes, s."""
    # What there is more of at one wave vector than at another.
    triplets = scatterer.triplets if scatterer.four is None else scatterer.costs
    order = np.argsort(triplets, kind="stable")
    places = np.linspace(0, len(order) - 1, min(SAMPLE, len(order))).round().astype(int)
    sample = order[places]
    measured = np.array(
        [_seconds(scatterer, sample[k : k + 1]) for k in range(len(sample))]
    )
    terms = np.stack([np.ones(len(sample)), triplets[sample]], axis=1)
    # Relative errors count, so that cheap ones are not lost beside expensive ones.
    fit = np.linalg.lstsq(terms / measured[:, None], np.ones(len(sample)), rcond=None)[0]
    series, triplet = np.maximum(fit, 0)
    return np.asarray(series + triplet * triplets)


def _seconds(scatterer: Scatterer, number: NDArray[np.int64]) -> float:
    """Time of a wave vector, s, without what a run prepares once; the better of two."""
    repeats = 3 if scatterer.four is None else 2
    times = [perf_counter() for _ in scatterer.records(np.repeat(number, repeats))]
    return float(np.diff(times).min())


def _series(scatterer: PieceScatterer, i: int) -> float:
    """Time that is lost where two ranks have pieces that share work, s.

    The best of three tries each: all of a group of wave vector ``i``, and its halves.
    """
    size = int(scatterer.pieces.sizes[i] // scatterer.pieces.groups[i])
    if size == 1:
        return 0.0
    times = []
    for first, end in ((0, size), (0, size // 2), (size // 2, size)):
        tries = []
        for _ in range(3):
            begun = perf_counter()
            for _record in scatterer.scattered(i, first, end):
                pass
            tries.append(perf_counter() - begun)
        times.append(min(tries))
    return max(times[1] + times[2] - times[0], 0.0)


def memory_of(scatterer: Scatterer) -> dict[str, int]:
    """Bytes of what is large, by who has it."""
    series, phonons = scatterer.series, scatterer.carriers.phonons
    constants = (series.values, series.atoms, series.cells)
    modes = (phonons.frequencies, phonons.polarizations)
    first, end = scatterer.blocks[0]
    occupations = phonons.frequencies.nbytes * (end - first) * (1 + scatterer.has_rows)
    rows = scatterer.record.itemsize * len(scatterer.costs) * scatterer.has_rows
    n_b = phonons.frequencies.shape[1]
    elements = max(min(n_b**3, ELEMENTS), LANES * n_b**2) * 16
    return {
        "constants and phonons on every node": sum(a.nbytes for a in constants + modes),
        "occupations on every rank": occupations,
        "matrix elements of a triplet on every rank, at most": elements,
        "collision operator over all ranks": rows,
    }
