"""Force constants of Quantum ESPRESSO in XML, which ``q2r.x`` writes where ``ph.x`` did.

Numbers after a dot in the name of an element tell apart kinds, atoms and cells. Matrices
are in the order of Fortran. Older versions have the positions in one attribute, younger
ones in three, and some no element that holds the others.
"""

import re
from pathlib import Path
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import in_file, open_text
from phonokit.io.formats.cells import cell_of_file
from phonokit.io.formats.espresso_record import (
    GridConstants,
    alpha_of,
    ensure_grid,
    kind_of,
)
from phonokit.io.fractional import fractional
from phonokit.io.lines import number_of

GEOMETRY, CONSTANTS = "GEOMETRY_INFO", "INTERATOMIC_FORCE_CONSTANTS"
PAIR, BLOCK = "s_s1_m1_m2_m3", "IFC"
PIECE = 1 << 20
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
MOST_ATOMS = 1000


def is_xml(head: str) -> bool:
    """Whether the beginning of a file is that of an XML file of PHonon."""
    return f"<{GEOMETRY}" in head


def read_espresso_xml(path: Path) -> GridConstants:
    """Read what a file holds, and put it in order."""
    elements = _Elements(path)
    elements.read()
    cell, alat = _cell(elements)
    grid = ensure_grid(
        f"{path}: MESH_NQ1_NQ2_NQ3", elements.integers("MESH_NQ1_NQ2_NQ3", 3), cell
    )
    n_a, sizes = cell.n_atoms, np.array([cell.n_atoms] * 2 + [*grid])
    n_cells = int(np.prod(grid))
    if len(elements.blocks) != n_a**2 * n_cells:
        raise FileError(
            f"{path}: expected {n_a**2 * n_cells} blocks of constants, got "
            f"{len(elements.blocks)}; is the file whole?"
        )
    places = np.array([*elements.blocks]) - 1
    if not ((places >= 0) & (places < sizes)).all():
        raise FileError(f"{path}: constants of atoms or cells that are not there")
    a, b, m1, m2, m3 = places.T
    where = m1 + grid[0] * (m2 + grid[1] * m3)
    values = np.zeros((n_a, n_a, n_cells, 3, 3))
    # Fortran's order: the axis of atom b is the slow one; atom b is in the home cell.
    values[b, a, where] = np.array([*elements.blocks.values()]).reshape(-1, 3, 3)
    charges = dielectric = None
    if "EPSILON" in elements.texts and "Z_AT_.1" in elements.texts:
        dielectric = elements.numbers("EPSILON", 9).reshape(3, 3)
        tensors = [elements.numbers(f"Z_AT_.{k + 1}", 9) for k in range(n_a)]
        charges = np.array(tensors).reshape(n_a, 3, 3).swapaxes(1, 2)
    alpha = 1.0
    if "alpha_ewald" in elements.texts:
        alpha = alpha_of(f"{path}: alpha_ewald", elements.texts["alpha_ewald"].strip())
    return GridConstants(
        path=path,
        cell=cell,
        alat=alat,
        grid=grid,
        values=values,
        charges=charges,
        dielectric=dielectric,
        alpha=alpha,
    )


