"""Averaged strengths, and one strength for all, against phono3py on whole κ."""

import numpy as np
import phonokit
import pytest
from degenerate_means import degenerate_means
from peers_scattering import loaded
from phonokit import Crystal, Transport
from phonokit.cli.app import main

pytest.importorskip("phono3py", reason="phono3py is in the group peers")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")
MESHES = {"Si": (7, 7, 7), "NaCl": (5, 5, 5)}
T = [100.0, 300.0, 800.0]
STRENGTH = 3e-10  # eV²


@pytest.fixture(scope="module", params=MESHES)
def pair(request, data):
    """phono3py, our crystal of its constants, and the mesh."""
    peer = loaded(data, request.param)
    peer.mesh_numbers = mesh = MESHES[request.param]
    return peer, Crystal.from_phono3py(peer), mesh


def by_phono3py(peer, strength=None, **how):
    """Its conductivity, with a constant strength if one is given."""
    peer.init_phph_interaction(
        constant_averaged_interaction=strength,
        average_degenerate_weights=True,
        symmetrize_tetrahedra=True,
    )
    peer.run_thermal_conductivity(temperatures=T, **how)
    return peer.thermal_conductivity


def ours(crystal, mesh, **how):
    transport = Transport(symmetrized_tetrahedra=True, **how)
    return phonokit.kappa(crystal, mesh, T, transport=transport)


@pytest.mark.parametrize("method", ["rta", "lbte"])
def test_a_constant_strength_gives_the_conductivity_of_phono3py(pair, method):
    peer, crystal, mesh = pair
    mine = ours(crystal, mesh, constant_strength=STRENGTH, method=method)
    theirs = by_phono3py(peer, STRENGTH, is_LBTE=method == "lbte")
    np.testing.assert_allclose(mine.kappa[:, :3], theirs.kappa[0, :, :3], rtol=1e-6)
    widths, expected = mine.rates.phonon, theirs.gamma[0]
    np.testing.assert_allclose(widths, expected, rtol=1e-6, atol=1e-6 * expected.max())


def test_averaged_strengths_are_those_of_phono3py(pair):
    """A linewidth is linear in them: theirs are those of one strength, times the mean.

    Theirs of degenerate phonons depend on the eigenvectors, but for their mean.
    """
    peer, crystal, mesh = pair
    result = ours(crystal, mesh, average_strengths=True)
    mine = result.rates.phonon
    strengths = by_phono3py(peer, is_full_pp=True).averaged_pp_interaction
    rows = zip(strengths, result.frequencies, strict=True)
    strengths = np.array([degenerate_means(s, f, 1e-4) for s, f in rows])
    phase_space = by_phono3py(peer, STRENGTH).gamma[0] / STRENGTH
    expected = phase_space * strengths
    np.testing.assert_allclose(mine, expected, rtol=1e-6, atol=1e-6 * expected.max())


@pytest.mark.parametrize("pair", ["Si"], indirect=True)
def test_the_command_says_the_same(pair, tmp_path, monkeypatch, data):
    peer, _, mesh = pair
    monkeypatch.chdir(tmp_path)
    words = ["kappa", data / "si-pbesol", "--mesh", *mesh, "--temperature", *T]
    words += ["--constant-strength", STRENGTH, "--symmetrized-tetrahedra"]
    assert main([str(word) for word in (*words, "--output", "k.hdf5")]) == 0
    theirs = by_phono3py(peer, STRENGTH)
    mine = phonokit.read_result("k.hdf5")
    np.testing.assert_allclose(mine.kappa[:, :3], theirs.kappa[0, :, :3], rtol=1e-6)
