"""Shortest vectors between periodic atoms."""

from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phono_grid import Cell, ShortestVectors, Supercell, shortest_vectors
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")


def cartesian_sets(supercell):
    """The shortest vectors of each pair, Å, as sorted arrays."""
    shortest = ShortestVectors.of(supercell)
    vectors = shortest.vectors @ supercell.primitive.lattice
    ends = np.cumsum(shortest.multiplicities.ravel())[:-1]
    return [v[np.lexsort(v.round(6).T)] for v in np.split(vectors, ends)]


def with_basis(supercell, u):
    """The same atoms in the same order, with ``u`` times the lattice vectors."""
    cell = supercell.cell
    positions = cell.positions @ np.linalg.inv(u)
    other = Cell(u @ cell.lattice, positions, cell.symbols, cell.masses)
    return Supercell(
        other,
        supercell.primitive,
        supercell.primitive_to_supercell,
        supercell.supercell_to_primitive,
    )


@given(steps=st.lists(st.tuples(st.permutations(range(3)), st.integers(-2, 2)), max_size=3))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_choice_of_supercell_vectors_does_not_matter(silicon, steps):
    supercell = Supercell.of(silicon, [[1, 0, 1], [0, 2, 0], [0, 0, 1]])
    u = np.eye(3, dtype=int)
    for (i, j, _), n in steps:
        shear = np.eye(3, dtype=int)
        shear[i, j] = n
        u = shear @ u
    for a, b in zip(
        cartesian_sets(supercell), cartesian_sets(with_basis(supercell, u)), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-9)


def test_no_lattice_vector_of_a_larger_box_makes_a_shorter_or_another_one(crystal):
    supercell = Supercell.of(crystal, [[1, 1, 0], [0, 1, 0], [0, -1, 2]])
    box = np.array(list(product(range(-5, 6), repeat=3))) @ supercell.cell.lattice
    x = supercell.cell.positions @ supercell.cell.lattice
    origins = x[supercell.primitive_to_supercell]
    found = iter(cartesian_sets(supercell))
    for s, k in np.ndindex(len(x), len(origins)):
        images = x[s] - origins[k] + box
        length = np.linalg.norm(images, axis=1)
        expected = images[length < length.min() + 1e-5]
        expected = expected[np.lexsort(expected.round(6).T)]
        np.testing.assert_allclose(next(found), expected, atol=1e-9)


def test_vectors_join_the_atoms_they_say(crystal):
    supercell = Supercell.of(crystal, [2, 2, 2])
    shortest = ShortestVectors.of(supercell)
    positions = supercell.primitive.positions
    for s, k in np.ndindex(shortest.multiplicities.shape):
        first = shortest.first[s, k]
        v = shortest.vectors[first : first + shortest.multiplicities[s, k]]
        cells = v + positions[k] - positions[supercell.supercell_to_primitive[s]]
        np.testing.assert_allclose(cells, np.rint(cells), atol=1e-9)


def test_the_corner_of_a_simple_cubic_supercell_is_eight_times_as_near():
    cell = Cell(np.eye(3) * 3, np.zeros((1, 3)), ["Po"], [209])
    shortest = ShortestVectors.of(Supercell.of(cell, [2, 2, 2]))
    assert sorted(shortest.multiplicities.ravel()) == [1, 2, 2, 2, 4, 4, 4, 8]


def test_lengths_within_the_tolerance_are_equal():
    x, origin, basis = [[0.501, 0, 0]], [[0, 0, 0]], np.eye(3)
    assert shortest_vectors(x, origin, basis, symprec=1e-3)[1].tolist() == [[1]]
    assert shortest_vectors(x, origin, basis, symprec=1e-2)[1].tolist() == [[2]]


def test_bad_input_is_refused():
    x, origin, basis = np.zeros((2, 3)), np.zeros((1, 3)), np.eye(3)
    with pytest.raises(DomainError, match="symprec must be positive, got 0"):
        shortest_vectors(x, origin, basis, symprec=0)
    with pytest.raises(ShapeError, match=r"basis: expected shape \[3, 3\], got \[2, 3\]"):
        shortest_vectors(x, origin, basis[:2])
    with pytest.raises(
        ShapeError, match=r"multiplicities|vectors: expected shape \[2, 3\]"
    ):
        ShortestVectors(np.zeros((1, 3)), [[2]])
