"""Elastic constants of crystals, and the command for them."""

import numpy as np
import phonokit
import pytest
from phono_dynmat import BornCharges
from phonokit import Crystal, DomainError
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


def test_a_cubic_crystal_has_three_constants_and_the_moduli_made_of_them(silicon):
    result = phonokit.elasticity(silicon)
    c = result.constants
    c11, c12, c44 = c[0, 0], c[0, 1], c[3, 3]
    expected = np.diag([c11 - c12] * 3 + [c44] * 3)
    expected[:3, :3] += c12
    np.testing.assert_allclose(c, expected, atol=1e-6 * c11)
    assert result.bulk_modulus == pytest.approx((c11 + 2 * c12) / 3, rel=1e-9)
    voigt = (c11 - c12 + 3 * c44) / 5
    reuss = 5 * c44 * (c11 - c12) / (4 * c44 + 3 * (c11 - c12))
    assert result.shear_modulus == pytest.approx((voigt + reuss) / 2, rel=1e-6)
    assert result.is_stable
    assert 500 < result.debye_temperature < 650


def test_charges_and_directions_without_length_are_refused(silicon):
    charges = BornCharges.of(silicon.primitive, np.zeros((2, 3, 3)), np.eye(3))
    polar = Crystal.from_constants(silicon.fc2, polar=charges)
    with pytest.raises(DomainError, match="Born charges"):
        phonokit.elasticity(polar)
    with pytest.raises(DomainError, match="length"):
        phonokit.elasticity(silicon, [[0, 0, 0]])


def test_the_command_prints_writes_and_draws(tmp_path, monkeypatch, capsys, silicon):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    assert main(["elasticity", str(EXAMPLE), "--plot", "sound.svg"]) == 0
    out = capsys.readouterr().out
    assert "Debye temperature" in out
    assert "bulk modulus" in out
    assert phonokit.read_result("elasticity.hdf5").is_stable


def test_rotational_sum_rules_are_an_option_of_the_fit(tmp_path):
    """They change nothing that a crystal without stress tells, but in its digits."""
    pytest.importorskip("ase")
    from ase.build import bulk
    from ase.calculators.emt import EMT
    from phono_fc import rotational_drift

    crystal = bulk("Cu", "hcp", a=2.54, c=4.14)
    settings = phonokit.Displace(supercell=(3, 3, 2), second_order=True)
    fits = (None, phonokit.Fit(rotational=True))
    plain, lawful = (
        phonokit.from_calculator(crystal, EMT(), settings, fit=fit) for fit in fits
    )
    assert rotational_drift(plain.fc2).max() > 1e-3
    assert rotational_drift(lawful.fc2).max() < 1e-10
    before, after = (phonokit.elasticity(c).constants for c in (plain, lawful))
    np.testing.assert_allclose(after, before, atol=0.1 * before.max())
    with pytest.raises(DomainError, match="comes with index exchange"):
        phonokit.Fit(rotational=True, symmetrize=False)


def test_rotations_are_refused_where_there_are_dipoles(data):
    nacl = phonokit.read(data / "nacl-pbe")
    with pytest.raises(DomainError, match="dipoles; leave"):
        assert phonokit.Crystal.from_forces(nacl, fit=phonokit.Fit(rotational=True)).fc2
