"""A finished calculation is of its supercell, or is refused; in any Cartesian frame."""

import itertools
from functools import partial

import numpy as np
import outputs_of_programs as outputs
import phonokit
import pytest
from phono_grid import Cell
from phono_grid.errors import FileError
from phonokit import Displace, collect_forces, displace
from phonokit.cli.app import main

pytest.importorskip("ase.io")
DISTANCES = (0.0005, 0.002, 0.01, 0.03)
WRITERS = {
    "vasprun": outputs.vasprun,
    "outcar": outputs.outcar,
    "espresso": outputs.espresso,
    "cp2k": lambda *a: outputs.cp2k(*a, modern=True),
}


def made(distance: float, **settings) -> phonokit.DisplacedSupercells:
    """Wurtzite with coordinates that no decimals hold."""
    a, c, u = 3.1113, 4.9787, 0.38217
    lattice = [[a, 0, 0], [-a / 2, a * np.sqrt(3) / 2, 0], [0, 0, c]]
    x = [
        [1 / 3, 2 / 3, 0],
        [2 / 3, 1 / 3, 1 / 2],
        [1 / 3, 2 / 3, u],
        [2 / 3, 1 / 3, u + 0.5],
    ]
    cell = Cell.of(lattice, x, ["Al", "Al", "N", "N"])
    wanted = {"second_order": True, **settings}
    return displace(cell, Displace(supercell=(2, 1, 1), distance=distance, **wanted))


def write(folder, name, supercells, number, forces, form=outputs.vasprun, positions=None):
    """A calculation of a supercell, or of the one at rest."""
    cell = supercells.supercell.cell
    x = cell.positions @ cell.lattice if number < 0 else supercells.positions(number)
    path = folder / f"{name}{number + 1}"
    path.write_text(form(cell.symbols, cell.lattice, x, forces))
    return path


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("distance", DISTANCES)
def test_only_calculations_of_the_displacements_are_taken(tmp_path, rng, form, distance):
    """Whatever their length: the same, one of others, exchanged, and none."""
    supercells = made(distance)
    n, n_s = len(supercells), supercells.supercell.cell.n_atoms
    forces = rng.normal(size=(n, n_s, 3))
    calculate = WRITERS[form]
    files = [write(tmp_path, "f", supercells, i, forces[i], calculate) for i in range(n)]
    collected = collect_forces(supercells, files)
    np.testing.assert_allclose(collected, forces, atol=1e-6)
    rest = write(tmp_path, "rest", supercells, -1, forces[0], calculate)
    collect_forces(supercells, files, residual=rest)
    for wrong in (
        [files[1], files[0], *files[2:]],
        [files[0], files[0], *files[2:]],
        [rest, *files[1:]],
        files[::-1],
    ):
        with pytest.raises(FileError, match=r"Å from where .* should be; it is another"):
            collect_forces(supercells, wrong)
    with pytest.raises(FileError, match=r"undisplaced supercell: atom . is"):
        collect_forces(supercells, files, residual=files[0])


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("factor", [1.25, 1.05, 1.01, 0.97, 0.5, -1.0])
def test_displacements_of_another_length_are_refused(tmp_path, distance, factor):
    supercells = made(distance)
    other = made(abs(factor) * distance)
    n = len(supercells)
    zero = np.zeros((supercells.supercell.cell.n_atoms, 3))
    numbers = range(n) if factor > 0 else range(n - 1, -1, -1)
    files = [write(tmp_path, "f", other, i, zero) for i in numbers]
    with pytest.raises(FileError, match=r"Å from where .* should be"):
        collect_forces(supercells, files)


def lammps_frame(lattice):
    """The rotation to the frame in which lattice vectors are a lower triangle."""
    q, r = np.linalg.qr(lattice.T)
    signs = np.sign(np.diag(r))
    return q * signs


def lammps_dump(symbols, lattice, positions, forces, form="%.15g"):
    """A LAMMPS dump of a skewed box."""
    turn = lammps_frame(lattice)
    (xx, _, _), (xy, yy, _), (xz, yz, zz) = lattice @ turn
    low = [min(0, xy, xz, xy + xz), min(0, yz), 0]
    high = [xx + max(0, xy, xz, xy + xz), yy + max(0, yz), zz]
    tilt = (xy, xz, yz)
    bounds = "".join(
        f"{a:.16g} {b:.16g} {t:.16g}\n" for a, b, t in zip(low, high, tilt, strict=True)
    )
    kinds = list(dict.fromkeys(symbols))
    rows = "".join(
        f"{i + 1} {kinds.index(s) + 1} {s} " + " ".join(form % x for x in (*r, *f)) + "\n"
        for i, (s, r, f) in enumerate(
            zip(symbols, positions @ turn, forces @ turn, strict=True)
        )
    )
    return (
        f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n{len(symbols)}\n"
        f"ITEM: BOX BOUNDS xy xz yz pp pp pp\n{bounds}"
        f"ITEM: ATOMS id type element x y z fx fy fz\n{rows}"
    )


