"""Runs on any platform: locks, what killed ones leave, systems that lack something."""

import errno
import os
import signal
import subprocess
import sys

import phonokit
import pytest
from phonokit import FileError, Run, RunStore, load
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

COMMAND = ["kappa", str(EXAMPLE), "--mesh", "2", "2", "2", "--output", "k.hdf5"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder):
    """The files of a folder."""
    return sorted(path.name for path in folder.iterdir())


LEFT = """
import os, signal, sys
from pathlib import Path
from phono_grid.files import replacing

for name in sys.argv[1:]:
    with replacing(Path(name)) as beside:
        beside.write_text("half")
        if name == sys.argv[-1]:
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize("name", ["k.hdf5", "k.hdf5.run", "k.toml"])
def test_what_a_killed_run_was_writing_goes_with_the_next_run(here, name):
    subprocess.run([sys.executable, "-c", LEFT, name], cwd=here, check=False)
    (left,) = names(here)
    assert left.endswith(".part")
    # Somebody else, who is alive, writes the same file; and another machine, long ago.
    alive = here / left.replace(left.split(".")[-2], str(os.getppid()))
    foreign, old = (here / f".{name}.{host}.17.part" for host in ("elsewhere", "gone"))
    for file in (alive, foreign, old):
        file.write_text("half")
    os.utime(old, (0, 0))
    assert main(COMMAND) == 0
    assert names(here) == sorted([alive.name, foreign.name, "k.hdf5", "k.toml"])


BARE = """
import os, sys
sys.modules["fcntl"] = None
for name in ("posix_fallocate", "pread", "pwrite", "sched_getaffinity", "O_CLOEXEC"):
    if hasattr(os, name):
        delattr(os, name)
import numpy as np
import phonokit

class Stop(Exception):
    pass

def stop(done, total):
    if done == 2:
        raise Stop

silicon = phonokit.load(sys.argv[1])
whole = phonokit.kappa(silicon, (3, 3, 3), transport=phonokit.Transport("lbte"))
for progress in (stop, None):
    run = phonokit.Run("k.run", progress=progress)
    try:
        again = phonokit.kappa(
            silicon, (3, 3, 3), transport=phonokit.Transport("lbte"), run=run
        )
    except Stop:
        with phonokit.RunStore("k.run"):
            try:
                phonokit.kappa(silicon, (3, 3, 3), run=run)
            except phonokit.FileError as error:
                assert "another run is writing it" in str(error), error
            else:
                raise AssertionError("two runs on one file")
np.testing.assert_array_equal(again.kappa, whole.kappa)
run.remove()
print(*sorted(os.listdir()))
"""


@pytest.mark.needs_rust
def test_a_run_goes_on_where_the_system_has_neither_locks_nor_reserved_files(here):
    done = subprocess.run(
        [sys.executable, "-c", BARE, EXAMPLE],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


@pytest.mark.parametrize("error", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks_still_keeps_two_runs_apart(here, monkeypatch, error):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        number = getattr(errno, error)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with RunStore("k.run"):
        with pytest.raises(FileError, match="another run is writing it"), RunStore("k.run"):
            pass
        assert names(here) == [".k.run.owner"]
    assert names(here) == []
    # The lock of a process that was killed counts no more.
    code = f"""
import errno, fcntl, os, signal
def refuse(*_): raise OSError(errno.{error}, "")
fcntl.flock = refuse
from phonokit import RunStore
store = RunStore("k.run").__enter__()
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], cwd=here, check=False)
    assert names(here) == [".k.run.owner"]
    with RunStore("k.run"):
        pass
    assert names(here) == []


def test_a_store_that_was_not_entered_is_refused(here):
    with pytest.raises(FileError, match="use the store in a with block"):
        phonokit.kappa(load(EXAMPLE), (2, 2, 2), run=Run(RunStore("k.run")))


HOLD = """
import sys
from phonokit import RunStore
with RunStore("k.run"):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_processes_exclude_each_other_until_the_one_ends_however_it_ends(here):
    for end in (lambda p: p.stdin.close(), lambda p: p.kill()):
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=here,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(FileError, match="another run is writing it"), RunStore("k.run"):
            pass
        end(holder)
        holder.wait()
        holder.stdout.close()
        holder.stdin.close()
        with RunStore("k.run"):
            pass
        assert names(here) == []
