"""Something goes wrong on one of three real ranks: nobody waits forever."""

import importlib.util
import time

import pytest
from launcher import HERE, MPIEXEC, mpiexec

AT_MOST = 10  # seconds from the fault to the end of all ranks

pytestmark = [
    pytest.mark.mpi,
    pytest.mark.skipif(
        importlib.util.find_spec("mpi4py") is None or not MPIEXEC.exists(),
        reason="mpi4py or mpiexec is not in this environment (uv sync --group dev)",
    ),
]


def end_of(fault, folder):
    """How three ranks end, soon after the fault."""
    result = mpiexec(3, str(HERE / "faults.py"), fault, cwd=folder)
    assert time.time() - float((folder / "fault").read_text()) < AT_MOST
    return result


@pytest.mark.parametrize(
    "fault",
    [
        "raises_in_a_collective_block",
        "raises_among_dynamic_tasks",
        "wrong_length",
        "wrong_type",
        "root_passes_none",
    ],
)
def test_all_ranks_hear_of_it_and_go_on(fault, tmp_path):
    result = end_of(fault, tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("raises", "ArithmeticError: mine alone"),
        ("dies", ""),
        ("is_missing", "barrier: no sign of ranks [2] for 1 s"),
        ("fortran_order", "buf must be contiguous in C order"),
        ("spill_file_is_cut", "spill_Rank00002.hdf5"),
    ],
)
def test_all_ranks_end(fault, message, tmp_path):
    result = end_of(fault, tmp_path)
    assert result.returncode != 0
    assert message in result.stderr


def test_a_killed_run_goes_on_with_fewer_ranks(tmp_path):
    assert end_of("dies_while_storing", tmp_path).returncode != 0
    result = mpiexec(2, str(HERE / "faults.py"), "resumes", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
