"""Born charges and dielectric tensors in outputs of programs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.born_perturbation import charges_of_abinit, charges_of_castep
from phonokit.io.files import open_text
from phonokit.io.formats.anaddb_file import anaddb_charges
from phonokit.io.formats.netcdf import is_netcdf
from phonokit.io.lines import number_of
from phonokit.io.vaspout import is_hdf5, vaspout_charges

HEAD = 20000
"""Characters by which a program is recognised."""
BORN = re.compile(r"BORN EFFECTIVE CHARGES \((?!excluding)")
"""Headline in an OUTCAR of LEPSILON or LCALCEPS; fields are local but where it says so."""
EPSILON = re.compile(
    r"MACROSCOPIC STATIC DIELECTRIC TENSOR \(including local field effects(?: in DFT)?\)"
)
SAME_PLACE = 0.02
"""Å; outputs have positions with few decimals."""
_NUMBER = r"[-+]?\d*\.?\d+(?:[EeDd][-+]?\d+)?"
_THREE = rf"({_NUMBER})\s+({_NUMBER})\s+({_NUMBER})"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ChargesOfOutput:
    """Charges as a program has them, of the cell that it was given.

    Parameters
    ----------
    program : str
    lattice : (3, 3) array
        Å
    positions : (n, 3) array
        Cartesian, Å.
    symbols : n strings
    charges : (n, 3, 3) array
        ``Z[k, α, β]``: ``α`` of the field, ``β`` of the displacement.
    dielectric : (3, 3) array
    """

    program: str
    lattice: NDArray[np.float64]
    positions: NDArray[np.float64]
    symbols: tuple[str, ...]
    charges: NDArray[np.float64]
    dielectric: NDArray[np.float64]

    def of_primitive(self, path: Path, cell: Cell) -> NDArray[np.float64]:
        """The charges of the atoms of a primitive cell, means over their copies.

        Both cells have to be in the same Cartesian frame.
        """
        to_cell = np.linalg.inv(cell.lattice)
        whole = self.lattice @ to_cell
        if np.abs(whole - np.rint(whole)).max() > SAME_PLACE:
            raise FileError(
                f"{path}: its cell is not a multiple of the primitive cell {cell}; compute "
                "the charges in a cell of the same crystal and the same axes"
            )
        place = (self.positions @ to_cell)[:, None] - cell.positions
        apart = np.linalg.norm((place - np.rint(place)) @ cell.lattice, axis=2)
        own = apart.argmin(axis=1)
        n_copies = len(self.symbols) // cell.n_atoms
        names = [cell.symbols[k].rstrip("0123456789") for k in own]
        counts = np.bincount(own, minlength=cell.n_atoms)
        if (
            apart.min(axis=1).max() > SAME_PLACE
            or names != [s.rstrip("0123456789") for s in self.symbols]
            or (counts != n_copies).any()
        ):
            raise FileError(
                f"{path}: its atoms are not those of the primitive cell {cell}; compute "
                "the charges of the same crystal, its origin in the same place"
            )
        sums = np.zeros((cell.n_atoms, 3, 3))
        np.add.at(sums, own, self.charges)
        return np.asarray(sums / n_copies)


def read_charges_of_output(path: Path) -> ChargesOfOutput | None:
    """Charges of an output of ph.x, VASP, ABINIT or CASTEP; None if it is of none."""
    if is_netcdf(path):
        found = anaddb_charges(path)
        return None if found is None else ChargesOfOutput(**found)
    if is_hdf5(path):
        charges = vaspout_charges(path)
        return None if charges is None else ChargesOfOutput(program="VASP", **charges)
    with open_text(path) as file:
        head = file.read(HEAD)
        known = next((p for p, marks in MARKS.items() if _is_of(head, marks)), None)
        if known is None:
            return None
        text = head + file.read()
    return READERS[known](path, text)


MARKS = {
    "Quantum ESPRESSO": ("Program PHONON",),
    "VASP OUTCAR": ("vasp.", "POTCAR:"),
    "VASP vasprun.xml": ("<modeling", "vasp"),
    "ABINIT": (" of ABINIT",),
    "CASTEP": ("CASTEP version",),
}
"""Marks at the beginning of the output of a program."""


def _is_of(head: str, marks: Sequence[str]) -> bool:
    """Whether a beginning has all marks."""
    return all(mark in head for mark in marks)


def _rows(path: Path, text: str, pattern: str, n: int, name: str) -> NDArray[np.float64]:
    """The first ``n`` rows of three numbers that a pattern finds."""
    found = re.findall(pattern, text)[:n]
    if len(found) < n:
        raise FileError(
            f"{path}: holds {len(found)} of {n} rows of {name}; was the calculation of "
            "charges finished?"
        )
    numbers = [[number_of(x) for x in row] for row in found]
    return np.array(numbers)


def _after(path: Path, text: str, mark: str, name: str) -> str:
    """The text after the last occurrence of a mark."""
    _, found, rest = text.rpartition(mark)
    if not found:
        raise FileError(f"{path}: holds no {name}; was it computed?")
    return rest


def _of_espresso(path: Path, text: str) -> ChargesOfOutput:
    """The output of ``ph.x``."""
    alat = re.search(rf"lattice parameter \(alat\)\s*=\s*({_NUMBER})", text)
    sites = re.findall(
        rf"^\s*\d+\s+([A-Za-z]+)\w*\s+{_NUMBER}\s+tau\(\s*\d+\) = \(\s*{_THREE}",
        text,
        re.M,
    )
    if alat is None or not sites:
        raise FileError(f"{path}: holds no lattice parameter or no atoms; is it whole?")
    length = number_of(alat[1]) * BOHR
    axes = rf"a\(\d\) = \(\s*{_THREE}"
    lattice = length * _rows(path, text, axes, 3, "crystal axes")
    bracket = rf"\(\s*{_THREE}\s*\)"
    mark = "Dielectric constant in cartesian axis"
    dielectric = _rows(
        path, _after(path, text, mark, "dielectric constant"), bracket, 3, mark
    )
    # Repeated in an output; as d Force / dE, rows are of the field. Newer versions repeat
    # them without their sum; here the sum is told, and shared out.
    mark = "Effective charges (d Force / dE) in cartesian axis"
    text = text.replace(f"{mark} with asr applied", "")
    rest = _after(path, text, mark, "effective charges as d Force / dE")
    atoms = list(dict.fromkeys(sites))
    rows = _rows(path, rest, rf"E[xyz]\s+{bracket}", 3 * len(atoms), "effective charges")
    return ChargesOfOutput(
        program="Quantum ESPRESSO",
        lattice=lattice,
        positions=length * np.array([[number_of(x) for x in site[1:]] for site in atoms]),
        symbols=tuple(site[0].capitalize() for site in atoms),
        charges=rows.reshape(-1, 3, 3),
        dielectric=dielectric,
    )


def _of_outcar(path: Path, text: str) -> ChargesOfOutput:
    """``OUTCAR`` of a calculation with LEPSILON or LCALCEPS."""
    names = re.findall(r"TITEL\s*=\s*\S+\s+([A-Z][a-z]?)", text)
    counts = re.search(r"ions per type =\s*([\d ]+)", text)
    if not names or counts is None:
        raise FileError(f"{path}: holds no kinds of atoms; is it whole?")
    numbers = [int(n) for n in counts[1].split()]
    symbols = tuple(
        s for s, n in zip(names, numbers, strict=False) for _ in range(min(n, 10**5))
    )
    n, row = len(symbols), rf"^\s*{_THREE}"
    lines = re.compile(row, re.M)
    direct = text.split("direct lattice vectors", 1)
    places = text.split("position of ions in cartesian coordinates", 1)
    if len(direct) < 2 or len(places) < 2:
        raise FileError(f"{path}: holds no lattice vectors or no positions; is it whole?")
    charges = _last_section(path, text, BORN, "Born effective charges")
    dielectric = _last_section(path, text, EPSILON, "dielectric tensor with local fields")
    numbered = rf"^\s*[123]\s+{_THREE}\s*$"
    by_atom = re.compile(numbered, re.M)
    return ChargesOfOutput(
        program="VASP",
        lattice=_matches(path, lines, direct[1], 3, "lattice vectors"),
        positions=_matches(path, lines, places[1], n, "positions"),
        symbols=symbols,
        charges=_matches(path, by_atom, charges, 3 * n, "charges").reshape(n, 3, 3),
        dielectric=_matches(path, lines, dielectric, 3, "the dielectric tensor"),
    )


def _last_section(path: Path, text: str, head: re.Pattern[str], name: str) -> str:
    """The text after the last headline of a kind."""
    starts = [match.end() for match in head.finditer(text)]
    if not starts:
        raise FileError(f"{path}: holds no {name}; was it computed?")
    return text[starts[-1] :]


def _matches(
    path: Path, pattern: re.Pattern[str], text: str, n: int, name: str
) -> NDArray[np.float64]:
    """The first ``n`` rows of a compiled pattern."""
    rows = []
    for match in pattern.finditer(text):
        rows.append([number_of(x) for x in match.groups()])
        if len(rows) == n:
            return np.array(rows)
    raise FileError(
        f"{path}: holds {len(rows)} of {n} rows of {name}; was the calculation finished?"
    )


def _of_vasprun(path: Path, text: str) -> ChargesOfOutput:
    """``vasprun.xml`` of a calculation with LEPSILON."""
    vector = rf"<v>\s*{_THREE}\s*</v>"
    atoms = re.search(r'<array name="atoms"\s*>(.*?)</array>', text, re.S)
    symbols = tuple(
        name
        for name in re.findall(r"<rc><c>\s*([A-Z][a-z]?)\s*</c>", atoms[1] if atoms else "")
    )
    if not symbols:
        raise FileError(f"{path}: holds no atoms; is it whole?")
    n = len(symbols)
    basis = _after(path, text, '<varray name="basis"', "lattice vectors")
    lattice = _rows(path, basis, vector, 3, "lattice vectors")
    places = _after(path, text, '<varray name="positions"', "positions")
    x = _rows(path, places, vector, n, "positions")
    name = "epsilon_scf" if '<varray name="epsilon_scf"' in text else "epsilon"
    epsilon = _after(path, text, f'<varray name="{name}"', "dielectric tensor")
    born = _after(path, text, '<array name="born_charges"', "Born charges")
    return ChargesOfOutput(
        program="VASP",
        lattice=lattice,
        positions=x @ lattice,
        symbols=symbols,
        charges=_rows(path, born, vector, 3 * n, "charges").reshape(n, 3, 3),
        dielectric=_rows(path, epsilon, vector, 3, "the dielectric tensor"),
    )


def _of_abinit(path: Path, text: str) -> ChargesOfOutput:
    """The main output of ABINIT's perturbation theory."""
    return ChargesOfOutput(**charges_of_abinit(path, text))


def _of_castep(path: Path, text: str) -> ChargesOfOutput:
    """The ``.castep`` of phonons with charges."""
    return ChargesOfOutput(**charges_of_castep(path, text))


READERS = {
    "Quantum ESPRESSO": _of_espresso,
    "VASP OUTCAR": _of_outcar,
    "VASP vasprun.xml": _of_vasprun,
    "ABINIT": _of_abinit,
    "CASTEP": _of_castep,
}
