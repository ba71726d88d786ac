"""Wave vectors that the command line asks for in other ways than by three numbers."""

import h5py
import numpy as np
import phonokit
import pytest
from phono_grid import Grid
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

MATRIX = [[-2, 2, 2], [2, -2, 2], [2, 2, -2]]
NINE = ["--mesh-matrix", *(str(n) for row in MATRIX for n in row)]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.needs_rust
@pytest.mark.parametrize(("words", "mesh"), [(NINE, MATRIX), (["--mesh-length", "9"], 9.0)])
def test_the_command_conducts_as_the_function_does(here, capsys, words, mesh):
    crystal = phonokit.load(EXAMPLE)
    assert main(["kappa", str(EXAMPLE), *words, "--output", "k.hdf5"]) == 0
    result = phonokit.kappa(crystal, mesh)
    with h5py.File("k.hdf5") as file:
        np.testing.assert_array_equal(file["kappa"][:], result.kappa)
        np.testing.assert_array_equal(file["gamma"][:], result.linewidths)
    assert f" {result.grid.n_q} wave vectors" in capsys.readouterr().out


@pytest.mark.needs_rust
def test_linewidths_at_the_points_of_a_generalised_grid(here, capsys):
    grid = Grid.of(phonokit.load(EXAMPLE).primitive, MATRIX)
    result = phonokit.kappa(phonokit.load(EXAMPLE), MATRIX)
    row = int(result.weights.argmax())
    point = result.grid_points[row]
    q = ",".join(f"{x:.12g}" for x in grid.qpoints[point])
    assert main(["gamma", str(EXAMPLE), *NINE, "--q", q]) == 0
    with h5py.File("gamma.hdf5") as file:
        assert file["grid_point"][0] == point
        found = file["gamma"][:].reshape(-1)
    np.testing.assert_allclose(found, result.linewidths[0, row], rtol=1e-9)
    words = ["gamma", str(EXAMPLE), *NINE, "--q", "0.2,0,0", "--overwrite"]
    assert main(words) == 2
    assert "must be a point of the mesh (-2 2 2, 2 -2 2, 2 2 -2)" in capsys.readouterr().err
