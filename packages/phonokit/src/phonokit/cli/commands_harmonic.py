"""``phono bands``, ``phono dos`` and ``phono thermal``, once their arguments are known."""

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import (
    BandStructure,
    ThermalProperties,
    cif_displacements,
    debye_frequency,
)
from phono_grid import units
from rich import box
from rich.table import Table

from phonokit.calc import harmonic
from phonokit.calc.kappa import checked_temperatures
from phonokit.cli.crystal_command import finish, start, write
from phonokit.cli.request_harmonic import BandsRequest, DosRequest, ThermalRequest
from phonokit.plot.harmonic import plot_bands, plot_densities, plot_thermal
from phonokit.results.hdf5 import Dataset
from phonokit.settings.frequency_unit import FrequencyUnit

MOLE = 96.4853905398362
"""kJ/mol in an eV, of the ecosystem's set of constants."""
ROWS = 20
"""Of the table that is printed, about; all are in the file."""
COLUMNS = 8
"""Of atoms that are printed."""


def run_bands(request: BandsRequest, *, command: str) -> None:
    """Print, write and draw bands."""
    crystal, out = start(request.shared)
    series = harmonic.dynamics(crystal, nac=request.shared.nac)
    found = harmonic.bands(
        crystal,
        series,
        request.path,
        request.points,
        n=request.n,
        connect=request.connect,
    )
    density = None
    if request.shared.plot is not None:
        density = harmonic.densities(crystal, series, request.shared.mesh)
    out.print(_bands_text(found, request.unit), markup=False, soft_wrap=True)
    names = np.char.encode([s.labels for s in found.segments], "utf-8")
    write(
        request.shared,
        crystal,
        command,
        {
            "label": Dataset(names, "1", "ends of segments, UTF-8"),
            "qpoint": Dataset(
                np.array([s.qpoints for s in found.segments]), "1", "fractional"
            ),
            "distance": Dataset(
                np.array(found.distances), "1/angstrom", "along the path, without 2 pi"
            ),
            "frequency": Dataset(
                np.array(found.frequencies), "THz", "segments, wave vectors, bands"
            ),
        },
    )
    if request.shared.plot is not None:
        plot_bands(found, density, request.shared.plot, request.unit)
    finish(request.shared, out)


def run_dos(request: DosRequest, *, command: str) -> None:
    """Print, write and draw densities of states."""
    crystal, out = start(request.shared)
    series = harmonic.dynamics(crystal, nac=request.shared.nac)
    found = harmonic.densities(
        crystal,
        series,
        request.shared.mesh,
        sigma=request.sigma,
        steps=request.n,
        projection=request.projection,
    )
    total, n_a = found.total, crystal.primitive.n_atoms
    f_d = debye_frequency(total, n_a)
    kind = request.projection.by.value
    meaning = "share of {}"
    if request.projection.direction:
        meaning += f", along {request.projection.direction} in lattice vectors"
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_row("states", f"{total.cumulative[-1]:.3f} of {3 * n_a}")
    peak = total.frequency_points[total.density.argmax()] * request.unit.per_thz
    table.add_row(
        "highest density at", f"{peak:.{_digits(request.unit)}f} {request.unit.value}"
    )
    table.add_row("Debye temperature", f"{f_d / units.KELVIN_TO_THZ:.1f} K")
    out.print(table)
    write(
        request.shared,
        crystal,
        command,
        {
            "frequency_point": Dataset(total.frequency_points, "THz", "where it is given"),
            "total": Dataset(total.density, "1/THz", "states per primitive cell"),
            "cumulative": Dataset(total.cumulative, "1", "states below each frequency"),
            **{
                f"{kind}/{name}": Dataset(g, "1/THz", meaning.format(name))
                for name, g in found.parts.items()
            },
        },
    )
    if request.shared.plot is not None:
        plot_densities(found, request.shared.plot, request.unit)
    finish(request.shared, out)


