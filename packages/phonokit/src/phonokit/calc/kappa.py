"""From displaced forces to thermal conductivity: functions between dataclasses."""

import functools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import PeriodicModes, Series3
from phono_grid import (
    Backend,
    Cell,
    Grid,
    IrreduciblePoints,
    Supercell,
    Symmetry,
    using,
)
from phono_grid.backend import active
from phono_grid.errors import DomainError, ensure_flag, ensure_positive, ensure_type
from phono_mpi import Ranks

from phonokit._timed import timed
from phonokit.calc.conduction import conduction_of
from phonokit.calc.harmonic_phonons import Harmonic, harmonic_phonons, pairs_of
from phonokit.calc.rates import rates_of
from phonokit.cli.request_crystal import KAPPA_MESH
from phonokit.io.read import read
from phonokit.model.force_data import ForceData
from phonokit.model.series import both_orders, dynamics_of, series3_of
from phonokit.results.kappa import KappaResult, Provenance
from phonokit.run.key import fingerprint, programs
from phonokit.run.run import Run
from phonokit.settings.transport import Carriers, Transport

TEMPERATURES = (300.0,)
IMAGINARY = -0.01
"""THz; a mode below is reported. Noise of the acoustic modes at Γ is far above."""


class ImaginaryModesWarning(UserWarning):
    """The crystal is not stable, or its forces are not good enough."""


@dataclass(frozen=True, eq=False)
class Crystal:
    """A crystal with its displaced forces, and the implementation that works on it.

    Parameters
    ----------
    data : ForceData
    backend : Backend
    fc3_cutoff : float or None
        Å; third-order constants of atoms farther apart are neither kept nor ever made, so
        that large supercells fit. None keeps all.
    """

    data: ForceData
    backend: Backend
    fc3_cutoff: float | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("data", self.data, ForceData)
        ensure_type("backend", self.backend, Backend)
        if self.fc3_cutoff is not None:
            ensure_positive("fc3_cutoff", self.fc3_cutoff)

    @property
    def lang(self) -> str:
        """``"Rust"`` or ``"Python"``."""
        return self.backend.value

    @property
    def supercell(self) -> Supercell:
        """The supercell of the forces."""
        return self.data.supercell

    @property
    def primitive(self) -> Cell:
        """The primitive cell."""
        return self.data.supercell.primitive


def load(
    path: str | Path,
    *,
    lang: Backend | str | None = None,
    fc3_cutoff: float | None = None,
) -> Crystal:
    """Read a crystal with its displaced forces.

    Parameters
    ----------
    path : str or Path
        A phono3py yaml file, or a folder that holds one; see `phonokit.read`.
    lang : "Rust" or "Python", optional
        The implementation of the kernels; the one that is active if not given.
    fc3_cutoff : float, optional
        Å; third-order constants of atoms farther apart are left out.

    Raises
    ------
    FileError
        If a file is missing or does not hold what it should.
    DomainError
        If ``lang`` is something else.
    """
    backend = active() if lang is None else Backend.of(lang)
    with using(backend):
        return Crystal(read(path), backend, fc3_cutoff)


