"""From a structure to forces: displacements written, forces computed and collected."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import phonokit
import pytest
from phono_fc import pair_displacements, single_displacements
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import DomainError, FileError
from phonokit.calc.forces import collect_forces, compute_forces
from phonokit.cli.app import main
from phonokit.io.supercells import read_supercells
from phonokit.io.write_displacements import write_displacements
from phonokit.io.write_forces import write_force_sets, write_forces
from phonokit.model.displaced_supercells import DisplacedSupercells

ase = pytest.importorskip("ase")
io = pytest.importorskip("ase.io")


def rocksalt(**options):
    """Two kinds of atoms that differ by name only, in a cell of 16."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    cell = Cell(5.8 * np.eye(3), np.r_[fcc, fcc + h], ["Ne"] * 4 + ["Ar"] * 4, [20] * 8)
    supercell = Supercell.of(cell, [1, 1, 2], "F")
    symmetry = Symmetry.of(supercell.cell)
    singles = single_displacements(supercell, symmetry, distance=0.03, diagonal=False)
    pairs = pair_displacements(supercell, symmetry, singles, **options)
    return DisplacedSupercells(cell, supercell, singles, pairs, options.get("cutoff"))


def only_singles(supercells):
    return DisplacedSupercells(
        supercells.unit_cell, supercells.supercell, supercells.singles
    )


class Linear:
    """Forces that tell which atoms moved, and how often they were asked for."""

    def __init__(self, *, break_at=None, rest=0.0):
        self.calls, self.break_at, self.rest = 0, break_at, rest

    def get_forces(self, atoms):
        self.calls += 1
        if self.calls == self.break_at:
            raise KeyboardInterrupt
        return -2.0 * (atoms.get_positions() - self.start) + self.rest


def linear(supercells, **options):
    calculator = Linear(**options)
    cell = supercells.supercell.cell
    calculator.start = cell.positions @ cell.lattice
    return calculator


def displaced(supercells):
    """Displacements of all atoms of all supercells."""
    u = np.zeros((len(supercells), supercells.supercell.cell.n_atoms, 3))
    for number in range(len(supercells)):
        for atom, step in supercells.moves(number):
            u[number, atom] += step
    return u


def test_written_displacements_are_read_back(tmp_path):
    for options in ({}, {"cutoff": 3.0}):
        supercells = rocksalt(**options)
        path = write_displacements(supercells, tmp_path / "phono3py_disp.yaml")
        again, units = read_supercells(tmp_path)
        assert units.length == units.force == 1
        assert path.name == "phono3py_disp.yaml"
        for name in ("singles", "pairs"):
            one, other = getattr(supercells, name), getattr(again, name)
            np.testing.assert_array_equal(one.atoms, other.atoms)
            np.testing.assert_allclose(one.displacements, other.displacements, atol=1e-15)
        np.testing.assert_array_equal(again.pairs.first, supercells.pairs.first)
        np.testing.assert_array_equal(again.included, supercells.included)
        np.testing.assert_allclose(again.pairs.distances, supercells.pairs.distances)


def test_single_displacements_are_written_as_phonopy_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    supercells = only_singles(rocksalt())
    assert write_displacements(supercells) == Path("phonopy_disp.yaml")
    again, _ = read_supercells(tmp_path)
    assert again.pairs is None
    np.testing.assert_array_equal(displaced(again), displaced(supercells))


def test_every_supercell_gets_its_forces_and_far_pairs_none(tmp_path):
    supercells = rocksalt(cutoff=3.0)
    calculator = linear(supercells)
    forces = compute_forces(supercells, calculator, tmp_path / "forces.hdf5")
    assert 0 < supercells.included.sum() < len(supercells)
    assert calculator.calls == supercells.included.sum()
    expected = -2 * displaced(supercells) * supercells.included[:, None, None]
    np.testing.assert_allclose(forces, expected, rtol=0, atol=1e-13)


def test_an_interrupted_run_goes_on_where_it_was(tmp_path):
    supercells, store = rocksalt(), tmp_path / "forces.hdf5"
    broken = linear(supercells, break_at=5)
    with pytest.raises(KeyboardInterrupt):
        compute_forces(supercells, broken, store)
    reports = []
    calculator = linear(supercells)
    forces = compute_forces(
        supercells, calculator, store, progress=lambda *done: reports.append(done)
    )
    n = len(supercells)
    assert calculator.calls == n - 4
    assert reports == [(i, n) for i in range(5, n + 1)]
    np.testing.assert_allclose(forces, -2 * displaced(supercells), rtol=0, atol=1e-13)
    calculator = linear(supercells)
    compute_forces(supercells, calculator, store)
    assert calculator.calls == 0


