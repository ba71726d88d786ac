"""Exchange of indices and the acoustic sum rule, for any order, on compact storage."""

from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell, Symmetry
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, ensure_integer, ensure_shape, ensure_type

from phono_fc._compact_storage import atoms_of_elements, full_index
from phono_fc._extension import rust
from phono_fc._force_constants import ForceConstants
from phono_fc._rows_by_symmetry import rows_by_symmetry
from phono_fc._same_supercell import ensure_same_supercell

MOST_ROUNDS = 1000
"""The projections commute: more rounds than a few only take time."""


def symmetrize(
    force_constants: ForceConstants, rounds: int = 3, *, symmetry: Symmetry | None = None
) -> ForceConstants:
    r"""Make force constants obey index exchange and the acoustic sum rule.

    .. math::

        \Phi_{\alpha\beta\dots}(i, j, \dots) = \Phi_{\beta\alpha\dots}(j, i, \dots),
        \qquad
        \sum_i \Phi_{\alpha\beta\dots}(i, j, \dots) = 0

    for every exchange of (atom, axis) pairs and every index. Each round subtracts the mean
    over each atom in turn and averages the exchanges. The result is what the same steps
    make of the full array, to rounding. These steps commute with the space group, so
    constants that obey it still do.

    Parameters
    ----------
    force_constants : ForceConstants
        Constants of any order.
    rounds : int
        The steps are commuting projections: one round is enough but for rounding. Three
        is what phono3py does.
    symmetry : Symmetry, optional
        The space group of ``supercell.cell``: average over the space group too. All these
        projections commute, so the result is the orthogonal projection on the constants
        that obey every law, the nearest of them; what symfc's projector makes with bases
        that do not fit in memory for large cells costs the images of the rows here.

    Returns
    -------
    ForceConstants
        Constants of the same order; for order 2 the terms of an atom with itself are
        finally reset from the sum rule, which takes most of the rounding out of it.
    """
    ensure_type("force_constants", force_constants, ForceConstants)
    rounds = ensure_integer("rounds", rounds)
    if rounds < 1:
        raise DomainError(f"rounds must be at least 1, got {rounds}")
    if rounds > MOST_ROUNDS:
        raise DomainError(
            f"rounds must be {MOST_ROUNDS} at most, got {rounds}; one is enough but for "
            "rounding"
        )
    supercell = force_constants.supercell
    if symmetry is not None:
        force_constants = group_average(force_constants, symmetry)
    values = symmetrized_values(force_constants, rounds=rounds)
    if force_constants.order == 2:
        itself = np.arange(len(values)), supercell.primitive_to_supercell
        values[itself] = 0
        values[itself] = -values.sum(axis=1)
    return ForceConstants(values, supercell)


def group_average(force_constants: ForceConstants, symmetry: Symmetry) -> ForceConstants:
    r"""The mean of all images of force constants under the space group.

    .. math::

        \bar\Phi_{\alpha\beta\dots}(i, j, \dots) = \frac{1}{n_g} \sum_g
            R_{\alpha'\alpha} R_{\beta'\beta} \cdots
            \Phi_{\alpha'\beta'\dots}(g i, g j, \dots)

    Parameters
    ----------
    force_constants : ForceConstants
        Second to fourth order.
    symmetry : Symmetry
        The space group of their supercell, ``n_g`` operations, pure translations included.

    Raises
    ------
    DomainError
        If the symmetry is of another cell.
    """
    ensure_type("force_constants", force_constants, ForceConstants)
    ensure_type("symmetry", symmetry, Symmetry)
    supercell = force_constants.supercell
    ensure_same_supercell(supercell, symmetry)
    home = supercell.primitive_to_supercell
    total = rows_by_symmetry(
        force_constants.values,
        home,
        home,
        symmetry.rotations_cartesian,
        symmetry.permutations,
    )
    # Constants have the lattice translations already: of every coset one operation counts,
    # the one that takes the atom home.
    n_images = symmetry.n_operations // supercell.n_cells
    return ForceConstants(total / n_images, supercell)


