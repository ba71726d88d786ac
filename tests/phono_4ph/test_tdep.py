"""Fourth-order constants in TDEP's format."""

from dataclasses import replace

import numpy as np
import pytest
from phono_4ph import read_tdep_fourth_order
from phono_grid import Cell
from phono_grid.errors import FileError
from quartic_models import tdep_text

CELL = Cell.of(3.0 * np.eye(3) + 0.1, [[0, 0, 0], [0.4, 0.5, 0.6]], ["Si", "C"])


@pytest.fixture
def path(quartic, tmp_path):
    """A file of random constants."""
    path = tmp_path / "infile.forceconstant_fourthorder"
    path.write_text(tdep_text(quartic))
    return path


def test_the_file_keeps_the_constants(quartic, path):
    read = read_tdep_fourth_order(path, CELL)
    np.testing.assert_array_equal(read.keys, quartic.keys)
    np.testing.assert_allclose(read.values, quartic.values, atol=1e-14)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2], "line|ends after"),
        (lambda text: text.replace("  2  ", "  3  ", 1), "of 3 atoms"),
        (lambda text: text.replace("0.0000", "0.x", 1), "expected 3 numbers"),
    ],
)
def test_a_broken_file_is_refused(path, change, message):
    path.write_text(change(path.read_text()))
    with pytest.raises(FileError, match=message):
        read_tdep_fourth_order(path, CELL)


def test_constants_that_exchange_of_atoms_changes_are_refused(quartic, path):
    turned = replace(quartic, values=np.roll(quartic.values, 1, axis=1))
    path.write_text(tdep_text(turned))
    with pytest.raises(FileError, match="exchanged"):
        read_tdep_fourth_order(path, CELL)
