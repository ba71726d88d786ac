"""Nothing that is finished is replaced in silence: the same is kept, another is refused."""

import re
import shutil

import h5py
import phonokit
import pytest
from charges_of_programs import OUTCAR
from copper_volumes import EMT, ONE, make_volumes, run
from phonokit.cli.commands import COMMANDS
from tiny_crystal import EXAMPLE

pytest.importorskip("ase")
pytest.importorskip("seekpath")
pytestmark = pytest.mark.needs_rust

MESH = ("--mesh", "2", "2", "2")
Q = (*MESH, "--q", "0.5,0,0")
SILICON = ("--scattering-length", "Si=4.15")
OTHER_LINE = r"line \d+ is '.*' there and '.*' here"
CASES = {
    "kappa": ((EXAMPLE, *MESH), ("--nu",), "normal-umklapp is false there and true"),
    "converge": ((EXAMPLE, "--meshes", "2"), ("--to", "2%"), "to is 1% there and 2% here"),
    "accumulate": (("kappa.hdf5",), ("--sigma", "0.1"), "sigma is not given there and 0.1"),
    "displace": (("POSCAR", *ONE), ("--distance", "0.02"), "distance is null|0.02 here"),
    "forces": (("todo", *EMT), None, ""),
    "born": (("OUTCAR",), None, ""),
    "fc": (("v0",), ("--no-symmetrize",), "symmetrize is true there and false here"),
    "fit": (
        (EXAMPLE, "--every", "9", "--blocks", "2"),
        ("--skip", "1"),
        "it holds other constants",
    ),
    "convert": (("v0", "out"), None, ""),
    "bands": ((EXAMPLE, "--points-per-segment", "3"), ("--connect",), "connect is false"),
    "dos": ((EXAMPLE, *MESH), ("--sigma", "0.1"), "sigma is not given there and 0.1 here"),
    "thermal": (
        (EXAMPLE, *MESH),
        ("--temperature", "5"),
        r"temperature is 0:1000:10 there and 5\.0",
    ),
    "modes": ((EXAMPLE, *MESH), ("--no-eigenvectors",), "no-eigenvectors is false there"),
    "gamma": ((EXAMPLE, *Q), ("--sigma", "0.1"), "sigma is not given there and 0.1 here"),
    "spectral": (
        (EXAMPLE, *Q),
        ("--temperature", "5"),
        r"300.0 there and 5.0",
    ),
    "shifts": ((EXAMPLE, *Q), ("--sigma", "0.1"), "sigma is not given there and 0.1 here"),
    "jdos": ((EXAMPLE, *Q), ("--sigma", "0.1"), "sigma is not given there and 0.1 here"),
    "qha": (
        ("v0", "v1", "v2", "v3", "--energies", "e-v.dat", *MESH),
        ("--pressure", "1"),
        "pressure is 0.0 there and 1.0 here",
    ),
    "grueneisen": ((EXAMPLE, *MESH), ("--clamped",), "clamped is false there and true"),
    "elasticity": ((EXAMPLE,), ("--no-nac",), "no-nac is false there and true here"),
    "infrared": (
        ("v0", "--born", "CHARGES"),
        ("--damping", "0.2"),
        "damping is 0.1 there and 0.2 here",
    ),
    "unfold": ((EXAMPLE, "--q", "0.5,0,0"), ("--no-nac",), "no-nac is false there and"),
    "neutrons": (
        (EXAMPLE, *MESH, "--momentum", "2,0.2,0", *SILICON),
        ("--resolution", "0.3"),
        r"resolution is not given there and 0\.3 here",
    ),
    "powder": (
        (EXAMPLE, *MESH, "--momentum", "2", "--directions", "9", *SILICON),
        ("--temperature", "5"),
        r"300.0 there and 5.0",
    ),
    "export": (("dos.hdf5",), None, ""),
    "symmetry": (("v0",), ("--q", "0.5,0,0"), "q is 0,0,0 there and 0.5,0,0 here"),
    "modulate": (("v0", "--q", "0,0,0.5", "--band", "1"), None, ""),
}
"""What a command is asked for, another option, and the difference that is named."""
FOLDERS = ("displace", "fc", "fit", "export")


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """What some commands read."""
    folder = tmp_path_factory.mktemp("material")
    make_volumes(folder)
    (folder / "OUTCAR").write_text(OUTCAR)
    assert run("displace", folder / "POSCAR", *ONE, "--output", folder / "todo") == 0
    for name in ("kappa", "dos"):
        output = ("--output", folder / f"{name}.hdf5")
        assert run(name, *CASES[name][0], *output) == 0
    return folder


@pytest.fixture
def here(tmp_path, material, monkeypatch):
    folder = tmp_path / "here"
    shutil.copytree(material, folder)
    monkeypatch.chdir(folder)
    return folder


def words_of(command):
    words = [command, *CASES[command][0]]
    if command in ("forces", "convert"):
        return words
    if command == "modulate":
        return [*words, "--output", "out.vasp"]
    if command == "born":
        return [*words, "--output", "BORN"]
    return [*words, "--output", "out" if command in FOLDERS else "out.hdf5"]


def content(folder):
    files = (f for f in sorted(folder.rglob("*")) if f.is_file())
    return {str(f.relative_to(folder)): f.read_bytes() for f in files}


