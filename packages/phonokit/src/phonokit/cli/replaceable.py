"""Nothing that is finished is replaced in silence."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, zip_longest
from pathlib import Path

from phono_grid.errors import FileError
from phono_grid.hdf5 import open_hdf5

from phonokit.cli.invocation import current
from phonokit.plot.figure import maker_of
from phonokit.results.finished import difference, reason_of_difference

RESULT, SETTINGS = b"\x89HDF", b"# phono "
"""First words of the files that may be replaced."""
ASKED = "asked: "
"""Begins the comment that says what a text file was asked for, as JSON."""
ROUNDING = 1e-9
"""Absolute and relative; numbers that differ by less are the same calculation."""
SHOWN = 60
"""Letters of a line that are shown."""
REMEDY = "name another output=, or replace it with overwrite=True"
FIT = ("fit", "method", "cells_sha256", "forces_sha256")
"""Words in a file of constants that tell its origin."""


def ensure_replaceable(path: Path, begin: bytes) -> None:
    """Refuse to write over a file that does not begin as ours do."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        there = file.read(len(begin))
    if there and there != begin:
        raise FileError(
            f"{path}: is in the way and was not written by phonokit; move it, or name "
            "another output="
        )


def picture_name() -> str:
    """The author line of pictures that the command has drawn."""
    return f"phono {current.get().tokens[0]}"


def ensure_own_picture(path: Path, *, overwrite: bool) -> None:
    """Refuse to draw over a picture that is not one of the same command."""
    if overwrite or not path.is_file():
        return
    maker = maker_of(path)
    if maker != picture_name():
        raise FileError(
            f"{path}: is there already: it was drawn by {maker or 'another program'}, not "
            f"by {picture_name()}; name another plot=, or replace it with overwrite=True"
        )


def is_finished(path: Path, asked: Mapping[str, str], *, overwrite: bool) -> bool:
    """Whether a file holds the result that is asked for.

    Parameters
    ----------
    path : Path
    asked : mapping
        Everything that its numbers depend on, by name.
    overwrite : bool
        Whether it is to be computed and replaced whatever it is.

    Raises
    ------
    FileError
        If there is another result, which is not to be replaced.
    """
    if overwrite or not path.is_file() or not path.stat().st_size:
        return False
    with open_hdf5(path) as file:
        why = reason_of_difference(file, asked)
    if why:
        raise FileError(
            f"{path}: is there already: {why}; name another file, as output={_free(path)}, "
            "or replace it with overwrite=True"
        )
    return True


def _free(path: Path) -> Path:
    """A name like that of a file, which no file has."""
    numbered = (path.with_stem(f"{path.stem}-{n}") for n in count(2))
    return next(name for name in numbered if not name.exists())


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Choice whether files that are about to be written replace those that are there.

    Parameters
    ----------
    overwrite : bool
        Replace whatever is different.
    never : mapping
        Why some files are not to be replaced whatever is chosen, by path.
    kept : set of Path
        Files that were there, the same but for rounding; filled by `accept`.
    """

    overwrite: bool
    never: Mapping[Path, str] = field(default_factory=dict)
    kept: set[Path] = field(default_factory=set)

    def accept(self, path: Path, new: Path) -> bool:
        """Whether a new file takes the place of an old one; for `together`.

        Raises
        ------
        FileError
            If it differs and is not to be replaced.
        """
        if not path.is_file():
            return True
        why = _difference(path, new)
        if not why:
            self.kept.add(path)
            return False
        if path in self.never:
            raise FileError(f"{path}: is there already: {why}; {self.never[path]}")
        if not self.overwrite:
            raise FileError(f"{path}: is there already: {why}; {REMEDY}")
        return True

    def told(self, paths: Sequence[Path]) -> list[str]:
        """Lines that say what was written, and what was there."""
        return [
            f"{path} is there already, the same" if path in self.kept else f"wrote {path}"
            for path in paths
        ]


def _difference(old: Path, new: Path) -> str:
    """The difference of two files, in words; empty if they are the same."""
    there, here = old.read_bytes(), new.read_bytes()
    if there == here:
        return ""
    if here.startswith(RESULT):
        return _of_constants(old, new)
    lines = list(zip_longest(there.split(b"\n"), here.split(b"\n"), fillvalue=b""))
    others = [(n, a, b) for n, (a, b) in enumerate(lines, 1) if not _alike(a, b)]
    if not others:
        return ""
    asked = [[_asked(line) for line in pair] for _, *pair in others]
    if all(map(all, asked)):
        return ""  # the same numbers, however they were asked for
    named = [difference(*pair) for pair in asked if all(pair)]
    number, a, b = others[0]
    line = f"line {number} is {_shown(a)} there and {_shown(b)} here"
    return named[0] if named and named[0] else line


def _alike(a: bytes, b: bytes) -> bool:
    """Whether two lines have the same words, and the same numbers but for rounding."""
    if a == b:
        return True
    try:
        return len(a.split()) == len(b.split()) and all(
            x == y or abs(float(x) - float(y)) <= ROUNDING * max(1.0, abs(float(x)))
            for x, y in zip(a.split(), b.split(), strict=True)
        )
    except ValueError:
        return False


def _asked(line: bytes) -> dict[str, str]:
    """The settings recorded in a comment line; nothing in another line."""
    try:
        found = json.loads(line.partition(b"# " + ASKED.encode())[2])
        return {str(k): str(v) for k, v in found.items()}
    except (ValueError, AttributeError, RecursionError):
        return {}


def _of_constants(old: Path, new: Path) -> str:
    """The difference of two files of constants; empty if only their origin differs."""
    with open_hdf5(new) as file:
        here = {name: file.text(name) for name in FIT}
        shapes = {name: file.shape(name) for name in file}
    with open_hdf5(old) as file:
        if file.attributes.get("program") != "phonokit":
            return "it was written by another program"
        there = {name: file.text(name) for name in FIT}
        if not any(here.values()):
            return "it holds other constants"
        if there == here and shapes == {name: file.shape(name) for name in file}:
            return ""
    fits = [_choices(where.pop("fit")) for where in (there, here)]
    return difference(*fits) or difference(there, here) or "it has other atoms"


def _choices(fit: str) -> dict[str, str]:
    """The choices of a fit by name, of what a file says of it."""
    try:
        found = json.loads(fit)
        return {str(k): _told(v) for k, v in found.items()}
    except (ValueError, AttributeError, RecursionError):
        return {"fit": fit}


def _told(value: object) -> str:
    """A choice as it is typed."""
    return "not given" if value is None else str(value).lower()


def _shown(line: bytes) -> str:
    """A line for a person."""
    text = " ".join(line.decode("utf-8", "replace").split())
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "...")
