"""Trajectories as programs write them give the constants of the crystal that moved."""

import numpy as np
import phonokit
import pytest
from format_crystals import CRYSTALS, frequencies
from phono_fc import expand
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.units import BOHR, HARTREE
from phonokit.cli.app import main
from phonokit.io.formats.poscar import write_poscar
from trajectories_of_programs import (
    cp2k_steps,
    extxyz_steps,
    lammps_frame,
    lammps_steps,
    outcar_steps,
    tdep_rows,
    vasprun_steps,
)

pytest.importorskip("symfc")
io = pytest.importorskip("ase.io")
pytestmark = pytest.mark.needs_rust
FC2 = CRYSTALS["plain"].fc2
CELL = CRYSTALS["plain"].supercell.cell


def frames(n=24):
    """Positions and forces of a harmonic crystal, atoms at random."""
    u = 0.03 * np.random.default_rng(4).normal(size=(n, CELL.n_atoms, 3))
    u -= u.mean(axis=1, keepdims=True)
    forces = -np.einsum("ijab,njb->nia", expand(FC2), u)
    return CELL.positions @ CELL.lattice + u, forces


def dump(**options):
    """A writer of LAMMPS's dumps."""
    return lambda *a: lammps_steps(*a, **options)


WRITERS = {
    "md.extxyz": (extxyz_steps, 1e-9),
    # Five decimals of positions, six of forces.
    "OUTCAR": (outcar_steps, 5e-3),
    "vasprun.xml": (vasprun_steps, 1e-5),
    "x.dump": (dump(), 1e-8),
    "xs.lammpstrj": (dump(columns="xs ys zs"), 1e-8),
    "xu.dump": (dump(columns="xu yu zu"), 1e-8),
    "xsu.dump": (dump(columns="xsu ysu zsu", style="metal"), 1e-8),
    # Whose kcal/mol ASE takes from CODATA 2014.
    "real.dump": (dump(style="real"), 1e-7),
    "general.dump": (dump(general=True), 1e-8),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_program_s_frames_give_the_constants(name, tmp_path):
    """LAMMPS's box is turned, its atoms are in another order in each frame."""
    write, digits = WRITERS[name]
    path = tmp_path / name
    path.write_text(write(CELL, *frames()))
    data = phonokit.read_trajectory(path, CELL)
    assert len(data) == 24
    found = phonokit.fit_trajectory(data).crystal.fc2
    np.testing.assert_allclose(found.values, FC2.values, rtol=0, atol=digits)


def write_cp2k(folder):
    x, forces = frames()
    (folder / "si-pos-1.xyz").write_text(cp2k_steps(CELL, x))
    (folder / "si-frc-1.xyz").write_text(cp2k_steps(CELL, forces, HARTREE / BOHR))
    return folder / "si-pos-1.xyz"


def write_tdep(folder):
    x, forces = frames()
    write_poscar(CELL, folder / "infile.ssposcar")
    inside = x @ np.linalg.inv(CELL.lattice) + 1.0
    (folder / "infile.positions").write_text(tdep_rows(inside))
    (folder / "infile.forces").write_text(tdep_rows(forces))
    return folder


def test_positions_and_forces_of_cp2k_are_in_two_files(tmp_path):
    path = write_cp2k(tmp_path)
    for given in (path, tmp_path / "si-frc-1.xyz"):
        data = phonokit.read_trajectory(given, CELL)
        assert [file.path.name for file in data.files] == ["si-pos-1.xyz", "si-frc-1.xyz"]
        found = phonokit.fit_trajectory(data).crystal.fc2
        np.testing.assert_allclose(found.values, FC2.values, rtol=0, atol=1e-6)
    # Forces every second step; a step that a restart repeats; a frame that is cut.
    x, forces = frames()
    step = cp2k_steps(CELL, forces, HARTREE / BOHR).split(f"{CELL.n_atoms:8d}\n")[1:]
    kept = "".join(f"{CELL.n_atoms:8d}\n{each}" for each in [step[4], *step[::2]])
    (tmp_path / "si-frc-1.xyz").write_text(kept)
    path.write_text(path.read_text()[:-200])
    data = phonokit.read_trajectory(path, CELL)
    assert len(data) == 12
    moved = data.displacements - (x - CELL.positions @ CELL.lattice)[::2]
    np.testing.assert_allclose(moved, 0, atol=1e-9)
    np.testing.assert_allclose(data.forces, forces[::2], atol=1e-8)
    (tmp_path / "si-frc-1.xyz").unlink()
    with pytest.raises(FileError, match=r"si-frc-1.xyz is not beside it; let CP2K write"):
        phonokit.read_trajectory(path, CELL)


def test_a_folder_of_tdep_tells_where_atoms_are_at_rest(tmp_path):
    write_tdep(tmp_path)
    data = phonokit.read_trajectory(tmp_path)
    assert len(data.files) == 3
    found = phonokit.fit_trajectory(data).crystal
    expected = frequencies(CRYSTALS["plain"], like=found)
    np.testing.assert_allclose(frequencies(found), expected, rtol=0, atol=1e-5)
    forces = (tmp_path / "infile.forces").read_text()
    for text, error in (
        ("\n".join(forces.splitlines()[: -CELL.n_atoms]), "is of 23 steps, .* of 24"),
        (forces[:-40], "three numbers for each of 16 atoms"),
    ):
        (tmp_path / "infile.forces").write_text(text)
        with pytest.raises(FileError, match=error):
            phonokit.read_trajectory(tmp_path)
    (tmp_path / "infile.forces").unlink()
    with pytest.raises(FileError, match=r"infile.forces: no such file"):
        phonokit.read_trajectory(tmp_path)


def test_the_box_of_lammps_is_turned_in_these_tests():
    lattice, turn = lammps_frame(CELL.lattice)
    np.testing.assert_allclose(CELL.lattice @ turn, lattice, atol=1e-12)
    np.testing.assert_allclose(np.triu(lattice, 1), 0, atol=1e-12)
    assert np.abs(turn - np.eye(3)).max() > 0.1
    assert np.linalg.det(turn) == pytest.approx(1)


def test_frames_whose_atoms_change_places_are_refused(tmp_path):
    x, forces = frames(3)
    last = np.arange(CELL.n_atoms)
    last[:2] = [1, 0]
    x[2], forces[2] = x[2, last], forces[2, last]
    path = tmp_path / "md.extxyz"
    path.write_text(extxyz_steps(CELL, x, forces))
    with pytest.raises(FileError, match=r"md\.extxyz: frame 3 .* from its place at rest"):
        phonokit.read_trajectory(path, CELL)
    path.write_text(
        extxyz_steps(CELL, x[:1], forces[:1])
        + extxyz_steps(
            Cell.of(CELL.lattice, CELL.positions, CELL.symbols[::-1]), x[1:2], forces[1:2]
        )
    )
    with pytest.raises(FileError, match=r"frame 2: its atoms are in another order"):
        phonokit.read_trajectory(path, CELL)


def test_units_of_lammps_that_have_no_size_are_refused(tmp_path):
    path = tmp_path / "lj.dump"
    path.write_text(lammps_steps(CELL, *frames(2), style="lj"))
    with pytest.raises(FileError, match=r"lj\.dump: ITEM: UNITS: .* got 'lj'"):
        phonokit.read_trajectory(path, CELL)


@pytest.mark.parametrize("name", ["OUTCAR", "vasprun.xml", "x.dump", "md.extxyz"])
def test_a_run_that_was_cut_gives_its_whole_frames_or_one_line(name, tmp_path):
    """A job that ends too early leaves half a frame: no wrong numbers come of it."""
    write, _ = WRITERS[name]
    x, forces = frames(4)
    whole = write(CELL, x, forces)
    path = tmp_path / name
    path.write_text(whole)
    expected = phonokit.read_trajectory(path, CELL)
    shares = (0.5, 0.72, 0.9, 0.97)
    for end in (*(int(share * len(whole)) for share in shares), -2, -3):
        path.write_text(whole[:end])
        told, data = "", None
        try:
            data = phonokit.read_trajectory(path, CELL)
        except FileError as error:
            told = str(error)
        if data is None:
            assert name in told
            continue
        n = len(data)
        np.testing.assert_array_equal(data.forces, expected.forces[:n])
        np.testing.assert_array_equal(data.displacements, expected.displacements[:n])


def test_phono_fit_takes_a_dump_of_a_turned_box(tmp_path, capsys):
    path, where = tmp_path / "x.lammpstrj", tmp_path / "out"
    path.write_text(lammps_steps(CELL, *frames()))
    io.write(tmp_path / "SPOSCAR", CELL.to_ase(), format="vasp")
    words = ["fit", str(path), "--rest", str(tmp_path / "SPOSCAR"), "--skip", "4"]
    assert main([*words, "--output", str(where)]) == 0
    assert "frames     20 of 16 atoms" in capsys.readouterr().out
    crystal = CRYSTALS["plain"]
    found = frequencies(phonokit.load(where), like=crystal)
    np.testing.assert_allclose(found, frequencies(crystal), rtol=0, atol=1e-6)
