"""Structures and calculators by way of ASE."""

import importlib
import re
import runpy
import warnings
from collections.abc import Mapping, Sequence
from os import SEEK_END
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError

from phonokit.io.named_calculators import named_calculator
from phonokit.io.recognize import TESTS

FEW = 12
"""Functions of a module that an error lists."""


def ase(module: str) -> ModuleType:
    """Import a module of ASE."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise DomainError(
            "this needs ASE, which is not installed; install it with: pip install ase"
        ) from None


def atoms_of(cell: Cell) -> Any:
    """``ase.Atoms`` of a cell."""
    ase("ase")
    return cell.to_ase()


def calculator_of(name: str, options: dict[str, Any]) -> Any:
    """Make a calculator from ``module:factory`` or ``file.py:factory``, or by its name.

    ``file.py`` alone means its function ``make``; names are those of
    `phonokit.io.named_calculators`.

    Parameters
    ----------
    name : str
    options : dict
        Keyword arguments of the factory.
    """
    ase("ase")
    if ":" not in name and not name.endswith(".py"):
        return named_calculator(name, options)
    place, _, factory = f"{name}:make".rpartition(":")
    if not name.endswith(".py"):
        place, _, factory = name.rpartition(":")
    try:
        if place.endswith(".py"):
            names = runpy.run_path(place)
            make = names.get(factory)
        else:
            module = importlib.import_module(place)
            names, make = vars(module), getattr(module, factory, None)
    except Exception as error:  # a file of Python is anybody's
        reason = f"{type(error).__name__}: {error}"
        raise DomainError(f"calculator: {name!r} cannot be loaded ({reason})") from error
    if make is None:
        raise DomainError(
            f"calculator: {name!r} cannot be loaded; {place} has no {factory}, only "
            f"{_functions(names) or 'nothing to call'}"
        )
    try:
        return make(**options)
    except Exception as error:  # the factory is anybody's
        reason = f"{type(error).__name__}: {error}"
        raise DomainError(f"calculator: {name!r} cannot be made ({reason})") from error


def _functions(names: Mapping[str, Any]) -> str:
    """The first name of a module that may make a calculator."""
    found = [k for k, v in names.items() if callable(v) and not k.startswith("_")]
    return ", ".join(found[:FEW]) + ", ..." * (len(found) > FEW)


def checked_forces(forces: Any, n_s: int, name: str) -> NDArray[np.float64]:
    """Forces on ``n_s`` atoms, all of them numbers."""
    array = np.asarray(forces, dtype=np.float64)
    if array.shape != (n_s, 3):
        raise FileError(f"{name}: expected forces on {n_s} atoms, got {array.shape}")
    if not np.isfinite(array).all():
        atom = np.flatnonzero(~np.isfinite(array).all(axis=1))[0]
        raise FileError(
            f"{name}: the force on atom {atom + 1} is not a number; compute this "
            "supercell again"
        )
    return array


def read_atoms(
    file: Path, form: str | None, path: Path, *, index: int | slice | None
) -> Any:
    """``ase.io.read``, with errors that name the file.

    Parameters
    ----------
    file : Path
        Not compressed.
    form : str or None
        The format; ASE looks at the name if there is none.
    path : Path
        The file as it was named.
    index : int, slice or None
        Which of several images; a list of them for a slice.
    """
    io = ase("ase.io")
    formats = ase("ase.io.formats").ioformats
    if form in OF_OURS and not (form in formats and formats[form].can_read):
        raise FileError(
            f"{path}: is a file of the format {form}, which is no output of a calculation; "
            "name the output"
        )
    if form is not None:
        ensure_format(form)
    _ensure_counts(file, form, path)
    _ensure_ended(file, form, path)
    options = _units_of_dump(file, path) if form == DUMP else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what ASE plans
            return io.read(
                file, index=index, format=form, do_not_split_by_at_sign=True, **options
            )
    except Exception as error:  # ASE's readers raise what they like
        told = "" if form is None else f" as {form}"
        reason = " ".join(str(error).split()) or NOT_THERE
        unknown = type(error).__name__ == "UnknownFileTypeError"
        if form is None and (unknown or reason.startswith("Can't read from ")):
            reason = "neither its name nor what is in it tells which program wrote it"
        if isinstance(error, KeyError):
            reason = f"{reason} is unknown or missing"
        raise FileError(
            f"{path}: cannot be read{told}: {reason[:200]}; name its format with format="
        ) from None


OF_OURS = frozenset(name for name, _ in TESTS)
"""Formats that content tells, whether ASE reads them or not."""
NOT_THERE = (
    "what such a file has is not in it: it is cut, or comes from another program or "
    "another kind of calculation"
)
"""Where an error of ASE says nothing."""
COUNT = re.compile(
    r"^ITEM: NUMBER OF ATOMS\s+(\d{5,})|^\s*(\d{5,})\s*(?:$|\s(?:atoms|atom\s+types)\b)",
    re.MULTILINE,
)
"""Numbers in files of LAMMPS for which ASE makes room."""
COLUMNS = re.compile(r"\bproperties=\S*?:[a-z]:(\d{4,})", re.IGNORECASE)
"""A number of columns in an extxyz file that no line has."""
DUMP = "lammps-dump-text"
LAMMPS = ("lammps-data", DUMP)
LAST = 4096
"""Bytes that hold the last lines."""
UNITS = ("metal", "real", "si", "cgs", "electron")
"""Units of LAMMPS that ASE knows; a dump says them if ``dump_modify units yes``."""


def _units_of_dump(file: Path, path: Path) -> dict[str, str]:
    """The units that a dump of LAMMPS says it is in, none if it does not."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        if lines.readline().split() != ["ITEM:", "UNITS"]:
            return {}
        units = lines.readline().strip()
    if units not in UNITS:
        raise FileError(
            f"{path}: ITEM: UNITS: expected one of {', '.join(UNITS)}, got {units[:40]!r}"
        )
    return {"units": units}


