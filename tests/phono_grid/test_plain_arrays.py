"""Nouns are made of plain lists too; what is none of their numbers is named."""

from dataclasses import fields

import numpy as np
import phono_grid
import pytest
from phono_grid import (
    Gaussian,
    IrreduciblePoints,
    JointDosChannels,
    ShortestVectors,
    Spectrum,
)
from phono_grid.nouns import ValueNoun
from silicon_nouns import (
    BANDS,
    GRID,
    PRIMITIVE,
    SILICON,
    SUPERCELL,
    SYMMETRY,
    TETRAHEDRA,
    TRIPLETS,
    ZONE,
)
from wrong_arguments import ensure_named

W = np.linspace(0, 5, 4)
NOUNS = {
    type(noun).__name__: noun
    for noun in (
        PRIMITIVE,
        SUPERCELL,
        SYMMETRY,
        GRID,
        IrreduciblePoints.of(GRID),
        ZONE,
        BANDS,
        TRIPLETS,
        TETRAHEDRA,
        ShortestVectors.of(SUPERCELL),
        Spectrum(W, np.ones((4, 2)), np.ones((4, 2))),
        JointDosChannels(W, np.ones(4), np.ones(4), np.ones(4)),
        Gaussian(0.1, cutoff=4.0),
    )
}


def arguments(noun) -> dict:
    """What the noun is made of."""
    return {f.name: getattr(noun, f.name) for f in fields(noun) if f.init}


def as_list(value):
    """Plain Python."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def test_every_public_noun_is_here():
    things = [getattr(phono_grid, name) for name in phono_grid.__all__]
    nouns = [t for t in things if isinstance(t, type) and issubclass(t, ValueNoun)]
    assert {n.__name__ for n in nouns} - {"ValueNoun"} <= NOUNS.keys()


@pytest.mark.parametrize("name", NOUNS)
def test_lists_make_the_same_noun_as_arrays(name):
    noun = NOUNS[name]
    made = type(noun)(**{k: as_list(value) for k, value in arguments(noun).items()})
    assert made == noun
    assert hash(made) == hash(noun)
    assert made is not noun


ANY_SHAPE = ["density", "cumulative", "decay", "absorption", "emission"]
ANY_NUMBER = [
    *ANY_SHAPE,
    "frequency_points",
    "translations",
    "rotations_cartesian",
    "vectors",
    "magnetic_moments",
]


@pytest.mark.parametrize("name", NOUNS)
def test_what_is_no_argument_of_a_noun_is_named(name):
    ensure_named(
        phono_grid,
        name,
        arguments(NOUNS[name]),
        any_shape=ANY_SHAPE,
        any_number=ANY_NUMBER,
    )


def test_a_magnetic_cell_is_made_of_lists():
    moments = [1.0, -1.0] * 4
    cell = phono_grid.Cell(**{**arguments(SILICON), "magnetic_moments": moments})
    assert cell.magnetic_moments.tolist() == moments
