"""Fourth-order constants from files of random displacements."""

import numpy as np
import phonokit
import pytest
from morse_bonds import FCC, A, forces_of
from phono_4ph import least_squares4, read_force_constants4
from phono_grid import Cell
from phono_grid.errors import DomainError
from phonokit import Displace, fit_fourth_order
from phonokit.cli.app import main
from phonokit.io.write_displacements import write_displacements


@pytest.fixture(scope="module")
def supercells():
    """Supercells with random displacements."""
    cell = Cell.of(np.eye(3) * A, FCC, ["Al"] * 4)
    choices = Displace(supercell=(2, 2, 2), random=6, distance=0.01, seed=2)
    return phonokit.displace(cell, choices)


@pytest.fixture
def folder(tmp_path, supercells):
    """A folder of such data, as phono3py writes it."""
    forces = forces_of(supercells.supercell, supercells.displacements)
    write_displacements(supercells, tmp_path / "phono3py_params.yaml", forces=forces)
    return tmp_path


def test_the_command_writes_fourth_order_for_four_phonons(folder, capsys):
    pytest.importorskip("symfc")
    assert main(["fc", str(folder), "--order", "4", "--fc4-cutoff", "3"]) == 0
    assert "order 4" in capsys.readouterr().out
    data = phonokit.read(folder)
    read = read_force_constants4(folder / "FORCE_CONSTANTS_4TH", data.supercell.primitive)
    expected = least_squares4(data.snapshots, data.supercell, cutoff=3)
    largest = np.abs(expected.values).max()
    np.testing.assert_allclose(read.values, expected.values, atol=1e-6 * largest)


def test_half_of_the_options_is_not_enough(folder, capsys):
    assert main(["fc", str(folder), "--order", "4"]) > 0
    assert "--fc4-cutoff" in capsys.readouterr().err


def test_pairs_do_not_determine_fourth_order():
    data = phonokit.read("examples/silicon")
    with pytest.raises(
        DomainError, match="displacements of three atoms or of all at random"
    ):
        fit_fourth_order(data, 3.0)
