"""Densities, thermal properties, displacements, bands and constants against phonopy."""

import itertools

import numpy as np
import pytest
from peers_harmonic import both
from phono_dynmat import (
    GonzeLeeCorrection,
    HarmonicSeries,
    Modes,
    atom_projections,
    band_path,
    band_projections,
    band_structure,
    cif_displacements,
    commensurate_points,
    connect_bands,
    debye_frequency,
    direction_projections,
    dynamical_matrices,
    force_constants_from_dynamical_matrices,
    mean_square_displacements,
    phonon_modes,
    thermal_properties,
)
from phono_fc import ForceConstants
from phono_grid import (
    Gaussian,
    Grid,
    Spectrum,
    density_of_states,
    first_brillouin_zone,
    units,
)

pytest.importorskip("phonopy")
pytest.importorskip("phono3py")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

CRYSTALS = {
    "Si": "plain",
    "NaCl": "gonze",
    "AlN": "gonze",
    "triclinic": "gonze",
    "monoclinic": "plain",
}
KILOJOULE = units.MOLE / 1e3
"""Per mole, of an eV: phonopy's own factor."""
POINTS = {"G": [0, 0, 0], "X": [0.5, 0, 0.5], "L": [0.5, 0.5, 0.5]}


@pytest.fixture(scope="module", params=CRYSTALS)
def crystals(request, data):
    """One crystal in both programs."""
    one = both(request.param, CRYSTALS[request.param], data)
    return one.peer, one.series, one.supercell


@pytest.fixture(scope="module")
def whole(crystals):
    """The phonons of a whole mesh, theirs and ours.

    Shifted off Γ, where acoustic frequencies are square roots of rounding errors.
    """
    peer, series, _ = crystals
    mesh = [5, 5, 5] if series.cell.n_atoms == 2 else [5, 5, 3]
    peer.run_mesh(
        mesh,
        shift=[0.5, 0.5, 0.5],
        with_eigenvectors=True,
        is_mesh_symmetry=False,
        is_gamma_center=True,
    )
    grid = Grid.of(series.cell, mesh, shift=[0.5, 0.5, 0.5], use_symmetry=False)
    # The sum of dipoles ends somewhere, so images of q differ in the last digits.
    q = first_brillouin_zone(grid.qpoints, grid.reciprocal_lattice)
    return grid, phonon_modes(series, q)


TEMPERATURES = np.arange(0, 1001, 50.0)


