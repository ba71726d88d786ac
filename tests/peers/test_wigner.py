"""Velocities between bands and coherences against phono3py, with its linewidths."""

from dataclasses import replace

import numpy as np
import pytest
from model_crystals import cartesian_rotations
from peers_scattering import harmonic, loaded
from phono_3ph import BandPairs, conductivity_wigner
from phono_dynmat import Modes, group_velocities, phonon_modes, velocity_operators
from phono_grid import (
    Cell,
    Grid,
    IrreduciblePoints,
    Supercell,
    Symmetry,
    degenerate_sets,
    first_brillouin_zone,
)

pytest.importorskip("phono3py")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

MESHES = {"Si": [7, 7, 7], "NaCl": [5, 5, 5], "AlN": [4, 4, 3]}
TEMPERATURES = [1.0, 100.0, 300.0, 1000.0]
THEORIES = {"SMM19": "smm19-phono3py", "NJC23": "njc23", "IBDB19": "ibdb19"}
"""Theirs and ours of the same name, but for one."""


@pytest.fixture(scope="module", params=MESHES)
def peer(request, data):
    """phono3py before its conductivity."""
    peer = loaded(data, request.param)
    peer.mesh_numbers = MESHES[request.param]
    peer.init_phph_interaction(average_degenerate_weights=True)
    return peer


@pytest.fixture(scope="module")
def series(peer):
    """Second-order constants of the peer, with its charges."""
    unit = peer.unitcell
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    return harmonic(peer, Supercell.of(cell, peer.supercell_matrix, peer.primitive_matrix))


@pytest.fixture(scope="module")
def theirs(peer):
    """Their results by theory, and in the plain relaxation-time approximation as None."""
    results = {}
    for theory in (None, *THEORIES):
        peer.run_thermal_conductivity(temperatures=TEMPERATURES, transport_type=theory)
        results[theory] = peer.thermal_conductivity
    return results


@pytest.fixture(scope="module")
def pairs(peer, series, theirs):
    """Ours at their wave vectors."""
    symmetry = Symmetry.of(series.cell)
    grid = Grid.of(series.cell, peer.mesh_numbers, symmetry)
    irreducible = IrreduciblePoints.of(grid)
    modes = phonon_modes(series, theirs[None].qpoints)
    velocities = group_velocities(series, modes, symmetry.reciprocal_rotations())
    operators = velocity_operators(series, modes)
    f, volume = modes.frequencies, series.cell.volume
    ours = BandPairs.of(grid, irreducible, f, velocities, operators, volume)
    # On a line of threefold symmetry transverse bands part linearly beside it, so that
    # velocities between the two are not zero. Ours are all counted. The peer writes the
    # little group's mean over the diagonal of its operator, by a view of it, and counts
    # what is beside the diagonal after the bands were told apart along (1, 2, 3).
    products = ours.products.copy()
    rotations = cartesian_rotations(grid)
    for i, weight in enumerate(irreducible.weights):
        v = operators[i]
        outer = np.real(v[..., :, None] * v.conj()[..., None, :])
        sets = degenerate_sets(f[i])
        inside = (sets[:, None] == sets) > np.eye(len(sets))
        summed = np.einsum("rxa,ijab,ryb->ijxy", rotations, outer, rotations)
        summed = (summed + summed.swapaxes(2, 3)) / 2 * weight / len(rotations)
        voigt = summed[..., [0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
        products[i][inside] = voigt[inside]
    return ours, replace(ours, products=products)


def test_velocities_between_bands_are_theirs(peer, series, rng):
    from phono3py.phonon.velocity_matrix import VelocityMatrix

    q = rng.uniform(-0.5, 0.5, (6, 3))  # nothing is degenerate
    # Their sums of dipoles are right in the first zone only.
    q = first_brillouin_zone(q, series.cell.reciprocal_lattice)
    dynmat = peer.phph_interaction.dynamical_matrix
    vectors = []
    for x in q:
        dynmat.run(x)
        vectors.append(np.linalg.eigh(dynmat.dynamical_matrix)[1].T)
    frequencies = phonon_modes(series, q).frequencies
    e = np.reshape(vectors, (*frequencies.shape, -1, 3))
    ours = velocity_operators(series, Modes(q, frequencies, e))
    identity = [np.eye(3, dtype=int)]
    matrices = VelocityMatrix(
        dynmat, reciprocal_operations=identity, rotations_cartesian=np.eye(3)[None]
    )
    matrices.run(q)
    expected = np.moveaxis(matrices.velocity_matrices, 1, -1)
    np.testing.assert_allclose(
        np.abs(ours), np.abs(expected), atol=1e-8 * np.abs(expected).max()
    )


@pytest.mark.parametrize("theory", THEORIES)
def test_populations_and_coherences_are_theirs(pairs, theirs, theory):
    _, as_theirs = pairs
    peer, gamma = theirs[theory], theirs[theory].gamma[0]
    ours = conductivity_wigner(as_theirs, TEMPERATURES, gamma, coherence=THEORIES[theory])
    for mine, expected in (
        (ours.populations, peer.kappa_intra[0]),
        (ours.coherences + ours.degenerate, peer.kappa_inter[0]),
    ):
        np.testing.assert_allclose(mine, expected, rtol=1e-8, atol=1e-9 * expected.max())
    np.testing.assert_allclose(
        ours.populations, theirs[None].kappa[0], rtol=1e-8, atol=1e-9 * expected.max()
    )


def test_ours_have_more_between_degenerate_bands_and_less_by_the_wigner_equation(
    pairs, theirs
):
    ours, as_theirs = pairs
    gamma = theirs["SMM19"].gamma[0]

    def coherences(pairs, coherence):
        result = conductivity_wigner(pairs, TEMPERATURES, gamma, coherence=coherence)
        return (result.coherences + result.degenerate)[1:, :3]

    theirs_all = coherences(as_theirs, "smm19-phono3py")
    assert (coherences(ours, "smm19-phono3py") >= theirs_all * (1 - 1e-9)).all()
    assert (coherences(as_theirs, "smm19") <= theirs_all * (1 + 1e-9)).all()