def drift(force_constants: ForceConstants) -> NDArray[np.float64]:
    r"""Violation of the acoustic sum rule by force constants.

    .. math::

        d_1 = \max \Bigl\lvert \sum_i \Phi_{\alpha\beta\dots}(i, j, \dots) \Bigr\rvert,
        \quad
        d_2 = \max \Bigl\lvert \sum_j \Phi_{\alpha\beta\dots}(i, j, \dots) \Bigr\rvert,
        \; \dots

    Returns
    -------
    (order,) array
        eV/Å² or eV/Å³, one number for each index.
    """
    ensure_type("force_constants", force_constants, ForceConstants)
    values, supercell = force_constants.values, force_constants.supercell
    sums = [_sum_over_first(values, supercell)]
    sums += [values.sum(axis=m) for m in range(1, force_constants.order)]
    return np.array([np.abs(s).max() for s in sums])


@accelerated_by(rust.symmetrized_values)
def symmetrized_values(
    force_constants: ForceConstants, *, rounds: int
) -> NDArray[np.float64]:
    r"""Values of force constants after ``rounds`` of `symmetrize`.

    Only rows of primitive atoms are stored; translation invariance gives the others,

    .. math:: \Phi(i, j, \dots) = \Phi(T_i i, T_i j, \dots)

    with :math:`T_i` the lattice translation that takes atom :math:`i` to its
    representative in the primitive cell.

    Returns
    -------
    array
        The shape and the unit are those of ``force_constants.values``.
    """
    supercell = force_constants.supercell
    values = force_constants.values.copy()
    order, n_s = force_constants.order, supercell.cell.n_atoms
    _, *others = atoms_of_elements(supercell, order)
    for _ in range(rounds):
        # A sum over the first atom is itself compact, with one atom less.
        mean = _sum_over_first(values, supercell) / n_s
        values = values - mean[full_index(supercell, others)]
        for m in range(1, order):
            values -= values.mean(axis=m, keepdims=True)
        values = exchange_average(values, supercell)
    return values


@accelerated_by(rust.filled_by_exchange)
def filled_by_exchange(
    force_constants: ForceConstants, known: NDArray[np.bool_]
) -> NDArray[np.float64]:
    r"""Values averaged over those exchanges whose first two atoms are known.

    .. math::

        \bar\Phi_{\alpha\beta\dots}(i, j, \dots)
            = \frac{\sum_P K(P_1, P_2)\, P \Phi}{\sum_P K(P_1, P_2)}

    over all exchanges :math:`P` of (atom, axis) pairs, :math:`P_1` and :math:`P_2` the
    first two atoms after the exchange; zero where none is known.

    Parameters
    ----------
    force_constants : ForceConstants
    known : (n_a, n_s) array of bool
        ``K``: whether the constants with these two first atoms are right.

    Returns
    -------
    array
        The shape and the unit are those of ``force_constants.values``.
    """
    supercell = force_constants.supercell
    ensure_shape("known", known, (supercell.primitive.n_atoms, supercell.cell.n_atoms))
    values, order = force_constants.values, force_constants.order
    atoms = atoms_of_elements(supercell, order)
    total = np.zeros_like(values)
    count = np.zeros(values.shape[:order])
    for exchange in permutations(range(order)):
        exchanged = [atoms[m] for m in exchange]
        right = known[full_index(supercell, exchanged[:2])]
        axes = order + np.argsort(exchange)
        terms = values[full_index(supercell, exchanged)].transpose(*range(order), *axes)
        total += terms * right.reshape(*right.shape, *[1] * (2 * order - right.ndim))
        count += right
    return total / np.maximum(count, 1).reshape(*count.shape, *[1] * order)


def _sum_over_first(
    values: NDArray[np.float64], supercell: Supercell
) -> NDArray[np.float64]:
    """Sum over the first atom, compact in the second."""
    rest = atoms_of_elements(supercell, values.ndim // 2 - 1)
    total = np.zeros((len(values), *values.shape[2:]))
    for i in range(supercell.cell.n_atoms):
        total += values[full_index(supercell, [np.array(i), *rest])]
    return total


def exchange_average(
    values: NDArray[np.float64], supercell: Supercell
) -> NDArray[np.float64]:
    """Mean over all exchanges of (atom, axis) pairs."""
    order = values.ndim // 2
    atoms = atoms_of_elements(supercell, order)
    total = np.zeros_like(values)
    for exchange in permutations(range(order)):
        exchanged = values[full_index(supercell, [atoms[m] for m in exchange])]
        axes = order + np.argsort(exchange)
        total += exchanged.transpose(*range(order), *axes)
    return total / factorial(order)
