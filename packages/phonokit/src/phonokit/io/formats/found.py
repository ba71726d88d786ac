"""Which format of force constants a file or folder has, told by what is in it."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import FileError
from phono_grid.hdf5 import open_hdf5

from phonokit.io.born import ChargesLeftOutWarning, read_born
from phonokit.io.files import in_file, one_of, open_text, variants
from phonokit.io.formats import gpumd
from phonokit.io.formats.alamode import BORN, read_alamode
from phonokit.io.formats.alamode_h5 import read_alamode_h5
from phonokit.io.formats.anaddb import DDB, is_anaddb, read_anaddb, refuse_ddb
from phonokit.io.formats.castep import SUFFIXES, is_castep, read_castep
from phonokit.io.formats.cells import grid_supercell, on_cell
from phonokit.io.formats.control import CONTROL, read_control
from phonokit.io.formats.d3q import is_mat3r, is_sparse, read_mat3r
from phonokit.io.formats.espresso import read_espresso
from phonokit.io.formats.espresso_xml import CONSTANTS, is_xml
from phonokit.io.formats.euphonic import MARK, read_euphonic
from phonokit.io.formats.netcdf import is_netcdf
from phonokit.io.formats.npz import is_archive, names_in
from phonokit.io.formats.poscar import read_poscar
from phonokit.io.formats.record import ConstantsRecord
from phonokit.io.formats.shengbte import SECOND, THIRD, read_second, read_third
from phonokit.io.formats.tdep import CELL, LOTOSPLITTING, NAMES, read_tdep
from phonokit.io.formats.vasp_dfpt import CHARGES, WANTED, holds, read_vasp_dfpt
from phonokit.io.lines import number_of
from phonokit.io.vaspout import has_force_constants, is_hdf5, read_vaspout_constants
from phonokit.model.constants import Constants2, primitive_of
from phonokit.model.masses import constants_with
from phonokit.results.force_constants import HDF5

HEAD = 4096
"""Characters of a file by which its format is told."""
MAT3R = ("mat3R", "mat3R.asr", "mat3R.asr.sparse", "mat3R.sparse", f"{THIRD}_D3Q")
ESPRESSO_NAMES = ("espresso.ifc2", "*.fc", "*.ifc", "*.ifc2", "*.xml")


@dataclass(frozen=True, slots=True)
class ConstantsFormat:
    """A format of force constants that is read.

    Parameters
    ----------
    name : str
        By which it is asked for.
    find : function
        From a file or folder to the file that the reader takes, None if it has none.
    read : function
    """

    name: str
    find: Callable[[Path], Path | None]
    read: Callable[[Path], ConstantsRecord]


def find_format(path: Path, name: str | None = None) -> tuple[ConstantsFormat, Path] | None:
    """The format of a file or folder and the file that its reader takes.

    Parameters
    ----------
    path : Path
    name : str, optional
        The format that it must have.
    """
    for each in FORMATS:
        if name is None or each.name == name:
            file = each.find(path)
            if file is not None:
                return each, file
    return None


def head_of(path: Path) -> str:
    """The beginning of a text file; "" if it is none."""
    try:
        with open_text(path) as file:
            return file.read(HEAD)
    except FileError:
        return ""


def _file_in(path: Path, *names: str) -> Path | None:
    """The first of these files in a folder, compressed or not."""
    for name in names:
        file = one_of(variants(path, name))
        if file is not None:
            return file
    return None


def _find_shengbte(path: Path) -> Path | None:
    """``CONTROL``, of a folder or itself, or of the folder of a file of constants."""
    if path.is_dir():
        control = path / CONTROL
        return control if control.is_file() else None
    if path.name.split(".")[0] in (SECOND, THIRD):
        return _find_shengbte(path.parent)
    head = head_of(path).lower().replace("$", "&")
    return path if "&crystal" in head and "&allocations" in head else None


def _read_shengbte(path: Path) -> ConstantsRecord:
    """A folder with ``CONTROL``."""
    control, folder = read_control(path), path.parent
    files = [path]
    second: Constants2 | None = None
    third, polar = None, control.polar
    supercell = grid_supercell(control.cell, control.supercell)
    names = {
        "phonopy": (SECOND,),
        "espresso": ("espresso.ifc2", *ESPRESSO_NAMES),
        "tdep": NAMES[2],
    }[control.dialect]
    file = _file_in(folder, *names)
    if file is not None:
        files.append(file)
        if control.dialect == "phonopy":
            second = read_second(file, supercell)
        elif control.dialect == "espresso":
            second, polar = read_espresso(file)
            second = _with_masses_of(second, control.cell)
        else:
            lattice, polar = read_tdep(file, control.cell, 2)
            second = on_cell(lattice, supercell.primitive)
    file = _file_in(folder, THIRD, *MAT3R)
    if file is not None:
        files.append(file)
        cell = supercell.primitive if second is None else primitive_of(second)
        third = _third_of(file, control.cell, cell)
    if second is None and third is None:
        raise FileError(f"{folder}: holds {CONTROL}, but no {names[0]} and no {THIRD}")
    return ConstantsRecord(
        format="ShengBTE" if control.dialect == "phonopy" else f"ShengBTE, {names[0]}",
        second=second,
        third=third,
        polar=polar,
        files=tuple(files),
        mesh=control.mesh,
        scalebroad=control.scalebroad,
    )


def _with_masses_of(constants: ForceConstants, cell: Cell) -> ForceConstants:
    """Constants with the masses of ``CONTROL``, which ShengBTE takes for those of q2r.x."""
    by_name = dict(zip(cell.symbols, cell.masses, strict=True))
    own = constants.supercell.primitive
    masses = [
        by_name.get(symbol, mass)
        for symbol, mass in zip(own.symbols, own.masses, strict=True)
    ]
    return constants_with(constants, np.array(masses))


def _third_of(file: Path, own: Cell, cell: Cell) -> LatticeForceConstants:
    """Third order of ShengBTE on its cell, or of d3q; on a cell."""
    with in_file(file):
        is_d3q = is_mat3r(head_of(file))
        return on_cell(read_mat3r(file) if is_d3q else read_third(file, own), cell)


def _find_tdep(path: Path) -> Path | None:
    """A file of constants of second or third order beside a cell, or a folder with them."""
    if path.is_dir():
        if not (path / CELL).is_file():
            return None
        return _file_in(path, *NAMES[2], *NAMES[3])
    return path if "How many atoms per unit cell" in head_of(path)[:200] else None


def _read_tdep(path: Path) -> ConstantsRecord:
    """A file of constants, and the others beside it."""
    folder = path.parent
    cell = read_poscar(folder / CELL)
    files, third, second, polar = [folder / CELL], None, None, None
    third_file = _file_in(folder, *NAMES[3])
    if "third" in path.name:
        third_file = path
    else:
        second, polar = read_tdep(path, cell, 2)
        files.append(path)
    if third_file is not None:
        third, _ = read_tdep(third_file, cell, 3)
        files.append(third_file)
    unused = _file_in(folder, LOTOSPLITTING)
    if unused is not None and second is not None and polar is None:
        warnings.warn(
            f"{unused} is not used: the constants say that no dipoles were taken out of "
            "them (polar, of extract_forceconstants)",
            ChargesLeftOutWarning,
            stacklevel=2,
        )
    return ConstantsRecord(
        format="TDEP", second=second, third=third, polar=polar, files=tuple(files)
    )


def _find_espresso(path: Path) -> Path | None:
    """A file of q2r.x, or the one in a folder."""
    if path.is_dir():
        files = [f for name in ESPRESSO_NAMES for f in variants(path, name)]
        files += [] if files else [f for name in MAT3R for f in variants(path, name)]
        files = [f for f in dict.fromkeys(files) if _find_espresso(f)]
        return one_of([f for f in files if not is_xml(head_of(f)) or holds(f, CONSTANTS)])
    head = head_of(path)
    if is_xml(head) or is_sparse(head):
        return path
    lines = [line for line in head.splitlines() if line.strip()]
    words = lines[0].split() if lines else []
    try:
        numbers = [number_of(word) for word in words]
    except ValueError:
        return None
    whole = all(word.lstrip("-").isdigit() for word in words[:3])
    quoted = any("'" in line for line in lines[1:8])
    return path if len(numbers) in (4, 9) and whole and quoted else None


def _read_espresso(path: Path) -> ConstantsRecord:
    """A file of q2r.x, with ``FORCE_CONSTANTS_3RD`` or ``mat3R`` beside it; or mat3R."""
    if is_mat3r(head_of(path)):
        return ConstantsRecord(
            format="Quantum ESPRESSO (d3q)", third=read_mat3r(path), files=(path,)
        )
    second, polar = read_espresso(path)
    third_file, files = _file_in(path.parent, THIRD, *MAT3R), [path]
    third, cell = None, second.supercell.primitive
    if third_file is not None:
        third = _third_of(third_file, cell, cell)
        files.append(third_file)
    return ConstantsRecord(
        format="Quantum ESPRESSO (q2r.x)",
        second=second,
        third=third,
        polar=polar,
        files=tuple(files),
    )


def _find_alamode(path: Path) -> Path | None:
    """A file of alm, or the only one in a folder."""
    if path.is_dir():
        files = [f for name in ("*.xml", "*.h5") for f in variants(path, name)]
        return one_of([f for f in files if _find_alamode(f)])
    if is_hdf5(path):
        return path if path.suffix in HDF5 and _holds_alamode(path) else None
    head = head_of(path)
    marks = ("<NumberOfAtoms>", "<ForceConstants>")
    return path if "<Data>" in head and any(mark in head for mark in marks) else None


def _holds_alamode(path: Path) -> bool:
    """Whether an HDF5 file has constants of alm."""
    with open_hdf5(path) as file:
        return any(name.startswith("ForceConstants/Order") for name in file)


def _read_alamode(path: Path) -> ConstantsRecord:
    """A file of alm, with ``BORNINFO`` beside it if it is there."""
    second, third, polar = (read_alamode_h5 if is_hdf5(path) else read_alamode)(path)
    files = (path,) if polar is None else (path, path.with_name(BORN))
    if third is not None and second is not None:
        third = on_cell(third, second.supercell.primitive)
    return ConstantsRecord(
        format="ALAMODE", second=second, third=third, polar=polar, files=files
    )


def _find_vasp(path: Path) -> Path | None:
    """A vasprun.xml with a Hessian, or the only one in a folder."""
    if path.is_dir():
        files = [
            f for name in ("vasprun*.xml", "vaspout*.h5") for f in variants(path, name)
        ]
        return one_of([f for f in files if _find_vasp(f)])
    if is_hdf5(path):
        return path if path.suffix in HDF5 and has_force_constants(path) else None
    if "<modeling>" not in head_of(path):
        return None
    return path if holds(path, WANTED["hessian"]) else None


def _read_vasp(path: Path) -> ConstantsRecord:
    """A vasprun.xml with a Hessian, and charges where it has some."""
    if is_hdf5(path):
        second, polar = read_vaspout_constants(path)
        return ConstantsRecord(
            format="VASP (perturbation theory)", second=second, polar=polar, files=(path,)
        )
    second, polar = read_vasp_dfpt(path), None
    if holds(path, CHARGES):
        polar = read_born(path, second.supercell.primitive, CalculatorUnits())
    return ConstantsRecord(
        format="VASP (perturbation theory)", second=second, polar=polar, files=(path,)
    )


def _find_euphonic(path: Path) -> Path | None:
    """A JSON document of Euphonic, or the only one in a folder."""
    if path.is_dir():
        return one_of([f for f in variants(path, "*.json") if _find_euphonic(f)])
    head = head_of(path).lstrip()
    if not head.startswith("{"):
        return None
    return path if MARK in head or holds(path, f'"{MARK}"') else None


def _read_euphonic(path: Path) -> ConstantsRecord:
    """A JSON document of Euphonic."""
    second, polar = read_euphonic(path)
    return ConstantsRecord(format="Euphonic", second=second, polar=polar, files=(path,))


def _find_kaldo(path: Path) -> Path | None:
    """An archive of GPUMD's constants for kALDo, or the one in a folder."""
    if path.is_dir():
        path = path / gpumd.NAME
    if not (path.is_file() and is_archive(path)):
        return None
    names = names_in(path)
    return path if not names or "fc2" in names or "format_version" in names else None


