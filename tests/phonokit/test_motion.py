"""Modulated supercells, animations, and displacements at a temperature."""

import numpy as np
import phonokit
import pytest
from phono_grid import units
from phono_grid.errors import DomainError, ShapeError
from phonokit import Displace
from phonokit.cli.app import main

pytestmark = pytest.mark.needs_rust
X = [0.5, 0, 0.5]


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load("examples/silicon")


def test_forces_on_a_modulated_cell_have_the_frequency_of_its_mode(silicon):
    matrix = [[-2, 2, 2], [2, -2, 2], [2, 2, -2]]
    wave = phonokit.modulate(silicon, X, 3, amplitude=0.02, phase=30, supercell=matrix)
    cell, u = wave.supercell.cell, wave.displacements[0]
    # Atoms of the supercell that the constants are of, at the same places.
    full, there = silicon.fc2.to_full(), silicon.fc2.supercell.cell
    x = (cell.positions @ cell.lattice) @ np.linalg.inv(there.lattice)
    d = x[:, None] - there.positions
    index = np.abs(d - np.rint(d)).sum(axis=2).argmin(axis=1)
    forces = -np.einsum("stij,tj->si", full[np.ix_(index, index)], u)
    f = wave.frequencies[0] / units.FREQUENCY
    np.testing.assert_allclose(forces, -cell.masses[:, None] * f**2 * u, atol=1e-9)
    assert np.linalg.norm(u, axis=1).max() <= 0.02 + 1e-12


def test_frames_are_one_period_and_modes_add_up(silicon):
    one = phonokit.modulate(silicon, X, 1, frames=8, amplitude=0.1)
    np.testing.assert_allclose(one.displacements[4], -one.displacements[0], atol=1e-12)
    np.testing.assert_allclose(one.displacements.mean(axis=0), 0, atol=1e-12)
    longest = np.linalg.norm(one.displacements, axis=-1).max()
    assert 0.08 < longest <= 0.1 + 1e-12
    quarter = phonokit.modulate(silicon, X, 1, amplitude=0.1, phase=-90)
    np.testing.assert_allclose(quarter.displacements[0], one.displacements[2], atol=1e-12)
    other = phonokit.modulate(silicon, X, 4, amplitude=0.3, phase=20)
    both = phonokit.modulate(silicon, [X, X], [1, 4], amplitude=[0.1, 0.3], phase=[-90, 20])
    expected = quarter.displacements + other.displacements
    np.testing.assert_allclose(both.displacements, expected, atol=1e-12)


def test_the_smallest_supercell_is_found(silicon):
    wave = phonokit.modulate(silicon, [1 / 3, 0, -0.25], 0)
    assert wave.supercell.n_cells == 12
    assert wave == phonokit.modulate(silicon, [1 / 3, 0, -0.25], 0, supercell=(3, 1, 4))
    with pytest.raises(DomainError, match=r"q: 0\.1234 is no fraction"):
        phonokit.modulate(silicon, [0.1234, 0, 0], 0)
    with pytest.raises(DomainError, match="is not periodic in the supercell"):
        phonokit.modulate(silicon, X, 0, supercell=(3, 3, 3))


def test_bands_that_are_not_there_are_refused(silicon):
    with pytest.raises(DomainError, match="bands"):
        phonokit.modulate(silicon, X, 6)
    with pytest.raises(ShapeError, match="bands"):
        phonokit.modulate(silicon, [X, X], 1)
    with pytest.raises(ShapeError, match="amplitude"):
        phonokit.modulate(silicon, X, 1, amplitude=[0.1, 0.2])
    with pytest.raises(DomainError, match="frames must be positive"):
        phonokit.modulate(silicon, X, 1, frames=0)


def test_an_animation_is_read_back_as_it_was_written(silicon, tmp_path):
    ase_io = pytest.importorskip("ase.io")
    wave = phonokit.modulate(silicon, X, 5, frames=6)
    for name in ("wave.extxyz", "XDATCAR"):
        path = phonokit.write_modulation(wave, tmp_path / name)
        images = ase_io.read(path, index=":")
        assert len(images) == 6
        for i, image in enumerate(images):
            np.testing.assert_allclose(image.positions, wave.positions(i), atol=1e-6)
    one = phonokit.modulate(silicon, X, 5)
    for name, form in (("POSCAR", None), ("scf.in", "espresso-in")):
        phonokit.write_modulation(one, tmp_path / name, format=form)
        cell = phonokit.displace(tmp_path / name, Displace()).unit_cell
        np.testing.assert_allclose(
            cell.positions @ cell.lattice, one.positions(0), atol=1e-6
        )


