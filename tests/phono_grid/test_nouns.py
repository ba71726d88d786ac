"""Nouns are equal by value, and print themselves in one line."""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pytest
from phono_grid import (
    Bands,
    BrillouinZone,
    Cell,
    Gaussian,
    Grid,
    IrreduciblePoints,
    ShortestVectors,
    Supercell,
    Symmetry,
    Tetrahedra,
    Triplets,
)
from phono_grid.nouns import ValueNoun, short


def silicon() -> Cell:
    """The cubic cell of diamond."""
    fcc = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    return Cell.of(np.eye(3) * 5.43, np.concatenate([fcc, fcc + 0.25]), ["Si"] * 8)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sample(ValueNoun):
    """A noun with all kinds of fields."""

    array: np.ndarray
    name: str = "a"
    parts: Any = None
    cache: float = field(default=0.0, compare=False, repr=False)


def test_nouns_with_equal_arrays_are_equal_and_hash_alike():
    one, other = Sample(np.arange(100.0)), Sample(np.arange(100.0), cache=1.0)
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other}) == 1


@pytest.mark.parametrize(
    "other",
    [
        Sample(np.arange(5.0)),
        Sample(np.arange(4.0) + 1),
        Sample(np.arange(4.0), name="b"),
        Sample(np.arange(4.0), parts=(np.ones(2),)),
    ],
)
def test_a_noun_that_differs_in_one_field_is_another(other):
    assert Sample(np.arange(4.0)) != other


def test_a_noun_is_no_other_kind_of_noun():
    @dataclass(frozen=True, slots=True, eq=False, repr=False)
    class Other(Sample):
        """The same fields under another name."""

    assert Sample(np.ones(2)) != Other(np.ones(2))
    assert Sample(np.ones(2)) != 1


def test_zero_is_zero_whatever_its_sign():
    plus, minus = Sample(np.array([0.0, 1.0])), Sample(np.array([-0.0, 1.0]))
    assert plus == minus
    assert hash(plus) == hash(minus)


def test_a_noun_with_undefined_numbers_is_equal_to_its_copy():
    one, other = Sample(np.array([np.nan, 1.0])), Sample(np.array([np.nan, 1.0]))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Sample(np.array([0.0, 1.0]))


def test_arrays_within_lists_and_mappings_are_compared():
    def parts(x):
        return {"a": [np.full(3, x)], "b": (1, Sample(np.full(2, x)))}

    one, other = (Sample(np.ones(1), parts=parts(1.0)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Sample(np.ones(1), parts=parts(2.0))


def test_a_large_array_is_printed_by_its_shape_and_a_short_one_as_it_is():
    assert repr(Sample(np.zeros((48, 3, 3)))) == "Sample(array=array[48, 3, 3], name='a')"
    assert repr(Sample(np.array([300.0, 0.5]))) == "Sample(array=[300, 0.5], name='a')"


def test_long_lists_and_texts_are_cut():
    assert short(list(range(100))) == "(0, 1, 2, 3, 4, 5, … 100 in all)"
    assert len(short("x" * 1000)) == 72


def test_fields_are_those_of_any_dataclass():
    assert [f.name for f in fields(Sample)] == ["array", "name", "parts", "cache"]


def test_crystals_built_alike_are_equal():
    assert Supercell.of(silicon(), [2, 2, 2]) == Supercell.of(silicon(), [2, 2, 2])
    assert Supercell.of(silicon(), [2, 2, 2]) != Supercell.of(silicon(), [2, 2, 1])
    assert Grid.of(silicon(), [2, 2, 2]) == Grid.of(silicon(), [2, 2, 2])
    assert Grid.of(silicon(), [2, 2, 2]) != Grid.of(silicon(), [3, 3, 3])


def test_other_isotopes_make_another_crystal():
    light = silicon()
    heavy = Cell(light.lattice, light.positions, light.symbols, light.masses + 1)
    assert light != heavy


@pytest.mark.parametrize(
    ("noun", "line"),
    [
        (lambda: silicon(), "Cell(Si8, 5.43 × 5.43 × 5.43 Å, 90° 90° 90°)"),
        (
            lambda: Supercell.of(silicon(), [2, 2, 2]),
            "Supercell(64 atoms, 32 primitive cells of Si2)",
        ),
        (
            lambda: Grid.of(silicon(), [5, 5, 5]),
            "Grid(5 × 5 × 5, 125 points, 48 rotations)",
        ),
        (
            lambda: Grid.of(silicon(), [2, 2, 2], shift=[0.5, 0.5, 0.5]),
            "Grid(2 × 2 × 2, 8 points, 48 rotations, shifted)",
        ),
        (
            lambda: IrreduciblePoints.of(Grid.of(silicon(), [5, 5, 5])),
            "IrreduciblePoints(10 of 125)",
        ),
        (lambda: Symmetry.of(silicon()), "Symmetry(Fd-3m, 192 operations on 8 atoms)"),
        (lambda: Gaussian(0.1), "Gaussian(sigma=0.1, cutoff=None)"),
    ],
)
def test_a_noun_prints_what_a_person_wants_to_know(noun, line):
    assert repr(noun()) == line


def test_a_noun_of_a_large_crystal_prints_one_short_line():
    grid = Grid.of(silicon(), [10, 10, 10])
    zone = BrillouinZone.of(grid)
    bands = Bands.of(grid, np.zeros((1000, 24)))
    vectors = ShortestVectors.of(Supercell.of(silicon(), [2, 2, 2]))
    for noun in (zone, bands, vectors, Tetrahedra.of(grid), Triplets.of(grid, 3)):
        assert repr(noun).startswith(type(noun).__name__)
        assert len(repr(noun)) < 90
