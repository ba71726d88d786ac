"""Make ``phono3py_params.yaml.xz``: silicon of Tersoff's potential, forces inside.

Needs ``matscipy`` and ``scipy`` (the ``test`` dependency group). Run it in this folder::

    uv run --group test python make.py

The conventional cell at its equilibrium lattice constant, 64-atom supercells, and the
displacements that symmetry leaves: one atom for second order, pairs of atoms for third.
"""

import lzma
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from ase import Atoms
from matscipy.calculators.manybody import Manybody
from matscipy.calculators.manybody.explicit_forms import TersoffBrenner
from matscipy.calculators.manybody.explicit_forms.tersoff_brenner import (
    Tersoff_PRB_39_5566_Si_C,
)
from numpy.typing import NDArray
from phono_grid import Cell, Supercell, Symmetry
from scipy.optimize import brentq

DISTANCE = 0.03
"""Å"""
AXES = np.eye(3, dtype=np.int64)
FACE = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1], [1, -1, 0], [1, 0, -1], [0, 1, -1]])
SPACE = np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]])
DIRECTIONS = np.concatenate([AXES, FACE, SPACE])
"""Along the axes, the face diagonals and the space diagonals of the supercell."""
FCC = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
SUPERCELL = np.diag([2, 2, 2])
PRIMITIVE = np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])

Displacement = tuple[int, NDArray[np.float64]]
Rows = NDArray[np.float64] | NDArray[np.int64]


def silicon(a: float) -> Cell:
    """Build the conventional cell, 8 atoms."""
    positions = np.concatenate([FCC, FCC + 0.25])
    return Cell(a * np.eye(3), positions, ("Si",) * 8, np.full(8, 28.0855))


def atoms_of(cell: Cell) -> Atoms:
    """Convert to ASE, with Tersoff's forces."""
    atoms = Atoms(
        cell.symbols, cell=cell.lattice, scaled_positions=cell.positions, pbc=True
    )
    atoms.calc = Manybody(**TersoffBrenner(Tersoff_PRB_39_5566_Si_C))
    return atoms


