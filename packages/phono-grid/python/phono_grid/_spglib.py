"""Calls of spglib, the same for all its versions."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

import numpy as np
import spglib
from numpy.typing import ArrayLike, NDArray

from phono_grid._cell import Cell
from phono_grid.errors import (
    DomainError,
    ensure_positive,
    ensure_type,
    finite,
    named,
    volume_of,
)

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


def spglib_dataset(
    cell: Cell, symprec: float = SYMPREC, kinds: NDArray[np.int64] | None = None
) -> spglib.SpglibDataset:
    """Find the space group of ``cell``, of `Cell.kinds` if not given; ``symprec`` in Å."""
    # Typed as sequences there, read as arrays.
    crystal: Any = (cell.lattice, cell.positions, cell.kinds if kinds is None else kinds)
    find = spglib.get_symmetry_dataset
    dataset: spglib.SpglibDataset = _dataset(find, crystal, cell, symprec)
    return dataset


def magnetic_dataset(cell: Cell, symprec: float, kinds: NDArray[np.int64]) -> Any:
    """Find the magnetic space group of a ``cell`` with moments; ``symprec`` in Å."""
    crystal: Any = (cell.lattice, cell.positions, kinds, cell.magnetic_moments)
    return _dataset(spglib.get_magnetic_symmetry_dataset, crystal, cell, symprec)


def magnetic_symbol(dataset: Any) -> str:
    """The number of Belov, Neronova and Smirnova of a magnetic dataset."""
    with _no_advice():
        kind: Any = spglib.get_magnetic_spacegroup_type(dataset.uni_number)
    return f"BNS {kind.bns_number}"


def _dataset(find: Any, crystal: Any, cell: Cell, symprec: float) -> Any:
    """The dataset that ``find`` makes of ``crystal``, or an error that says why not."""
    ensure_type("cell", cell, Cell)
    ensure_positive("symprec", symprec)
    with _no_advice():
        try:
            dataset = find(crystal, symprec=symprec)
        except _FAILURES:
            dataset = None
    if dataset is None:
        ensure_apart(cell, symprec)
        raise DomainError(
            f"spglib finds no symmetry within symprec = {symprec:g} Å; it may be too large"
        )
    return dataset


def ensure_apart(cell: Cell, symprec: float = SYMPREC) -> None:
    """Require that no two atoms are within ``symprec`` Å of each other."""
    x = cell.positions - np.floor(cell.positions)
    order = np.argsort(x[:, 0], kind="stable")
    x = x[order]
    reach = symprec * np.linalg.norm(cell.reciprocal_lattice[0])
    for k in range(1, cell.n_atoms):
        # Atoms k places on along the first axis, until all are out of reach.
        d = np.roll(x, -k, axis=0) - x
        near = np.flatnonzero(d[:, 0] % 1 < reach)
        if not near.size:
            return
        away = d[near] - np.rint(d[near])
        distances = np.linalg.norm(away @ cell.lattice, axis=1)
        close = np.flatnonzero(distances < symprec)
        if close.size:
            i = near[close[0]]
            pair = sorted((int(order[i]), int(order[(i + k) % len(x)])))
            raise DomainError(
                f"positions: atoms {pair[0]} and {pair[1]} are on top of each other, "
                f"{distances[close[0]]:.2g} Å apart"
            )


class Reduction(Enum):
    """A way to choose the lattice vectors of a lattice."""

    NIGGLI = "niggli"
    DELAUNAY = "delaunay"


_REDUCE = {
    Reduction.NIGGLI: spglib.niggli_reduce,
    Reduction.DELAUNAY: spglib.delaunay_reduce,
}


def reduced_basis(
    lattice: ArrayLike, reduction: Reduction | str = Reduction.NIGGLI
) -> NDArray[np.float64]:
    """Short vectors of the same lattice in the same Cartesian frame, after spglib.

    Parameters
    ----------
    lattice : (3, 3) array_like
        Vectors in rows, Å.
    reduction : Reduction
        Niggli's conditions or Delaunay's.

    Returns
    -------
    (3, 3) array of float
    """
    rows = finite(lattice, "lattice", (3, 3))
    reduce = _REDUCE[named(Reduction, reduction, "reduction")]
    with _no_advice():
        try:
            reduced = reduce(rows) if abs(volume_of(rows)) > 1e-10 else None
        except _FAILURES:
            reduced = None
    if reduced is None:
        raise DomainError("lattice: spglib cannot reduce it; is it nearly flat?")
    return np.array(reduced, dtype=np.float64, order="C")
