"""Born charges of an output, with the symmetry of the crystal, as the file BORN."""

import os
from pathlib import Path

import numpy as np
import phonokit
import pytest
from charges_of_programs import OUTCAR, VASPRUN
from phono_grid import Cell
from phono_grid.calculators import calculator_units
from phonokit import FileError
from phonokit.cli.app import main
from phonokit.io.born import read_born

OUTPUTS = Path(os.environ.get("PHONO_TEST_DATA", "missing")) / "outputs"
A = 5.69
NACL = Cell.of(
    A / 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]),
    [[0, 0, 0], [0.5, 0.5, 0.5]],
    ["Na", "Cl"],
)
real = pytest.mark.skipif(not OUTPUTS.is_dir(), reason="PHONO_TEST_DATA is not set")


def run(capsys, *words):
    code = main([str(word) for word in words])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


@pytest.fixture
def outcar(tmp_path, monkeypatch):
    """An output whose charges have no symmetry and a sum."""
    monkeypatch.chdir(tmp_path)
    text = OUTCAR.replace("1     1.08700     0.00000", "1     1.09500     0.00300", 1)
    Path("OUTCAR").write_text(text)
    return Path("OUTCAR")


@pytest.mark.parametrize("text", [OUTCAR, VASPRUN])
@pytest.mark.parametrize("calculator", ["vasp", "qe"])
def test_the_file_gives_back_the_charges(text, calculator, tmp_path):
    (tmp_path / "output").write_text(text)
    for crystal in (None, NACL):
        charges = phonokit.read_charges(tmp_path / "output", crystal)
        file = phonokit.write_born(charges, tmp_path / "BORN")
        units = calculator_units(calculator)
        again = read_born(file, charges.cell, units).charges
        np.testing.assert_allclose(
            again.charges, charges.charges.charges, rtol=0, atol=1e-8
        )
        np.testing.assert_allclose(again.dielectric, charges.charges.dielectric, atol=1e-8)
        assert again.factor == charges.charges.factor


def test_charges_have_the_symmetry_and_no_sum_and_both_changes_are_told(outcar, capsys):
    charges = phonokit.read_charges(outcar)
    found = charges.charges.charges
    np.testing.assert_allclose(found.sum(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(found[0], found[0, 0, 0] * np.eye(3), atol=1e-14)
    np.testing.assert_allclose(
        charges.total, [[0.008, 0.003, 0], [0, 0, 0], [0, 0, 0]], atol=1e-14
    )
    mean = (1.095 + 2 * 1.087) / 3
    assert found[0, 0, 0] == pytest.approx((mean + 1.087) / 2, abs=1e-12)
    assert charges.change == pytest.approx(1.095 - found[0, 0, 0], abs=1e-12)
    code, text = run(capsys, "born", outcar)
    assert code == 0
    assert "sum of the computed charges: 0.0080 e at most" in text
    assert f"change a component by {charges.change:.4f} e" in text


def test_the_same_is_there_already_and_another_is_refused(outcar, capsys):
    assert run(capsys, "born", outcar)[0] == 0
    before = Path("BORN").read_text()
    assert "is there already, the same" in run(capsys, "born", outcar)[1]
    Path("BORN").write_text(before.replace("default", "14.4"))
    code, text = run(capsys, "born", outcar)
    assert code == 2
    assert "line 1 is '14.4' there and 'default' here" in text
    assert run(capsys, "born", outcar, "--overwrite")[0] == 0
    assert Path("BORN").read_text() == before


def test_what_is_no_output_of_charges_is_refused(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("POSCAR").write_text("NaCl\n1.0\n")
    code, text = run(capsys, "born", "POSCAR")
    assert code == 2
    assert "is no output of VASP (OUTCAR, vasprun.xml, vaspout.h5), ph.x" in text
    assert not Path("BORN").exists()
    Path("OUTCAR").write_text(OUTCAR)
    other = Cell.of(NACL.lattice * 1.2, NACL.positions, NACL.symbols)
    with pytest.raises(FileError, match="not a multiple of the primitive cell"):
        phonokit.read_charges("OUTCAR", other)


@real
def test_charges_of_the_conventional_cell_are_those_of_the_primitive(
    tmp_path, capsys, monkeypatch
):
    pytest.importorskip("ase")
    monkeypatch.chdir(tmp_path)
    folder = OUTPUTS / "NaCl-QE"
    charges = phonokit.read_charges(folder / "NaCl.ph.out", folder)
    assert charges.cell.symbols == ("Na", "Cl")
    assert len(charges.independent_atoms) == 2
    np.testing.assert_allclose(charges.total, -0.01232 * np.eye(3), atol=2e-4)
    z = charges.charges.charges[0, 0, 0]
    np.testing.assert_allclose(
        charges.charges.charges, [z * np.eye(3), -z * np.eye(3)], atol=1e-14
    )
    assert z == pytest.approx(1.10538, abs=1e-4)
    code, text = run(capsys, "born", folder / "NaCl.ph.out", "--crystal", folder)
    assert code == 0
    assert "phonopy_disp.yaml" in text
    written = read_born(Path("BORN"), charges.cell, calculator_units("qe")).charges
    np.testing.assert_allclose(written.charges, charges.charges.charges, atol=1e-8)
