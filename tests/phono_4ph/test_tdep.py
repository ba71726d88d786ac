"""Fourth-order constants in TDEP's format."""

from dataclasses import replace

import numpy as np
import pytest
from phono_4ph import read_tdep_fourth_order
from phono_grid import Cell
from phono_grid.errors import FileError

CELL = Cell.of(3.0 * np.eye(3) + 0.1, [[0, 0, 0], [0.4, 0.5, 0.6]], ["Si", "C"])


def tdep_text(constants):
    """The file of some constants."""
    lines = [
        "  2               How many atoms per unit cell",
        " 7.0     Realspace cutoff (A)",
    ]
    for k in range(2):
        own = np.flatnonzero(constants.atoms[:, 0] == k)
        lines.append(f" {len(own)}   How many quartets are atom {k + 1} part of")
        for e in own:
            lines += [
                f" {kind + 1}   atom {i + 1} in quartet {e + 1}"
                for i, kind in enumerate(constants.atoms[e])
            ]
            places = np.concatenate([[[0, 0, 0]], constants.cells[e]])
            rows = np.concatenate([places, constants.values[e].reshape(27, 3)])
            lines += ["  ".join(f"{x:.16f}" for x in row) for row in rows]
    return "\n".join(lines) + "\n"


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
