"""κ by both methods on generalised grids against phono3py.

Cells of these grids are cut with less symmetry than the crystal has, so that weights depend
on which of the equal triplets is taken: symmetrised tetrahedra on both sides do not.
"""

from dataclasses import replace

import numpy as np
import pytest
from peers_scattering import Pair, harmonic, loaded
from phono_3ph import (
    CollisionOperator,
    IrreducibleModes,
    QStars,
    Scattering,
    ThermalFactors,
    collision_row,
    conductivity_lbte,
    conductivity_rta,
    reduced_row,
)
from phono_dynmat import group_velocities, heat_capacities, phonon_modes
from phono_grid import IrreduciblePoints, Symmetry

pytest.importorskip("phono3py")
get_ir_grid_points = pytest.importorskip("phonopy.phonon.grid").get_ir_grid_points
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

LENGTHS = {"Si": 20.0, "NaCl": 18.0}
TEMPERATURES = np.array([100.0, 300.0])


@pytest.fixture(scope="module", params=LENGTHS)
def pair(request, data):
    """Both programs on one generalised grid."""
    peer = loaded(data, request.param, use_grg=True)
    pair = Pair.of(
        peer,
        LENGTHS[request.param],
        generalized=True,
        average_degenerate_weights=True,
        symmetrize_tetrahedra=True,
    )
    assert not pair.grid.is_plain
    return replace(pair, phonons=replace(pair.phonons, symmetrized_tetrahedra=True))


@pytest.fixture(scope="module")
def ours(pair):
    """κ in the relaxation-time approximation and from the full equation."""
    grid, phonons, cell = pair.grid, pair.phonons, pair.supercell.primitive
    # Velocities of degenerate phonons are those of one direction, and means over the
    # operations that keep this image of q: κ depends on which q of a star is taken, by
    # 6e-6, so we take theirs.
    theirs = pair.peer.grid
    points, weights, _ = get_ir_grid_points(theirs)
    points = theirs.grg2bzg[points]
    irreducible = IrreduciblePoints(pair.ours[points], weights)
    stars = QStars.of(grid, irreducible)
    thermal = ThermalFactors.of(phonons.frequencies, TEMPERATURES)
    parts = [
        collision_row(pair.series, phonons, int(q), thermal, Scattering())
        for q in irreducible.points
    ]
    gamma = np.stack([widths for widths, _ in parts], axis=1)
    rows = np.stack([reduced_row(row, stars) for _, row in parts])
    q = theirs.addresses[points] @ theirs.QDinv.T
    modes = phonon_modes(harmonic(pair.peer, pair.supercell), q - np.rint(q))
    rotations = Symmetry.of(cell).reciprocal_rotations()
    v = group_velocities(harmonic(pair.peer, pair.supercell), modes, rotations)
    c = heat_capacities(modes.frequencies, TEMPERATURES)
    rta = conductivity_rta(grid, irreducible, v, c, gamma, cell.volume).kappa
    modes = IrreducibleModes(grid, irreducible, modes.frequencies, TEMPERATURES)
    operator = CollisionOperator(modes, rows, gamma)
    full = conductivity_lbte(operator, v, cell.volume, solver="direct").kappa
    return {False: rta, True: full}


@pytest.mark.parametrize("full", [False, True])
def test_generalised_grids_conduct_alike(pair, ours, full):
    pair.peer.run_thermal_conductivity(temperatures=TEMPERATURES, is_LBTE=full)
    theirs = np.asarray(pair.peer.thermal_conductivity.kappa)[0]
    np.testing.assert_allclose(ours[full][:, :3], theirs[:, :3], rtol=1e-8)
    np.testing.assert_allclose(ours[full][:, 3:], theirs[:, 3:], atol=1e-9 * theirs.max())
