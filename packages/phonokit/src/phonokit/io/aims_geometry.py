"""FHI-aims' structure file, geometry.in, with labels of species and moments."""

from pathlib import Path

import numpy as np
from phono_grid.errors import FileError

from phonokit.io.lines import Lines, read_lines
from phonokit.io.species import Structure


def read_aims_geometry(path: Path) -> Structure:
    """Read a ``geometry.in``: lattice, atoms of either kind, ``initial_moment``.

    Raises
    ------
    FileError
        If it has no three lattice vectors, no atoms or empty sites.
    """
    lines = read_lines(path)
    lattice: list[list[float]] = []
    atoms: list[tuple[str, bool, list[float]]] = []
    moments: dict[int, float] = {}
    for number in range(len(lines)):
        keyword = lines.words(number)[0]
        if keyword == "lattice_vector":
            lattice.append(_numbers(lines, number, 3))
        elif keyword in ("atom", "atom_frac"):
            words = lines.words(number)
            if len(words) < 5:
                raise FileError(
                    f"{path}: line {lines.line(number)}: expected three coordinates and an "
                    "element"
                )
            atoms.append((words[4], keyword == "atom", _numbers(lines, number, 3)))
        elif keyword == "initial_moment":
            moments[len(atoms) - 1] = _numbers(lines, number, 1)[0]
        elif keyword == "empty":
            raise FileError(
                f"{path}: line {lines.line(number)}: an empty site does not vibrate; "
                "remove it"
            )
    if len(lattice) != 3 or not atoms:
        raise FileError(
            f"{path}: expected three lattice_vector and atoms, got {len(lattice)} and "
            f"{len(atoms)}; a crystal is periodic along three axes"
        )
    vectors = np.array(lattice)
    if abs(np.linalg.det(vectors)) < 1e-10:
        raise FileError(f"{path}: the lattice vectors have no volume")
    inverse = np.linalg.inv(vectors)
    x = [np.array(r) @ inverse if cartesian else np.array(r) for _, cartesian, r in atoms]
    spins = np.array([moments.get(i, 0.0) for i in range(len(atoms))])
    return Structure(vectors, np.array(x), [name for name, _, _ in atoms], moments=spins)


def _numbers(lines: Lines, number: int, n: int) -> list[float]:
    """Numbers after a keyword."""
    words = lines.words(number)[1 : n + 1]
    return Lines(lines.path, [(lines.line(number), words)]).numbers(0, n)
