"""Born charges and dielectric tensors of ABINIT's and CASTEP's perturbation theory."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import in_file
from phonokit.io.lines import number_of
from phonokit.io.outputs.abinit import echo
from phonokit.io.outputs.calculation import NUMBER, THREE
from phonokit.io.species import symbol_of_number

ELEMENT = re.compile(
    rf"\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+({NUMBER})\s+{NUMBER}\s*$", re.ASCII
)
"""A line of a matrix of ABINIT: direction, perturbation, twice, and a complex number."""
MOST_ATOMS = 10_000


def charges_of_abinit(path: Path, text: str) -> dict[str, Any]:
    """The main output of ``rfphon``, ``rfelfd`` 3: what `ChargesOfOutput` holds.

    Perturbation ``natom + 2`` is the electric field, those up to ``natom`` are atoms
    (Gonze and Lee, Phys. Rev. B 55, 10355 (1997)).
    """
    n = int(echo(path, text, "natom", 1)[0])
    if not 1 <= n <= MOST_ATOMS:
        raise FileError(f"{path}: natom: {n} is no number of atoms")
    acell, rprim = echo(path, text, "acell", 3), echo(path, text, "rprim", 9)
    lattice = np.reshape(rprim, (3, 3)) * acell[:, None] * BOHR
    types = echo(path, text, "typat", n).astype(int)
    if types.min() < 1 or types.max() > n:
        raise FileError(f"{path}: typat: expected types 1 to {n}")
    znucl = echo(path, text, "znucl", int(types.max()))
    with in_file(path):
        symbols = [symbol_of_number(round(float(znucl[kind - 1]))) for kind in types]
    x = np.zeros((1, 3)) if n == 1 else np.reshape(echo(path, text, "xred", 3 * n), (n, 3))
    dielectric = np.full((1, 3, 3), np.nan)
    charges = np.full((n, 3, 3), np.nan)
    blocks = (
        (dielectric, "Dielectric tensor, in cartesian coordinates", n + 2),
        (charges, "Effective charges, in cartesian coordinates", 1),
    )
    for tensors, mark, first in blocks:
        for one, at_one, other, at_other, value in _elements(path, text, mark):
            # The field is the first of two perturbations, or the second.
            pairs = [(at_one, one, at_other, other), (at_other, other, at_one, one)]
            for field, i, moved, j in pairs:
                k = moved - first
                if field == n + 2 and 0 <= k < len(tensors) and {i, j} <= {1, 2, 3}:
                    tensors[k, i - 1, j - 1] = value
                    break
        if np.isnan(tensors).any():
            raise FileError(
                f"{path}: {mark}: elements are missing; let ABINIT compute all directions "
                "(rfdir 1 1 1) of all atoms (rfatpol)"
            )
    return {
        "program": "ABINIT",
        "lattice": lattice,
        "positions": x @ lattice,
        "symbols": tuple(symbols),
        "charges": charges,
        "dielectric": dielectric[0],
    }


def _elements(path: Path, text: str, mark: str) -> list[tuple[int, int, int, int, float]]:
    """The elements of the first matrix below a mark."""
    _, found, rest = text.partition(mark)
    if not found:
        raise FileError(f"{path}: holds no {mark.split(',')[0].lower()}; was it computed?")
    rows: list[tuple[int, int, int, int, float]] = []
    for line in rest.splitlines()[1:]:
        match = ELEMENT.match(line)
        if match:
            a, b, c, d = (int(x[:9]) for x in match.groups()[:4])
            rows.append((a, b, c, d, number_of(match[5])))
        elif rows and line.strip():
            break
    return rows


def charges_of_castep(path: Path, text: str) -> dict[str, Any]:
    """The ``.castep`` of a calculation of phonons with charges: as `ChargesOfOutput` holds.

    Rows of its tensors are of the displacement, columns of the field.
    """
    basis = _below(path, text, "Real Lattice", "lattice vectors")
    lattice = _rows(path, basis, rf"^\s*{THREE}\s+{NUMBER}\s", 3, "lattice vectors")
    places = _below(path, text, "Fractional coordinates of atoms", "positions")
    end = re.search(r"x{20,}", places)
    places = places[: end.start()] if end else places
    row = re.compile(rf"^\s*x\s+([A-Z][a-z]?)\S*\s+(\d+)\s+{THREE}\s+x", re.M)
    atoms = row.findall(places)
    if not atoms:
        raise FileError(f"{path}: holds no positions; is it whole?")
    x = np.array([[number_of(word) for word in atom[2:]] for atom in atoms])
    below = _below(path, text, "Born Effective Charges", "Born charges")
    tensor = re.compile(
        rf"^\s*([A-Z][a-z]?)\S*\s+(\d+)\s+{THREE}[^\n]*\n\s*{THREE}[^\n]*\n\s*{THREE}", re.M
    )
    found = {(one[0], one[1]): one[2:] for one in tensor.findall(below)}
    missing = [atom for atom in atoms if (atom[0], atom[1]) not in found]
    if missing:
        raise FileError(
            f"{path}: holds no charge of {missing[0][0]} {missing[0][1]}; was the "
            "calculation of charges finished?"
        )
    words = [found[atom[0], atom[1]] for atom in atoms]
    charges = np.array([[number_of(word) for word in row] for row in words])
    epsilon = _below(path, text, "Optical Permittivity", "optical permittivity")
    return {
        "program": "CASTEP",
        "lattice": lattice,
        "positions": x @ lattice,
        "symbols": tuple(atom[0] for atom in atoms),
        "charges": charges.reshape(-1, 3, 3).swapaxes(1, 2),
        "dielectric": _rows(path, epsilon, rf"^\s*{THREE}", 3, "the permittivity"),
    }


def _below(path: Path, text: str, mark: str, name: str) -> str:
    """The lines below the last that has a mark."""
    _, found, rest = text.rpartition(mark)
    if not found:
        raise FileError(f"{path}: holds no {name}; was it computed?")
    return rest.partition("\n")[2]


def _rows(path: Path, text: str, pattern: str, n: int, name: str) -> NDArray[np.float64]:
    """The first ``n`` rows of three numbers that a pattern finds."""
    found = re.findall(pattern, text, re.M)[:n]
    if len(found) < n:
        raise FileError(
            f"{path}: holds {len(found)} of {n} rows of {name}; is the file whole?"
        )
    return np.array([[number_of(word) for word in row] for row in found])
