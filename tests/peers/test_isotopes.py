"""Isotope scattering by tetrahedra against phono3py, and what rounding does to its weights.

In phono3py two corners of a tetrahedron closer than 1e-10 THz make ``(w - v1) / (v2 - v1)``
zero. That is harmless unless ``w`` is between the two. The frequency of a phonon is between
those of its own star, which are equal but for rounding of 1e-14 THz: whether it is decides
whether the tetrahedron has the weight that it has on both sides, or loses it.
"""

from dataclasses import replace

import numpy as np
import pytest
from peers_scattering import Pair, loaded
from phono_3ph import (
    PeriodicModes,
    Scattering,
    _isotope,
    isotope_linewidths,
    natural_mass_spread,
)
from phono_grid import Gaussian, IrreduciblePoints, irreducible_map, using

isotope = pytest.importorskip("phono3py.other.isotope")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

MESHES = {"Si": [11, 11, 11], "NaCl": [9, 9, 9], "AlN": [7, 7, 5]}


@pytest.fixture(scope="module", params=MESHES)
def pair(request, data):
    """Both programs with the same phonons, equal over stars."""
    peer = loaded(data, request.param)
    pair = Pair.of(peer, MESHES[request.param], average_degenerate_weights=True)
    return shifted(pair, pair.phonons.frequencies[irreducible_map(pair.grid)])


def shifted(pair, frequencies):
    """The same with other frequencies, on both sides."""
    pair = replace(
        pair,
        phonons=PeriodicModes(pair.grid, frequencies, pair.phonons.polarizations),
    )
    pair._give_phonons()
    return pair


def noisy(pair, size, seed=7):
    """The same with every frequency of the mesh moved by about ``size`` THz."""
    rng = np.random.default_rng(seed)
    noise = size * rng.uniform(-1, 1, pair.phonons.frequencies.shape)
    return shifted(pair, np.sort(pair.phonons.frequencies + noise, axis=1))


def our_widths(pair, sigma=None, points=None):
    """At some wave vectors, all irreducible ones if none are given."""
    cell = pair.supercell.primitive
    points = IrreduciblePoints.of(pair.grid).points if points is None else points
    smearing = None if sigma is None else Gaussian(sigma)
    choices = natural_mass_spread(cell), Scattering(smearing=smearing)
    return isotope_linewidths(pair.phonons, points, *choices)


def their_widths(pair, sigma=None, points=None):
    """The same of phono3py."""
    # A noisy pair has the same peer, and leaves its noise there.
    pair._give_phonons()
    widths = []
    for q in IrreduciblePoints.of(pair.grid).points if points is None else points:
        theirs = isotope.Isotope(
            pair.peer.mesh_numbers,
            pair.peer.primitive,
            bz_grid=pair.peer.grid,
            sigma=sigma,
            cutoff_frequency=1e-4,
            average_degenerate_weights=True,
        )
        theirs.set_phonons(pair.interaction.phonons, dm=pair.interaction.dynamical_matrix)
        theirs.set_grid_point(pair.theirs(int(q)))
        theirs.run()
        widths.append(theirs.gamma)
    return np.array(widths)


@pytest.mark.parametrize("sigma", [None, 0.1])
def test_widths_of_phonons_that_are_equal_over_stars_agree(pair, sigma):
    theirs = their_widths(pair, sigma)
    assert theirs.max() > 0
    # Ours are cut 1e-9 THz higher, which is up to a millionth of a width.
    atol = (3e-6 if sigma is None else 1e-8) * theirs.max()
    np.testing.assert_allclose(our_widths(pair, sigma), theirs, atol=atol)


def test_cut_where_the_peer_cuts_they_agree_to_rounding(pair, monkeypatch):
    monkeypatch.setattr(_isotope, "CUT_ABOVE", 0.0)
    points = IrreduciblePoints.of(pair.grid).points[1:40:13]
    theirs = their_widths(pair, points=points)
    with using("Python"):  # Rust has its own constant
        ours = our_widths(pair, points=points)
    np.testing.assert_allclose(ours, theirs, atol=1e-8 * theirs.max())


def test_rounding_decides_about_the_peers_weights_and_not_about_ours(pair):
    ours, theirs = our_widths(pair), their_widths(pair)
    rounded = noisy(pair, 1e-14)
    np.testing.assert_allclose(our_widths(rounded), ours, atol=1e-8 * ours.max())
    change = np.abs(their_widths(rounded) - theirs) / theirs.max()
    assert change.max() > 1e-3


def test_a_noise_above_the_peers_threshold_gives_the_weights_back(pair):
    # The first wave vector of silicon, none of whose tetrahedra is flat.
    if pair.grid.mesh[0] != MESHES["Si"][0]:
        pytest.skip("flat tetrahedra have weights as large as the noise is small")
    point = [int(pair.grid.index([1, 0, 0]))]
    theirs = their_widths(pair, points=point)
    lost, kept = (
        np.median(
            [
                np.abs(their_widths(noisy(pair, size, i), points=point) / theirs - 1).max()
                for i in range(7)
            ]
        )
        for size in (1e-14, 1e-8)
    )
    assert lost > 0.1
    assert kept < 1e-6
