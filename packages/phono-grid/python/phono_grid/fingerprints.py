"""Fingerprint of an input: a hash of everything that numbers depend on."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from phono_grid.digests import sha256_for
from phono_grid.errors import DomainError


def fingerprint(value: Any) -> str:
    """A hash of dataclasses, arrays and plain values, whatever they are nested in."""
    pieces = list(_pieces(value))
    digest = sha256_for(sum(map(len, pieces)))
    for piece in pieces:
        digest.update(len(piece).to_bytes(8, "little"))
        digest.update(piece)
    return digest.hexdigest()


def _pieces(value: Any) -> Iterator[bytes | memoryview]:
    """The bytes of a value, with what they mean."""
    if is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for field in fields(value):
            yield field.name.encode()
            yield from _pieces(getattr(value, field.name))
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype.str}{value.shape}".encode()
        yield np.ascontiguousarray(value).reshape(-1).view(np.uint8).data
    elif isinstance(value, tuple | list):
        yield f"{len(value)}".encode()
        for item in value:
            yield from _pieces(item)
    elif isinstance(value, Enum):
        yield repr(value.value).encode()
    elif value is None or isinstance(value, bool | int | float | str | np.generic):
        yield repr(value).encode()
    else:
        raise DomainError(f"cannot tell what identifies a {type(value).__name__}")
