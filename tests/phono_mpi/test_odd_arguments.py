"""Empty arrays, huge and small integers, other classes: a result, or one of our errors."""

import numpy as np
import phono_mpi
import pytest
from odd_arguments import ensure_refused_or_done
from phono_mpi import chunk_step, row_chunks

pytestmark = pytest.mark.usefixtures("backend")

ROWS = np.arange(3)
GOOD = {
    "costs": np.array([1.0, 2.0, 0.0]),
    "groups": np.array([0, 0, 1]),
    "items_per_row": 3,
    "itemsize": 8,
    "kept_places": ROWS,
    "kept_rows": ROWS,
    "layout": "flat",
    "limit": 100,
    "n_own": 3,
    "n_rows": 5,
    "once": np.array([0.5, 0.25]),
    "nq": np.array([2, 3, 4]),
    "rank": 1,
    "receive_counts": ROWS,
    "receive_places": ROWS,
    "send_counts": ROWS,
    "send_rows": ROWS,
    "size": 4,
    "source_layout": "flat",
    "target_layout": "x_pencil",
    "total": 3,
    "weights": np.array([1.0, 2.0, 0.0]),
}


@pytest.mark.parametrize(
    "name",
    [
        "RedistributionPlan",
        "balanced_tasks",
        "chained_tasks",
        "chunk_step",
        "get_pencil_indices",
        "redistribution_plan",
        "row_chunks",
        "weighted_sizes",
    ],
)
def test_an_odd_argument_ends_in_a_result_or_in_one_error(name):
    ensure_refused_or_done(getattr(phono_mpi, name), GOOD)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.int32, np.uint64])
def test_chunks_of_small_integers_do_not_overflow(kind):
    assert chunk_step(kind(100), kind(100), 10**6) == 100
    assert list(row_chunks(kind(100), kind(100), kind(100), 400_000)) == [
        (0, 40),
        (40, 80),
        (80, 100),
    ]
    assert all(
        type(i) is int for pair in row_chunks(kind(3), kind(8), kind(1)) for i in pair
    )


def test_tasks_over_more_ranks_than_tasks_leave_the_last_ranks_without():
    tasks = phono_mpi.balanced_tasks([1.0, 2.0], 10**6)
    assert [t.tolist() for t in tasks[:3]] == [[1], [0], []]
