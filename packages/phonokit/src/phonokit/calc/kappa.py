"""Lattice thermal conductivity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import using
from phono_grid.errors import ensure_type
from phono_grid.files import path_of

from phonokit._documented import documented
from phonokit._timed import timed
from phonokit.calc.carriers import carriers_of
from phonokit.calc.conduction import conduction_of
from phonokit.calc.harmonic_phonons import Harmonic
from phonokit.calc.isotopes import mass_spread
from phonokit.calc.mesh_couplings import ensure_strengths, make_folder
from phonokit.calc.rates import rates_of
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.sampled_triplets import TripletSampler, ensure_sampled
from phonokit.calc.sampling import kappa_error, warn_of_errors
from phonokit.calc.scatterer import Scatterer
from phonokit.model.crystal import Crystal
from phonokit.results.kappa import KappaResult
from phonokit.results.rates import Conduction, Rates
from phonokit.run.run import Run, on_first_rank
from phonokit.settings.four_phonon import FourPhonon
from phonokit.settings.mesh import KAPPA_MESH
from phonokit.settings.sample import Sample
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures
from phonokit.settings.transport import Method, Transport


@documented(INPUTS)
def kappa(
    crystal: Crystal,
    mesh: ArrayLike = KAPPA_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    method: Method | str | None = None,
    nac: bool = True,
    transport: Transport | None = None,
    four_phonon: FourPhonon | None = None,
    sample: Sample | None = None,
    strengths: str | Path | None = None,
    run: Run | None = None,
) -> KappaResult:
    r"""Lattice thermal conductivity from three-phonon scattering, and four-phonon.

    .. math::

        \kappa = \frac{1}{n_q V} \sum_\lambda C_\lambda\, v_\lambda \otimes F_\lambda

    with :math:`F = v\tau` in the relaxation-time approximation, which is the default, or
    from the full linearised Boltzmann equation.

    Parameters
    ----------
    method : Method or "rta" or "lbte", optional
        That of ``transport`` if not given.
    nac : bool
        Whether Born charges, where the data hold them, are used. At Γ itself the dipoles
        make no macroscopic field, which has no direction there.
    four_phonon : FourPhonon, optional
        Add four-phonon scattering, by the fourth-order constants of the crystal, see
        `Crystal.with_fc4`; to the diagonal of the collision operator where the full
        equation is solved.
    sample : Sample, optional
        Estimate three-phonon linewidths from a part of the triplets, see
        `phono_3ph.sampled_linewidths`; `KappaResult.kappa_error` is the standard error. All
        are taken where samples would be as much work.
    strengths : str or Path, optional
        A folder of squared matrix elements, a file for each irreducible wave vector: those
        that are there are read, others computed and written. They serve other temperatures,
        smearings, cutoffs, isotopes and methods on the same mesh. The first run takes two
        or three times as long as one without: it needs all elements, not only those that
        conserve energy. All of a wave vector are in memory at a time; of silicon at
        19 × 19 × 19 the folder has 2 GB.

    Raises
    ------
    DomainError
        If the mesh is not positive, a temperature is negative, or the collision operator
        is too large.
    FileError
        If the store of the run cannot be written, or holds another run.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, mesh=(5, 5, 5), temperatures=[300])
    >>> result.kappa.shape  # temperatures, components xx yy zz yz xz xy; W/(m K)
    (1, 6)

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary frequencies; such modes do not take part.
    SamplingWarning
        If samples know κ less well than it was asked for.
    """
    transport = Transport() if transport is None else transport
    run = checked_run(crystal, nac, run)
    ensure_type("transport", transport, Transport)
    if method is not None:
        transport = replace(transport, method=method)
    t = checked_temperatures(temperatures)
    folder = None if strengths is None else path_of(strengths)
    ensure_strengths(transport, folder, sampled=sample is not None)
    settings = transport.rates_record
    if four_phonon is not None:
        ensure_type("four_phonon", four_phonon, FourPhonon)
        settings = settings | four_phonon.record
    if sample is not None:
        ensure_type("sample", sample, Sample)
        ensure_sampled(sample, transport, four_phonon)
        settings = settings | sample.record
    if folder is not None:
        settings = settings | {"strengths": "kept"}
        on_first_rank(run.ranks, lambda: make_folder(folder))
    record = Record(product="kappa", crystal=crystal, nac=nac, settings=settings)
    with using(crystal.backend):
        harmonic, scatterer = scatterer_of(
            crystal, mesh, t, nac=nac, transport=transport, run=run
        )
        carriers = scatterer.carriers
        grid = carriers.phonons.grid

        def key() -> dict[str, str]:
            return record.key(mesh=grid, temperatures=t.tolist())

        four = None
        if four_phonon is not None:
            from phonokit.calc.four_phonon import FourPhononScatterer

            four = FourPhononScatterer.of(
                crystal, carriers, four_phonon, transport, nac=nac
            )
        sampler = None
        if sample is not None:
            sampler = TripletSampler(
                carriers=carriers,
                series=scatterer.series,
                transport=transport,
                sample=sample,
            )
        scatterer = replace(scatterer, four=four, sampler=sampler, strengths=folder)
        with timed(f"scattering at {len(carriers.irreducible.points)} wave vectors"):
            rates, rows = rates_of(scatterer, run, key)
        with timed("conductivity"):
            conduction = conduction_of(carriers, rates, rows, transport)
            error = kappa_error(carriers, rates, conduction)
        choice = four_phonon if sample is None else sample
        if choice is not None and run.ranks.rank == 0:
            warn_of_errors(conduction.kappa, error, choice.error)
    return result_of(harmonic, scatterer, rates, conduction, record, error=error)


def scatterer_of(
    crystal: Crystal,
    mesh: ArrayLike,
    temperatures: NDArray[np.float64],
    *,
    nac: bool,
    transport: Transport,
    run: Run,
) -> tuple[Harmonic, Scatterer]:
    """The phonons, and what scatters them by threes. Collective."""
    if transport.isotopes:
        mass_spread(crystal.primitive, transport)  # refused here, before hours of work
    harmonic, carriers, series = carriers_of(
        crystal, mesh, temperatures, nac=nac, ranks=run.ranks, transport=transport
    )
    return harmonic, Scatterer(carriers, series, transport)


def result_of(
    harmonic: Harmonic,
    scatterer: Scatterer,
    rates: Rates,
    conduction: Conduction,
    record: Record,
    *,
    error: NDArray[np.float64] | None = None,
) -> KappaResult:
    """All of it as a result."""
    carriers, transport = scatterer.carriers, scatterer.transport
    return KappaResult(
        grid=carriers.phonons.grid,
        temperatures=carriers.temperatures,
        qpoints=harmonic.qpoints,
        grid_points=carriers.irreducible.points,
        weights=carriers.irreducible.weights,
        frequencies=harmonic.frequencies,
        group_velocities=harmonic.velocities,
        conduction=conduction,
        rates=rates,
        transport=transport,
        kappa_error=error,
        provenance=record.provenance(**transport.record),
    )