def kappa(
    crystal: Crystal,
    mesh: ArrayLike = KAPPA_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    nac: bool = True,
    transport: Transport | None = None,
    run: Run | None = None,
) -> KappaResult:
    r"""Lattice thermal conductivity from three-phonon scattering.

    .. math::

        \kappa = \frac{1}{n_q V} \sum_\lambda C_\lambda\, v_\lambda \otimes F_\lambda

    with :math:`F = v\tau` in the relaxation-time approximation, which is the default, or
    from the full linearised Boltzmann equation.

    Parameters
    ----------
    crystal : Crystal
    mesh : three int, float, or (3, 3) array of int
        The Γ-centred grid of wave vectors; or a length in Å; or the matrix of a generalised
        grid, as `phono_grid.Grid.of` takes them.
    temperatures : float or sequence of float
        K
    nac : bool
        Whether Born charges, where the data hold them, are used. At Γ itself the dipoles
        make no macroscopic field, which has no direction there.
    transport : Transport, optional
        What scatters phonons, and how the Boltzmann equation is solved.
    run : Run, optional
        Progress, memory, and where finished work is kept; nothing that changes a number.

    Raises
    ------
    DomainError
        If the mesh is not positive, a temperature is negative, or the collision operator
        is too large.
    FileError
        If the store of the run cannot be written, or holds another run.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary frequencies; such modes do not take part.
    """
    started = _now()
    transport = Transport() if transport is None else transport
    run = Run() if run is None else run
    ensure_type("crystal", crystal, Crystal)
    ensure_type("transport", transport, Transport)
    ensure_type("run", run, Run)
    ensure_flag("nac", nac)
    t = checked_temperatures(temperatures)
    with using(crystal.backend):
        harmonic, carriers, series3 = carriers_of(
            crystal,
            mesh,
            t,
            nac=nac,
            ranks=run.ranks,
            transport=transport,
        )
        grid, irreducible = carriers.phonons.grid, carriers.irreducible
        with timed(f"scattering at {len(irreducible.points)} wave vectors"):
            key = functools.partial(run_key, crystal, grid, t, transport, nac=nac)
            rates = rates_of(carriers, series3, transport, run, key)
        with timed("conductivity"):
            conduction = conduction_of(carriers, rates, transport)
    return KappaResult(
        grid=grid,
        temperatures=t,
        qpoints=harmonic.qpoints,
        grid_points=irreducible.points,
        weights=irreducible.weights,
        frequencies=harmonic.frequencies,
        group_velocities=harmonic.velocities,
        conduction=conduction,
        rates=rates,
        transport=transport,
        provenance=_provenance(crystal, transport, started, nac=nac),
    )


def carriers_of(
    crystal: Crystal,
    mesh: ArrayLike,
    temperatures: NDArray[np.float64],
    *,
    nac: bool = True,
    ranks: Ranks,
    transport: Transport | None = None,
) -> tuple[Harmonic, Carriers, Series3]:
    """All that scattering needs, and coherences if they are asked for. Collective."""
    transport = Transport() if transport is None else transport
    symmetry = Symmetry.of(crystal.primitive)
    grid = Grid.of(crystal.primitive, mesh, symmetry, use_symmetry=not transport.full_zone)
    coherences = transport.coherence is not None
    irreducible = IrreduciblePoints.of(grid)
    make = functools.partial(
        _phonons_and_series, crystal, grid, irreducible, nac=nac, coherences=coherences
    )
    harmonic, series3 = _once_per_node(make, grid, ranks)
    if ranks.rank == 0:
        warn_of_imaginary_modes(harmonic)
    carriers = Carriers(
        replace(harmonic.phonons, symmetrized_tetrahedra=transport.symmetrized_tetrahedra),
        irreducible,
        harmonic.frequencies,
        harmonic.velocities,
        crystal.primitive,
        temperatures,
        pairs_of(harmonic, grid, crystal.primitive.volume),
    )
    return harmonic, carriers, series3


def _phonons_and_series(
    crystal: Crystal,
    grid: Grid,
    irreducible: IrreduciblePoints,
    *,
    nac: bool,
    coherences: bool,
) -> tuple[Harmonic, Series3]:
    """What depends on the force constants."""
    fc2, fc3 = both_orders(crystal.data, crystal.fc3_cutoff)
    dynamics = dynamics_of(fc2, crystal.data.born if nac else None)
    # Before the series of third order, so that what modes need meanwhile is free for it.
    harmonic = harmonic_phonons(dynamics, grid, irreducible, coherences=coherences)
    return harmonic, series3_of(fc3)


def _once_per_node(
    make: Callable[[], tuple[Harmonic, Series3]], grid: Grid, ranks: Ranks
) -> tuple[Harmonic, Series3]:
    """What one rank of each node makes and all its ranks read. Collective."""
    if ranks.size == 1:
        return make()

    def arrays() -> list[NDArray[Any]]:
        h, series = make()
        modes = [h.phonons.frequencies, h.phonons.polarizations]
        points = [h.qpoints, h.frequencies, h.velocities]
        points += [] if h.products is None else [h.products]
        lattice = np.zeros((0, 3)) if series.lattice is None else series.lattice
        constants = [series.values, series.atoms, series.cells, lattice]
        return [*constants, *modes, *points]

    values, atoms, cells, lattice, f, e, *points = ranks.shared(arrays)
    harmonic = Harmonic(PeriodicModes(grid, f, e), *points)
    return harmonic, Series3(values, atoms, cells, lattice if len(lattice) else None)


