"""Refusals of the parser of command lines, in the words of all other errors."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from cyclopts import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnusedCliTokensError,
)

from phonokit.cli.derive import is_whole

KINDS = {int: "a whole number", float: "a number", Path: "a file"}
"""Words for types of Python."""
SEVERAL = {"a whole number": "whole numbers", "a number": "numbers", "a file": "files"}


def in_plain_words(
    error: CycloptsError, words: Sequence[str], counts: Mapping[str, int], usage: str
) -> str:
    """The message of an error of the parser.

    Parameters
    ----------
    error : CycloptsError
    words : sequence of str
        The command and its arguments.
    counts : mapping
        How many words each option of the command takes, by all its names.
    usage : str
        How the command is written.
    """
    if isinstance(error, MissingArgumentError):
        return _missing(error, words, usage)
    if isinstance(error, CoercionError) and error.token is not None:
        return _of_another_kind(error)
    if isinstance(error, RepeatArgumentError):
        return f"{error.token.keyword}: is given more than once; give it once"
    if isinstance(error, UnusedCliTokensError):
        return _too_many(list(error.unused_tokens or ()), words, counts, usage)
    return " ".join(str(error).split()).removesuffix(".")


def _missing(error: MissingArgumentError, words: Sequence[str], usage: str) -> str:
    """An argument without its value, or with too few."""
    argument: Any = error.argument
    name = str(error.keyword or argument.name).partition("=")[0]
    if not name.startswith("-"):
        return f"{name} is missing; write {usage}"
    count = argument.token_count()[0]
    kind = kind_of(argument.hint)
    if count < 2:
        return f"{name}: expected {kind}, got nothing"
    got = len(error.tokens_so_far) % count
    values = [word for word in words if word.startswith(f"{name}=")]
    only = error.tokens_so_far[0] if got == 1 else "".join(values).partition("=")[2]
    text = f"{name}: expected {count} {SEVERAL.get(kind, 'values')}, got "
    text += str(got or len(values)) if got or values else "nothing"
    return (
        f"{text}; write {name} {' '.join([only] * count)}" if only and count == 3 else text
    )


def _of_another_kind(error: CoercionError) -> str:
    """A value that is not of the kind that is expected."""
    token: Any = error.token
    argument: Any = error.argument
    name, value = token.keyword or (argument.name if argument else ""), token.value
    if error.msg is not None:
        return f"{name}: {str(error.msg).removesuffix('.')}"
    target: Any = error.target_type
    if get_origin(target) is Literal:
        return (
            f"{name} must be one of {', '.join(map(str, get_args(target)))}, got {value!r}"
        )
    if target is bool:
        return f"{name}: takes no value, got {value!r}"
    return f"{name}: expected {KINDS.get(target, 'a value')}, got {value!r}"


def _too_many(
    unused: Sequence[str], words: Sequence[str], counts: Mapping[str, int], usage: str
) -> str:
    """Words that belong to nothing."""
    first = unused[0] if unused else ""
    place = words.index(first) if first in words else 0
    before = words[place - 1] if place else ""
    if counts.get(before) == 0:
        return f"{before}: takes no value, got {first!r}"
    option = next((w for w in reversed(words[:place]) if w.startswith("--")), "")
    if option:
        name = option.partition("=")[0]
        return f"{name}: has all its values before {first!r}; leave that out"
    return f"unexpected {first!r}; write {usage}"


def kind_of(hint: Any) -> str:
    """The kind of value of a type, in words."""
    if is_whole(hint) and hint is not type(None):
        return KINDS[int]
    parts = [hint, *get_args(hint)]
    literal = next((part for part in parts if get_origin(part) is Literal), None)
    if literal is not None:
        return f"one of {', '.join(map(str, get_args(literal)))}"
    return next((KINDS[part] for part in parts if part in KINDS), "a value")
