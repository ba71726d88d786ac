"""Grids of all crystal systems against the peers: plain, shifted, generalised."""

import numpy as np
import pytest
from peers_crystals import SEVEN_SYSTEMS, peers_cells
from phono_grid import Bands as OurBands
from phono_grid import (
    BrillouinZone,
    Grid,
    IrreduciblePoints,
    Supercell,
    Tetrahedra,
    Triplets,
    irreducible_map,
    normal_processes,
    tetrahedron_weights,
)
from phono_grid.errors import DomainError

pytest.importorskip("phonopy")
pytest.importorskip("phono3py")
pytestmark = pytest.mark.filterwarnings("ignore")

NUMBERS, LENGTHS = (4, 5, 6), (9.0, 17.0, 24.0)
CASES = [
    (crystal, mesh, shifted)
    for crystal in SEVEN_SYSTEMS
    for mesh in NUMBERS + LENGTHS
    for shifted in (False, True)
    # No shift of a plain mesh has the symmetry of a face-centred cube.
    if not (shifted and mesh in NUMBERS and crystal in ("Si", "NaCl"))
]
"""Three plain and three generalised grids of each crystal, with and without a shift."""


def shift_of(name, mesh):
    """A shift that has the symmetry of the crystal."""
    along_all = ("Si", "NaCl")
    if mesh in NUMBERS:
        along_all += ("orthorhombic", "tetragonal", "trigonal")
    return [1, 1, 1] if name in along_all else [0, 0, 1]


def mesh_of(name, mesh, shift):
    """Our grid and theirs of one primitive cell."""
    from phonopy.phonon.grid import BZGrid

    primitive = Supercell.of(SEVEN_SYSTEMS[name], [1, 1, 1]).primitive
    use_grg = mesh in LENGTHS
    mesh = mesh if use_grg else [mesh] * 3
    halves = np.array(shift) / 2
    dataset = peers_cells(primitive, np.eye(3, dtype=int), "P").primitive_symmetry.dataset
    theirs = BZGrid(
        mesh,
        lattice=primitive.lattice,
        symmetry_dataset=dataset,
        use_grg=use_grg,
        is_shift=list(shift),
    )
    if use_grg:
        return Grid.generalized(primitive, mesh, shift=halves), theirs
    return Grid.of(primitive, mesh, shift=halves), theirs


@pytest.fixture(params=CASES, ids=lambda case: "-".join(map(str, case)))
def grids(request):
    crystal, mesh, shifted = request.param
    return mesh_of(crystal, mesh, shift_of(crystal, mesh) if shifted else [0, 0, 0])


@pytest.mark.parametrize("name", ["Si", "NaCl"])
def test_no_shift_has_the_symmetry_of_a_face_centred_cube_for_them_and_for_us(name):
    with pytest.raises(RuntimeError, match="broken by grid shift"):
        mesh_of(name, 4, [1, 1, 1])
    primitive = Supercell.of(SEVEN_SYSTEMS[name], [1, 1, 1]).primitive
    with pytest.raises(DomainError, match="with its shift does not have the symmetry"):
        Grid.of(primitive, [4, 4, 4], shift=[0.5, 0.5, 0.5])


def key(qpoints, grid):
    """Wave vectors as integers, one number each modulo a reciprocal lattice vector."""
    common = 2 * int(np.lcm.reduce(grid.mesh))
    q = np.rint(np.asarray(qpoints) * common).astype(int) % common
    return q @ [1, common, common**2]


def their_qpoints(theirs, addresses):
    return (addresses + theirs.PS / 2) @ theirs.QDinv.T


def their_points(theirs):
    """Wave vectors in the order of their own indices without images."""
    return their_qpoints(theirs, theirs.addresses[theirs.grg2bzg])


def test_wave_vectors_are_theirs(grids):
    ours, theirs = grids
    assert sorted(key(ours.qpoints, ours)) == sorted(key(their_points(theirs), ours))


def test_stars_are_theirs(grids):
    from phonopy.phonon.grid import get_ir_grid_points

    ours, theirs = grids
    _, _, mapping = get_ir_grid_points(theirs)

    def stars(keys, representatives):
        found = {}
        for k, r in zip(keys.tolist(), representatives.tolist(), strict=True):
            found.setdefault(r, set()).add(k)
        return {frozenset(star) for star in found.values()}

    expected = stars(key(their_points(theirs), ours), mapping)
    assert stars(key(ours.qpoints, ours), irreducible_map(ours)) == expected


def test_images_in_the_zone_are_theirs(grids):
    ours, theirs = grids
    expected = their_qpoints(theirs, theirs.addresses)
    zone = BrillouinZone.of(ours)
    common = 2 * int(np.lcm.reduce(ours.mesh))

    def images(qpoints):
        return {tuple(q) for q in np.rint(qpoints * common).astype(int)}

    assert images(zone.qpoints) == images(expected)
    assert len(zone.addresses) == len(expected)


def test_triplets_and_whether_they_are_normal_are_theirs(grids):
    from phono3py.phonon3.triplets import get_triplets_at_q

    ours, theirs = grids
    if ours.shift.any():
        with pytest.raises(DomainError, match="centred on Γ"):
            Triplets.of(ours, 0)
        return
    zone = BrillouinZone.of(ours)
    keys, their_keys = key(ours.qpoints, ours), key(their_points(theirs), ours)
    position = {k: g for g, k in enumerate(their_keys.tolist())}
    points = IrreduciblePoints.of(ours).points
    for q in points[:: max(1, len(points) // 12)]:
        triplets = Triplets.of(ours, int(q))
        image = int(theirs.grg2bzg[position[int(keys[q])]])
        points, weights, _, _ = get_triplets_at_q(image, theirs)
        normal = ~theirs.addresses[points].sum(axis=1).any(axis=1)
        second = their_keys[theirs.bzg2grg[points[:, 1:]]]
        rows = zip(second.tolist(), weights.tolist(), normal.tolist(), strict=True)
        expected = sorted((sorted(pair), w, n) for pair, w, n in rows)
        rows = zip(
            keys[triplets.points[:, 1:]].tolist(),
            triplets.weights.tolist(),
            normal_processes(zone, triplets).tolist(),
            strict=True,
        )
        found = sorted((sorted(pair), w, n) for pair, w, n in rows)
        # Another Smith form orders the points of a star differently.
        start = 0 if (ours.q_matrix == np.eye(3)).all() else 1
        assert sorted(f[start:] for f in found) == sorted(e[start:] for e in expected)


def test_tetrahedron_weights_are_theirs(grids, rng):
    from phonopy.phonon.tetrahedron_method import get_integration_weights

    ours, theirs = grids
    frequencies = rng.uniform(0, 5, (ours.n_q, 2))
    targets = np.linspace(-0.5, 5.5, 15)
    delta, step = tetrahedron_weights(
        OurBands.of(ours, frequencies), Tetrahedra.of(ours), targets
    )
    order = {k: g for g, k in enumerate(key(ours.qpoints, ours).tolist())}
    same = np.array([order[k] for k in key(their_points(theirs), ours).tolist()])
    for weights, function in ((delta, "I"), (step, "J")):
        expected = get_integration_weights(
            targets,
            frequencies[same][theirs.bzg2grg],
            theirs,
            grid_points=theirs.grg2bzg,
            function=function,
        )
        np.testing.assert_allclose(weights[same], expected, rtol=1e-12, atol=1e-12)
