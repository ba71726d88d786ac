"""Every command prints the names of all files that it took data from."""

import json
import os
import re
import shutil
import sys
from contextlib import chdir
from pathlib import Path

import h5py
import phonokit
import pytest
from charges_of_programs import OUTCAR
from copper_volumes import EMT, ONE, VOLUMES, make_volumes, run
from phono_4ph import write_force_constants4
from phonokit.cli.commands import COMMANDS
from stillinger_weber import sum_of_terms
from tiny_crystal import EXAMPLE

pytest.importorskip("ase")
pytest.importorskip("matplotlib")
pytest.importorskip("seekpath")
pytest.importorskip("spgrep")
pytestmark = pytest.mark.needs_rust

MESH = ("--mesh", "2", "2", "2")
Q = (*MESH, "--q", "0.5,0,0")
COPPER = ("--scattering-length", "Cu=7.718")
WORDS = {
    "kappa": (EXAMPLE, *MESH),
    "kappa of constants": ("constants", "--fc2", "fc2.hdf5", "--fc3", "fc3.hdf5", *MESH),
    "converge": (EXAMPLE, "--meshes", "2"),
    "accumulate": ("kappa.hdf5",),
    "accumulate with its crystal": ("kappa.hdf5", "--crystal", EXAMPLE),
    "displace": ("POSCAR", *ONE),
    "displace at a temperature": ("v0", "--random", "2", "--temperature", "300"),
    "forces": ("todo", *EMT),
    "forces of outputs": ("outputs", "supercell-00001.extxyz"),
    "born": ("OUTCAR",),
    "born of a crystal": ("OUTCAR", "--crystal", "NACL"),
    "fc": (EXAMPLE,),
    "fc of forces": ("outputs",),
    "fc from a structure": ("POSCAR", *ONE, *EMT),
    "fit": (EXAMPLE, "--every", "9", "--blocks", "2"),
    "convert": ("v0", "written", "--to", "tdep"),
    "convert of another": ("tdep", "written", "--to", "shengbte"),
    "bands": ("v0", "--points-per-segment", "3"),
    "dos": ("v0", *MESH),
    "dos with charges": ("v0", *MESH, "--born", "CHARGES"),
    "thermal": ("v0", *MESH),
    "thermal of a polar crystal": ("polar", *MESH),
    "modes": ("v0", *MESH),
    "gamma": (EXAMPLE, *Q),
    "spectral": (EXAMPLE, *Q),
    "kappa by four phonons": (EXAMPLE, *MESH, "--four-phonon", "--fc4", "fc4"),
    "shifts": (EXAMPLE, *Q),
    "shifts by the loop": (EXAMPLE, *Q, "--loop", "--fc4", "fc4"),
    "jdos": ("v0", *Q),
    "qha": (*VOLUMES, "--energies", "e-v.dat", *MESH),
    "grueneisen": (EXAMPLE, *MESH),
    "elasticity": ("v0",),
    "infrared": ("v0", "--born", "CHARGES"),
    "unfold": ("v0", "--q", "0.5,0,0", "--ideal", "POSCAR"),
    "neutrons": ("v0", *MESH, "--momentum", "2,0.2,0", *COPPER),
    "neutrons of a spectral function": (
        *(EXAMPLE, "--spectral", "spectral.hdf5", *MESH),
        *("--scattering-length", "Si=4.15"),
    ),
    "powder": ("v0", *MESH, "--momentum", "2", "--directions", "9", *COPPER),
    "plot": ("dos.hdf5", "more.hdf5"),
    "export": ("dos.hdf5",),
    "symmetry": ("v0",),
    "modulate": ("v0", "--q", "0,0,0.5", "--band", "1"),
}
NEXT = {"export": "sumo, ", "modulate": "ase gui ", "converge": "finer --meshes "}
"""How the line on what to do next begins, where it names no command of ours."""
NACL = """NaCl
5.69
0 0.5 0.5
0.5 0 0.5
0.5 0.5 0
Na Cl
1 1
Direct
0 0 0
0.5 0.5 0.5
"""
FOLDERS = ("displace", "fc", "export")
"""Commands whose --output is a folder."""


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """Structures, forces, constants and results."""
    import ase.io
    from ase.calculators import emt

    folder = tmp_path_factory.mktemp("material")
    make_volumes(folder)
    for file in folder.glob("v?/[Ff][Oo][Rr]*"):
        file.unlink()  # the constants that are left are made of them
    (folder / "OUTCAR").write_text(OUTCAR)
    (folder / "NACL").write_text(NACL)
    displace = ("displace", folder / "POSCAR", *ONE)
    assert run(*displace, "--output", folder / "todo") == 0
    made = folder / "outputs"
    assert run(*displace, "--structures", "vasp", "--output", made) == 0
    atoms = ase.io.read(made / "supercell-00001.vasp")
    atoms.calc = emt.EMT()
    atoms.get_forces()
    ase.io.write(folder / "supercell-00001.extxyz", atoms)
    assert run("forces", made, folder / "supercell-00001.extxyz") == 0
    made.joinpath("FORCE_SETS").unlink()
    constants, polar = folder / "constants", folder / "polar"
    assert run("fc", EXAMPLE, "--output", constants) == 0
    for file in EXAMPLE.iterdir():
        shutil.copy(file, constants)
    for file in constants.glob("fc?.hdf5"):
        file.rename(folder / file.name)
    shutil.copytree(folder / "v0", polar)
    for charges in (polar / "BORN", folder / "CHARGES"):
        charges.write_text("14.4\n3 0 0 0 3 0 0 0 3\n0 0 0 0 0 0 0 0 0\n")
    assert run("convert", folder / "v0", folder / "tdep", "--to", "tdep") == 0
    fc4 = sum_of_terms(phonokit.load(EXAMPLE).primitive)
    write_force_constants4(fc4, folder / "fc4")
    for name in ("kappa", "dos", "spectral"):
        assert run(name, EXAMPLE, *MESH, "--output", folder / f"{name}.hdf5") == 0
    shutil.copy(folder / "dos.hdf5", folder / "more.hdf5")
    return folder


