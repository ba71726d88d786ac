"""Meshes that are shifted along axes with even numbers, as phonopy shifts them."""

import numpy as np
import phonokit
import pytest
from phono_grid import IrreduciblePoints, units
from phonokit import Crystal, DomainError
from phonokit.calc.harmonic_grid import harmonic_grid
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE


@pytest.fixture(scope="module")
def silicon():
    return Crystal.from_constants(phonokit.load(EXAMPLE).fc2)


@pytest.mark.parametrize("mesh", [(4, 4, 4), (3, 4, 5), (1, 2, 2)])
def test_shifted_points_are_half_a_step_off_along_even_axes(silicon, mesh):
    plain = silicon.with_symmetry(phonokit.SymmetrySearch(symmetry=False))
    grid = harmonic_grid(plain, mesh, shift=True)
    q = grid.qpoints * mesh
    halves = np.where(np.array(mesh) % 2 == 0, 0.5, 0.0)
    np.testing.assert_allclose(q % 1, np.broadcast_to(halves, q.shape), atol=1e-12)
    assert len(np.unique(np.rint(2 * q).astype(int) % (2 * np.array(mesh)), axis=0)) == len(
        q
    )


def test_sums_by_the_symmetry_that_is_left_are_those_of_all_points(silicon):
    plain = silicon.with_symmetry(phonokit.SymmetrySearch(symmetry=False))
    grids = [harmonic_grid(c, (4, 4, 4), shift=True) for c in (silicon, plain)]
    few, many = (len(IrreduciblePoints.of(grid).points) for grid in grids)
    assert few < many == 32
    a, b = (phonokit.thermal(c, (4, 4, 4), [0, 300], shift=True) for c in (silicon, plain))
    np.testing.assert_allclose(a.free_energy, b.free_energy, rtol=1e-10)
    assert a.n_translations == 0


def test_odd_meshes_are_not_shifted(silicon):
    a, b = (phonokit.thermal(silicon, (3, 3, 3), [300], shift=s) for s in (False, True))
    np.testing.assert_array_equal(a.entropy, b.entropy)


def test_free_energies_are_those_of_phonopy(silicon):
    pytest.importorskip("phonopy")
    from peers_crystals import phonopy_cell
    from phonopy import Phonopy

    supercell, cell = silicon.fc2.supercell, silicon.primitive
    matrix = np.rint(supercell.cell.lattice @ np.linalg.inv(cell.lattice)).T
    peer = Phonopy(phonopy_cell(cell), matrix.astype(int), primitive_matrix=np.eye(3))
    d = peer.supercell.scaled_positions[:, None] - supercell.cell.positions
    d -= np.rint(d)
    same = np.argmin((d**2).sum(axis=-1), axis=1)
    peer.force_constants = silicon.fc2.to_full()[same][:, same]
    for mesh in ((4, 4, 4), (3, 4, 5)):
        peer.run_mesh(mesh, is_mesh_symmetry=False)
        peer.run_thermal_properties(temperatures=[300.0])
        theirs = peer.thermal_properties.free_energy[0]
        without = silicon.with_symmetry(phonokit.SymmetrySearch(symmetry=False))
        ours = phonokit.thermal(without, mesh, [300.0], shift=True).free_energy[0]
        assert ours * 96.48533 == pytest.approx(theirs, rel=1e-6)


def test_displacements_on_a_shifted_mesh_have_the_symmetry_of_the_crystal(silicon):
    plain = silicon.with_symmetry(phonokit.SymmetrySearch(symmetry=False))
    few, many = (
        phonokit.displacements(c, (4, 4, 4), [0, 300], shift=True).displacements
        for c in (silicon, plain)
    )
    isotropic = np.trace(many, axis1=2, axis2=3) / 3
    expected = isotropic.mean(axis=1)[:, None, None, None] * np.eye(3)
    np.testing.assert_allclose(few, np.broadcast_to(expected, few.shape), atol=1e-12)
    with_heat = phonokit.thermal(
        silicon, (4, 4, 4), [0, 300], shift=True, displacements=True
    )
    np.testing.assert_allclose(with_heat.displacements, few, rtol=1e-9, atol=1e-15)


