"""Thermal conductivity with four-phonon scattering, silicon of Stillinger and Weber."""

from pathlib import Path

import numpy as np
import phonokit
import pytest
from phono_4ph import write_force_constants4
from phono_grid.errors import DomainError
from phonokit import FourPhonon, Run, Transport
from phonokit.calc.sampling import warn_of_errors
from phonokit.cli.app import main
from stillinger_weber import sum_of_terms

EXAMPLE = Path(__file__).parents[2] / "examples" / "silicon"
MESH, T = (3, 3, 3), [300.0, 600.0]
pytestmark = pytest.mark.needs_rust


@pytest.fixture(scope="module")
def crystal():
    """Silicon with third-order constants of the example, fourth order of the model."""
    silicon = phonokit.load(EXAMPLE)
    return silicon.with_fc4(sum_of_terms(silicon.primitive))


@pytest.fixture(scope="module")
def exact(crystal):
    """Every process."""
    return phonokit.kappa(crystal, MESH, T, four_phonon=FourPhonon())


def test_four_phonon_scattering_adds_to_the_widths_and_lowers_the_conductivity(
    crystal, exact
):
    three = phonokit.kappa(crystal, MESH, T)
    np.testing.assert_array_equal(exact.rates.phonon, three.rates.phonon)
    four = exact.rates.four_phonon
    assert four.shape == (2, 3, *three.rates.phonon.shape)
    total = three.rates.total + four.sum(axis=(0, 1))
    np.testing.assert_allclose(exact.rates.total, total, rtol=1e-13)
    assert (exact.kappa[:, :3] < three.kappa[:, :3]).all()
    # The hotter, the more: as the temperature squared, once hot.
    part = 1 - exact.kappa[:, 0] / three.kappa[:, 0]
    assert part[1] > part[0]


def test_the_full_equation_has_it_on_its_diagonal(crystal):
    lbte = Transport(method="lbte")
    three = phonokit.kappa(crystal, MESH, [300], transport=lbte)
    both = phonokit.kappa(crystal, MESH, [300], transport=lbte, four_phonon=FourPhonon())
    assert (both.kappa[:, :3] < three.kappa[:, :3]).all()


def test_a_sample_knows_its_error(crystal):
    mesh, choice = (5, 5, 5), FourPhonon(sample=True, error=0.02, seed=3)
    exact = phonokit.kappa(crystal, mesh, T, four_phonon=FourPhonon())
    sampled, again = (
        phonokit.kappa(crystal, mesh, T, four_phonon=choice) for _ in range(2)
    )
    away = np.abs(sampled.kappa - exact.kappa)[:, :3]
    error = sampled.kappa_error[:, :3]
    assert (error > 0).all()
    assert (error < 0.02 * exact.kappa[:, :3]).all()
    assert (away < 4 * error).all()
    np.testing.assert_array_equal(again.kappa, sampled.kappa)


def test_a_run_that_was_stopped_goes_on_with_the_same_bits(crystal, exact, tmp_path):
    def stop(done, _):
        if done == 2:
            raise KeyboardInterrupt

    run = tmp_path / "four.run"
    with pytest.raises(KeyboardInterrupt):
        phonokit.kappa(
            crystal, MESH, T, four_phonon=FourPhonon(), run=Run(run, progress=stop)
        )
    resumed = phonokit.kappa(crystal, MESH, T, four_phonon=FourPhonon(), run=Run(run))
    np.testing.assert_array_equal(resumed.kappa, exact.kappa)


def test_a_file_keeps_everything(crystal, exact, tmp_path):
    sampled = phonokit.kappa(crystal, MESH, T, four_phonon=FourPhonon(sample=True))
    for name, result in (("exact", exact), ("sampled", sampled)):
        path = tmp_path / f"{name}.hdf5"
        result.write(path)
        read = phonokit.read_result(path)
        np.testing.assert_array_equal(read.rates.four_phonon, result.rates.four_phonon)
        np.testing.assert_array_equal(read.rates.total, result.rates.total)
        if result.kappa_error is None:
            assert read.kappa_error is None
        else:
            np.testing.assert_array_equal(read.kappa_error, result.kappa_error)


def test_the_command_adds_four_phonons(crystal, exact, tmp_path, capsys):
    fc4 = write_force_constants4(crystal.fc4, tmp_path / "FORCE_CONSTANTS_4TH")
    command = ["kappa", str(EXAMPLE), "--mesh", "3", "3", "3", "--temperature", "300"]
    command += ["--four-phonon", "--fc4", str(fc4), "--output"]
    assert main([*command, str(tmp_path / "exact.hdf5")]) == 0
    kappa = phonokit.read_result(tmp_path / "exact.hdf5").kappa
    np.testing.assert_allclose(kappa[0], exact.kappa[0], rtol=1e-6)
    sample = [*command, str(tmp_path / "sample.hdf5"), "--sample", "--error", "5%"]
    assert main(sample) == 0
    assert "standard error of sampling" in capsys.readouterr().out
    assert main([*command[:-3], "--output", str(tmp_path / "x.hdf5")]) > 0
    assert "FORCE_CONSTANTS_4TH" in capsys.readouterr().err


def test_there_is_a_picture_of_linewidths(exact):
    pytest.importorskip("matplotlib")
    with pytest.raises(phonokit.DomainError, match="450 K is not among those"):
        phonokit.plot_four_phonon(exact, temperature=450)
    axes = phonokit.plot_four_phonon(exact, temperature=600)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "three phonons",
        "four phonons",
    ]
    points = axes.collections[1].get_offsets()[:, 1]
    four = exact.rates.four_phonon.sum(axis=(0, 1))[1]
    np.testing.assert_allclose(np.sort(points), np.sort(four[four > 0]))


def test_where_samples_would_be_more_work_every_process_is_taken(crystal, exact):
    choice = FourPhonon(sample=True, error=1e-9)
    result = phonokit.kappa(crystal, MESH, T, four_phonon=choice)
    np.testing.assert_array_equal(result.kappa, exact.kappa)
    assert result.kappa_error.max() < 1e-12


def test_an_error_that_is_larger_than_asked_for_is_told():
    kappa, error = np.ones((1, 6)), np.full((1, 6), 0.03)
    with pytest.warns(phonokit.SamplingWarning, match="3 % where 2 % was asked for"):
        warn_of_errors(kappa, error, 0.02)
    warn_of_errors(kappa, error, 0.04)


def test_four_phonons_need_fourth_order(crystal):
    with pytest.raises(DomainError, match="no fourth-order constants"):
        phonokit.kappa(phonokit.load(EXAMPLE), MESH, T, four_phonon=FourPhonon())


def test_fourphonons_counting_differs_on_a_coarse_mesh(crystal, exact):
    choice = FourPhonon(counting="fourphonon")
    other = phonokit.kappa(crystal, MESH, T, four_phonon=choice)
    away = np.abs(other.kappa[:, 0] / exact.kappa[:, 0] - 1)
    assert (away > 1e-6).all()
    assert (away < 0.1).all()


def test_a_plan_counts_four_phonons(crystal):
    three = phonokit.plan(crystal, (6, 6, 6), [300])
    both = phonokit.plan(crystal, (6, 6, 6), [300], four_phonon=FourPhonon())
    assert both.costs.shape == three.costs.shape
    assert both.seconds(1) > 2 * three.seconds(1)
