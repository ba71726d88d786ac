"""``phono gamma``, ``phono spectral``, ``phono jdos``, once their arguments are known."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    ImaginarySelfEnergy,
    Probe,
    Scattering,
    Series3,
    SpectralFunction,
    default_frequency_points,
    imaginary_self_energy,
    joint_dos,
    spectral_function,
)
from phono_dynmat import BandStructure, Dynamics
from phono_grid import BrillouinZone, Grid, using
from phono_grid.errors import DomainError
from rich import box
from rich.console import Console
from rich.table import Table

from phonokit.calc import harmonic
from phonokit.calc.kappa import Crystal, checked_temperatures
from phonokit.calc.scattering import (
    External,
    external,
    mesh_phonons,
    numbers,
    occupations,
    phonons_around,
    scattering_of,
)
from phonokit.cli.crystal_command import finish, start, write
from phonokit.cli.request_scattering import (
    GammaRequest,
    JdosRequest,
    ScatteringRequest,
    SpectralRequest,
)
from phonokit.model.series import force_constant_series
from phonokit.plot.scattering import (
    plot_gamma,
    plot_jdos,
    plot_over_frequencies,
    plot_path,
    plot_spectral,
)
from phonokit.results.hdf5 import Dataset
from phonokit.settings.frequency_unit import FrequencyUnit

Array = NDArray[np.float64]
COLUMNS = 3
"""Of numbers in a table, so that it fits a page; also a width and its two parts."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a command begins with: checked arguments and a crystal."""

    request: ScatteringRequest
    crystal: Crystal
    out: Console
    temperatures: Array
    scattering: Scattering

    def external(self, series: Dynamics) -> External:
        """The wave vectors that were asked for, which must be points of the mesh."""
        request = self.request
        return external(self.crystal, series, request.shared.mesh, request.at.q)

    def series(self) -> tuple[Dynamics, Series3]:
        """Force constants of second and third order."""
        return force_constant_series(self.crystal.data, nac=self.request.shared.nac)

    def points(self, frequencies: Array) -> Array:
        """Frequency points from 0 on, as many as were asked for."""
        sigma = self.request.at.sigma or 0.0
        return default_frequency_points(frequencies, sigma=sigma, n=self.request.n)

    def tables(self, title: str, frequencies: Array, columns: dict[str, Array]) -> None:
        """Print a row for each band, as many tables as the width of a page asks for."""
        names = list(columns)
        for first in range(0, len(names), COLUMNS):
            some = {name: columns[name] for name in names[first : first + COLUMNS]}
            self.out.print(_table(title, frequencies, some, self.request.at.unit))

    def write(self, command: str, datasets: dict[str, Dataset]) -> None:
        """Write the file, with the temperatures if there are any."""
        if len(self.temperatures):
            datasets["temperature"] = Dataset(self.temperatures, "K", "temperatures")
        write(self.request.shared, self.crystal, command, datasets)


@contextmanager
def setting(request: ScatteringRequest, *, least: int) -> Iterator[Setting]:
    """Begin a command with ``least`` frequency points or more; end it by what it wrote."""
    t = np.array([])
    if request.temperatures:
        t = np.sort(checked_temperatures(request.temperatures))
    scattering = scattering_of(request.at.sigma)
    if request.n < least or request.n == 1:
        raise DomainError(
            f"--frequency-points must be {max(least, 2)} or more, got {request.n}"
        )
    crystal, out = start(request.shared)
    with using(crystal.backend):
        yield Setting(request, crystal, out, t, scattering)
    finish(request.shared, out)


