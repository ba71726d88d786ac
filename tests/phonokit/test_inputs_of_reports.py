"""Inputs of reports from users, each with its right value or its refusal."""

import json

import numpy as np
import phonokit
import pytest
import structures_of_programs as structures
from phono_dynmat import ChargeWarning, phonon_frequencies
from phono_grid import Cell, Supercell
from phono_grid.calculators import calculator_units
from phono_grid.errors import FileError, PhonoWarning
from phono_grid.units import BOLTZMANN
from phonokit.cli.app import main
from phonokit.io.finished import read_finished
from phonokit.io.structures import read_structure


def test_rock_salt_has_the_frequencies_of_reports(data):
    """At (-2.9, 2, 3) and (2, 1, 0), where there were -4.2 and -0.3 THz in 0.1."""
    salt = phonokit.load(data / "nacl-pbe")
    f = phonokit.modes(salt, q=[[-2.9, 2, 3], [0.1, 0, 0], [2, 1, 0]]).frequencies
    near_gamma = [0.830, 0.830, 1.344, 4.537, 4.537, 7.327]
    np.testing.assert_allclose(f[:2], [near_gamma] * 2, rtol=0, atol=5e-4)
    np.testing.assert_allclose(f[2], [0, 0, 0, 4.595, 4.595, 4.595], rtol=0, atol=5e-4)
    points = {"A": (0.9, 0.9, 0.9), "B": (1, 1, 1), "C": (-0.1, -0.1, -0.1), "G": (0, 0, 0)}
    bands = phonokit.bands(salt, path="A B, C G", points=points, points_per_segment=5)
    there, here = bands.frequencies
    # Squares, because acoustic modes at the end are roots of rounding.
    np.testing.assert_allclose(there**2, here**2, rtol=0, atol=1e-8)
    longitudinal = phonon_frequencies(salt.dynamics(), [[0, 0, 0]], direction=[1, 1, 1])
    assert there[-1, 5] == pytest.approx(longitudinal[0, 5], abs=1e-8)
    assert there[-1, 5] > 7


BORN_OF_SALT = """{factor}
2.43533967 0 0 0 2.43533967 0 0 0 2.43533967
1.086875 0 0 0 1.086875 0 0 0 1.086875
-1.086875 0 0 0 -1.086875 0 0 0 -1.086875
"""
"""The charges of phonopy's example of NaCl, of VASP."""


