"""The help of a command, made of its options."""

import inspect
import re
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, cast, get_args

from cyclopts import App

from phonokit.cli.command import HELP
from phonokit.cli.derive import field_texts
from phonokit.cli.groups import ENVIRONMENT, GROUP_OF, GROUPS, PLACE, SHORT
from phonokit.cli.temperatures import shortened

ARGUMENTS = "Arguments"
COMMON = {"lang": "rust", "smearing-scale": 1.0, "smearing": "tetrahedra"}
"""Meanings of options that all commands have alike, where their value is None."""
WIDEST, NARROWEST, INDENT = 100, 60, 30
"""Columns of the text, and where explanations begin."""
WITH_UNDERSCORE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
KINDS = {int: "N", float: "X", Path: "FILE", str: "TEXT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Line of help: an option, or what a command acts on.

    Parameters
    ----------
    names : tuple of str
    values : str
        Kinds of the values that follow, ``N N N``.
    text : str
    notes : tuple of str
        ``default: …``, ``choices: …``, ``env: …``, ``required``.
    """

    names: tuple[str, ...]
    values: str
    text: str
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The names and the values, as one types them."""
        return " ".join(filter(None, [", ".join(self.names), self.values]))

    @property
    def explanation(self) -> str:
        """The text with its notes."""
        return " ".join([self.text, *(f"[{note}]" for note in self.notes)])


def help_text(name: str, command: App) -> str:
    """The help of a command for a terminal."""
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))
    groups = entries(name, command)
    lines = [f"Usage: {usage(name, command)}", ""]
    for paragraph in description(command):
        lines += [*textwrap.wrap(paragraph, width), ""]
    for heading, listed in groups.items():
        lines += [heading, *(line for entry in listed for line in _lines(entry, width)), ""]
    examples = [e.replace("\n", "\n    ") for e in HELP[name].examples]
    lines += ["Examples", *(f"  {example}" for example in examples)]
    return "\n".join(lines) + "\n"


def usage(name: str, command: App) -> str:
    """The way a command is written: ``phono kappa PATH [OPTIONS]``."""
    arguments = [entry.names[0] for entry in entries(name, command).get(ARGUMENTS, [])]
    return " ".join(["phono", name, *arguments, "[OPTIONS]"])


def description(command: App) -> list[str]:
    """The paragraphs of what a command does."""
    text = inspect.getdoc(command.default_command) or ""
    text = re.split(r"\n\nParameters\n-+", text)[0]
    return [" ".join(part.split()) for part in text.split("\n\n")]


def entries(name: str, command: App) -> dict[str, list[Entry]]:
    """Arguments and options of a command by group, in the order in which they are told."""
    arguments = list(command.assemble_argument_collection())
    texts = dict(field_texts(command.default_command))
    for hint in (a.hint for a in arguments if is_dataclass(a.hint)):
        texts.update(field_texts(hint))
    groups: dict[str, list[tuple[int, Entry]]] = {g: [] for g in (ARGUMENTS, *GROUPS)}
    for argument in (a for a in arguments if a.show):
        key = argument.names[0].lstrip("-")
        entry = _entry(argument, texts, HELP[name].defaults)
        groups[GROUP_OF.get(key, ARGUMENTS)].append((PLACE.get(key, 0), entry))
    return {
        group: [entry for _, entry in sorted(listed, key=lambda pair: pair[0])]
        for group, listed in groups.items()
        if listed
    }


def _entry(argument: Any, texts: dict[str, str], defaults: Any) -> Entry:
    """An argument of cyclopts in words."""
    names, field = argument.names, argument.field_info
    key = names[0].lstrip("-")
    letters = tuple(s for s, long in SHORT.items() if long == names[0])
    choices = argument.get_choices() or ()
    default = field.default
    if default is None or default in ("", ()):
        default = defaults.get(key, COMMON.get(key))
    notes = []
    if choices:
        notes.append(f"choices: {', '.join(map(str, choices))}")
    if argument.required:
        notes.append("required")
    elif default is True:
        notes.append("default: on")
    elif told := _told(default):
        notes.append(f"default: {told}")
    if key in ENVIRONMENT:
        notes.append(f"env: {ENVIRONMENT[key]}")
    return Entry(
        names=(*letters, *(name for name in names if name not in letters)),
        values=_values(argument) if names[0].startswith("-") else "",
        text=_in_options(argument.parameter.help or texts.get(field.name, "")),
        notes=tuple(notes),
    )


def _in_options(text: str) -> str:
    """A text of the library with the options that its arguments are."""

    def option(match: re.Match[str]) -> str:
        name = match.group().replace("_", "-")
        return f"--{name}" if name in GROUP_OF else match.group()

    return WITH_UNDERSCORE.sub(option, text)


def _told(default: Any) -> str:
    """A default as people type it; nothing for one that is not worth it."""
    if default is inspect.Parameter.empty or default is None or isinstance(default, bool):
        return ""
    values = shortened(default) if isinstance(default, tuple | list) else default
    if isinstance(values, tuple | list):
        return " ".join(map(_told, values))
    return f"{values:g}" if isinstance(values, float) else str(values)


def _values(argument: Any) -> str:
    """Letters for the values that follow an option."""
    count, repeated = cast("tuple[int, bool]", argument.token_count())
    if count == 0:
        return ""
    kind = next((kind for kind in _leaves(argument.hint) if kind in KINDS), None)
    letter = "NAME" if argument.get_choices() or kind is None else KINDS[kind]
    return " ".join([letter] * min(count, 3)) + "..." * (repeated or count > 3)


def _leaves(hint: Any) -> Iterator[Any]:
    """The types that a type is made of."""
    parts = get_args(hint)
    if not parts:
        yield hint
    for part in parts:
        yield from _leaves(part)


def _lines(entry: Entry, width: int) -> list[str]:
    """An entry on as many lines as it needs."""
    title = f"  {entry.title}"
    text = textwrap.wrap(
        entry.explanation,
        width - INDENT,
        break_on_hyphens=False,
        break_long_words=False,
    )
    if len(title) >= INDENT:
        return [title, *(" " * INDENT + line for line in text)]
    first, *rest = text or [""]
    return [f"{title:<{INDENT}}{first}", *(" " * INDENT + line for line in rest)]
