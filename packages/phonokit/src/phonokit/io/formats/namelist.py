"""Fortran namelists, as far as programs of the field write them."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

from phono_grid.errors import FileError

from phonokit.io.files import open_text
from phonokit.io.lines import number_of

Value = float | bool | str
_NAME = re.compile(r"\s*([A-Za-z_]\w*)\s*(\(([^)]*)\))?\s*=")
_WORD = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|([^\s,]+)")
_MOST_REPEATS = 10**6


class Namelist:
    """The groups of a file: names in lower case, an index as it is written.

    Parameters
    ----------
    path : Path
    groups : dict
        ``groups["crystal"]["lattvec(:,1)"]`` is a list of values.
    """

    def __init__(self, path: Path, groups: dict[str, dict[str, list[Value]]]) -> None:
        self.path, self.groups = path, groups

    def values(self, group: str, name: str) -> list[Value] | None:
        """The values of a name, None if there are none."""
        entries = self.groups.get(group, {})
        return entries.get(name, entries.get(f"{name}(:)"))

    def numbers(self, group: str, name: str, n: int | None = None) -> list[float] | None:
        """The ``n`` numbers of a name, None if it is not there."""
        values = self.values(group, name)
        if values is None:
            return None
        numbers = [x for x in values if isinstance(x, float) and math.isfinite(x)]
        if len(numbers) != len(values) or (n is not None and len(numbers) < n):
            raise FileError(
                f"{self.path}: &{group}: {name}: expected {n or 'some'} numbers, got "
                f"{' '.join(map(str, values))[:60]}"
            )
        return numbers[:n]

    def needed(self, group: str, name: str, n: int) -> list[float]:
        """The ``n`` numbers of a name that must be there."""
        numbers = self.numbers(group, name, n)
        if numbers is None:
            raise FileError(f"{self.path}: &{group}: has no {name}; add it")
        return numbers

    def flag(self, group: str, name: str, default: bool = False) -> bool:
        """Whether something is switched on."""
        values = self.values(group, name)
        return default if not values else values[0] is True


def read_namelist(path: Path) -> Namelist:
    """Read a file of namelists."""
    with open_text(path) as file:
        text = "\n".join(_without_comment(line) for line in file)
    groups: dict[str, dict[str, list[Value]]] = {}
    for match in re.finditer(
        r"[&$](\w+)(.*?)(?:[&$]end|(?<=[\s,])/|\Z)", text, re.S | re.I
    ):
        groups[match[1].lower()] = dict(_entries(match[2]))
    return Namelist(path, groups)


def _without_comment(line: str) -> str:
    """A line up to an exclamation mark that is not in quotes."""
    quote = ""
    for i, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "!":
            return line[:i]
    return line


def _entries(text: str) -> Iterator[tuple[str, list[Value]]]:
    """Names with their values."""
    names = list(_NAME.finditer(text))
    ends = [match.start() for match in names[1:]] + [len(text)] * bool(names)
    for match, end in zip(names, ends, strict=True):
        # All of an axis may be written 1:3.
        places = "" if match[3] is None else re.sub(r"\d+:\d+", ":", match[3])
        index = "" if match[3] is None else f"({''.join(places.split())})"
        values: list[Value] = []
        for word in _WORD.finditer(text[match.end() : end]):
            if word[3] is None:
                values.append(word[1] if word[1] is not None else word[2])
            else:
                values += _values(word[3])
        yield match[1].lower() + index, values


def _values(word: str) -> list[Value]:
    """One value, or ``n*value``."""
    times, star, rest = word.partition("*")
    if star and times.isdigit() and int(times) <= _MOST_REPEATS:
        return _values(rest) * int(times) if rest else []
    if re.fullmatch(r"\.?t(rue)?\.?", word, re.I):
        return [True]
    if re.fullmatch(r"\.?f(alse)?\.?", word, re.I):
        return [False]
    try:
        return [number_of(word)]
    except ValueError:
        return [word]
