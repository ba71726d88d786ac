"""Sizes of memory, and parts of one, as people write them."""

import re

from phono_grid.errors import DomainError


def gigabytes(text: str) -> float:
    """``8GB``, ``500 MB``, ``0.5`` or ``1.5TB`` in GB."""
    scale = {"": 1.0, "GB": 1.0, "MB": 1e-3, "TB": 1e3}
    match = re.fullmatch(r"([\d.]+(?:e[+-]?\d+)?)\s*([a-z]*)", text.strip().lower())
    try:
        number, unit = match.groups() if match else ("", "")
        return float(number) * scale[unit.upper()]
    except (ValueError, KeyError):
        raise DomainError(
            f"memory: expected a size like 8GB or 500MB, got {text!r}"
        ) from None


def part_of_one(name: str, text: str) -> float:
    """A part of one, written as such or in per cent."""
    number = text.strip().removesuffix("%")
    try:
        value = float(number)
    except ValueError:
        raise DomainError(f"{name}: expected 1% or 0.01, got {text!r}") from None
    return value / 100 if text.strip().endswith("%") else value
