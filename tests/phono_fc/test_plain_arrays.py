"""Nouns are made of plain lists too; what is none of their numbers is named."""

from dataclasses import fields

import numpy as np
import phono_fc
import pytest
from phono_fc import (
    ForceConstants,
    LatticeForceConstants,
    PairDisplacementForces,
    PairDisplacements,
    RandomDisplacementForces,
    SingleDisplacementForces,
    SingleDisplacements,
    SparseForceConstants3,
)
from phono_grid.nouns import ValueNoun
from silicon_nouns import SUPERCELL
from wrong_arguments import ensure_named

U = np.array([[0.03, 0, 0], [0, 0.03, 0]])
FORCES = np.linspace(0, 1, 48).reshape(2, 8, 3)
CUBIC = np.linspace(0, 1, 2 * 64 * 27).reshape(2, 8, 8, 3, 3, 3)
NOUNS = {
    type(noun).__name__: noun
    for noun in (
        SingleDisplacements([0, 3], U),
        PairDisplacements([0, 1], [2, 3], U, [1.0, 2.0], [True, False]),
        SingleDisplacementForces([0, 3], U, FORCES),
        PairDisplacementForces([0, 1], [2, 3], U, FORCES),
        RandomDisplacementForces(FORCES / 10, FORCES),
        ForceConstants(np.ones((2, 8, 3, 3)), SUPERCELL),
        SparseForceConstants3.of(ForceConstants(CUBIC, SUPERCELL)),
        LatticeForceConstants.of(ForceConstants(CUBIC, SUPERCELL)),
    )
}


def arguments(noun) -> dict:
    """What the noun is made of."""
    return {f.name: getattr(noun, f.name) for f in fields(noun) if f.init}


def as_list(value):
    """Plain Python."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def test_every_public_noun_is_here():
    things = [getattr(phono_fc, name) for name in phono_fc.__all__]
    nouns = [t for t in things if isinstance(t, type) and issubclass(t, ValueNoun)]
    assert {n.__name__ for n in nouns} == NOUNS.keys()


@pytest.mark.parametrize("name", NOUNS)
def test_lists_make_the_same_noun_as_arrays(name):
    noun = NOUNS[name]
    made = type(noun)(**{k: as_list(value) for k, value in arguments(noun).items()})
    assert made == noun
    assert hash(made) == hash(noun)


@pytest.mark.parametrize("name", NOUNS)
def test_what_is_no_argument_of_a_noun_is_named(name):
    # Constants of any order, and any number of displaced supercells, are possible.
    any_shape = ["values"] if name == "ForceConstants" else []
    ensure_named(phono_fc, name, arguments(NOUNS[name]), any_shape=any_shape)


@pytest.mark.parametrize("name", NOUNS)
def test_a_noun_prints_one_short_line(name):
    assert repr(NOUNS[name]).startswith(name)
    assert len(repr(NOUNS[name])) < 120


def test_constants_that_differ_in_one_element_are_others():
    constants = NOUNS["ForceConstants"]
    values = constants.values.copy()
    values[1, 7, 2, 2] += 1e-12
    assert ForceConstants(values, SUPERCELL) != constants
