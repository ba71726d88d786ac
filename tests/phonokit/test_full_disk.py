"""A disk that is full: what a command leaves is whole, what was there is untouched."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from charges_of_programs import OUTCAR
from copper_volumes import EMT, ONE, make_volumes, run
from phono_grid.files import (
    beside,
    make_folder,
    remove_leftovers,
    replacing,
    together,
)
from phono_grid.hdf5 import open_hdf5
from phonokit.cli.commands import COMMANDS
from phonokit.run.file import read_layout
from tiny_crystal import EXAMPLE

resource = pytest.importorskip("resource")
pytest.importorskip("ase")
pytest.importorskip("matplotlib")
pytest.importorskip("seekpath")
pytestmark = pytest.mark.needs_rust

STEP = 4096
EVERY_SIZE = "PHONO_EVERY_SIZE" in os.environ
"""Try every size from 0 to what is needed, not a few."""
SMALL_DISK = os.environ.get("PHONO_SMALL_DISK")
"""A small file system to fill: mount -t tmpfs -o size=16M none FOLDER; without it files
that grow beyond a size are refused by the system."""

MESH = ("--mesh", "2", "2", "2")
Q = (*MESH, "--q", "0.5,0,0")
SILICON = ("--scattering-length", "Si=4.15")
WORDS = {
    "kappa": (EXAMPLE, *MESH),
    "kappa lbte": (EXAMPLE, "--mesh", "3", "3", "3", "--method", "lbte"),
    "converge": (EXAMPLE, "--meshes", "2", "3"),
    "accumulate": ("kappa.hdf5",),
    "displace": ("POSCAR", *ONE, "--structures", "vasp"),
    "displace espresso": ("POSCAR", *ONE, "--structures", "espresso-in"),
    "forces": ("todo", *EMT),
    "born": ("OUTCAR",),
    "fc": (EXAMPLE, "--text"),
    "fc from a structure": ("POSCAR", *ONE, *EMT),
    "fit": (EXAMPLE, "--every", "9", "--blocks", "2"),
    "convert": ("v0", "out"),
    "convert to tdep": ("v0", "out", "--to", "tdep"),
    "convert to espresso": ("v0", "out", "--to", "espresso"),
    "convert to phonopy": ("v0", "out", "--to", "phonopy"),
    "bands": (EXAMPLE, "--points-per-segment", "3", *MESH),
    "dos": (EXAMPLE, *MESH),
    "thermal": (EXAMPLE, *MESH),
    "modes": (EXAMPLE, *MESH),
    "gamma": (EXAMPLE, *Q),
    "spectral": (EXAMPLE, *Q),
    "shifts": (EXAMPLE, *Q),
    "jdos": (EXAMPLE, *Q),
    "qha": ("v0", "v1", "v2", "v3", "--energies", "e-v.dat", *MESH),
    "grueneisen": (EXAMPLE, *MESH),
    "elasticity": (EXAMPLE,),
    "infrared": ("v0", "--born", "CHARGES"),
    "unfold": (EXAMPLE, "--q", "0.5,0,0"),
    "neutrons": (EXAMPLE, *MESH, "--momentum", "2,0.2,0", *SILICON),
    "powder": (EXAMPLE, *MESH, "--momentum", "2", "--directions", "9", *SILICON),
    "plot": ("dos.hdf5",),
    "export": ("dos.hdf5",),
    "symmetry": ("v0",),
    "modulate": ("v0", "--q", "0,0,0.5", "--band", "1"),
}
FOLDERS = ("displace", "fc", "fit", "export")
"""Commands whose --output is a folder."""
NO_PICTURE = (
    "displace",
    "forces",
    "fc",
    "fit",
    "convert",
    "export",
    "modes",
    "plot",
    "born",
)
PICTURES = {
    f"{name} {suffix}": (*words, "--plot", f"out.{suffix}")
    for name, words in WORDS.items()
    for suffix in ("png", "pdf")
    if name.split()[0] not in (*NO_PICTURE, "modulate", "symmetry")
}
SOME = ("kappa png", "bands pdf", "thermal pdf")
"""Commands whose pictures are tried if not all are."""
TRIED = WORDS | {k: v for k, v in PICTURES.items() if EVERY_SIZE or k in SOME}


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """What some commands read: structures, forces, results."""
    folder = tmp_path_factory.mktemp("material")
    make_volumes(folder)
    (folder / "OUTCAR").write_text(OUTCAR)
    assert run("displace", folder / "POSCAR", *ONE, "--output", folder / "todo") == 0
    for name in ("kappa", "dos"):
        file = folder / f"{name}.hdf5"
        assert run(name, *WORDS[name], "--output", file) == 0
    # What is made once and for all: kernels, fonts of pictures, modules.
    return folder


def words_of(name):
    """The command line of a case, with its output beside what it reads."""
    command = name.split()[0]
    words = [command, *TRIED[name], "--overwrite"]
    if command in ("forces", "convert"):
        return words
    if command == "modulate":
        return [*words, "--output", "out.vasp"]
    if command == "plot":
        return [*words, "--output", "out.png"]
    if command == "born":
        return [*words, "--output", "BORN"]
    return [*words, "--output", "out" if command in FOLDERS else "out.hdf5"]


@contextmanager
def files_up_to(size):
    """No file may grow beyond a size; the system refuses it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def room_for(size):
    """A small disk is full, but for some bytes."""
    filler = Path(SMALL_DISK) / "filler"
    free = os.statvfs(SMALL_DISK)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - size)
    try:
        yield
    finally:
        filler.unlink()


