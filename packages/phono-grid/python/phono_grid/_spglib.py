"""What we ask of spglib, the same for all its versions."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import spglib
from numpy.typing import NDArray

from phono_grid._cell import Cell
from phono_grid.errors import DomainError, ensure_positive

SYMPREC = 1e-5
"""Å; positions closer than this are the same."""

# Version 2.7 warns at every call that failures, reported by None, will be exceptions.
_FAILURES: tuple[type[Exception], ...] = (
    getattr(spglib, "SpglibError", ValueError),
    ValueError,
)


@contextmanager
def _no_advice() -> Iterator[None]:
    """Silence the warning about the coming exceptions: we are ready for both."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Set OLD_ERROR_HANDLING", DeprecationWarning)
        yield


def spglib_dataset(cell: Cell, symprec: float = SYMPREC) -> spglib.SpglibDataset:
    """Find the space group of ``cell``; ``symprec`` in Å."""
    ensure_positive("symprec", symprec)
    # Typed as sequences there, read as arrays.
    crystal: Any = (cell.lattice, cell.positions, cell.species)
    with _no_advice():
        try:
            dataset = spglib.get_symmetry_dataset(crystal, symprec=symprec)
        except _FAILURES:
            dataset = None
    if dataset is None:
        raise DomainError(
            f"spglib finds no symmetry within symprec = {symprec:g} Å; atoms may be on "
            "top of each other, or symprec too large"
        )
    return dataset


def reduced_basis(lattice: NDArray[np.float64]) -> NDArray[np.float64]:
    """Reduce a lattice after Niggli, in the same Cartesian frame; vectors in rows."""
    with _no_advice():
        try:
            reduced = spglib.niggli_reduce(lattice)
        except _FAILURES:
            reduced = None
    if reduced is None:
        raise DomainError("lattice: spglib cannot reduce it; is it nearly flat?")
    return np.array(reduced, dtype=np.float64, order="C")
