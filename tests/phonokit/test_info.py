"""The content of files and folders, and the commands that take them."""

import shutil

import numpy as np
import phonokit
import pytest
from phono_grid import Cell
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

h5py = pytest.importorskip("h5py")
pytestmark = pytest.mark.needs_rust
MESH = ("--mesh", "2", "2", "2")


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """Run commands in an empty folder; what phono info prints of a path."""
    monkeypatch.chdir(tmp_path)

    def info(path):
        capsys.readouterr()
        assert main(["info", str(path)]) == 0
        return capsys.readouterr().out

    return info


def test_data_tell_their_crystal_and_the_commands_that_take_it(told):
    text = told(EXAMPLE)
    for words in (
        "a crystal with its force constants",
        "crystal    Si, Fd-3m, 2 atoms",
        "supercell  64 atoms, 1 + 110 displacements",
        "order      second and third",
        f"phono kappa {EXAMPLE}",
    ):
        assert words in text


def test_displacements_of_fourth_order_are_known(told):
    silicon = phonokit.read(EXAMPLE).unit_cell
    settings = phonokit.Displace(supercell=(2, 2, 2))
    made = phonokit.displace_fourth_order(silicon, settings, cutoff=3.0)
    file = phonokit.write_fourth_order_supercells(made)
    for path in (file, "."):
        text = told(path)
        for words in (
            "phono4_disp.yaml: displaced supercells without forces",
            "crystal    Si, Fd-3m, 2 atoms",
            "order      fourth",
            "has no FORCES_FC4 and no forces_fc4.hdf5 beside it",
        ):
            assert words in text
    forces = np.zeros((len(made), 64, 3))
    forces[:, 0], forces[:, 1] = 0.1, -0.1
    phonokit.write_forces("FORCES_FC4", forces, made.comments())
    text = told(file)
    assert "phono4_disp.yaml: displaced supercells and their forces" in text
    assert "phono fc . --order 4" in text
    file.write_text(file.read_text()[:-30])
    assert "phono4_disp.yaml: data that cannot be used" in told(file)


def test_constants_of_third_order_go_where_they_are_taken(told):
    with h5py.File("fc3.hdf5", "w") as file:
        file["fc3"] = np.zeros((1, 1, 1, 3, 3, 3))
    with h5py.File("fc2.hdf5", "w") as file:
        file["force_constants"] = np.zeros((1, 1, 3, 3))
    assert "phono kappa DATA --fc2 FILE --fc3 fc3.hdf5" in told("fc3.hdf5")
    assert "phono bands DATA --fc2 fc2.hdf5" in told("fc2.hdf5")


def test_a_crystal_has_one_formula_wherever_it_is_told(told, capsys):
    silicon = phonokit.load(EXAMPLE)
    assert main(["dos", str(EXAMPLE), *MESH]) == 0
    header = capsys.readouterr().out
    crystal = next(line for line in header.splitlines() if " Si, Fd-3m" in line)
    assert crystal.split(" in ")[0] in told(EXAMPLE)
    with open("POSCAR", "w") as file:
        file.write("Si\n1\n0 2.7 2.7\n2.7 0 2.7\n2.7 2.7 0\nSi\n2\nDirect\n0 0 0\n")
        file.write("0.25 0.25 0.25\n")
    assert main(["displace", "POSCAR", "--supercell", "1", "1", "1"]) == 0
    supercells = phonokit.read_supercells("phono3py_disp.yaml")
    result = phonokit.read_result("dos.hdf5")
    for text in (
        *(header, told("dos.hdf5"), told("phono3py_disp.yaml")),
        *map(repr, (silicon, silicon.constants.data, supercells, result)),
        *(one._repr_html_() for one in (silicon, result)),
    ):
        assert "Si2" not in text
        assert "Si" in text
    # Files of earlier versions have all atoms of the cell in their formula.
    with h5py.File("dos.hdf5", "r+") as file:
        assert file.attrs["formula"] == "Si"
        file.attrs["formula"] = "Si2"
    assert phonokit.read_result("dos.hdf5").provenance.formula == "Si"


def test_every_command_that_is_named_is_one(told):
    pytest.importorskip("matplotlib")
    phonokit.kappa(phonokit.load(EXAMPLE), (2, 2, 2), [300]).write("kappa.hdf5")
    text = told(".")
    named = [line.split("next")[1] for line in text.splitlines() if " next " in line]
    assert any("phono accumulate kappa.hdf5" in line for line in named)
    for line in named:
        words = line.split()
        assert main([*words[1:], *(("--output", "out.png") * (words[1] == "plot"))]) == 0


def test_results_tell_settings_quantities_and_where_they_come_from(told):
    assert main(["dos", str(EXAMPLE), *MESH]) == 0
    text = told("dos.hdf5")
    for words in (
        "dos.hdf5: a result, dos",
        "mesh 2 × 2 × 2",
        "frequency_point 101",
        f"command    phono dos {EXAMPLE} --mesh 2 2 2",
        "phono plot dos.hdf5",
    ):
        assert words in text
    assert "phono dos" in told("dos.toml")


def test_what_is_unfinished_or_wants_forces_says_so(told, monkeypatch, tmp_path):
    calls = iter(range(100))

    def stop(done, total):
        if next(calls) == 2:
            raise KeyboardInterrupt

    silicon = phonokit.load(EXAMPLE)
    store = phonokit.RunStore("kappa.hdf5.run")
    run = phonokit.Run(store, progress=stop, batch_size=1)
    with store, pytest.raises(KeyboardInterrupt):
        phonokit.kappa(silicon, (3, 3, 3), [300], run=run)
    assert "3 of 4 pieces of work" in told(".")
    cell = Cell.of(1.8 * (1 - np.eye(3)), [[0, 0, 0]], ["Cu"])
    made = phonokit.displace(cell, phonokit.Displace(second_order=True))
    phonokit.write_displacements(made, tmp_path / "cu")
    text = told("cu")
    assert "displaced supercells without forces" in text
    assert "phono forces cu --calculator" in text


def test_files_of_others_are_known_and_unknown_ones_are_not_an_error(told):
    with h5py.File("phono3py.hdf5", "w") as file:
        file["temperature"], file["kappa"], file["mesh"] = [300.0], [[1.0] * 6], [3] * 3
    assert "phono3py, RTA, 3 × 3 × 3" in told("phono3py.hdf5")
    with open("note", "w") as file:
        file.write("nothing\n")
    assert "of no kind that is known here" in told("note")
    with open("POSCAR", "w") as file:
        file.write("Cu\n1\n0 1.8 1.8\n1.8 0 1.8\n1.8 1.8 0\nCu\n1\nDirect\n0 0 0\n")
    assert "phono displace POSCAR" in told("POSCAR")
    shutil.copy(next(EXAMPLE.glob("*.xz")), "si.yaml.xz")
    assert "a crystal" in told("si.yaml.xz")
    assert main(["info", "nowhere"]) == 2
