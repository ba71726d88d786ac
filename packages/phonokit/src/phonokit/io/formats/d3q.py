"""Third-order constants of d3q: ``mat3R``, for Quantum ESPRESSO.

On lattice vectors, Ry/bohr³. The head is that of ``q2r.x``; then, for three axes and three
atoms, pairs of lattice vectors of the second and the third atom (Paulatto, Mauri and
Lazzeri, Phys. Rev. B 87, 214303 (2013)). What is imaginary is rounding.
"""

from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from phono_fc import LatticeForceConstants
from phono_grid.calculators import calculator_units
from phono_grid.errors import FileError, PhonoError

from phonokit.io.files import open_text
from phonokit.io.formats.cells import gathered
from phonokit.io.formats.espresso import cell_of_head, charges_of_head
from phonokit.io.formats.numbers import read_numbers, whole_numbers
from phonokit.io.lines import Lines

HEAD = 10_000
"""Lines that may hold the crystal."""
UNIT = calculator_units("qe").force_constants(3)


def is_mat3r(head: str) -> bool:
    """Whether the beginning of a file with the head of ``q2r.x`` is that of ``mat3R``."""
    rows = [line.split() for line in head.splitlines()]
    numbers = [len(row) if all(w.lstrip("-").isdigit() for w in row) else 0 for row in rows]
    return any(pair == (6, 1) for pair in pairwise(numbers))


def read_mat3r(path: Path) -> LatticeForceConstants:
    """Read ``mat3R``, not the sparse one."""
    with open_text(path) as file:
        rows = [(i, line.split()) for i, line in enumerate(islice(file, HEAD), start=1)]
    lines = Lines(path, [row for row in rows if row[1]])
    cell, _, row = cell_of_head(path, lines)
    flag = "".join(lines.words(row)[:1]).strip(".").upper()
    row += 1
    if flag[:1] == "T":
        _, row = charges_of_head(path, lines, row, cell)
    if len(lines.words(row)) != 3 or len(lines.words(row + 1)) != 6:
        raise FileError(
            f"{path}: line {lines.line(row)}: expected the grid, and axes and atoms below "
            "it; is it a mat3R, and not sparse?"
        )
    numbers = read_numbers(path, skip_lines=lines.line(row))
    values, atoms, cells, axes = [], [], [], []
    place, blocks = 0, 0
    while place < len(numbers):
        head = whole_numbers(path, numbers[place : place + 7], "axes, atoms and a count")
        if len(head) < 7 or not 0 <= head[6] <= len(numbers):
            raise FileError(f"{path}: ends within block {blocks + 1}; is the file whole?")
        n, start = int(head[6]), place + 7
        place, blocks = start + 8 * n, blocks + 1
        if place > len(numbers):
            raise FileError(f"{path}: ends within block {blocks}; is the file whole?")
        table = numbers[start:place].reshape(n, 8)
        its_axes, its_atoms = head[:3] - 1, head[3:6] - 1
        if (
            not ((its_axes >= 0) & (its_axes < 3)).all()
            or not ((its_atoms >= 0) & (its_atoms < cell.n_atoms)).all()
        ):
            raise FileError(f"{path}: block {blocks}: axes or atoms that are not there")
        there = table[:, 6] != 0
        values.append(table[there, 6])
        vectors = whole_numbers(path, table[there, :6], "lattice vectors")
        cells.append(vectors.reshape(-1, 2, 3))
        atoms.append(np.tile(its_atoms, (len(vectors), 1)))
        axes.append(np.tile(its_axes, (len(vectors), 1)))
    if blocks != 27 * cell.n_atoms**3:
        raise FileError(
            f"{path}: expected {27 * cell.n_atoms**3} blocks, got {blocks}; is the file "
            "whole?"
        )
    try:
        return gathered(
            UNIT * np.concatenate(values),
            np.concatenate(atoms),
            np.concatenate(cells),
            np.concatenate(axes),
            cell,
        )
    except PhonoError as error:
        raise FileError(f"{path}: {error}") from None
