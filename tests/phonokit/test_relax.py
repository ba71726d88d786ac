"""Relaxation with a calculator, and calculators that are called by their names."""

import sys
import types

import numpy as np
import phonokit
import pytest
from phono_grid import Cell, Symmetry
from phonokit import ConvergenceError, Displace, DomainError, FileError
from phonokit.cli.app import main
from phonokit.io.ase import calculator_of

pytest.importorskip("ase")
EMT = pytest.importorskip("ase.calculators.emt").EMT
bulk = pytest.importorskip("ase.build").bulk


class Broken:
    """A calculator that must not be called."""

    def __getattr__(self, name):
        raise AssertionError(f"{name} was asked for")


def energy(cell):
    atoms = cell.to_ase()
    atoms.calc = EMT()
    return atoms.get_potential_energy() / len(atoms)


def forces_and_stress(cell):
    atoms = cell.to_ase()
    atoms.calc = EMT()
    return np.abs(atoms.get_forces()).max(), np.abs(atoms.get_stress()).max()


@pytest.fixture
def alloy():
    """CuAu in layers, cubic axes where it wants to be tetragonal, atoms out of place."""
    positions = [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.52], [0, 0.5, 0.52]]
    return Cell.of(3.8 * np.eye(3), positions, ["Cu", "Cu", "Au", "Au"])


def test_nothing_pulls_at_the_end_and_the_symmetry_is_that_of_the_start(alloy):
    relaxed = phonokit.relax(alloy, EMT())
    force, stress = forces_and_stress(relaxed)
    assert force <= 1e-4
    assert stress * relaxed.volume <= 1e-4
    assert energy(relaxed) < energy(alloy)
    assert abs(relaxed.lattice[2, 2] / relaxed.lattice[0, 0] - 1) > 0.02
    before = Symmetry.of(alloy)
    after = Symmetry.of(Cell.of(relaxed.lattice, relaxed.positions, relaxed.symbols))
    assert len(after.rotations) >= len(before.rotations)
    angles = relaxed.lattice @ relaxed.lattice.T
    np.testing.assert_allclose(angles, np.diag(np.diag(angles)), atol=1e-10)


def test_a_cell_that_is_kept_is_the_same_and_its_atoms_are_relaxed(alloy):
    relaxed = phonokit.relax(alloy, EMT(), cell=False)
    np.testing.assert_array_equal(relaxed.lattice, alloy.lattice)
    assert forces_and_stress(relaxed)[0] <= 1e-4


def test_the_minimum_is_that_of_the_energy_over_the_lattice_constant():
    found = 2 * phonokit.relax(bulk("Cu", a=3.7), EMT(), force=1e-6).lattice[0, 1]
    step = 1e-3
    around = [energy(Cell.from_ase(bulk("Cu", a=found + d))) for d in (-step, 0, step)]
    slope, curvature = around[2] - around[0], around[0] + around[2] - 2 * around[1]
    assert abs(slope / 2 / curvature) < 1e-3


def test_what_is_kept_is_read_and_another_is_refused(tmp_path):
    file, copper = tmp_path / "relaxed.json", bulk("Cu", a=3.7)
    first = phonokit.relax(copper, EMT(), kept=file, origin="emt")
    again = phonokit.relax(copper, Broken(), kept=file, origin="emt")
    np.testing.assert_array_equal(again.lattice, first.lattice)
    before = file.read_bytes()
    with pytest.raises(FileError, match="another calculator"):
        phonokit.relax(copper, EMT(), kept=file, origin="other")
    with pytest.raises(FileError, match="another structure"):
        phonokit.relax(bulk("Cu", a=3.6), EMT(), kept=file, origin="emt")
    assert file.read_bytes() == before
    file.write_text("[]")
    with pytest.raises(FileError, match="is no relaxed structure"):
        phonokit.relax(copper, EMT(), kept=file, origin="emt")


def test_what_does_not_converge_or_has_no_stress_is_an_error(monkeypatch):
    with pytest.raises(ConvergenceError, match="are left after 1 steps"):
        phonokit.relax(bulk("Cu", a=3.7), EMT(), steps=1)
    calculator = EMT()
    monkeypatch.setattr(type(calculator), "get_stress", None)
    with pytest.raises(DomainError, match="relaxation failed"):
        phonokit.relax(bulk("Cu", a=3.7), calculator)


@pytest.mark.needs_rust
def test_a_crystal_of_a_relaxed_structure_has_its_volume(tmp_path):
    settings = Displace(supercell=(2, 2, 2), second_order=True)
    copper = bulk("Cu", a=3.7)
    expected = phonokit.relax(copper, EMT()).volume
    crystal = phonokit.from_calculator(copper, EMT(), settings, relax=True, folder=tmp_path)
    assert crystal.primitive.volume == pytest.approx(expected, rel=1e-9)
    assert (tmp_path / "relaxed.json").is_file()


def test_the_command_relaxes_first_and_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    bulk("Cu", a=3.7).write("POSCAR")
    words = (
        "fc POSCAR --calculator emt --relax --supercell 2 2 2 --second-order --output cu"
    )
    for told in ("wrote cu/fc2.hdf5", "cu/fc2.hdf5 is there already, the same"):
        assert main(words.split()) == 0
        text = capsys.readouterr().out
        assert "  relaxed    to 0.0001 eV/Å: 11.56" in text
        assert told in text
    assert main(["fc", "cu", "--relax"]) == 2
    assert "--relax: for a structure file with a --calculator" in capsys.readouterr().err


def test_names_stand_for_packages_in_double_precision(monkeypatch):
    made = []

    def mace_mp(**options):
        made.append(options)
        return EMT()

    module = types.ModuleType("mace.calculators")
    module.mace_mp = mace_mp
    monkeypatch.setitem(sys.modules, "mace", types.ModuleType("mace"))
    monkeypatch.setitem(sys.modules, "mace.calculators", module)
    assert isinstance(calculator_of("mace_mp", {"model": "small"}), EMT)
    calculator_of("MACE-MP", {"default_dtype": "float32"})
    assert made == [
        {"default_dtype": "float64", "model": "small"},
        {"default_dtype": "float32"},
    ]


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mace", None)
    monkeypatch.setitem(sys.modules, "mace.calculators", None)
    with pytest.raises(DomainError, match="install it with: pip install mace-torch"):
        calculator_of("mace_mp", {})
    monkeypatch.setitem(sys.modules, "mace.calculators", types.ModuleType("nothing"))
    with pytest.raises(DomainError, match="install it with: pip install mace-torch"):
        calculator_of("mace_off", {})
    with pytest.raises(DomainError, match=r"expected module:factory .* or one of mace_mp"):
        calculator_of("mace", {})
    monkeypatch.setattr(sys.modules["mace.calculators"], "mace_mp", int, raising=False)
    with pytest.raises(DomainError, match=r"mace_mp cannot be made .*what it needs"):
        calculator_of("mace_mp", {"nothing": 1})


def test_calculators_that_are_registered_with_ase_have_their_names(monkeypatch):
    calculators = pytest.importorskip("ase.calculators.calculator")
    monkeypatch.setitem(calculators.external_calculators, "own", EMT)
    assert isinstance(calculator_of("own", {}), EMT)
