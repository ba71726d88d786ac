"""Arrays that the original would refuse are left to it."""

from typing import Any

import numpy as np

from phono_inside._registry import PassedOn


def ensure_arrays(a: dict[str, Any], **kinds: str) -> None:
    """Leave to the original what it would refuse: other types, and not in C order."""
    for name, kind in kinds.items():
        value = a[name]
        if not isinstance(value, np.ndarray):
            raise PassedOn(f"{name} is no array")
        if value.dtype != np.dtype(kind) or not value.flags.c_contiguous:
            raise PassedOn(f"{name} of another type or order")


def ensure_finite(a: dict[str, Any], *names: str) -> None:
    """Leave to the original what is not a number yet."""
    for name in names:
        if not np.isfinite(a[name]).all():
            raise PassedOn(f"{name} is not finite")


def ensure_output(a: dict[str, Any], name: str, shape: tuple[int, ...]) -> None:
    """Leave to the original an array that cannot be written as it is."""
    out = a[name]
    if not isinstance(out, np.ndarray) or out.shape != shape:
        raise PassedOn(f"{name} of another shape")
    if not (out.flags.c_contiguous and out.flags.writeable):
        raise PassedOn(f"{name} cannot be written")
