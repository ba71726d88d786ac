"""Densities of states against phonopy."""

import numpy as np
import pytest
from peers_crystals import CRYSTALS, peers_cells, phonopy_cell
from phono_grid import Bands, Gaussian, Grid, Supercell, Tetrahedra, density_of_states
from phono_grid import tetrahedron_weights as our_weights

pytest.importorskip("phonopy")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("name", "mesh"), [("Si", [6, 6, 6]), ("NaCl", [5, 5, 5]), ("AlN", [5, 5, 3])]
)
def test_weights_of_every_band_are_theirs(name, mesh, rng):
    from phonopy.phonon.grid import BZGrid
    from phonopy.phonon.tetrahedron_method import get_integration_weights

    primitive = Supercell.of(CRYSTALS[name], [1, 1, 1]).primitive
    dataset = peers_cells(primitive, np.eye(3, dtype=int), "P").primitive_symmetry.dataset
    theirs = BZGrid(mesh, lattice=primitive.lattice, symmetry_dataset=dataset)
    grid = Grid.of(primitive, mesh)
    frequencies = rng.uniform(0, 5, (grid.n_q, 4))
    targets = np.linspace(-0.5, 5.5, 40)
    delta, step = our_weights(Bands.of(grid, frequencies), Tetrahedra.of(grid), targets)
    for ours, function in ((delta, "I"), (step, "J")):
        expected = get_integration_weights(
            targets,
            frequencies[theirs.bzg2grg],
            theirs,
            grid_points=theirs.grg2bzg,
            function=function,
        )
        np.testing.assert_allclose(ours, expected, atol=1e-12)


@pytest.mark.parametrize("smearing", [None, Gaussian(0.15)])
def test_the_density_of_states_of_silicon_springs_is_theirs(smearing):
    from phonopy import Phonopy

    cell = CRYSTALS["Si"]
    peer = Phonopy(phonopy_cell(cell), np.diag([2, 2, 2]), primitive_matrix="F")
    peer.force_constants = springs(peer.supercell)
    peer.run_mesh([9, 9, 9], is_gamma_center=True)
    peer.run_total_dos(sigma=None if smearing is None else smearing.sigma)
    dos = peer.get_total_dos_dict()
    grid = Grid.of(Supercell.of(cell, [2, 2, 2]).primitive, [9, 9, 9])
    ours = density_of_states(
        grid, peer.mesh.frequencies, dos["frequency_points"], smearing=smearing
    )
    np.testing.assert_allclose(ours.density, dos["total_dos"], atol=1e-12)


def springs(supercell):
    """Springs between first and second neighbours of a cubic supercell."""
    x = supercell.scaled_positions
    d = x[:, None] - x
    d = (d - np.rint(d)) @ supercell.cell
    length = np.linalg.norm(d, axis=-1)
    near = (length > 0.1) & (length < 4)
    stiffness = np.where(near, 8 * np.exp(-length), 0) / np.where(near, length, 1) ** 2
    fc = -stiffness[..., None, None] * d[..., :, None] * d[..., None, :]
    np.einsum("iiab->iab", fc)[:] = -fc.sum(axis=1)
    return fc
