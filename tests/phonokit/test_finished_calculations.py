"""Forces of finished calculations, program by program."""

import bz2
import gzip
import lzma
import warnings

import numpy as np
import outputs_of_more_programs as more
import outputs_of_programs as outputs
import phonokit
import pytest
from phono_fc import SingleDisplacements, single_displacements
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import FileError, PhonoWarning
from phono_grid.units import BOHR, HARTREE
from phonokit import DisplacedSupercells, collect_forces, write_displacements
from phonokit.cli.app import main
from phonokit.io.finished import read_finished

pytest.importorskip("ase.io")
PROGRAMS = {
    "vasprun.xml": outputs.vasprun,
    "OUTCAR": outputs.outcar,
    "pw.out": outputs.espresso,
    "dump.lammpstrj": lambda *a: outputs.lammps(*a, element=True),
    "types.lammpstrj": lambda *a: outputs.lammps(*a, element=False),
    "cp2k.out": lambda *a: outputs.cp2k(*a, modern=False),
    "cp2k-2024.out": lambda *a: outputs.cp2k(*a, modern=True),
    **more.WITH_POSITIONS,
}
EV, AU = 1e-8, 1e-8 * HARTREE / BOHR
PRINTED = {
    "vasprun.xml": EV,
    "OUTCAR": 100 * EV,
    "pw.out": AU / 2,
    "dump.lammpstrj": EV,
    "types.lammpstrj": EV,
    "cp2k.out": AU,
    "cp2k-2024.out": AU,
    "abinit.out": 1e-6 * EV,
    "cs.castep": 1e-5,
    "INFO.OUT": AU / 2,
    "exciting-INFO.OUT": AU / 2,
    "info.xml": 1e-4 * AU,
    "crystal.o": 1e-4 * AU,
    "running_scf.log": EV / 100,
    "openmx.out": AU / 10,
    "gradient": 1e-6 * AU,
    "si.FA": 1e-4 * EV,
    "results.tag": 1e-6 * AU,
    "case.scf": AU * 1e-4,
    "FORCES": AU / 10,
    "relax.xml": AU / 100,
}
"""The last digit that a program prints, in eV/Å; LAMMPS here ten figures."""