def _ensure_counts(file: Path, form: str | None, path: Path) -> None:
    """Refuse a file that says that it has more atoms than lines, or far too many columns.

    ASE makes room for them, or reads on for as long, before it sees that they are missing.
    """
    if form not in (None, "extxyz", "xyz", *LAMMPS):
        return
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    counts = COUNT.finditer("\n".join(lines))
    largest = max((int((count[1] or count[2])[:18]) for count in counts), default=0)
    number = 0
    while form not in LAMMPS and number < len(lines) and lines[number].strip().isdigit():
        n = int(lines[number].strip()[:18])
        largest, number = max(largest, n), number + n + 2  # to the next image
    if largest > len(lines):
        raise FileError(
            f"{path}: says that it has {largest} atoms, or types of them, in {len(lines)} "
            "lines; is it complete?"
        )
    if wide := COLUMNS.search("\n".join(lines)):
        raise FileError(
            f"{path}: Properties: says that a quantity has {wide[1]} columns; correct it"
        )


def _ensure_ended(file: Path, form: str | None, path: Path) -> None:
    """Refuse a file whose last number is cut: it would be read as another number.

    LAMMPS ends every line. Extended xyz may lack the last end, but not decimals.
    """
    if form not in (DUMP, "extxyz"):
        return
    with file.open("rb") as lines:
        size = lines.seek(0, SEEK_END)
        lines.seek(max(0, size - LAST))
        last = lines.read().decode("utf-8", errors="replace")
    if last.endswith(("\n", "\r")) or not last:
        return
    words = [line.split()[-1:] for line in last.splitlines()[-3:]]
    decimals = [len(word[0].partition(".")[2]) for word in words if word]
    if form == DUMP or (len(decimals) == 3 and decimals[0] == decimals[1] > decimals[2]):
        raise FileError(f"{path}: its last line is cut; remove what is not whole")


def symbols_of(atoms: Any, path: Path) -> list[str]:
    """The elements of ``ase.Atoms``: a dump of LAMMPS may have any numbers of types."""
    try:
        return [str(symbol) for symbol in atoms.get_chemical_symbols()]
    except IndexError:
        raise FileError(
            f"{path}: an atom of type {int(atoms.numbers.max())}, which is no element; "
            "write the elements too"
        ) from None


def ensure_format(form: str) -> None:
    """Require a format that ASE reads."""
    formats = ase("ase.io.formats").ioformats
    if form not in formats or not formats[form].can_read:
        known = ", ".join(sorted(name for name, f in formats.items() if f.can_read))
        raise DomainError(f"format: expected one of {known}, got {form!r}")


def options_of(words: Sequence[str]) -> dict[str, Any]:
    """Keyword arguments from ``name=value``; values are JSON, else words."""
    import json

    options: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            raise DomainError(f"option: expected name=value, got {word!r}")
        try:
            options[name] = json.loads(value)
        except ValueError:
            options[name] = value
    return options
