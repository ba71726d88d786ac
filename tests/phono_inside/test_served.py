"""What runs inside gives the numbers of phono-3ph and phono-grid."""

import sys

import numpy as np
import phono_inside
import pytest
from degenerate_means import degenerate_means
from fake_phonors import arguments_of, fake_phonors
from phono_3ph import Scattering, interaction_strengths, linewidths
from phono_grid import (
    Bands,
    Gaussian,
    Triplets,
    degenerate_sets,
    tetrahedron_weights,
    triplet_weights,
    units,
)
from phono_inside._zones import tetrahedra_of

Q = 6
TEMPERATURES = [0.0, 5.0, 20.0]
OF_THE_GRID = [
    *("relative_grid_address", "d_diag", "bz_grid_addresses", "bz_map", "bz_grid_type")
]
OF_INTERACTION = [
    *("frequencies", "eigenvectors", "bz_grid_addresses", "d_diag", "q_mat", "fc3"),
    *("fc3_nonzero_indices", "svecs", "multiplicity", "masses", "p2s_map", "s2p_map"),
    *("symmetrize_fc3_q", "make_r0_average", "all_shortest", "cutoff_frequency"),
    "is_compact_fc3",
]


@pytest.fixture
def phonors(monkeypatch, phonons):
    module = fake_phonors(phonons.grid)
    monkeypatch.setitem(sys.modules, "phonors", module)
    phono_inside.register()
    return module


@pytest.fixture
def arguments(model, zone, zone_modes, phonons):
    offsets = phonons.tetrahedra.offsets[phonons.tetrahedra.vertices]
    return arguments_of(model, zone, zone_modes, TEMPERATURES) | {
        "relative_grid_address": np.ascontiguousarray(offsets)
    }


def collide(phonors, arguments, zone, shape=(1, 3, 6)):
    """Widths at Q as phono3py asks for them."""
    out = np.full(shape, np.nan)
    phonors.collision_at_grid_point(
        collisions=out, grid_point=int(zone.first[Q]), **arguments
    )
    return out


def expected(series, phonons, scattering=None):
    """Widths of phono-3ph in the units of phonors."""
    f = phonons.frequencies
    n = np.zeros((*f.shape, len(TEMPERATURES)))
    for i, t in enumerate(TEMPERATURES):
        if t > 0:
            n[..., i] = np.where(f > 1e-3, 1 / np.expm1(np.maximum(f, 1e-3) / t), 0)
    scattering = scattering or Scattering(
        cutoff_frequency=1e-3, average_degenerate_weights=False
    )
    gamma = linewidths(series, phonons, Q, n, scattering)
    return gamma * phonons.grid.n_q / (units.LINEWIDTH * units.STRENGTH)


def close(out, gamma, phonons):
    """Equal after the mean over the degenerate sets, which phono3py takes itself."""
    mean = degenerate_means(out, phonons.frequencies[Q], 1e-4)
    np.testing.assert_allclose(mean, gamma, rtol=1e-9, atol=1e-10 * gamma.max())


def test_linewidths_are_those_of_phono_3ph(phonors, arguments, zone, series, phonons):
    out = collide(phonors, arguments, zone)[0]
    assert phonors.calls == []
    assert phono_inside.status()["collision_at_grid_point"].served == 1
    gamma = expected(series, phonons)
    assert gamma.max() > 0
    close(out, gamma, phonons)


def test_a_gaussian_and_averaged_weights_are_served(
    phonors, arguments, zone, series, phonons
):
    sets = degenerate_sets(arguments["frequencies"], 1e-4)
    ids = np.array([[np.flatnonzero(row == x)[0] for x in row] for row in sets])
    both = {"sigmas": np.array([np.nan, 0.4]), "sigma_cutoffs": np.array([-1.0, 3.0])}
    out = collide(phonors, arguments | both | {"degenerate_ids": ids}, zone, (2, 3, 6))
    assert phonors.calls == []
    choices = (
        Scattering(cutoff_frequency=1e-3),
        Scattering(cutoff_frequency=1e-3, smearing=Gaussian(0.4, 3.0)),
    )
    for widths, scattering in zip(out, choices, strict=True):
        close(widths, expected(series, phonons, scattering), phonons)


