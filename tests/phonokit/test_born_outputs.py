"""Born charges of the outputs of programs."""

import lzma
import os
from pathlib import Path

import numpy as np
import phonokit
import pytest
from charges_of_programs import (
    ABINIT,
    CASTEP,
    HEADS_OF_VASP,
    OUTCAR,
    VASPRUN,
    outcar_of,
)
from constants_of_programs import write_vaspout
from format_crystals import CRYSTALS
from phono_dynmat import phonon_frequencies
from phono_grid import Cell, units
from phono_grid.calculators import calculator_units
from phono_grid.errors import FileError
from phonokit.io.born import read_born
from phonokit.io.born_outputs import read_charges_of_output

DATA = Path(os.environ.get("PHONO_TEST_DATA", "missing")) / "outputs"
UNITS = calculator_units("vasp")
A = 5.69
FCC = A / 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])
NACL = Cell.of(FCC, [[0, 0, 0], [0.5, 0.5, 0.5]], ["Na", "Cl"])


TEXTS = {"outcar": OUTCAR, "vasprun": VASPRUN, "abinit": ABINIT, "castep": CASTEP}
ALL = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@ALL
def test_charges_of_outputs(text, tmp_path):
    file = tmp_path / "output"
    file.write_text(text)
    dipoles = read_born(file, NACL, UNITS)
    z = 1.087 * np.eye(3)
    np.testing.assert_allclose(dipoles.charges.charges, [z, -z], rtol=0, atol=1e-12)
    np.testing.assert_allclose(dipoles.charges.dielectric, 2.4342 * np.eye(3), atol=1e-12)


def test_charges_of_tdep(tmp_path):
    """Rows of the field; a comment may follow."""
    file = tmp_path / "infile.lotosplitting"
    z = [1.1 * np.eye(3), -1.1 * np.eye(3)]
    tensors = [2.4 * np.eye(3), *z]
    rows = [
        " ".join(f"{x:.6f}" for x in row) + " # a tensor\n" * (i == 0) + "\n"
        for tensor in tensors
        for i, row in enumerate(tensor)
    ]
    file.write_text("".join(rows))
    dipoles = read_born(file, NACL, UNITS)
    np.testing.assert_allclose(dipoles.charges.charges, z, rtol=0, atol=1e-12)
    np.testing.assert_allclose(dipoles.charges.dielectric, 2.4 * np.eye(3), atol=1e-12)
    file.write_text("".join(rows[:-1]))
    with pytest.raises(FileError, match=r"lotosplitting: .* of 2 atoms, 9 in all, got 8"):
        read_born(file, NACL, UNITS)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        # ∂F_y / ∂E_x of the first atom.
        (
            ABINIT.replace(
                "2    1   1    4         0.0000000000",
                "2    1   1    4         0.3000000000",
            ),
            (0, 1),
        ),
        (
            CASTEP.replace("1.08700     0.00000     0.00000  ", "1.08700 0.3 0.0 ", 1),
            (1, 0),
        ),
    ],
    ids=["abinit", "castep"],
)
def test_rows_of_charges_are_of_the_field(text, moved, tmp_path):
    """CASTEP prints rows of the displacement."""
    file = tmp_path / "output"
    file.write_text(text)
    charges = read_charges_of_output(file).charges
    expected = np.zeros((3, 3))
    expected[moved] = 0.3
    np.testing.assert_allclose(charges[0] - 1.087 * np.eye(3), expected, atol=1e-12)


def test_directions_that_abinit_did_not_compute_are_said(tmp_path):
    file = tmp_path / "run.abo"
    file.write_text(ABINIT.replace("   3    2   3    4        -1.0870000000", "#"))
    with pytest.raises(FileError, match=r"run\.abo: Effective charges.*\(rfdir 1 1 1\)"):
        read_born(file, NACL, UNITS)


@ALL
def test_a_cut_output_is_named(text, tmp_path):
    file = tmp_path / "output"
    for share in (0.35, 0.6, 0.9):
        file.write_text(text[: int(share * len(text))])
        with pytest.raises(
            FileError, match=r"output: (holds|its|.*elements are missing|znucl|natom)"
        ):
            read_born(file, NACL, UNITS)


def test_charges_of_another_crystal_are_refused(tmp_path):
    file = tmp_path / "OUTCAR"
    file.write_text(OUTCAR)
    other = Cell.of(FCC, [[0, 0, 0], [0.5, 0.5, 0.5]], ["Na", "Br"])
    with pytest.raises(FileError, match="its atoms are not those of the primitive cell"):
        read_born(file, other, UNITS)
    wider = Cell.of(1.1 * FCC, NACL.positions, NACL.symbols)
    with pytest.raises(FileError, match="its cell is not a multiple of the primitive cell"):
        read_born(file, wider, UNITS)


