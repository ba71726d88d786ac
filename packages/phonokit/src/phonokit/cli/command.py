"""Conversion of a function into a command of ``phono``."""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cyclopts import App, ArgumentCollection, Parameter

from phonokit.cli.invocation import current


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """The help text of a command beside its options.

    Parameters
    ----------
    examples : tuple of str
        Command lines; one may have several lines, with a backslash at the end.
    defaults : mapping
        What options mean if they are not given, by name, where the field's own value is
        None.
    """

    examples: tuple[str, ...]
    defaults: Mapping[str, Any]


HELP: dict[str, Help] = {}
"""Help of each command whose file is imported."""


class Command(App):
    """A command that assembles its arguments once for all who read them and for a parse."""

    _unused: ArgumentCollection | None = None

    def assembled(self) -> ArgumentCollection:
        """The arguments, to be read; the next parse gets them too."""
        arguments = super().assemble_argument_collection()
        self._unused = arguments
        return arguments

    def assemble_argument_collection(self, **choices: Any) -> ArgumentCollection:
        """The arguments, which a parse fills."""
        unused, self._unused = self._unused, None
        if unused is not None and not choices:
            return unused
        return super().assemble_argument_collection(**choices)


def command(
    function: Callable[..., Any], examples: str, defaults: Mapping[str, Any] | None = None
) -> Command:
    """A command that does what the function does.

    Parameters
    ----------
    function : callable
    examples : str
        A command per line, or several lines with a backslash at the end of each but the
        last.
    defaults : mapping, optional
        Meanings of options that are None if they are not given, by name.
    """
    lines = examples.strip().replace("\\\n", "\0").split("\n")
    texts = tuple(line.strip().replace("\0", "\\\n") for line in lines)
    HELP[function.__name__] = Help(examples=texts, defaults=defaults or {})
    app = Command(
        name=function.__name__,
        help_format="plaintext",
        default_parameter=Parameter(negative=(), show_default=False),
    )
    app.default(_recorded(function))
    return app


def _recorded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which lets others know what it was asked for."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def recorded(*arguments: Any, **options: Any) -> Any:
        """Note the options, and call the function."""
        from phonokit.cli.asked import asked_of

        bound = signature.bind(*arguments, **options)
        bound.apply_defaults()
        invocation = current.get(None)
        if invocation is not None:
            current.set(replace(invocation, asked=asked_of(bound)))
        return function(*arguments, **options)

    return recorded
