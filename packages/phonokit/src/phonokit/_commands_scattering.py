"""``phono gamma``, ``phono spectral``, ``phono jdos``, once their arguments are known."""

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    Probe,
    default_frequency_points,
    imaginary_self_energy,
    joint_dos,
    spectral_function,
)
from phono_grid import BrillouinZone, using
from phono_grid.errors import DomainError
from rich import box
from rich.table import Table

from phonokit import _harmonic as harmonic
from phonokit._crystal_command import finish, start, write
from phonokit._plot_scattering import (
    plot_gamma,
    plot_jdos,
    plot_over_frequencies,
    plot_spectral,
)
from phonokit._request_scattering import GammaRequest, JdosRequest, SpectralRequest
from phonokit._results import Dataset
from phonokit._scattering import External, external, scattering_of
from phonokit._series import force_constant_series
from phonokit._workflow import checked_temperatures


def run_gamma(request: GammaRequest, *, command: str) -> None:
    """Print, write and draw linewidths."""
    t = np.sort(checked_temperatures(request.temperatures))
    scattering, n = scattering_of(request.sigma), _checked_points(request.n, least=0)
    crystal, out = start(request.shared)
    with using(crystal.backend):
        series2, series3 = force_constant_series(crystal.data, nac=request.shared.nac)
        at = external(crystal, series2, request.shared.mesh, request.qpoints)
        points = _points(at, request.sigma, n) if n else None
        zone = BrillouinZone.of(at.phonons.grid) if request.split else None
        occupations = at.occupations(t)
        found = [
            imaginary_self_energy(
                series3,
                at.phonons,
                Probe(q, points) if zone is None else Probe.split(zone, q, points),
                occupations,
                scattering,
            )
            for q in map(int, at.points)
        ]
    gamma = np.array([one.total for one in found])
    datasets = _head(at) | {
        "temperature": Dataset(t, "K", "temperatures"),
        "gamma": Dataset(
            gamma, "THz", "half linewidth: q, T, band, frequency point if any"
        ),
    }
    if request.split:
        for name in ("normal", "umklapp"):
            part = np.array([getattr(one, name) for one in found])
            datasets[f"gamma_{name}"] = Dataset(part, "THz", f"of {name} processes")
    if points is not None:
        datasets["frequency_point"] = Dataset(points, "THz", "where gamma is given")
    else:
        for i, q in enumerate(request.qpoints):
            columns = {f"{x:g} K": gamma[i, k] for k, x in enumerate(t)}
            out.print(_table(f"Γ at q = {q}, THz", at.frequencies[i], columns))
    write(request.shared, crystal, command, datasets)
    if request.shared.plot is not None:
        if points is None:
            plot_gamma(at.frequencies, gamma, t, request.shared.plot)
        else:
            plot_over_frequencies(points, gamma, t, request.shared.plot)
    finish(request.shared, out)


def run_spectral(request: SpectralRequest, *, command: str) -> None:
    """Print, write and draw spectral functions."""
    t = np.sort(checked_temperatures(request.temperatures))
    scattering, n = scattering_of(request.sigma), _checked_points(request.n, least=2)
    crystal, out = start(request.shared)
    with using(crystal.backend):
        series2, series3 = force_constant_series(crystal.data, nac=request.shared.nac)
        at = external(crystal, series2, request.shared.mesh, request.qpoints)
        points = _points(at, request.sigma, n)
        occupations = at.occupations(t)
        found = [
            spectral_function(
                series3, at.phonons, Probe(int(q), points), occupations, scattering
            )
            for q in at.points
        ]
    for q, one in zip(request.qpoints, found, strict=True):
        columns = {
            f"{x:g} K": points[one.values[k].argmax(axis=-1)] for k, x in enumerate(t)
        }
        out.print(_table(f"Peaks at q = {q}, THz", one.frequencies, columns))
    write(
        request.shared,
        crystal,
        command,
        _head(at)
        | {
            "temperature": Dataset(t, "K", "temperatures"),
            "frequency_point": Dataset(points, "THz", "where spectra are given"),
            "spectral_function": Dataset(
                np.array([one.values for one in found]), "1/THz", "q, T, band, frequency"
            ),
            "half_linewidth": Dataset(
                np.array([one.imaginary for one in found]), "THz", "imaginary self-energy"
            ),
            "shift": Dataset(
                np.array([one.real for one in found]), "THz", "by Kramers and Kronig"
            ),
        },
    )
    if request.shared.plot is not None:
        one = found[0]
        plot_spectral(points, one.values, one.frequencies, t, request.shared.plot)
    finish(request.shared, out)


def run_jdos(request: JdosRequest, *, command: str) -> None:
    """Print, write and draw joint densities of states."""
    t = (
        np.sort(checked_temperatures(request.temperatures))
        if request.temperatures
        else None
    )
    scattering, n = scattering_of(request.sigma), _checked_points(request.n, least=2)
    crystal, out = start(request.shared)
    with using(crystal.backend):
        series = harmonic.dynamics(crystal, nac=request.shared.nac)
        at = external(crystal, series, request.shared.mesh, request.qpoints)
        points = _points(at, request.sigma, n)
        occupations = None if t is None else at.occupations(t)
        found = [
            joint_dos(at.phonons, int(q), points, occupations, scattering)
            for q in at.points
        ]
    table = Table(box=box.SIMPLE)
    for column in ("q", "decays, largest at (THz)", "absorption and emission (THz)"):
        table.add_column(column, justify="right")
    for q, one in zip(request.qpoints, found, strict=True):
        tops = (np.atleast_2d(x)[-1].argmax() for x in (one.sums, one.differences))
        table.add_row(q, *(f"{points[top]:.3f}" for top in tops))
    out.print(table)
    datasets = _head(at) | {
        "frequency_point": Dataset(points, "THz", "where densities are given"),
        "differences": Dataset(
            np.array([one.differences for one in found]), "1/THz", "absorption, emission"
        ),
        "sums": Dataset(np.array([one.sums for one in found]), "1/THz", "decays"),
    }
    if t is not None:
        datasets["temperature"] = Dataset(t, "K", "second axis of the densities")
    write(request.shared, crystal, command, datasets)
    if request.shared.plot is not None:
        classes = np.atleast_2d(found[0].differences), np.atleast_2d(found[0].sums)
        plot_jdos(points, classes, request.shared.plot)
    finish(request.shared, out)


def _checked_points(n: int, *, least: int) -> int:
    """How many frequency points."""
    if n < least or n == 1:
        raise DomainError(f"--frequency-points must be {max(least, 2)} or more, got {n}")
    return n


def _points(at: External, sigma: float | None, n: int) -> NDArray[np.float64]:
    """From 0 on."""
    return default_frequency_points(at.phonons.frequencies, sigma=sigma or 0.0, n=n)


def _head(at: External) -> dict[str, Dataset]:
    """Wave vectors and their frequencies."""
    return {
        "qpoint": Dataset(at.qpoints, "1", "fractional"),
        "grid_point": Dataset(at.points, "1", "index, first axis fastest"),
        "frequency": Dataset(at.frequencies, "THz", "harmonic: q, band"),
    }


def _table(
    title: str,
    frequencies: NDArray[np.float64],
    columns: dict[str, NDArray[np.float64]],
) -> Table:
    """A row for each band."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for column in ("band", "f (THz)", *columns):
        table.add_column(column, justify="right")
    for j, f in enumerate(frequencies):
        values = (f"{values[j]:.6f}" for values in columns.values())
        table.add_row(str(j + 1), f"{f + 0:.4f}", *values)
    return table
