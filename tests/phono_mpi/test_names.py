"""Ranks that are killed leave no shared memory behind, nor do those before them."""

import importlib.util
import os
import random
import sys
from pathlib import Path

import pytest
from launcher import FULL, MPIEXEC, mpiexec

FOLDER = Path("/dev/shm")

pytestmark = [
    pytest.mark.mpi,
    pytest.mark.skipif(
        importlib.util.find_spec("mpi4py") is None or not MPIEXEC.exists(),
        reason="mpi4py or mpiexec is not in this environment (uv sync --group dev)",
    ),
    pytest.mark.skipif(sys.platform != "linux", reason="/dev/shm is Linux's"),
]

PROGRAM = """
import os, re, signal, sys, threading, time
import numpy as np

def names():
    with open("/proc/self/maps") as lines:
        return set(re.findall(r"/dev/shm/((?:mpich|sm_|osc|vader)[^ \\n]*)", lines.read()))

from mpi4py import MPI
from phono_mpi import MpiRanks

rank, guilty, after = MPI.COMM_WORLD.Get_rank(), sys.argv[1], float(sys.argv[2])
with open(f"names{rank}", "w") as file:
    file.write(" ".join(names()))
ranks = MpiRanks()
open(f"met{rank}", "w").close()
if guilty in ("all", str(rank)):
    kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
    threading.Timer(after, kill).start()
while True:
    (array,) = ranks.shared(lambda: [np.full(1000, 7.0)])
    assert (array == 7).all()
    assert ranks.collect(rank) == list(range(ranks.size))
    ranks.barrier()
    if guilty == "nobody":
        break
"""
TIMES = 50 if FULL else 2


def left(folder):
    """The names that the ranks had, as far as they are still there."""
    files = list(folder.glob("names*"))
    assert files
    had = {name for file in files for name in file.read_text().split()}
    assert had
    return [name for name in had if (FOLDER / name).exists()]


@pytest.mark.parametrize("guilty", ["nobody", "1", "all"])
def test_ranks_leave_no_memory_however_they_end(guilty, tmp_path):
    rng = random.Random(7)
    for number in range(TIMES if guilty != "nobody" else 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        after = str(rng.uniform(0, 0.5))
        ended = mpiexec(3, "-c", PROGRAM, guilty, after, cwd=folder)
        assert (ended.returncode == 0) == (guilty == "nobody"), ended.stderr
        assert len(list(folder.glob("met*"))) == 3, ended.stderr
        assert left(folder) == []


def test_what_killed_ranks_have_left_goes_at_the_next_start(tmp_path):
    old, new, other = (
        FOLDER / f"{begin}{os.getpid()}"
        for begin in ("mpich_shm_test_old", "mpich_shm_test_new", "phono_test")
    )
    try:
        for file in (old, new, other):
            file.write_text("something")
        for file in (old, other):
            os.utime(file, (1e9, 1e9))
        assert mpiexec(2, "-c", PROGRAM, "nobody", "0", cwd=tmp_path).returncode == 0
        assert [file.exists() for file in (old, new, other)] == [False, True, True]
    finally:
        for file in (old, new, other):
            file.unlink(missing_ok=True)
