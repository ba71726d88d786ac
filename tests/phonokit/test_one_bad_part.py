"""One bad part does not end the whole, and what is stale is told."""

import shutil

import numpy as np
import phonokit
import pytest
from phono_grid import Cell, Supercell
from phono_grid.calculators import calculator_units
from phono_grid.errors import FileError, PhonoWarning
from phonokit import Displace, Transport
from phonokit.cli.app import main
from phonokit.io.write_forces import write_force_sets
from phonokit.model.vanishing import vanishes_by_symmetry
from phonokit.results.force_constants import StaleConstantsWarning
from tiny_crystal import EXAMPLE

EMT = """from ase.calculators.emt import EMT


def make():
    return EMT()
"""


@pytest.fixture
def silicon(tmp_path):
    """The example in a folder of its own."""
    folder = tmp_path / "silicon"
    shutil.copytree(EXAMPLE, folder)
    return folder


def run(capsys, *words):
    """The exit code, and what was printed."""
    code = main([str(word) for word in words])
    return code, "".join(capsys.readouterr())


def test_wrong_charges_stop_only_what_needs_them(silicon, capsys):
    """Without dipoles the numbers are those without charges, and the charges are told."""
    pytest.importorskip("seekpath")
    command = ("bands", silicon, "--path", "G X", "--points-per-segment", "3")
    plain = silicon.parent / "plain.hdf5"
    assert run(capsys, *command, "--output", plain)[0] == 0
    (silicon / "BORN").write_text("7,2\n1 2 3\n")
    code, text = run(capsys, *command)
    assert code == 2
    assert "BORN: " in text
    left_out = silicon.parent / "left_out.hdf5"
    code, text = run(capsys, *command, "--no-nac", "--output", left_out)
    assert code == 0, text
    assert "warning: the Born charges are left out, as they cannot be read: " in text
    one, other = (phonokit.read_result(path) for path in (plain, left_out))
    np.testing.assert_array_equal(one.frequencies, other.frequencies)
    code, text = run(capsys, "fc", silicon, "--output", silicon.parent / "out")
    assert code == 0, text
    with pytest.raises(FileError, match="BORN: "):
        phonokit.read(silicon)
    with pytest.raises(FileError, match="BORN: "):
        phonokit.load(silicon)


@pytest.mark.needs_rust
def test_a_cold_coarse_mesh_is_told_and_warmer_temperatures_are_kept(data):
    """Silicon on 5³ at 20 K: nearly all heat flows by one eigenvalue of 6e-9 THz."""
    silicon = phonokit.load(data / "si-pbesol")

    def conducts(solver, *temperatures):
        transport = Transport(method="lbte", solver=solver)
        result = phonokit.kappa(silicon, (5, 5, 5), temperatures, transport=transport)
        return result.kappa[:, 0]

    with pytest.warns(PhonoWarning) as told:
        direct = conducts("direct", 20, 100, 300)
    assert any(
        "at 20 K eigenvalues of the collision operator from 6.2e-09 THz on"
        in str(w.message)
        for w in told
    )
    with pytest.warns(PhonoWarning, match="phonons at 20 K have mean free paths"):
        iterated = conducts("cg", 20, 100, 300)
    assert np.isnan(direct[0])
    assert iterated[0] > 1e5
    np.testing.assert_allclose(iterated[1:], direct[1:], rtol=1e-6)
    np.testing.assert_array_equal(conducts("direct", 100, 300), direct[1:])


def copper(tmp_path, capsys, *words):
    """Force constants of copper from its structure."""
    pytest.importorskip("ase")
    (tmp_path / "emt.py").write_text(EMT)
    (tmp_path / "POSCAR").write_text(
        "Cu\n3.6\n0 .5 .5\n.5 0 .5\n.5 .5 0\nCu\n1\nDirect\n0 0 0\n"
    )
    command = ("fc", tmp_path / "POSCAR", "--calculator", f"{tmp_path}/emt.py:make")
    code, text = run(capsys, *command, "--output", tmp_path / "out", *words)
    assert code == 0, text
    return text


