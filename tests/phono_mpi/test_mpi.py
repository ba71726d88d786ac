"""Real ranks, each program in its own ``mpiexec``."""

import importlib.util
import json

import ledger
import pytest
from launcher import FULL, HERE, MPIEXEC, OPEN_MPI, mpiexec

pytestmark = [
    pytest.mark.mpi,
    pytest.mark.skipif(
        importlib.util.find_spec("mpi4py") is None or not MPIEXEC.exists(),
        reason="mpi4py or mpiexec is not in this environment (uv sync --group dev)",
    ),
]


RUN_EXAMPLES = """
import doctest, sys
failed, tried = doctest.testfile(sys.argv[1], module_relative=False)
assert tried > 0 and not failed
"""

# Open MPI takes seconds to start; one and three ranks differ from two and four in little.
RANKS = [1, 2, 3, 4] if FULL or not OPEN_MPI else [2, 4]


@pytest.mark.parametrize("n_ranks", RANKS)
@pytest.mark.parametrize("program", ledger.COVERS)
def test_ranks_agree_with_numpy_in(program, n_ranks, tmp_path):
    result = mpiexec(n_ranks, str(HERE / f"{program}.py"), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    cases = json.loads((tmp_path / "cases.json").read_text())
    # One rank has nobody to send to.
    assert n_ranks == 1 or cases.keys() == ledger.COVERS[program]
    ledger.ON_RANKS.update(cases)


@pytest.mark.skipif(
    not FULL,
    reason="takes 9 GB of memory: nox -s mpi -- --full",
)
def test_two_ranks_exchange_more_than_the_library_can_count():
    result = mpiexec(2, str(HERE / "programs_large.py"), timeout=300)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("page", ["packages/phono-mpi/README.md", "docs/mpi.md"])
@pytest.mark.parametrize("n_ranks", [3] if OPEN_MPI else [1, 3])
def test_the_examples_run_on_ranks(page, n_ranks, tmp_path):
    text = (HERE.parents[1] / page).read_text()
    assert ">>> " in text
    script = tmp_path / "examples.py"
    script.write_text(RUN_EXAMPLES)
    page = tmp_path / "page.md"
    page.write_text(text)
    result = mpiexec(n_ranks, str(script), str(page))
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_failing_rank_fails_the_run():
    assert (
        mpiexec(2, "-c", "from mpi4py import MPI; 1 / MPI.COMM_WORLD.rank").returncode != 0
    )


def test_the_abort_hook_ends_ranks_that_wait():
    code = (
        "from mpi4py import MPI; import phono_mpi; phono_mpi.install_abort_hook();"
        "MPI.COMM_WORLD.rank or 1 / 0; MPI.COMM_WORLD.Barrier()"
    )
    result = mpiexec(2, "-c", code, timeout=30, aborts=())
    assert result.returncode != 0
    assert "ZeroDivisionError" in result.stderr