@pytest.mark.skipif(not DATA.is_dir(), reason="PHONO_TEST_DATA is not set")
def test_charges_of_quantum_espresso_are_means_over_the_atoms_of_its_cell():
    file = DATA / "NaCl-QE" / "NaCl.ph.out"
    output = read_charges_of_output(file)
    assert output.program == "Quantum ESPRESSO"
    assert output.symbols == ("Na",) * 4 + ("Cl",) * 4
    fcc = output.lattice[0, 0] / 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])
    cell = Cell.of(fcc, [[0, 0, 0], [0.5, 0.5, 0.5]], ["Na", "Cl"])
    charges = output.of_primitive(file, cell)
    np.testing.assert_allclose(charges[0], 1.09923 * np.eye(3), atol=2e-5)
    np.testing.assert_allclose(charges[1], -1.1117 * np.eye(3), atol=2e-4)
    np.testing.assert_allclose(output.dielectric, 2.472958201 * np.eye(3), atol=1e-9)


def test_charges_of_ph_x_before_their_sum_is_taken_away(tmp_path):
    """Version 7 has them twice; the sum that was computed is told."""
    path = Path(__file__).parents[2] / "examples" / "nacl" / "NaCl.ph.out.xz"
    text = lzma.decompress(path.read_bytes()).decode()
    mark = "Effective charges (d Force / dE) in cartesian axis"
    before, _, last = text.rpartition(mark)
    own = last[: last.index("Diagonalizing")] if "Diagonalizing" in last else last
    without = own.replace("1.09924", "1.00000").replace("Ex", "E*x")
    without = without.replace("Ey", "E*y").replace("Ez", "E*z")
    added = f"{mark} without acoustic sum rule applied (asr)\n{own}\n"
    added += f"          {mark} with asr applied:\n{without}\n"
    (tmp_path / "ph.out").write_text(before + added + last[len(own) :])
    found = read_charges_of_output(tmp_path / "ph.out")
    expected = read_charges_of_output(path)
    np.testing.assert_array_equal(found.charges, expected.charges)


@pytest.mark.parametrize("heads", HEADS_OF_VASP.values(), ids=HEADS_OF_VASP)
def test_charges_of_an_outcar_are_those_with_local_fields(heads, tmp_path):
    """Also tensors without local fields and of the ions are in the file of a supercell."""
    crystal = CRYSTALS["polar"]
    kinds = crystal.phonon_supercell.supercell_to_primitive
    turned = np.array([[0, 0.1, 0], [-0.3, 0, 0], [0, 0, 0]])
    expected = crystal.polar.charges.charges[kinds] + turned
    path = tmp_path / "OUTCAR"
    path.write_text(outcar_of(crystal, expected, heads))
    found = read_charges_of_output(path)
    np.testing.assert_allclose(found.charges, expected, atol=1e-12)
    np.testing.assert_allclose(found.dielectric, crystal.polar.charges.dielectric)
    assert found.symbols == crystal.phonon_supercell.cell.symbols
    own = found.of_primitive(path, crystal.primitive) - turned
    np.testing.assert_allclose(own, crystal.polar.charges.charges, atol=1e-12)


def test_optical_modes_split_by_the_charges_of_an_outcar(tmp_path):
    """By the plasma frequency of the ions, over the electronic dielectric constant."""
    crystal = CRYSTALS["polar"]
    kinds = crystal.phonon_supercell.supercell_to_primitive
    path = tmp_path / "OUTCAR"
    charges = crystal.polar.charges.charges[kinds]
    path.write_text(outcar_of(crystal, charges, HEADS_OF_VASP["6"]))
    born = phonokit.read_charges(path, crystal.primitive)
    polar = phonokit.Crystal.from_constants(crystal.fc2, polar=born.charges)
    q = np.linalg.solve(crystal.primitive.reciprocal_lattice.T, [1e-4, 0, 0])
    longitudinal = phonon_frequencies(polar.dynamics(), q[None])[0]
    transverse = phonokit.modes(crystal, q=[[0, 0, 0]], nac=False).frequencies[0]
    z, epsilon = charges[0, 0, 0], crystal.polar.charges.dielectric[0, 0]
    mass = 1 / (1 / crystal.primitive.masses).sum()
    split = 4 * np.pi * units.COULOMB * z**2 / (epsilon * mass * crystal.primitive.volume)
    expected = transverse[-1] ** 2 + split * units.FREQUENCY**2
    assert longitudinal[-1] ** 2 == pytest.approx(expected, rel=1e-5)


def test_charges_of_vaspout_are_those_of_its_constants(tmp_path):
    """Charges that are not symmetric tell rows from columns."""
    h5py = pytest.importorskip("h5py")
    crystal = CRYSTALS["polar"]
    path = tmp_path / "vaspout.h5"
    write_vaspout(crystal, path)
    turned = np.array([[0, 0.1, 0], [-0.3, 0, 0], [0, 0, 0]])
    with h5py.File(path, "r+") as file:
        file["results/linear_response/born_charges"][...] += turned
    found = read_charges_of_output(path)
    kinds = crystal.phonon_supercell.supercell_to_primitive
    expected = crystal.polar.charges.charges[kinds] + turned.T
    np.testing.assert_allclose(found.charges, expected, atol=1e-12)
    np.testing.assert_allclose(found.dielectric, crystal.polar.charges.dielectric)
    assert found.symbols == crystal.phonon_supercell.cell.symbols
    with h5py.File(path, "r+") as file:
        del file["results/linear_response/born_charges"]
    with pytest.raises(FileError, match=r"vaspout.h5: holds no charges"):
        read_charges_of_output(path)
