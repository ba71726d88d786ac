"""Laws of phonons that are known at every image in the zone."""

from dataclasses import replace

import numpy as np
import pytest
from degenerate_means import degenerate_means
from model_crystals import mix_degenerate, zincblende
from phono_3ph import (
    AtomMaps,
    GivenTriplets,
    MappedForceConstants3,
    Scattering,
    Series3,
    ZoneModes,
    image_cells,
    interaction_strengths,
    linewidths,
    zone_linewidths,
)
from phono_grid import BrillouinZone, ShortestVectors, Triplets, normal_processes
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")
Q = 6


def in_zone(sample):
    """The phonons of the sample at every image, those of its grid point each."""
    phonons = sample.phonons
    zone = BrillouinZone.of(phonons.grid)
    f, e = phonons.frequencies[zone.points], phonons.polarizations[zone.points]
    return ZoneModes(zone, f, e, phonons.tetrahedra)


def given(modes, **more):
    """The irreducible triplets at Q, of the last image of each point."""
    triplets = Triplets.of(modes.grid, Q)
    return GivenTriplets(
        modes.zone.first[triplets.points + 1] - 1, triplets.weights, **more
    )


@pytest.mark.parametrize("average", [True, False])
def test_images_with_the_same_phonons_give_the_linewidths_of_the_grid(sample, average):
    modes = in_zone(sample)
    scattering = Scattering(average_degenerate_weights=average)
    n = sample.occupations[modes.zone.points]
    gamma = zone_linewidths(sample.series, modes, given(modes), n, scattering)[0]
    gamma = degenerate_means(gamma, sample.phonons.frequencies[Q], scattering.degeneracy)
    args = sample.series, sample.phonons, Q, sample.occupations, scattering
    expected = linewidths(*args)
    assert expected.max() > 0
    np.testing.assert_allclose(gamma, expected, rtol=1e-11, atol=1e-12)


def test_normal_and_umklapp_add_up_and_bands_are_those_asked_for(sample):
    modes = in_zone(sample)
    normal = normal_processes(modes.zone, Triplets.of(modes.grid, Q))
    assert normal.any()
    assert not normal.all()
    n = sample.occupations[modes.zone.points]
    args = sample.series, modes, given(modes, normal=normal), n, Scattering()
    parts = zone_linewidths(*args, [0, 2, 3])
    whole = zone_linewidths(*args[:2], given(modes), *args[3:])[0]
    assert (parts.max(axis=(1, 2)) > 0).all()
    np.testing.assert_allclose(parts.sum(axis=0), whole[:, [0, 2, 3]], rtol=1e-12)


def test_the_eigenvectors_are_those_of_the_image_that_is_named(sample, rng):
    modes = in_zone(sample)
    # Every image has eigenvectors of its own inside each degenerate set.
    mixed = mix_degenerate(modes.frequencies, modes.polarizations, rng)
    modes = replace(modes, polarizations=mixed)
    first, last = Triplets.of(modes.grid, Q), given(modes)
    first = GivenTriplets(modes.zone.first[first.points], first.weights)
    n = sample.occupations[modes.zone.points]

    def gammas(average):
        scattering = Scattering(average_degenerate_weights=average)
        both = [
            zone_linewidths(sample.series, modes, triplets, n, scattering)[0]
            for triplets in (first, last)
        ]
        f = sample.phonons.frequencies[Q]
        return [degenerate_means(gamma, f, scattering.degeneracy) for gamma in both]

    plain, other = gammas(average=False)
    assert np.abs(plain - other).max() > 1e-6 * plain.max()
    plain, other = gammas(average=True)
    np.testing.assert_allclose(plain, other, rtol=1e-11, atol=1e-12)


def test_strengths_of_images_with_the_same_phonons_are_those_of_the_grid(sample):
    modes, triplets = in_zone(sample), Triplets.of(sample.phonons.grid, Q)
    images = Triplets(given(modes).points, triplets.weights)
    strengths = interaction_strengths(sample.series, modes, images)
    expected = interaction_strengths(sample.series, sample.phonons, triplets)
    np.testing.assert_allclose(strengths, expected, rtol=1e-11, atol=1e-14)


def test_triplets_that_lose_momentum_or_have_no_image_are_refused(sample):
    modes = in_zone(sample)
    n = sample.occupations[modes.zone.points]
    for points, words in (([[1, 2, 3]], "momentum"), ([[0, 0, 10**6]], "triplets")):
        triplets = GivenTriplets(points, [1])
        with pytest.raises(DomainError, match=words):
            zone_linewidths(sample.series, modes, triplets, n, Scattering())


def test_where_constants_are_symmetric_one_origin_stands_for_all():
    fc3 = zincblende().fc3
    supercell, vectors = fc3.supercell, ShortestVectors.of(fc3.supercell)
    m, cells = vectors.multiplicities, image_cells(fc3.supercell, vectors)
    maps = supercell.primitive_to_supercell, supercell.supercell_to_primitive
    constants = MappedForceConstants3(fc3.values, AtomMaps(*maps))
    whole = Series3.of_images(constants, m, cells)
    plain = Series3.of(fc3)
    np.testing.assert_allclose(whole.values, plain.values, atol=1e-13)
    # Where all three distances are below half of what repeats, each pair has one image.
    lattice = supercell.primitive.lattice
    repeats = np.linalg.norm(np.indices((3, 3, 3)).reshape(3, -1).T - 1, axis=1) > 0
    steps = (np.indices((3, 3, 3)).reshape(3, -1).T - 1)[repeats] @ supercell.cell.lattice
    half = np.linalg.norm(steps, axis=1).min() / 2 - 1e-6
    v = vectors.vectors[vectors.first].swapaxes(0, 1) @ lattice  # [κ, s]
    sides = v[:, None], v[:, :, None], v[:, None] - v[:, :, None]
    near = [np.linalg.norm(side, axis=-1) < half for side in sides]
    alike = near[0] & near[1] & near[2]
    assert alike.any()
    series = Series3.of_images(constants, m, cells, alike=alike)
    np.testing.assert_array_equal(series.atoms, whole.atoms)
    np.testing.assert_array_equal(series.cells, whole.cells)
    np.testing.assert_allclose(series.values, whole.values, atol=1e-12)