def test_normal_and_umklapp_add_up_and_bands_are_chosen(phonors, arguments, zone):
    whole = collide(phonors, arguments, zone)[0]
    more = {"is_n_u": True, "band_indices": np.array([0, 1, 4])}
    parts = collide(phonors, arguments | more, zone, (1, 2, 3, 3))[0]
    np.testing.assert_allclose(parts.sum(axis=0), whole[:, [0, 1, 4]], rtol=1e-12)
    assert (parts.max(axis=(1, 2)) > 0).all()


def test_batches_are_the_points_one_by_one(phonors, arguments, zone):
    points = zone.first[[Q, 0, 21]]
    out = np.empty((3, 1, 3, 6))
    phonors.collision_at_grid_points_batched(
        collisions=out, grid_points=points, **arguments
    )
    for point, widths in zip(points, out, strict=True):
        one = np.empty((1, 3, 6))
        phonors.collision_at_grid_point(collisions=one, grid_point=int(point), **arguments)
        np.testing.assert_array_equal(one, widths)


@pytest.mark.parametrize(
    "name", ["fc3", "eigenvectors", "frequencies", "masses", "temperatures_thz"]
)
def test_arrays_that_are_changed_in_place_count_as_they_are(phonors, arguments, zone, name):
    before = collide(phonors, arguments, zone)
    array = arguments[name]
    kept = array.copy()
    array *= 1.5
    after = collide(phonors, arguments, zone)
    assert np.abs(after - before).max() > 1e-6 * before.max()
    array[...] = kept
    np.testing.assert_array_equal(collide(phonors, arguments, zone), before)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"symmetrize_fc3_q": True}, "symmetrize_fc3_q"),
        ({"bz_grid_type": 1}, "sparse grid"),
        ({"cutoff_frequency": -1.0}, "negative cutoff frequency"),
        ({"masses": np.ones(2, np.float32)}, "masses of another type or order"),
        ({"svecs": [[0.0] * 3]}, "svecs is no array"),
        ({"sigmas": np.array([-1.0])}, "sigma is not positive"),
    ],
)
def test_what_is_not_served_is_left_to_the_original(phonors, arguments, zone, change, why):
    collide(phonors, arguments | change, zone)
    assert phonors.calls == ["collision_at_grid_point"]
    assert phono_inside.status()["collision_at_grid_point"].passed_on == {why: 1}


def test_an_output_that_cannot_be_written_as_it_is_is_left_alone(phonors, arguments, zone):
    for shape in ((1, 3, 5), (2, 3, 6)):
        collide(phonors, arguments, zone, shape)
    assert phonors.calls == ["collision_at_grid_point"] * 2


def test_strengths_are_written_where_they_are_wanted(
    phonors, arguments, zone, series, phonons, rng
):
    triplets = Triplets.of(phonons.grid, Q)
    images = zone.first[triplets.points]
    shape = (len(images), 2, 6, 6)
    skip = (rng.uniform(size=shape) < 0.5).astype(np.int8)
    out = np.full(shape, -1.0)
    phonors.interaction(
        fc3_normal_squared=out,
        g_zero=skip,
        triplets=images,
        band_indices=np.array([1, 4]),
        **{name: arguments[name] for name in OF_INTERACTION},
    )
    assert phonors.calls == []
    strengths = interaction_strengths(
        series, phonons, triplets, cutoff_frequency=1e-3, bands=[1, 4]
    )
    strengths = strengths * phonons.grid.n_q / units.STRENGTH
    wanted = skip == 0
    np.testing.assert_array_equal(out[~wanted], -1.0)
    largest = strengths.max()
    np.testing.assert_allclose(
        out[wanted], strengths[wanted], rtol=1e-9, atol=1e-12 * largest
    )


