"""Unfolded bands from the function to the file, the picture and the command."""

import numpy as np
import phonokit
import pytest
from phono_grid import Supercell
from phono_grid.errors import DomainError
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

pytestmark = pytest.mark.needs_rust
Q = [[0.1, 0.2, -0.3], [0.5, 0.0, 0.5], [1.1, 0.0, 0.0]]
POINTS = {"X": (0.5, 0, 0.5)}


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.fixture(scope="module")
def folded(silicon):
    """The conventional cell, of four primitive ones, as a crystal of its own."""
    fc2 = silicon.fc2
    old = fc2.supercell
    lattice = old.cell.lattice / 2
    x = old.cell.positions * 2
    unit = old.cell.positions[(x < 1 - 1e-6).all(axis=1)]
    from dataclasses import replace

    cell = replace(
        silicon.primitive,
        lattice=lattice,
        positions=unit * 2,
        symbols=("Si",) * 8,
        masses=np.full(8, silicon.primitive.masses[0]),
    )
    supercell = Supercell.of(cell, [2, 2, 2], "P")
    d = supercell.cell.positions[:, None] - old.cell.positions
    same = np.argmin(((d - np.rint(d)) ** 2).sum(axis=-1), axis=1)
    whole = fc2.to_full()
    whole = getattr(whole, "values", whole)
    rows = same[supercell.primitive_to_supercell]
    constants = replace(fc2, values=whole[rows][:, same], supercell=supercell)
    return phonokit.Crystal.from_constants(constants)


def test_a_perfect_supercell_has_the_bands_of_its_primitive_cell(silicon, folded):
    result = phonokit.unfold(folded, silicon.primitive, q=Q)
    assert result.n_cells == 4
    assert np.abs(result.weights - np.rint(result.weights)).max() < 1e-6
    np.testing.assert_allclose(result.weights.sum(axis=1), 6, atol=1e-9)
    expected = phonokit.modes(silicon, q=Q).frequencies
    for f, w, g in zip(result.frequencies, result.weights, expected, strict=True):
        np.testing.assert_allclose(f[w > 0.5], g, atol=1e-5)


def test_the_ideal_cell_is_found_where_nothing_is_broken(silicon, folded):
    found = phonokit.unfold(folded, q=Q)
    assert found.n_cells == 4
    np.testing.assert_allclose(found.weights.sum(axis=1), 6, atol=1e-9)
    with pytest.raises(DomainError, match="q= and path=: give one"):
        phonokit.unfold(folded, silicon.primitive, q=Q, path="G X", points=POINTS)


def test_a_path_is_written_read_and_drawn(silicon, folded, tmp_path):
    pytest.importorskip("matplotlib")
    result = phonokit.unfold(
        folded, silicon.primitive, path="G X", points=POINTS, points_per_segment=5
    )
    expected = phonokit.bands(silicon, path="G X", points=POINTS, points_per_segment=5)
    np.testing.assert_allclose(result.distances, expected.distances[0], atol=1e-9)
    rows = zip(result.frequencies, result.weights, expected.frequencies[0], strict=True)
    for f, w, g in rows:
        np.testing.assert_allclose(f[w > 0.5], g, atol=1e-4)
    assert phonokit.read_result(result.write(tmp_path / "u.hdf5")) == result
    phonokit.plot_unfold(result, tmp_path / "u.svg", unit="meV")
    phonokit.plot_unfold(phonokit.unfold(folded, q=Q), tmp_path / "q.svg")


def test_the_command_resumes_and_tells_weights(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    argv = ["unfold", str(EXAMPLE), "--q", "0.5,0,0.5"]
    assert main(argv) == 0
    assert "(1.00)" in capsys.readouterr().out
    assert phonokit.read_result("unfold.hdf5").weights.shape == (1, 6)
