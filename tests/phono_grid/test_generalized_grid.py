"""Generalised and shifted grids."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phono_grid import (
    Bands,
    Cell,
    Grid,
    IrreduciblePoints,
    Supercell,
    Symmetry,
    Tetrahedra,
    Triplets,
    density_of_states,
    smith_normal_form,
)
from phono_grid.errors import DomainError
from random_cases import cases

BODY_CENTRED = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])


def cosine(grid):
    """A band with the full symmetry of the crystal, whatever the grid: (n_q, 1)."""
    lattice = np.linalg.inv(grid.reciprocal_lattice).T
    box = np.array(np.meshgrid(*[np.arange(-3, 4)] * 3)).reshape(3, -1).T
    lengths = np.linalg.norm(box @ lattice, axis=1)
    shells = lengths < 1.01 * np.linalg.norm(lattice, axis=1).max()
    box, lengths = box[shells], lengths[shells]
    wave = np.cos(2 * np.pi * grid.qpoints @ box.T)
    return (wave * np.exp(-lengths)).sum(axis=1)[:, None]


def as_set(grid):
    """The wave vectors modulo a reciprocal lattice vector, as integers."""
    common = 2 * int(np.lcm.reduce(grid.mesh))
    return {tuple(q) for q in np.rint(grid.qpoints * common).astype(int) % common}


@settings(max_examples=cases(300))
@given(st.lists(st.integers(-4, 4), min_size=9, max_size=9), st.integers(0, 7))
def test_a_grid_holds_every_wave_vector_with_integer_m_q_once(entries, shift):
    m = np.array(entries).reshape(3, 3)
    n = abs(round(np.linalg.det(m)))
    if not 0 < n < 150:
        return
    s = np.array([shift & 1, shift >> 1 & 1, shift >> 2 & 1]) / 2
    d, p, q = smith_normal_form(m)
    identity = [np.eye(3, dtype=int)]
    grid = Grid(d, np.eye(3), identity, p, q, (2 * p @ s).astype(int) % 2)
    assert grid.n_q == n == len(as_set(grid))
    np.testing.assert_array_equal(grid.matrix, m)
    # The shift is s in the steps of M up to a lattice vector of the grid.
    products = grid.qpoints @ m.T - s
    np.testing.assert_allclose(products, np.rint(products), atol=1e-10)


@pytest.mark.usefixtures("backend")
def test_a_diagonal_matrix_is_a_plain_mesh(silicon):
    primitive = Supercell.of(silicon, [1, 1, 1]).primitive
    plain, same = Grid.of(primitive, [4, 4, 4]), Grid.of(primitive, np.diag([4, 4, 4]))
    assert same.is_plain
    np.testing.assert_array_equal(same.qpoints, plain.qpoints)
    np.testing.assert_array_equal(plain.qpoints, plain.addresses / plain.mesh)
    np.testing.assert_array_equal(same.matrix, np.diag([4, 4, 4]))


@pytest.mark.usefixtures("backend")
def test_irreducible_points_of_a_generalised_grid_stand_for_all(crystal):
    primitive = Supercell.of(crystal, [1, 1, 1]).primitive
    grid = Grid.generalized(primitive, 15.0)
    irreducible = IrreduciblePoints.of(grid)
    assert irreducible.weights.sum() == grid.n_q
    f = cosine(grid)
    expected = (f[irreducible.points, 0] * irreducible.weights).sum()
    np.testing.assert_allclose(f.sum(), expected, rtol=1e-10)
    Triplets.of(grid, int(irreducible.points[-1]))


@pytest.mark.usefixtures("backend")
def test_rotations_of_a_generalised_grid_are_those_of_the_crystal(crystal):
    primitive = Supercell.of(crystal, [1, 1, 1]).primitive
    grid = Grid.generalized(primitive, 12.0)
    group = Symmetry.of(primitive).reciprocal_rotations()
    a = grid.addresses
    for rotated, w in zip(grid.rotate(a), group, strict=True):
        difference = grid.qpoints[grid.index(rotated)] - grid.qpoints @ w.T
        np.testing.assert_allclose(difference, np.rint(difference), atol=1e-10)


@pytest.mark.usefixtures("backend")
def test_other_axes_of_the_same_lattice_make_the_same_generalised_grid(silicon):
    primitive = Supercell.of(silicon, [1, 1, 1]).primitive
    u = np.array([[1, 1, 0], [0, 1, -1], [0, 0, 1]])
    skewed = Cell(
        u @ primitive.lattice,
        primitive.positions @ np.linalg.inv(u),
        primitive.symbols,
        primitive.masses,
    )
    ours, other = (Grid.generalized(cell, 16.0) for cell in (primitive, skewed))
    weights = [IrreduciblePoints.of(grid).weights for grid in (ours, other)]
    assert sorted(weights[0]) == sorted(weights[1])
    assert ours.n_q == other.n_q == 27 * 4
    cartesian = [g.qpoints @ g.reciprocal_lattice @ skewed.lattice.T for g in (ours, other)]
    keys = [{tuple(q) for q in np.rint(c * 108).astype(int) % 108} for c in cartesian]
    assert keys[0] == keys[1]


@pytest.mark.usefixtures("backend")
def test_a_skewed_plain_mesh_breaks_symmetry_and_is_accepted_without(silicon):
    primitive = Supercell.of(silicon, [1, 1, 1]).primitive
    with pytest.raises(
        DomainError, match=r"use .*Grid\.generalized, or use_symmetry=False"
    ):
        Grid.of(primitive, [5, 4, 4])
    grid = Grid.of(primitive, [5, 4, 4], use_symmetry=False)
    assert len(IrreduciblePoints.of(grid).points) == 80


@pytest.mark.usefixtures("backend")
def test_a_shift_keeps_the_symmetry_of_a_cube_and_needs_fewer_points():
    cube = Cell(np.eye(3) * 3, [[0, 0, 0]], ["Po"], [209.0])
    shifted = IrreduciblePoints.of(Grid.of(cube, [4, 4, 4], shift=[0.5, 0.5, 0.5]))
    assert len(shifted.points) == 4
    assert shifted.weights.sum() == 64
    with pytest.raises(
        DomainError, match="4 4 4 with its shift does not have the symmetry"
    ):
        Grid.of(cube, [4, 4, 4], shift=[0.5, 0, 0])


@pytest.mark.usefixtures("backend")
def test_triplets_of_a_shifted_grid_are_refused():
    grid = Grid([2, 2, 2], np.eye(3), [np.eye(3)], shift=[1, 1, 1])
    with pytest.raises(DomainError, match="triplets need a grid centred on"):
        Triplets.of(grid, 0)


@pytest.mark.usefixtures("backend")
def test_the_density_of_states_of_a_generalised_grid_is_that_of_a_plain_one():
    # Body-centred cubic: a matrix that generates the cubic mesh of the conventional cell.
    cell = Cell(0.5 * (np.ones((3, 3)) - 2 * np.eye(3)) * 3, [[0, 0, 0]], ["W"], [183.84])
    plain = Grid.of(cell, [12, 12, 12])
    other = Grid.of(cell, 8 * BODY_CENTRED)
    assert not other.is_plain
    spectra = []
    for grid in (plain, other):
        f = cosine(grid)
        irreducible = IrreduciblePoints.of(grid).points
        w = np.linspace(0.1, 1.5, 8)
        spectra.append(density_of_states(grid, f[irreducible], w).cumulative)
        # Vertices are images of their address: a linear band is linear in every cell.
        offsets = Tetrahedra.of(grid).offsets @ np.linalg.inv(grid.p_matrix).T
        assert np.abs(np.rint(offsets)).max() == 1
        assert Bands.of(grid, f).frequencies.shape == (grid.n_q, 1)
    np.testing.assert_allclose(*spectra, atol=0.02)


def test_a_length_makes_equal_numbers_along_equivalent_axes(crystal):
    primitive = Supercell.of(crystal, [1, 1, 1]).primitive
    grid = Grid.of(primitive, 20.0)
    step = 1 / (20 * np.linalg.norm(primitive.reciprocal_lattice, axis=1))
    assert (np.abs(1 / grid.mesh - step) < 0.6 * step).all()
    assert grid.is_plain


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mesh": 0.0}, "mesh must be positive"),
        ({"mesh": np.ones((3, 3))}, "mesh must not be singular"),
        ({"mesh": [[1.5, 0, 0], [0, 1, 0], [0, 0, 1]]}, "mesh must hold integers"),
        ({"mesh": [2, 2, 2], "shift": [0.25, 0, 0]}, "shift must be 0 or 1/2"),
        ({"mesh": [3000, 3000, 3000]}, r"2\.7e\+10 wave vectors; .* need 603 GiB"),
    ],
)
def test_a_mesh_that_is_none_is_refused(silicon, options, message):
    with pytest.raises(DomainError, match=message):
        Grid.of(silicon, **options)


def test_matrices_that_are_not_unimodular_and_rotations_off_the_grid_are_refused():
    with pytest.raises(DomainError, match="must have determinant 1 or -1, got 2"):
        Grid([2, 2, 2], np.eye(3), [np.eye(3)], q_matrix=np.diag([2, 1, 1]))
    swap = [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    with pytest.raises(DomainError, match="do not map the grid onto itself"):
        Grid([2, 3, 2], np.eye(3), [np.eye(3), swap])