@pytest.mark.parametrize(
    ("factor", "near_gamma", "longitudinal"),
    [
        ("14.4", [0.794, 0.794, 1.323, 4.555, 4.555, 7.312], 7.396),
        ("7.2D0", [0.786, 0.786, 1.333, 4.613, 4.613, 6.251], 6.165),
    ],
)
def test_the_rock_salt_of_the_reports_has_their_frequencies(
    data, tmp_path, factor, near_gamma, longitudinal
):
    """The values of the reports, of the same outputs of VASP; 7.396 was told for 7.2D0."""
    pytest.importorskip("ase.io")
    source = data / "outputs" / "NaCl-VASP"
    for name in ("phonopy_disp.yaml", "vasprun.xml-001.xz", "vasprun.xml-002.xz"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    files = sorted(tmp_path.glob("vasprun.*"))
    assert main(["forces", str(tmp_path), *map(str, files)]) == 0
    (tmp_path / "BORN").write_text(BORN_OF_SALT.format(factor=factor))
    salt = phonokit.load(tmp_path)
    f = phonokit.modes(salt, q=[[-2.9, 2, 3], [0.1, 0, 0], [2, 1, 0]]).frequencies
    np.testing.assert_allclose(f[:2], [near_gamma] * 2, rtol=0, atol=5e-4)
    np.testing.assert_allclose(f[2, :3], 0, atol=1e-5)
    points = {"A": (0.9, 0.9, 0.9), "B": (1, 1, 1)}
    (line,) = phonokit.bands(
        salt, path="A B", points=points, points_per_segment=3
    ).frequencies
    assert line[-1, 5] == pytest.approx(longitudinal, abs=5e-4)


def test_a_monolayer_that_loses_a_third_of_its_heat_capacity_is_told(tmp_path, capsys):
    """Copper atoms in a plane, whose modes out of it are imaginary."""
    pytest.importorskip("ase.io")
    x, y = 2.43, 2.43 * np.sqrt(3)
    path = tmp_path / "POSCAR"
    path.write_text(
        f"sheet\n1.0\n{x} 0 0\n{-x / 2} {y / 2} 0\n0 0 12\nCu\n1\nDirect\n0 0 0\n"
    )
    copper = ["--calculator", "ase.calculators.emt:EMT", "--output", tmp_path / "sheet"]
    sheet = ["--second-order", "--supercell", "4", "4", "1", *copper]
    assert main([str(word) for word in ["fc", path, *sheet]]) == 0
    capsys.readouterr()
    mesh, out = ["--mesh", "12", "12", "1"], ["--output", tmp_path / "out.hdf5"]
    heat = ["thermal", tmp_path / "sheet", *mesh, "--temperature", "1000", *out]
    assert main([str(word) for word in heat]) == 0
    printed, warned = capsys.readouterr()
    assert "33 % of the modes, the worst -2.098 THz at q = (0.3333, 0.3333" in warned
    assert "146 of 432 modes left out: 3 acoustic at Γ" in printed
    result = phonokit.read_result(tmp_path / "out.hdf5")
    # Two of three modes are left, less what is quantum at 1000 K.
    assert result.heat_capacity[0] == pytest.approx(2 * BOLTZMANN, rel=0.02)


def test_iron_of_two_isotopes_has_two_atoms_in_its_primitive_cell():
    """Body-centred 57Fe and 54Fe."""
    lattice, x = 2.87 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]]
    isotopes = Cell(lattice, x, ["Fe", "Fe"], [56.9354, 53.9396])
    natural = Cell.of(lattice, x, ["Fe", "Fe"])
    assert Supercell.of(isotopes, [1, 1, 1]).primitive.n_atoms == 2
    assert Supercell.of(natural, [1, 1, 1]).primitive.n_atoms == 1


def test_words_of_a_comment_are_no_elements(tmp_path):
    """The first of them was iodine."""
    pytest.importorskip("ase.io")
    path = tmp_path / "POSCAR"
    path.write_text(structures.poscar("", "2", "I made this"))
    with pytest.raises(FileError, match="names no elements"):
        read_structure(path)
    path.write_text(structures.poscar("", "2", "I"))
    assert read_structure(path).symbols == ("I", "I")


def born_file(path, head, charges, shift=0.0):
    """A BORN file, the first charge of Na made larger and that of Cl smaller."""
    z = charges.charges.copy()
    z[:, 0, 0] += [shift, -shift]
    rows = [" ".join(f"{x:.12f}" for x in np.ravel(m)) for m in (charges.dielectric, *z)]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("head", ["7.2", "7.2D0", "7.2d+00", "\ufeff7.2", "7,2"])
def test_a_factor_of_born_is_read_or_refused(data, tmp_path, head):
    """In silence it was the default, and the longitudinal mode a fifth too high."""
    salt = data / "nacl-pbe"
    crystal = phonokit.load(salt)
    path = born_file(tmp_path / "BORN", head, crystal.polar.charges)
    if head == "7,2":
        with pytest.raises(FileError, match=r"BORN: line 1: '7,2' is not a number"):
            phonokit.load(salt, born=path)
        return
    half = phonokit.load(salt, born=path)
    assert half.polar.charges.factor == 7.2
    along = {"direction": [1, 0, 0]}
    gamma = [[0, 0, 0]]
    f, whole = (
        phonon_frequencies(c.dynamics(), gamma, **along)[0] for c in (half, crystal)
    )
    # The splitting of the squares goes as the factor, but for what the supercell holds.
    split = (f[5] ** 2 - f[3] ** 2) / (whole[5] ** 2 - whole[3] ** 2)
    assert split == pytest.approx(7.2 / crystal.polar.charges.factor, rel=1e-6)


