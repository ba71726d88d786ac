"""Answers to options and commands that there are not."""

import difflib
import itertools
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from phonokit.cli.commands import COMMANDS
from phonokit.cli.foreign import COMMANDS_OF_OTHERS, OF_ONE_COMMAND, OPTIONS, SAME_VALUES

FLAGS = ("--help", "-h", "--version")
"""Options that need no command."""
SAME = 0.85
"""Likeness of two names that mean the same in two commands, as --mesh and --meshes."""
ALIKE = 0.75
"""Likeness of two names from which on one may be meant for the other."""
NAMED = re.compile(r"--[a-z][a-z0-9-]*")
EXAMPLE = re.compile(r"(--[a-z-]+)((?: [0-9.]+)+)(?![0-9,.:])")
NUMBER = re.compile(r"-?[0-9][0-9.]*")
NINE = 9
"""Numbers of a matrix."""
OPTION = re.compile(r"--?[a-zA-Z][^\s=]*")
QUOTED = re.compile(r"--?[a-zA-Z][^\s=]*\s.*", re.S)
"""An option and its value in one word, as quotes make it."""


def ensure_known_command(word: str) -> None:
    """Refuse a command that there is not, with the one that was meant."""
    if word in COMMANDS or word in FLAGS:
        return
    if word.startswith("-"):
        name = word.partition("=")[0]
        alike = difflib.get_close_matches(name, FLAGS, 1, ALIKE)
        hint = OPTIONS.get(name) or (f"did you mean {alike[0]}?" if alike else "")
        raise _error(
            f"{name}: a command comes first, as in phono kappa PATH{hint and '; '}{hint} "
            "(phono --help lists all)"
        )
    hint = f"one of {', '.join(COMMANDS)}"
    alike = difflib.get_close_matches(word, COMMANDS, 1, ALIKE)
    meant = COMMANDS_OF_OTHERS.get(word.removeprefix("phonopy-").removeprefix("phono3py-"))
    if alike or meant:
        hint = f"use phono {meant or alike[0]}"
    elif Path(word).exists():
        hint = f"name a command before the data, as in phono kappa {word}"
    raise _error(f'Unknown command "{word}"; {hint} (phono --help lists all)')


def ensure_known_options(
    words: Sequence[str],
    known: Collection[str],
    options_of: Callable[[str], Collection[str]],
) -> None:
    """Refuse an option that the command does not have, with what to write instead.

    Parameters
    ----------
    words : sequence of str
        The command and its arguments.
    known : collection of str
        Options of the command.
    options_of : callable
        Options of any command; called only where there is something to refuse.
    """
    command = words[0]
    for place, word in enumerate(words[1:], 2):
        name = word.partition("=")[0]
        if word == "--":
            return
        if QUOTED.fullmatch(word):
            raise _error(f"{word!r} is one word; write {word} without the quotes")
        if OPTION.fullmatch(name) and name not in known and name not in ("-h", "--help"):
            hint = answer(name, command, known, options_of)
            if name in SAME_VALUES:
                hint = _with_numbers(hint, words[place:])
            text = f"Unknown option: {name}{hint and '; '}{hint}"
            raise _error(f"{text} (phono {command} --help lists all)")


def answer(
    name: str,
    command: str,
    known: Collection[str],
    options_of: Callable[[str], Collection[str]],
) -> str:
    """The option to write instead of an unknown one; empty where none is near."""
    hint = OF_ONE_COMMAND.get(command, {}).get(name, OPTIONS.get(name))
    if hint is not None:
        return f"{hint}{_elsewhere(hint, known, options_of)}"
    others = [c for c in COMMANDS if c != command and name in options_of(c)]
    same = difflib.get_close_matches(name, known, 1, SAME)
    if same and same[0].startswith(name):
        return f"write {same[0]}"
    if others:
        return f"it is an option of {_commands(others)}"
    alike = difflib.get_close_matches(name, known, 1, ALIKE)
    return f"did you mean {alike[0]}?" if alike else ""


def _with_numbers(hint: str, words: Sequence[str]) -> str:
    """An answer with the numbers that were typed in place of its example."""
    example = EXAMPLE.search(hint)
    typed = [*itertools.takewhile(NUMBER.fullmatch, words)]
    if example is None or not typed:
        return hint
    option = "--supercell-matrix" if len(typed) == NINE else example[1]
    return f"{hint[: example.start()]}{option} {' '.join(typed)}{hint[example.end() :]}"


def _elsewhere(
    hint: str, known: Collection[str], options_of: Callable[[str], Collection[str]]
) -> str:
    """Where the option of an answer is, if neither the command nor the answer tells."""
    named = NAMED.findall(hint)
    if not named or named[0] in known or "phono " in hint:
        return ""
    return f", an option of {_commands([c for c in COMMANDS if named[0] in options_of(c)])}"


def _commands(names: Sequence[str]) -> str:
    """Commands in a list."""
    *most, last = names
    return f"phono {', '.join(most)}{' and ' if most else ''}{last}"


def _error(message: str) -> Exception:
    """An error of the command line."""
    from phono_grid.errors import DomainError  # nothing that is quick needs it

    return DomainError(message)
