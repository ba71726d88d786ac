"""The number of wave vectors: mesh numbers, a length, or an integer matrix."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._cell import Cell
from phono_grid._smith import integer_matrix, smith_form
from phono_grid._spglib import spglib_dataset
from phono_grid._symmetry import Symmetry
from phono_grid.errors import DomainError, as_numbers, ensure_positive, ensure_type, frozen

MOST_POINTS = 2**31 - 1


def mesh_numbers(mesh: ArrayLike) -> NDArray[np.int64]:
    """Three positive integers."""
    values = frozen(mesh, "mesh")
    if values.shape != (3,) or (values != np.rint(values)).any() or (values < 1).any():
        numbers = " ".join(f"{v:g}" for v in values.ravel())
        raise DomainError(f"mesh must be three positive integers, got {numbers}")
    n = float(np.prod(values))
    if n > MOST_POINTS:
        raise DomainError(
            f"mesh {' '.join(f'{v:.0f}' for v in values)} has {n:.3g} wave vectors; their "
            f"addresses alone need {24 * n / 2**30:.3g} GiB"
        )
    return frozen(values, "mesh", np.int64)


def factors(
    mesh: ArrayLike, cell: Cell, symmetry: Symmetry
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """``D, P, Q`` of a mesh given by three numbers, a length in Å, or a matrix."""
    identity = np.eye(3, dtype=np.int64)
    if isinstance(mesh, str):
        raise DomainError(
            f"mesh: expected three numbers, as (11, 11, 11), or a length in Å, got {mesh!r}"
        )
    if as_numbers(mesh, "mesh").ndim == 0:
        length = float(as_numbers(mesh, "mesh"))
        if isinstance(mesh, int | np.integer):
            raise DomainError(
                f"mesh: {mesh} can be three numbers or a length; write ({mesh}, {mesh}, "
                f"{mesh}), or {mesh}.0 for a length in Å"
            )
        return mesh_of_length(length, cell, symmetry), identity, identity
    if as_numbers(mesh, "mesh").shape != (3, 3):
        return mesh_numbers(mesh), identity, identity
    m = integer_matrix(mesh, "mesh")
    if (m == np.diag(np.diag(m))).all() and (np.diag(m) > 0).all():
        return mesh_numbers(np.diag(m)), identity, identity
    d, p, q = smith_form(m, "mesh")
    return mesh_numbers(d), p, q


def mesh_of_length(length: float, cell: Cell, symmetry: Symmetry) -> NDArray[np.int64]:
    r"""Mesh numbers :math:`D_i = \max(1, \operatorname{round}(l\, |b_i|))`.

    Axes that symmetry makes equivalent get the largest number among them; ``length`` in Å.
    """
    ensure_positive("mesh", length)
    numbers = np.rint(length * np.linalg.norm(cell.reciprocal_lattice, axis=1))
    numbers = np.maximum(numbers, 1)
    # An axis that a rotation mixes into another is as long as that one.
    mixed = (symmetry.reciprocal_rotations() != 0).any(axis=0)
    for _ in range(3):
        numbers = np.where(mixed | np.eye(3, dtype=bool), numbers, 0).max(axis=1)
    return mesh_numbers(numbers)


def generalized_matrix(length: float, cell: Cell) -> NDArray[np.int64]:
    r"""The integer matrix of a grid with the symmetry of the conventional cell.

    The numbers :math:`n_i = \max(1, \operatorname{round}(l\, |c^*_i|))` of the conventional
    reciprocal lattice, for any choice of the cell's own axes; ``length`` in Å.
    """
    ensure_type("cell", cell, Cell)
    ensure_positive("length", length)
    dataset = spglib_dataset(cell)
    # Conventional vectors in rows, in the axes of the cell.
    conventional = np.linalg.inv(dataset.transformation_matrix).T
    lattice = conventional @ cell.lattice
    numbers = np.rint(length * np.linalg.norm(np.linalg.inv(lattice), axis=0))
    matrix = np.maximum(numbers, 1)[:, None] * conventional
    return integer_matrix(np.rint(matrix), "mesh")