def test_charges_that_break_the_symmetry_are_told(tmp_path, data, capsys):
    salt = data / "nacl-pbe"
    path = born_file(tmp_path / "BORN", "14.4", phonokit.load(salt).polar.charges, 0.09)
    # A third of it is isotropic, and remains.
    with pytest.warns(ChargeWarning, match=r"by up to 0\.060 e \(atom 1, Na\)"):
        phonokit.load(salt, born=path)
    out = tmp_path / "modes.hdf5"
    command = ["modes", salt, "--q", "0.1,0,0", "--born", path, "--output", out]
    assert main([str(word) for word in command]) == 0
    assert "by up to 0.060 e (atom 1, Na)" in capsys.readouterr().err


READ = {
    "NaCl-VASP": (["vasprun.xml-001.xz", "vasprun.xml-002.xz"], "vasp"),
    "NaCl-QE": (["NaCl-001.out", "NaCl-002.out"], "qe"),
    "NaCl-abinit": (["supercell-001.out.xz", "supercell-002.out.xz"], "vasp"),
    "diamond-FHI-aims": (["aims.out.xz"], "vasp"),
    "Si-elk": (["INFO.OUT.xz"], "elk"),
    "diamond-dftb": (["results.tag.xz"], "dftbp"),
    "NaCl-CP2K": ([f"NaCl-supercell-00{i}-forces-1_0.xyz" for i in (1, 2)], "cp2k"),
}
"""Real outputs, and the calculator in whose units phonopy 4.10.0 gives their forces."""


@pytest.mark.filterwarnings("ignore:.*self-consistency of the electrons")
@pytest.mark.parametrize("folder", READ)
def test_forces_of_real_outputs_are_those_of_phonopy(data, folder):
    """Those that phonopy gives had their mean, the drift, taken off."""
    pytest.importorskip("ase.io")
    names, program = READ[folder]
    expected = json.loads((data / "outputs" / "forces.json").read_text())[folder]
    for name, forces in zip(names, expected["forces"], strict=True):
        theirs = np.array(forces) * calculator_units(program).force
        # phonopy was told of 64 of the 512 atoms of DFTB+, and reads the first.
        found = read_finished(data / "outputs" / folder / name).forces[: len(theirs)]
        np.testing.assert_allclose(
            found - found.mean(axis=0),
            theirs - theirs.mean(axis=0),
            rtol=1e-6,
            atol=2e-8,
        )


def test_forces_of_cp2k_without_positions_are_told_apart_by_the_displaced_atom(data):
    folder = data / "outputs" / "NaCl-CP2K"
    supercells = phonokit.read_supercells(folder / "phonopy_disp.yaml")[0]
    names = READ["NaCl-CP2K"][0]
    with pytest.warns(PhonoWarning, match="in the order in which they are given") as told:
        forces = phonokit.collect_forces(supercells, [folder / name for name in names])
    assert len(told) == 1
    assert forces.shape == (2, 64, 3)
    # Hartree per Bohr, less the drift.
    assert forces[0, 0, 0] == pytest.approx(-0.00042 * 51.42206748, rel=1e-6)
    with pytest.raises(
        FileError, match=r"largest force is on atom 33, but atom 1 is displaced"
    ):
        phonokit.collect_forces(supercells, [folder / name for name in names[::-1]])


def test_an_input_and_an_output_of_another_kind_are_told_from_outputs(tmp_path):
    pytest.importorskip("ase.io")
    elk = tmp_path / "elk.in"
    elk.write_text("avec\n5 5 0\n5 0 5\n0 5 5\n\natoms\n1\n'Si.in'\n1\n0 0 0 0 0 0\n")
    with pytest.raises(FileError, match=r"elk\.in: is a file of the format elk-in, which"):
        read_finished(elk)
    ph = tmp_path / "ph.out"
    ph.write_text("\n     Program PHONON v.6.8 starts on\n\n     Diagonalizing\n")
    with pytest.raises(FileError, match=r"ph\.out: cannot be read: .*another kind of calc"):
        read_finished(ph)
