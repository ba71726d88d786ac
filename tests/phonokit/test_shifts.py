"""``phono shifts`` and `phonokit.self_energy`: frequencies with temperature."""

from dataclasses import replace

import numpy as np
import phonokit
import pytest
from phono_3ph import PeriodicModes
from phono_4ph import loop_shift, write_force_constants4
from phono_dynmat import bose_einstein, phonon_modes
from phono_grid import Grid
from phono_grid.errors import DomainError
from phonokit.cli.app import main
from stillinger_weber import sum_of_terms
from tiny_crystal import EXAMPLE

pytestmark = pytest.mark.needs_rust
MESH, T = (3, 3, 3), [0.0, 300.0]
Q = [[0, 0, 0], [1 / 3, 0, 0], [0.3, 0.1, 0.05]]


@pytest.fixture(scope="module")
def silicon():
    crystal = phonokit.load(EXAMPLE)
    return crystal.with_fc4(sum_of_terms(crystal.primitive))


@pytest.fixture(scope="module")
def result(silicon):
    return phonokit.self_energy(silicon, Q, MESH, T, loop=True)


def test_the_loop_is_that_of_the_package(silicon, result):
    cell = silicon.primitive
    grid = Grid.of(cell, MESH, silicon.symmetry)
    modes = phonon_modes(silicon.dynamics(), grid.qpoints)
    phonons = PeriodicModes.of(grid, modes, cell)
    n = bose_einstein(phonons.frequencies, T)
    places = grid.index(np.rint(np.array(Q[:2]) * 3).astype(int))
    expected = loop_shift(silicon.fc4, phonons, places, n)
    np.testing.assert_allclose(result.loop_shifts[:2], expected, rtol=1e-8, atol=1e-10)


def test_without_a_loop_all_else_is_the_same(silicon, result):
    plain = phonokit.self_energy(silicon, Q, MESH, T)
    assert plain.loop_shifts is None
    np.testing.assert_array_equal(plain.shifts, result.shifts)
    np.testing.assert_array_equal(plain.linewidths, result.linewidths)


def test_constants_of_fourth_order_are_asked_for():
    with pytest.raises(DomainError, match=r"^loop: the crystal has no fourth-order"):
        phonokit.self_energy(phonokit.load(EXAMPLE), [0, 0, 0], MESH, 300, loop=True)


def test_the_command_prints_where_frequencies_are(tmp_path, silicon, result, capsys):
    pytest.importorskip("matplotlib")
    fc4, out = tmp_path / "FORCE_CONSTANTS_4TH", tmp_path / "shifts.hdf5"
    write_force_constants4(silicon.fc4, fc4)
    argv = ["shifts", str(EXAMPLE), "--mesh", "3", "3", "3", "--output", str(out)]
    argv += ["--q", "0,0,0", "1/3,0,0", "0.3,0.1,0.05", "--temperature", "0", "300"]
    pictured = ["--plot", str(tmp_path / "shifts.png")]
    assert main([*argv, "--loop", "--fc4", str(fc4), *pictured]) == 0
    printed = capsys.readouterr().out
    again = phonokit.read_result(out)
    np.testing.assert_allclose(again.loop_shifts, result.loop_shifts, rtol=1e-9)
    optical = result.frequencies + result.shifts[:, 1] + result.loop_shifts[:, 1]
    assert f"{optical[0, -1]:.4f}" in printed
    assert (tmp_path / "shifts.png").stat().st_size > 10_000


def test_a_result_of_other_constants_of_fourth_order_is_refused(
    tmp_path, silicon, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    argv = ["shifts", str(EXAMPLE), "--mesh", "2", "2", "2", "--q", "0,0,0", "--loop"]
    argv += ["--fc4", "fc4"]
    write_force_constants4(silicon.fc4, "fc4")
    assert main(argv) == 0
    assert main(argv) == 0
    assert "there already, of the same settings" in "".join(capsys.readouterr())
    doubled = replace(silicon.fc4, values=2 * silicon.fc4.values)
    write_force_constants4(doubled, "fc4")
    assert main(argv) == 2
    assert "is there already: fc4 is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--loop"], "has no FORCE_CONSTANTS_4TH; name the file"),
        (["--fc4", "x"], "--fc4: is for the shift of fourth order; add --loop"),
    ],
)
def test_files_and_options_that_are_missing_are_named(words, says, capsys):
    argv = ["shifts", str(EXAMPLE), "--mesh", "2", "2", "2", "--q", "0,0,0", *words]
    assert main(argv) != 0
    assert says in " ".join(capsys.readouterr().err.split())
