"""Fourth-order constants: exchange, sum rule, files."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from phono_4ph import (
    ForceConstants4,
    asymmetry4,
    drift4,
    read_force_constants4,
    symmetrize4,
    write_force_constants4,
)
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError

CELL = Cell.of(3.0 * np.eye(3) + 0.1, [[0, 0, 0], [0.4, 0.5, 0.6]], ["Si", "C"])


def test_symmetrized_constants_obey_exchange_and_the_sum_rule(quartic):
    largest = np.abs(quartic.values).max()
    assert asymmetry4(quartic) < 1e-14 * largest
    assert drift4(quartic) < 1e-12 * largest


def test_symmetrizing_twice_changes_nothing(quartic):
    again = symmetrize4(quartic)
    np.testing.assert_allclose(again.values, quartic.values, atol=1e-12)


def test_broken_constants_are_mended_and_what_is_alone_is_dropped(quartic, rng):
    noisy = replace(quartic, values=quartic.values + rng.normal(size=quartic.values.shape))
    assert drift4(noisy) > 0.1
    assert asymmetry4(noisy) > 0.1
    part = ForceConstants4(
        noisy.values[1:], noisy.atoms[1:], noisy.cells[1:], noisy.lattice
    )
    mended = symmetrize4(part)
    assert len(mended) < len(part)
    assert asymmetry4(mended) < 1e-13
    assert drift4(mended) < 1e-12


def test_an_exchange_of_atoms_moves_the_home_cell(quartic):
    places = quartic.exchanged()
    for row, order in zip(places, permutations(range(4)), strict=True):
        cells = np.insert(quartic.cells, 0, 0, axis=1)[:, order]
        moved = cells[:, 1:] - cells[:, :1]
        np.testing.assert_array_equal(quartic.cells[row], moved)
        np.testing.assert_array_equal(quartic.atoms[row], quartic.atoms[:, order])


def test_equal_blocks_are_added_up_or_refused(rng):
    values = rng.normal(size=(2, 3, 3, 3, 3))
    atoms, cells = np.zeros((2, 4), int), np.ones((2, 3, 3), int)
    total = ForceConstants4.of(values, atoms, cells, np.eye(3))
    np.testing.assert_allclose(total.values, values.sum(axis=0)[None])
    with pytest.raises(DomainError, match="each block once"):
        ForceConstants4(values, atoms, cells, np.eye(3))


def test_a_file_of_fourphonon_keeps_the_constants(quartic, tmp_path):
    constants = replace(quartic, lattice=CELL.lattice)
    path = write_force_constants4(constants, tmp_path / "FORCE_CONSTANTS_4TH")
    read = read_force_constants4(path, CELL)
    np.testing.assert_array_equal(read.keys, constants.keys)
    np.testing.assert_allclose(read.values, constants.values, rtol=1e-14)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2], "expected .* numbers in"),
        (lambda text: "x" + text, "expected numbers"),
        (lambda text: "", "number of blocks"),
        (lambda text: text.replace("1 1 1 2 ", "1 1 1 1 ", 1), "each once"),
        (lambda text: text.replace("1 1 1 2 ", "1 1 1 5 ", 1), "axes 1 to 3"),
    ],
)
def test_a_broken_file_is_refused(quartic, tmp_path, change, message):
    path = write_force_constants4(
        replace(quartic, lattice=CELL.lattice), tmp_path / "FORCE_CONSTANTS_4TH"
    )
    path.write_text(change(path.read_text()))
    with pytest.raises(FileError, match=message):
        read_force_constants4(path, CELL)


def test_a_file_of_another_cell_is_refused(quartic, tmp_path):
    path = write_force_constants4(quartic, tmp_path / "FORCE_CONSTANTS_4TH")
    with pytest.raises(FileError, match="of a lattice vector off"):
        read_force_constants4(path, CELL)
    one_atom = Cell.of(quartic.lattice, [[0, 0, 0]], ["Si"])
    with pytest.raises(FileError, match="atoms 1 to 1"):
        read_force_constants4(path, one_atom)
