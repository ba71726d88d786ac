"""Cells as VASP and TDEP write them, no more than constants of other programs need."""

from pathlib import Path

import numpy as np
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.files import replacing

from phonokit.io.files import in_file
from phonokit.io.formats.cells import cell_of_file
from phonokit.io.fractional import fractional
from phonokit.io.lines import number_of, read_lines, uncommented


def read_poscar(path: Path) -> Cell:
    """Read a ``POSCAR`` of version 5: the symbols stand above the counts."""
    lines = read_lines(path)
    start = 1 if len(lines) and lines.line(0) == 1 else 0  # the comment may be blank
    # Comments may follow on every line.
    scale = lines.leading(start, 1)[0]
    lattice = np.array([lines.leading(start + i, 3) for i in (1, 2, 3)])
    if scale < 0:
        scale = float((-scale / abs(np.linalg.det(lattice))) ** (1 / 3))
    names, counts = (uncommented(lines.words(start + i)) for i in (4, 5))
    if len(names) != len(counts) or not all(word.isdigit() for word in counts):
        raise FileError(
            f"{path}: line {lines.line(start + 4)}: expected a line of symbols and "
            "one of their counts"
        )
    if sum(int(word) for word in counts) > len(lines):
        raise FileError(f"{path}: has fewer lines than atoms; is the file whole?")
    symbols = [n for n, word in zip(names, counts, strict=True) for _ in range(int(word))]
    row = start + 6
    if lines.words(row)[:1] and lines.words(row)[0][0] in "sS":
        row += 1
    cartesian = "".join(lines.words(row)[:1])[:1] in ("c", "C", "k", "K")
    words = [lines.words(row + 1 + i)[:3] for i in range(len(symbols))]
    try:
        x = np.array([[number_of(w) for w in row] for row in words]).reshape(-1, 3)
    except ValueError:
        raise FileError(
            f"{path}: line {lines.line(row + 1)}: expected three coordinates for each of "
            f"{len(symbols)} atoms"
        ) from None
    if cartesian:
        with in_file(path):
            x = fractional(x, lattice)
    return cell_of_file(path, scale * lattice, x, symbols)


def write_poscar(cell: Cell, path: Path) -> Path:
    """Write a ``POSCAR`` of version 5, atoms in their order."""
    groups: list[list[object]] = []
    for symbol in cell.symbols:
        if groups and groups[-1][0] == symbol:
            groups[-1][1] = int(str(groups[-1][1])) + 1
        else:
            groups.append([symbol, 1])
    rows = [cell.formula, "1.0"]
    rows += [" ".join(f"{x:24.16f}" for x in vector) for vector in cell.lattice]
    rows += [" ".join(str(g[i]) for g in groups) for i in (0, 1)]
    rows += ["Direct"]
    rows += [" ".join(f"{x:22.16f}" for x in position) for position in cell.positions]
    with replacing(path) as beside, beside.open("w", encoding="utf-8") as file:
        file.writelines(f"{row}\n" for row in rows)
    return path
