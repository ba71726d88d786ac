"""Elastic constants of crystals, and the command for them."""

import numpy as np
import phonokit
import pytest
from phono_dynmat import BornCharges
from phono_fc import ForceConstants
from phono_grid.errors import PhonoWarning
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


def test_charges_that_are_zero_change_nothing_and_odd_directions_are_refused(silicon):
    charges = BornCharges.of(silicon.primitive, np.zeros((2, 3, 3)), np.eye(3))
    polar = Crystal.from_constants(silicon.fc2, polar=charges)
    expected = phonokit.elasticity(silicon).constants
    found = phonokit.elasticity(polar).constants
    np.testing.assert_allclose(found, expected, atol=1e-6 * expected.max())
    wang = Crystal.from_constants(
        silicon.fc2, polar=phonokit.Dipoles(charges=charges, method="wang")
    )
    with pytest.raises(DomainError, match="Wang"):
        phonokit.elasticity(wang)
    with pytest.raises(DomainError, match="length"):
        phonokit.elasticity(silicon, [[0, 0, 0]])


def test_a_polar_crystal_carries_sound_as_its_constants_say(data):
    """NaCl, where no wave along an axis or a face diagonal has a field with its strain."""
    nacl = phonokit.load(data / "nacl-pbe")
    n = np.array([[1, 0, 0], [0.5**0.5, 0.5**0.5, 0]])
    speeds = phonokit.elasticity(nacl, n).velocities
    q = 1e-3 * n @ nacl.primitive.lattice.T
    f = phonokit.modes(nacl, q=q).frequencies[:, :3] / 1e-3 / 10
    np.testing.assert_allclose(f, speeds, rtol=1e-4)


def test_the_command_prints_writes_and_draws(tmp_path, monkeypatch, capsys, silicon):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    assert main(["elasticity", str(EXAMPLE), "--plot", "sound.svg"]) == 0
    out = capsys.readouterr().out
    assert "Debye temperature" in out
    assert "bulk modulus" in out
    assert phonokit.read_result("elasticity.hdf5").is_stable


def test_sound_of_an_unstable_crystal_is_said_to_be_imaginary(
    tmp_path, monkeypatch, capsys, silicon
):
    """And what was written is read when it is asked for again."""
    monkeypatch.chdir(tmp_path)
    fc2 = ForceConstants(-silicon.fc2.values, silicon.fc2.supercell)
    unstable = phonokit.Crystal.from_constants(fc2)
    phonokit.write_constants(unstable, "unstable", format="phonopy")
    for end in ("wrote elasticity.hdf5", "there already, of the same settings"):
        assert main(["elasticity", "unstable"]) == 0
        out = capsys.readouterr().out
        assert "imaginary" in out
        assert "nan" not in out
        assert end in out


@pytest.mark.needs_rust
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


def many_body(form, parameters, module):
    """A calculator of matscipy."""
    import importlib

    forms = "matscipy.calculators.manybody.explicit_forms"
    manybody = pytest.importorskip("matscipy.calculators.manybody")
    values = getattr(importlib.import_module(f"{forms}.{module}"), parameters)
    return manybody.Manybody(**getattr(importlib.import_module(forms), form)(values))


@pytest.mark.needs_rust
@pytest.mark.filterwarnings("ignore:'where' used without")
@pytest.mark.parametrize(
    ("words", "a"),
    [
        (
            ("StillingerWeber", "Stillinger_Weber_PRB_31_5262_Si", "stillinger_weber"),
            5.430949762,
        ),
        (("TersoffBrenner", "Tersoff_PRB_39_5566_Si_C", "tersoff_brenner"), 5.4320052),
    ],
    ids=["Stillinger-Weber", "Tersoff"],
)
def test_strains_and_long_waves_give_the_same_constants(words, a):
    pytest.importorskip("ase")
    from ase.build import bulk

    calculator = many_body(*words)
    found = phonokit.strain_elasticity(bulk("Si", a=a), calculator)
    settings = phonokit.Displace(supercell=(2, 2, 2), second_order=True, distance=1e-3)
    waves = phonokit.from_calculator(bulk("Si", a=a, cubic=True), calculator, settings)
    expected = phonokit.elasticity(waves)
    scale = expected.constants.max()
    for name in ("constants", "clamped"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=0, atol=1e-4 * scale
        )
    assert np.abs(found.internal_strain).max() == pytest.approx(
        np.abs(expected.internal_strain).max(), rel=1e-3
    )
    assert found.clamped[3, 3] > 1.1 * found.constants[3, 3]


def test_strains_resume_and_tell_of_stress_and_failures(tmp_path):
    pytest.importorskip("ase")
    from ase.build import bulk
    from ase.calculators.emt import EMT

    class Counting(EMT):
        calls, fail_at = 0, 5

        def calculate(self, *args, **kwargs):
            type(self).calls += 1
            if self.calls == self.fail_at:
                raise RuntimeError("no more time")
            super().calculate(*args, **kwargs)

    copper, failure = bulk("Cu", a=3.7), r"calculation 5: the calculator failed \(Runtime"
    with phonokit.RunStore(tmp_path / "s.run") as store:
        run = phonokit.Run(store)
        with pytest.raises(DomainError, match=failure):
            phonokit.strain_elasticity(copper, Counting(), run=run)
    with phonokit.RunStore(tmp_path / "s.run") as store:
        run = phonokit.Run(store)
        with pytest.warns(PhonoWarning) as caught:
            result = phonokit.strain_elasticity(copper, Counting(), run=run)
    assert any("under a stress of" in str(w.message) for w in caught)
    assert Counting.calls == 5 + 19 - 4
    np.testing.assert_allclose(result.internal_strain, 0, atol=1e-9)
    assert phonokit.read_result(result.write(tmp_path / "e.hdf5")) == result
    with pytest.raises(DomainError, match="strain must be small"):
        phonokit.strain_elasticity(copper, EMT(), strain=0.5)
