"""Grüneisen parameters from three volumes, and beside those of third order."""

from dataclasses import replace

import numpy as np
import phonokit
import pytest
from phono_fc import ForceConstants
from phonokit import Crystal, DomainError
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

GAMMA = 1.3


def scaled(fc2, size):
    """A crystal ``size`` times as long, all of whose frequencies fall as V^-γ."""
    old = fc2.supercell
    cells = [replace(c, lattice=c.lattice * size) for c in (old.cell, old.primitive)]
    supercell = replace(old, cell=cells[0], primitive=cells[1])
    return Crystal.from_constants(
        ForceConstants(fc2.values * size ** (-6 * GAMMA), supercell)
    )


@pytest.fixture(scope="module")
def silicon():
    fc2 = phonokit.load(EXAMPLE).fc2
    return [scaled(fc2, size) for size in (0.999, 1.0, 1.0012)]


def test_a_crystal_scaled_in_volume_has_the_parameter_of_its_springs(silicon):
    smaller, crystal, larger = silicon
    result = phonokit.grueneisen_from_volumes(
        crystal, smaller, larger, mesh=(4, 4, 4), temperatures=[0, 300]
    )
    assert not result.takes_part[0, :3].any()
    np.testing.assert_allclose(result.parameters[result.takes_part], GAMMA, rtol=1e-4)
    np.testing.assert_allclose(result.mean, [0, GAMMA], rtol=1e-4)
    assert result.expansion is None


def test_volumes_that_do_not_ascend_are_refused(silicon):
    smaller, crystal, larger = silicon
    with pytest.raises(DomainError, match="ascend"):
        phonokit.grueneisen_from_volumes(crystal, larger, smaller, q=[0, 0, 0])


def test_a_result_is_written_read_and_drawn_by_the_command(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    build = pytest.importorskip("ase.build")
    monkeypatch.chdir(tmp_path)
    phonokit.at_volumes(
        build.bulk("Cu", a=3.61),
        pytest.importorskip("ase.calculators.emt").EMT(),
        phonokit.Displace(supercell=(2, 2, 2), second_order=True),
        volumes=(0.99, 1.0, 1.01),
        relax=False,
        folder=tmp_path,
    )
    a, b, c = "volume-0.990", "volume-1.000", "volume-1.010"
    argv = ["grueneisen", b, "--smaller", a, "--larger", c, "--temperature", "300"]
    assert main([*argv, "--mesh", "4", "4", "4", "--plot", "g.svg"]) == 0
    assert "mean Grüneisen parameter" in capsys.readouterr().out
    result = phonokit.read_result("grueneisen.hdf5")
    assert 1.8 < result.mean[0] < 2.6
    assert main(["grueneisen", b, "--smaller", a, "--output", "no.hdf5"]) == 2
    assert "--larger" in capsys.readouterr().err


@pytest.mark.needs_rust
def test_third_order_says_the_same_where_its_supercell_holds_all(data):
    """Bonds that end within the supercell: what is left is the parabola's difference.

    In a crystal whose bonds reach beyond, third order ends with its supercell, and the two
    differ by what is cut off.
    """
    build = pytest.importorskip("ase.build")
    from ase.calculators.lj import LennardJones

    argon = build.bulk("Ar", a=5.3)
    calculator = LennardJones(sigma=3.4, epsilon=0.0104, rc=5.0, smooth=True, ro=4.0)
    third = phonokit.from_calculator(
        argon, calculator, phonokit.Displace(supercell=(3, 3, 3), distance=1e-3)
    )
    settings = phonokit.Displace(supercell=(3, 3, 3), second_order=True, distance=1e-3)
    smaller, middle, larger = phonokit.at_volumes(
        argon, calculator, settings, volumes=(0.999, 1.0, 1.001), relax=False
    ).crystals
    q = np.array([[1, 0, 1], [1, 1, 1], [1, 2, 0]]) / 3
    ours = phonokit.grueneisen(third, q=q).parameters
    found = phonokit.grueneisen_from_volumes(middle, smaller, larger, q=q).parameters
    np.testing.assert_allclose(
        np.sort(found), np.sort(ours), atol=2e-3 * np.abs(ours).max()
    )
