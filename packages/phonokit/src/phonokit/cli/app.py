"""The command ``phono``."""

import errno
import functools
import gc
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from cyclopts import App, ArgumentCollection, CycloptsError, Parameter
from phono_mpi.launch import Launch

from phonokit._version import __version__
from phonokit.cli.commands import ASKS_FOR_HELP, COMMANDS, asks_for_overview, overview
from phonokit.cli.encoding import replace_unknown_letters
from phonokit.cli.waiting import erase

INTERRUPTION = "phono: interrupted; nothing was written\n"
BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
NO_ROOM = [getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EFBIG")]
"""Error numbers of a full disk, wherever a program meets it."""
GARBAGE = 20_000
"""Objects made before Python looks for garbage among them; its own choice is 700."""

ALONE = {"accumulate", "born", "convert", "displace", "export", "fc", "forces", "modulate"}
ALONE |= {"completion", "info", "plot", "symmetry"}
"""Commands that do not share their work among ranks."""

NO_SETTINGS = {"--restart", "--overwrite", "--verbose", "--quiet", "--json"}
"""Options that a settings file leaves out where they are not given."""

app = App(
    name="phono",
    help="Phonons and lattice thermal conductivity.",
    help_format="plaintext",
    version=f"phonokit {__version__}",
    suppress_keyboard_interrupt=False,
    default_parameter=Parameter(negative=(), show_default=False),
)
for name, text in COMMANDS.items():
    app.command(f"phonokit.cli.{name}:app", name=name, help=text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``phono`` and return its exit code.

    0 if all went well, 2 for input that cannot be used, 130 after Ctrl-C, 141 if nobody
    reads the output any more.
    """
    # What is imported stays: looking through it for garbage took a tenth of a short run.
    gc.set_threshold(GARBAGE, *gc.get_threshold()[1:])
    tokens = list(sys.argv[1:] if argv is None else argv)
    launch = Launch.from_environment()
    replace_unknown_letters()
    try:
        _run(tokens, launch)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes stdout once more at exit, which must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except BaseException as error:
        _end_others(error, tokens, launch)
        known = _explanation(error)
        erase()
        if known is None:
            raise
        message, code = known
        # All ranks have the same error.
        if launch.rank == 0:
            sys.stderr.write(message)
        return code
    return 0


def _run(tokens: Sequence[str], launch: Launch) -> None:
    """Understand the arguments, and do what they ask for."""
    from phonokit.cli.config import settings_text, with_config
    from phonokit.cli.forgive import forgiven, tell_of_ranges
    from phonokit.cli.groups import in_full
    from phonokit.cli.invocation import Invocation, current
    from phonokit.cli.temperatures import spread
    from phonokit.cli.unknown import ensure_known_command, ensure_known_options

    if tokens[:1] == ["help"]:
        tokens = [*tokens[1:2], "--help"]
    if asks_for_overview(list(tokens)):
        sys.stdout.write(overview() if launch.rank == 0 else "")
        return
    command = tokens[0]
    ensure_known_command(command)
    if _asks_for_help(tokens):
        erase()
        sys.stdout.write(_help_text(command) if launch.rank == 0 else "")
        return
    launch.share_cores()
    counts = known_options(command)
    words = with_config(in_full(list(tokens), frozenset(counts)), counts)
    if counts:
        ensure_known_options(words, counts, known_options)
        words = forgiven(words, _choices(command), frozenset(counts))
        if launch.rank == 0:
            tell_of_ranges(words)
    if launch.size > 1 and command in ALONE:
        # They have nothing to share; the first rank does them.
        if launch.rank > 0:
            return
        sys.stderr.write(f"phono: {command} runs on one rank, the others are idle\n")
    from phonokit.cli.asked import given_options  # imports NumPy

    _ensure_whole_numbers(words, counts)
    erase()
    current.set(
        Invocation(
            tokens=tokens,
            settings=settings_text(words, counts, _defaults(command)),
            explain=_explain,
            options=frozenset(counts),
            given=given_options(words, counts),
        )
    )
    with _warnings(command, launch):
        app(
            spread(words),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )


def _asks_for_help(tokens: Sequence[str]) -> bool:
    """Whether the help of a command is wanted."""
    return tokens[0] in COMMANDS and not ASKS_FOR_HELP.isdisjoint(tokens[1:])


def _help_text(command: str) -> str:
    """The help of a command."""
    from phonokit.cli.help import help_text

    return help_text(command, app[command])


def _warnings(command: str, launch: Launch) -> AbstractContextManager[None]:
    """Show warnings in one line, once for all ranks."""
    if command not in COMMANDS:
        return nullcontext()
    from phonokit.cli.terminal import warnings_in_one_line

    return warnings_in_one_line(launch.rank == 0)


def _end_others(error: BaseException, tokens: Sequence[str], launch: Launch) -> None:
    """End the other ranks, unless they have the same error or nothing to do."""
    if launch.size == 1 or isinstance(error, SystemExit) or ALONE & set(tokens[:1]):
        return
    if isinstance(_cause(error), KeyboardInterrupt):
        if "mpi4py.MPI" not in sys.modules:
            launch.end_by_signal(INTERRUPTION, signal.SIGINT)
    elif isinstance(error, Exception):
        from phonokit.run.distributed import end_before_meeting

        end_before_meeting(error, _explain)


@functools.cache
def _arguments(command: str) -> ArgumentCollection:
    """The arguments of a command: cyclopts takes 15 ms to assemble them."""
    from phonokit.cli.command import Command

    parser = app[command]
    assert isinstance(parser, Command)  # as all files of commands make them
    return parser.assembled()


def known_options(command: str) -> dict[str, int]:
    """Number of words each option of a command takes, by all its names with hyphens."""
    if command not in COMMANDS:
        return {}
    return {
        name: argument.token_count()[0]
        for argument in _arguments(command)
        if argument.parse
        for name in argument.names
        if name.startswith("-")
    }


def _choices(command: str) -> dict[str, tuple[str, ...]]:
    """The values that an option may have, by its names."""
    return {
        name: choices
        for argument in _arguments(command)
        if (choices := argument.get_choices())
        for name in argument.names
    }


def _defaults(command: str) -> dict[tuple[str, ...], Any]:
    """Default values of the options of a command, by all names of each."""
    from phonokit.cli.temperatures import shortened

    if command not in COMMANDS:
        return {}
    defaults: dict[tuple[str, ...], Any] = {}
    for argument in _arguments(command):
        default = argument.field_info.default
        if not argument.names[0].startswith("--") or argument.names[0] in NO_SETTINGS:
            continue
        if isinstance(default, tuple) and default:
            defaults[argument.names] = shortened(default)
        elif isinstance(default, bool | int | float | str) and default != "":
            defaults[argument.names] = default
    return defaults


def _ensure_whole_numbers(words: Sequence[str], counts: dict[str, int]) -> None:
    """Refuse fractions for whole numbers, which cyclopts would round."""
    from phonokit.cli.config import values_of
    from phonokit.cli.derive import is_whole

    if not counts:
        return
    arguments = _arguments(words[0])
    whole = {name for a in arguments if is_whole(a.hint) for name in a.names}
    for name, values in values_of(words[1:], counts)[0].items():
        for value in values if f"--{name}" in whole else ():
            if not value.lstrip("+-").isdigit():
                from phono_grid.errors import DomainError

                one = counts[f"--{name}"] == 1
                kind = "a whole number" if one else "whole numbers"
                raise DomainError(f"--{name}: expected {kind}, got {value!r}")


def _help() -> str:
    """The command that tells more."""
    from phonokit.cli.invocation import current

    invocation = current.get(None)
    tokens = [] if invocation is None else invocation.tokens
    command = next((word for word in tokens[:1] if word in COMMANDS), "")
    return " ".join(filter(None, ["phono", command, "--help"]))


def _explanation(error: BaseException) -> tuple[str, int] | None:
    """Message about an error, and the exit code; None for a mistake of ours."""
    error = _cause(error)
    if isinstance(error, KeyboardInterrupt):
        return f"phono: interrupted; {str(error) or 'nothing was written'}\n", INTERRUPTED
    if isinstance(error, CycloptsError):
        text = f"{_in_plain_words(error)} ({_help()} tells what there is)"
        return f"phono: error: {text}\n", BAD_INPUT
    if isinstance(error, OSError) and error.errno and error.errno in NO_ROOM:
        where = f"{error.filename}: " if error.filename else ""
        return f"phono: error: {where}cannot be written ({error.strerror})\n", BAD_INPUT
    if isinstance(error, Exception) and _is_refusal(error):
        from phonokit.cli.words import in_options

        return f"phono: error: {in_options(_one_line(error))}\n", BAD_INPUT
    return None


def _cause(error: BaseException) -> BaseException:
    """The error itself, out of those that say that something cannot be imported."""
    while isinstance(error, ImportError) and error.__cause__ is not None:
        # What pybind11 and cyclopts make of Ctrl-C while something is imported.
        error = error.__cause__
    return error


def _explain(error: BaseException) -> int:
    """Tell of an error that only some ranks have; the exit code of all."""
    known = _explanation(error)
    message, code = known or ("".join(traceback.format_exception(error)), 1)
    sys.stderr.write(message)
    sys.stderr.flush()
    return code


def _one_line(error: Exception) -> str:
    """The message of an error, however many lines it has."""
    return " ".join(str(error).split()).removesuffix(".")


def _in_plain_words(error: CycloptsError) -> str:
    """The message of an error of the parser."""
    from phonokit.cli.groups import in_full
    from phonokit.cli.help import usage
    from phonokit.cli.invocation import current
    from phonokit.cli.refusals import in_plain_words

    invocation = current.get(None)
    tokens = [] if invocation is None else list(invocation.tokens)
    if not tokens or tokens[0] not in COMMANDS:
        return _one_line(error)
    counts = known_options(tokens[0])
    words = in_full(tokens, frozenset(counts))
    return in_plain_words(error, words, counts, usage(tokens[0], app[tokens[0]]))


def _is_refusal(error: Exception) -> bool:
    """Whether this is a `PhonoError`.

    By name: a PHONO_LANG that means nothing is refused while phono_grid is being imported,
    and importing the class here would fail in the same way.
    """
    return any(
        (c.__module__, c.__name__) == ("phono_grid.errors", "PhonoError")
        for c in type(error).__mro__
    )