def test_third_order_that_symmetry_forbids_is_told(tmp_path, capsys):
    text = copper(tmp_path, capsys, "--supercell", "2", "2", "2")
    assert "order 3: vanishes by symmetry in this supercell" in text
    crystal = phonokit.load(tmp_path / "out")
    assert not crystal.fc3.values.any()
    with pytest.raises(phonokit.DomainError, match="third-order constants that vanish"):
        phonokit.kappa(crystal, (3, 3, 3), transport=Transport())


@pytest.mark.parametrize(
    ("matrix", "vanishes"),
    [((1, 1, 1), True), ((2, 2, 2), True), ((2, 2, 1), True), ((3, 2, 2), False)],
)
def test_symmetry_forbids_third_order_where_all_distances_are_half_periods(
    matrix, vanishes
):
    lattice = [[0, 1.8, 1.8], [1.8, 0, 1.8], [1.8, 1.8, 0]]
    metal = Supercell.of(Cell.of(lattice, [[0, 0, 0]], ["Cu"]), matrix)
    diamond = Supercell.of(
        Cell.of(lattice, [[0, 0, 0], [0.25, 0.25, 0.25]], ["C", "C"]), matrix
    )
    assert vanishes_by_symmetry(metal) is vanishes
    assert not vanishes_by_symmetry(diamond)


def test_a_cutoff_below_the_bonds_is_told(tmp_path, capsys):
    words = ("--supercell", "3", "2", "2", "--fc3-cutoff", "0.5", "--sparse")
    text = copper(tmp_path, capsys, *words)
    assert "order 3: is zero: no atoms are within the cutoff of each other" in text


def test_constants_of_an_older_fit_are_put_aside(tmp_path, capsys):
    copper(tmp_path, capsys, "--supercell", "3", "2", "2")
    folder = tmp_path / "out"
    before = (folder / "fc3.hdf5").read_bytes()
    (folder / "forces.hdf5").unlink()
    (folder / "FORCES_FC3").unlink()
    (folder / "phono3py_disp.yaml").unlink()
    words = ("--supercell", "3", "2", "2", "--second-order", "--overwrite")
    command = ("fc", tmp_path / "POSCAR", "--calculator", f"{tmp_path}/emt.py:make")
    code, text = run(capsys, *command, "--output", folder, *words[:-1])
    assert code == 2
    assert "fc2.hdf5: is there already" in text
    # A refusal leaves them where they are.
    assert (folder / "fc3.hdf5").read_bytes() == before
    text = copper(tmp_path, capsys, *words)
    assert "fc3.hdf5: is of another fit than these constants of second order" in text
    assert (folder / "fc3.hdf5.old").read_bytes() == before
    assert phonokit.load(folder).order == 2
    (folder / "fc3.hdf5.old").rename(folder / "fc3.hdf5")
    result = phonokit.fit(phonokit.read(folder))
    with pytest.warns(StaleConstantsWarning):
        result.write(folder)


def test_forces_of_second_order_are_those_that_were_just_made(tmp_path, capsys):
    """Displacements of third order in the same folder are not taken for them."""
    copper(tmp_path, capsys, "--supercell", "3", "2", "2")
    (tmp_path / "out" / "forces.hdf5").unlink()
    words = ("--supercell", "3", "2", "2", "--second-order", "--overwrite")
    text = copper(tmp_path, capsys, *words)
    assert "order 3" not in text
    assert "phonopy_disp.yaml, " in text


@pytest.mark.parametrize("name", ["qe", "wien2k", "elk", "cp2k", "vasp"])
def test_force_sets_are_in_the_units_of_the_program(tmp_path, rng, name):
    units = calculator_units(name)
    cell = Cell.of(3.7 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cs", "Cl"])
    made = phonokit.displace(cell, Displace(supercell=(2, 1, 1), second_order=True))
    forces = rng.normal(size=(len(made), 4, 3))
    path = write_force_sets(tmp_path / "FORCE_SETS", made, forces, units=units)
    from phonokit.io.force_sets import read_force_sets

    singles, read = read_force_sets(path, made.supercell, units)
    np.testing.assert_allclose(read, forces, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        singles.displacements, made.singles.displacements, rtol=1e-12, atol=1e-15
    )
    numbers = np.loadtxt(path.read_text().splitlines()[5:9])
    np.testing.assert_allclose(numbers * units.force, forces[0], rtol=1e-9, atol=1e-12)