LATTICES = {
    "face-centred": [[0, 2.7, 2.7], [2.7, 0, 2.7], [2.7, 2.7, 0]],
    "body-centred": [[-1.6, 1.6, 1.6], [1.6, -1.6, 1.6], [1.6, 1.6, -1.6]],
    "rhombohedral": [[2.1, 0.3, 5.0], [-1.31, 1.667, 5.0], [-0.79, -1.967, 5.0]],
    "triclinic": [[0.3, 2.9, 2.8], [2.7, -0.2, 2.9], [2.8, 2.9, 0.1]],
}


@pytest.mark.parametrize("name", LATTICES)
@pytest.mark.parametrize("distance", [0.002, 0.03])
def test_forces_in_the_frame_of_lammps_are_turned_back(tmp_path, rng, name, distance):
    lattice = np.array(LATTICES[name])
    if np.linalg.det(lattice) < 0:
        lattice = lattice[[1, 0, 2]]
    x = [[0, 0, 0], [0.26, 0.24, 0.23]]
    cell = Cell.of(lattice, x, ["Ga", "As"])
    settings = Displace(supercell=(2, 1, 1), second_order=True, distance=distance)
    supercells = displace(cell, settings)
    n, n_s = len(supercells), supercells.supercell.cell.n_atoms
    forces = rng.normal(size=(n, n_s, 3))
    files = [write(tmp_path, "f", supercells, i, forces[i], lammps_dump) for i in range(n)]
    collected = collect_forces(supercells, files)
    np.testing.assert_allclose(collected, forces, atol=1e-9)
    with pytest.raises(FileError, match="it is another supercell"):
        collect_forces(supercells, files[::-1])
    # LAMMPS itself writes six figures unless it is told otherwise.
    if distance > 0.01:
        six = partial(lammps_dump, form="%g")
        files = [write(tmp_path, "six", supercells, i, forces[i], six) for i in range(n)]
        collected = collect_forces(supercells, files)
        np.testing.assert_allclose(collected, forces, atol=2e-5)


@pytest.mark.parametrize("seed", range(8))
def test_forces_are_turned_from_any_frame_and_choice_of_axes(tmp_path, seed):
    """A random crystal, rotated at random, its lattice vectors sums of ours."""
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator

    rng = np.random.default_rng(seed)
    lattice = 5 * np.eye(3) + rng.normal(size=(3, 3)) * 0.7
    cell = Cell.of(lattice, rng.random((4, 3)), ["Si", "Si", "O", "O"])
    supercells = displace(cell, Displace(second_order=True))
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    choice = np.eye(3)
    choice[0, 1], choice[2, 0] = rng.integers(-1, 2, size=2)
    forces = rng.normal(size=(len(supercells), 4, 3))
    files = []
    for i, f in enumerate(forces):
        x = supercells.positions(i) + rng.integers(-1, 2, size=(4, 3)) @ lattice
        atoms = Atoms(cell.symbols, x @ turn, cell=choice @ lattice @ turn, pbc=True)
        atoms.calc = SinglePointCalculator(atoms, forces=f @ turn, energy=0.0)
        files.append(tmp_path / f"{i}.traj")
        atoms.write(files[-1])
    np.testing.assert_allclose(collect_forces(supercells, files), forces, atol=1e-8)


def test_a_strained_supercell_is_another_one(tmp_path):
    supercells = made(0.01)
    cell, zero = supercells.supercell.cell, np.zeros((8, 3))
    files = []
    for i in range(len(supercells)):
        x, stretched = supercells.positions(i), cell.lattice * [1, 1, 1.01]
        files.append(tmp_path / f"{i}")
        files[-1].write_text(outputs.vasprun(cell.symbols, stretched, x, zero))
    with pytest.raises(FileError, match="its lattice vectors are not those of the super"):
        collect_forces(supercells, files)


