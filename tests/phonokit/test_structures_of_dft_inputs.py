"""Inputs of SIESTA, OpenMX and FLEUR, however they are written."""

import numpy as np
import pytest
import structures_of_programs as structures
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError
from phono_grid.units import BOHR
from phonokit.io.program_inputs import abacus_input, fleur_input
from phonokit.io.structures import read_structure

pytest.importorskip("ase.io")

AU = f"{1.5 / BOHR:.12f}"
HALF = "0.5 0.5 0.5"


def changed(form: str, *changes: tuple[str, str]) -> str:
    """The text of a format with some of it replaced."""
    text = structures.PLAIN[form]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


VECTORS = "%block LatticeVectors\n1 0 0\n0 1 0\n0 0 1\n%endblock latticevectors\n"
AS_WELL = {
    "siesta Å": changed(
        "siesta-fdf", ("Fractional", "NotScaledCartesianAng"), (HALF, "1.5 1.5 1.5")
    ),
    "siesta bohr": changed(
        "siesta-fdf",
        ("AtomicCoordinatesFormat Fractional\n", ""),
        (HALF, f"{AU} {AU} {AU}"),
    ),
    "siesta scaled": changed("siesta-fdf", ("Fractional", "ScaledCartesian")),
    "siesta constant in bohr": changed("siesta-fdf", ("3.0 Ang", f"{3 / BOHR:.12f}")),
    "siesta parameters": changed(
        "siesta-fdf",
        (
            VECTORS,
            "%block Lattice_Parameters\n1 1 1 90 90 90\n%endblock Lattice_Parameters\n",
        ),
    ),
    "siesta cube": changed("siesta-fdf", (VECTORS, "")),
    "siesta twice": structures.siesta()
    + "LatticeConstant 9 Ang\n"
    + VECTORS.replace("1 0", "7 0"),
    "openmx AU": changed(
        "openmx-dat", ("frac", "AU"), (HALF + " 0.5", f"{AU} {AU} {AU} 0.5")
    ),
    "openmx Å": changed("openmx-dat", ("frac", "Ang"), (HALF + " 0.5", "1.5 1.5 1.5 0.5")),
    "openmx vectors": changed(
        "openmx-dat", ("Unit Ang # AU", "Unit AU"), ("3.0", f"{3 / BOHR:.12f}")
    ),
    "siesta of one spin": structures.siesta(spins="1 0.5").replace("polarized", "none"),
    "openmx of one spin": structures.openmx(spins="0.75 0.25").replace(" On", " Off"),
    "fleur title": changed("fleur-inpgen", ("hydrogen in a cube", "H & H, a/2 &bulk")),
    "fleur with input": changed(
        "fleur-inpgen", ("cube\n\n", "cube\n&input cartesian=f film=f /\n\n")
    ),
}


