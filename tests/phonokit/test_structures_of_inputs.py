"""Lattices and positions in inputs of programs, however they are written."""

from pathlib import Path

import numpy as np
import pytest
import structures_of_programs as structures
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.units import BOHR
from phonokit.io.structures import read_structure

pytest.importorskip("ase.io")


def read(folder: Path, text: str, name: str = "structure") -> Cell:
    """The cell of a file whose name tells nothing."""
    path = folder / name
    path.write_text(text)
    return read_structure(path)


@pytest.mark.parametrize(
    ("ibrav", "system", "lengths", "cosines"),
    [
        (1, "A = 3.0", (3, 3, 3), (0, 0, 0)),
        (2, "celldm(1) = 8.0", (8 * BOHR / 2**0.5,) * 3, (0.5,) * 3),
        (3, "A = 4.0", (2 * 3**0.5,) * 3, (1 / 3, -1 / 3, 1 / 3)),
        (4, "A = 3.0, C = 5.0", (3, 3, 5), (0, 0, -0.5)),
        (5, "A = 4.0, cosAB = 0.3", (4, 4, 4), (0.3,) * 3),
        (8, "A = 3.0, B = 4.0, C = 5.0", (3, 4, 5), (0, 0, 0)),
        (12, "A = 3.0, B = 4.0, C = 5.0, cosAB = 0.2", (3, 4, 5), (0, 0, 0.2)),
        (-12, "A = 3.0, B = 4.0, C = 5.0, cosAC = 0.2", (3, 4, 5), (0, 0.2, 0)),
        (
            14,
            "A = 3.0, B = 4.0, C = 5.0, cosBC = 0.1, cosAC = 0.2, cosAB = 0.3",
            (3, 4, 5),
            (0.1, 0.2, 0.3),
        ),
    ],
)
def test_lattices_of_quantum_espresso_have_their_lengths_and_angles(
    tmp_path, ibrav, system, lengths, cosines
):
    head, _, rest = structures.espresso(system).partition("CELL_PARAMETERS")
    text = head + rest[rest.index("ATOMIC_POSITIONS") :]
    lattice = read(tmp_path, text.replace("ibrav=0", f"ibrav={ibrav}")).lattice
    sizes = np.linalg.norm(lattice, axis=1)
    np.testing.assert_allclose(sizes, lengths, rtol=1e-7)
    angles = (lattice @ lattice.T / np.outer(sizes, sizes))[[1, 0, 0], [2, 2, 1]]
    np.testing.assert_allclose(angles, cosines, rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("lattice", "positions"),
    [
        ("acell 3*5.6 Angstrom\nrprim 1 0 0 0 1 0 0 0 1", "xred 3*0 3*0.25"),
        ("ACELL 5.6 5.6 5.6 angstr\n", "xangst 3*0 3*1.4 # of Si"),
        (f"acell 3*{5.6 / BOHR:.12f}", f"xcart\n 3*0.0 3*{1.4 / BOHR:.12f}"),
        (f"acell {5.6 / BOHR:.12f} 2*{5.6 / BOHR:.12f} Bohr", "xcart 3*0 3*1.4 Angstrom"),
        ("acell 3*5.6d0 Angstrom angdeg 3*90", "xred 0 0 0 1/4 1/4 1/4"),
    ],
)
def test_inputs_of_abinit_may_repeat_numbers_and_have_units(lattice, positions, tmp_path):
    text = f"natom 2 ntypat 1 znucl 14 typat 2*1\n{lattice}\n{positions}\necut 20\n"
    (tmp_path / "si.in").write_text(text)
    cell = read_structure(tmp_path / "si.in")
    np.testing.assert_allclose(cell.lattice, 5.6 * np.eye(3), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(cell.positions[1], 0.25, rtol=1e-9)
    assert cell.symbols == ("Si", "Si")


def test_three_equal_angles_of_abinit_are_about_z(tmp_path):
    (tmp_path / "si.in").write_text("acell 3*4 angstr angdeg 3*60 znucl 14 natom 1\n")
    lattice = read_structure(tmp_path / "si.in").lattice
    np.testing.assert_allclose(lattice @ lattice.T, 16 * (np.eye(3) / 2 + 0.5), rtol=1e-12)
    np.testing.assert_allclose(lattice[:, 2], lattice[0, 2], rtol=1e-12)
    assert np.linalg.det(lattice) > 0
    (tmp_path / "si.in").write_text("acell 3*4 angdeg 3*130 znucl 14 natom 1\n")
    with pytest.raises(FileError, match="no cell has three angles of 130"):
        read_structure(tmp_path / "si.in")


@pytest.mark.parametrize("unit", ["Cartesian", "Cartesian_angstrom", "Cartesian_au"])
def test_positions_of_abacus_have_the_unit_they_say(unit, tmp_path):
    places = {"Cartesian": 0.5, "Cartesian_angstrom": 1.5, "Cartesian_au": 1.5 / BOHR}
    x = " ".join([f"{places[unit]:.12f}"] * 3)
    text = structures.abacus("H1", "H2").replace("Direct", unit).replace("0.5 0.5 0.5", x)
    (tmp_path / "STRU").write_text(text)
    np.testing.assert_allclose(
        read_structure(tmp_path / "STRU").positions[1], 0.5, rtol=1e-8
    )
    for changed, error in (
        (text.replace("LATTICE_VECTORS", "LATTICE_PARAMETERS"), "has no LATTICE_VECTORS"),
        (text.replace(unit, "Fractions"), "expected Direct or Cartesian"),
        (text.replace("\n1\n0 0 0", "\n7\n0 0 0"), "expected a number of atoms"),
    ):
        (tmp_path / "STRU").write_text(changed)
        with pytest.raises(FileError, match=error):
            read_structure(tmp_path / "STRU")