def test_formats_that_cannot_hold_it_are_refused(silicon, tmp_path):
    pytest.importorskip("ase")
    wave = phonokit.modulate(silicon, X, 5, frames=6)
    with pytest.raises(DomainError, match="vasp holds one structure, there are 6 frames"):
        phonokit.write_modulation(wave, tmp_path / "POSCAR")
    with pytest.raises(DomainError, match="'wave' does not tell one; give format="):
        phonokit.write_modulation(wave, tmp_path / "wave")
    with pytest.raises(DomainError, match="'png' is no format of structures"):
        phonokit.write_modulation(wave, tmp_path / "wave", format="png")
    assert not list(tmp_path.iterdir())


def test_thermal_displacements_have_the_mean_square_of_the_crystal(silicon):
    settings = Displace(random=400, temperature=300, seed=2, supercell=(2, 2, 2))
    warm = phonokit.displace(silicon, settings)
    assert warm.supercell.n_cells == 8
    expected = phonokit.displacements(silicon, mesh=(2, 2, 2), temperatures=[300])
    u2 = expected.mean[0, 0]
    np.testing.assert_allclose((warm.displacements**2).mean(), u2, rtol=0.03)
    assert phonokit.displace(silicon, settings) == warm
    cold = phonokit.displace(
        silicon, Displace(random=2, temperature=0, classical=True, supercell=(2, 2, 2))
    )
    assert not cold.displacements.any()


def test_thermal_displacements_go_through_the_files(tmp_path, monkeypatch, capsys):
    path = "examples/silicon"
    words = ["--random", "3", "--temperature", "300", "--seed", "4"]
    out = ["--output", str(tmp_path)]
    assert main(["displace", path, *words, *out]) == 0
    assert "64 atoms, 3 random displacements" in capsys.readouterr().out
    again = phonokit.read_supercells(tmp_path)[0]
    direct = phonokit.displace(path, Displace(random=3, temperature=300, seed=4))
    np.testing.assert_allclose(again.displacements, direct.displacements, atol=1e-15)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"random": None}, "temperature: is of random displacements; give random="),
        ({"distance": 0.1}, "distance: has no meaning with temperature="),
        ({"gaussian": True}, "gaussian: has no meaning with temperature="),
        ({"plus_minus": "yes"}, "plus_minus: has no meaning with temperature="),
        ({"temperature": -1}, "temperature must not be negative"),
        ({"temperature": None, "classical": True}, "give temperature= too"),
    ],
)
def test_settings_that_contradict_a_temperature_are_refused(more, message):
    with pytest.raises(DomainError, match=message):
        Displace(**{"random": 2, "temperature": 300, **more})


def test_the_command_writes_a_wave_and_says_what_it_is(tmp_path, capsys):
    pytest.importorskip("ase")
    target = tmp_path / "wave.extxyz"
    words = ["modulate", "examples/silicon", "--q", "1/2,0,1/2", "--band", "3"]
    assert main([*words, "--frames", "4", "--output", str(target)]) == 0
    out = capsys.readouterr().out
    assert "q = 0.5,0,0.5  band 3" in out
    assert "8 atoms, 4 frames" in out
    assert target.read_text().count("Lattice=") == 4
    assert main([*words[:-2], "--output", str(target)]) == 2
    assert "--band: give --q and as many bands" in capsys.readouterr().err
    assert main([*words[:-1], "0"]) == 2
    assert "bands are counted from 1, got 0" in capsys.readouterr().err


def test_participation_of_modes(silicon):
    modes = phonokit.modes(silicon, q=[[0, 0, 0], X])
    ratios = modes.participation_ratios
    assert ratios.shape == (2, 6)
    assert ((ratios > 0.5 - 1e-9) & (ratios < 1 + 1e-9)).all()
    with pytest.raises(DomainError, match="eigenvectors"):
        _ = phonokit.modes(silicon, q=X, eigenvectors=False).participation_ratios
