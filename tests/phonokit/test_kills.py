"""Commands killed at any moment, or one rank of them: the next run has the same bits."""

import contextlib
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from charges_of_programs import OUTCAR
from copper_volumes import EMT, ONE, VOLUMES, make_volumes, run
from phonokit.cli.commands import COMMANDS
from tiny_crystal import EXAMPLE

pytest.importorskip("ase")
pytestmark = pytest.mark.needs_rust

MPIEXEC = Path(sys.executable).with_name("mpiexec")
KILLS = int(os.environ.get("PHONO_KILLS", 0))
"""Moments per command and number of ranks; one of a few commands if not given."""
MESH = ("--mesh", "5", "5", "5")
OUT = ("--output", "out.hdf5")
SILICON = ("--scattering-length", "Si=4.15")
WORDS = {
    "kappa": ("kappa", EXAMPLE, *MESH, *OUT),
    "kappa lbte": ("kappa", EXAMPLE, *MESH, "--method", "lbte", *OUT),
    "converge": ("converge", EXAMPLE, "--meshes", "2", "3", *OUT),
    "gamma": ("gamma", EXAMPLE, *MESH, "--q", "0.2,0,0", "0.4,0,0", *OUT),
    "spectral": ("spectral", EXAMPLE, *MESH, "--q", "0.2,0,0", *OUT),
    "shifts": ("shifts", EXAMPLE, *MESH, "--q", "0.2,0,0", "0.3,0.1,0", *OUT),
    "dos": ("dos", EXAMPLE, *MESH, *OUT),
    "jdos": ("jdos", EXAMPLE, *MESH, "--q", "0.2,0,0", *OUT),
    "bands": ("bands", EXAMPLE, *OUT),
    "thermal": ("thermal", EXAMPLE, *MESH, *OUT),
    "modes": ("modes", EXAMPLE, *MESH, *OUT),
    "symmetry": ("symmetry", EXAMPLE, *OUT),
    "elasticity": ("elasticity", EXAMPLE, *OUT),
    "infrared": ("infrared", "v0", "--born", "CHARGES", *OUT),
    "grueneisen": ("grueneisen", EXAMPLE, *MESH, *OUT),
    "qha": ("qha", *VOLUMES, "--energies", "e-v.dat", *MESH, *OUT),
    "unfold": ("unfold", EXAMPLE, "--q", "0.5,0,0", *OUT),
    "neutrons": ("neutrons", EXAMPLE, *MESH, "--momentum", "2,0.2,0", *SILICON, *OUT),
    "powder": ("powder", EXAMPLE, *MESH, "--momentum", "1:4:1", *SILICON, *OUT),
    "accumulate": ("accumulate", "kappa.hdf5", *OUT),
    "plot": ("plot", "kappa.hdf5", "--output", "out.png"),
    "export": ("export", "dos.hdf5", "--output", "out"),
    "fit": ("fit", EXAMPLE, "--every", "9", "--blocks", "2", "--output", "out"),
    "convert": ("convert", "v0", "tdep", "--to", "tdep"),
    "modulate": ("modulate", "v0", "--q", "0,0,0.5", "--band", "1", "--output", "out.vasp"),
    "forces": ("forces", "todo", *EMT),
    "fc from a structure": ("fc", "POSCAR", *ONE, *EMT, "--output", "out"),
    "born": ("born", "OUTCAR", "--output", "BORN"),
    "fc": ("fc", EXAMPLE, "--output", "out"),
    "displace": ("displace", "POSCAR", *ONE, "--structures", "vasp", "--output", "out"),
}
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
ALONE = (
    "forces",
    "fit",
    "fc",
    "fc from a structure",
    "displace",
    "plot",
    "export",
    "convert",
)
ALONE += ("born", "modulate", "symmetry", "accumulate", "elasticity", "infrared")
"""Commands that do not run on several ranks."""
CASES = [
    pytest.param(name, ranks, marks=[pytest.mark.mpi] if ranks > 1 else [])
    for name in WORDS
    for ranks in (1, 2)
    if (ranks == 1 or name not in ALONE)
    and (KILLS or (name, ranks) in (("kappa", 1), ("kappa", 2), ("forces", 1)))
]


