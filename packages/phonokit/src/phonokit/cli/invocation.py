"""The command that is being carried out, for what it writes and says."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """Call of ``phono``: its arguments and settings.

    Parameters
    ----------
    tokens : sequence of str
        The arguments as they were given.
    settings : str
        The same as a settings file, see `phonokit.cli.config`.
    explain : callable
        Tell a person of an error that only some ranks have, and return the exit code.
    options : frozenset of str
        The options of the command, with their hyphens.
    given : str
        The options that were given and change what comes out, also those of a settings
        file, as they may be typed again.
    asked : mapping
        The options that change numbers, see `phonokit.cli.asked`; known when the command
        begins.
    """

    tokens: Sequence[str]
    settings: str
    explain: Callable[[BaseException], int]
    options: frozenset[str]
    given: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """The command line."""
        return shlex.join(["phono", *self.tokens])


current: ContextVar[Invocation] = ContextVar("invocation")
