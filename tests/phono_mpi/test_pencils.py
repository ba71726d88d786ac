"""Lines of a grid over ranks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phono_grid.errors import DomainError, ShapeError
from phono_mpi import MpiDistributor, get_pencil_indices

AXES = {"x_pencil": 0, "y_pencil": 1, "z_pencil": 2}
grids = st.tuples(*[st.integers(1, 6)] * 3)
ranks = st.integers(1, 8)

pytestmark = pytest.mark.usefixtures("backend")


class Rank:
    """As much of a communicator as a distributor's arithmetic needs."""

    def __init__(self, rank, size):
        self.rank, self.size = rank, size

    def Get_rank(self):
        return self.rank


@pytest.mark.parametrize("layout", ["flat", "slab", *AXES])
def test_every_point_is_held_by_one_rank(layout, backend):
    @given(grids, ranks)
    def check(nq, size):
        held = [get_pencil_indices(rank, size, nq, layout) for rank in range(size)]
        np.testing.assert_array_equal(np.sort(np.concatenate(held)), np.arange(np.prod(nq)))

    check()


@pytest.mark.parametrize("layout", AXES)
def test_a_pencil_holds_whole_lines_in_order_and_the_excess_is_first(layout, backend):
    @given(grids, ranks)
    def check(nq, size):
        axis = AXES[layout]
        counts = []
        for rank in range(size):
            points = get_pencil_indices(rank, size, nq, layout)
            lines = np.array(np.unravel_index(points, nq)).reshape(3, -1, nq[axis])
            assert (lines[axis] == np.arange(nq[axis])).all()
            across = np.delete(lines, axis, axis=0)
            assert (across == across[:, :, :1]).all()
            counts.append(lines.shape[1])
        assert counts == sorted(counts, reverse=True)
        assert counts[0] - counts[-1] <= 1

    check()


def test_a_slab_holds_whole_planes_in_order_and_the_excess_is_first():
    slabs = [get_pencil_indices(rank, 3, (4, 3, 2), "slab") for rank in range(3)]
    np.testing.assert_array_equal(np.concatenate(slabs), np.arange(24))
    assert [len(slab) for slab in slabs] == [12, 6, 6]


def test_the_flat_layout_is_that_of_the_distributor():
    for rank in range(4):
        tasks = MpiDistributor(2 * 3 * 3, Rank(rank, 4)).my_tasks
        np.testing.assert_array_equal(get_pencil_indices(rank, 4, (2, 3, 3), "flat"), tasks)


def test_ranks_beyond_the_lines_hold_an_empty_array_of_integers():
    points = get_pencil_indices(3, 4, (1, 3, 5), "z_pencil")
    assert points.shape == (0,)
    assert points.dtype == np.int64


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (0, 2, (2, 2, 2), "w_pencil"),
            DomainError,
            "layout must be 'flat', 'slab', .* got 'w_pencil'",
        ),
        (
            (2, 2, (2, 2, 2), "flat"),
            DomainError,
            "rank: 2 is out of range, expected 0 to 1",
        ),
        ((0, 0, (2, 2, 2), "flat"), DomainError, "size must be positive, got 0"),
        (
            (0, 2, (2, 0, 2), "flat"),
            DomainError,
            "nq must be three positive integers, got 2 0 2",
        ),
        ((0, 2, (2, 2), "flat"), ShapeError, r"nq: expected shape \[3\], got \[2\]"),
    ],
)
def test_bad_input_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        get_pencil_indices(*arguments)