def run_key(
    crystal: Crystal,
    grid: Grid,
    temperatures: NDArray[np.float64],
    transport: Transport,
    *,
    nac: bool,
) -> dict[str, str]:
    """Everything that the rates depend on, by name; where the files are does not count."""
    data = crystal.data
    content = {f.name: getattr(data, f.name) for f in fields(data) if f.name != "files"}
    return {
        **programs(),
        "crystal and forces": fingerprint(list(content.items())),
        "cutoff of third order": repr(crystal.fc3_cutoff),
        "mesh": " ".join(str(n) for n in grid.matrix.ravel()),
        "temperatures": " ".join(f"{t!r}" for t in temperatures.tolist()),
        # Coherences need no other rates.
        "transport": fingerprint(replace(transport, coherence=None)),
        "Born charges": nac_name(crystal, nac),
    }


def checked_temperatures(
    temperatures: float | Sequence[float] | NDArray[np.float64],
) -> NDArray[np.float64]:
    """Temperatures in K, none of them negative."""
    try:
        t = np.atleast_1d(np.asarray(temperatures, dtype=np.float64))
    except (TypeError, ValueError):
        raise DomainError(
            f"temperature: expected numbers in K, got {temperatures!r}"
        ) from None
    if t.ndim != 1 or len(t) == 0:
        raise DomainError("temperature: expected one or more numbers")
    wrong = ~(np.isfinite(t) & (t >= 0))
    if wrong.any():
        raise DomainError(
            f"temperature must be 0 K or above, got {t[wrong][0]:g} K; correct it"
        )
    return t


def nac_name(crystal: Crystal, nac: bool) -> str:
    """How Born charges are taken into account, for the record."""
    born = crystal.data.born
    if born is None:
        return "none: the data hold no Born charges"
    if not nac:
        return "left out"
    name = {"gonze": "Gonze-Lee", "wang": "Wang"}[born.method]
    return f"{name}, none at the zone centre"


def warn_of_imaginary_modes(harmonic: Harmonic) -> None:
    """Warn of imaginary frequencies, with the worst of them."""
    f = harmonic.frequencies.copy()
    gamma = ~harmonic.qpoints.any(axis=1)
    # Rounding leaves the three acoustic modes at Γ a little off zero, on either side.
    acoustic = np.argsort(np.abs(f[gamma]), axis=1)[:, :3]
    f[np.flatnonzero(gamma)[:, None], acoustic] = 0
    bad = f < IMAGINARY
    if not bad.any():
        return
    i, j = np.unravel_index(f.argmin(), f.shape)
    q = ", ".join(f"{x:.4f}" for x in harmonic.qpoints[i])
    warnings.warn(
        f"imaginary frequencies at {bad.any(axis=1).sum()} of {len(f)} irreducible wave "
        f"vectors, the worst {f[i, j]:.3f} THz at q = ({q}); these modes do not take part, "
        "and the conductivity is doubtful: check the structure and the forces",
        ImaginaryModesWarning,
        stacklevel=3,
    )


def _provenance(
    crystal: Crystal, transport: Transport, started: str, *, nac: bool
) -> Provenance:
    """What to remember of this run."""
    scattering = transport.scattering
    settings: dict[str, object] = {
        "method": f"{transport.description}, {crystal.data.solver}",
        "nac": nac_name(crystal, nac),
        "fc3_cutoff": crystal.fc3_cutoff,
        "cutoff_frequency": scattering.cutoff_frequency,
        "degeneracy": scattering.degeneracy,
        "average_degenerate_weights": scattering.average_weights,
        "symmetrized_tetrahedra": transport.symmetrized_tetrahedra,
        "full_zone": transport.full_zone,
        "calculator": crystal.data.calculator,
    }
    return Provenance(
        crystal.primitive.formula,
        crystal.data.files,
        crystal.lang,
        settings,
        started,
        _now(),
    )


def _now() -> str:
    """The time, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
