"""Fourth order by differences: from a structure and a calculator to the conductivity."""

from itertools import product

import numpy as np
import phonokit
import pytest
from morse_bonds import FCC, NEAREST, A, forces_of, morse
from phono_4ph import ForceConstants4, read_force_constants4, symmetrize4
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError, ShapeError
from phonokit import Displace, FourPhonon, FourthOrderData
from phonokit.cli.app import main
from stillinger_weber import fourth_derivatives

pytest.importorskip("ase")
CELL = Cell.of(np.eye(3) * A, FCC, ["Al"] * 4)
SETTINGS = Displace(supercell=(2, 2, 2), distance=0.01)
MESH, T = (3, 3, 3), [300.0]
ORDER4 = ["--order", "4", "--fc4-cutoff", "3"]
CALCULATOR = """
import numpy as np
from ase.calculators.calculator import Calculator
from morse_bonds import forces_of
from phono_grid import Cell, Supercell

class Morse(Calculator):
    implemented_properties = ["forces"]

    def calculate(self, atoms=None, properties=None, system_changes=None):
        cell = Cell.of(atoms.cell.array, REST, ["Al"] * len(REST))
        u = atoms.get_scaled_positions(wrap=False) - REST
        u = (u - np.rint(u)) @ atoms.cell.array
        self.results = {"forces": forces_of(Supercell.of(cell, (1, 1, 1), "P"), u[None])[0]}

def make():
    return Morse()
"""


@pytest.fixture(scope="module")
def supercells():
    return phonokit.displace_fourth_order(CELL, SETTINGS, cutoff=3.0)


@pytest.fixture(scope="module")
def fc4(supercells):
    return phonokit.fit_fourth_order(data_of(supercells))


@pytest.fixture(scope="module")
def crystal():
    """Second and third order of the same bonds."""
    made = phonokit.displace(CELL, SETTINGS)
    forces = [forces_at(made, n) for n in range(len(made))]
    return phonokit.Crystal.from_forces(phonokit.ForceData.from_supercells(made, forces))


@pytest.fixture
def folder(tmp_path, monkeypatch, supercells):
    """A structure, and a calculator of its forces."""
    rest = supercells.supercell.cell.positions.tolist()
    (tmp_path / "morse.py").write_text(f"REST = {rest}\n{CALCULATOR}")
    CELL.to_ase().write(tmp_path / "POSCAR", format="vasp", direct=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def forces_at(supercells, number):
    """Forces of Morse bonds in one supercell."""
    cell = supercells.supercell.cell
    u = supercells.positions(number) - cell.positions @ cell.lattice
    return forces_of(supercells.supercell, u[None])[0]


def data_of(supercells):
    forces = [forces_at(supercells, n) for n in range(len(supercells))]
    return FourthOrderData(supercells=supercells, forces=forces)


def derivatives(cell):
    """The fourth derivatives of the energy of all bonds, no differences of forces."""
    keys, values = [], []
    for r in product((-1, 0, 1), repeat=3):
        v = np.array(r) @ cell.lattice
        if r < (0, 0, 0) or abs(np.linalg.norm(v) - NEAREST) > 0.1:
            continue
        d = fourth_derivatives(
            lambda u, v=v: morse(np.linalg.norm(v + u[:, 3:] - u[:, :3], axis=1)), 6
        ).reshape((2, 3) * 4)
        ends = np.array([(0, 0, 0), r])
        for i, j, k, m in product(range(2), repeat=4):
            keys.append((ends[[j, k, m]] - ends[i]).tolist())
            values.append(d[i, :, j, :, k, :, m])
    atoms = np.zeros((len(keys), 4), dtype=int)
    return symmetrize4(ForceConstants4.of(values, atoms, keys, cell.lattice))


@pytest.mark.needs_rust
def test_differences_conduct_as_the_derivatives_of_the_energy_do(crystal, fc4):
    exact = derivatives(crystal.primitive)
    blocks = {
        tuple(c.ravel().tolist()): v for c, v in zip(fc4.cells, fc4.values, strict=True)
    }
    largest = np.abs(exact.values).max()
    for cells, value in zip(exact.cells, exact.values, strict=True):
        away = np.abs(blocks.pop(tuple(cells.ravel().tolist())) - value)
        assert away.max() < 1e-3 * largest
    # Within the cutoff, but of atoms that no single bond holds.
    assert all(np.abs(v).max() < 1e-3 * largest for v in blocks.values())
    three, one, other = (
        phonokit.kappa(crystal if c is None else crystal.with_fc4(c), MESH, T, **choice)
        for c, choice in (
            (None, {}),
            (exact, {"four_phonon": FourPhonon()}),
            (fc4, {"four_phonon": FourPhonon()}),
        )
    )
    assert three.kappa[0, 0] > 1.02 * one.kappa[0, 0]
    np.testing.assert_allclose(other.kappa, one.kappa, rtol=1e-3, atol=1e-12)


@pytest.mark.needs_rust
def test_the_commands_go_from_a_structure_to_the_conductivity(folder, fc4, capsys):
    calculator = ["--calculator", "morse.py:make"]
    start = ["POSCAR", "--supercell", "2", "2", "2", "--distance", "0.01", *ORDER4]
    assert main(["displace", *start, "--output", "steps"]) == 0
    told = capsys.readouterr().out
    assert "fourth order: 32 atoms, " in told
    assert "displacements of up to three atoms within 3 Å" in told
    assert main(["forces", "steps", *calculator]) == 0
    assert main(["fc", "steps", "--order", "4"]) == 0
    assert main(["fc", *start, *calculator, "--output", "at_once"]) == 0
    files = [folder / name / "FORCE_CONSTANTS_4TH" for name in ("steps", "at_once")]
    assert files[0].read_bytes() == files[1].read_bytes()
    primitive = phonokit.read("steps").supercell.primitive
    read = read_force_constants4(files[0], primitive)
    largest = np.abs(fc4.values).max()
    np.testing.assert_allclose(read.values, fc4.values, atol=1e-6 * largest)
    kappa = ["kappa", "steps", "--four-phonon", "--mesh", "3", "3", "3"]
    assert main([*kappa, "--temperature", "300", "--output", "kappa.hdf5"]) == 0
    assert phonokit.read_result("kappa.hdf5").kappa[0, 0] > 0


def test_forces_are_collected_from_finished_calculations(folder, supercells, capsys):
    from ase.calculators.singlepoint import SinglePointCalculator

    words = ["displace", "POSCAR", "--supercell", "2", "2", "2", *ORDER4, "--output", "si"]
    assert main([*words, "--distance", "0.01", "--structures", "extxyz"]) == 0
    third = phonokit.read_supercells("si")[0]
    fourth = phonokit.read_fourth_order_supercells("si")
    for one, other in zip(fourth.arrays, supercells.arrays, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(list(folder.glob("si/supercell_fc4-*.extxyz"))) == 1 + len(fourth)
    files = []
    for part in (third, fourth):
        for number in range(len(part)):
            atoms = part.supercell.cell.to_ase()
            atoms.positions = part.positions(number)
            atoms.calc = SinglePointCalculator(atoms, forces=forces_at(part, number))
            files.append(f"{part.order}-{number}.extxyz")
            atoms.write(files[-1])
    assert main(["forces", "si", *files[:-1]]) > 0
    expected = f"{len(third)} + {len(fourth)} calculations"
    assert expected in capsys.readouterr().err
    assert main(["forces", "si", *files]) == 0
    data = phonokit.read_fourth_order("si")
    np.testing.assert_allclose(data.forces, data_of(fourth).forces, atol=1e-7)
    # Forces of these displacements: others may not take their place.
    other = [*words[:-2], "--distance", "0.02", "--output", "si", "--overwrite"]
    assert main(other) > 0
    assert "holds forces of them" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (ORDER4[:2], "--fc4-cutoff"),
        (ORDER4[2:], "--order 4"),
        ([*ORDER4, "--random", "3"], "random displacements of all atoms"),
        ([*ORDER4, "--second-order"], "leaves no third order"),
        (["--order", "4", "--fc4-cutoff", "9"], "more than the supercell holds"),
    ],
)
def test_options_that_exclude_each_other_are_refused(words, told, folder, capsys):
    supercell = ["--supercell", "2", "2", "2", "--output", "new"]
    assert main(["displace", "POSCAR", *supercell, *words]) > 0
    assert told in capsys.readouterr().err
    assert not (folder / "new").exists()