def content(folder):
    """Every file below a folder."""
    files = (f for f in sorted(folder.rglob("*")) if f.is_file() and f.name != "filler")
    return {str(f.relative_to(folder)): f.read_bytes() for f in files}


def is_whole(path, expected):
    """Whether a file is all that it should be."""
    if path.suffix == ".run":
        return bool(read_layout(path))
    if path.suffix == ".hdf5":
        with open_hdf5(path) as file:
            return list(file) == expected
    return path.read_bytes() == expected


def names_in(path):
    with open_hdf5(path) as file:
        return list(file)


@pytest.fixture
def here(tmp_path, material, monkeypatch):
    """A folder with the material, on the small disk if there is one."""
    folder = Path(SMALL_DISK or tmp_path) / "here"
    shutil.copytree(material, folder)
    monkeypatch.chdir(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", TRIED)
def test_a_full_disk_leaves_nothing_broken(name, here, capsys):
    if name == "symmetry":
        pytest.importorskip("spgrep")
    before, words = content(here), words_of(name)
    assert run(*words) == 0
    made = {k: v for k, v in content(here).items() if before.get(k) != v}
    whole = {k: names_in(here / k) if k.endswith(".hdf5") else v for k, v in made.items()}
    largest = max(map(len, made.values()))
    codes = set()
    for size in count(0, STEP) if EVERY_SIZE else (largest // 2,):
        if 0 in codes:
            break
        others = {k: v[::-1] for k, v in made.items() if not ours(k)}
        for there in ({}, others) if EVERY_SIZE else (others,):
            restore(here, before | there)
            capsys.readouterr()
            with (room_for if SMALL_DISK else files_up_to)(size):
                code = run(*words)
            codes.add(code)
            said = capsys.readouterr().err
            now = content(here)
            assert "Traceback" not in said
            if code == 0:
                assert made.keys() <= now.keys()
                continue
            assert code == 2, said
            assert said.count("phono: error") == 1, said
            assert said.splitlines()[-1].startswith("phono: error: ")
            assert "cannot be written" in said or "no scratch file" in said, said
            for file in now.keys() - before.keys() - there.keys():
                assert is_whole(here / file, whole.get(file)), file
            for file, old in (before | there).items():
                assert now[file] == old or is_whole(here / file, whole.get(file)), file
            if not name.startswith(("fc from", "forces", "converge")):
                both_or_none(now, before | there, made)
    assert 2 in codes


def ours(name):
    """Whether a command looks at what is there before it replaces it."""
    return (
        name.endswith((".hdf5", ".toml", ".yaml", ".dat"))
        or "FORCE" in name
        or name == "BORN"
    )


def both_or_none(now, before, made):
    """Files that belong together are all new or all old, pictures beside them apart."""
    files = [k for k in made if not k.endswith((".png", ".pdf", ".run"))]
    files = files or list(made)  # plot makes nothing but a picture
    assert len({now.get(k) == before.get(k) for k in files}) == 1


def restore(folder, files):
    """Let there be these files and no others."""
    for file in content(folder).keys() - files.keys():
        (folder / file).unlink()
    for file, data in files.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_bytes(data)


def test_every_command_is_tried():
    assert {name.split()[0] for name in WORDS} == {*COMMANDS} - {"completion", "info"}


def test_what_a_process_that_has_ended_was_writing_is_removed(tmp_path, monkeypatch):
    path = tmp_path / "result"
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as ended:
        ended.stdout.read()
        time.sleep(0.1)
        # Nobody has waited for it: it is in the list of processes still.
        monkeypatch.setattr(os, "getpid", lambda: ended.pid)
        left = beside(path)
        left.touch()
        monkeypatch.undo()
        here = beside(path)
        here.touch()
        remove_leftovers(path)
    assert list(tmp_path.iterdir()) == [here]


def put(*paths):
    """New files in a new folder and in place of others, one after the other."""
    for path in paths:
        make_folder(path.parent)
        with replacing(path) as beside:
            beside.write_text("new")


def test_files_take_their_places_together_or_not_at_all(tmp_path):
    old, new = tmp_path / "old", tmp_path / "folder" / "new"
    old.write_text("old")

    def fail():
        put(old, new)
        assert old.read_text() == "old"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), together():
        fail()
    assert content(tmp_path) == {"old": b"old"}
    assert not new.parent.exists()
    with together(), together():
        put(old, new)
        assert not new.exists()
    assert content(tmp_path) == {"old": b"new", "folder/new": b"new"}