def test_tensors_of_wurtzite_are_averaged_over_its_operations(data):
    """Atoms change places, and the tensors are not isotropic: both have to be turned."""
    crystal = phonokit.Crystal.from_constants(phonokit.load(data / "aln-lda").fc2)
    plain = crystal.with_symmetry(phonokit.SymmetrySearch(symmetry=False))
    few, every = (
        phonokit.displacements(c, (4, 4, 2), [300], shift=True).displacements[0]
        for c in (crystal, plain)
    )
    cell, symmetry = crystal.primitive, crystal.symmetry
    mean = np.zeros_like(every)
    operations = list(zip(symmetry.rotations, symmetry.translations, strict=True))
    for rotation, translation in operations:
        turn = cell.lattice.T @ rotation @ np.linalg.inv(cell.lattice.T)
        for k, x in enumerate(cell.positions):
            away = cell.positions - (rotation @ x + translation)
            to = int(np.abs(away - np.rint(away)).max(axis=1).argmin())
            mean[to] += turn @ every[k] @ turn.T / len(operations)
    assert np.abs(every - mean).max() > 1e-6 * np.abs(mean).max()
    np.testing.assert_allclose(few, mean, rtol=0, atol=1e-9 * np.abs(mean).max())


def test_displacements_converge_faster_where_the_mesh_does_not_hold_gamma(silicon):
    """Without the acoustic modes at Γ the mean of 1/q² lacks the cell of Γ."""
    fine = phonokit.displacements(silicon, (24, 24, 24), [300]).displacements[0, 0, 0, 0]
    errors = [
        abs(
            phonokit.displacements(silicon, (6, 6, 6), [300], shift=shift).displacements[
                0, 0, 0, 0
            ]
            - fine
        )
        for shift in (False, True)
    ]
    assert errors[1] < errors[0] / 2


def test_neutrons_take_the_displacements_of_a_shifted_mesh(silicon):
    b = {"Si": 4.1491}
    u = phonokit.displacements(silicon, (4, 4, 4), [300], shift=True).displacements
    coherent = phonokit.neutrons(
        silicon, [3, 0.2, 0], (4, 4, 4), [300], scattering_lengths=b, shift=True
    )
    both = phonokit.powder(
        silicon, [2.0], (4, 4, 4), [300], scattering_lengths=b, directions=10, shift=True
    )
    for result in (coherent, both):
        np.testing.assert_allclose(result.displacements, u, rtol=1e-9, atol=1e-15)
        assert result.provenance.settings["shift"] == [0.5, 0.5, 0.5]


def test_a_length_is_not_shifted(silicon):
    with pytest.raises(DomainError, match="shift: is along axes with even numbers"):
        phonokit.dos(silicon, 20.0, shift=True)


def test_commands_shift_their_meshes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = [str(EXAMPLE), "--mesh", "4", "4", "4"]
    assert main(["dos", *words, "--frequency-points", "11", "--shift"]) == 0
    assert "4 × 4 × 4, shifted, 64 wave vectors" in capsys.readouterr().out
    shifted = phonokit.read_result("dos.hdf5")
    assert shifted.provenance.settings["shift"] == [0.5, 0.5, 0.5]
    assert main(["dos", *words, "--frequency-points", "11"]) == 2
    assert "shift" in capsys.readouterr().err
    assert main(["thermal", *words, "--temperature", "300", "--shift", "--quiet"]) == 0


def test_modes_of_a_shifted_mesh_make_its_free_energy(silicon):
    result = phonokit.modes(silicon, mesh=(4, 4, 4), shift=True)
    halves = (result.qpoints * 8) % 2
    np.testing.assert_allclose(halves, 1, atol=1e-9)
    mean = result.weights @ result.frequencies.sum(axis=1) / result.weights.sum()
    cold = phonokit.thermal(silicon, (4, 4, 4), [0], shift=True)
    expected = cold.zero_point_energy / units.THZ_TO_EV * 2
    assert mean == pytest.approx(expected, rel=1e-10)
    with pytest.raises(DomainError, match="shift: belongs to a mesh"):
        phonokit.modes(silicon, q=[0, 0, 0], shift=True)


@pytest.mark.needs_rust
def test_expansion_on_a_shifted_mesh_is_that_of_all_its_points():
    forces = phonokit.load(EXAMPLE)
    whole = Crystal.from_constants(forces.fc2, forces.fc3)
    plain = whole.with_symmetry(phonokit.SymmetrySearch(symmetry=False))
    stiffness = 160 * np.diag([1, 1, 1, 0.5, 0.5, 0.5])
    few, many = (
        phonokit.grueneisen(c, mesh=(2, 2, 2), shift=True, elastic_constants=stiffness)
        for c in (whole, plain)
    )
    assert len(few.qpoints) < len(many.qpoints)
    # The shift breaks the cubic symmetry, which the expansion of the crystal has.
    of_many = np.trace(many.expansion[0]) / 3 * np.eye(3)
    np.testing.assert_allclose(few.expansion[0], of_many, rtol=1e-6, atol=1e-13)
