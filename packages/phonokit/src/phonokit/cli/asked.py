"""The options of a command that change its numbers, each in a word or two."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from inspect import BoundArguments, Parameter
from pathlib import Path
from typing import Any

from phono_grid.digests import sha256_for

from phonokit.cli.config import values_of
from phonokit.cli.temperatures import shortened

HOW = {
    *("output", "plot", "unit", "config", "restart", "overwrite", "verbose", "plan"),
    *("memory", "over_memory", "batch_size", "quiet", "json", "strengths"),
}
"""Options that change no number of a result."""
MOST = 72
"""Letters of the line on options; the command itself is in the result."""
MESHES = ("mesh", "mesh_matrix", "mesh_length")
"""Ways to say a mesh, which is known by its matrix."""
LONG = 80
"""Letters of a value that can be shown to a person; longer ones are hashed."""


def asked_of(arguments: BoundArguments) -> dict[str, str]:
    """The options of a call by name, with those that were not given, without the data.

    Parameters
    ----------
    arguments : BoundArguments
        Of the function of a command, defaults applied.
    """
    kinds = {name: p.kind for name, p in arguments.signature.parameters.items()}
    found: dict[str, str] = {}
    for name, value in arguments.arguments.items():
        if kinds[name] is Parameter.KEYWORD_ONLY:
            found |= _flat(name, value)
    return found


def given_options(words: Sequence[str], counts: Mapping[str, int]) -> str:
    """The options of a command line that change what comes out, as they may be typed.

    Parameters
    ----------
    words : sequence of str
        The command and its arguments, with those of a settings file.
    counts : mapping
        How many words each option of the command takes, by all its names.
    """
    values, _ = values_of(words[1:], counts)
    text = " ".join(
        shlex.join([f"--{name}", *given])
        for name, given in values.items()
        if name.replace("-", "_") not in (*HOW, "v", *MESHES)
    )
    return text if len(text) <= MOST else f"{text[:MOST].rsplit(' ', 1)[0]} ..."


def asked_in(settings: Any) -> dict[str, str]:
    """The fields of settings by name."""
    return _flat("", settings)


def _flat(name: str, value: Any) -> dict[str, str]:
    """An option, or those in a group of them."""
    if name in HOW:
        return {}
    if is_dataclass(value) and not isinstance(value, type):
        found: dict[str, str] = {}
        for f in fields(value):
            found |= _flat(f.name, getattr(value, f.name))
        return found
    return {name: word(value)}


def word(value: Any) -> str:
    """A value as it can be compared and, where it is short, be read."""
    if isinstance(value, tuple) and len(value) < 2:
        value = value[0] if value else None
    elif isinstance(value, tuple):
        value = shortened(value)
    if isinstance(value, Path):
        return f"{value.name} {file_hash(value)}".strip()
    if isinstance(value, Enum):
        return str(value.value)
    text = str(value) if isinstance(value, str) else json.dumps(value, default=str)
    if value is None:
        return "not given"
    return text if len(text) <= LONG else f"{text[:20]}... {_hash(text.encode())}"


def file_hash(path: Path) -> str:
    """A short hash of a file; empty if there is none."""
    return _hash(path.read_bytes()) if path.is_file() else ""


def _hash(data: bytes) -> str:
    """A short hash."""
    digest = sha256_for(len(data))
    digest.update(data)
    return digest.hexdigest()[:12]
