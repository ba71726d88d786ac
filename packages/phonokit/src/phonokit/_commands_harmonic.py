"""``phono bands``, ``phono dos`` and ``phono thermal``, once their arguments are known."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from phono_dynmat import BandStructure, debye_frequency
from phono_grid import units
from phono_grid.errors import DomainError
from rich import box
from rich.console import Console
from rich.table import Table

from phonokit import _harmonic as harmonic
from phonokit._figure import ensure_plottable
from phonokit._plot_harmonic import plot_bands, plot_densities, plot_thermal
from phonokit._request_harmonic import (
    BandsRequest,
    DosRequest,
    HarmonicRequest,
    ThermalRequest,
)
from phonokit._results import Dataset, ensure_writable, replacing
from phonokit._terminal import warnings_in_one_line
from phonokit._version import __version__
from phonokit._workflow import Crystal, checked_temperatures, load, nac_name

MOLE = 96.4853905398362
"""kJ/mol in an eV, of the ecosystem's set of constants."""
ROWS = 20
"""Of the table that is printed, about; all are in the file."""


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
    out.print(_bands_text(found), markup=False, soft_wrap=True)
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
        plot_bands(found, density, request.shared.plot)
    finish(request.shared, out)


def run_dos(request: DosRequest, *, command: str) -> None:
    """Print, write and draw densities of states."""
    crystal, out = start(request.shared)
    series = harmonic.dynamics(crystal, nac=request.shared.nac)
    found = harmonic.densities(
        crystal, series, request.shared.mesh, sigma=request.sigma, steps=request.n
    )
    total, n_a = found.total, crystal.primitive.n_atoms
    f_d = debye_frequency(total, n_a)
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_row("states", f"{total.cumulative[-1]:.3f} of {3 * n_a}")
    table.add_row(
        "highest density at", f"{total.frequency_points[total.density.argmax()]:.3f} THz"
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
                f"element/{s}": Dataset(g, "1/THz", f"share of the {s} atoms")
                for s, g in found.elements.items()
            },
        },
    )
    if request.shared.plot is not None:
        plot_densities(found, request.shared.plot)
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
    write(
        request.shared,
        crystal,
        command,
        {
            "temperature": Dataset(found.temperatures, "K", "temperatures"),
            "free_energy": Dataset(found.free_energy, "eV", "per primitive cell"),
            "entropy": Dataset(found.entropy, "eV/K", "per primitive cell"),
            "heat_capacity": Dataset(found.heat_capacity, "eV/K", "at constant volume"),
            "zero_point_energy": Dataset(found.zero_point_energy, "eV", "of all modes"),
        },
    )
    if request.shared.plot is not None:
        plot_thermal(found, crystal.primitive.n_atoms, request.shared.plot)
    finish(request.shared, out)


def start(request: HarmonicRequest) -> tuple[Crystal, Console]:
    """Refuse what can be refused, read the crystal, say what it is."""
    out = Console(highlight=False)
    ensure_writable(request.output)
    if request.plot is not None:
        ensure_plottable(request.plot)
    with warnings_in_one_line():
        crystal = load(request.path, lang=request.lang)
    if request.output.resolve() in (file.path.resolve() for file in crystal.data.files):
        raise DomainError(f"{request.output}: is an input file; name another file to write")
    cell = crystal.primitive
    print_ = f"phonokit {__version__}: {cell.formula}, {cell.volume:.3f} Å³"
    if crystal.data.born is not None:
        print_ += f", dipoles: {_dipoles(crystal, request.nac)}"
    out.print(print_, markup=False, soft_wrap=True)
    return crystal, out


def _dipoles(crystal: Crystal, nac: bool) -> str:
    """How Born charges are taken into account."""
    return nac_name(crystal, nac).partition(",")[0]


def _bands_text(bands: BandStructure) -> str:
    """Frequencies at the labelled points, a line each."""
    lines = ["Frequencies, THz", ""]
    for segment, f in zip(bands.segments, bands.frequencies, strict=True):
        for end, row in ((0, f[0]), (1, f[-1])):
            toward = segment.labels[1 - end]
            numbers = " ".join(f"{round(float(x), 3) + 0:8.3f}" for x in row)
            lines.append(f"  {segment.labels[end]:<3} {f'to {toward}':<6}{numbers}")
    return "\n".join([*lines, ""])


def write(
    request: HarmonicRequest, crystal: Crystal, command: str, datasets: dict[str, Dataset]
) -> Path:
    """Write HDF5 with units; readers see the whole file or none."""
    import h5py

    attributes: dict[str, Any] = {
        "program": "phonokit",
        "version": __version__,
        "command": command,
        "formula": crystal.primitive.formula,
        "inputs": [str(f.path) for f in crystal.data.files],
        "inputs_sha256": [f.sha256 for f in crystal.data.files],
        "dipoles": _dipoles(crystal, request.nac),
        "mesh": request.mesh,
        "lang": crystal.lang,
    }
    with replacing(request.output) as beside, h5py.File(beside, "w") as file:
        for name, dataset in datasets.items():
            written = file.create_dataset(name, data=dataset.value)
            written.attrs["unit"] = dataset.unit
            written.attrs["meaning"] = dataset.meaning
        for name, value in attributes.items():
            file.attrs[name] = value
    return request.output


def finish(request: HarmonicRequest, out: Console) -> None:
    """Say what was written."""
    for path in (request.output, request.plot):
        if path is not None:
            out.print(f"wrote {path}", markup=False, soft_wrap=True)
    sys.stdout.flush()
