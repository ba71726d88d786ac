"""SHELX files of structures, ``.res``, as AIRSS writes them too."""

import re
from pathlib import Path

import numpy as np
from phono_grid.errors import FileError

from phonokit.io.fractional import lattice_vectors
from phonokit.io.lines import Lines, read_lines
from phonokit.io.species import Structure, refuse_partial

_SEARCHED = re.compile(r"\bn\s+-\s+\d+\s*$")
"""The end of a title of AIRSS, whose atoms have spins where SHELX has a displacement."""
ENDS = ("END", "HKLF")


def read_res(path: Path) -> Structure:
    """Read ``CELL``, ``SFAC`` and the atoms, which have to be all those of the cell.

    ``x`` of 10 or more is a coordinate that SHELX holds fixed, as is an occupation of 11.

    Raises
    ------
    FileError
        If the file leaves atoms to its symmetry (``LATT`` other than -1, ``SYMM``), a site
        is occupied in part, or a line does not hold what it should.
    """
    lines = read_lines(path)
    heads = [lines.words(i)[0].upper() for i in range(len(lines))]
    if "CELL" not in heads or "SFAC" not in heads:
        raise FileError(f"{path}: expected CELL and SFAC")
    _ensure_all_atoms(lines, heads)
    cell = np.array(_numbers(lines, heads.index("CELL"), 1, 7))
    names = lines.words(heads.index("SFAC"))[1:]
    last = min((heads.index(end) for end in ENDS if end in heads), default=len(lines))
    labels, rows, spins = [], [], []
    searched = heads[0] == "TITL" and _SEARCHED.search(" ".join(lines.words(0)))
    for i in range(heads.index("SFAC") + 1, last):
        words = lines.words(i)
        if len(words) < 5 or not words[1].isdigit():
            continue
        if not 1 <= int(words[1]) <= len(names):
            raise FileError(
                f"{path}: line {lines.line(i)}: SFAC names {len(names)} elements, the atom "
                f"is of number {words[1]}"
            )
        labels.append(names[int(words[1]) - 1])
        rows.append([x - 10 if x >= 5 else x for x in _numbers(lines, i, 2, 3)])
        share = _numbers(lines, i, 5, 1)[0] if len(words) > 5 else 1.0
        refuse_partial({labels[-1]: share - 10 if share >= 10 else share})
        spins.append(_numbers(lines, i, 6, 1)[0] if searched and len(words) > 6 else 0.0)
    if not rows:
        raise FileError(f"{path}: has no atoms after SFAC")
    lattice = lattice_vectors(cell[1:4], cell[4:])
    return Structure(lattice, np.array(rows), labels, moments=np.array(spins))


def _ensure_all_atoms(lines: Lines, heads: list[str]) -> None:
    """Require that no atom is left to lattice centring, inversion or symmetry."""
    if "SYMM" in heads:
        line = heads.index("SYMM")
    else:
        line = heads.index("LATT") if "LATT" in heads else -1
        if line >= 0 and lines.words(line)[1:2] == ["-1"]:
            return
    told = " ".join(lines.words(line)) if line >= 0 else "none, which means LATT 1"
    raise FileError(
        f"{lines.path}: expected LATT -1 and no SYMM, got {told}; write all atoms of the "
        "cell"
    )


def _numbers(lines: Lines, number: int, first: int, n: int) -> list[float]:
    """Numbers of a line from a word on."""
    words = lines.words(number)[first : first + n]
    return Lines(lines.path, [(lines.line(number), words)]).numbers(0, n)
