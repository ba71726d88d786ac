"""``phono displace``, ``phono forces`` and ``phono fc`` as a person gives them."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from phonokit.cli.app import main

io = pytest.importorskip("ase.io")
POTENTIAL = """
from ase.calculators.lj import LennardJones

def make(smooth=False):
    return LennardJones(sigma=2.6, epsilon=0.5, rc=5.0, smooth=smooth)
"""


@pytest.fixture
def neon(tmp_path, monkeypatch):
    """A folder with a crystal and a potential."""
    from ase.build import bulk

    monkeypatch.chdir(tmp_path)
    io.write("POSCAR", bulk("Ne", "fcc", a=4.2, cubic=True), format="vasp")
    Path("potential.py").write_text(POTENTIAL)
    return tmp_path


def test_one_command_goes_from_a_structure_to_force_constants(neon, capsys):
    command = "fc POSCAR --calculator potential.py:make --output ne --supercell 2 2 1"
    assert main(command.split()) == 0
    data = phonokit.read(neon / "ne")
    assert data.supercell.cell.n_atoms == 16
    assert data.pair_cutoff is None
    assert {p.name for p in (neon / "ne").iterdir()} == {
        *("phono3py_disp.yaml", "forces.hdf5", "FORCES_FC3", "fc2.hdf5", "fc3.hdf5")
    }
    assert "wrote ne/fc3.hdf5" in capsys.readouterr().out


def test_the_three_commands_do_the_same_step_by_step(neon, capsys):
    for command in (
        "displace POSCAR --supercell 2 2 1 --output ne --pair-cutoff 3.5 --structures vasp",
        "forces ne --calculator potential.py:make --option smooth=true",
        "fc ne --text",
    ):
        assert main(command.split()) == 0
    out = capsys.readouterr().out
    data = phonokit.read(neon / "ne")
    needed = len(data.singles.atoms) + len(data.pairs.atoms)
    assert f"{needed} supercells need forces" in out
    assert len(list((neon / "ne").glob("supercell-*.vasp"))) == needed + 1
    assert (neon / "ne" / "FORCE_CONSTANTS").is_file()


def test_sparse_constants_conduct_as_the_dense_ones_with_the_same_cutoff(neon, capsys):
    for command in (
        "displace POSCAR --supercell 2 2 2 --output ne --pair-cutoff 3.5",
        "forces ne --calculator potential.py:make",
        "fc ne --sparse --fc3-cutoff 3.5",
        "kappa ne --mesh 3 3 3 --output constants.hdf5",
        "kappa ne --mesh 3 3 3 --output cut.hdf5 --fc3-cutoff 3.5",
        "kappa ne/FORCES_FC3 --mesh 3 3 3 --output all.hdf5",
    ):
        assert main(command.split()) == 0, capsys.readouterr().err
    supercell = phonokit.read("ne").supercell
    sparse = phonokit.read_sparse_force_constants("ne/fc3.hdf5", supercell)
    assert 0 < len(sparse) < 32**2 / 4
    assert f"{len(sparse)} blocks" in capsys.readouterr().out
    kappas = []
    for name in ("constants", "cut", "all"):
        with h5py.File(f"{name}.hdf5") as file:
            kappas.append(file["kappa"][0, 0])
    constants, cut, everything = kappas
    assert constants == cut
    # Nearest neighbours hold nearly all there is.
    np.testing.assert_allclose(cut, everything, rtol=0.1)
    assert cut != everything
    assert main(["kappa", "ne", "--fc3-cutoff", "9"]) == 2
    assert "the data have no pairs from 3.5" in capsys.readouterr().err
    assert main(["fc", "ne", "--sparse"]) == 2
    assert "sparse: needs --fc3-cutoff, the distance beyond" in capsys.readouterr().err


def test_second_order_alone_needs_few_supercells(neon, capsys):
    for command in (
        "displace POSCAR --supercell-matrix 2 0 0 0 2 0 0 0 1 --second-order",
        "forces . --calculator potential.py:make --residual",
        "fc .",
    ):
        assert main(command.split()) == 0
    with h5py.File("fc2.hdf5") as file:
        stepwise = file["force_constants"][:]
    capsys.readouterr()
    assert main(["kappa", "."]) == 2
    shown = capsys.readouterr()
    assert "the crystal has second-order constants alone; third order needs" in shown.err
    assert not shown.out
    assert {"FORCE_SETS", "FORCES_FC2", "phonopy_disp.yaml", "fc2.hdf5"} <= {
        p.name for p in neon.iterdir()
    }
    assert not (neon / "fc3.hdf5").exists()
    command = "fc POSCAR --calculator potential.py:make --output one --residual"
    assert main([*command.split(), "--second-order", "--supercell", "2", "2", "1"]) == 0
    with h5py.File("one/fc2.hdf5") as file:
        np.testing.assert_allclose(file["force_constants"][:], stepwise, atol=1e-10)


def test_second_order_may_have_a_larger_supercell(neon, capsys):
    for command in (
        "displace POSCAR --supercell 2 2 1 --phonon-supercell 2 2 2 --output ne "
        "--pair-cutoff 3",
        "forces ne --calculator potential.py:make --residual",
        "fc ne",
        "kappa ne --mesh 3 3 3 --output kappa.hdf5",
    ):
        assert main(command.split()) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    assert "second order: 32 atoms, 1 displacement\n" in out
    assert "; second order 32 atoms, 1 displacement\n" in out
    with h5py.File("ne/fc2.hdf5") as fc2, h5py.File("ne/fc3.hdf5") as fc3:
        assert fc2["force_constants"].shape == (1, 32, 3, 3)
        assert fc3["fc3"].shape == (1, 16, 16, 3, 3, 3)
    for name in ("FORCES_FC2", "FORCES_FC3", "forces.hdf5", "forces_fc2.hdf5"):
        assert (neon / "ne" / name).is_file()


def test_the_same_supercell_twice_conducts_the_same(neon, capsys):
    kappas = []
    for name, option in (("one", ""), ("two", " --phonon-supercell 2 2 1")):
        for command in (
            f"displace POSCAR --supercell 2 2 1 --axes-only --output {name}{option}",
            f"forces {name} --calculator potential.py:make",
            f"kappa {name} --mesh 3 3 3 --output {name}.hdf5",
        ):
            assert main(command.split()) == 0, capsys.readouterr().err
        with h5py.File(f"{name}.hdf5") as file:
            kappas.append(file["kappa"][:])
    np.testing.assert_allclose(kappas[0], kappas[1], rtol=1e-10)


def test_displaced_pairs_may_be_fitted_by_least_squares(neon, capsys):
    pytest.importorskip("symfc")
    for command in (
        "displace POSCAR --supercell 2 2 1 --output ne",
        "forces ne --calculator potential.py:make",
        "fc ne --output fd",
        "fc ne --output fit --least-squares",
    ):
        assert main(command.split()) == 0, capsys.readouterr().err
    for name in ("fc2.hdf5", "fc3.hdf5"):
        with h5py.File(f"fd/{name}") as one, h5py.File(f"fit/{name}") as two:
            key = "fc3" if "3" in name else "force_constants"
            largest = np.abs(one[key][:]).max()
            difference = np.abs(one[key][:] - two[key][:]).max()
        # Both are near the truth, by other weights of higher orders.
        assert 0 < difference < 0.05 * largest
    assert main(["fc", "ne", "--least-squares"]) == 0
    taken, fit = phonokit.load("ne"), phonokit.Fit(least_squares=True)
    assert taken.origin.method == "least squares"
    assert taken.origin.source == "constants of phono fc"
    solved = phonokit.load("ne", fit=fit)
    assert solved.origin.source == "forces"
    np.testing.assert_array_equal(taken.fc2.values, solved.fc2.values)
    np.testing.assert_array_equal(taken.fc3.values, solved.fc3.values)


def test_random_displacements_go_all_the_way(neon, capsys):
    pytest.importorskip("symfc")
    for command in (
        "displace POSCAR --supercell 2 2 1 --random 30 --seed 1 --output ne",
        "forces ne --calculator potential.py:make",
        "fc ne",
        "kappa ne --mesh 3 3 3 --output kappa.hdf5",
    ):
        assert main(command.split()) == 0, capsys.readouterr().err
    assert "16 atoms, 30 random displacements" in capsys.readouterr().out
    with h5py.File("kappa.hdf5") as file:
        assert (file["kappa"][0, :3] > 0).all()
        assert "least squares" in file.attrs["settings"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("displace nothing", "nothing: no such file"),
        ("displace POSCAR --distance -1", "distance must be positive"),
        ("displace POSCAR --plus-minus both", "--plus-minus must be one of"),
        ("displace POSCAR --second-order --pair-cutoff 3", "have pairs"),
        ("displace POSCAR --random 3 --pair-cutoff 3", "have pairs"),
        ("displace POSCAR --random 0", "random must be positive, got 0"),
        (
            "displace POSCAR --seed 3",
            "seed: is of random displacements; give --random, their",
        ),
        (
            "displace POSCAR --second-order --phonon-supercell 2 2 2",
            "phonon-supercell: is for second order beside",
        ),
        ("displace potential.py", "potential.py: cannot be read: neither its name"),
        ("forces .", "name either a --calculator or the files"),
        ("forces . --calculator Emtee", "expected module:factory or file.py:factory"),
        (
            "forces . --calculator potential.py:no",
            "potential.py has no no, only LennardJones, make",
        ),
        ("forces . --calculator potential.py:make --option x", "expected name=value"),
        ("forces . --calculator potential.py:make --option x=1", "cannot be made"),
        ("forces . a b c", "a: no such file; check the path"),
        ("forces . POSCAR POSCAR POSCAR", "expected 2 calculations"),
        ("fc .", "no FORCES_FC2 and no FORCE_SETS"),
        ("fc none", "none: no such file"),
        ("fc POSCAR", "phono displace, or phono fc with a --calculator"),
        ("fc . --supercell 2 2 2", "--supercell: for a structure file with a --calc"),
        ("fc . --residual --distance 0.1", "--distance, --residual: for a structure"),
        ("fc . --sparse", "sparse: needs --fc3-cutoff, the distance"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(neon, capsys, command, message):
    made = "displace POSCAR --supercell 2 2 1 --second-order --plus-minus yes"
    assert main(made.split()) == 0
    capsys.readouterr()
    assert main(command.split()) == 2
    err = capsys.readouterr().err
    assert err.startswith("phono: error: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_calculator_that_fails_is_told_from_a_mistake_of_ours(neon, capsys):
    assert main(["displace", "POSCAR", "--supercell", "2", "2", "1", "--second-order"]) == 0
    assert main(["forces", ".", "--calculator", "ase.calculators.emt:EMT"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("phono: error: supercell 1: the calculator failed (NotImpl")
    assert "No EMT-potential for Ne); fix it and run this again, what is finished" in err
    assert err.count("\n") == 1
    # Nothing was finished, so another one may begin.
    assert main(["forces", ".", "--calculator", "potential.py:make"]) == 0
    assert main(["fc", ".", "--fc3-cutoff", "3"]) == 2
    assert "the data are of second order alone" in capsys.readouterr().err


CALLS = """
import os, signal
from pathlib import Path

