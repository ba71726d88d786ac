"""Options that name a calculator."""

from typing import Any

from phono_grid.errors import DomainError

CONTENT = "told by its content"
"""The format of a structure file that is not named."""


def ensure_no_calculator_options(options: Any) -> None:
    """Refuse options for a structure file where no calculator is named."""
    names = [n for n in options.__slots__ if n != "calculator" and getattr(options, n)]
    if names:
        given = ", ".join(f"--{name.replace('_', '-')}" for name in names)
        raise DomainError(
            f"{given}: for a structure file with a --calculator; leave it out, or add one"
        )


def origin_of(calculator: str, options: tuple[str, ...]) -> str:
    """The calculator and its options, as files record them."""
    return " ".join([calculator, *sorted(options)])
