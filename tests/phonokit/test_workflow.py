"""From displaced forces to conductivity: what must hold whatever the numbers."""

import functools
import re
import warnings
from dataclasses import replace

import h5py
import numpy as np
import phonokit
import pytest
from phono_3ph import Scattering
from phono_dynmat import BornCharges
from phono_grid import Gaussian, using
from phono_mpi import Alone
from phonokit import (
    Crystal,
    DomainError,
    ForceData,
    ImaginaryModesWarning,
    LongPathWarning,
    Run,
    Transport,
    UnscatteredWarning,
    load,
)
from phonokit.calc.carriers import carriers_of
from phonokit.model.dipoles import Dipoles
from tiny_crystal import EXAMPLE


def test_a_cubic_crystal_conducts_equally_along_every_axis(result):
    k = result.kappa[1:]
    np.testing.assert_allclose(k[:, :3], k[:, :1].repeat(3, axis=1), rtol=1e-10)
    np.testing.assert_allclose(k[:, 3:], 0, atol=1e-10 * k.max())
    assert (k[:, 0] > 0).all()


def test_nothing_is_conducted_at_zero_temperature(result):
    assert result.temperatures[0] == 0
    np.testing.assert_array_equal(result.kappa[0], 0)


def test_series_that_ranks_share_know_their_lattice():
    class OneOfTwo(Alone):
        size = 2

    crystal, t = load(EXAMPLE), np.array([300.0])
    *_, series = carriers_of(crystal, (2, 2, 2), t, ranks=OneOfTwo())
    np.testing.assert_array_equal(series.lattice, crystal.primitive.lattice)


def test_the_example_is_stable(result):
    acoustic = np.abs(result.frequencies[0, :3])
    assert acoustic.max() < 1e-3
    others = np.concatenate([result.frequencies[0, 3:], result.frequencies[1:].ravel()])
    assert others.min() > 1


@pytest.mark.needs_rust  # it runs both, whatever the language of the session
def test_both_implementations_conduct_alike():
    results = []
    for lang in ("rust", "Python"):
        silicon = load(EXAMPLE, lang=lang)
        assert silicon.lang == lang.capitalize()
        result = phonokit.kappa(silicon, (4, 4, 4))
        assert result.provenance.lang == silicon.lang
        results.append(result.kappa)
    np.testing.assert_allclose(*results, rtol=1e-9, atol=1e-9 * results[0].max())


def test_lang_follows_the_active_backend_and_cannot_be_set():
    with using("Python"):
        silicon = load(EXAMPLE)
    assert silicon.lang == "Python"
    with pytest.raises(AttributeError):
        silicon.lang = "Rust"


def test_an_unknown_lang_is_refused_with_the_two_there_are():
    with pytest.raises(DomainError, match="lang must be 'Rust' or 'Python', got 'Fortran'"):
        load(EXAMPLE, lang="Fortran")


