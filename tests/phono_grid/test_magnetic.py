"""Magnetic moments and what they do to symmetry."""

import numpy as np
import pytest
from phono_grid import Cell, Grid, IrreduciblePoints, Supercell, Symmetry
from phono_grid.errors import DomainError, ShapeError

BODY_CENTRED = [[0, 0, 0], [0.5, 0.5, 0.5]]


def iron(moments) -> Cell:
    return Cell(np.eye(3) * 2.87, BODY_CENTRED, ["Fe"] * 2, [55.845] * 2, moments)


def test_without_moments_and_with_equal_ones_the_operations_are_the_same():
    plain, up = Symmetry.of(iron(None)), Symmetry.of(iron([2.2, 2.2]))
    assert up.n_operations == plain.n_operations == 96
    assert up.symbol.startswith("BNS ")


def test_opposite_moments_keep_the_operations_that_time_reversal_completes():
    symmetry = Symmetry.of(iron([2.2, -2.2]))
    assert symmetry.n_operations == 96
    assert symmetry.independent_atoms.tolist() == [0]


def test_a_moment_along_an_axis_leaves_what_keeps_or_flips_it():
    along_z = Symmetry.of(iron([[0, 0, 2.2], [0, 0, 2.2]]))
    assert along_z.n_operations == 32  # 4/mmm and the centring
    for r in along_z.rotations_cartesian:
        assert abs(r[2, 2]) == pytest.approx(1)
    anywhere = Symmetry.of(iron([[0.3, 0.7, 2.2]] * 2))
    assert anywhere.n_operations == 4  # the identity and inversion


def test_different_sizes_of_moments_make_different_atoms():
    symmetry = Symmetry.of(iron([2.2, 1.1]))
    assert symmetry.n_operations == 48
    assert symmetry.independent_atoms.tolist() == [0, 1]


def test_moments_lower_the_symmetry_of_grids():
    along_z = Supercell.of(iron([[0, 0, 2.2]] * 2), np.eye(3), "P").cell
    plain = Grid.of(iron(None), [4, 4, 4])
    magnetic = Grid.of(along_z, [4, 4, 4])
    assert len(IrreduciblePoints.of(magnetic).points) > len(
        IrreduciblePoints.of(plain).points
    )


@pytest.mark.parametrize(("moments", "n_a"), [(None, 1), ([2.2, 2.2], 1), ([2.2, -2.2], 2)])
def test_the_primitive_cell_keeps_the_moments(moments, n_a):
    supercell = Supercell.of(iron(moments), [2, 2, 2])
    assert supercell.primitive.n_atoms == n_a
    if moments is not None:
        expected = np.array(moments)[:n_a][supercell.supercell_to_primitive]
        np.testing.assert_array_equal(supercell.cell.magnetic_moments, expected)
        found = supercell.primitive.magnetic_moments[supercell.supercell_to_primitive]
        np.testing.assert_array_equal(found, expected)


def test_a_primitive_cell_that_mixes_moments_is_refused():
    with pytest.raises(DomainError, match="primitive_matrix: expected 1 primitive atoms"):
        Supercell.of(iron([2.2, -2.2]), [2, 2, 2], "I")


@pytest.mark.parametrize(
    ("moments", "error", "message"),
    [
        ([1.0], ShapeError, r"magnetic_moments: expected shape \[2\], got \[1\]"),
        (np.ones((2, 2)), ShapeError, r"magnetic_moments: expected shape \[2, 3\]"),
        ([1.0, np.inf], DomainError, "magnetic_moments must be finite"),
        (["up", "down"], ShapeError, "magnetic_moments: expected an array of numbers"),
    ],
)
def test_moments_that_are_none_are_refused(moments, error, message):
    with pytest.raises(error, match=message):
        iron(moments)
