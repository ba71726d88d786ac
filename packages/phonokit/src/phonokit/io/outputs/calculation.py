"""A finished calculation, and the text it is read from."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.files import open_text
from phonokit.io.lines import number_of

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][-+]?\d+)?"
THREE = rf"({NUMBER})\s+({NUMBER})\s+({NUMBER})"
"""Three numbers, D for E where Fortran writes it."""


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """The atoms of a finished calculation and the forces on them.

    Parameters
    ----------
    symbols : n_s strings or None
        None where the file names no elements.
    positions : (n_s, 3) array or None
        Cartesian, Å; None where the file has none.
    forces : (n_s, 3) array or None
        eV/Å, in the frame of the positions; None where the file has none.
    lattice : (3, 3) array or None
        Å, in the same frame; None where the file has none.
    complaint : str
        Why there are no forces.
    fractional : (n_s, 3) array or None
        Positions in units of the lattice vectors of the supercell, where the file has too
        few digits of its own.
    along_lattice : bool
        Forces are components along the lattice vectors of the supercell, of length 1.
    """

    symbols: list[str] | None
    positions: NDArray[np.float64] | None
    forces: NDArray[np.float64] | None
    lattice: NDArray[np.float64] | None = None
    complaint: str = ""
    fractional: NDArray[np.float64] | None = None
    along_lattice: bool = False

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        known = (self.symbols, self.forces, self.positions)
        return next((len(each) for each in known if each is not None), 0)


class Text:
    """An output, line by line.

    Parameters
    ----------
    path : Path
        Compressed or not.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with open_text(path) as file:
            self.lines = file.read().splitlines()

    def last(self, pattern: str, wanted: str = "") -> int:
        """The number of the line after the last that matches, from 0.

        Raises
        ------
        FileError
            If none matches and ``wanted`` says what is missing and what to do; without it
            there is -1.
        """
        compiled = re.compile(pattern)
        for number in range(len(self.lines) - 1, -1, -1):
            if compiled.search(self.lines[number]):
                return number + 1
        if wanted:
            raise FileError(f"{self.path}: {wanted}")
        return -1

    def table(self, start: int, row: str, gap: int = 6) -> list[re.Match[str]]:
        """Lines that match, from one on until one does not; it may be a few lines below."""
        compiled, found = re.compile(row), list[re.Match[str]]()
        for number in range(max(start, 0), len(self.lines)):
            match = compiled.match(self.lines[number])
            if match:
                found.append(match)
            elif found or number - start >= gap:
                break
        return found

    def vectors(self, start: int, row: str, what: str) -> NDArray[np.float64]:
        """The last three groups of the lines of a table, as numbers, (n, 3).

        Raises
        ------
        FileError
            If there is none.
        """
        matches = self.table(start, row)
        if not matches:
            raise FileError(
                f"{self.path}: line {start + 1}: expected {what}; is the output complete?"
            )
        return numbers(matches)

    def lattice(self, start: int, unit: float = 1.0) -> NDArray[np.float64]:
        """Three lattice vectors at the beginning of a table, in a unit, Å.

        Raises
        ------
        FileError
            If they are not three, or have no volume.
        """
        vectors = self.vectors(start, rf"\s*{THREE}\s*$", "three lattice vectors")[:3]
        if vectors.shape != (3, 3) or abs(np.linalg.det(vectors)) < 1e-10:
            raise FileError(
                f"{self.path}: line {start + 1}: expected three vectors with a volume"
            )
        return np.asarray(vectors * unit)


def numbers(matches: list[re.Match[str]]) -> NDArray[np.float64]:
    """The last three groups of matches, as numbers, (n, 3)."""
    rows = [[number_of(word) for word in match.groups()[-3:]] for match in matches]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def ensure_as_many(path: Path, n_atoms: int, n_forces: int) -> None:
    """Require a force on every atom."""
    if n_atoms != n_forces:
        raise FileError(
            f"{path}: coordinates are of {n_atoms} atoms, forces of {n_forces}; is the "
            "output complete?"
        )
