"""Conversion of a function into a command of ``phono``."""

from collections.abc import Callable
from typing import Any

from cyclopts import App, Parameter


def command(function: Callable[..., Any], examples: str) -> App:
    """A command that does what the function does, with examples under its help.

    An example is a line, or more of them with a backslash at the end.
    """
    lines = examples.strip().replace("\\\n", "\0").split("\n")
    paragraphs = "\n\n  ".join(lines).replace("\0", "\\\n  ")
    app = App(
        name=function.__name__,
        help_epilogue=f"Examples:\n\n  {paragraphs}\n",
        help_format="markdown",
        default_parameter=Parameter(negative=(), show_default=False),
    )
    app.default(function)
    return app
