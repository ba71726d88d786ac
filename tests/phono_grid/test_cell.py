"""Cells."""

import numpy as np
import pytest
from phono_grid import Cell
from phono_grid.errors import DomainError, ShapeError


def test_reciprocal_vectors_are_dual_to_the_lattice(crystal):
    product = crystal.lattice @ crystal.reciprocal_lattice.T
    np.testing.assert_allclose(product, np.eye(3), atol=1e-15)


def test_kinds_of_atoms_are_numbered_in_order_of_appearance():
    cell = Cell(np.eye(3) * 4, np.zeros((3, 3)), ["O", "Ti", "O"], [16, 48, 16])
    assert cell.species.tolist() == [1, 2, 1]
    assert cell.formula == "O2Ti"


def test_a_formula_has_elements_not_labels():
    symbols = ["H", "H2", "O1", "O1"]
    cell = Cell(np.eye(3) * 4, np.arange(12).reshape(4, 3) / 12, symbols, [1, 2, 16, 16])
    assert cell.formula == "H2O2"


def test_the_arrays_of_a_cell_cannot_be_written_to(crystal):
    with pytest.raises(ValueError, match="read-only"):
        crystal.positions[0, 0] = 1


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"lattice": np.diag([1, 1, -1])},
            DomainError,
            "right-handed with a volume, got -1",
        ),
        ({"lattice": np.zeros((3, 3))}, DomainError, "right-handed with a volume, got 0"),
        ({"lattice": np.eye(2)}, ShapeError, r"lattice: expected shape \[3, 3\]"),
        ({"positions": np.zeros((2, 3))}, ShapeError, r"\[1, 3\], got \[2, 3\]"),
        (
            {"positions": [[0, np.nan, 0]]},
            DomainError,
            r"positions must be finite, got nan",
        ),
        ({"masses": [0]}, DomainError, "masses must be positive, got 0"),
        ({"symbols": ()}, DomainError, "at least one atom"),
        (
            {"positions": [["a", "b", "c"]]},
            ShapeError,
            "positions: expected an array of num",
        ),
    ],
)
def test_what_is_not_a_crystal_is_refused(changes, error, message):
    arguments = {
        "lattice": np.eye(3),
        "positions": np.zeros((1, 3)),
        "symbols": ["Po"],
        "masses": [209],
    }
    with pytest.raises(error, match=message):
        Cell(**(arguments | changes))
