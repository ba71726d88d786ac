"""Arrays of a file against the shapes that a result declares for them."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.hdf5 import Hdf5File

SIZES = re.compile(r"\(([^)]*)\)")


def ensure_declared(
    file: Hdf5File, name: str, got: tuple[int, ...], shape: str, sizes: dict[str, int]
) -> None:
    """Require one of the shapes of a declaration, the same letters being the same sizes.

    Parameters
    ----------
    file : Hdf5File
        Where the array comes from.
    name : str
        Of its dataset.
    got : tuple of int
        The shape that it has.
    shape : str
        Such as ``"(n_q, n_b, 3)"``, ``"(n_a,) or (n_a, 3)"``; a number where it has no
        brackets.
    sizes : dict
        Letters that are known; new ones are added.

    Raises
    ------
    FileError
        If it has another shape.
    """
    for letters in SIZES.findall(shape) or [""]:
        axes = [axis.strip() for axis in letters.split(",") if axis.strip()]
        if len(axes) == len(got) and fits(axes, got, sizes):
            sizes |= {a: n for a, n in zip(axes, got, strict=True) if a[0] == "n"}
            return
    told = ", ".join(f"{letter} = {n}" for letter, n in sizes.items() if letter in shape)
    wanted = shape if "(" in shape else "one number"
    raise file.error(
        f"{name} has the shape {list(got)}, expected {wanted}"
        f"{told and f' with {told}'}; is it damaged?"
    )


def fits(axes: list[str], shape: tuple[int, ...], sizes: Mapping[str, int]) -> bool:
    """Whether a shape has these axes."""
    wanted = [sizes.get(a) if a[0] == "n" else int(a) for a in axes]
    return all(w is None or w == n for w, n in zip(wanted, shape, strict=True))


def ensure_finite(file: Hdf5File, name: str, array: NDArray[Any]) -> None:
    """Refuse numbers that are none."""
    if array.dtype.kind in "fc" and not np.isfinite(array).all():
        raise file.error(f"{name} holds numbers that are none; it is damaged")