def run_gamma(request: GammaRequest, *, command: str) -> None:
    """Print, write and draw linewidths."""
    with setting(request, least=0) as of:
        t, plot, unit = of.temperatures, request.shared.plot, request.at.unit
        series2, series3 = of.series()
        at = of.external(series2)
        points = of.points(at.phonons.frequencies) if request.n else None
        zone = BrillouinZone.of(at.phonons.grid) if request.split else None
        run = (occupations(at.phonons, t), of.scattering)
        probes = [
            Probe(q, points) if zone is None else Probe.split(zone, q, points)
            for q in map(int, at.points)
        ]
        found = [imaginary_self_energy(series3, at.phonons, p, *run) for p in probes]
        gamma = np.array([one.total for one in found])
        meaning = "half linewidth: q, T, band, frequency point if any"
        datasets = _head(at) | {"gamma": Dataset(gamma, "THz", meaning)}
        if request.split:
            for name in ("normal", "umklapp"):
                part = np.array([getattr(one, name) for one in found])
                datasets[f"gamma_{name}"] = Dataset(part, "THz", f"of {name} processes")
        if points is not None:
            datasets["frequency_point"] = Dataset(points, "THz", "where gamma is given")
        else:
            for i, q in enumerate(request.at.q):
                columns = _columns(found[i], t)
                of.tables(f"Γ at q = {q}", at.frequencies[i], columns)
        of.write(command, datasets)
        if plot is not None and points is None:
            plot_gamma(at.frequencies, gamma, t, unit, plot)
        elif plot is not None and points is not None:
            named = dict(zip(request.at.q, gamma, strict=True))
            plot_over_frequencies(points, named, t, unit, plot)


def run_spectral(request: SpectralRequest, *, command: str) -> None:
    """Print, write and draw spectral functions."""
    with setting(request, least=2) as of:
        t, plot, unit = of.temperatures, request.shared.plot, request.at.unit
        series2, series3 = of.series()
        bands, q = None, numbers(request.at.q)
        titles = {f"q = {text}": i for i, text in enumerate(request.at.q)}
        if request.path is not None:
            path = request.path
            bands = harmonic.bands(of.crystal, series2, path.labels, path.points, n=path.n)
            q = np.concatenate([s.qpoints for s in bands.segments])
            titles = _labelled(bands)
        found = spectra(of, (series2, series3), q)
        for title, i in titles.items():
            one = found[i]
            peaks = one.frequency_points[one.values.argmax(axis=-1)]
            columns = {f"{x:g} K": peaks[k] for k, x in enumerate(t)}
            of.tables(f"Peaks at {title}", one.frequencies, columns)
        of.write(command, _spectral_datasets(q, found, bands))
        if plot is not None and bands is not None:
            plot_path(bands, found, t, unit, plot)
        elif plot is not None:
            plot_spectral(dict(zip(request.at.q, found, strict=True)), t, unit, plot)


def spectra(
    of: Setting, series: tuple[Dynamics, Series3], qpoints: Array
) -> list[SpectralFunction]:
    """Spectral functions at any fractional wave vectors."""
    series2, series3 = series
    grid = Grid.of(of.crystal.primitive, of.request.shared.mesh)
    phonons = mesh_phonons(grid, series2)
    points, found = of.points(phonons.frequencies), []
    for q in qpoints:
        around, place = phonons_around(phonons, series2, q)
        n = occupations(around, of.temperatures)
        probe = Probe(place, points)
        found.append(spectral_function(series3, around, probe, n, of.scattering))
    return found


