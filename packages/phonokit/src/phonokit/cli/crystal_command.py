"""How a command on a crystal begins and ends: read it, write a file, say so."""

import sys
from pathlib import Path
from typing import Any

from phono_grid.errors import DomainError
from rich.console import Console

from phonokit._version import __version__
from phonokit.calc.kappa import Crystal, load, nac_name
from phonokit.cli.request_crystal import CrystalRequest
from phonokit.cli.terminal import warnings_in_one_line
from phonokit.plot.figure import ensure_plottable
from phonokit.results.hdf5 import Dataset, ensure_writable, replacing


def start(request: CrystalRequest) -> tuple[Crystal, Console]:
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


def write(
    request: CrystalRequest, crystal: Crystal, command: str, datasets: dict[str, Dataset]
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


def finish(request: CrystalRequest, out: Console) -> None:
    """Say what was written."""
    for path in (request.output, request.plot):
        if path is not None:
            out.print(f"wrote {path}", markup=False, soft_wrap=True)
    sys.stdout.flush()
