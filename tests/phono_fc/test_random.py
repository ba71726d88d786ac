"""Random displacements."""

import numpy as np
import pytest
from phono_fc import random_displacements
from phono_grid.errors import DomainError


def test_all_atoms_move_by_the_same_length_in_all_directions():
    u = random_displacements(50, 40, distance=0.02, seed=1)
    assert u.shape == (50, 40, 3)
    np.testing.assert_allclose(np.linalg.norm(u, axis=2), 0.02, rtol=1e-14)
    # 2 000 directions: the mean is within four standard errors of zero.
    assert np.abs(u.mean(axis=(0, 1))).max() < 4 * 0.02 / np.sqrt(3 * 2000)


def test_gaussian_displacements_have_the_deviation_asked_for():
    u = random_displacements(50, 40, distance=0.02, seed=1, gaussian=True)
    assert np.std(u) == pytest.approx(0.02, rel=0.05)


def test_a_seed_repeats_itself_and_another_does_not():
    u = random_displacements(2, 3, seed=5)
    np.testing.assert_array_equal(u, random_displacements(2, 3, seed=5))
    assert (u != random_displacements(2, 3, seed=6)).all()


def test_opposite_snapshots_follow():
    u = random_displacements(2, 3, seed=5, plus_minus=True)
    np.testing.assert_array_equal(u[2:], -u[:2])


@pytest.mark.parametrize("n", [(0, 3), (3, 0)])
def test_nothing_to_displace_is_refused(n):
    with pytest.raises(DomainError, match=r"n_(supercells|atoms) must be positive, got 0"):
        random_displacements(*n)
