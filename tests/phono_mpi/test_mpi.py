"""Real ranks, each program in its own ``mpiexec``."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).with_name("programs.py")
# Of this environment, never of another: two MPI libraries do not mix.
MPIEXEC = Path(sys.executable).with_name("mpiexec")

pytestmark = [
    pytest.mark.mpi,
    pytest.mark.skipif(
        importlib.util.find_spec("mpi4py") is None or not MPIEXEC.exists(),
        reason="mpi4py or mpiexec is not in this environment (uv sync --group dev)",
    ),
]


def mpiexec(n_ranks, *command):
    """Run a command on ranks; an exception on one aborts all (``-m mpi4py``)."""
    return subprocess.run(
        [MPIEXEC, "-n", str(n_ranks), sys.executable, "-m", "mpi4py", *command],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("n_ranks", [1, 2, 3])
@pytest.mark.parametrize(
    "program",
    [
        "collectives",
        "sums",
        "small_messages",
        "mistakes",
        "unvalidated",
        "shared_calculation",
    ],
)
def test_ranks_agree_in(program, n_ranks):
    result = mpiexec(n_ranks, str(PROGRAMS), program)
    assert result.returncode == 0, result.stderr


def test_a_failing_rank_fails_the_run():
    assert (
        mpiexec(2, "-c", "from mpi4py import MPI; 1 / MPI.COMM_WORLD.rank").returncode != 0
    )