def independent_directions(
    group: NDArray[np.int64], candidates: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Choose the fewest displacements whose images span space, and their signs."""
    chosen = _spanning(group, candidates)
    signed = []
    for d in chosen:
        signed.append(d)
        if not (group @ d == -d).all(axis=1).any():
            signed.append(-d)
    return np.array(signed)


def _spanning(
    group: NDArray[np.int64], candidates: NDArray[np.int64]
) -> Sequence[NDArray[np.int64]]:
    """Find one direction if it will do, else two, else the three axes."""
    for d in candidates:
        if np.linalg.matrix_rank(group @ d) == 3:
            return [d]
    for d in candidates:
        for image in group @ d:
            for e in candidates:
                if abs(np.linalg.det(np.array([d, image, e]))) > 1e-8:
                    return [d, e]
    return list(AXES)


def pairs_with(
    symmetry: Symmetry, first: int, direction: NDArray[np.int64]
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Find second atoms and their directions, while ``first`` is along ``direction``."""
    site = symmetry.site(first)
    left = site[(symmetry.rotations[site] @ direction == direction).all(axis=1)]
    permutations = symmetry.permutations[left]
    for second in np.unique(permutations.min(axis=0)):
        bond = symmetry.rotations[left[permutations[:, second] == second]]
        for e in independent_directions(bond, DIRECTIONS):
            yield int(second), e


def forces_on(perfect: Atoms, *displacements: Displacement) -> NDArray[np.float64]:
    """Compute forces with atoms moved, eV/Å."""
    atoms = perfect.copy()
    atoms.calc = perfect.calc
    for atom, u in displacements:
        atoms.positions[atom] += u
    return np.asarray(atoms.get_forces())


def matrix(rows: Rows, indent: str, form: str) -> Iterator[str]:
    """Write the lines of a list of rows."""
    for row in rows:
        # Adding zero turns -0 into 0.
        numbers = ", ".join(f"{x + 0:{form}}" for x in row)
        yield f"{indent}- [ {numbers} ]"


def cell_lines(name: str, cell: Cell) -> Iterator[str]:
    """Write a cell."""
    yield from ("", f"{name}:", "  lattice:")
    yield from matrix(cell.lattice, "  ", ".12f")
    yield "  points:"
    for symbol, x, mass in zip(cell.symbols, cell.positions, cell.masses, strict=True):
        yield f"  - symbol: {symbol}"
        yield f"    coordinates: [ {x[0]:.12f}, {x[1]:.12f}, {x[2]:.12f} ]"
        yield f"    mass: {mass:.6f}"


def displaced(
    u: Displacement, number: int, forces: NDArray[np.float64], indent: str
) -> Iterator[str]:
    """Write one displacement and the forces with it, the keys of a list item."""
    atom, (x, y, z) = u
    yield f"{indent}- atom: {atom + 1}"
    yield f"{indent}  displacement: [ {x + 0:.16f}, {y + 0:.16f}, {z + 0:.16f} ]"
    yield f"{indent}  displacement_id: {number}"
    yield f"{indent}  forces:"
    yield from matrix(np.round(forces, 10), f"{indent}  ", ".10f")


def displacement_lines(supercell: Supercell) -> Iterator[str]:
    """Write the displaced supercells: singles are numbered first, then their pairs."""
    cell = supercell.cell
    symmetry = Symmetry.of(cell)
    perfect = atoms_of(cell)

    def moved(atom: int, d: NDArray[np.int64]) -> Displacement:
        vector = d @ cell.lattice
        return atom, DISTANCE * vector / np.linalg.norm(vector)

    singles = [
        (int(atom), d)
        for atom in symmetry.independent_atoms
        for d in independent_directions(symmetry.rotations[symmetry.site(atom)], AXES)
    ]
    number = len(singles)
    yield from ("", "displacement_pairs:")
    for i, (first, direction) in enumerate(singles):
        u = moved(first, direction)
        yield from displaced(u, i + 1, forces_on(perfect, u), "")
        yield "  paired_with:"
        for second, e in pairs_with(symmetry, first, direction):
            number += 1
            v = moved(second, e)
            yield from displaced(v, number, forces_on(perfect, u, v), "  ")
            yield f"    pair_distance: {perfect.get_distance(first, second, mic=True):.8f}"
    yield from ("", "displacement_pair_info:")
    yield f"  number_of_singles: {len(singles)}"
    yield f"  number_of_pairs: {number - len(singles)}"


def lines() -> Iterator[str]:
    """Write the whole file."""
    a = brentq(lambda a: atoms_of(silicon(a)).get_stress()[0], 5.3, 5.6, xtol=1e-12)
    unit_cell = silicon(round(a, 10))
    supercell = Supercell.of(unit_cell, SUPERCELL, PRIMITIVE)
    yield "# Silicon, Tersoff potential (Phys. Rev. B 39, 5566 (1989)); made by make.py"
    yield from ("phono3py:", '  version: "4.8.2"', "", "physical_unit:")
    yield from ('  atomic_mass: "AMU"', '  length: "angstrom"', '  force: "eV/angstrom"')
    yield from ("", "primitive_matrix:", *matrix(PRIMITIVE, "", ".1f"))
    yield from ("", "supercell_matrix:", *matrix(SUPERCELL, "", "d"))
    yield from cell_lines("primitive_cell", supercell.primitive)
    yield from cell_lines("unit_cell", unit_cell)
    yield from cell_lines("supercell", supercell.cell)
    yield from displacement_lines(supercell)


def main() -> None:
    """Write the file beside this script."""
    text = "\n".join(lines()) + "\n"
    path = Path(__file__).with_name("phono3py_params.yaml.xz")
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