@pytest.fixture
def supercells() -> DisplacedSupercells:
    """Rocksalt, orthogonal as LAMMPS has its box."""
    cell = Cell(4.2 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cs", "Cl"], [133, 35])
    supercell = Supercell.of(cell, [2, 1, 1])
    symmetry = Symmetry.of(supercell.cell)
    singles = single_displacements(supercell, symmetry, distance=0.03)
    return DisplacedSupercells(cell, supercell, singles)


def write(folder, name, supercells, number, forces):
    """The output of the program that the name stands for; the cell at rest is -1."""
    cell = supercells.supercell.cell
    x = cell.positions @ cell.lattice if number < 0 else supercells.positions(number)
    path = folder / f"{number + 1}-{name}"
    path.write_text({**PROGRAMS, **more.ALONE}[name](cell.symbols, cell.lattice, x, forces))
    return path


@pytest.mark.parametrize("name", [*PROGRAMS, *more.ALONE])
def test_forces_of_every_program_are_those_it_printed(
    tmp_path, rng, supercells, name, capsys
):
    n, n_s = len(supercells), supercells.supercell.cell.n_atoms
    forces = rng.normal(size=(n, n_s, 3))
    # The largest is on the displaced atom, which tells files without positions apart.
    forces[np.arange(n), supercells.singles.atoms] = [3.0, -5.0, 7.0]
    rest = 0.01 * rng.normal(size=(n_s, 3))
    files = [write(tmp_path, name, supercells, i, forces[i] + rest) for i in range(n)]
    at_rest = write(tmp_path, name, supercells, -1, rest)
    path = write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    command = ["forces", path, *files, "--residual-file", at_rest]
    assert main([str(word) for word in command]) == 0, capsys.readouterr().err
    found = phonokit.read(path).singles.forces
    # Half a digit of each of the two forces; and the programs, ASE and we have constants of
    # different years.
    np.testing.assert_allclose(found, forces, rtol=1e-6, atol=1.1 * PRINTED[name])
    assert np.abs(found - forces).max() > 1e-4 * PRINTED[name]  # they are printed at all


def test_a_file_in_the_units_of_the_program_gets_the_numbers_the_program_printed(
    tmp_path, rng, supercells
):
    """phonopy's files for Quantum ESPRESSO are in au and Ry/au."""
    n, n_s = len(supercells), supercells.supercell.cell.n_atoms
    forces = rng.normal(size=(n, n_s, 3))
    files = [write(tmp_path, "pw.out", supercells, i, forces[i]) for i in range(n)]
    path = write_displacements(in_bohr(supercells), tmp_path / "phonopy_disp.yaml")
    text = path.read_text().replace("phonopy:\n", "phonopy:\n  calculator: qe\n", 1)
    path.write_text(text.replace('length: "angstrom"', 'length: "au"'))
    assert main(["forces", str(path), *map(str, files)]) == 0
    printed = forces / outputs.RYDBERG * outputs.BOHR
    found = np.loadtxt(tmp_path / "FORCES_FC2").reshape(printed.shape)
    np.testing.assert_allclose(found, printed, rtol=1e-6, atol=0.51e-8)
    text = (tmp_path / "FORCES_FC2").read_text()
    u = supercells.singles.displacements[0]
    in_au, in_angstrom = (" ".join(f"{x:20.16f}" for x in v) for v in (u / BOHR, u))
    assert in_au in text
    for comment in (in_au, in_angstrom):
        (tmp_path / "FORCES_FC2").write_text(text.replace(in_au, comment))
        found = phonokit.read(path).singles.forces
        np.testing.assert_allclose(found, forces, rtol=1e-6, atol=0.51 * PRINTED["pw.out"])
    (tmp_path / "FORCES_FC2").write_text(text.replace(in_au, in_au.replace("0.0", "0.1")))
    with pytest.raises(FileError, match="the comment says that atom 1 moves by"):
        phonokit.read(path)


def in_bohr(supercells):
    """The same supercells, their numbers those of another unit of length."""
    cell = supercells.unit_cell
    smaller = Cell(cell.lattice / BOHR, cell.positions, cell.symbols, cell.masses)
    supercell = Supercell.of(smaller, [2, 1, 1])
    singles = supercells.singles
    moved = SingleDisplacements(singles.atoms, singles.displacements / BOHR)
    return DisplacedSupercells(smaller, supercell, moved)


@pytest.mark.parametrize("name", more.ALONE)
def test_forces_alone_of_another_displacement_are_refused(tmp_path, supercells, name):
    n, n_s = len(supercells), supercells.supercell.cell.n_atoms
    forces = np.zeros((n, n_s, 3))
    forces[np.arange(n), supercells.singles.atoms] = 1.0
    files = [write(tmp_path, name, supercells, i, forces[i]) for i in range(n)]
    with pytest.raises(FileError, match=r"the largest force is on atom \d+, but atom"):
        collect_forces(supercells, files[::-1])
    one = first_of(supercells)
    text = more.ALONE[name](["Cs"] * 3, np.eye(3), np.zeros((3, 3)), np.eye(3))
    files[0].write_text(text)
    with pytest.raises(FileError, match=r"got 3; it is another .*compute without symmetry"):
        collect_forces(one, files[:1])


def test_a_calculation_that_is_moved_as_a_whole_is_the_same(tmp_path, rng, supercells):
    """Elk moves its first atom to the origin."""
    one = first_of(supercells)
    cell, x = one.supercell.cell, one.positions(0)
    forces = rng.normal(size=(1, cell.n_atoms, 3)).round(6)
    path = tmp_path / "INFO.OUT"
    for shift in ([0, 0, 0], [1.3, -0.7, 2.9], cell.lattice[0] / 3):
        moved = x - np.asarray(shift)
        path.write_text(more.elk(cell.symbols, cell.lattice, moved, forces[0]))
        found = collect_forces(one, [path])
        np.testing.assert_allclose(found, forces, rtol=1e-6, atol=1e-6)
    moved[2, 1] += 0.05
    path.write_text(more.elk(cell.symbols, cell.lattice, moved, forces[0]))
    with pytest.raises(FileError, match="it is another supercell"):
        collect_forces(one, [path])


def test_lattice_vectors_of_abinit_are_in_bohr(data):
    path = data / "outputs" / "NaCl-abinit" / "supercell-001.out.xz"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PhonoWarning)  # it has not converged
        finished = read_finished(path)
    np.testing.assert_allclose(finished.lattice, 21.506222854 * BOHR * np.eye(3))
    assert finished.symbols == ["Na"] * 32 + ["Cl"] * 32
    np.testing.assert_allclose(finished.positions[0], [0.05 * BOHR, 0, 0], atol=1e-9)
    np.testing.assert_allclose(finished.forces[0], [-0.04817575540567, 0, 0], atol=1e-14)