def table(printed):
    """What is printed between the header and the files."""
    return [
        line
        for line in printed.splitlines()
        if not re.search("wrote|there already|done in|^phonokit", line)
    ]


@pytest.mark.parametrize("command", CASES)
def test_the_same_is_there_already_and_another_is_refused(command, here, capsys):
    if command == "symmetry":
        pytest.importorskip("spgrep")
    if command == "fit":
        pytest.importorskip("symfc")
    words, (_, other, named) = words_of(command), CASES[command]
    before = content(here)
    capsys.readouterr()
    assert run(*words) == 0
    first, made = capsys.readouterr().out, content(here)
    assert run(*words) == 0
    again = capsys.readouterr().out
    assert "is there already, " in again
    assert content(here) == made
    assert table(again) == table(first)
    if other is None:
        new = {name for name in made if made[name] != before.get(name)}
        for name in new - {"todo/forces.hdf5"}:
            text = made[name].splitlines(keepends=True)
            changed = [*text[:2], b"9" + text[2], *text[3:]]
            (here / name).write_bytes(b"".join(changed))
        other, named, made = (), OTHER_LINE, content(here)
    assert run(*words, *other) == 2
    said = capsys.readouterr().err
    assert re.search(named, said.splitlines()[-1]), said
    assert "replace it with --overwrite" in said
    assert content(here) == made
    assert run(*words, *other, "--overwrite") == 0
    assert content(here) != made
    assert "Traceback" not in capsys.readouterr().err


def test_every_command_is_tried():
    assert CASES.keys() == COMMANDS.keys() - {"completion", "info", "plot"}


def test_ways_to_say_the_same_mesh_are_the_same(here, capsys):
    assert run("dos", "v0", "--mesh", "4", "4", "4", "--output", "out.hdf5") == 0
    matrix = ("--mesh-matrix", *"400040004")
    assert run("dos", "v0", *matrix, "--output", "out.hdf5", "--verbose") == 0
    assert "is there already" in capsys.readouterr().out
    assert run("dos", "v0", *MESH, "--output", "out.hdf5") == 2
    named = "mesh is 4 × 4 × 4 there and 2 × 2 × 2 here"
    assert named in capsys.readouterr().err


def test_other_data_another_program_and_another_command_are_named(here, capsys):
    assert run("dos", "v0", *MESH, "--output", "out.hdf5") == 0
    for words, why in (
        (
            ("dos", "v1", *MESH),
            r"it is of other data \(\w+ there\); .* as --output out-2\.hdf5",
        ),
        # Without a mesh it follows from the cell, and differs because the data do.
        (("dos", "v1"), "it is of other data"),
        (("thermal", "v0", *MESH), "command is dos there and thermal here"),
    ):
        before = content(here)
        assert run(*words, "--output", "out.hdf5") == 2
        assert re.search(why, capsys.readouterr().err)
        assert content(here) == before
    with h5py.File("out.hdf5", "w") as file:
        file["kappa"] = [1.0]  # as phono3py has it
    before = content(here)
    assert run("dos", "v0", *MESH, "--output", "out.hdf5") == 2
    assert "it was written by another program" in capsys.readouterr().err
    assert content(here) == before
    result = phonokit.dos(phonokit.load("v0"), (2, 2, 2))
    result.write("out.hdf5")
    assert run("dos", "v0", *MESH, "--output", "out.hdf5") == 2
    assert "it was written from Python" in capsys.readouterr().err


def test_nothing_is_computed_again_for_a_picture(here, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    words = ("kappa", EXAMPLE, *MESH, "--output", "out.hdf5")
    assert run(*words) == 0
    before = content(here)
    monkeypatch.setattr("phonokit.calc.scatterer.linewidths", None)
    for suffix in ("png", "pdf", "svg"):
        picture = here / f"out.{suffix}"
        assert run(*words, "--plot", picture) == 0
        drawn = picture.read_bytes()
        # A picture of the same command may be drawn again, another may not.
        assert run(*words, "--plot", picture) == 0
        picture.write_bytes(drawn.replace(b"phono kappa", b"phono bands"))
        assert run(*words, "--plot", picture) == 2
        assert "drawn by phono bands, not by phono kappa" in capsys.readouterr().err
        picture.write_bytes(b"a photograph")
        assert run(*words, "--plot", picture) == 2
        assert "drawn by another program" in capsys.readouterr().err
        assert picture.read_bytes() == b"a photograph"
        picture.unlink()
    assert content(here) == before


def test_displacements_are_not_replaced_where_their_forces_are(here, capsys):
    before = content(here)
    words = ("displace", "POSCAR", "--second-order", "--output", "v3")
    for more in ((), ("--overwrite",)):
        assert run(*words, "--supercell", "3", "3", "3", *more) == 2
        said = capsys.readouterr().err
        assert r"supercell is [2, 2, 2] there and [3, 3, 3] here; v3 holds forces" in said
        assert "name another folder as --output" in said
        assert content(here) == before
    assert run(*words, "--supercell", "2", "2", "2") == 0
    assert content(here) == before
    # Without forces they may be.
    assert run("displace", "POSCAR", "--output", "todo", "--second-order") == 2
    assert content(here) == before
    assert (
        run("displace", "POSCAR", "--output", "todo", "--second-order", "--overwrite") == 0
    )
    assert content(here) != before