class Interrupted(LennardJones):
    def get_forces(self, atoms):
        with Path("calls").open("a") as file:
            file.write("x")
        if Path("calls").stat().st_size == 4 and not Path("again").exists():
            os.kill(os.getpid(), signal.{name})
        return super().get_forces(atoms)

def interrupted():
    return Interrupted(sigma=2.6, epsilon=0.5, rc=5.0)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_an_interrupted_run_repeats_no_finished_supercell(neon, capsys, name):
    n = 6
    assert main(["displace", "POSCAR", "--supercell", "2", "2", "1", "--random", "6"]) == 0
    Path("interrupted.py").write_text(POTENTIAL + CALLS.format(name=name))
    command = ["forces", ".", "--calculator", "interrupted.py:interrupted"]
    ended = subprocess.run(
        [sys.executable, "-m", "phonokit", *command], capture_output=True, text=True
    )
    assert ended.returncode == {"SIGINT": 130, "SIGKILL": -9}[name]
    kept = "finished supercells are kept in forces.hdf5; run this again to go on"
    assert (kept in ended.stderr) == (name == "SIGINT")
    assert {p.name for p in neon.glob("FORCE*")} == set()
    with h5py.File("forces.hdf5") as file:
        assert file["done"][:].sum() == 3
    Path("again").touch()
    assert main(command) == 0
    # Only the one that was not finished was begun twice.
    assert Path("calls").stat().st_size == n + 1
    resumed = np.loadtxt("FORCES_FC3")
    Path("forces.hdf5").unlink()
    assert main(command) == 0
    np.testing.assert_allclose(np.loadtxt("FORCES_FC3"), resumed, rtol=0, atol=1e-12)
