"""The character of bands, and longitudinal modes where a path reaches Γ."""

import numpy as np
import phonokit
import pytest
from phono_dynmat import atom_projections, phonon_modes
from phono_grid.errors import DomainError
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

POINTS = {"X": (0.5, 0, 0.5), "L": (0.5, 0.5, 0.5)}
PATH = {"path": "X G L", "points": POINTS, "points_per_segment": 5}


@pytest.fixture(scope="module")
def salt(data):
    return phonokit.load(data / "nacl-pbe")


@pytest.mark.parametrize("connect", [False, True])
def test_shares_add_up_to_one_and_are_those_of_the_modes(salt, connect):
    result = phonokit.bands(salt, **PATH, connect=connect, eigenvectors=True)
    plain = phonokit.bands(salt, **PATH, connect=connect)
    # Squares, because acoustic modes at Γ are roots of rounding.
    f, expected = result.frequencies, plain.frequencies
    np.testing.assert_allclose(f**2, expected**2, rtol=1e-10, atol=1e-10)
    for parts in (("Na", "Cl"), ("x", "y", "z")):
        shares = [result.character(part) for part in parts]
        np.testing.assert_allclose(np.sum(shares, axis=0), 1, rtol=0, atol=1e-10)
    modes = phonon_modes(salt.dynamics(), result.qpoints[0][1:2])
    expected = atom_projections(modes)[0, :, 0].sum(axis=1)
    np.testing.assert_allclose(
        np.sort(result.character("Na")[0, 1]), np.sort(expected), rtol=0, atol=1e-10
    )


def test_degenerate_sets_have_one_character(salt):
    """Transverse modes along Γ-X share one frequency, and are any mixture."""
    result = phonokit.bands(salt, **PATH, eigenvectors=True)
    f, along = result.frequencies[0], result.character("x")[0]
    same = np.abs(np.diff(f, axis=1)) < 1e-5
    assert same.any()
    np.testing.assert_allclose(np.diff(along, axis=1)[same], 0, rtol=0, atol=1e-6)


def test_results_with_eigenvectors_come_back(salt, tmp_path):
    result = phonokit.bands(salt, **PATH, eigenvectors=True)
    again = phonokit.read_result(result.write(tmp_path / "bands.hdf5"))
    np.testing.assert_array_equal(again.character("Na"), result.character("Na"))
    with pytest.raises(DomainError, match="expected one of Na, Cl, x, y, z, got 'Si'"):
        again.character("Si")
    with pytest.raises(DomainError, match="compute it with eigenvectors=True"):
        phonokit.bands(salt, **PATH).character("Na")


def test_bands_are_coloured_by_their_character(salt, tmp_path):
    pytest.importorskip("matplotlib")
    result = phonokit.bands(salt, **PATH, eigenvectors=True)
    (axes,) = phonokit.plot_bands(result, tmp_path / "b.png", character="Na")
    (lines,) = axes.collections
    assert len(lines.get_array()) == 2 * 4 * 6  # segments, steps, bands
    assert lines.get_clim() == (0, 1)
    words = ["bands", EXAMPLE, "--path", "G X", "--point", "X=0.5,0,0.5"]
    more = ["--character", "x", "--points-per-segment", "3", "--mesh", "2", "2", "2"]
    out = ["--output", tmp_path / "b.hdf5", "--plot", tmp_path / "c.png"]
    assert main([str(word) for word in (*words, *more, *out)]) == 0
    assert phonokit.read_result(tmp_path / "b.hdf5").eigenvectors.shape == (1, 3, 6, 2, 3)


@pytest.mark.needs_rust  # minutes with NumPy
def test_a_map_has_the_longitudinal_mode_where_its_path_reaches_gamma(salt):
    options = {"mesh": (4, 4, 4), "temperatures": [300.0], "frequency_points": 101}
    result = phonokit.spectral(salt, **PATH, **options)
    bands = phonokit.bands(salt, **PATH)
    np.testing.assert_allclose(
        result.frequencies, bands.frequencies.reshape(-1, 6), rtol=0, atol=1e-6
    )
    plain = phonokit.spectral(salt, [0, 0, 0], **options)
    # Transverse modes are those of the mesh, and scatter as they do.
    np.testing.assert_allclose(
        result.linewidths[4, 0, 3:5].mean(axis=0),
        plain.linewidths[0, 0, 3:].mean(axis=0),
        rtol=0.02,
        atol=1e-4,
    )
    near = phonokit.spectral(salt, [[0.002, 0, 0.002]], **options)
    # One of the 64 triplets has a phonon at Γ, where the mesh has no longitudinal mode.
    here, there = (r.linewidths[i, 0, 5].sum() for r, i in ((result, 4), (near, 0)))
    assert here == pytest.approx(there, rel=0.05)
    assert here != pytest.approx(result.linewidths[4, 0, 3].sum(), rel=0.2)
    without = phonokit.spectral(salt, **PATH, **options, nac=False)
    assert without.frequencies[4, 5] == pytest.approx(without.frequencies[4, 3], abs=1e-6)
