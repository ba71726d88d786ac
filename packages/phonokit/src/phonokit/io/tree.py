"""Parsed yaml, and the questions the readers ask it.

A `Tree` knows where it stands in which file, so that what is missing or malformed is
named in the words of the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.files import lines_of, open_text
from phonokit.io.number_blocks import MARK, BadRowError, take_blocks
from phonokit.io.yaml_limits import ensure_within_limits
from phonokit.io.yaml_lines import line_of


class Word(str):
    """A scalar without quotes that may be a number: PyYAML leaves that to us."""

    __slots__ = ()


def parse(text: str) -> Any:
    """Parse yaml with the fastest parser there is; ValueError if it is malformed.

    Numbers are numbers, or a `Word`; any other string was written as one.
    """
    ensure_within_limits(text)
    try:
        from yaml12 import parse_yaml
    except ImportError:
        return _parse_with_pyyaml(text)
    return parse_yaml(text)


def _parse_with_pyyaml(text: str) -> Any:
    """PyYAML, with scalars left as strings: its YAML 1.1 takes nobelium, No, for false."""
    try:
        import yaml
    except ImportError:
        raise FileError(
            "yaml files need a parser; install py-yaml12 (or PyYAML) with pip"
        ) from None
    base = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

    # Either parser's, imported only where it is needed, so that mypy does not see it.
    class Loader(base):  # type: ignore[misc, valid-type]
        """Strings, of which those without quotes are told apart."""

        def construct_scalar(self, node: Any) -> str:
            """The text of a scalar."""
            text: str = super().construct_scalar(node)
            return text if node.style else Word(text)

    try:
        return yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A mapping of a yaml file.

    Parameters
    ----------
    file : Path
        Named in errors.
    where : str
        The path of keys to this mapping, empty at the top.
    value : dict
    blocks : tuple of arrays
        The tables that were taken out of the text.
    """

    file: Path
    where: str
    value: dict[str, Any]
    blocks: tuple[NDArray[np.float64], ...] = ()

    @classmethod
    def read(cls, path: Path) -> "Tree":
        """Read a yaml file whose top is a mapping."""
        try:
            with open_text(path) as file:
                text, blocks = take_blocks(lines_of(file))
            value = parse(text)
        except FileError:
            raise
        except BadRowError as error:
            raise FileError(f"{path}: {error}; correct this line") from None
        except ValueError as error:
            reason = " ".join(str(error).split())
            raise FileError(f"{path}: not valid yaml ({reason})") from None
        if not isinstance(value, dict):
            raise FileError(
                f"{path}: not a crystal; expected a phono3py yaml file with the key "
                "unit_cell; a structure file is for phonokit.displace or from_calculator "
                "(phono displace, or phono fc with a calculator)"
            )
        return cls(path, "", value, tuple(blocks))

    def __contains__(self, key: str) -> bool:
        """Whether the key is there and holds something."""
        return self.value.get(key) is not None

    def name(self, key: str) -> str:
        """``key`` with the keys that lead to it."""
        return f"{self.where}.{key}" if self.where else key

    def error(self, key: str, message: str, item: int | None = None) -> FileError:
        """An error about ``key``, or an item of it counted from 1, to be raised."""
        name = self.name(key)
        line = line_of(self.file, name if item is None else f"{name}[{item}]")
        place = "" if line is None else f"line {line}: "
        return FileError(f"{self.file}: {place}{name}: {message}")

    def get(self, key: str) -> Any:
        """The value of a key that has to be there."""
        if key not in self:
            raise self.error(key, "is missing; is this a complete phono3py yaml file?")
        return self.value[key]

    def string(self, key: str) -> str:
        """A word; a number counts as one."""
        value = self.get(key)
        if isinstance(value, (dict, list)):
            raise self.error(key, "expected a word")
        return str(value)

    def boolean(self, key: str, default: bool) -> bool:
        """Yes or no."""
        return str(self.value.get(key, default)).lower() == "true"

    def child(self, key: str) -> "Tree":
        """A mapping inside."""
        value = self.get(key)
        if not isinstance(value, dict):
            raise self.error(key, "expected a mapping")
        return Tree(self.file, self.name(key), value, self.blocks)

    def children(self, key: str) -> Iterator["Tree"]:
        """The mappings of a list inside."""
        value = self.get(key)
        if not isinstance(value, list):
            raise self.error(key, "expected a list")
        for i, item in enumerate(value):
            where = f"{self.name(key)}[{i + 1}]"
            if not isinstance(item, dict):
                raise self.error(f"{key}[{i + 1}]", "expected a mapping")
            yield Tree(self.file, where, item, self.blocks)

    def array(self, key: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Numbers of a shape, in which -1 is any size."""
        there = self.get(key)
        try:
            value = self._with_tables(there)
            _ensure_numbers(value)
            array = np.array(value, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            message = f"expected numbers {_size(shape)}"
            raise self.error(key, message, _first_wrong(there)) from None
        fits = array.ndim == len(shape) and all(
            n in (-1, m) for n, m in zip(shape, array.shape, strict=True)
        )
        if not fits:
            raise self.error(
                key, f"expected numbers {_size(shape)}, got {_size(array.shape)}"
            )
        if not np.isfinite(array).all():
            raise self.error(key, "expected finite numbers")
        return array

    def _with_tables(self, value: Any) -> Any:
        """A value in which tables stand where their marks were."""
        if isinstance(value, str) and value.startswith(MARK):
            number = value[1:]
            if not (number.isdecimal() and int(number) < len(self.blocks)):
                raise ValueError  # a mark that is not ours
            return self.blocks[int(number)]
        if isinstance(value, list) and value and isinstance(value[0], str):
            return [self._with_tables(item) for item in value]
        return value

    def integer(self, key: str) -> int:
        """A whole number."""
        value = float(self.array(key, ()))
        if value != round(value):
            raise self.error(key, f"expected a whole number, got {value:g}")
        return round(value)


def _ensure_numbers(value: Any) -> None:
    """Refuse what only looks like numbers: true, and numbers in quotes."""
    if isinstance(value, list):
        for item in value:
            _ensure_numbers(item)
    elif not isinstance(value, int | float | Word | np.ndarray) or isinstance(value, bool):
        raise TypeError


def _first_wrong(value: Any) -> int | None:
    """Which item of a list is not numbers, from 1."""
    for i, item in enumerate(value if isinstance(value, list) else []):
        try:
            _ensure_numbers(item)
        except TypeError:
            return i + 1
    return None


def _size(shape: tuple[int, ...]) -> str:
    """``(64 × 3)``."""
    return f"({' × '.join('n' if n < 0 else str(n) for n in shape) or 'one'})"