@pytest.mark.parametrize("name", AS_WELL)
def test_the_same_crystal_in_other_words(name, tmp_path):
    (tmp_path / "x").write_text(AS_WELL[name])
    cell = read_structure(tmp_path / "x")
    np.testing.assert_allclose(cell.lattice, 3 * np.eye(3), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(cell.positions, [[0] * 3, [0.5] * 3], atol=1e-9)
    assert cell.magnetic_moments is None


REFUSED = {
    "siesta supercell": (
        structures.siesta() + "%block SuperCell\n2 0 0\n%endblock SuperCell\n",
        "has supercell; write all atoms",
    ),
    "siesta include": (structures.siesta() + "%include more.fdf\n", "has include"),
    "siesta block elsewhere": (
        "%block LatticeVectors < cell.fdf\n" + changed("siesta-fdf", (VECTORS, "")),
        "line 1: write the block out here",
    ),
    "siesta no constant": (
        changed("siesta-fdf", ("lattice-constant 3.0 Ang\n", "")),
        "has no LatticeConstant",
    ),
    "siesta unit": (
        changed("siesta-fdf", ("3.0 Ang", "3.0 feet")),
        "expected Ang, Bohr, nm",
    ),
    "siesta format": (
        changed("siesta-fdf", ("Fractional", "Polar")),
        "AtomicCoordinatesFormat polar",
    ),
    "siesta species": (
        changed("siesta-fdf", (HALF + " 1", HALF + " 2")),
        "species 2 is not in",
    ),
    "siesta spin": (structures.siesta(spins="3 0.5"), "there is no such atom"),
    "openmx unit": (
        changed("openmx-dat", ("frac", "miles")),
        "expected the units Ang or AU",
    ),
    "openmx species": (changed("openmx-dat", ("2 H", "2 He")), "'He' is not in Definition"),
    "openmx vectors": (
        changed("openmx-dat", ("Atoms.UnitVectors\n3", "Other\n3")),
        "has no block <atoms.unitvectors",
    ),
    "siesta number": (
        changed("siesta-fdf", ("NumberOfAtoms 2", "NumberOfAtoms 3")),
        "NumberOfAtoms is 3, but 2 atoms follow",
    ),
    "siesta antiferromagnet": (
        structures.siesta() + "Spin polarized\nDM.InitSpinAF T\n",
        "has dminitspinaf",
    ),
    "openmx number": (
        structures.openmx() + "Atoms.Number 7\n",
        "Atoms.Number is 7, but 2 atoms follow",
    ),
    "fleur factor": (
        changed("fleur-inpgen", ("&comp", "&factor 2 2 2 /\n&comp")),
        "has &factor; divide the positions by it",
    ),
    "fleur expression": (
        changed("fleur-inpgen", ("1 0.5 0.5 0.5", "1 1/2 0.5 0.5")),
        "line 11: expected 4 numbers, got '1 1/2",
    ),
    "fleur lattice": (
        changed("fleur-inpgen", ("&comp", "&lattice latsys='cP' a=5.6 /\n&comp")),
        "write the three vectors",
    ),
    "fleur cartesian": (
        changed("fleur-inpgen", ("cube\n", "cube\n&input cartesian=.true. /\n")),
        "expected a bulk crystal and fractional positions",
    ),
    "fleur count": (
        changed("fleur-inpgen", ("\n2\n1 0", "\n9\n1 0")),
        "line 9: expected a number of atoms",
    ),
    "fleur moment": (
        structures.fleur("1.1", "1.2", "&atom id=1.1 bmu=much /\n"),
        "expected numbers",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_is_refused_by_name(name, tmp_path):
    text, error = REFUSED[name]
    (tmp_path / "x").write_text(text)
    with pytest.raises(FileError, match=error) as raised:
        read_structure(tmp_path / "x")
    assert str(tmp_path / "x") in str(raised.value)


def test_atoms_that_do_not_follow_one_another_have_no_place_in_abacus():
    lattice, x = 4 * np.eye(3), [[0, 0, 0], [0.5, 0, 0], [0, 0.5, 0]]
    mixed = Cell.of(lattice, x, ["Na", "Cl", "Na"])
    with pytest.raises(DomainError, match="sort the atoms of the unit cell by element"):
        abacus_input(mixed, mixed.positions @ lattice)
    sorted_cell = Cell.of(lattice, x, ["Na", "Na", "Cl"])
    assert "\nNa\n0.0\n2\n" in abacus_input(sorted_cell, mixed.positions @ lattice)


def test_angles_of_openmx_count_where_spins_have_directions(tmp_path):
    text = structures.openmx(spins="0.75 0.25 90 90 0 0 1;0.75 0.25 90 90 0 0 1")
    (tmp_path / "x").write_text(text.replace(" NC", " On"))
    cell = read_structure(tmp_path / "x")
    np.testing.assert_allclose(cell.magnetic_moments, [0.5, 0.5])


def test_twelve_kinds_of_iron_come_back_from_fleur(tmp_path):
    x = np.arange(12)[:, None] / [12, 24, 36]
    moments = np.arange(1, 13) / 10
    cell = Cell(9 * np.eye(3), x, ("Fe",) * 12, np.full(12, 55.8), moments)
    (tmp_path / "x").write_text(fleur_input(cell, cell.positions @ cell.lattice))
    np.testing.assert_allclose(read_structure(tmp_path / "x").magnetic_moments, moments)
    many = Cell(
        9 * np.eye(3),
        np.arange(100)[:, None] / [100, 200, 300],
        ("Fe",) * 100,
        np.full(100, 55.8),
        np.arange(100) / 10,
    )
    with pytest.raises(DomainError, match="tells 99 kinds of Fe apart, there are 100"):
        fleur_input(many, many.positions)


def test_vectors_of_moments_have_no_place_in_fleur():
    cell = Cell(4 * np.eye(3), np.zeros((1, 3)), ("Fe",), np.array([55.8]), [[0, 1, 0]])
    with pytest.raises(DomainError, match="moments along one axis only"):
        fleur_input(cell, cell.positions)