CUT = {
    "abinit.out": (" cartesian forces", "holds no forces; let ABINIT compute them"),
    "INFO.OUT": ("Forces :", "holds no forces; let the program compute them (tforce)"),
    "exciting-INFO.OUT": (" Total atomic forces", "holds no forces"),
    "info.xml": ("<totalforce", "holds no forces; let exciting compute them"),
    "crystal.o": (" CARTESIAN FORCES", "holds no forces; let CRYSTAL compute them"),
    "running_scf.log": (" TOTAL-FORCE", "holds no forces; compute them (cal_force 1)"),
    "openmx.out": ("<coordinates.forces", "holds no <coordinates.forces"),
    "si.FA": ("     4 ", "says that there are 4 atoms, and has 3"),
    "results.tag": ("forces  ", "holds no forces; let DFTB+ write them"),
    "case.scf": (":FOR001:", "holds no :FGL lines; compute forces"),
    "relax.xml": ("    <step", "has no step with forces"),
}
"""Where an output ends, and what is said of it."""


@pytest.mark.parametrize("name", CUT)
def test_an_output_that_ends_before_its_forces_says_what_is_missing(
    tmp_path, rng, supercells, name
):
    one = first_of(supercells)
    end, message = CUT[name]
    n_s = one.supercell.cell.n_atoms
    path = write(tmp_path, name, one, 0, rng.normal(size=(n_s, 3)))
    text = path.read_text()
    path.write_text(text.rpartition(end)[0] if name == "si.FA" else text.partition(end)[0])
    with pytest.raises(FileError) as error:
        collect_forces(one, [path])
    assert message in str(error.value)
    assert str(error.value).startswith(f"{path}: ")


def test_forces_of_wien2k_are_along_the_lattice_vectors(tmp_path, rng):
    """Where it prints none along Cartesian axes; of a hexagonal cell they differ."""
    lattice = np.array([[4.0, 0, 0], [-2.0, 2 * 3**0.5, 0], [0, 0, 6.0]])
    cell = Cell(lattice, [[0, 0, 0], [1 / 3, 2 / 3, 0.4]], ["Cs", "Cl"], [133, 35])
    supercell = Supercell.of(cell, [1, 1, 1])
    singles = SingleDisplacements([0], [[0.03, 0, 0]])
    one = DisplacedSupercells(cell, supercell, singles)
    forces = np.array([[3.0, -5.0, 7.0], [-3.0, 5.0, -7.0]])
    components = forces @ np.linalg.inv(lattice / np.linalg.norm(lattice, axis=1)[:, None])
    path = tmp_path / "case.scf"
    path.write_text(more.wien2k(cell.symbols, lattice, None, components))
    found = collect_forces(one, [path])
    np.testing.assert_allclose(found[0], forces, rtol=1e-6)
    path.write_text(path.read_text() + more.wien2k_cartesian(forces))
    found = collect_forces(one, [path])
    np.testing.assert_allclose(found[0], forces, rtol=1e-6)