def test_forces_of_the_supercell_at_rest_are_subtracted(tmp_path):
    supercells = rocksalt()
    calculator = linear(supercells, rest=0.125)
    forces = compute_forces(supercells, calculator, tmp_path / "f.hdf5", residual=True)
    assert calculator.calls == len(supercells) + 1
    np.testing.assert_allclose(forces, -2 * displaced(supercells), rtol=0, atol=1e-13)


def test_a_store_of_other_supercells_or_another_calculator_is_refused(tmp_path):
    supercells, store = rocksalt(), tmp_path / "forces.hdf5"
    compute_forces(only_singles(supercells), linear(supercells), store, origin="one")
    with pytest.raises(FileError, match="holds forces of other displaced supercells"):
        compute_forces(supercells, linear(supercells), store, origin="one")
    other = linear(supercells, rest=0.01)
    with pytest.raises(FileError, match=r"from .one., and those .* from .two. differ"):
        compute_forces(only_singles(supercells), other, store, origin="two")


def test_the_same_calculator_by_another_name_goes_on(tmp_path):
    supercells, store = only_singles(rocksalt()), tmp_path / "forces.hdf5"
    broken = linear(supercells, break_at=3)
    with pytest.raises(KeyboardInterrupt):
        compute_forces(supercells, broken, store, origin="potential.py:make")
    calculator = linear(supercells)
    forces = compute_forces(
        supercells, calculator, store, origin="folder/potential.py:make"
    )
    assert calculator.calls == len(supercells) - 2 + 1
    np.testing.assert_allclose(forces, -2 * displaced(supercells), rtol=0, atol=1e-13)


def test_a_force_that_is_not_a_number_is_refused_and_not_stored(tmp_path):
    supercells, store = only_singles(rocksalt()), tmp_path / "forces.hdf5"
    with pytest.raises(FileError, match="supercell 1: the force on atom 1 is not a number"):
        compute_forces(supercells, linear(supercells, rest=np.nan), store)
    calculator = linear(supercells)
    compute_forces(supercells, calculator, store)
    assert calculator.calls == len(supercells)


def calculations(supercells, folder, forces):
    """Finished calculations, one file for each supercell."""
    from ase.calculators.singlepoint import SinglePointCalculator

    cell, files = supercells.supercell.cell, []
    for number in np.flatnonzero(supercells.included):
        atoms = ase.Atoms(
            cell.symbols,
            positions=supercells.positions(int(number)),
            cell=cell.lattice,
            pbc=True,
        )
        atoms.calc = SinglePointCalculator(atoms, forces=forces[number], energy=0.0)
        files.append(folder / f"{number}.extxyz")
        io.write(files[-1], atoms)
    return files


def test_forces_are_collected_from_finished_calculations(tmp_path, rng):
    supercells = rocksalt(cutoff=3.0)
    forces = rng.normal(size=(len(supercells), 16, 3)).round(6)
    files = calculations(supercells, tmp_path, forces)
    collected = collect_forces(supercells, files)
    inside = supercells.included[:, None, None]
    np.testing.assert_allclose(collected, forces * inside, rtol=0, atol=1e-7)
    less = collect_forces(supercells, files, residual=at_rest(supercells, tmp_path, 0.25))
    np.testing.assert_allclose(less, (forces - 0.25) * inside, rtol=0, atol=1e-7)


def at_rest(supercells, folder, force):
    """The calculation of the undisplaced supercell."""
    from ase.calculators.singlepoint import SinglePointCalculator

    cell = supercells.supercell.cell
    atoms = ase.Atoms(
        cell.symbols, scaled_positions=cell.positions, cell=cell.lattice, pbc=True
    )
    atoms.calc = SinglePointCalculator(atoms, forces=np.full((16, 3), force))
    io.write(folder / "rest.extxyz", atoms)
    return folder / "rest.extxyz"