def run_thermal(request: ThermalRequest, *, command: str) -> None:
    """Print, write and draw thermal properties."""
    t = np.sort(checked_temperatures(request.temperatures))
    crystal, out = start(request.shared)
    series = harmonic.dynamics(crystal, nac=request.shared.nac)
    found = harmonic.thermal(
        crystal,
        series,
        request.shared.mesh,
        t,
        cutoff_frequency=request.cutoff,
        classical=request.classical,
    )
    table = Table(title="Per mole of primitive cells", title_justify="left", box=box.SIMPLE)
    for column in ("T (K)", "F (kJ/mol)", "S (J/K/mol)", "C_V (J/K/mol)"):
        table.add_column(column, justify="right")
    columns = (found.free_energy * MOLE, found.entropy * MOLE * 1e3)
    rows = np.column_stack([t, *columns, found.heat_capacity * MOLE * 1e3])
    for row in rows[:: max(1, len(rows) // ROWS)]:
        table.add_row(f"{row[0]:g}", *(f"{x + 0:.4f}" for x in row[1:]))
    out.print(table)
    datasets = {
        "temperature": Dataset(found.temperatures, "K", "temperatures"),
        **_thermal_datasets(found, "per primitive cell"),
    }
    if request.by is not None:
        parts = harmonic.thermal_parts(crystal, series, request, t)
        each = _thermal_datasets(parts, f"of each {request.by.value}")
        datasets |= {f"{request.by.value}/{name}": x for name, x in each.items()}
    if request.displacements:
        u = harmonic.displacements(
            crystal, series, request.shared.mesh, t, cutoff_frequency=request.cutoff
        )
        out.print(_displacements_table(u, t, harmonic.atom_names(crystal.primitive)))
        datasets |= {
            "displacement": Dataset(u, "angstrom^2", "mean-square matrices of atoms"),
            "displacement_cif": Dataset(
                cif_displacements(u, crystal.primitive), "angstrom^2", "U as in CIF files"
            ),
        }
    write(request.shared, crystal, command, datasets)
    if request.shared.plot is not None:
        plot_thermal(found, crystal.primitive.n_atoms, request.shared.plot)
    finish(request.shared, out)


def _thermal_datasets(found: ThermalProperties, whose: str) -> dict[str, Dataset]:
    """What a file holds of thermal properties."""
    return {
        "free_energy": Dataset(found.free_energy, "eV", whose),
        "entropy": Dataset(found.entropy, "eV/K", whose),
        "heat_capacity": Dataset(found.heat_capacity, "eV/K", f"at constant V, {whose}"),
        "zero_point_energy": Dataset(found.zero_point_energy, "eV", whose),
    }


def _displacements_table(
    u: NDArray[np.float64], temperatures: NDArray[np.float64], names: list[str]
) -> Table:
    """A third of the trace for each atom, as many as fit."""
    title = "⟨u²⟩ along an axis, Å²"
    if len(names) > COLUMNS:
        title += f"; the first {COLUMNS} of {len(names)} atoms, all are in the file"
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for column in ("T (K)", *names[:COLUMNS]):
        table.add_column(column, justify="right")
    mean = np.trace(u, axis1=2, axis2=3) / 3
    step = max(1, len(mean) // ROWS)
    for t, row in zip(temperatures[::step], mean[::step], strict=True):
        table.add_row(f"{t:g}", *(f"{x:.5f}" for x in row[:COLUMNS]))
    return table


def _digits(unit: FrequencyUnit) -> int:
    """After the point."""
    return 2 if unit is FrequencyUnit.WAVENUMBER else 3


def _bands_text(bands: BandStructure, unit: FrequencyUnit) -> str:
    """Frequencies at the labelled points, a line each."""
    lines, digits = [f"Frequencies, {unit.value}", ""], _digits(unit)
    for segment, f in zip(bands.segments, bands.frequencies, strict=True):
        for end, row in ((0, f[0]), (1, f[-1])):
            toward = segment.labels[1 - end]
            rounded = np.round(row * unit.per_thz, digits) + 0
            numbers = " ".join(f"{x:8.{digits}f}" for x in rounded)
            lines.append(f"  {segment.labels[end]:<3} {f'to {toward}':<6}{numbers}")
    return "\n".join([*lines, ""])
