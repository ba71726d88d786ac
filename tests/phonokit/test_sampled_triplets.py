"""Thermal conductivity from a part of the three-phonon processes."""

import numpy as np
import phonokit
import pytest
from phono_grid.errors import DomainError
from phonokit import FourPhonon, Run, Sample
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

MESH, T = (13, 13, 13), [300.0, 600.0]
CHOICE = Sample(error=0.03, seed=1)
pytestmark = pytest.mark.needs_rust


@pytest.fixture(scope="module")
def crystal():
    return phonokit.load(EXAMPLE)


@pytest.fixture(scope="module")
def sampled(crystal):
    return phonokit.kappa(crystal, MESH, T, sample=CHOICE)


def test_a_sample_knows_its_error(crystal, sampled):
    exact = phonokit.kappa(crystal, MESH, T)
    error = sampled.kappa_error[:, :3]
    assert (error > 0).all()
    assert (error < 0.03 * exact.kappa[:, :3]).all()
    assert (np.abs(sampled.kappa - exact.kappa)[:, :3] < 4 * error).all()
    widths = sampled.rates.phonon_error
    assert widths.shape == exact.rates.phonon.shape
    some = widths > 0
    assert 0.2 < some.mean() < 1  # where samples are as much work all triplets are taken
    away = np.abs(sampled.rates.phonon - exact.rates.phonon)
    # Of eight groups: Student's distribution has long tails.
    assert np.mean(away[some] < 3 * widths[some]) > 0.9
    np.testing.assert_allclose(away[~some], 0, atol=1e-12)


def test_a_run_that_was_stopped_goes_on_with_the_same_bits(crystal, sampled, tmp_path):
    def stop(done, _):
        if done == 5:
            raise KeyboardInterrupt

    run = tmp_path / "three.run"
    with pytest.raises(KeyboardInterrupt):
        phonokit.kappa(crystal, MESH, T, sample=CHOICE, run=Run(run, progress=stop))
    resumed = phonokit.kappa(crystal, MESH, T, sample=CHOICE, run=Run(run))
    np.testing.assert_array_equal(resumed.kappa, sampled.kappa)


def test_a_file_keeps_the_samples(sampled, tmp_path):
    path = tmp_path / "sampled.hdf5"
    sampled.write(path)
    read = phonokit.read_result(path)
    for name in ("phonon", "phonon_groups", "phonon_error", "total"):
        one, other = (getattr(result.rates, name) for result in (read, sampled))
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(read.kappa_error, sampled.kappa_error)


def test_the_command_samples_three_phonons(sampled, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = ["kappa", str(EXAMPLE), "--mesh", "13", "13", "13", "--sample"]
    more = ["--error", "3%", "--seed", "1", "--temperature", "300", "600"]
    assert main([*command, *more, "--output", "k.hdf5"]) == 0
    told = capsys.readouterr().out
    assert "sampled to 3 % of κ, seed 1" in told
    assert "standard error of sampling" in told
    np.testing.assert_array_equal(phonokit.read_result("k.hdf5").kappa, sampled.kappa)
    for other, word in (
        (["--method", "lbte"], "every triplet"),
        (["--normal-umklapp"], "normal and umklapp"),
        (["--plan"], "--plan"),
    ):
        assert main([*command, *other, "--output", "other.hdf5"]) > 0
        assert word in capsys.readouterr().err


def test_a_sample_has_a_file_beside_the_whole(sampled, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = ["kappa", str(EXAMPLE), "--mesh", "13x13x13", "--temperature", "300", "600"]
    assert main(command) == 0
    assert main([*command, "--sample", "--error", "3%", "--seed", "1"]) == 0
    names = {path.name for path in tmp_path.glob("*.hdf5")}
    assert names == {"kappa-m131313.hdf5", "kappa-m131313-sample.hdf5"}
    assert sampled.default_name == "kappa-m131313-sample.hdf5"
    capsys.readouterr()
    assert main([*command, "--sample", "--error", "3%", "--seed", "2"]) == 2
    assert "seed is 1 there and 2 here" in capsys.readouterr().err


def test_four_phonons_have_samples_of_their_own(crystal):
    with pytest.raises(DomainError, match=r"FourPhonon\(sample=True\)"):
        phonokit.kappa(crystal, MESH, T, sample=Sample(), four_phonon=FourPhonon())
    with pytest.raises(DomainError, match="error"):
        Sample(error=0.0)