def test_calculations_that_do_not_fit_are_refused_by_name(tmp_path, rng):
    supercells = only_singles(rocksalt())
    forces = rng.normal(size=(len(supercells), 16, 3))
    files = calculations(supercells, tmp_path, forces)
    n = len(files)
    with pytest.raises(FileError, match=f"expected {n} calculations, .* got {n - 1}"):
        collect_forces(supercells, files[1:])
    rest = at_rest(supercells, tmp_path, 0.0)
    atoms, path = io.read(files[0]), tmp_path / "other.xyz"
    others = atoms.copy()
    others.positions = others.positions[[8, *range(1, 8), 0, *range(9, 16)]]
    broken = atoms.copy()
    broken.positions[3, 1] = np.nan
    for other, message in (
        (io.read(files[1]), "atom 1 is Ne, 0.042 Å .*; it is another supercell, name"),
        (io.read(rest), "atom 1 is Ne, 0.030 Å from where Ne should be"),
        (others, "atom 1 is Ne, .* where atom 9 .* another order and of other elements"),
        (atoms[:15], "expected 16 atoms, got 15; it is another supercell"),
        (broken, "atom 4 is Ne, nan Å from where"),
    ):
        io.write(path, other, format="extxyz")
        with pytest.raises(FileError, match=f"other.xyz: supercell 1: {message}"):
            collect_forces(supercells, [path, *files[1:]])
    with pytest.raises(FileError, match=r"none\.xyz: no such file"):
        collect_forces(supercells, [tmp_path / "none.xyz", *files[1:]])
    io.write(path, atoms[:15], format="extxyz")
    for other, message in ((files[0], "atom 1 is Ne, 0.030"), (path, "expected 16 atoms")):
        with pytest.raises(
            FileError, match=f"{other.name}: undisplaced supercell: {message}"
        ):
            collect_forces(supercells, files, residual=other)


def test_atoms_in_the_order_of_a_program_are_told_by_their_positions(tmp_path, rng):
    from ase.calculators.singlepoint import SinglePointCalculator

    supercells = only_singles(rocksalt())
    forces = rng.normal(size=(len(supercells), 16, 3))
    files = calculations(supercells, tmp_path, forces)
    expected = collect_forces(supercells, files)
    np.testing.assert_allclose(expected, forces, rtol=0, atol=1e-7)
    for file in files:
        atoms = io.read(file)
        there = atoms.get_forces()
        order = rng.permutation(16)
        atoms = atoms[order]
        atoms.calc = SinglePointCalculator(atoms, forces=there[order])
        io.write(file, atoms, format="extxyz")
    np.testing.assert_array_equal(collect_forces(supercells, files), expected)
    with pytest.raises(FileError, match="it is another supercell, name the files"):
        collect_forces(supercells, files[::-1])


def test_forces_of_singles_are_read_from_either_file(tmp_path, rng):
    supercells = only_singles(rocksalt())
    write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    forces = rng.normal(size=(len(supercells), 16, 3))
    with pytest.raises(FileError, match="no FORCES_FC2 and no FORCE_SETS"):
        phonokit.read(tmp_path)
    sets = write_force_sets(tmp_path / "FORCE_SETS", supercells, forces)
    fc2 = write_forces(tmp_path / "FORCES_FC2", forces, supercells.comments())
    for expected in (fc2, sets):
        data = phonokit.read(tmp_path)
        singles, path = data.singles, data.files[-1].path
        assert path == expected
        assert (data.pairs, data.order) == (None, 2)
        np.testing.assert_array_equal(singles.atoms, supercells.singles.atoms)
        np.testing.assert_allclose(singles.forces, forces, rtol=0, atol=1e-13)
        np.testing.assert_allclose(
            singles.displacements, supercells.singles.displacements, atol=1e-15
        )
        path.unlink()


