"""Choices of transport: symmetrised tetrahedra, the whole zone, generalised grids."""

import functools
import json

import h5py
import numpy as np
import phonokit
import pytest
from phono_3ph import Scattering, linewidths
from phono_dynmat import bose_einstein
from phono_grid import Gaussian, Grid
from phono_mpi import Alone
from phonokit import DomainError, Transport
from phonokit.calc.carriers import carriers_of
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

pytestmark = pytest.mark.needs_rust


@functools.cache
def silicon():
    return phonokit.load(EXAMPLE)


def spread_over_a_star(crystal, symmetrized):
    """Relative differences of linewidths between the wave vectors of one star."""
    transport = Transport(symmetrized_tetrahedra=symmetrized)
    t = np.array([300.0])
    _, carriers, series = carriers_of(
        crystal, [4, 4, 3], t, ranks=Alone(), transport=transport
    )
    grid, phonons = carriers.phonons.grid, carriers.phonons
    largest = carriers.irreducible.points[carriers.irreducible.weights.argmax()]
    star = np.unique(grid.index(grid.rotations @ grid.addresses[largest]))
    occupations = bose_einstein(phonons.frequencies, t)
    gamma = [
        linewidths(series, phonons, int(q), occupations, Scattering())[0] for q in star
    ]
    return np.ptp(gamma, axis=0).max() / np.max(gamma)


def test_symmetrised_tetrahedra_give_linewidths_the_symmetry_of_the_crystal(data):
    nitride = phonokit.load(data / "aln-lda")
    assert spread_over_a_star(nitride, symmetrized=False) > 1e-3
    # As far as the force constants and dipoles of the data have it.
    assert spread_over_a_star(nitride, symmetrized=True) < 1e-7


@pytest.mark.parametrize("method", ["rta", "lbte"])
def test_the_whole_zone_conducts_as_its_irreducible_part(method):
    # A Gaussian has the symmetry of the crystal.
    smeared = functools.partial(
        Transport, method, scattering=Scattering(smearing=Gaussian(0.4))
    )
    results = [
        phonokit.kappa(silicon(), [3, 3, 3], 300, transport=smeared(full_zone=full))
        for full in (False, True)
    ]
    part, whole = results
    assert len(whole.weights) == 27
    assert (whole.weights == 1).all()
    np.testing.assert_allclose(whole.kappa, part.kappa, atol=1e-8 * part.kappa.max())


@pytest.mark.parametrize("method", ["rta", "lbte"])
def test_generalised_grids_conduct_and_are_stored(tmp_path, method):
    # The plain grid of 3 points, told by axes that are not those of the primitive cell.
    turn = np.array([[1, 1, 0], [0, 1, 0], [0, 2, 1]])
    smeared = Transport(method, scattering=Scattering(smearing=Gaussian(0.4)))
    plain, turned = (
        phonokit.kappa(silicon(), mesh, 300, transport=smeared)
        for mesh in ([3, 3, 3], 3 * turn)
    )
    assert not turned.grid.is_plain
    np.testing.assert_allclose(turned.kappa, plain.kappa, atol=1e-8 * plain.kappa.max())

    # One that no three numbers make: the symmetry of the conventional cube.
    matrix = Grid.generalized(silicon().primitive, 12.0).matrix
    result = phonokit.kappa(silicon(), matrix, 300, transport=smeared)
    np.testing.assert_allclose(result.kappa[0, :3], result.kappa[0, 0], rtol=1e-9)
    path = result.write(tmp_path / "kappa.hdf5")
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["grid_matrix"], matrix)
    again = phonokit.read_kappa_modes(path)
    np.testing.assert_array_equal(again.grid.matrix, matrix)
    total = again.mode_kappa.sum(axis=(1, 2)) / again.grid.n_q
    np.testing.assert_allclose(total, result.kappa, rtol=1e-12, atol=1e-12)


def test_sharper_gaussians_tend_to_tetrahedra():
    kappa = functools.partial(phonokit.kappa, silicon(), [9, 9, 9], 300)
    exact = kappa().kappa[0, 0]
    errors = [
        abs(kappa(transport=Transport(scattering=smeared)).kappa[0, 0] / exact - 1)
        for smeared in (Scattering(smearing=Gaussian(s)) for s in (1.0, 0.5, 0.25))
    ]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.05


def test_options_of_the_command_are_kept_with_the_result(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = ["kappa", str(EXAMPLE), "--mesh", "2", "2", "2", "--output"]
    assert main([*command, "a.hdf5", "--symmetrized-tetrahedra"]) == 0
    assert main([*command, "b.hdf5", "--full-zone", "--no-degenerate-averaging"]) == 0
    settings = []
    for name in ("a.hdf5", "b.hdf5"):
        with h5py.File(name) as file:
            settings.append(json.loads(file.attrs["settings"]))
    names = ("symmetrized_tetrahedra", "full_zone", "average_degenerate_weights")
    assert [[s[name] for name in names] for s in settings] == [
        [True, False, True],
        [False, True, False],
    ]


def test_choices_that_exclude_each_other_are_refused():
    smeared = Scattering(smearing=Gaussian(0.1))
    with pytest.raises(DomainError, match=r"smearing of 0\.1 THz takes the place of"):
        Transport(scattering=smeared, symmetrized_tetrahedra=True)
    with pytest.raises(DomainError, match="tetrahedra have no images; leave full_zone"):
        Transport(symmetrized_tetrahedra=True, full_zone=True)


CUTOFF = 5.0
"""THz; in the middle of the acoustic branches of silicon."""


@functools.cache
def conducted(cutoff, **transport):
    """κ of silicon with boundaries of 1 µm, phonons above a cutoff frequency only."""
    scattering = Scattering(cutoff_frequency=cutoff)
    choices = Transport(scattering=scattering, boundary_mfp=1.0, **transport)
    return phonokit.kappa(silicon(), [4, 4, 4], [300], transport=choices)


KINDS = {
    "rta": {},
    "cg": {"method": "lbte"},
    "direct": {"method": "lbte", "solver": "direct"},
    "isotopes": {"isotopes": True},
    "full equation with isotopes": {"method": "lbte", "isotopes": True},
    "normal and umklapp": {"normal_umklapp": True},
    "coherences": {"coherence": "smm19"},
    "other coherences": {"coherence": "njc23"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_phonons_at_or_below_the_cutoff_neither_scatter_nor_carry_heat(kind):
    result = conducted(CUTOFF, **KINDS[kind])
    low = result.frequencies <= CUTOFF
    assert low.any()
    assert not low.all()
    rates = result.rates
    for part in (rates.phonon, rates.normal, rates.umklapp):
        assert part is None or (part[:, low] == 0).all()
    assert rates.isotope is None or (rates.isotope[low] == 0).all()
    assert (result.heat_capacities[:, low] == 0).all()
    assert (result.mode_kappa[:, low] == 0).all()
    assert len(result.unscattered) == 0
    if result.wigner is not None:
        assert (result.wigner.mode_coherences[:, low] == 0).all()
        assert np.abs(result.wigner.mode_coherences[:, ~low]).max() > 0
    # They took part before.
    assert (conducted(1e-4, **KINDS[kind]).mode_kappa[:, low] != 0).any()


def test_the_full_equation_leaves_out_what_the_relaxation_time_approximation_does():
    rta, cg, direct = (
        conducted(CUTOFF, **KINDS[kind]).kappa[0, 0] for kind in ("rta", "cg", "direct")
    )
    assert rta == pytest.approx(166.98, abs=0.005)
    assert cg == pytest.approx(direct, rel=1e-6)
    assert cg == pytest.approx(rta, rel=0.2)
