"""Cells and grids against phonopy and phono3py."""

import numpy as np
import pytest
from peers_crystals import CRYSTALS, peers_cells
from phono_grid import Grid, IrreduciblePoints, ShortestVectors, Supercell, Triplets

pytest.importorskip("phonopy")
pytest.importorskip("phono3py")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

MESHES = [[5, 5, 5], [4, 4, 4], [6, 6, 3]]


@pytest.fixture(params=[(c, m) for c in CRYSTALS for m in MESHES if c == "AlN" or m[2] > 3])
def grids(request):
    """Our grid and the peers' of one primitive cell."""
    from phonopy.phonon.grid import BZGrid

    name, mesh = request.param
    primitive = Supercell.of(CRYSTALS[name], [1, 1, 1]).primitive
    peer = peers_cells(primitive, np.eye(3, dtype=int), "P")
    dataset = peer.primitive_symmetry.dataset
    theirs = BZGrid(mesh, lattice=primitive.lattice, symmetry_dataset=dataset)
    return Grid.of(primitive, mesh), theirs


def test_irreducible_points_and_weights_are_theirs(grids):
    from phonopy.phonon.grid import get_ir_grid_points

    ours, theirs = grids
    irreducible = IrreduciblePoints.of(ours)
    points, weights, _ = get_ir_grid_points(theirs)
    np.testing.assert_array_equal(irreducible.points, points)
    np.testing.assert_array_equal(irreducible.weights, weights)


def test_triplets_and_weights_are_theirs_at_every_irreducible_point(grids):
    from phono3py.phonon3.triplets import get_triplets_at_q

    ours, theirs = grids
    for q in IrreduciblePoints.of(ours).points:
        triplets = Triplets.of(ours, q)
        points, weights, _, _ = get_triplets_at_q(int(theirs.grg2bzg[q]), theirs)
        points = theirs.bzg2grg[points]
        # Of a pair that exchange takes into one another either may be named first.
        expected = {
            frozenset(t[1:].tolist()): w for t, w in zip(points, weights, strict=True)
        }
        assert len(expected) == len(weights)
        found = {
            frozenset(t[1:].tolist()): w
            for t, w in zip(triplets.points, triplets.weights, strict=True)
        }
        assert found == expected


@pytest.mark.parametrize("name", CRYSTALS)
@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([2, 2, 2]),
        np.diag([1, 2, 3]),
        [[1, 1, 0], [-1, 1, 0], [0, 0, 2]],
        [[-1, 1, 1], [1, -1, 1], [1, 1, -1]],
        [[2, 1, 0], [0, 2, -1], [1, 0, 1]],
    ],
)
def test_supercells_have_their_atoms_in_their_order(name, matrix):
    cell = CRYSTALS[name]
    ours = Supercell.of(cell, matrix)
    peer = peers_cells(cell, matrix)
    theirs = peer.supercell
    np.testing.assert_allclose(ours.cell.lattice, theirs.cell, atol=1e-12)
    assert list(ours.cell.symbols) == theirs.symbols
    d = ours.cell.positions - theirs.scaled_positions
    np.testing.assert_allclose(d - np.rint(d), 0, atol=1e-12)
    np.testing.assert_allclose(ours.primitive.lattice, peer.primitive.cell, atol=1e-12)
    d = ours.primitive.positions - peer.primitive.scaled_positions
    np.testing.assert_allclose(d - np.rint(d), 0, atol=1e-10)
    p2s = peer.primitive.p2s_map
    np.testing.assert_array_equal(ours.primitive_to_supercell, p2s)
    np.testing.assert_array_equal(p2s[ours.supercell_to_primitive], peer.primitive.s2p_map)
    # The order of the translations is a matter of taste.
    expected = {tuple(t) for t in peer.primitive.atomic_permutations}
    assert {tuple(t) for t in ours.translations} == expected


@pytest.mark.parametrize("name", CRYSTALS)
def test_shortest_vectors_are_theirs(name):
    ours = Supercell.of(CRYSTALS[name], [2, 2, 1])
    theirs, multiplicities = peers_cells(
        CRYSTALS[name], [2, 2, 1]
    ).primitive.get_smallest_vectors()
    shortest = ShortestVectors.of(ours)
    np.testing.assert_array_equal(shortest.multiplicities, multiplicities[..., 0])
    for s, k in np.ndindex(shortest.multiplicities.shape):
        m, first = multiplicities[s, k]
        start = shortest.first[s, k]
        a, b = shortest.vectors[start : start + m], theirs[first : first + m]
        distance = np.linalg.norm(a[:, None] - b, axis=-1)
        np.testing.assert_allclose(distance.min(axis=0), 0, atol=1e-10)
        np.testing.assert_allclose(distance.min(axis=1), 0, atol=1e-10)
