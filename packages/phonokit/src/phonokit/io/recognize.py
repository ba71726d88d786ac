"""The format of a file of another program, told by what is in it.

Names tell little: ``scf.in`` is of Quantum ESPRESSO or of FHI-aims, ``001.xml`` of VASP,
and ``unitcell`` of anybody. Formats have ASE's names.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from phono_grid.errors import FileError

from phonokit.io.files import in_compressed, opener_of

HEAD = 1 << 16
"""Characters of a file that are looked at."""
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][-+]?\d+)?"
_THREE = rf"[ \t]*{_NUMBER}(?:[ \t]+{_NUMBER}){{2}}"
_POSCAR = re.compile(
    rf"\A[^\n]*\n[ \t]*{_NUMBER}(?:[ \t]+{_NUMBER}){{0,2}}[ \t]*(?:[!#][^\n]*)?\n"
    rf"(?:{_THREE}[^\n]*\n){{3}}(?:[ \t]*[A-Za-z][^\n]*\n)?(?:[ \t]*\d+)+[ \t]*(?:[!#]|\n)"
)
_WORD = r"[^\s!&/]+(?:/[^\s!&/]+)*"
"""A number, or an expression, which is refused where it is read."""
_WORDS = rf"[ \t]*{_WORD}(?:[ \t]+{_WORD}){{2}}"
_END = r"[ \t]*(?:!.*)?\n\s*"
_INPGEN = re.compile(
    rf"(?!&)[^\n]*\n\s*(?:&input\b[^/]*/\s*)?(?:{_WORDS}{_END}){{3}}[ \t]*{_WORD}{_END}"
    rf"{_WORDS}{_END}\d+{_END}\d+(?:\.\d+)?[ \t]{_WORDS}"
)
Test = Callable[[str], object]


def _has(pattern: str, flags: int = 0) -> Test:
    """A test for a pattern; ``^`` is the beginning of any line."""
    return re.compile(pattern, re.MULTILINE | flags).search


def _begins(pattern: str, flags: int = 0) -> Test:
    """A test of the first line that is not blank."""
    return re.compile(rf"\s*{pattern}", flags).match


TESTS: tuple[tuple[str, Test], ...] = (
    ("abinit-out", _has(r"^\.?Version .* of ABINIT")),
    ("cp2k-output", _has(r"^ CP2K\|")),
    ("cp2k-output", _begins(r"(?:FORCES\|)?\s*ATOMIC FORCES (?:in )?\[", re.I)),
    ("vasp-xml", _has(r"<modeling>")),
    ("vasp-out", _begins(r"vasp\.\d")),
    ("espresso-out", _has(r"Program PWSCF")),
    ("aims-output", _has(r"Invoking FHI-aims")),
    ("lammps-dump-text", _begins(r"ITEM: (?:TIMESTEP|UNITS|TIME)\b")),
    ("crystal-out", _has(r"^[ *]*CRYSTAL\d\d\b|CARTESIAN FORCES IN HARTREE/BOHR")),
    ("castep-castep", _has(r"^[ |]*CCC\s+AA\s+SSS\s+TTTTT\s+EEEEE\s+PPPP")),
    ("abacus-log", _has(r"^\s*ABACUS v\d|^\W*TOTAL-FORCE \(eV/Angstrom\)")),
    ("openmx-out", _has(r"performed by OpenMX|^<coordinates\.forces")),
    ("info-out", _has(r"^[|\s]*(?:Elk version|EXCITING) \S+ started", re.I)),
    ("exciting-xml", _has(r"<info\b[^>]*>\s*<groundstate\b")),
    ("fleur-relax", _has(r"<relaxation-history>")),
    (
        "fleur-forces",
        _begins(rf"(?:[^\n]*\n){{0,3}}?{_THREE}[^\n]*\n[^\n]*\bforce\b", re.I),
    ),
    ("wien2k-scf", _has(r"^:(?:ITE|LABEL|FGL|FOR)\d*\s*:")),
    ("turbomole-gradient", _begins(r"\$grad\b")),
    ("turbomole-out", _has(r"TURBOMOLE V\d|PROGRAM RIPER")),
    ("siesta-out", _has(r"Welcome to SIESTA|^siesta: \*+|^Siesta Version", re.I)),
    ("siesta-forces", _begins(rf"\d+[ \t]*\n\s*1{_THREE}[ \t]*$", re.MULTILINE)),
    ("dftb-tags", _begins(r"\w+\s*:(?:real|integer|logical|complex):\d+:")),
    ("abacus-stru", _has(r"^\s*(?:LATTICE_CONSTANT|NUMERICAL_ORBITAL)\s*(?://.*)?$")),
    ("exciting", _has(r"<structure\b.*<basevect\b", re.DOTALL)),
    ("espresso-in", _has(r"^\s*(?:&(?:control|system)\b|ATOMIC_POSITIONS\b)", re.I)),
    ("castep-cell", _has(r"^\s*%block\s+lattice_(?:cart|abc)\b", re.I)),
    ("cp2k-restart", _has(r"^\s*&(?:global|force_eval)\b", re.I)),
    ("siesta-fdf", _has(r"^\s*%block\s+atomic[-_.]?coordinates", re.I)),
    ("openmx-dat", _has(r"^\s*<Atoms\.SpeciesAndCoordinates\b", re.I)),
    ("cif", _has(r"^data_\S*.*^_cell[_.]length_a\b", re.DOTALL)),
    ("aims", _has(r"^\s*(?:lattice_vector\s|atom_frac\s)")),
    ("turbomole", _has(r"^\s*\$coord\b")),
    ("xsf", _has(r"^\s*(?:CRYSTAL|PRIMVEC)\s*$")),
    ("lammps-data", _has(r"^\s*\d+\s+atoms\s*(?:#.*)?$.*^.*\sxlo\s+xhi\b", re.DOTALL)),
    ("abinit-in", _has(r"^\s*(?:acell|rprim|znucl|xred)\s", re.I)),
    ("elk-in", _has(r"^\s*avec\s*$.*^\s*atoms\s*$", re.DOTALL)),
    ("elk-in", _has(r"^\s*atoms\s*$.*^\s*avec\s*$", re.DOTALL)),
    ("res", _begins(r"(?:TITL|CELL)\s.*\n")),
    ("gen", _begins(r"\d+\s+[SFC]\s*\n", re.I)),
    ("extxyz", _begins(r"\d+[ \t]*\n[^\n]*\b(?:Lattice|Properties)=", re.I)),
    ("xyz", _begins(rf"\d+[ \t]*\n[^\n]*\n\s*[A-Z][a-z]?\d*{_THREE}\s*$", re.MULTILINE)),
    ("fleur-inpgen", _INPGEN.match),
    ("fleur-inpgen", _has(r"^\s*&lattice\b[^/]*\blatsys\b", re.I)),
    ("vasp", _POSCAR.match),
)
"""Formats and how their beginning is told, the surest first."""


def format_of(path: Path) -> str | None:
    """The format that the beginning of a text file tells; None if it does not."""
    with in_compressed(path), opener_of(path)(path, "rb") as file:
        head = file.read(HEAD)
    if b"\0" in head:
        return None
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff").replace("\r\n", "\n")
    return next((name for name, test in TESTS if test(text)), None)


@contextmanager
def plain(path: Path) -> Iterator[Path]:
    """The file itself, or where it is compressed, for a while a copy that is not."""
    opener = opener_of(path)
    if opener is open:
        yield path
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.stem
        with in_compressed(path), opener(path, "rb") as file, copy.open("wb") as target:
            shutil.copyfileobj(file, target)
        yield copy


def ensure_file(path: Path, wanted: str) -> None:
    """Require a file, not a folder: ``wanted`` says which."""
    if path.is_dir():
        raise FileError(f"{path}: is a folder; name {wanted} in it")
    if not path.exists():
        raise FileError(f"{path}: no such file; check the path")
