"""Symmetry-distinct displacements: enough, few, and numbered as others number them."""

from itertools import product
from time import perf_counter

import numpy as np
import pytest
from phono_fc import (
    PairDisplacementForces,
    SingleDisplacementForces,
    SingleDisplacements,
    force_constants2,
    force_constants3,
    pair_displacements,
    single_displacements,
)
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, ShapeError
from random_crystals import CRYSTALS, Crystal


def displaced(crystal, **options):
    """First and second displacements."""
    supercell, symmetry = crystal.supercell, crystal.symmetry
    singles = single_displacements(supercell, symmetry, distance=0.03, diagonal=False)
    return singles, pair_displacements(supercell, symmetry, singles, **options)


def forces_of(model, singles, pairs):
    """What a calculation of all included supercells would give."""
    first = [
        model.forces({int(i): u})
        for i, u in zip(singles.atoms, singles.displacements, strict=True)
    ]
    second = []
    for n, j, v in zip(pairs.first, pairs.atoms, pairs.displacements, strict=True):
        i, u = int(singles.atoms[n]), singles.displacements[n]
        second.append(model.forces({i: u + v} if i == j else {i: u, int(j): v}))
    return (
        SingleDisplacementForces(singles.atoms, singles.displacements, first),
        PairDisplacementForces(pairs.first, pairs.atoms, pairs.displacements, second),
    )


@pytest.mark.parametrize("diagonal", [False, True])
def test_the_displacements_determine_all_constants(model, diagonal):
    supercell, symmetry = model.crystal.supercell, model.crystal.symmetry
    singles, pairs = displaced(model.crystal, diagonal=diagonal)
    singles, pairs = forces_of(model, singles, pairs)
    fc3 = force_constants3(supercell, symmetry, singles, pairs)
    # One sign is enough where symmetry makes the other, so even orders cancel.
    np.testing.assert_allclose(
        fc3.values, model.crystal.rows(model.fc3), rtol=0, atol=1e-10
    )


def test_a_cutoff_leaves_out_far_pairs_and_renumbers_nothing(crystal):
    _, every = displaced(crystal)
    _, near = displaced(crystal, cutoff=3.0)
    assert every.included.all()
    assert 0 < near.included.sum() < len(near)
    np.testing.assert_array_equal(near.included, every.distances < 3.0)
    np.testing.assert_array_equal(near.displacements, every.displacements)
    np.testing.assert_array_equal(near.atoms, every.atoms)


def test_a_distance_on_the_cutoff_is_left_out_whatever_its_rounding():
    crystal = CRYSTALS["rocksalt"]
    _, pairs = displaced(crystal, cutoff=2.8)
    np.testing.assert_allclose(pairs.distances[pairs.included], 0, atol=1e-12)
    _, pairs = displaced(crystal, cutoff=2.8 + 2e-5)
    assert pairs.distances[pairs.included].max() == pytest.approx(2.8)


def test_pair_distances_are_those_of_the_nearest_images(crystal):
    singles, pairs = displaced(crystal)
    cell = crystal.supercell.cell
    images = np.array(list(product((-2, -1, 0, 1, 2), repeat=3)))
    d = cell.positions[pairs.atoms] - cell.positions[singles.atoms[pairs.first]]
    lengths = np.linalg.norm((d[:, None] + images) @ cell.lattice, axis=-1)
    np.testing.assert_allclose(pairs.distances, lengths.min(axis=1), atol=1e-12)


def test_a_cubic_site_needs_one_direction_and_no_symmetry_needs_six():
    counts = {}
    for name in ("rocksalt", "triclinic"):
        crystal = CRYSTALS[name]
        singles = single_displacements(crystal.supercell, crystal.symmetry)
        counts[name] = np.bincount(singles.atoms)
    # Sodium, chlorine: the inversion makes the opposite displacement.
    np.testing.assert_array_equal(counts["rocksalt"][[0, 4]], [1, 1])
    np.testing.assert_array_equal(counts["triclinic"][[0, 2]], [6, 6])


@pytest.mark.parametrize(("plus_minus", "n"), [("auto", 2), (True, 4), (False, 2)], ids=str)
def test_the_opposite_displacement_is_made_when_asked(plus_minus, n):
    crystal = CRYSTALS["rocksalt"]
    singles = single_displacements(
        crystal.supercell, crystal.symmetry, plus_minus=plus_minus
    )
    assert len(singles) == n
    if plus_minus is True:
        np.testing.assert_array_equal(
            singles.displacements[0::2], -singles.displacements[1::2]
        )


def test_diagonals_save_directions():
    # In a tetragonal cell an axis and its images span a plane; a diagonal spans space.
    cell = Cell(np.diag([4.0, 4.0, 5.0]), [[0, 0, 0]], ["Si"], [28])
    crystal = Crystal.of(cell, [1, 1, 1])
    axes, diagonals = (
        single_displacements(crystal.supercell, crystal.symmetry, diagonal=diagonal)
        for diagonal in (False, True)
    )
    np.testing.assert_allclose(axes.displacements, [[0.01, 0, 0], [0, 0, 0.01]])
    (u,) = diagonals.displacements
    np.testing.assert_allclose(u, 0.01 * np.array([4, 0, 5]) / np.sqrt(41))
    for singles in (axes, diagonals):
        forces = SingleDisplacementForces(
            singles.atoms, singles.displacements, [[[0, 0, 0]]] * len(singles)
        )
        force_constants2(crystal.supercell, crystal.symmetry, forces)


def test_half_a_million_pairs_take_seconds():
    rng = np.random.default_rng(3)
    lattice = 11 * np.eye(3) + 0.1 * rng.normal(size=(3, 3))
    cell = Cell(lattice, rng.uniform(size=(75, 3)), ["Si"] * 75, [28] * 75)
    crystal = Crystal.of(cell, [2, 1, 1])
    start = perf_counter()
    _, pairs = displaced(crystal)
    assert len(pairs) == 75 * 6 * 150 * 6
    assert perf_counter() - start < 20  # takes about 1 s


def test_a_displacement_of_length_zero_is_refused():
    with pytest.raises(DomainError, match="displacements: number 1 has length zero"):
        SingleDisplacements([0, 1], [[0.01, 0, 0], [0, 0, 0]])


def test_as_many_atoms_as_displacements():
    with pytest.raises(ShapeError, match="displacements: expected shape"):
        SingleDisplacements([0], np.ones((2, 3)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"distance": 0}, "distance must be positive, got 0"),
        ({"distance": -0.1}, "distance must be positive, got -0.1"),
        ({"plus_minus": "yes"}, "plus_minus: expected 'auto', True or False, got 'yes'"),
    ],
)
def test_options_that_mean_nothing_are_refused(options, message):
    crystal = CRYSTALS["rocksalt"]
    with pytest.raises(DomainError, match=message):
        single_displacements(crystal.supercell, crystal.symmetry, **options)


def test_symmetry_of_another_cell_is_refused():
    crystal = CRYSTALS["rocksalt"]
    larger = Supercell.of(crystal.supercell.cell, [1, 1, 2], "F")
    with pytest.raises(DomainError, match="symmetry: expected that of the supercell, 16"):
        single_displacements(larger, crystal.symmetry)
    with pytest.raises(DomainError, match="cutoff must be positive"):
        displaced(crystal, cutoff=0.0)
