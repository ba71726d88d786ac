"""Forces of finished calculations, program by program."""

import numpy as np
import outputs_of_programs as outputs
import pytest
from phono_fc import single_displacements
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import FileError
from phonokit import DisplacedSupercells, collect_forces

pytest.importorskip("ase.io")
PROGRAMS = {
    "vasprun.xml": outputs.vasprun,
    "pw.out": outputs.espresso,
    "dump.lammpstrj": lambda *a: outputs.lammps(*a, element=True),
    "types.lammpstrj": lambda *a: outputs.lammps(*a, element=False),
    "cp2k.out": lambda *a: outputs.cp2k(*a, modern=False),
    "cp2k-2024.out": lambda *a: outputs.cp2k(*a, modern=True),
}


@pytest.fixture
def supercells() -> DisplacedSupercells:
    """Rocksalt, orthogonal as LAMMPS has its box."""
    cell = Cell(4.2 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cs", "Cl"], [133, 35])
    supercell = Supercell.of(cell, [2, 1, 1])
    symmetry = Symmetry.of(supercell.cell)
    singles = single_displacements(supercell, symmetry, distance=0.03)
    return DisplacedSupercells(cell, supercell, singles)


def write(folder, name, supercells, number, forces):
    """The output of the program that the name stands for; the cell at rest is -1."""
    cell = supercells.supercell.cell
    x = cell.positions @ cell.lattice if number < 0 else supercells.positions(number)
    path = folder / f"{number + 1}-{name}"
    path.write_text(PROGRAMS[name](cell.symbols, cell.lattice, x, forces))
    return path


@pytest.mark.parametrize("name", PROGRAMS)
def test_forces_of_every_program_are_those_it_wrote(tmp_path, rng, supercells, name):
    n, n_s = len(supercells), supercells.supercell.cell.n_atoms
    forces = rng.normal(size=(n, n_s, 3)).round(8)
    rest = 0.01 * rng.normal(size=(n_s, 3))
    files = [write(tmp_path, name, supercells, i, forces[i] + rest) for i in range(n)]
    at_rest = write(tmp_path, name, supercells, -1, rest)
    collected = collect_forces(supercells, files, residual=at_rest)
    # The programs, ASE and we have constants of different years.
    np.testing.assert_allclose(collected, forces, rtol=2e-6, atol=1e-8)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_calculation_of_another_supercell_is_refused(tmp_path, supercells, name):
    n_s = supercells.supercell.cell.n_atoms
    n = len(supercells)
    files = [write(tmp_path, name, supercells, i, np.zeros((n_s, 3))) for i in range(n)]
    with pytest.raises(FileError, match=r"atom \d is .*, 0\.0\d+ Å from where"):
        collect_forces(supercells, files[::-1])


def test_an_output_of_cp2k_without_forces_says_how_to_get_them(tmp_path, supercells):
    path = write(tmp_path, "cp2k.out", supercells, 0, np.zeros((4, 3)))
    text = path.read_text()
    for cut, message in (
        ("ATOMIC FORCES", "holds no atomic forces in .* let CP2K print them"),
        ("ATOMIC COORDINATES", "holds no atomic coordinates in angstrom"),
    ):
        path.write_text(text.replace(cut, "NOTHING"))
        with pytest.raises(FileError, match=message):
            collect_forces(supercells, [path] * len(supercells))
    lines = text.splitlines()
    last = next(i for i, line in enumerate(lines) if "SUM OF" in line) - 1
    path.write_text("\n".join(lines[:last] + lines[last + 1 :]))
    with pytest.raises(FileError, match="coordinates are of 4 atoms, forces of 3"):
        collect_forces(supercells, [path] * len(supercells))
