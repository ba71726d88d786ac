"""Constants on lattice vectors against the symmetry of their crystal."""

import warnings

import numpy as np
from numpy.typing import NDArray
from phono_fc import LatticeForceConstants
from phono_grid import Symmetry
from phono_grid.arrays import distinct
from phono_grid.errors import PhonoWarning

WORST = 0.1
"""Largest change by an operation that needs no word, relative to the largest element."""
FEWEST = 5
"""Operations that are looked at, however many entries there are."""
WORK = 400_000
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
            "largest. If they are of other axes or of another crystal, what is computed "
            "with them is wrong: compare the structure they were made for. A supercell or "
            "fit of less symmetry is the other cause",
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
    several = max(FEWEST, WORK // len(constants.values))
    chosen = distinct(np.linspace(0, n_r - 1, min(n_r, several)).astype(int))
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
    both = np.vstack([known, rows])
    both = both - both.min(axis=0)
    # A number for each place: a sort of rows takes ten times as long.
    numbers = np.ravel_multi_index(tuple(both.T), tuple(both.max(axis=0) + 1))
    places, index = np.unique(numbers, return_inverse=True)
    total = np.zeros((len(places), *values.shape[1:]))
    # No place is twice in either.
    total[index[: len(known)]] += expected
    total[index[len(known) :]] -= values
    return float(np.abs(total).max())