@pytest.mark.parametrize("classical", [False, True])
@pytest.mark.parametrize("cutoff", [0.0, 3.0])
@pytest.mark.parametrize("bands", [None, [0, 2]])
def test_thermal_properties_are_theirs(crystals, whole, classical, cutoff, bands):
    peer, _, _ = crystals
    f, t = whole[1].frequencies, TEMPERATURES[1:] if classical else TEMPERATURES
    peer.run_thermal_properties(
        temperatures=t,
        cutoff_frequency=cutoff,
        classical=classical,
        band_indices=None if bands is None else [bands],
    )
    theirs = peer.thermal_properties
    found = thermal_properties(
        f,
        t,
        cutoff_frequency=cutoff,
        classical=classical,
        projections=None if bands is None else band_projections(f)[:, :, bands].sum(2),
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
    expected = peer.thermal_displacement_matrices.thermal_displacement_matrices_cif
    found = cif_displacements(found, series.cell)
    np.testing.assert_allclose(found, expected.real, rtol=0, atol=1e-10)


SMEARINGS = [None, 0.2]


@pytest.mark.parametrize("sigma", SMEARINGS)
def test_densities_of_states_are_theirs(crystals, whole, sigma):
    peer, series, _ = crystals
    grid, modes = whole
    peer.run_total_dos(sigma=sigma)
    theirs = peer.total_dos
    found = density_of_states(
        grid,
        modes.frequencies,
        theirs.frequency_points,
        smearing=sigma and Gaussian(sigma),
    )
    np.testing.assert_allclose(found.density, theirs.dos, atol=1e-8)
    theirs.run_debye_frequency()
    spectrum = Spectrum(theirs.frequency_points, theirs.dos, theirs.dos)
    found = debye_frequency(spectrum, series.cell.n_atoms)
    # Theirs is a general least-squares fit.
    assert found == pytest.approx(theirs.debye_frequency, rel=1e-6)


@pytest.mark.parametrize("sigma", SMEARINGS)
@pytest.mark.parametrize("what", ["atoms", "axes", "direction"])
def test_projected_densities_are_theirs(crystals, whole, sigma, what):
    peer, series, _ = crystals
    grid, modes = whole
    # The share of an atom in each of degenerate modes is arbitrary, so we take theirs.
    mesh, shape = peer.mesh, modes.polarizations.shape
    e = mesh.eigenvectors.swapaxes(1, 2).reshape(shape)
    theirs = Modes(modes.qpoints, mesh.frequencies, e)
    np.testing.assert_allclose(mesh.frequencies, modes.frequencies, atol=1e-8)
    direction = [1, 2, 0.5]
    if what == "direction":
        shares = direction_projections(theirs, series.cell, direction, average=False)
    else:
        shares = atom_projections(theirs, average=False)
        shares = shares.sum(3) if what == "atoms" else shares.reshape(*shape[:2], -1)
    options = {"direction": direction} if what == "direction" else {}
    peer.run_projected_dos(sigma=sigma, xyz_projection=what == "axes", **options)
    found = density_of_states(
        grid,
        modes.frequencies,
        peer.projected_dos.frequency_points,
        weights=shares,
        smearing=sigma and Gaussian(sigma),
    )
    np.testing.assert_allclose(found.density.T, peer.projected_dos.projected_dos, atol=1e-8)


@pytest.mark.parametrize("sigma", SMEARINGS)
def test_without_degenerate_modes_our_own_projections_are_theirs(crystals, whole, sigma):
    peer, _, _ = crystals
    grid, modes = whole
    if np.diff(modes.frequencies, axis=1).min() < 1e-4:
        return
    peer.run_projected_dos(sigma=sigma)
    points = peer.projected_dos.frequency_points
    shares, smearing = atom_projections(modes).sum(axis=3), sigma and Gaussian(sigma)
    found = density_of_states(
        grid, modes.frequencies, points, weights=shares, smearing=smearing
    )
    np.testing.assert_allclose(found.density.T, peer.projected_dos.projected_dos, atol=1e-8)


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
        # Outside of the first zone their sum of dipoles has not converged as well; ours is
        # made in it.
        q = segments[i].qpoints
        images = first_brillouin_zone(q, series.cell.reciprocal_lattice)
        inside = np.abs(images - q).max(axis=1) < 1e-8
        assert i == 2 or inside.sum() > 10  # the two lines from Γ begin in the first zone
        for rows, tolerance in ((inside, 1e-8), (~inside, 2e-5)):
            chosen = away & rows[:, None]
            expected = theirs.frequencies[i][chosen]
            np.testing.assert_allclose(f[chosen], expected, rtol=1e-7, atol=tolerance)
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
    np.testing.assert_array_equal(connect_bands(e), expected)


def test_constants_of_their_matrices_are_theirs(crystals):
    from phonopy.harmonic.dynmat_to_fc import DynmatToForceConstants

    peer, series, supercell = crystals
    theirs = DynmatToForceConstants(peer.primitive, peer.supercell, is_full_fc=False)
    q = theirs.commensurate_points
    np.testing.assert_allclose(commensurate_points(supercell), q, atol=1e-12)
    plain = series.short_range if isinstance(series, GonzeLeeCorrection) else series
    d = dynamical_matrices(plain, q)
    theirs.dynamical_matrices = d
    theirs.run()
    found = force_constants_from_dynamical_matrices(d, q, supercell).values
    scale = np.abs(found).max()
    np.testing.assert_allclose(found, theirs.force_constants, atol=1e-12 * scale)
    again = HarmonicSeries.of(ForceConstants(found, supercell))
    np.testing.assert_allclose(
        dynamical_matrices(again, q), d, rtol=0, atol=1e-12 * np.abs(d).max()
    )
    assert pytest.approx(14.39965172592227, rel=1e-12) == units.COULOMB
