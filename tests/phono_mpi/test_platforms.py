"""Locks, stores and launchers on any platform."""

import errno
import os
import subprocess
import sys

import pytest
from phono_grid.errors import FileError
from phono_mpi import Launch, SerialComm, TaskStore, lock_file

BARE = """
import os, sys
sys.modules["fcntl"] = None
sys.modules["mpi4py"] = None
for name in ("pread", "posix_fallocate", "statvfs", "O_DIRECTORY", "sched_getaffinity"):
    if hasattr(os, name):
        delattr(os, name)
import warnings
warnings.simplefilter("error")
from phono_mpi import CollectiveError, TaskStore, mpi_utils
with TaskStore(sys.argv[1], "rows", 3) as store:
    try:
        TaskStore(sys.argv[1], "rows", 3)
    except CollectiveError as error:
        assert "another run uses this store" in str(error), error
    else:
        raise AssertionError("two runs have one store")
    store.write([0, 2], [1.0, 2.0])
with TaskStore(sys.argv[1], "rows", 3) as store:
    assert store.missing.tolist() == [1]
    assert store.read([2]).tolist() == [2.0]
import phono_mpi
for name in phono_mpi.__all__:
    getattr(phono_mpi, name)
"""
"""A store where Python has no functions of Unix."""

KILLED = """
import errno, os, signal, sys
import fcntl
def refuse(*_):
    raise OSError(int(sys.argv[2]), "")
if len(sys.argv) > 2:
    fcntl.flock = refuse
from phono_mpi import lock_file
lock = lock_file(sys.argv[1], "busy")
print("locked", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def python(code, *arguments):
    """Run ``code`` in a new interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_stores_work_without_the_functions_of_unix(tmp_path):
    result = python(BARE, tmp_path)
    assert result.returncode == 0, result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["rows_Rank00000_00000.npz"]


def test_two_may_not_have_a_lock_at_the_same_time(tmp_path):
    path = tmp_path / "results.lock"
    lock = lock_file(path, "taken; wait")
    with pytest.raises(FileError, match="taken; wait"):
        lock_file(path, "taken; wait")
    lock()
    lock_file(path, "taken")()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_cannot_hold_a_lock(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be locked"):
        lock_file(tmp_path / "file" / "results.lock", "taken")


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path):
    pytest.importorskip("fcntl")
    killed = python(KILLED, tmp_path / "lock")
    assert killed.returncode != 0
    assert killed.stdout == "locked\n", killed.stderr
    assert (tmp_path / "lock").exists()
    lock_file(tmp_path / "lock", "taken")()


@pytest.mark.parametrize("name", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks_keeps_two_runs_apart(tmp_path, monkeypatch, name):
    fcntl = pytest.importorskip("fcntl")
    number = getattr(errno, name)

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    path = tmp_path / "lock"
    lock = lock_file(path, "taken")
    with pytest.raises(FileError, match="taken"):
        lock_file(path, "taken")
    lock()
    assert list(tmp_path.iterdir()) == []
    assert python(KILLED, path, number).returncode != 0
    assert [left.name for left in tmp_path.iterdir()] == ["lock.owner"]
    lock_file(path, "taken")()


def test_a_store_that_is_closed_leaves_results_alone(tmp_path):
    with TaskStore(tmp_path, "rows", 1, SerialComm()) as store:
        assert [path.name for path in tmp_path.iterdir()] == ["rows.lock"]
        store.write([0], [1.0])
    assert [path.name for path in tmp_path.iterdir()] == ["rows_Rank00000_00000.npz"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, (0, 1, 1)),
        ({"PMI_RANK": "1", "PMI_SIZE": "4", "MPI_LOCALNRANKS": "2"}, (1, 4, 2)),
        ({"PMI_RANK": "1", "PMI_SIZE": "4"}, (1, 4, 4)),
        ({"OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "3"}, (2, 3, 3)),
        ({"SLURM_PROCID": "5", "SLURM_STEP_NUM_TASKS": "8"}, (5, 8, 8)),
        # Ranks of mpiexec inside a job of Slurm, and one process inside a step of many.
        ({"SLURM_STEP_NUM_TASKS": "1", "PMI_SIZE": "2", "PMI_RANK": "1"}, (1, 2, 2)),
        ({"SLURM_STEP_NUM_TASKS": "4", "PMI_SIZE": "1"}, (0, 1, 1)),
        ({"SLURM_NTASKS_PER_NODE": "2(x3)", "PMI_SIZE": "6"}, (0, 6, 6)),
        ({"PMI_SIZE": "4", "PHONO_MPI": "0"}, (0, 1, 1)),
    ],
)
def test_variables_of_a_launcher_give_the_place_of_a_process(environment, expected):
    launch = Launch.from_environment(environment)
    assert (launch.rank, launch.size, launch.local_size) == expected


def test_the_launcher_is_known_before_numpy_and_mpi_are_loaded():
    code = (
        "import sys; from phono_mpi.launch import Launch; Launch.from_environment();"
        "assert not {'numpy', 'mpi4py', 'filelock'} & sys.modules.keys()"
    )
    result = python(code)
    assert result.returncode == 0, result.stderr


def test_names_of_the_package_are_complete_before_they_are_loaded():
    code = (
        "import phono_mpi; names = dir(phono_mpi); from phono_mpi import *;"
        "assert set(phono_mpi.__all__) <= set(names) & globals().keys();"
        "assert not hasattr(phono_mpi, 'no_such_name')"
    )
    result = python(code)
    assert result.returncode == 0, result.stderr
