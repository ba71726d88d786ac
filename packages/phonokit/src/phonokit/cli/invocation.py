"""The command that is being carried out, for what it writes and says."""

import shlex
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """How ``phono`` was called.

    Parameters
    ----------
    tokens : sequence of str
        The arguments as they were given.
    settings : str
        The same as a settings file, see `phonokit.cli.config`.
    explain : callable
        Tell a person of an error that only some ranks have, and return the exit code.
    """

    tokens: Sequence[str]
    settings: str
    explain: Callable[[BaseException], int]

    @property
    def options(self) -> frozenset[str]:
        """The options of the command, with their hyphens."""
        from phonokit.cli.app import app

        if not self.tokens or self.tokens[0] not in app:
            return frozenset()
        arguments = app[self.tokens[0]].assemble_argument_collection()
        return frozenset(name for argument in arguments for name in argument.names)

    @property
    def command(self) -> str:
        """The command line."""
        return shlex.join(["phono", *self.tokens])


current: ContextVar[Invocation] = ContextVar("invocation")
