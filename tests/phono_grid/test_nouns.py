"""Nouns are equal by value, and print themselves in one line."""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pytest
from phono_grid.nouns import ValueNoun, short


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
