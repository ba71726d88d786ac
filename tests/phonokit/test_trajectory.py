"""Force constants of molecular dynamics: a harmonic crystal's own, and their errors."""

from dataclasses import replace

import h5py
import numpy as np
import phonokit
import pytest
from constants_of_programs import write_vaspout
from format_crystals import CRYSTALS, CUBIC
from phono_dynmat import phonon_frequencies
from phono_fc import expand
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, FileError
from phono_grid.units import BOLTZMANN, FREQUENCY
from phonokit.cli.app import main
from stillinger_weber import LATTICE_CONSTANT, Silicon

pytest.importorskip("symfc")
io = pytest.importorskip("ase.io")
Points = pytest.importorskip("ase.calculators.singlepoint").SinglePointCalculator
pytestmark = pytest.mark.needs_rust
CELL = CRYSTALS["plain"].supercell.cell
FC2 = CRYSTALS["plain"].fc2
KICK = (2 * np.pi * FREQUENCY) ** 2
"""Å/ps² of a force of 1 eV/Å on 1 Da."""


def dynamics(forces, masses, temperature, steps, step=2e-3, seed=0):
    """Displacements and forces of every step of Verlet's motion, from rest; ps."""
    rng = np.random.default_rng(seed)
    # Half of what begins as motion becomes displacement.
    spread = np.sqrt(2 * BOLTZMANN * temperature / masses * KICK)
    v = rng.normal(size=(len(masses), 3)) * spread[:, None]
    v -= (masses[:, None] * v).sum(axis=0) / masses.sum()
    u = np.zeros_like(v)
    moved, acting = [], []
    f = forces(u)
    for _ in range(steps):
        v = v + step / 2 * KICK * f / masses[:, None]
        u = u + step * v
        f = forces(u)
        v = v + step / 2 * KICK * f / masses[:, None]
        moved.append(u)
        acting.append(f)
    return np.array(moved), np.array(acting)


@pytest.fixture(scope="module")
def motion():
    """A harmonic crystal in motion."""
    whole = expand(FC2)

    def forces(u):
        return -np.einsum("ijab,jb->ia", whole, u)

    return dynamics(forces, CELL.masses, 300.0, 300)


def images(u, forces, cell=CELL):
    """Frames for ASE."""
    made = []
    for move, force in zip(u, forces, strict=True):
        atoms = cell.to_ase()
        atoms.positions += move
        atoms.calc = Points(atoms, forces=force)
        made.append(atoms)
    return made


def test_a_harmonic_crystal_is_found_from_its_own_motion(motion, tmp_path):
    u, forces = motion
    io.write(tmp_path / "md.extxyz", images(u, forces))
    data = phonokit.read_trajectory(tmp_path / "md.extxyz", CELL, skip=100, every=5)
    assert len(data) == 40
    result = phonokit.fit_trajectory(data)
    found = result.crystal.fc2
    # Eight decimals of the file.
    np.testing.assert_allclose(found.values, FC2.values, atol=1e-5)
    assert result.errors[2].max() < 1e-5
    assert result.misfit < 1e-5
    assert 150 < result.sampled_temperature < 600


def test_third_order_is_found_and_second_alone_takes_it_in():
    """Forces of second and third order, displacements at random."""
    rng = np.random.default_rng(3)
    u = rng.normal(size=(60, CELL.n_atoms, 3)) * 0.02
    u -= u.mean(axis=1, keepdims=True)
    third = expand(CUBIC.fc3)
    forces = -np.einsum("ijab,njb->nia", expand(CUBIC.fc2), u)
    forces -= np.einsum("ijkabc,njb,nkc->nia", third, u, u, optimize=True) / 2
    data = phonokit.TrajectoryData(rest=CELL, displacements=u, forces=forces)
    whole = phonokit.fit_trajectory(data, phonokit.TrajectoryFit(order=3, blocks=3))
    scale = np.abs(CUBIC.fc3.values).max()
    np.testing.assert_allclose(
        whole.crystal.fc3.values, CUBIC.fc3.values, atol=1e-7 * scale
    )
    assert whole.misfit < 1e-8
    alone = phonokit.fit_trajectory(data, phonokit.TrajectoryFit(blocks=10))
    off = np.abs(alone.crystal.fc2.values - CUBIC.fc2.values)
    # Its errors tell how far it is off: all but a few constants are within three.
    assert alone.misfit > 1e-3
    assert np.mean(off < 3 * alone.errors[2] + 1e-12) > 0.9