def still(text):
    """The first displacement is none."""
    lines = text.split("\n")
    return "\n".join([*lines[:4], "0 0 0", *lines[5:]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.replace("16\n", "15\n", 1), "of 15 atoms, expected 16"),
        (lambda t: t.rpartition("\n\n")[0], r"expected \d+ lines for \d displacements"),
        (
            lambda t: t[:-5] + "oops\n",
            r"line \d+ \(supercell \d\): expected 3 numbers, got '.*oops'",
        ),
        (
            still,
            "line 5: displacement 1 has length zero; correct it, or remove it",
        ),
        (lambda t: "1 2 3 4 5 6\n", "expected 16 lines for every supercell, got 1"),
        (lambda t: "", "expected 1 number, got ''"),
        (lambda t: t.replace("\n1\n", "\n17\n", 1), "atoms must be in 0 to 15"),
    ],
)
def test_what_is_wrong_with_force_sets_is_said(tmp_path, rng, change, message):
    supercells = only_singles(rocksalt())
    forces = rng.normal(size=(len(supercells), 16, 3))
    path = write_force_sets(tmp_path / "FORCE_SETS", supercells, forces)
    path.write_text(change(path.read_text()))
    write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    with pytest.raises(FileError, match=message):
        phonokit.read(tmp_path)


@pytest.fixture
def two_supercells(tmp_path, rng):
    """Displacements, the calculations of both orders and their forces."""
    third = rocksalt(cutoff=3.0)
    cell = third.unit_cell
    own = Supercell.of(cell, [2, 1, 1], "F")
    singles = single_displacements(own, Symmetry.of(own.cell), distance=0.03)
    second = DisplacedSupercells(cell, own, singles)
    third = replace(third, phonon=second)
    path = write_displacements(third, tmp_path / "phono3py_disp.yaml")
    files, forces = [], []
    for part in (third, second):
        folder = tmp_path / str(part.order)
        folder.mkdir()
        inside = part.included[:, None, None]
        forces.append(rng.normal(size=(len(part), 16, 3)).round(6) * inside)
        files.append(calculations(part, folder, forces[-1]))
    rests = at_rest(third, tmp_path / "3", 0.25), at_rest(second, tmp_path / "2", 0.5)
    return path, files, forces, rests


@pytest.mark.parametrize("with_rests", [False, True])
def test_finished_calculations_of_two_supercells_are_collected_together(
    two_supercells, with_rests
):
    path, files, forces, rests = two_supercells
    command = ["forces", path, *files[0], *files[1]]
    if with_rests:
        command += ["--residual-file", rests[0], "--phonon-residual-file", rests[1]]
        forces = forces[0] - 0.25, forces[1] - 0.5
    assert main([str(word) for word in command]) == 0
    data = phonokit.read(path)
    np.testing.assert_allclose(data.second_order.forces.forces, forces[1], atol=1e-7)
    n = len(data.singles)
    np.testing.assert_allclose(data.singles.forces, forces[0][:n], atol=1e-7)
    inside = phonokit.read_supercells(path)[0].included[n:]
    np.testing.assert_allclose(data.pairs.forces, forces[0][n:][inside], atol=1e-7)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--residual-file A", "two supercells have two undisplaced files"),
        ("--phonon-residual-file B", "two supercells have two undisplaced files"),
        ("--residual-file D --phonon-residual-file B", "1.extxyz: undisplaced supercell: "),
        (
            "--residual",
            "name the calculation of the undisplaced supercell with --residual-f",
        ),
    ],
)
def test_supercells_at_rest_that_do_not_fit_are_refused(
    two_supercells, capsys, options, message
):
    path, files, _, (third, second) = two_supercells
    named = {"A": str(third), "B": str(second), "D": str(files[0][1])}
    words = [named.get(word, word) for word in options.split()]
    assert main([str(word) for word in ("forces", path, *files[0], *files[1], *words)]) == 2
    assert message in capsys.readouterr().err


def test_one_supercell_has_one_file_at_rest(tmp_path, rng, capsys):
    supercells = only_singles(rocksalt())
    path = write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    files = calculations(supercells, tmp_path, rng.normal(size=(len(supercells), 16, 3)))
    rest = at_rest(supercells, tmp_path, 0.25)
    for words, message in (
        ((*files, "--phonon-residual-file", rest), "no separate supercell of second order"),
        (("--calculator", "a:b", "--residual-file", rest), "computed by --residual"),
    ):
        assert main([str(word) for word in ("forces", path, *words)]) == 2
        assert message in capsys.readouterr().err


def test_options_are_json_or_words():
    from phonokit.io.ase import options_of

    words = ("a=1", "b=true", "c=PBE", "d=[1, 2]")
    assert json.dumps(options_of(words)) == '{"a": 1, "b": true, "c": "PBE", "d": [1, 2]}'
    with pytest.raises(DomainError, match="expected name=value, got '=1'"):
        options_of(("=1",))