class Opened:
    """Files that are opened to be read, in text, bytes or as HDF5."""

    def __init__(self, monkeypatch):
        self.paths, self._is_on = set(), True
        sys.addaudithook(self._on_event)
        begin = h5py.File.__init__

        def opens(file, name, mode="r", *args, **kwargs):
            if isinstance(name, str | os.PathLike) and mode == "r":
                self.paths.add(Path(os.fsdecode(name)).resolve())
            begin(file, name, mode, *args, **kwargs)

        monkeypatch.setattr(h5py.File, "__init__", opens)

    def _on_event(self, event, args):
        if not self._is_on or event != "open" or not isinstance(args[0], str):
            return
        if args[1] in (None, "r", "rb", "rt") and not args[2] & os.O_WRONLY:
            self.paths.add(Path(args[0]).resolve())

    def stop(self):
        """Nothing more is kept; a hook cannot be taken away."""
        self._is_on = False
        return self.paths


def words_of(name, out):
    """The command line of a case, with its output elsewhere."""
    command = name.split()[0]
    words = [command, *WORDS[name]]
    if command in ("forces", "convert"):
        return [str(out) if word == "written" else word for word in words]
    outputs = {"modulate": "out.vasp", "plot": "out.png", "born": "BORN"}
    inside = "" if command in FOLDERS else outputs.get(command, "out.hdf5")
    return [*words, "--output", out / inside]


@pytest.mark.parametrize("name", WORDS)
def test_files_that_were_read_are_told(name, material, tmp_path, capsys, monkeypatch):
    here = tmp_path / "here"
    shutil.copytree(material, here)
    monkeypatch.chdir(here)
    before = {file.resolve() for file in here.rglob("*") if file.is_file()}
    before |= {file.resolve() for file in EXAMPLE.iterdir()}
    (tmp_path / "out").mkdir()
    capsys.readouterr()
    opened = Opened(monkeypatch)
    assert run(*words_of(name, tmp_path / "out")) == 0
    read = opened.stop() & before
    printed = "".join(capsys.readouterr())
    assert read
    told = set(re.findall(r"[^\s,:]+", printed.replace("\n", " ")))
    names = {Path(word).name for word in told if not word.startswith("wrote")}
    assert {file.name for file in read} - names == set()
    begins_and_ends_as_all_do(name, printed)


def begins_and_ends_as_all_do(name, printed):
    """Version, kernels and threads; crystal and options; the time, and what is next."""
    lines = printed.splitlines()
    begin = next(line for line in lines if line.startswith("phonokit "))
    assert re.match(r"phonokit [0-9.]+: Rust kernels, rayon \(\d+ threads?\)", begin)
    words, command = WORDS[name], name.split()[0]
    if command not in ("plot", "export"):
        assert re.search(r"\n  crystal    (Cu|Si|NaCl)[,\n]", printed)
    given = [str(word) for word in words if str(word).startswith("--")]
    row = next((line for line in lines if line.startswith("  options    ")), "")
    told = [word for word in row.split() if word.startswith("--")]
    assert told == [word for word in given if word != "--mesh"]
    if "--mesh" in words:
        assert "\n  mesh       2 × 2 × 2, 8 wave vectors" in printed
    if command in ("gamma", "shifts", "spectral", "jdos") or name == "kappa":
        assert "\n  scattering three phonons, linear tetrahedra\n" in printed
    done = next(i for i, line in enumerate(lines) if line.startswith("done in "))
    after = [line for line in lines[done + 1 :] if not line.endswith(" left")]
    assert after[0].startswith(NEXT.get(command, "phono ")) if after else command == "plot"


@pytest.mark.parametrize(
    "command", ["displace", "forces", "fc", "convert", "symmetry", "export", "modulate"]
)
def test_programs_read_json_and_nobody_is_told(command, material, tmp_path, capfd):
    for how in ("--json", "--quiet"):
        here, out = tmp_path / how, tmp_path / f"out{how}"
        shutil.copytree(material, here)
        out.mkdir()
        capfd.readouterr()
        with chdir(here):
            assert run(*words_of(command, out), how) == 0
        printed, errors = capfd.readouterr()
        if how == "--json":
            told = json.loads(printed)
            assert told["command"].startswith(f"phono {command} ")
            assert told["files"]
            assert told["text"][0].startswith("phonokit ")
            assert told["text"][-2].startswith("done in ")
        else:
            assert printed + errors == ""


def test_every_command_is_tried():
    assert {name.split()[0] for name in WORDS} | {"completion", "info"} == {*COMMANDS}