@pytest.mark.parametrize("layers", [2, 3])
def test_weights_of_triplets_are_those_of_phono_grid(
    phonors, arguments, zone, phonons, layers
):
    triplets = Triplets.of(phonons.grid, Q)
    targets = np.array([0.5, 3.0, 100.0])
    shape = (len(triplets.points), 3, 6, 6)
    g, zero = np.full((layers, *shape), np.nan), np.full(shape, 7, np.int8)
    f = arguments["frequencies"]
    phonors.triplets_integration_weights(
        iw=g,
        iw_zero=zero,
        frequency_points=targets,
        triplets=zone.first[triplets.points],
        frequencies1=f,
        frequencies2=f.copy(),
        tp_type=layers,
        **{name: arguments[name] for name in OF_THE_GRID},
    )
    assert phonors.calls == []
    args = phonons.grid, phonons.tetrahedra, phonons.frequencies, triplets, targets
    decay, absorb, emit = np.moveaxis(triplet_weights(*args), -1, 0)
    want = [decay, absorb - emit, decay + absorb + emit][:layers]
    np.testing.assert_allclose(g, want, rtol=1e-12, atol=1e-12)
    assert zero[:, 2].all()
    assert set(np.unique(zero)) == {0, 1}


@pytest.mark.parametrize(("function", "which"), [("I", 0), ("J", 1), ("K", None)])
def test_weights_of_points_are_those_of_phono_grid(
    phonors, arguments, zone, phonons, function, which
):
    targets = np.linspace(-1, 8, 12)
    out = np.full((phonons.grid.n_q, 12, 6), np.nan)
    phonors.integration_weights_at_grid_points(
        iw=out,
        frequency_points=targets,
        grid_points=zone.first[:-1].copy(),
        frequencies=phonons.frequencies.copy(),
        gp2irgp_map=zone.points.copy(),
        function=function,
        **{name: arguments[name] for name in OF_THE_GRID},
    )
    if which is None:
        assert phonors.calls == ["integration_weights_at_grid_points"]
        return
    assert phonors.calls == []
    bands = Bands.of(phonons.grid, phonons.frequencies)
    want = tetrahedron_weights(bands, phonons.tetrahedra, targets)[which]
    np.testing.assert_allclose(out, want, rtol=1e-12, atol=1e-12)


def test_tetrahedra_are_read_from_their_vertices(phonons):
    vertices = phonons.tetrahedra.offsets[phonons.tetrahedra.vertices]
    again = tetrahedra_of(vertices)
    np.testing.assert_array_equal(again.offsets[again.vertices], vertices)
    both = tetrahedra_of(np.concatenate([vertices, -vertices]))
    assert both.n_cuts == 2


@pytest.mark.parametrize("batched", [False, True])
def test_few_triplets_are_left_to_the_original(
    phonors, arguments, zone, monkeypatch, batched
):
    """To make the series would take longer."""
    name = "collision_at_grid_points_batched" if batched else "collision_at_grid_point"
    point = {"grid_points": zone.first[[Q]]} if batched else {"grid_point": zone.first[Q]}
    shape = (1, 1, 3, 6) if batched else (1, 3, 6)
    n_t = len(Triplets.of(zone.grid, Q).weights)
    for most, calls in ((n_t - 1, []), (n_t, [name])):
        monkeypatch.setattr("phono_inside._crystal.FEW_TRIPLETS", most)
        out = np.full(shape, np.nan)
        getattr(phonors, name)(collisions=out, **point, **arguments)
        assert phonors.calls == calls
        assert np.isfinite(out).all() == (not calls)
    assert phono_inside.status()[name].passed_on == {"few triplets": 1}


def test_few_triplets_alone_have_their_strengths_from_the_original(
    phonors, arguments, zone, monkeypatch
):
    monkeypatch.setattr("phono_inside._crystal.FEW_TRIPLETS", 20)
    images = zone.first[Triplets.of(zone.grid, Q).points][:20]
    shape = (20, 6, 6, 6)
    phonors.interaction(
        fc3_normal_squared=np.empty(shape),
        g_zero=np.zeros(shape, dtype=np.int8),
        triplets=images,
        band_indices=np.arange(6),
        **{name: arguments[name] for name in OF_INTERACTION},
    )
    assert phono_inside.status()["interaction"].passed_on == {"few triplets": 1}