def test_a_shift_of_all_atoms_changes_no_force(tmp_path, rng):
    """Programs may keep the centre of mass where it was."""
    supercells = made(0.03)
    cell = supercells.supercell.cell
    forces = rng.normal(size=(len(supercells), 8, 3))
    files = []
    for i, f in enumerate(forces):
        x = supercells.positions(i) - 0.03 / 8
        files.append(tmp_path / f"{i}")
        files[-1].write_text(outputs.vasprun(cell.symbols, cell.lattice, x, f))
    np.testing.assert_allclose(collect_forces(supercells, files), forces, atol=1e-7)


def test_random_displacements_are_told_apart(tmp_path, rng):
    supercells = made(0.004, random=4, seed=3)
    forces = rng.normal(size=(4, 8, 3))
    files = [write(tmp_path, "f", supercells, i, forces[i]) for i in range(4)]
    np.testing.assert_allclose(collect_forces(supercells, files), forces, atol=1e-7)
    for order in itertools.islice(itertools.permutations(files), 1, None):
        with pytest.raises(FileError, match="it is another supercell"):
            collect_forces(supercells, list(order))


UNCONVERGED = {
    "espresso": "     convergence NOT achieved after 100 iterations: stopping\n",
    "cp2k": " *** WARNING in qs_scf.F: SCF run NOT converged ***\n",
}


@pytest.mark.parametrize("form", WRITERS)
def test_calculations_that_have_not_converged_are_told(tmp_path, capsys, form):
    supercells = made(0.03)
    zero = np.zeros((8, 3))
    files = [
        write(tmp_path, "f", supercells, i, zero, WRITERS[form])
        for i in range(len(supercells))
    ]
    path = phonokit.write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    command = [str(word) for word in ("forces", path, *files)]
    assert main(command) == 0
    assert "converged" not in capsys.readouterr().err
    text = files[2].read_text()
    if form == "vasprun":
        text = text.replace("<parameters>", '<parameters><i type="int" name="NELM">2</i>')
        step = text[text.index("<scstep>") : text.index("</scstep>") + 9]
        other = step.replace("-10.0", "-9.0")
        text = text.replace(step, other + step)
    elif form == "outcar":
        text = text.replace("Iteration      1(   1)", "Iteration      1(  60)")
        text = text.replace("   ISPIN", "   NELM   =     60;   NELMIN=  2\n   ISPIN")
    else:
        text += UNCONVERGED[form]
    files[2].write_text(text)
    assert main(command) == 0
    err = capsys.readouterr().err
    assert f"warning: {files[2]}: the self-consistency of the electrons has not" in err
    assert err.count("warning") == 1
    for failed, achieved in (
        ("convergence NOT achieved", "convergence has been achieved in 9 iterations"),
        ("SCF run NOT converged", "SCF run converged in 9 steps"),
    ):
        if failed in text:  # an earlier step of a relaxation
            files[2].write_text(text + achieved + "\n")
            assert main(command) == 0
            assert "warning" not in capsys.readouterr().err


@pytest.mark.parametrize("distance", [0.0001, *DISTANCES])
@pytest.mark.parametrize("factor", [1.01, 0.5, -1.0])
def test_comments_of_other_displacements_are_refused_however_small(
    tmp_path, distance, factor
):
    supercells, other = made(distance), made(abs(factor) * distance)
    phonokit.write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    forces = np.zeros((len(supercells), 8, 3))
    path = tmp_path / "FORCES_FC2"
    phonokit.write_forces(path, forces, supercells.comments())
    assert len(phonokit.read(path).singles) == len(supercells)
    comments = list(other.comments())
    phonokit.write_forces(path, forces, comments if factor > 0 else comments[::-1])
    with pytest.raises(FileError, match=r"the comment says that atom . moves by"):
        phonokit.read(path)


@pytest.mark.parametrize("distance", [0.0001, *DISTANCES])
def test_two_files_of_other_forces_are_told_apart_however_small(tmp_path, rng, distance):
    supercells = made(distance)
    phonokit.write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    forces = 10 * distance * rng.normal(size=(len(supercells), 8, 3))
    for name, values in (("FORCES_FC2", forces), ("FORCE_SETS", 1.01 * forces)):
        if name == "FORCE_SETS":
            phonokit.write_force_sets(tmp_path / name, supercells, values)
        else:
            phonokit.write_forces(tmp_path / name, values, supercells.comments())
    with pytest.raises(FileError, match="FORCE_SETS: holds other forces than FORCES_FC2"):
        phonokit.read(tmp_path)
    phonokit.write_force_sets(tmp_path / "FORCE_SETS", supercells, forces.round(8))
    phonokit.read(tmp_path)