@pytest.fixture
def here(tmp_path, monkeypatch, name):
    """A folder with what a command reads."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    words = WORDS[name]
    make_volumes(folder, [volume for volume in VOLUMES if volume in words])
    Path("OUTCAR").write_text(OUTCAR)
    if "todo" in words:
        assert run("displace", "POSCAR", *ONE, "--output", "todo") == 0
    for result in ("kappa", "dos"):
        file = f"{result}.hdf5"
        if file in words:
            assert run(result, EXAMPLE, *MESH, "--output", file) == 0
    return folder


def content(folder):
    """The numbers of every file; hidden files too."""
    found = {}
    for file in (f for f in sorted(folder.rglob("*")) if f.is_file()):
        name = str(file.relative_to(folder))
        if file.suffix == ".hdf5":
            with h5py.File(file) as hdf5:
                found[name] = {k: np.asarray(v[()]).tobytes() for k, v in leaves(hdf5)}
        else:
            found[name] = file.read_bytes()
    return found


def leaves(group):
    """Datasets of a file, of groups too."""
    for name, item in group.items():
        if isinstance(item, h5py.Group):
            yield from ((f"{name}/{k}", v) for k, v in leaves(item))
        else:
            yield name, item


def killed(words, ranks, after, rng=None):
    """Kill a run some time after its start: all of it, or one of its ranks.

    A rank that is alone has to be ended by the others' launcher, within a minute.
    """
    started = time.monotonic()
    with subprocess.Popen(
        command(words, ranks), start_new_session=True, **QUIET
    ) as running:
        try:
            running.wait(after)
        except subprocess.TimeoutExpired:
            if rng is not None and rng.random() < 0.5:
                kill_one(running.pid, rng)
            else:
                kill_all(running.pid)
        try:
            running.wait(60)
        except subprocess.TimeoutExpired:
            kill_all(running.pid)
            pytest.fail("a rank was killed, and the others have not ended after a minute")
    return time.monotonic() - started


def command(words, ranks):
    """What starts a command on so many ranks."""
    launcher = [MPIEXEC, "-n", str(ranks)] if ranks > 1 else []
    return [*launcher, sys.executable, "-m", "phonokit", *map(str, words)]


def children(pid):
    """Processes that a process has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(n) for n in listed.read_text().split()] if listed.exists() else []


def kill_one(pid, rng):
    """Kill one rank: a process of the launcher's proxy. All, if there is none yet."""
    ranks = [rank for proxy in children(pid) for rank in children(proxy)]
    if not ranks:
        kill_all(pid)
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(rng.choice(ranks), rng.choice((9, 15)))


def kill_all(pid):
    """Kill a process and those that it has started, the youngest last."""
    started = children(pid)
    os.kill(pid, 9)
    for child in started:
        try:
            kill_all(child)
        except ProcessLookupError:
            continue


def test_every_command_that_writes_can_be_killed_here():
    assert {name.split()[0] for name in WORDS} | {"completion", "info"} == set(COMMANDS)


@pytest.mark.parametrize(("name", "ranks"), CASES)
def test_what_is_killed_goes_on_to_the_same_bits(name, ranks, here):
    if ranks > 1 and not MPIEXEC.exists():
        pytest.skip("mpiexec is not in this environment")
    words, rng = WORDS[name], random.Random(name)
    start = here.with_name("start")
    shutil.copytree(here, start)
    seconds = killed(words, ranks, 300.0)
    expected = content(here)
    assert len(expected) > len(content(start))
    for _ in range(KILLS or 1):
        restore(here, start)
        killed(words, ranks, rng.uniform(0.0, 1.1 * seconds), rng if ranks > 1 else None)
        assert goes_on(words, rng.choice((1, ranks))) == 0
        assert content(here) == expected
    shutil.rmtree(start)


def goes_on(words, ranks):
    """Exit code of a command that finds what was left."""
    if ranks == 1:
        return run(*words)
    return subprocess.run(
        command(words, ranks), timeout=300, check=False, **QUIET
    ).returncode


def restore(folder, start):
    """Let a folder hold what it held at the start."""
    for item in folder.iterdir():
        shutil.rmtree(item) if item.is_dir() else item.unlink()
    shutil.copytree(start, folder, dirs_exist_ok=True)
