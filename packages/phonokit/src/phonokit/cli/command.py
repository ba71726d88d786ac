"""Conversion of a function into a command of ``phono``."""

from collections.abc import Callable
from typing import Any

from cyclopts import App, Parameter


def command(function: Callable[..., Any], examples: str) -> App:
    """A command that does what the function does, with examples under its help."""
    app = App(
        name=function.__name__,
        help_epilogue=examples,
        help_format="markdown",
        default_parameter=Parameter(negative=(), show_default=False),
    )
    app.default(function)
    return app
