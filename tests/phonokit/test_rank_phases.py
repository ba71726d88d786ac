"""One of two ranks dies, is interrupted or fails, at every phase: both end, and soon."""

import importlib.util
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_crystal import EXAMPLE

# Of this environment, never of another: two MPI libraries do not mix.
MPIEXEC = Path(sys.executable).with_name("mpiexec")
SOON = 12  # seconds from the fault to the end of all ranks

pytestmark = [
    pytest.mark.mpi,
    pytest.mark.skipif(
        importlib.util.find_spec("mpi4py") is None or not MPIEXEC.exists(),
        reason="mpi4py or mpiexec is not in this environment (uv sync --group dev)",
    ),
]

PHASES = {
    "import": "",
    "arguments": "phonokit.cli.config.with_config",
    "command": "phonokit.cli.kappa.carry_out",
    "meeting": "phonokit.run.distributed.MpiRanks",
    "reading": "phonokit.cli.options.CrystalOptions.load",
    "set-up": "phonokit.calc.kappa.carriers_of",
    "sharing out": "phonokit.run.run.balanced_tasks",
    "work": "phonokit.calc.scatterer.linewidths",
    "gathering": "phonokit.run.run.Records.everywhere",
    "writing": "phonokit.results.result.write_hdf5",
}
"""A function that is called in each phase."""

FAULTS = {
    "dies": "os.kill(os.getpid(), signal.SIGKILL)",
    "is terminated": "os.kill(os.getpid(), signal.SIGTERM)",
    "is interrupted": "os.kill(os.getpid(), signal.SIGINT); time.sleep(5)",
    "refuses": "from phono_grid.errors import DomainError; raise DomainError('it is ill')",
    "has a fault": "1 / 0",
    "has no memory": "raise MemoryError",
}

PROGRAM = """
import importlib, os, signal, sys, time

def fault():
    with open("fault", "w") as file:
        file.write(str(time.time()))
    {fault}

class Finder:
    def find_spec(self, name, *_):
        if name == "phonokit.cli.app":
            fault()

def main():
    if os.environ["PMI_RANK"] != "{rank}":
        from phonokit.__main__ import main as run
        return run()
    target = "{target}"
    from phonokit.__main__ import main as run
    if not target:
        sys.meta_path.insert(0, Finder())
        return run()
    *path, name = target.split(".")
    for n in range(len(path), 0, -1):
        try:
            place = importlib.import_module(".".join(path[:n]))
            break
        except ImportError:
            pass
    for part in path[n:]:
        place = getattr(place, part)
    setattr(place, name, lambda *_, **__: fault())
    return run()

sys.exit(main())
"""

EVERYTHING = list(itertools.product(PHASES, FAULTS, (0, 1)))
# All of them with `nox -s mpi -- --full`; else each phase once, with another fault.
SOME = [
    (phase, list(FAULTS)[i % len(FAULTS)], (i + i // len(FAULTS)) % 2)
    for i, phase in enumerate(PHASES)
]


@pytest.mark.parametrize(
    ("phase", "kind", "rank"), EVERYTHING if "PHONO_MPI_FULL" in os.environ else SOME
)
def test_what_happens_to_one_rank_ends_both_soon(tmp_path, phase, kind, rank):
    if phase == "writing" and rank == 1:
        pytest.skip("the first rank writes alone")
    program = PROGRAM.format(fault=FAULTS[kind], target=PHASES[phase], rank=rank)
    words = ["kappa", str(EXAMPLE), "--mesh", "5", "5", "5", "--output", "k.hdf5"]
    with subprocess.Popen(
        [MPIEXEC, "-n", "2", sys.executable, "-c", program, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=tmp_path,
    ) as running:
        try:
            _, err = running.communicate(timeout=60)
        finally:
            running.kill()
    assert time.time() - float((tmp_path / "fault").read_text()) < SOON, err
    assert running.returncode != 0
    assert not (tmp_path / "k.hdf5").exists()
    if kind == "refuses":
        assert "it is ill" in err
