"""Third-order constants of d3q: ``mat3R``, for Quantum ESPRESSO.

On lattice vectors, Ry/bohr³. The head is that of ``q2r.x``; then, for three axes and three
atoms, pairs of lattice vectors of the second and the third atom (Paulatto, Mauri and
Lazzeri, Phys. Rev. B 87, 214303 (2013)). What is imaginary is rounding, and may
be left out. The sparse file of ``d3_sparse.x`` has the pairs of vectors first, and then for
each the constants that are not zero, by three coordinates of atoms.
"""

from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import LatticeForceConstants
from phono_grid import Cell
from phono_grid.calculators import calculator_units
from phono_grid.errors import FileError, PhonoError

from phonokit.io.files import open_text
from phonokit.io.formats.cells import Components
from phonokit.io.formats.espresso import cell_of_head, charges_of_head
from phonokit.io.formats.numbers import read_numbers, whole_numbers
from phonokit.io.lines import Lines

HEAD = 10_000
"""Lines that may hold the crystal."""
SPARSE = "sparse representation"
PAIRS = 1 << 10
"""Pairs of lattice vectors whose constants are taken at once."""
UNIT = calculator_units("qe").force_constants(3)


def is_mat3r(head: str) -> bool:
    """Whether the beginning of a file with the head of ``q2r.x`` is that of ``mat3R``."""
    if is_sparse(head):
        return True
    rows = [words for line in head.splitlines() if (words := line.split())]
    numbers = [len(row) if all(w.lstrip("-").isdigit() for w in row) else 0 for row in rows]
    return any(pair == (6, 1) for pair in pairwise(numbers))


def is_sparse(head: str) -> bool:
    """Whether the beginning of a file is that of the sparse one."""
    return head.split()[:2] == SPARSE.split()


def read_mat3r(path: Path) -> LatticeForceConstants:
    """Read ``mat3R``, full or sparse."""
    with open_text(path) as file:
        rows = [(i, line.split()) for i, line in enumerate(islice(file, HEAD), start=1)]
    rows = [row for row in rows if row[1]]
    sparse = bool(rows) and is_sparse(" ".join(rows[0][1]))
    lines = Lines(path, rows[1:] if sparse else rows)
    cell, _, row = cell_of_head(path, lines)
    flag = "".join(lines.words(row)[:1]).strip(".").upper()
    row += 1
    if flag[:1] == "T":
        *_, row = charges_of_head(lines, row, cell)
    below = 1 if sparse else 6
    if len(lines.words(row)) != 3 or len(lines.words(row + 1)) != below:
        raise FileError(
            f"{path}: line {lines.line(row)}: expected the grid, and "
            f"{'the number of vectors' if sparse else 'axes and atoms'} below it; is it a "
            "mat3R?"
        )
    skip, width = lines.line(row), _width(lines, row + 1)
    try:
        if sparse:
            return _of_sparse(path, read_numbers(path, skip_lines=skip), cell)
        return _of_full(path, read_numbers(path, skip_lines=skip), width, cell)
    except FileError:
        raise
    except PhonoError as error:
        raise FileError(f"{path}: {error}") from None


def _width(lines: Lines, row: int) -> int:
    """Numbers in a row of the first block that has any."""
    while lines.words(row + 1) == ["0"]:
        row += 2
    return len(lines.words(row + 2)) or 8


def _of_full(
    path: Path, numbers: NDArray[np.float64], width: int, cell: Cell
) -> LatticeForceConstants:
    """Block after block: axes and atoms, how many vectors, and a value for each."""
    if width not in (7, 8):
        raise FileError(f"{path}: expected rows of two vectors and a value or two")
    blocks: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    place = 0
    while place < len(numbers):
        head = whole_numbers(path, numbers[place : place + 7], "axes, atoms and a count")
        if len(head) < 7 or not 0 <= head[6] <= len(numbers):
            raise _cut(path, len(blocks))
        n, start = int(head[6]), place + 7
        place = start + width * n
        if place > len(numbers):
            raise _cut(path, len(blocks))
        if (
            not ((head[:3] >= 1) & (head[:3] <= 3)).all()
            or not ((head[3:6] >= 1) & (head[3:6] <= cell.n_atoms)).all()
        ):
            raise FileError(
                f"{path}: block {len(blocks) + 1}: axes or atoms that are not there"
            )
        blocks.append((head[:6] - 1, numbers[start:place].reshape(n, width)))
    if len(blocks) != 27 * cell.n_atoms**3:
        raise FileError(
            f"{path}: expected {27 * cell.n_atoms**3} blocks, got {len(blocks)}; is the "
            "file whole?"
        )
    reach = max(np.abs(table[:, :6]).max(initial=0) for _, table in blocks)
    components = Components(cell, 3, _whole_reach(path, reach))
    for head, table in blocks:
        kept = table[table[:, 6] != 0]
        vectors = whole_numbers(path, kept[:, :6], "lattice vectors")
        shape = (len(kept), 3)
        axes, atoms = (np.broadcast_to(part, shape) for part in (head[:3], head[3:]))
        components.add(UNIT * kept[:, 6], atoms, vectors.reshape(-1, 2, 3), axes)
    del numbers, blocks, table
    return components.together()


def _cut(path: Path, blocks: int) -> FileError:
    """A file that ends after so many blocks."""
    return FileError(f"{path}: ends within block {blocks + 1}; is the file whole?")


def _of_sparse(
    path: Path, numbers: NDArray[np.float64], cell: Cell
) -> LatticeForceConstants:
    """All pairs of vectors, and then the constants that each has."""
    n = int(whole_numbers(path, numbers[:1], "the number of vectors")[0])
    if not 0 < n <= len(numbers) // 7:
        raise FileError(f"{path}: {n} pairs of vectors; is the file whole?")
    table = whole_numbers(path, numbers[1 : 1 + 7 * n].reshape(n, 7), "lattice vectors")
    counts, vectors = table[:, 0], table[:, 1:].reshape(n, 2, 3)
    rest = numbers[1 + 7 * n :]
    if counts.min() < 0 or 4 * int(counts.sum()) != len(rest):
        raise FileError(
            f"{path}: expected {max(int(counts.sum()), 0)} constants, got "
            f"{len(rest) / 4:g}; is the file whole?"
        )
    components = Components(cell, 3, _whole_reach(path, np.abs(vectors).max()))
    rows, ends = rest.reshape(-1, 4), np.cumsum(counts)
    for first in range(0, n, PAIRS):
        chosen = slice(first, first + PAIRS)
        begin = int(ends[first] - counts[first])
        part = rows[begin : int(ends[chosen][-1])]
        places = whole_numbers(path, part[:, :3], "coordinates of atoms") - 1
        if not ((places >= 0) & (places < 3 * cell.n_atoms)).all():
            raise FileError(f"{path}: coordinates of atoms that are not there")
        cells = np.repeat(vectors[chosen], counts[chosen], axis=0)
        components.add(UNIT * part[:, 3], places // 3, cells, places % 3)
    del numbers, rest, rows, part
    return components.together()


def _whole_reach(path: Path, reach: float) -> int:
    """The largest component of a lattice vector, which must be one that can be."""
    return int(whole_numbers(path, np.array([reach], dtype=float), "lattice vectors")[0])
