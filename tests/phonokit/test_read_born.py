"""Born charges in files."""

import numpy as np
import pytest
from phono_grid import Cell, units
from phono_grid.calculators import CALCULATORS, CalculatorUnits
from phonokit import FileError
from phonokit.io.born import read_born_charges
from phonokit.io.tree import Tree

FCC = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
SALT = Cell(FCC * 5.64, [[0, 0, 0], [0.5, 0.5, 0.5]], ["Na", "Cl"], [22.99, 35.45])
BLOCK = """born_effective_charge:
- # 1
  - [ 1.1, 0, 0 ]
  - [ 0, 1.1, 0 ]
  - [ 0, 0, 1.1 ]
- # 2
  - [ -1.1, 0, 0 ]
  - [ 0, -1.1, 0 ]
  - [ 0, 0, -1.1 ]
dielectric_constant:
- [ 2.5, 0, 0 ]
- [ 0, 2.5, 0 ]
- [ 0, 0, 2.5 ]
"""
NEW = "nac:\n" + "".join(f"  {line}\n" for line in BLOCK.splitlines())
TENSORS = "2.5 0 0 0 2.5 0 0 0 2.5\n1.1 0 0 0 1.1 0 0 0 1.1\n-1.1 0 0 0 -1.1 0 0 0 -1.1\n"


@pytest.fixture
def born(tmp_path):
    """Read the charges beside or in a file."""

    def read(yaml="a: 1\n", beside=None, units_=None):
        path = tmp_path / "phono3py_params.yaml"
        path.write_text(yaml)
        if beside is not None:
            (tmp_path / "BORN").write_text(beside)
        return read_born_charges(Tree.read(path), SALT, units_ or CalculatorUnits())

    return read


LAYOUTS = {
    "the block nac": (NEW + "  unit_conversion_factor: 14.4\n", None),
    "the top of the file": (
        "phono3py:\n  nac_unit_conversion_factor: 14.4\n" + BLOCK,
        None,
    ),
    "BORN beside": ("a: 1\n", "14.4\n" + TENSORS),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_charges_are_read_from_every_place_they_are_written_to(born, layout):
    found, path = born(*LAYOUTS[layout])
    np.testing.assert_allclose(found.charges.charges[0], np.eye(3) * 1.1, atol=1e-14)
    np.testing.assert_allclose(found.charges.charges[1], -np.eye(3) * 1.1, atol=1e-14)
    np.testing.assert_allclose(found.charges.dielectric, np.eye(3) * 2.5, atol=1e-14)
    assert found.charges.factor == 14.4
    assert (found.method, found.cutoff, found.width) == ("gonze", None, None)
    assert (path is None) == (layout != "BORN beside")


def test_no_charges_are_none(born):
    assert born() == (None, None)


def test_the_method_is_that_of_the_file(born):
    assert born(NEW + "  method: Wang\n")[0].method == "wang"
    with pytest.raises(
        FileError, match=r"nac\.method: expected Gonze or Wang, got 'ewald'"
    ):
        born(NEW + "  method: ewald\n")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("default value", (units.COULOMB, None, None)),
        ("14.4 1.5", (14.4, 1.5, None)),
        ("14.4 1.5 0.2", (14.4, 1.5, 0.2)),
        ("# 1.5 0.2", (units.COULOMB, 1.5, 0.2)),
        ("7.2D0", (7.2, None, None)),
        ("7.2d+00 1.5D0", (7.2, 1.5, None)),
        ("\ufeff7.2", (7.2, None, None)),
    ],
)
def test_the_first_line_of_born_may_hold_a_cutoff_and_a_width(born, head, expected):
    found, _ = born(beside=f"{head}\n{TENSORS}")
    assert (found.charges.factor, found.cutoff, found.width) == expected


def test_a_factor_is_in_the_units_of_the_calculator(born):
    found, _ = born(beside="2 1.0\n" + TENSORS, units_=CALCULATORS["qe"])
    assert found.charges.factor == pytest.approx(units.COULOMB, rel=1e-8)
    assert found.cutoff == pytest.approx(1 / 0.529177, rel=1e-6)


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ("14.4\n", r"BORN: expected a line with the factor.*got 1 lines"),
        (
            "14.4\n" + TENSORS.rsplit("\n", 2)[0],
            r"expected 2 lines .*\(1 Na, 2 Cl\), got 1",
        ),
        (
            "14.4\n" + TENSORS.replace("1.1 ", "x ", 1),
            "line 3: expected 9 numbers.*'x 0",
        ),
        (
            "14.4\n" + TENSORS.replace("2.5", "-2.5"),
            "BORN: dielectric must be positive",
        ),
        ("-1\n" + TENSORS, "BORN: factor must be positive"),
        ("7,2\n" + TENSORS, r"BORN: line 1: .*7,2"),
        ("7.2.1\n" + TENSORS, r"BORN: line 1: .*7\.2\.1"),
    ],
)
def test_what_is_wrong_with_born_is_said_with_its_line(born, beside, message):
    with pytest.raises(FileError, match=message):
        born(beside=beside)


def test_charges_for_other_atoms_are_refused(born):
    three = NEW.replace(
        "  - # 2\n", "  - [ [ 1, 0, 0 ], [ 0, 1, 0 ], [ 0, 0, 1 ] ]\n  - # 2\n"
    )
    with pytest.raises(
        FileError, match=r"nac\.born_effective_charge: charges: expected 2 t"
    ):
        born(three)
    with pytest.raises(FileError, match=r"nac\.dielectric_constant: is missing"):
        born(NEW.split("  dielectric")[0])
