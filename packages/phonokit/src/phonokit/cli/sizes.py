"""Sizes of memory as people write them."""

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
