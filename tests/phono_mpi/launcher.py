"""How tests start ranks."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Of this environment, never of another: two MPI libraries do not mix.
MPIEXEC = Path(sys.executable).with_name("mpiexec")

FULL = "PHONO_MPI_FULL" in os.environ
"""Whether all was asked for, by ``nox -s mpi -- --full``."""

OPEN_MPI = MPIEXEC.with_name("prterun").exists()

# Open MPI refuses root, and more ranks than cores, unless it is told.
ENVIRONMENT = {
    **os.environ,
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}


def mpiexec(n_ranks, *command, cwd=None, timeout=300, aborts=("-m", "mpi4py")):
    """Run Python on ranks; an exception on one aborts all (``-m mpi4py``)."""
    return subprocess.run(
        [MPIEXEC, "-n", str(n_ranks), sys.executable, *aborts, *command],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        cwd=cwd,
        env=ENVIRONMENT,
    )
