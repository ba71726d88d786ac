"""``mpiexec -n N phono kappa``: the same file, whatever N is and whoever dies."""

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from phono_mpi.launch import Launch
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

# Of this environment, never of another: two MPI libraries do not mix.
MPIEXEC = Path(sys.executable).with_name("mpiexec")
N_I = 10


def command(mesh):
    words = ["kappa", str(EXAMPLE), "--mesh", *[mesh] * 3, "--isotopes"]
    return [*words, "--temperature", "200", "--temperature", "300", "--output"]


COMMAND = command("5")

mpi = pytest.mark.mpi
needs_mpi = pytest.mark.skipif(
    importlib.util.find_spec("mpi4py") is None or not MPIEXEC.exists(),
    reason="mpi4py or mpiexec is not in this environment (uv sync --group dev)",
)

PROGRAM = """
import os, sys, time
import phonokit.calc.scatterer as rates
from phonokit.cli.app import main

rank = int(os.environ["PMI_RANK"])
calls = []

def watched(function):
    def each(*arguments):
        calls.append(1)
        {each}
        return function(*arguments)
    return each

for name in ("linewidths", "collision_row"):
    setattr(rates, name, watched(getattr(rates, name)))
with open(f"pid{{rank}}.txt", "w") as file:
    file.write(str(os.getpid()))
sys.exit(main())
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def started(n_ranks, each="pass", options=(), command=COMMAND):
    """A run on ranks that do something before every wave vector."""
    python = [sys.executable, "-c", PROGRAM.format(each=each)]
    return subprocess.Popen(
        [MPIEXEC, "-n", str(n_ranks), *python, *command, "k.hdf5", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(running, timeout=60):
    """Exit code, and what was said."""
    try:
        out, err = running.communicate(timeout=timeout)
    finally:
        running.kill()
    return running.returncode, out, err


def wait_for_records(number):
    """Until the file of the run has so many."""
    for _ in range(600):
        with contextlib.suppress(OSError, EOFError, ValueError):
            if (np.load("k.hdf5.run")["check"] > 0).sum() >= number:
                return
        time.sleep(0.05)
    raise AssertionError("the run does not come forward")


def content(path):
    """The numbers of a result."""
    with h5py.File(path) as file:
        names = ("kappa", "mode_kappa", "gamma", "gamma_isotope", "frequency")
        return {name: file[name][:] for name in names}


def assert_same_bits(path, expected):
    """The file holds these numbers, to the last bit."""
    for name, value in content(path).items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)


LBTE = ["--method", "lbte"]


@mpi
@needs_mpi
@pytest.mark.parametrize(
    ("n_ranks", "options"),
    [
        (4, []),
        (2, ["--wigner", "--nu"]),
        (4, LBTE),
        (2, [*LBTE, "--solver", "direct"]),
        (2, [*LBTE, "--over-memory", "recompute", "--memory", "0.2MB"]),
    ],
    ids=["rta", "wigner", "lbte", "direct", "recompute"],
)
def test_ranks_write_one_file_with_the_same_bits(here, n_ranks, options):
    # One process and no MPI, rows of the collision operator in memory.
    assert main([*COMMAND, "alone.hdf5", *options[:4]]) == 0
    expected = content("alone.hdf5")
    code, out, err = ended(started(n_ranks, options=options))
    assert code == 0, err
    assert f"on each of {n_ranks} ranks" in out
    assert out.count("wrote k.hdf5") == out.count("Lattice thermal conductivity") == 1
    assert "linewidths 10/10" in err
    assert_same_bits("k.hdf5", expected)
    assert sorted(here.glob("*k.*")) == [here / "k.hdf5", here / "k.toml"]


@mpi
@needs_mpi
@pytest.mark.parametrize(
    "options", [[], [*LBTE, "--solver", "direct"]], ids=["rta", "lbte"]
)
def test_ranks_without_a_wave_vector_change_nothing(here, options):
    few = command("2")
    assert main([*few, "alone.hdf5", *options]) == 0
    code, out, err = ended(started(4, options=options, command=few))
    assert code == 0, err
    assert "3 irreducible" in out
    assert_same_bits("k.hdf5", content("alone.hdf5"))


@mpi
@needs_mpi
@pytest.mark.parametrize(
    ("victims", "options"), [([1], LBTE), ([0, 1, 2], [])], ids=["one", "all"]
)
def test_after_a_kill_another_number_of_ranks_goes_on(here, capsys, victims, options):
    assert main([*COMMAND, "alone.hdf5", *options]) == 0
    running = started(3, "time.sleep(0.3)", options)
    wait_for_records(3)
    for rank in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int((here / f"pid{rank}.txt").read_text()), signal.SIGKILL)
    code, _, _ = ended(running, 10)
    assert code != 0
    assert not (here / "k.hdf5").exists()
    if victims == [1]:
        code, _, err = ended(started(2, options=options))
        assert code == 0, err
    else:
        assert main([*COMMAND, "k.hdf5"]) == 0
        err = capsys.readouterr().err
    assert "going on with k.hdf5.run" in err
    assert_same_bits("k.hdf5", content("alone.hdf5"))
    assert not (here / "k.hdf5.run").exists()


@mpi
@needs_mpi
def test_ctrl_c_ends_all_ranks_with_one_message(here):
    running = started(2, "time.sleep(0.3)")
    wait_for_records(2)
    running.send_signal(signal.SIGINT)
    code, _, err = ended(running, 10)
    assert code == 130
    assert err.count("phono: interrupted; ") == 1
    assert f"of {N_I} pieces of work are kept in k.hdf5.run" in err


ILL = """
        if rank == 1 and len(calls) == {calls}:
            from phono_grid.errors import DomainError
            open("fault", "w").close()
            raise DomainError("rank 1 is ill")
        time.sleep({sleep})"""
ILL_MESSAGE = "phono: error: rank 1 is ill\n"

FAULTS = {
    # The others may be in the middle of something, ...
    "busy": (ILL.format(calls=2, sleep="0.2"), ILL_MESSAGE, {2}),
    # ... have done their share, ...
    "waiting": (ILL.format(calls=4, sleep="0.2 * rank"), ILL_MESSAGE, {2}),
    # ... or not hear of it: the launcher makes a code of those it must kill.
    "deaf": (ILL.format(calls=2, sleep="20 * (1 - rank)"), ILL_MESSAGE, {2, 9}),
    # A full disk is seen by all.
    "disk": (
        """
        import errno
        from phonokit.run.file import RunFile
        def full(*_): raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if len(calls) == 2:
            open("fault", "w").close()
            RunFile._put = full""",
        "No space left on device); what is finished is kept",
        {2},
    ),
    # A mistake of ours keeps its traceback.
    "mistake": (
        """
        if rank == 1:
            open("fault", "w").close()
            1 / 0
        time.sleep(0.2)""",
        "ZeroDivisionError: division by zero",
        {1},
    ),
}


@mpi
@needs_mpi
@pytest.mark.parametrize("fault", FAULTS)
def test_an_error_of_a_rank_ends_all_with_one_message(here, fault):
    each, message, codes = FAULTS[fault]
    code, _, err = ended(started(2, each))
    assert time.time() - (here / "fault").stat().st_mtime < 10
    assert code in codes
    assert err.count(message) == 1
    assert not (here / "k.hdf5").exists()


@mpi
@needs_mpi
def test_a_second_run_on_ranks_is_refused_by_one_line(here):
    from phonokit import RunStore

    with RunStore("k.hdf5.run"):
        code, _, err = ended(started(2))
    assert code == 2
    assert err.startswith("phono: error: k.hdf5.run: another run is writing it; ")
    assert err.count("\n") == 1


def test_a_launcher_is_recognised_by_what_it_tells():
    started_by = Launch.from_environment
    assert started_by({}) == Launch()
    mpich = {"PMI_RANK": "1", "PMI_SIZE": "4", "MPI_LOCALNRANKS": "2"}
    assert started_by(mpich) == Launch(rank=1, size=4, local_size=2)
    assert started_by(mpich | {"PHONO_MPI": "0"}) == Launch(rank=0, size=1, local_size=1)
    open_mpi = {"OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "3"}
    assert started_by(open_mpi) == Launch(rank=2, size=3, local_size=3)
    slurm = {"SLURM_PROCID": "5", "SLURM_STEP_NUM_TASKS": "8"}
    assert started_by(slurm | {"SLURM_NTASKS_PER_NODE": "4"}) == Launch(
        rank=5, size=8, local_size=4
    )
    # In a batch script outside of srun there is one process.
    assert started_by({"SLURM_PROCID": "0", "SLURM_NTASKS": "8"}) == Launch(
        rank=0, size=1, local_size=1
    )


def test_cores_are_shared_unless_someone_has_decided(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(os, "environ", {})
    Launch(rank=0, size=1, local_size=1).share_cores()
    assert os.environ == {}
    Launch(rank=0, size=4, local_size=3).share_cores()
    assert os.environ.pop("RAYON_NUM_THREADS") == "2"
    # A launcher has bound the rank to its cores.
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    Launch(rank=0, size=4, local_size=4).share_cores()
    assert os.environ == {}
