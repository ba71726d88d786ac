"""The content of files and folders, for a person."""

import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from phono_grid import Cell, Symmetry
from phono_grid.errors import FileError, PhonoError
from phono_grid.hdf5 import Hdf5File, open_hdf5

from phonokit.io.files import NoDataError, NoForcesError
from phonokit.io.fourth_order import NAME as FOURTH_ORDER
from phonokit.io.fourth_order import (
    find_fourth_order,
    read_fourth_order,
    read_fourth_order_supercells,
)
from phonokit.io.load import load
from phonokit.io.recognize import format_of
from phonokit.io.structures import cell_of
from phonokit.io.supercells import read_supercells
from phonokit.model.crystal import Crystal
from phonokit.model.formula import formula_of
from phonokit.results.axes import AXES
from phonokit.results.kappa_curve import KappaCurve, read_kappa_curve
from phonokit.results.provenance import Provenance
from phonokit.results.reading import KINDS
from phonokit.results.result import provenance_in

HDF5 = (".hdf5", ".h5")
OUTPUTS = ("-out", "-output", "-xml", "-forces", "-scf", "-log", "-castep", "-tags")
"""Ends of the names of formats of finished calculations."""
MOST = 8
"""Temperatures that are listed."""
REAL = {"temperature", "frequency_point", "volumes"}
"""Axes that have values of their own."""
AXIS = {*AXES.values(), "lattice_vector"} - REAL
NUMBERS = {"2"} | {f"{axis}{end}" for axis in AXIS for end in ("", "_2", "_3")}
"""Datasets that number an axis."""
OF_CELL = {"lattice", "position", "symbol", "mass", "magnetic_moment", "version"}
OF_CONSTANTS = ("force_constants", "calculator", "nac")
"""Settings that are told of the crystal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The content of a file or folder.

    Parameters
    ----------
    path : Path
    kind : str
        ``"crystal"``, ``"displacements"``, ``"fourth order"``, ``"structure"``,
        ``"calculation"``, the kind of a result, ``"constants"``, ``"foreign kappa"``, or
        ``"unknown"``.
    facts : mapping
        About it, by name, in words.
    order : int
        Of force constants, of a crystal.
    """

    path: Path
    kind: str
    facts: Mapping[str, str] = field(default_factory=dict)
    order: int = 0


def contents_of(path: Path) -> Iterator[Content]:
    """Tell what a file holds; of a folder the crystal first, then each HDF5 file.

    Raises
    ------
    FileError
        If there is no such file.
    """
    if not path.exists():
        raise FileError(f"{path}: no such file; check the path")
    if path.is_file():
        yield content_of(path)
        return
    crystal = _crystal(path)
    if crystal is not None:
        yield crystal
    fourth = find_fourth_order(path)
    if fourth is not None:
        yield _fourth_order(fourth)
    for file in sorted(path.iterdir()):
        if file.suffix in HDF5 and file.is_file():
            yield content_of(file)


def content_of(path: Path) -> Content:
    """Tell what a file holds."""
    if path.suffix in HDF5:
        found = _of_hdf5(path)
        if found is not None:
            return found
    if path.name.startswith(FOURTH_ORDER):
        return _fourth_order(path)
    crystal = _crystal(path)
    return crystal if crystal is not None else _of_text(path)


def _fourth_order(path: Path) -> Content:
    """Displacements of three atoms, and whether their forces are beside them."""
    facts: dict[str, str] = {}
    try:
        supercells = read_fourth_order_supercells(path)
        facts = {
            "crystal": _cell(supercells.supercell.primitive),
            "supercell": supercells.description,
            "order": "fourth",
        }
        read_fourth_order(path)
    except NoForcesError as error:
        missing = str(error).removeprefix(f"{path}: ")
        return Content(path=path, kind="displacements", facts={**facts, "forces": missing})
    except PhonoError as error:
        return Content(path=path, kind="refused", facts={"": str(error)})
    return Content(path=path, kind="fourth order", facts=facts, order=4)