def _read_kaldo(path: Path) -> ConstantsRecord:
    """An archive of GPUMD's constants for kALDo."""
    second, third = gpumd.read_gpumd(path)
    return ConstantsRecord(
        format="kALDo (gpumd_fc.npz)", second=second, third=third, files=(path,)
    )


def _find_castep(path: Path) -> Path | None:
    """A binary file of CASTEP; of a folder the ``.castep_bin``, else the ``.check``."""
    if path.is_dir():
        for suffix in SUFFIXES:
            files = [f for f in path.glob(f"*{suffix}") if f.is_file() and is_castep(f)]
            if files:
                return one_of(sorted(files))
        return None
    return path if path.is_file() and is_castep(path) else None


def _read_castep(path: Path) -> ConstantsRecord:
    """A binary file of CASTEP."""
    second, polar = read_castep(path)
    return ConstantsRecord(format="CASTEP", second=second, polar=polar, files=(path,))


def _find_abinit(path: Path) -> Path | None:
    """A netCDF file of anaddb, or a DDB; of a folder the only one of the first."""
    if path.is_dir():
        files = sorted(path.glob("*anaddb.nc")) or sorted(path.glob("*_DDB"))
        return one_of([f for f in files if _find_abinit(f)])
    if path.is_file() and is_netcdf(path):
        return path if is_anaddb(path) else None
    return path if DDB in head_of(path) else None


def _read_abinit(path: Path) -> ConstantsRecord:
    """A file of anaddb."""
    if not is_netcdf(path):
        raise refuse_ddb(path)
    second, polar = read_anaddb(path)
    return ConstantsRecord(
        format="ABINIT (anaddb)", second=second, polar=polar, files=(path,)
    )


FORMATS = (
    ConstantsFormat("shengbte", _find_shengbte, _read_shengbte),
    ConstantsFormat("tdep", _find_tdep, _read_tdep),
    ConstantsFormat("espresso", _find_espresso, _read_espresso),
    ConstantsFormat("alamode", _find_alamode, _read_alamode),
    ConstantsFormat("vasp", _find_vasp, _read_vasp),
    ConstantsFormat("euphonic", _find_euphonic, _read_euphonic),
    ConstantsFormat("kaldo", _find_kaldo, _read_kaldo),
    ConstantsFormat("castep", _find_castep, _read_castep),
    ConstantsFormat("abinit", _find_abinit, _read_abinit),
)
"""Formats of constants without a yaml file, in the order in which they are looked for."""
