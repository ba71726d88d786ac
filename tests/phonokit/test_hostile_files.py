"""Files that are damaged, hostile, or hold what no crystal has: refused in one line."""

import contextlib
import lzma
import re
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from phono_grid.errors import DomainError, FileError
from phonokit.io.tree import Tree, parse
from phonokit.io.yaml_limits import DEEPEST
from tiny_crystal import EXAMPLE

PARSERS = ["yaml12", "yaml"]
DISPLACED = """\
unit_cell:
  lattice:
  - [ 4.2, 0.0, 0.0 ]
  - [ 0.0, 4.2, 0.0 ]
  - [ 0.0, 0.0, 4.2 ]
  points:
  - symbol: Po
    coordinates: [ 0.0, 0.0, 0.0 ]
    mass: 209.0
"""


@pytest.fixture(params=PARSERS)
def parser(request, monkeypatch):
    """One of the two libraries that read yaml."""
    pytest.importorskip(request.param)
    if request.param == "yaml":
        monkeypatch.setitem(sys.modules, "yaml12", None)
    return request.param


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join(f'*a{i - 1}' for _ in range(10))}]\n" for i in range(1, 10)
)

DEEP = {
    "dashes on a line": "- " * 100_000 + "x",
    "dashes on lines": "".join(" " * i + "-\n" for i in range(3000)),
    "keys": "".join(" " * i + "a:\n" for i in range(3000)),
    "questions": "? " * 100_000 + "x",
    "brackets": "a: " + "[" * 100_000,
    "braces": "a: " + "{a: " * 100_000,
    "brackets on lines": "a:\n" + "  [\n" * 100_000,
    "in brackets": "[\n" + "- " * 100_000,
}


@pytest.mark.parametrize("kind", DEEP)
def test_text_that_is_nested_deeper_than_any_crystal_is_refused(parser, kind):
    begin = time.perf_counter()
    with pytest.raises(ValueError, match=r"line \d+: lists are nested deeper than"):
        parse(DEEP[kind])
    assert time.perf_counter() - begin < 3


def test_a_kilobyte_of_aliases_is_not_a_billion_values(parser, tmp_path):
    path = tmp_path / "phono3py.yaml"
    path.write_text(LAUGHS)
    with pytest.raises(FileError, match=r"not valid yaml \(line 3: more than 16 aliases"):
        Tree.read(path)


def test_what_is_not_too_deep_is_read(parser):
    assert parse("- " * (DEEPEST - 2) + "x")
    many = "".join(f"k{i}:\n- c: '[[[[['  # {{ [\n  d: \"{{\"\n" for i in range(200))
    assert len(parse(many)) == 200


def test_a_small_compressed_file_is_not_gigabytes_of_text(tmp_path):
    path = tmp_path / "phono3py_params.yaml.xz"
    with lzma.open(path, "wb") as file:
        for _ in range(400):
            file.write(bytes(1 << 20).replace(b"\0", b" "))
    with pytest.raises(FileError, match="unpacks to more than"):
        phonokit.load(path)


def write(folder: Path, text: str) -> Path:
    path = folder / "phono3py_disp.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[ 0.0, 0.0, 0.0 ]", "[ true, 0.0, 0.0 ]", "coordinates: expected numbers"),
        ("[ 0.0, 0.0, 0.0 ]", "[ '0.5', 0.0, 0.0 ]", "coordinates: expected numbers"),
        ("mass: 209.0", "mass: '209.0'", "mass: expected numbers"),
        ("mass: 209.0", "mass: yes", "mass: expected numbers"),
        ("mass: 209.0", "mass: 1e30", "mass of atom 1 is 1e[+]30 Da, expected 0.1 to 400"),
        ("mass: 209.0", "mass: 0.01", "mass of atom 1 is 0.01 Da"),
        ("mass: 209.0", "mass: 4" + 400 * "0", "mass: expected"),
        ("4.2, 0.0, 0.0", "4.2, 0.0, ~", "lattice: expected numbers"),
    ],
)
def test_a_number_is_a_number_that_a_crystal_can_have(parser, tmp_path, old, new, message):
    path = write(tmp_path, DISPLACED.replace(old, new, 1))
    with pytest.raises(FileError, match=f"{path}: .*unit_cell.*{message}"):
        phonokit.load(path)


def test_the_line_of_a_wrong_number_is_told(tmp_path):
    """The first number of two lines of three, up to the first of the forces."""
    text = copy_of_example(tmp_path).read_text().split("\n")
    number = re.compile(r"(?<![\w.])-?\d[\d.]*")
    told = 0
    for i, line in enumerate(text[: text.index("  forces:") + 3]):
        if i % 3 == 2 or not number.search(line.split("#")[0]):
            continue
        path = write(
            tmp_path, "\n".join([*text[:i], number.sub("x", line, 1), *text[i + 1 :]])
        )
        with contextlib.suppress(FileError):
            phonokit.load(path)
            continue  # a number that nobody reads
        with pytest.raises(FileError, match=rf"line {i + 1}\b"):
            phonokit.load(path)
        told += 1
    assert told > 80


def copy_of_example(folder: Path) -> Path:
    """The yaml file of the example, whole, as text."""
    files = phonokit.load(EXAMPLE).origin.files
    for file in files:
        opener = lzma.open if file.path.suffix == ".xz" else open
        with opener(file.path, "rt") as text:
            (folder / file.path.name.removesuffix(".xz")).write_text(text.read())
    return folder / files[0].path.name.removesuffix(".xz")


def test_a_force_that_no_crystal_has_is_refused(tmp_path):
    path = copy_of_example(tmp_path)
    lines = path.read_text().split("\n")
    row = next(i for i, line in enumerate(lines) if "forces:" in line) + 1
    lines[row] = lines[row][: lines[row].index("[")] + "[ 4294967297, 0.0, 0.0 ]"
    path.write_text("\n".join(lines))
    with pytest.raises(FileError, match=r"force on atom 1 of supercell 1 is 4\.295e\+09"):
        _ = phonokit.load(path).fc2


@pytest.mark.parametrize("order", [2, 3])
def test_constants_that_no_crystal_has_are_refused(tmp_path, order):
    silicon = phonokit.load(EXAMPLE)
    constants = silicon.fc2 if order == 2 else silicon.fc3
    path = phonokit.write_force_constants(constants, tmp_path / f"fc{order}.hdf5")
    with h5py.File(path, "a") as file:
        name = "force_constants" if order == 2 else "fc3"
        file[name][(0,) * file[name].ndim] = 4294967297
    with pytest.raises(
        FileError, match=rf"force constant 1.* is 4\.295e\+09 eV/Å\^{order}"
    ):
        phonokit.read_force_constants(path, constants.supercell)


def test_charges_that_no_crystal_has_are_refused():
    from phonokit.io.plausible import ensure_charges

    good = np.broadcast_to(np.eye(3), (2, 3, 3))
    ensure_charges(good * 11, np.eye(3) * 5000)
    with pytest.raises(DomainError, match="Born charge of atom 1 is 200 e"):
        ensure_charges(good * 200, np.eye(3))
    with pytest.raises(DomainError, match="dielectric tensor is 2e"):
        ensure_charges(good, np.eye(3) * 2e5)