def _crystal(path: Path) -> Content | None:
    """The crystal of a file or folder, with or without forces; None if it has none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _of_crystal(path, load(path))
        except NoForcesError as error:
            return _displacements(path, str(error))
        except NoDataError:
            return None
        except PhonoError as error:
            if path.is_file() and path.suffix not in (".yaml", ".yml"):
                return None
            return Content(path=path, kind="refused", facts={"": str(error)})


def _of_crystal(path: Path, crystal: Crystal) -> Content:
    """A crystal with forces or constants."""
    origin, polar = crystal.origin, crystal.polar
    return Content(
        path=path,
        kind="crystal",
        facts={
            "crystal": _cell(crystal.primitive),
            "supercell": crystal.description,
            "constants": ", ".join(filter(None, [origin.method, f"from {origin.source}"])),
            "order": "second and third" if crystal.order == 3 else "second alone",
            "charges": "none" if polar is None else f"Born charges, {crystal.nac_name()}",
            "files": ", ".join(dict.fromkeys(str(f.path) for f in origin.files)),
        },
        order=crystal.order,
    )


def _displacements(path: Path, why: str) -> Content | None:
    """Displaced supercells that have no forces yet."""
    try:
        supercells, _ = read_supercells(path)
    except PhonoError:
        return None
    facts = {
        "crystal": _cell(supercells.supercell.primitive),
        "supercell": supercells.description,
        "forces": why.removeprefix(f"{path}: "),
    }
    return Content(path=path, kind="displacements", facts=facts)


def _of_hdf5(path: Path) -> Content | None:
    """A result, force constants, or a conductivity of phono3py."""
    with open_hdf5(path) as file:
        kind = file.text("result")
        if kind in KINDS:
            return Content(path=path, kind=kind, facts=_result(file))
        constants = [name for name in file if "force_constants" in name or name[:2] == "fc"]
        if constants:
            shapes = " ".join(f"{name} {_shape(file, name)}" for name in constants)
            made = {"made by": file.text("method")} if file.text("method") else {}
            order = 3 if any("3" in name for name in constants) else 2
            facts = {"arrays": shapes, **made}
            return Content(path=path, kind="constants", facts=facts, order=order)
    try:
        return Content(
            path=path, kind="foreign kappa", facts=_curve(read_kappa_curve(path))
        )
    except PhonoError:
        return None


def _result(file: Hdf5File) -> dict[str, str]:
    """Provenance, settings and quantities of a result."""
    about = provenance_in(file)
    facts = {"crystal": about.formula, **_settings(about)}
    if "temperature" in file:
        facts["T"] = _temperatures(np.ravel(file.read("temperature")))
    facts["quantities"] = ", ".join(
        f"{name} {_shape(file, name)}"
        for name in file
        if file.shape(name) and name not in NUMBERS | OF_CELL
    )
    inputs = ", ".join(str(one.path) for one in about.inputs)
    when = f"{about.finished}, phonokit {file.text('version')}"
    return {**facts, "inputs": inputs, "command": file.text("command"), "finished": when}


def _settings(about: Provenance) -> dict[str, str]:
    """The settings of a result."""
    words = about.settings.get("transport")
    if words is None:
        shown = {k: v for k, v in about.settings.items() if k not in OF_CONSTANTS}
        words = ", ".join(f"{k} {_word(v)}" for k, v in shown.items() if v)
    return {"settings": str(words)}


def _word(value: Any) -> str:
    """A setting for a person; a matrix that is diagonal by its numbers."""
    if isinstance(value, list) and tuple(np.shape(value)) == (3, 3):
        matrix = np.asarray(value)
        if not (matrix - np.diag(np.diag(matrix))).any():
            return " × ".join(map(str, np.diag(matrix)))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _curve(curve: KappaCurve) -> dict[str, str]:
    """A conductivity of phono3py."""
    return {"result": curve.name, "T": _temperatures(curve.temperatures)}


def _temperatures(temperatures: Any) -> str:
    """A few temperatures, or their range."""
    if len(temperatures) <= MOST:
        return ", ".join(f"{t:g}" for t in temperatures) + " K"
    low, high = min(temperatures), max(temperatures)
    return f"{len(temperatures)} from {low:g} to {high:g} K"


def _shape(file: Hdf5File, name: str) -> str:
    """The shape of a dataset."""
    return " × ".join(map(str, file.shape(name)))


def _of_text(path: Path) -> Content:
    """A structure, a finished calculation, or a file that nobody here knows."""
    form = format_of(path)
    if form is not None and form.endswith(OUTPUTS):
        return Content(path=path, kind="calculation", facts={"format": form})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            facts = {"format": form or "told by ASE", "crystal": _cell(cell_of(path, None))}
        except PhonoError:
            return Content(path=path, kind="unknown")
    return Content(path=path, kind="structure", facts=facts)


def _cell(cell: Cell) -> str:
    """Formula, space group, atoms and volume."""
    symbol = Symmetry.of(cell).symbol
    atoms = f"{cell.n_atoms} atom{'s' * (cell.n_atoms > 1)}"
    return f"{formula_of(cell)}, {symbol}, {atoms} in {cell.volume:.3f} Å³"