def test_progress_is_told_at_every_irreducible_wave_vector():
    told = []
    phonokit.kappa(load(EXAMPLE), (2, 2, 2), run=Run(progress=lambda *n: told.append(n)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("mesh", "temperatures", "message"),
    [
        ((0, 3, 3), 300, "mesh must be three positive integers, got 0 3 3"),
        ((3, 3), 300, "mesh must be three positive integers, got 3 3"),
        ((2, 2, 3), 300, "mesh 2 2 3 does not have the symmetry of the crystal"),
        ((3, 3, 3), [300, -5], "temperature must be 0 K or above, got -5 K"),
        ((3, 3, 3), np.nan, "temperature must be 0 K or above, got nan K"),
        ((3, 3, 3), [], "temperature: expected one or more numbers"),
        ((3, 3, 3), "hot", "temperature: expected numbers in K, got 'hot'"),
    ],
)
def test_what_cannot_be_computed_is_refused(mesh, temperatures, message):
    with pytest.raises(DomainError, match=message):
        phonokit.kappa(load(EXAMPLE), mesh, temperatures)


def changed(data: ForceData, **changes) -> Crystal:
    """Silicon with other data."""
    names = (n for n in ForceData.__dataclass_fields__ if n not in changes)
    kept = {name: getattr(data, name) for name in names}
    return Crystal.from_forces(ForceData(**kept, **changes))


@pytest.mark.parametrize("method", ["gonze", "wang"])
def test_born_charges_count_unless_they_are_left_out(method):
    plain = load(EXAMPLE)
    z = np.diag([1.0, 1.0, 1.0])
    born = Dipoles(charges=BornCharges([z, -z], np.eye(3) * 12), method=method)
    polar = changed(plain.constants.data, born=born)
    without = phonokit.kappa(plain, (3, 3, 3))
    left_out = phonokit.kappa(polar, (3, 3, 3), nac=False)
    np.testing.assert_array_equal(left_out.kappa, without.kappa)
    charged = phonokit.kappa(polar, (3, 3, 3))
    # None at the zone centre, where a field would have no direction.
    np.testing.assert_allclose(
        charged.frequencies[0, 3:], without.frequencies[0, 3:], atol=1e-6
    )
    assert np.abs(charged.frequencies[1:] - without.frequencies[1:]).max() > 1e-3
    assert not np.allclose(charged.kappa, without.kappa, rtol=1e-3)


def test_the_record_says_what_became_of_born_charges():
    plain = load(EXAMPLE)
    z = np.eye(3)
    polar = changed(
        plain.constants.data, born=Dipoles(charges=BornCharges([z, -z], z * 12))
    )
    said = {
        (crystal is polar, nac): phonokit.kappa(
            crystal, (1, 1, 1), nac=nac
        ).provenance.settings["nac"]
        for crystal in (plain, polar)
        for nac in (True, False)
    }
    assert said[True, True] == "Gonze-Lee, none at the zone centre"
    assert said[True, False] == "left out"
    assert said[False, True] == said[False, False] == "none: the data hold no Born charges"


def test_imaginary_frequencies_are_a_warning_with_q_and_value():
    # Springs of the opposite sign: every mode but the acoustic ones at rest is imaginary.
    data = load(EXAMPLE).constants.data
    flipped = type(data.singles)(
        data.singles.atoms, data.singles.displacements, -data.singles.forces
    )
    with pytest.warns(
        ImaginaryModesWarning, match=r"3 of 3 .* worst -1\d\.\d+ THz at q = \(0\.0000, "
    ):
        result = phonokit.kappa(changed(data, singles=flipped), (2, 2, 2))
    np.testing.assert_array_equal(result.kappa, 0)


def test_phonons_that_nothing_scatters_are_left_out_with_a_warning():
    # A narrow Gaussian with a cutoff finds no process for some phonons of a coarse mesh.
    scattering = Scattering(smearing=Gaussian(0.02, 2.0))
    transport = Transport(scattering=scattering, coherence="smm19")
    with pytest.warns(UnscatteredWarning, match="at 300 K are scattered by nothing"):
        result = phonokit.kappa(load(EXAMPLE), (3, 3, 3), [0, 300], transport=transport)
    assert np.isfinite(result.kappa).all()
    assert np.isfinite(result.mode_kappa).all()
    assert (result.linewidths[1, 1:] == 0).any()


@pytest.mark.needs_rust
@pytest.mark.parametrize("method", ["rta", "lbte"])
def test_far_tails_of_gaussians_make_no_conductivity_and_are_named(tmp_path, method):
    # Without a cutoff the same phonons have linewidths from 1e-90 THz to 1e-9 THz.
    scattering = Scattering(smearing=Gaussian(0.01))
    transport = Transport(method, "direct", scattering=scattering)
    run = functools.partial(phonokit.kappa, load(EXAMPLE), (3, 3, 3), [0, 300])
    named = r"irreducible phonons at 300 K are .* left out: band \d at .*boundary_mfp="
    long = r"paths of more than 1 mm, up to .* % of the heat: band \d at q = \("
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = run(transport=transport)
    said = {warning.category: str(warning.message) for warning in caught}
    assert re.search(named, said[UnscatteredWarning])
    if method == "rta":
        assert re.search(long, said[LongPathWarning])
        assert np.isfinite(result.kappa).all()
    else:
        # What relaxes that slowly is below rounding in the collision operator.
        assert any("kappa is NaN: at 300 K" in text for text in said.values())
        assert np.isfinite(result.kappa).all(axis=1).tolist() == [True, False]
    assert (result.linewidths[1] > 0).sum() > (result.rates.total[1] > 0).sum()
    left_out = result.unscattered
    assert len(left_out) > 0
    assert (left_out[:, 0] == 1).all()
    rta = result.conduction.rta.mode_kappa
    assert all((rta[tuple(phonon)] == 0).all() for phonon in left_out)
    with h5py.File(result.write(tmp_path / "kappa.hdf5")) as file:
        np.testing.assert_array_equal(file["unscattered"], left_out)

    # With boundaries nothing lives for ever, and no warning is an error here.
    result = run(transport=replace(transport, boundary_mfp=10.0))
    assert len(result.unscattered) == 0
    assert 0 < result.kappa[1, 0] < 1e6
