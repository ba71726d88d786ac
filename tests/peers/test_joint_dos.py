"""Symmetrised tetrahedra and joint densities of states against phono3py, seven systems."""

import numpy as np
import pytest
from peers_crystals import SEVEN_SYSTEMS, peers_cells
from phono_grid import (
    Bands,
    Gaussian,
    Grid,
    IrreduciblePoints,
    Supercell,
    Tetrahedra,
    Triplets,
    irreducible_map,
    joint_dos,
    tetrahedron_weights,
)

pytest.importorskip("phonopy")
pytest.importorskip("phono3py")
pytestmark = pytest.mark.filterwarnings("ignore")

# Not 0: there differences f' − f'' of equal bands jump, to either side according to which
# of q' and q'' is named first.
TARGETS = np.linspace(0.01, 11, 23)


def bose(frequencies):
    """Occupations at 300 K."""
    from phonopy.physical_units import get_physical_units

    units = get_physical_units()
    return 1 / np.expm1(frequencies * units.THzToEv / (units.KB * 300.0))


@pytest.fixture(params=SEVEN_SYSTEMS)
def name(request):
    return request.param


@pytest.fixture(params=[[4, 4, 4], [3, 3, 3], [5, 5, 2]])
def mesh(request, name):
    if len(set(request.param)) > 1 and name in ("Si", "NaCl", "trigonal", "tetragonal"):
        return [2, 2, 2]
    if len(set(request.param)) > 1 and name in ("orthorhombic", "monoclinic"):
        return [6, 6, 6]
    return request.param


@pytest.fixture
def grids(name, mesh):
    from phonopy.phonon.grid import BZGrid

    primitive = Supercell.of(SEVEN_SYSTEMS[name], [1, 1, 1]).primitive
    dataset = peers_cells(primitive, np.eye(3, dtype=int), "P").primitive_symmetry.dataset
    theirs = BZGrid(mesh, lattice=primitive.lattice, symmetry_dataset=dataset)
    return Grid.of(primitive, mesh), theirs


def test_symmetrised_weights_of_every_band_are_theirs(grids, rng):
    from phonopy.phonon.tetrahedron_method import (
        get_integration_weights,
        get_tetrahedra_relative_gr_grid_address,
    )

    ours, theirs = grids
    tetrahedra = Tetrahedra.of(ours, symmetrized=True)
    expected = get_tetrahedra_relative_gr_grid_address(theirs, symmetrize_tetrahedra=True)
    assert len(tetrahedra.corners) == len(expected)
    frequencies = rng.uniform(0, 5, (ours.n_q, 2))
    delta, step = tetrahedron_weights(Bands.of(ours, frequencies), tetrahedra, TARGETS)
    for weights, function in ((delta, "I"), (step, "J")):
        expected = get_integration_weights(
            TARGETS,
            frequencies[theirs.bzg2grg],
            theirs,
            grid_points=theirs.grg2bzg,
            function=function,
            symmetrize_tetrahedra=True,
        )
        np.testing.assert_allclose(weights, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("symmetrized", [False, True, Gaussian(0.3), Gaussian(0.3, 2)])
def test_joint_densities_of_both_classes_are_theirs(grids, name, symmetrized, rng):
    from phono3py.phonon3.joint_dos import JointDos

    ours, theirs = grids
    peer = peers_cells(
        Supercell.of(SEVEN_SYSTEMS[name], [1, 1, 1]).primitive, np.eye(3, dtype=int), "P"
    )
    n_a = len(peer.primitive)
    gaussian = symmetrized if isinstance(symmetrized, Gaussian) else None
    joint = JointDos(
        peer.primitive,
        peer.supercell,
        theirs,
        np.zeros((n_a, n_a, 3, 3)),
        sigma=gaussian and gaussian.sigma,
        sigma_cutoff=gaussian and gaussian.cutoff,
        symmetrize_tetrahedra=symmetrized is True,
    )
    # Not phonons but random numbers with the symmetry of the grid.
    values = np.sort(rng.uniform(0.1, 5, (ours.n_q, 3 * n_a)), axis=1)
    values = values[irreducible_map(ours)]
    joint.phonons.frequencies[:] = values[theirs.bzg2grg]
    joint.phonons.phonon_done[:] = 1
    smearing = gaussian or Tetrahedra.of(ours, symmetrized=symmetrized)
    for q in IrreduciblePoints.of(ours).points[::4]:
        joint.set_grid_point(int(theirs.grg2bzg[q]))
        joint.frequency_points = TARGETS
        triplets = Triplets.of(ours, int(q))
        occupations = bose(values)
        _, q1, q2 = triplets.points.T
        n1, n2 = occupations[q1][:, :, None], occupations[q2][:, None, :]
        weights = np.stack([np.ones_like(n1 + n2), n1 + n2 + 1, n1 - n2], axis=-1)
        found = joint_dos(
            ours, values, triplets, TARGETS, weights=weights, smearing=smearing
        )
        joint.temperature = None
        joint.run()
        expected = joint.joint_dos
        classes = np.stack([found.differences[:, 0], found.sums[:, 0]], axis=1)
        np.testing.assert_allclose(classes, expected, rtol=0, atol=1e-12 * expected.max())
        joint.temperature = 300.0
        joint.run()
        weighted = found.absorption[:, 2] - found.emission[:, 2]
        classes = np.stack([weighted, found.sums[:, 1]], axis=1)
        np.testing.assert_allclose(
            classes, joint.joint_dos, rtol=0, atol=1e-12 * np.abs(joint.joint_dos).max()
        )
