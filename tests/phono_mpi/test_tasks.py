"""Tasks of unequal cost, and their results on disk, on one rank and in arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phono_grid.errors import DomainError, FileError, ShapeError
from phono_mpi import (
    CollectiveError,
    SerialComm,
    TaskStore,
    allgather_tasks,
    balanced_tasks,
    dynamic_tasks,
)

ALONE = SerialComm()


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 9))
def test_planned_tasks_are_all_there_and_shares_differ_by_one_task_at_most(costs, size):
    shares = balanced_tasks(costs, size)
    assert len(shares) == size
    assert sorted(task for share in shares for task in share) == list(range(len(costs)))
    loads = [sum(costs[task] for task in share) for share in shares]
    # The last task of the fullest share found it the idlest, at the mean or below.
    assert max(loads) <= sum(costs) / size + max(costs, default=0) * (1 - 1 / size) + 1e-9


def test_costs_decide_which_task_is_first():
    assert list(dynamic_tasks(3, ALONE)) == [0, 1, 2]
    assert list(dynamic_tasks([5, 3, 8], ALONE, costs=[1.0, 4.0, 4.0])) == [3, 8, 5]
    with pytest.raises(ShapeError, match="costs"):
        list(dynamic_tasks(3, ALONE, costs=[1.0]))
    for costs, size in (([[1.0]], 2), ([-1.0], 2), ([np.nan], 2), ([1.0], 0)):
        with pytest.raises(DomainError):
            balanced_tasks(costs, size)


def test_results_come_in_the_order_of_tasks():
    rows = allgather_tasks([2, 0, 1], [[2.0], [0.0], [1.0]], 3, ALONE)
    np.testing.assert_array_equal(rows, [[0.0], [1.0], [2.0]])
    for tasks in ([0, 1, 1], [0, 1, 7], [0, 1, -1]):
        with pytest.raises(CollectiveError, match="not done exactly once"):
            allgather_tasks(tasks, [0.0, 1.0, 2.0], 3, ALONE)


@pytest.fixture
def store(tmp_path):
    with TaskStore(tmp_path, "rows", 4, ALONE, key="k") as store:
        yield store


def test_rows_stay_in_memory_until_it_is_time(store, tmp_path):
    store.write([1], [[1.0, 2.0]])
    assert not list(tmp_path.glob("*.npz"))
    store.write([3, 0], [[3.0, 0.0], [0.0, 0.0]])
    store.flush()
    assert store.done.tolist() == [True, True, False, True]
    np.testing.assert_array_equal(store.read([3, 1]), [[3.0, 0.0], [1.0, 2.0]])
    assert len(list(tmp_path.glob("*.npz"))) == 1


@pytest.mark.parametrize(
    ("tasks", "rows", "message"),
    [
        ([0, 1], [1.0], "one row for each of 2 tasks"),
        ([0], [None], "of object"),
        ([4], [1.0], "tasks must be in 0 … 3"),
        ([-1], [1.0], "tasks must be in 0 … 3"),
    ],
)
def test_what_cannot_be_stored_is_refused(store, tasks, rows, message):
    with pytest.raises(DomainError, match=message):
        store.write(tasks, rows)


def test_what_is_not_done_cannot_be_read(store):
    store.write([0], [1.0])
    with pytest.raises(DomainError, match=r"\[0, 2\] are not"):
        store.read([0, 2])


def test_a_disk_that_is_full_leaves_no_part_of_a_file(store, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    store.write([0], [1.0])
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(FileError, match="No space left"):
            store.flush()
    assert [path.name for path in tmp_path.iterdir()] == ["rows.lock"]
    store.flush()  # once there is space
    assert store.missing.tolist() == [1, 2, 3]


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_file_is_put_aside_and_its_tasks_are_missing(tmp_path, damage):
    with TaskStore(tmp_path, "rows", 4, ALONE, seconds=0) as store:
        store.write([0, 1], [1.0, 2.0])
        store.write([2], [3.0])
    path = min(tmp_path.glob("*.npz"))
    content = bytearray(path.read_bytes())
    if damage == "cut":
        del content[len(content) // 2 :]
    else:
        place = content.index(np.array(2.0).tobytes())
        content[place + 7] ^= 1
    path.write_bytes(content)
    with pytest.warns(UserWarning, match="cut or damaged"):
        store = TaskStore(tmp_path, "rows", 4, ALONE)
    assert store.missing.tolist() == [0, 1, 3]
    assert path.with_suffix(".damaged").exists()
    store.delete()
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_and_another_calculation_are_refused(store, tmp_path):
    with pytest.raises(CollectiveError, match="another run uses this store"):
        TaskStore(tmp_path, "rows", 4, ALONE, key="k")
    store.write([0], [1.0])
    store.close()
    with pytest.raises(CollectiveError, match="belongs to another calculation"):
        TaskStore(tmp_path, "rows", 4, ALONE, key="another")
    TaskStore(tmp_path, "rows", 4, ALONE, key="k").close()