def test_partial_forces_of_wien2k_are_refused(tmp_path, supercells):
    one, path = first_of(supercells), tmp_path / "case.scf"
    path.write_text(
        more.wien2k(["Cs"] * 16, np.eye(3), None, np.ones((16, 3)), kind="partial")
    )
    with pytest.raises(FileError, match="its last forces are partial forces; set FOR"):
        collect_forces(one, [path])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Welcome to SIESTA -- v4.1\n", "name the file .FA beside it"),
        ("riper : TURBOMOLE V7.3\n", "are in the file gradient beside it; name that"),
    ],
)
def test_outputs_whose_forces_are_elsewhere_say_where(tmp_path, supercells, text, message):
    path = tmp_path / "out"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        collect_forces(first_of(supercells), [path])


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_calculation_of_another_supercell_is_refused(tmp_path, supercells, name):
    n_s = supercells.supercell.cell.n_atoms
    n = len(supercells)
    files = [write(tmp_path, name, supercells, i, np.zeros((n_s, 3))) for i in range(n)]
    with pytest.raises(FileError, match=r"atom \d is .*, 0\.0\d+ Å from where"):
        collect_forces(supercells, files[::-1])


NAMES = ("vasprun.xml-001", "001.xml", "disp-001.xml", "a@1.xml", "1", "x.out", "OUTCAR.1")


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("pack", [None, lzma, gzip, bz2])
def test_a_calculation_is_told_by_its_content(tmp_path, rng, supercells, name, pack):
    forces = rng.normal(size=(1, supercells.supercell.cell.n_atoms, 3))
    one = first_of(supercells)
    expected = collect_forces(one, [write(tmp_path, name, one, 0, forces[0])])
    data = write(tmp_path, name, one, 0, forces[0]).read_bytes()
    for other in NAMES:
        path = tmp_path / other
        path.write_bytes(data if pack is None else pack.compress(data))
        np.testing.assert_array_equal(collect_forces(one, [path]), expected)


def first_of(supercells):
    """The first of the supercells alone."""
    singles = supercells.singles
    first = SingleDisplacements(singles.atoms[:1], singles.displacements[:1])
    return DisplacedSupercells(supercells.unit_cell, supercells.supercell, first)


def test_a_format_that_is_named_is_taken(tmp_path, supercells):
    one = first_of(supercells)
    path = write(tmp_path, "OUTCAR", one, 0, np.zeros((4, 3)))
    collect_forces(one, [path], format="vasp-out")
    with pytest.raises(FileError, match="cannot be read as espresso-out"):
        collect_forces(one, [path], format="espresso-out")


@pytest.mark.parametrize("text", ["", "nobody knows\n", "1\n2\n3\n", "<xml>\n"])
def test_a_file_that_nobody_knows_is_refused_in_one_line(tmp_path, supercells, text):
    path = tmp_path / "output"
    path.write_text(text)
    with pytest.raises(FileError, match="cannot be read") as error:
        collect_forces(first_of(supercells), [path])
    assert "StopIteration" not in str(error.value)
    assert "\n" not in str(error.value)


def test_an_output_of_cp2k_without_forces_says_how_to_get_them(tmp_path, supercells):
    path = write(tmp_path, "cp2k.out", supercells, 0, np.zeros((4, 3)))
    text = path.read_text()
    for cut, message in (
        ("ATOMIC FORCES", "holds no atomic forces in .* let CP2K print them"),
        ("ATOMIC COORDINATES", "holds no atomic coordinates in angstrom"),
    ):
        path.write_text(text.replace(cut, "NOTHING"))
        with pytest.raises(FileError, match=message):
            collect_forces(supercells, [path] * len(supercells))
    lines = text.splitlines()
    last = next(i for i, line in enumerate(lines) if "SUM OF" in line) - 1
    path.write_text("\n".join(lines[:last] + lines[last + 1 :]))
    with pytest.raises(FileError, match="coordinates are of 4 atoms, forces of 3"):
        collect_forces(supercells, [path] * len(supercells))
