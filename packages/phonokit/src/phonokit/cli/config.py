"""Settings files: the options of a command as TOML, written by every result."""

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from phonokit.cli.temperatures import follows

OPTION = "--config"


def with_config(tokens: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    """The arguments, with those of a settings file that are not given otherwise."""
    before, path = _without_config(list(tokens))
    if path is None or not before:
        return before
    command, given = before[0], set(_options(before))
    words = before[:]
    for name, value in _table(path, command).items():
        flag = f"--{name}"
        opposite = {f"--no-{name}", f"--{name.removeprefix('no-')}"} - {flag}
        if flag in given or given & opposite:
            continue
        if value is False:
            words += opposite & counts.keys()
        else:
            words += _words(path, flag, value)
    return words


def settings_text(
    tokens: Sequence[str],
    counts: Mapping[str, int],
    defaults: Mapping[tuple[str, ...], Any],
) -> str:
    """A settings file that says what these arguments say, and all that they leave open.

    Parameters
    ----------
    tokens : sequence of str
        The command and its arguments.
    counts : mapping
        How many words each option of the command takes, by all its names; the first name
        of an option comes before its others.
    defaults : mapping
        What options mean if they are not given, by all names of each: another version may
        mean something else.
    """
    if not tokens:
        return ""
    command = tokens[0]
    values, positional = values_of(tokens[1:], counts)
    lines = [f"# {shlex.join(['phono', command, *positional, OPTION, 'THIS_FILE'])}"]
    lines.append(f"[{command}]")
    for key, given in values.items():
        if key in ("quiet", "json"):
            continue
        text = "true" if not given else json.dumps(given[0] if len(given) == 1 else given)
        lines.append(f"{'verbose' if key == 'v' else key} = {text}")
    for names, default in defaults.items():
        if not values.keys() & {name.lstrip("-") for name in names}:
            lines.append(f"{names[0].lstrip('-')} = {json.dumps(default)}")
    return "\n".join(lines) + "\n"


def with_values(settings: str, values: Mapping[str, Any]) -> str:
    """A settings file with other values of options that it names."""
    lines = settings.split("\n")
    names = [line.partition(" = ")[0] for line in lines]
    return "\n".join(
        f"{name} = {json.dumps(values[name])}" if name in values else line
        for name, line in zip(names, lines, strict=True)
    )


def values_of(
    tokens: Sequence[str], counts: Mapping[str, int]
) -> tuple[dict[str, list[str]], list[str]]:
    """The words of each option by its name without hyphens, and those of none."""
    values: dict[str, list[str]] = {}
    positional: list[str] = []
    name, left = "", 0
    for word in tokens:
        flag, equals, value = word.partition("=")
        if flag in counts:
            name, left = flag.lstrip("-"), counts[flag] - bool(equals)
            values.setdefault(name, []).extend([value] if equals else [])
        elif name and (left > 0 or follows(f"--{name}", word)):
            values[name].append(word)
            left -= 1
        else:
            positional.append(word)
    return values, positional


def _without_config(tokens: list[str]) -> tuple[list[str], Path | None]:
    """The arguments without the settings file, and its name."""
    for i, word in enumerate(tokens):
        if word.startswith(f"{OPTION}="):
            return tokens[:i] + tokens[i + 1 :], Path(word.partition("=")[2])
        if word == OPTION:
            if i + 1 == len(tokens):
                raise _error(f"{OPTION}: name a settings file")
            return tokens[:i] + tokens[i + 2 :], Path(tokens[i + 1])
    return tokens, None


def _table(path: Path, command: str) -> dict[str, Any]:
    """Settings of a command in a settings file."""
    import tomllib  # few commands need it

    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _error(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _error(f"{path}: not a settings file in TOML ({error})") from None
    table = tables.get(command)
    if not isinstance(table, dict):
        there = ", ".join(f"[{name}]" for name in tables) or "nothing"
        raise _error(f"{path}: has no table [{command}], only {there}")
    return table


def _words(path: Path, flag: str, value: Any) -> list[str]:
    """An option of a settings file as arguments."""
    if value is True:
        return [flag]
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(v, str | int | float) for v in values):
        raise _error(
            f"{path}: {flag[2:]}: expected true, a number, a word, or a list of them"
        )
    return [flag, *(str(v) for v in values)]


def _options(tokens: Sequence[str]) -> list[str]:
    """The names of the options that are given."""
    return [word.partition("=")[0] for word in tokens if word.startswith("--")]


def _error(message: str) -> Exception:
    """An error that the command line words as its own."""
    from phono_grid.errors import FileError

    return FileError(message)
