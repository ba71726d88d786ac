"""Band paths, thermal properties, displacements and constants against phonopy."""

import itertools

import numpy as np
import pytest
from phono_dynmat import (
    GonzeLee,
    Polar,
    atom_projections,
    band_path,
    band_structure,
    commensurate_points,
    connected,
    constants_of,
    dynamical_matrices,
    mean_square_displacements,
    phonon_modes,
    thermal_properties,
)
from phono_fc import ForceConstants
from phono_grid import (
    Cell,
    Gaussian,
    Grid,
    Supercell,
    density_of_states,
    first_brillouin_zone,
    units,
)

pytest.importorskip("phonopy")
pytest.importorskip("phono3py")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

FILES = {
    "NaCl": "nacl-pbe/phono3py_params_NaCl222.yaml.xz",
    "AlN": "aln-lda/phono3py_params_AlN332.yaml.xz",
}
KILOJOULE = 96.4853905398362
"""Per mole, of an eV: phonopy's own factor."""
POINTS = {"G": [0, 0, 0], "X": [0.5, 0, 0.5], "L": [0.5, 0.5, 0.5]}


@pytest.fixture(scope="module", params=FILES)
def crystals(request, data):
    """Phonopy with charges, and ours of the same."""
    import phono3py
    from phonopy import Phonopy

    ph3 = phono3py.load(data / FILES[request.param], produce_fc=False)
    ph3.produce_fc2(symmetrize_fc2=True)
    unit = ph3.unitcell
    matrices = ph3.supercell_matrix, ph3.primitive_matrix
    peer = Phonopy(unit, matrices[0], primitive_matrix=matrices[1])
    peer.force_constants = ph3.fc2
    peer.nac_params = ph3.nac_params
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    supercell = Supercell.of(cell, *matrices)
    born = ph3.nac_params
    polar = Polar.of(
        supercell.primitive, born["born"], born["dielectric"], factor=born["factor"]
    )
    return peer, GonzeLee.of(ForceConstants(ph3.fc2, supercell), polar), supercell


@pytest.fixture(scope="module")
def whole(crystals):
    """The phonons of a whole mesh, theirs and ours."""
    peer, series, _ = crystals
    mesh = [5, 5, 5] if series.cell.n_atoms == 2 else [5, 5, 3]
    peer.run_mesh(
        mesh, with_eigenvectors=True, is_mesh_symmetry=False, is_gamma_center=True
    )
    grid = Grid.of(series.cell, mesh)
    # The sum of dipoles ends somewhere, so images of q differ in the last digits.
    q = first_brillouin_zone(grid.qpoints, grid.reciprocal_lattice)
    return grid, phonon_modes(series, q)


TEMPERATURES = np.arange(0, 1001, 50.0)


@pytest.mark.parametrize("classical", [False, True])
def test_thermal_properties_are_theirs(crystals, whole, classical):
    peer, _, _ = crystals
    t = TEMPERATURES[1:]
    peer.run_thermal_properties(temperatures=t, cutoff_frequency=0.1, classical=classical)
    theirs = peer.thermal_properties
    found = thermal_properties(
        whole[1].frequencies, t, cutoff_frequency=0.1, classical=classical
    )
    for ours, other, scale in (
        (found.free_energy, theirs.free_energy, KILOJOULE),
        (found.entropy, theirs.entropy, KILOJOULE * 1e3),
        (found.heat_capacity, theirs.heat_capacity, KILOJOULE * 1e3),
    ):
        np.testing.assert_allclose(ours * scale, other, rtol=1e-8, atol=1e-8)


def test_displacements_are_theirs(crystals, whole):
    peer, series, _ = crystals
    peer.run_thermal_displacement_matrices(temperatures=TEMPERATURES, freq_min=0.1)
    expected = peer.thermal_displacement_matrices.thermal_displacement_matrices
    found = mean_square_displacements(
        whole[1], series.cell.masses, TEMPERATURES, between=(0.1, np.inf)
    )
    np.testing.assert_allclose(found, expected.real, rtol=0, atol=1e-10)


def test_projected_densities_are_theirs(crystals, whole):
    peer, _, _ = crystals
    grid, modes = whole
    # Tetrahedra give degenerate bands different weights, and the share of an atom in each
    # of them is arbitrary: only smearing compares.
    peer.run_projected_dos(xyz_projection=True, sigma=0.2)
    theirs = peer.projected_dos
    found = density_of_states(
        grid,
        modes.frequencies,
        theirs.frequency_points,
        weights=atom_projections(modes, average=False).reshape(
            *modes.frequencies.shape, -1
        ),
        smearing=Gaussian(0.2),
    )
    # Acoustic frequencies at Γ are square roots of rounding errors.
    np.testing.assert_allclose(found.density.T, theirs.projected_dos, atol=5e-8)


def test_bands_are_theirs(crystals):
    peer, series, _ = crystals
    segments = band_path(POINTS, [["X", "G", "L"], ["X", "L"]], 21)
    peer.run_band_structure(
        [s.qpoints for s in segments], with_eigenvectors=True, is_band_connection=False
    )
    theirs = peer.band_structure
    found = band_structure(series, segments)
    for i, f in enumerate(found.frequencies):
        away = np.abs(theirs.frequencies[i]) > 1e-3
        np.testing.assert_allclose(f[away], theirs.frequencies[i][away], atol=1e-8)
        d = found.distances[i]
        np.testing.assert_allclose(d, theirs.distances[i], atol=1e-12)


def test_bands_are_connected_as_theirs(crystals):
    from phonopy.phonon.band_structure import estimate_band_connection

    _, series, _ = crystals
    q = np.linspace([0.02, 0.01, 0.0], [0.45, 0.3, 0.1], 15)
    e = phonon_modes(series, q).polarizations
    n_b = e.shape[1]
    columns = e.reshape(len(q), n_b, n_b).swapaxes(1, 2)
    order, expected = list(range(n_b)), [list(range(n_b))]
    for before, after in itertools.pairwise(columns):
        order = estimate_band_connection(before, after, order)
        expected.append(order)
    np.testing.assert_array_equal(connected(e), expected)


def test_constants_of_their_matrices_are_theirs(crystals):
    from phonopy.harmonic.dynmat_to_fc import DynmatToForceConstants

    peer, series, supercell = crystals
    theirs = DynmatToForceConstants(peer.primitive, peer.supercell, is_full_fc=False)
    q = theirs.commensurate_points
    np.testing.assert_allclose(commensurate_points(supercell), q, atol=1e-12)
    d = dynamical_matrices(series.short_range, q)
    theirs.dynamical_matrices = d
    theirs.run()
    found = constants_of(d, q, supercell).values
    scale = np.abs(found).max()
    np.testing.assert_allclose(found, theirs.force_constants, atol=1e-12 * scale)
    assert pytest.approx(14.39965172592227, rel=1e-12) == units.COULOMB
