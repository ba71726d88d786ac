"""Convergence of the conductivity with the mesh, for several σ, supercells or cutoffs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Gaussian, Grid
from phono_grid.errors import DomainError, ensure_type

from phonokit._documented import documented
from phonokit._timed import timed
from phonokit.calc.extrapolation import Extrapolation, extrapolated, first_converged
from phonokit.calc.kappa import kappa
from phonokit.calc.kappa_folder import KappaFolder
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.model.crystal import Crystal
from phonokit.results.converge import ConvergeResult
from phonokit.results.kappa import KappaResult, default_name
from phonokit.run.run import Run, on_first_rank
from phonokit.settings.convergence import LENGTHS, Convergence
from phonokit.settings.four_phonon import FourPhonon
from phonokit.settings.mesh import mesh_name
from phonokit.settings.scattering import energy_conservation
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures
from phonokit.settings.transport import Transport

Array = NDArray[np.float64]
SETTINGS = Convergence()


@documented(INPUTS)
def converge(
    crystal: Crystal | Mapping[str, Crystal],
    settings: Convergence = SETTINGS,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    nac: bool = True,
    transport: Transport | None = None,
    four_phonon: FourPhonon | None = None,
    run: Run | None = None,
    folder: KappaFolder | str | Path | None = None,
) -> ConvergeResult:
    r"""Conductivity on finer and finer meshes, and its limit with an uncertainty.

    .. math:: \kappa(N) = \kappa_\infty + s/N, \qquad N = n_q^{1/3}

    is fitted to the finest meshes; the uncertainty of :math:`\kappa_\infty` has the
    standard error from the residuals and the change if the coarsest of these meshes is left
    out, added in squares. κ is converged where xx, yy and zz are within the tolerance of
    the limit at all temperatures, and the limit is known so well.

    Parameters
    ----------
    crystal : Crystal, or Crystals by name
        Several have a series of meshes each: those of other supercells, other cutoffs.
    settings : Convergence, optional
        Tolerance, meshes, widths of Gaussians.
    four_phonon : FourPhonon, optional
        Add four-phonon scattering, as `kappa` does.
    run : Run, optional
        Progress, ranks and memory; its store stays empty, ``folder`` is in its place.
    folder : KappaFolder, str or Path, optional
        Where each conductivity is kept, in the file that ``phono kappa`` writes; what is
        there already is read. In a folder of its own for each crystal if there are several.

    Raises
    ------
    DomainError
        If a mesh, a name or a setting cannot be used.
    FileError
        If a file of the folder holds another conductivity, or cannot be written.

    References
    ----------
    K. Esfarjani, G. Chen and H. T. Stokes, Phys. Rev. B 84, 085204 (2011).

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> meshes = phonokit.Convergence(meshes=((3, 3, 3), (5, 5, 5), (7, 7, 7)))
    >>> result = phonokit.converge(silicon, meshes, folder="meshes")
    >>> result.kappa.shape, result.limit.shape  # series, meshes, temperatures, components
    ((1, 3, 1, 6), (1, 1, 6))
    """
    ensure_type("settings", settings, Convergence)
    transport = Transport() if transport is None else transport
    ensure_type("transport", transport, Transport)
    crystals = _by_name(crystal)
    first = next(iter(crystals.values()))
    run = checked_run(first, nac, run)
    if run.store is not None:
        raise DomainError("run: has a store, which holds one mesh; give folder= instead")
    ensure_type("four_phonon", four_phonon, FourPhonon, type(None))
    ensure_type("folder", folder, KappaFolder, str, Path, type(None))
    if isinstance(folder, str | Path):
        folder = KappaFolder(folder=folder)
    t = checked_temperatures(temperatures)
    record = Record(
        product="converge", crystal=first, nac=nac, settings=transport.rates_record
    )
    work = _Work(temperatures=t, nac=nac, four_phonon=four_phonon, run=run, folder=folder)
    meshes = _meshes(first, settings, transport)
    cases = _cases(crystals, settings, transport)
    for one, grid in product(cases.values(), meshes):
        work.ensure_usable(*one, grid)
    series = {
        name: _series(partial(work.kappa, *one), meshes, settings)
        for name, one in cases.items()
    }
    n = max(len(one.kappa) for one in series.values())
    return ConvergeResult(
        series=np.array(list(series)),
        tolerance=float(settings.tolerance),
        temperatures=t,
        meshes=np.array([grid.matrix for grid in meshes[:n]]),
        n_qpoints=np.array([grid.n_q for grid in meshes[:n]]),
        kappa=np.array([_padded(one.kappa, n) for one in series.values()]),
        limit=np.array([one.line.limit for one in series.values()]),
        uncertainty=np.array([one.line.uncertainty for one in series.values()]),
        slope=np.array([one.line.slope for one in series.values()]),
        fitted=settings.fitted,
        converged=np.array([one.converged for one in series.values()]),
        provenance=record.provenance(**transport.record, **settings.record),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """Conductivities of some meshes, (n_m, n_T, 6), and the line through them."""

    kappa: Array
    line: Extrapolation
    converged: int


def _series(
    kappa_of: Callable[[Grid], Array], meshes: Sequence[Grid], settings: Convergence
) -> _Series:
    """All meshes, or so many as are needed."""
    values = np.empty((0,))
    for i, grid in enumerate(meshes):
        with timed(f"κ, {mesh_name(grid)}"):
            new = kappa_of(grid)[None]
        values = new if i == 0 else np.concatenate([values, new])
        n_q = np.array([grid.n_q for grid in meshes[: i + 1]])
        line = extrapolated(n_q, values, settings.fitted)
        diagonal = extrapolated(n_q, values[..., :3], settings.fitted)
        where = first_converged(values[..., :3], diagonal, settings.tolerance)
        if settings.ends_early and where >= 0:
            break
    return _Series(kappa=values, line=line, converged=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """Arguments common to all conductivities."""

    temperatures: Array
    nac: bool
    four_phonon: FourPhonon | None
    run: Run
    folder: KappaFolder | None

    def kappa(
        self, crystal: Crystal, place: str, transport: Transport, mesh: Grid
    ) -> Array:
        """The conductivity on one mesh, (n_T, 6): computed, or read. Collective."""
        grid = _same_mesh(crystal, mesh, transport)
        if self.folder is None:
            return self._computed(crystal, transport, grid, self.run).kappa
        folder, ranks = self.folder, self.run.ranks
        target = self._target(folder, place, transport, grid)
        asked = self._asked(crystal, grid, transport)
        there = on_first_rank(ranks, lambda: folder.find(target, asked))
        if there is not None:
            return there
        with folder.store(target, ranks) as store:
            run = replace(self.run, store=store)
            result = self._computed(crystal, transport, grid, run)

            def keep() -> Array:
                assert store is not None  # on the first rank
                folder.keep(result, target, asked, store)
                return result.kappa

            return on_first_rank(ranks, keep)

    def ensure_usable(
        self, crystal: Crystal, place: str, transport: Transport, mesh: Grid
    ) -> None:
        """Refuse another conductivity in the place of one mesh. Collective."""
        if self.folder is None:
            return
        folder, grid = self.folder, _same_mesh(crystal, mesh, transport)
        target = self._target(folder, place, transport, grid)
        asked = self._asked(crystal, grid, transport)
        on_first_rank(self.run.ranks, lambda: folder.ensure_usable(target, asked))

    def _target(
        self, folder: KappaFolder, place: str, transport: Transport, grid: Grid
    ) -> Path:
        """The file of one mesh."""
        four = self.four_phonon
        sampled = four is not None and four.sample
        name = default_name(grid, transport, four_phonon=four is not None, sampled=sampled)
        return Path(folder.folder) / place / name

    def _computed(
        self, crystal: Crystal, transport: Transport, grid: Grid, run: Run
    ) -> KappaResult:
        """The conductivity on one mesh. Collective."""
        return kappa(
            crystal,
            _mesh_of(grid),
            self.temperatures,
            nac=self.nac,
            transport=transport,
            four_phonon=self.four_phonon,
            run=run,
        )

    def _asked(
        self, crystal: Crystal, grid: Grid, transport: Transport
    ) -> Mapping[str, str]:
        """Everything that a conductivity depends on."""
        assert self.folder is not None  # where files are looked for
        if self.folder.asked is not None:
            return self.folder.asked(crystal, grid, transport)
        choices = {k: v for k, v in transport.record.items() if k != "transport"}
        if self.four_phonon is not None:
            choices |= self.four_phonon.record
        record = Record(product="kappa", crystal=crystal, nac=self.nac, settings=choices)
        return record.key(mesh=grid, temperatures=self.temperatures.tolist())


def _by_name(crystal: Crystal | Mapping[str, Crystal]) -> dict[str, Crystal]:
    """Crystals by names that can be those of folders; one alone has none."""
    ensure_type("crystal", crystal, Crystal, Mapping)
    if isinstance(crystal, Crystal):
        return {"": crystal}
    for name, one in crystal.items():
        ensure_type("crystal", one, Crystal)
        ensure_type("crystal", name, str)
        if not name or name in (".", "..") or Path(name).name != name:
            raise DomainError(
                f"crystal: a name must be one that a folder can have, got {name!r}"
            )
    if not crystal:
        raise DomainError("crystal: give one or more")
    return dict(crystal)


def _cases(
    crystals: Mapping[str, Crystal], settings: Convergence, transport: Transport
) -> dict[str, tuple[Crystal, str, Transport]]:
    """Crystal, folder and transport of each series, by name."""
    choices = {"": transport}
    if settings.sigmas:
        scattering, smearing = transport.scattering, transport.scattering.smearing
        cutoff = smearing.cutoff if isinstance(smearing, Gaussian) else None
        widths = (
            replace(scattering, smearing=Gaussian(s, cutoff)) for s in settings.sigmas
        )
        choices = {energy_conservation(s): replace(transport, scattering=s) for s in widths}
    return {
        ", ".join(filter(None, (name, energy))): (crystal, name, choice)
        for name, crystal in crystals.items()
        for energy, choice in choices.items()
    }


def _meshes(crystal: Crystal, settings: Convergence, transport: Transport) -> list[Grid]:
    """Different meshes of a crystal, the coarsest first."""
    grids: dict[bytes, Grid] = {}
    for mesh in LENGTHS if settings.meshes is None else settings.meshes:
        symmetric = not transport.full_zone
        grid = Grid.of(crystal.primitive, mesh, crystal.symmetry, use_symmetry=symmetric)
        grids.setdefault(grid.matrix.tobytes(), grid)
    return sorted(grids.values(), key=lambda grid: grid.n_q)


def _same_mesh(crystal: Crystal, grid: Grid, transport: Transport) -> Grid:
    """The grid of another crystal with the same numbers."""
    cell, symmetry = crystal.primitive, crystal.symmetry
    return Grid.of(cell, _mesh_of(grid), symmetry, use_symmetry=not transport.full_zone)


def _mesh_of(grid: Grid) -> NDArray[np.int64]:
    """Three numbers of a grid where it has no more, else its matrix."""
    return grid.mesh if grid.is_plain else grid.matrix


def _padded(values: Array, n: int) -> Array:
    """The same with NaN in the place of meshes that were not needed."""
    missing = np.full((n - len(values), *values.shape[1:]), np.nan)
    return np.concatenate([values, missing])