def test_silicon_at_low_temperature_has_the_phonons_of_finite_displacements():
    """The potential of Stillinger and Weber at 20 K, every frequency within its error."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    unit = Cell.of(LATTICE_CONSTANT * np.eye(3), np.r_[fcc, fcc + 0.25], ["Si"] * 8)
    supercells = phonokit.displace(
        unit, phonokit.Displace(supercell=(2, 2, 2), second_order=True, distance=0.001)
    )
    rest = supercells.supercell.cell
    silicon = Silicon(rest.positions @ rest.lattice, rest.lattice)
    singles = supercells.singles
    forces = []
    for atom, move in zip(singles.atoms, singles.displacements, strict=True):
        u = np.zeros((rest.n_atoms, 3))
        u[atom] = move
        forces.append(silicon.forces(u))
    expected = phonokit.fit(phonokit.ForceData.from_supercells(supercells, forces)).fc2
    u, f = dynamics(silicon.forces, rest.masses, 20.0, 3000, step=2e-3)
    data = phonokit.TrajectoryData(rest=rest, displacements=u[1000::20], forces=f[1000::20])
    result = phonokit.fit_trajectory(data, temperature=20.0)
    q = np.array([[0, 0, 0], [0.5, 0, 0.5], [0.5, 0.5, 0.5], [0.13, 0.31, 0.2]])
    found, error = result.frequencies(q)
    crystal = phonokit.Crystal.from_constants(expected)
    there = phonon_frequencies(crystal.dynamics(), q)
    optical = there > 1
    assert error[optical].max() < 0.02
    np.testing.assert_array_less(np.abs(found - there)[optical], 5 * error[optical] + 1e-3)


def test_frames_are_turned_sorted_and_taken_back_into_the_cell(motion, tmp_path):
    u, forces = motion
    frames = images(u[::20], forces[::20])
    rng = np.random.default_rng(1)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    order = rng.permutation(CELL.n_atoms)
    turned = []
    for frame in frames:
        other = frame[order]
        f = frame.get_forces()[order] @ turn
        other.set_cell(frame.cell[:] @ turn, scale_atoms=False)
        other.set_positions(frame.positions[order] @ turn + 0.05)
        other.wrap()
        other.calc = Points(other, forces=f)
        turned.append(other)
    io.write(tmp_path / "a.traj", frames)
    io.write(tmp_path / "b.traj", turned)
    plain = phonokit.read_trajectory(tmp_path / "a.traj", CELL)
    both = phonokit.read_trajectory([tmp_path / n for n in ("a.traj", "b.traj")], CELL)
    n = len(frames)
    for part in (both.displacements[:n], both.displacements[n:]):
        np.testing.assert_allclose(part, plain.displacements, atol=1e-9)
    # A lattice with symmetry may be turned in several ways: the constants are the same.
    results = [phonokit.fit_trajectory(data, lang="Rust") for data in (plain, both)]
    for result in results:
        np.testing.assert_allclose(result.crystal.fc2.values, FC2.values, atol=1e-6)


def test_forces_at_rest_are_subtracted_and_sets_are_mixed(motion, tmp_path):
    u, forces = motion
    rest = np.random.default_rng(2).normal(size=(CELL.n_atoms, 3))
    rest -= rest.mean(axis=0)
    io.write(tmp_path / "md.extxyz", images(u[::20], forces[::20] + rest))
    io.write(tmp_path / "rest.extxyz", images(np.zeros((1, *rest.shape)), rest[None]))
    data = phonokit.read_trajectory(tmp_path / "md.extxyz", tmp_path / "rest.extxyz")
    np.testing.assert_allclose(data.changes, forces[::20], atol=1e-7)
    write_vaspout(CRYSTALS["plain"], tmp_path / "vaspout.h5", rest)
    with h5py.File(tmp_path / "vaspout.h5", "r+") as file:
        group = file["intermediate/ion_dynamics"]
        positions = CELL.positions + u[::20] @ np.linalg.inv(CELL.lattice)
        for name, value in {
            "forces": forces[::20],
            "position_ions": positions,
            "lattice_vectors": np.repeat(CELL.lattice[None], len(positions), axis=0),
        }.items():
            del group[name]
            group[name] = value
    mixed = phonokit.read_trajectory(
        [tmp_path / "vaspout.h5", tmp_path / "vaspout.h5"], CELL, every=2
    )
    np.testing.assert_allclose(mixed.changes[:8], forces[::40], atol=1e-12)
    assert len(mixed) == 16


def test_what_is_no_training_data_is_refused(motion, tmp_path):
    u, forces = motion
    io.write(tmp_path / "x.extxyz", [CELL.to_ase()])
    with pytest.raises(FileError, match="frame 1 has no forces; name the output"):
        phonokit.read_trajectory(tmp_path / "x.extxyz", CELL)
    frames = images(u[:3], forces[:3])
    frames[2].set_cell(frames[2].cell[:] * 1.01, scale_atoms=True)
    io.write(tmp_path / "y.extxyz", frames)
    with pytest.raises(FileError, match=r"frame 3: its cell is another one"):
        phonokit.read_trajectory(tmp_path / "y.extxyz", CELL)
    with pytest.raises(FileError, match="has no frame after the first 9"):
        phonokit.read_trajectory(tmp_path / "y.extxyz", CELL, skip=9)
    other = Supercell.of(CRYSTALS["plain"].primitive, [2, 2, 1], np.eye(3)).cell
    with pytest.raises(FileError, match="is of 16 atoms, the undisplaced supercell has 8"):
        phonokit.read_trajectory(tmp_path / "y.extxyz", other)
    data = phonokit.TrajectoryData(rest=CELL, displacements=u[:5], forces=forces[:5])
    with pytest.raises(DomainError, match="blocks: 10 of 5 supercells"):
        phonokit.fit_trajectory(data)
    many = replace(data, displacements=u, forces=forces)
    with pytest.warns(UserWarning, match="10 K, but the frames move as classical atoms"):
        phonokit.fit_trajectory(many, temperature=10.0)


def test_phono_fit_writes_a_folder_for_other_commands(motion, tmp_path, capsys):
    u, forces = motion
    io.write(tmp_path / "md.extxyz", images(u[::10], forces[::10]))
    io.write(tmp_path / "SPOSCAR", CELL.to_ase(), format="vasp")
    where = str(tmp_path / "out")
    words = [str(tmp_path / "md.extxyz"), "--rest", str(tmp_path / "SPOSCAR")]
    assert main(["fit", *words, "--output", where]) == 0
    said = capsys.readouterr().out
    assert "frames     30 of 16 atoms, 10 blocks" in said
    there = phonokit.load(where)
    np.testing.assert_allclose(
        phonon_frequencies(there.dynamics(), [[0.5, 0, 0]]),
        phonon_frequencies(CRYSTALS["plain"].dynamics(), [[0.5, 0, 0]]),
        atol=1e-5,
    )
    with h5py.File(tmp_path / "out" / "errors.hdf5") as file:
        assert file["fc2_errors"].shape == (2, 16, 3, 3)
