"""How far constants on lattice vectors are from the symmetry of their crystal."""

import warnings

import numpy as np
from numpy.typing import NDArray
from phono_fc import LatticeForceConstants
from phono_grid import Symmetry
from phono_grid.errors import PhonoWarning

WORST = 0.1
"""Of the largest element; constants that an operation changes by more are of another
crystal or of other axes, or of a fit that has no symmetry."""
WORK = 2_000_000
"""Entries times operations that are looked at."""


class AsymmetryWarning(PhonoWarning):
    """Constants that do not have the symmetry of their crystal."""


def warn_of_asymmetry(constants: LatticeForceConstants, order: int) -> None:
    """Warn of constants that do not have the symmetry of their crystal."""
    symmetry = Symmetry.of(constants.cell)
    worst = asymmetry(constants, symmetry)
    if worst > WORST:
        warnings.warn(
            f"force constants of order {order} do not have the symmetry of the crystal "
            f"({symmetry.symbol}): an operation changes them by {100 * worst:.0f} % of the "
            "largest. They are of other axes or of another crystal, and what is computed "
            "with them is wrong: compare the structure they were made for",
            AsymmetryWarning,
            stacklevel=2,
        )


def asymmetry(constants: LatticeForceConstants, symmetry: Symmetry) -> float:
    r"""The largest change of an element by an operation, of the largest element.

    .. math::

        \Phi(S\{k_0 0; k_1 R_1; \dots\}) = S \otimes S \dots \Phi(k_0 0; k_1 R_1; \dots)
    """
    largest = float(np.abs(constants.values).max(initial=0))
    if not largest:
        return 0.0
    n_r = len(symmetry.rotations)
    several = max(1, min(n_r, WORK // max(len(constants.values), 1)))
    chosen = np.unique(np.linspace(0, n_r - 1, several).astype(int))
    worst = max(_change(constants, symmetry, int(r)) for r in chosen)
    return worst / largest


def _change(constants: LatticeForceConstants, symmetry: Symmetry, r: int) -> float:
    """The largest change of an element by one operation."""
    tau, order = constants.cell.positions, constants.atoms.shape[1]
    w, t = symmetry.rotations[r], symmetry.translations[r]
    to = symmetry.permutations[r]
    atoms = to[constants.atoms]
    home = np.zeros((len(atoms), 1, 3), dtype=np.int64)
    cells = np.concatenate([home, constants.cells], axis=1)
    x = (tau[constants.atoms] + cells) @ w.T + t
    moved = np.rint(x - tau[atoms]).astype(np.int64)
    values = constants.values
    for axis in range(1, order + 1):
        rotated = np.tensordot(symmetry.rotations_cartesian[r], values, axes=(1, axis))
        values = np.moveaxis(rotated, 0, axis)
    rows = _rows(atoms, moved[:, 1:] - moved[:, :1])
    known = _rows(constants.atoms, constants.cells)
    return _largest_difference(rows, values, known, constants.values)


def _rows(atoms: NDArray[np.int64], cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """One row of integers for each entry."""
    return np.hstack([atoms, cells.reshape(len(atoms), -1)])


def _largest_difference(
    rows: NDArray[np.int64],
    values: NDArray[np.float64],
    known: NDArray[np.int64],
    expected: NDArray[np.float64],
) -> float:
    """Entries against those of the same places; what is not there is zero."""
    both, place = np.unique(np.vstack([known, rows]), axis=0, return_inverse=True)
    place = np.ravel(place)
    total = np.zeros((len(both), *values.shape[1:]))
    np.add.at(total, place[: len(known)], expected)
    np.add.at(total, place[len(known) :], -values)
    return float(np.abs(total).max())
