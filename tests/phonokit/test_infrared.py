"""Infrared intensities of crystals, and the command for them."""

import numpy as np
import phonokit
import pytest
from phonokit import DomainError
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE


def test_sodium_chloride_splits_as_its_dielectric_tensors_say(data):
    nacl = phonokit.load(data / "nacl-pbe")
    result = phonokit.infrared(nacl)
    transverse = result.frequencies[3]
    longitudinal = phonokit.modes(nacl, q=[0, 0, 0], direction=[0, 0.5, 0.5])
    along = longitudinal.frequencies[0, -1]
    ratio = result.static[0, 0] / result.electronic[0, 0]
    assert ratio == pytest.approx((along / transverse) ** 2, rel=1e-9)
    np.testing.assert_allclose(result.intensities[3:], result.intensities[3], rtol=1e-9)
    assert not result.intensities[:3].any()
    bright = result.intensities > 1e-9
    pytest.importorskip("spgrep")
    symmetry = phonokit.mode_symmetry(nacl)
    allowed = (symmetry.infrared > 0) & (symmetry.acoustic == 0)
    assert (bright == allowed[symmetry.sets]).all()


def test_the_command_prints_writes_and_draws(data, tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    argv = ["infrared", str(data / "nacl-pbe"), "--unit", "cm-1", "--plot", "i.svg"]
    assert main(argv) == 0
    assert "Static dielectric tensor" in capsys.readouterr().out
    result = phonokit.read_result("infrared.hdf5")
    assert result.reflectivity.max() > 0.9
    assert len(result.frequency_points) == 401


def test_a_crystal_without_charges_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DomainError, match="no Born charges"):
        phonokit.infrared(phonokit.load(EXAMPLE))
    assert main(["infrared", str(EXAMPLE)]) == 2
    assert "--born" in capsys.readouterr().err


def test_dipoles_of_a_sheet_are_an_option(data, tmp_path, monkeypatch):
    """Any cell with an upright axis and a supercell one cell high; here by hand."""
    monkeypatch.chdir(tmp_path)
    nacl = phonokit.load(data / "nacl-pbe")
    sheet = phonokit.Dipoles(charges=nacl.polar.charges, method="sheet")
    crystal = phonokit.Crystal.from_constants(nacl.fc2, polar=sheet)
    assert "two-dimensional" in crystal.nac_name()
    with pytest.raises(DomainError, match="upright"):
        crystal.dynamics()
    assert (
        main(["modes", str(data / "nacl-pbe"), "--q", "0,0,0", "--dipoles", "sheet"]) == 2
    )