def _cell(elements: "_Elements") -> tuple[Cell, float]:
    """The primitive cell, and ``alat`` in Å."""
    path = elements.path
    (n_kinds,), (n_a,) = (
        elements.integers(name, 1) for name in ("NUMBER_OF_TYPES", "NUMBER_OF_ATOMS")
    )
    if not (0 < n_kinds <= n_a <= MOST_ATOMS):
        raise FileError(f"{path}: expected kinds and atoms, got {n_kinds} and {n_a}")
    alat = float(elements.numbers("CELL_DIMENSIONS", None)[0]) * BOHR
    if not alat > 0:
        raise FileError(f"{path}: CELL_DIMENSIONS: expected a length")
    lattice = elements.numbers("AT", 9).reshape(3, 3)
    kinds = [
        kind_of(
            f"{path}: TYPE_NAME.{i}",
            elements.text(f"TYPE_NAME.{i}").strip("' \n"),
            elements.text(f"MASS.{i}").strip(),
        )
        for i in range(1, n_kinds + 1)
    ]
    places, own = [], []
    for i in range(1, n_a + 1):
        attributes = elements.attributes.get(f"ATOM.{i}", {})
        words = [attributes.get(f"TAU{x}", "") for x in "XYZ"]
        where = f"{path}: ATOM.{i}"
        text = attributes.get("TAU", " ".join(words))
        places.append(_numbers(where, text, 3))
        (kind,) = _numbers(where, attributes.get("INDEX", ""), 1)
        if kind not in range(1, n_kinds + 1):
            raise FileError(f"{where}: expected a kind from 1 to {n_kinds}")
        own.append(kinds[int(kind) - 1])
    with in_file(path):
        positions = fractional(np.array(places), lattice)
    symbols, masses = [k[0] for k in own], np.array([k[1] for k in own])
    return cell_of_file(path, alat * lattice, positions, symbols, masses), alat


class _Elements:
    """The elements of a file: their text, and the constants as numbers.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.texts: dict[str, str] = {}
        self.attributes: dict[str, dict[str, str]] = {}
        self.blocks: dict[tuple[int, ...], NDArray[np.float64]] = {}
        self._names: list[str] = []
        self._parts: list[str] = []

    def read(self) -> None:
        """Read the file, piece by piece."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._parts.append
        try:
            with open_text(self.path) as file:
                # Inside an element nothing can declare entities.
                first = DECLARATION.sub("", file.read(PIECE))
                parser.Parse("<PHonon>" + first)
                while piece := file.read(PIECE):
                    parser.Parse(piece)
            parser.Parse("</PHonon>", True)
        except expat.ExpatError as error:
            raise FileError(
                f"{self.path}: line {error.lineno}: not valid XML; is the file whole?"
            ) from None
        if not self.blocks:
            raise FileError(
                f"{self.path}: holds no {CONSTANTS}; dynamical matrices of ph.x become "
                "constants by q2r.x"
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self._names.append(name)
        self._parts.clear()
        if attributes:
            self.attributes[name] = attributes

    def _end(self, name: str) -> None:
        """Keep the text of an element without others in it."""
        text = "".join(self._parts)
        self._parts.clear()
        self._names.pop()
        if name != BLOCK:
            if text.strip() or name.startswith("TYPE_NAME"):
                self.texts[name] = text
            return
        pair = self._names[-1].split(".")
        words = pair[1:]
        if pair[0] != PAIR or len(words) != 5 or not all(w.isdecimal() for w in words):
            raise FileError(
                f"{self.path}: {self._names[-1][:60]}: expected atoms and a cell"
            )
        key = tuple(int(word[:9]) for word in words)
        self.blocks[key] = _numbers(f"{self.path}: {self._names[-1]}", text, 9)

    def text(self, name: str) -> str:
        """The text of an element that has to be there."""
        if name not in self.texts:
            raise FileError(f"{self.path}: holds no {name}; is the file whole?")
        return self.texts[name]

    def numbers(self, name: str, n: int | None) -> NDArray[np.float64]:
        """The numbers of an element."""
        return _numbers(f"{self.path}: {name}", self.text(name), n)

    def integers(self, name: str, n: int) -> list[int]:
        """The whole numbers of an element."""
        return [int(x) for x in self.numbers(name, n)]


def _numbers(place: str, text: str, n: int | None) -> NDArray[np.float64]:
    """So many finite numbers."""
    words = text.split()
    try:
        values = np.array([number_of(word) for word in words])
    except ValueError:
        values = np.empty(0)
    if (n is not None and len(values) != n) or not len(values):
        raise FileError(
            f"{place}: expected {n or 'some'} numbers, got {text[:60].strip()!r}"
        )
    if not (np.isfinite(values).all() and (np.abs(values) < 1e12).all()):
        raise FileError(f"{place}: expected numbers that can be, got {text[:60].strip()!r}")
    return values