def test_forces_and_cutoffs_of_something_else_are_refused(supercells, tmp_path):
    data = data_of(supercells)
    with pytest.raises(DomainError, match="made for 3 Å"):
        phonokit.fit_fourth_order(data, 2.9)
    with pytest.raises(DomainError, match="cutoff3"):
        phonokit.fit_fourth_order(data, cutoff3=3.5)
    with pytest.raises(ShapeError, match="forces"):
        FourthOrderData(supercells=supercells, forces=data.forces[1:])
    with pytest.raises(FileError, match="phono4_disp"):
        phonokit.read_fourth_order(tmp_path)
    path = tmp_path / "phono4_disp.yaml"
    phonokit.write_fourth_order_supercells(supercells, path)
    with pytest.raises(FileError, match="phono forces"):
        phonokit.read_fourth_order(tmp_path)
    moved = [*supercells.comments()][::-1]
    phonokit.write_forces(tmp_path / "FORCES_FC4", data.forces, moved)
    with pytest.raises(FileError, match="the comment says"):
        phonokit.read_fourth_order(tmp_path)
    text = path.read_text()
    path.write_text(text.replace("  atoms:\n  - [ 1,", "  atoms:\n  - [ 1.5,"))
    with pytest.raises(FileError, match="whole numbers"):
        phonokit.read_fourth_order_supercells(path)
    path.write_text(text.replace("  atoms:\n  - [ 1,", "  atoms:\n  - [ 99,"))
    with pytest.raises(FileError, match="atoms must be from 0 to 31"):
        phonokit.read_fourth_order_supercells(path)


@pytest.mark.needs_rust
def test_a_calculator_gives_fourth_order_in_one_call(folder, fc4):
    from phonokit.io.ase import calculator_of

    crystal = phonokit.from_calculator(
        CELL, calculator_of("morse.py:make", {}), SETTINGS, fc4_cutoff=3.0
    )
    largest = np.abs(fc4.values).max()
    np.testing.assert_allclose(crystal.fc4.values, fc4.values, atol=1e-6 * largest)
