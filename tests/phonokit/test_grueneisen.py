"""Grüneisen parameters and thermal expansion of crystals."""

from dataclasses import replace

import numpy as np
import phonokit
import pytest
from phono_grid import units
from phonokit import DomainError
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

MESH = (3, 3, 3)


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.fixture(scope="module")
def result(silicon):
    return phonokit.grueneisen(silicon, mesh=MESH, temperatures=[0, 300, 5000])


def test_a_cubic_crystal_expands_alike_along_all_axes(silicon, result):
    diagonal = np.einsum("tii->ti", result.expansion)
    np.testing.assert_allclose(diagonal, diagonal[:, :1].repeat(3, axis=1), atol=1e-14)
    c = result.elastic_constants
    bulk = (c[0, 0] + 2 * c[0, 1]) / 3 / (1e21 * units.EV)
    heat = phonokit.thermal(silicon, MESH, [0, 300, 5000]).heat_capacity
    # Grüneisen's law, α = γ C / B V.
    expected = result.mean * heat / (bulk * silicon.primitive.volume)
    np.testing.assert_allclose(result.volume_expansion, expected, rtol=1e-9, atol=1e-15)
    assert result.volume_expansion[0] == 0


def test_stars_are_summed_by_symmetry(silicon, result):
    grid = phonokit.modes(silicon, mesh=MESH, eigenvectors=False, velocities=False)
    np.testing.assert_allclose(result.frequencies, grid.frequencies, atol=1e-7)
    q = np.stack(np.meshgrid(*[np.arange(3) / 3] * 3, indexing="ij"), axis=-1)
    whole = phonokit.grueneisen(silicon, q=q.reshape(-1, 3))
    total = np.einsum("qjab->ab", whole.tensors)
    np.testing.assert_allclose(total, np.trace(total) / 3 * np.eye(3), atol=1e-6)
    expected = result.weights @ result.parameters.sum(axis=1)
    assert np.trace(total) / 3 == pytest.approx(expected, rel=1e-7)


def test_acoustic_modes_at_gamma_have_no_parameter(result):
    assert not result.tensors[0, :3].any()
    assert result.tensors[0, 3:].any()


def test_elastic_constants_that_are_given_are_taken(silicon, result):
    given = phonokit.grueneisen(
        silicon,
        mesh=MESH,
        temperatures=[0, 300, 5000],
        elastic_constants=2 * result.elastic_constants,
    )
    np.testing.assert_allclose(given.expansion, result.expansion / 2, rtol=1e-9, atol=1e-16)
    with pytest.raises(DomainError, match="symmetric"):
        phonokit.grueneisen(silicon, mesh=MESH, elastic_constants=np.triu(np.ones((6, 6))))
    with pytest.raises(DomainError, match="not positive"):
        phonokit.grueneisen(silicon, mesh=MESH, elastic_constants=-np.eye(6))


def test_a_result_is_written_read_and_drawn(silicon, result, tmp_path):
    pytest.importorskip("matplotlib")
    assert phonokit.read_result(result.write(tmp_path / "g.hdf5")) == result
    path = phonokit.grueneisen(
        silicon, path="G X", points={"X": (0.5, 0, 0.5)}, points_per_segment=3
    )
    assert path.expansion is None
    assert path.volume_expansion is None
    for one in (result, path):
        phonokit.plot_grueneisen(one, tmp_path / "g.svg")


def test_a_soft_mode_does_not_flatten_the_picture_of_all_others(result):
    pytest.importorskip("matplotlib")
    whole = phonokit.plot_grueneisen(result)
    assert not whole.get_title(loc="right")
    place = np.unravel_index(result.takes_part.argmax(), result.takes_part.shape)
    tensors = np.array(result.tensors)
    tensors[place] = -500.0 * np.eye(3)
    soft = replace(result, tensors=tensors)
    panel = phonokit.plot_grueneisen(soft)
    known = soft.parameters[result.takes_part]
    low, high = panel.get_ylim()
    assert -10 < low < np.partition(known, 1)[1]
    assert high > known.max()
    told = panel.get_title(loc="right")
    assert told.startswith(f"1 of {result.takes_part.sum()} beyond, from -500 to")


def test_the_command_prints_expansion_or_parameters(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    argv = ["grueneisen", str(EXAMPLE), "--temperature", "300"]
    assert main([*argv, "--mesh", "3", "3", "3"]) == 0
    assert "Thermal expansion" in capsys.readouterr().out
    assert main([*argv, "--q", "0.5,0,0.5", "--clamped", "--overwrite"]) == 0
    assert "Grüneisen parameters" in capsys.readouterr().out
    found = phonokit.read_result("grueneisen.hdf5")
    assert found.provenance.settings["clamped"] is True
    assert main([*argv, "--q", "0,0,0", "--mesh", "3", "3", "3", "--overwrite"]) == 2
    assert "exclude each other" in capsys.readouterr().err


def test_second_order_alone_is_refused(silicon):
    alone = phonokit.Crystal.from_constants(silicon.fc2)
    with pytest.raises(DomainError, match="third"):
        phonokit.grueneisen(alone, mesh=MESH)
