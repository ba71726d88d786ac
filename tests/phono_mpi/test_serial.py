"""One process, with and without MPI."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from phono_mpi import Alone, CollectiveError, MpiDistributor, MpiRanks, SerialComm

WITHOUT_MPI = "import sys; sys.modules['mpi4py'] = None\n"


def run(code, **environment):
    """Run ``code`` in a new interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


class Rank(SerialComm):
    """A rank of a communicator that nobody talks over."""

    def __init__(self, rank, size):
        self.rank, self.size = rank, size

    def Get_rank(self):
        return self.rank


@pytest.fixture
def alone():
    return MpiDistributor(5, SerialComm())


@pytest.mark.parametrize(
    ("ntasks", "sizes"), [(7, [2, 2, 3]), (8, [2, 3, 3]), (2, [0, 1, 1]), (0, [0, 0, 0])]
)
def test_tasks_are_contiguous_and_the_last_ranks_have_one_more(ntasks, sizes):
    shares = [MpiDistributor(ntasks, Rank(rank, 3)) for rank in range(3)]
    assert [share.my_size for share in shares] == sizes
    assert shares[0].sizes.tolist() == sizes
    assert shares[0].slices == [share.my_slice for share in shares]
    together = np.concatenate([share.my_tasks for share in shares])
    np.testing.assert_array_equal(together, np.arange(ntasks))
    assert [share.is_root for share in shares] == [True, False, False]


def test_one_process_holds_everything(alone, rng):
    rows = rng.random((5, 2))
    assert (alone.mpi_size, alone.my_rank, alone.is_root) == (1, 0, True)
    for result in (
        alone.allgather(rows),
        alone.gather(rows),
        alone.scatter(rows),
        alone.bcast_chunked(rows),
        alone.allreduce(rows.copy()),
    ):
        np.testing.assert_array_equal(result, rows)
    assert alone.bcast("a word") == "a word"
    alone.barrier()


def test_gathered_and_scattered_rows_do_not_share_memory(alone):
    rows = np.zeros((5, 2))
    for result in (alone.allgather(rows), alone.gather(rows), alone.scatter(rows)):
        assert not np.shares_memory(result, rows)


@pytest.mark.parametrize("call", ["allgather", "gather", "scatter"])
@pytest.mark.parametrize(
    ("rows", "came"),
    [
        (np.zeros((4, 2)), r"one of shape \[4, 2\]"),
        (np.zeros(()), r"one of shape \[\]"),
        ([0] * 5, "list"),
    ],
)
def test_what_has_not_a_row_for_each_task_is_refused(alone, call, rows, came):
    message = f"{call}: rank 0: expected an array of 5 rows, got {came}"
    with pytest.raises(CollectiveError, match=message):
        getattr(alone, call)(rows)


def test_only_contiguous_arrays_are_summed(alone):
    with pytest.raises(CollectiveError, match="must be contiguous"):
        alone.allreduce(np.zeros((4, 4))[:, ::2])


def test_alone_and_one_rank_of_mpi_are_the_same(rng):
    rows = rng.random((6, 3))
    for ranks in (Alone(), MpiRanks(SerialComm())):
        assert (ranks.rank, ranks.size) == (0, 1)
        np.testing.assert_array_equal(ranks.tasks(6), np.arange(6))
        np.testing.assert_array_equal(ranks.allgather(rows, 6), rows)
        assert ranks.bcast(3) == 3
        ranks.barrier()


def test_mpi_is_not_loaded_by_import():
    code = "import sys, phono_mpi; assert 'mpi4py' not in sys.modules"
    assert run(code).returncode == 0


def test_without_mpi4py_or_if_told_so_one_process_is_the_world():
    code = "import phono_mpi; assert type(phono_mpi.world()) is phono_mpi.SerialComm"
    assert run(WITHOUT_MPI + code).returncode == 0
    assert run(code, PHONO_MPI="0").returncode == 0


@pytest.mark.parametrize("variable", ["PMI_SIZE", "OMPI_COMM_WORLD_SIZE"])
def test_many_processes_without_mpi4py_are_refused(variable):
    result = run(WITHOUT_MPI + "import phono_mpi; phono_mpi.world()", **{variable: "2"})
    assert result.returncode != 0
    assert "several processes were started, but MPI cannot be loaded" in result.stderr
    assert "install phono-mpi[mpi]" in result.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_the_slurm_script_of_the_page_is_one():
    page = Path(__file__).parents[2] / "docs" / "mpi.md"
    (script,) = re.findall(r"```bash\n(#!/bin/bash\n.*?)```", page.read_text(), re.DOTALL)
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    # Slurm reads options up to the first command.
    options, commands = re.split(r"\n\n", script, maxsplit=1)
    lines = options.splitlines()[1:]
    assert all(re.match(r"#SBATCH --[a-z-]+(=\S+)?( |$)", line) for line in lines)
    assert "#SBATCH" not in commands
    assert "srun --cpu-bind=cores phono kappa " in commands