def run_jdos(request: JdosRequest, *, command: str) -> None:
    """Print, write and draw joint densities of states."""
    with setting(request, least=2) as of:
        at = of.external(harmonic.dynamics(of.crystal, nac=request.shared.nac))
        points = of.points(at.phonons.frequencies)
        n = occupations(at.phonons, of.temperatures) if len(of.temperatures) else None
        found = [joint_dos(at.phonons, int(q), points, n, of.scattering) for q in at.points]
        table = Table(box=box.SIMPLE)
        table.add_column("q", justify="right")
        unit = request.at.unit
        for column in ("decays, largest at", "absorption and emission"):
            table.add_column(f"{column} ({unit.value})", justify="right")
        for q, one in zip(request.at.q, found, strict=True):
            tops = (np.atleast_2d(x)[-1].argmax() for x in (one.sums, one.differences))
            table.add_row(q, *(f"{points[top] * unit.per_thz:.3f}" for top in tops))
        of.out.print(table)
        axes = "q, T if any, frequency point"
        differences = np.array([one.differences for one in found])
        sums = np.array([one.sums for one in found])
        of.write(
            command,
            _head(at)
            | {
                "frequency_point": Dataset(points, "THz", "where densities are given"),
                "differences": Dataset(
                    differences, "1/THz", f"absorption and emission: {axes}"
                ),
                "sums": Dataset(sums, "1/THz", f"decays: {axes}"),
            },
        )
        if request.shared.plot is not None:
            named = dict(zip(request.at.q, found, strict=True))
            plot_jdos(named, of.temperatures, unit, request.shared.plot)


def _columns(found: ImaginarySelfEnergy, temperatures: Array) -> dict[str, Array]:
    """Linewidths at each temperature, and their parts if they were told apart."""
    columns = {}
    for k, t in enumerate(temperatures):
        columns[f"{t:g} K"] = found.total[k]
        for name, part in (("N", found.normal), ("U", found.umklapp)):
            if part is not None:
                columns[f"{name} {t:g} K"] = part[k]
    return columns


def _head(at: External) -> dict[str, Dataset]:
    """Wave vectors and their frequencies."""
    return {
        "qpoint": Dataset(at.qpoints, "1", "fractional"),
        "grid_point": Dataset(at.points, "1", "index, first axis fastest"),
        "frequency": Dataset(at.frequencies, "THz", "harmonic: q, band"),
    }


def _spectral_datasets(
    qpoints: Array, found: list[SpectralFunction], bands: BandStructure | None
) -> dict[str, Dataset]:
    """Spectral functions and what they are made of."""
    datasets = {
        "qpoint": Dataset(qpoints, "1", "fractional"),
        "frequency_point": Dataset(
            found[0].frequency_points, "THz", "where spectra are given"
        ),
    }
    for name, field, unit, meaning in (
        ("frequency", "frequencies", "THz", "harmonic: q, band"),
        ("spectral_function", "values", "1/THz", "q, T, band, frequency point"),
        ("half_linewidth", "imaginary", "THz", "imaginary self-energy"),
        ("shift", "real", "THz", "real self-energy, by Kramers and Kronig"),
    ):
        values = np.array([getattr(one, field) for one in found])
        datasets[name] = Dataset(values, unit, meaning)
    if bands is not None:
        names = np.char.encode([s.labels for s in bands.segments], "utf-8")
        distances = np.concatenate(bands.distances)
        datasets["label"] = Dataset(names, "1", "ends of segments, UTF-8")
        datasets["distance"] = Dataset(
            distances, "1/angstrom", "along the path, without 2 pi"
        )
    return datasets


def _labelled(bands: BandStructure) -> dict[str, int]:
    """Where along a path each label is first met."""
    found: dict[str, int] = {}
    start = 0
    for segment in bands.segments:
        ends = (start, start + len(segment.qpoints) - 1)
        for label, i in zip(segment.labels, ends, strict=True):
            found.setdefault(label, i)
        start = ends[1] + 1
    return found


def _table(
    title: str, frequencies: Array, columns: dict[str, Array], unit: FrequencyUnit
) -> Table:
    """A row for each band, all numbers in ``unit``."""
    table = Table(title=f"{title}, {unit.value}", title_justify="left", box=box.SIMPLE)
    for column in ("band", "f", *columns):
        table.add_column(column, justify="right")
    for j, f in enumerate(frequencies * unit.per_thz):
        values = (f"{values[j] * unit.per_thz:.6f}" for values in columns.values())
        # Rounded before 0 is added, which has no effect on -0.00001.
        table.add_row(str(j + 1), f"{round(float(f), 4) + 0:.4f}", *values)
    return table
