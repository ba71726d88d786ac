"""Invariance of second-order constants under rotations of the whole crystal."""

import numpy as np
from numpy.typing import NDArray
from phono_grid import ShortestVectors, Supercell
from phono_grid.errors import DomainError, ensure_type
from phono_grid.memory import ensure_memory

from phono_fc._force_constants import ForceConstants
from phono_fc._symmetrize import exchange_average, symmetrize

Array = NDArray[np.float64]
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
PAIRS = ((0, 1), (0, 2), (1, 2))
SINGULAR = 1e-10
"""Relative; laws that follow from others leave eigenvalues below."""
ROUNDS = 2
"""The second one takes rounding out."""


def impose_rotations(force_constants: ForceConstants) -> ForceConstants:
    r"""Make second-order constants invariant under rotations, and free of stress [1]_.

    .. math::

        \sum_{j} \left( \Phi_{\alpha\beta}(i, j)\, r_\gamma
            - \Phi_{\alpha\gamma}(i, j)\, r_\beta \right) &= 0, \\
        \sum_{ij} \Phi_{\alpha\beta}(i, j)\, r_\gamma r_\delta &=
        \sum_{ij} \Phi_{\gamma\delta}(i, j)\, r_\alpha r_\beta, \qquad r = r_j - r_i

    the conditions of Born and Huang, beside index exchange and the acoustic sum rule: the
    nearest constants that obey all. The branch of a free sheet that bends it is then
    quadratic in the wave vector, where a supercell that is too small leaves it linear or
    imaginary. Equally short vectors between two atoms have their shares. The space group is
    kept, since it takes these laws into each other.

    Parameters
    ----------
    force_constants : ForceConstants
        Of second order, of a crystal without stress whose constants do not hold the
        interaction of dipoles, which does not end in the supercell.

    Returns
    -------
    ForceConstants

    Raises
    ------
    DomainError
        If they are of another order.

    References
    ----------
    .. [1] M. Born and K. Huang, Dynamical Theory of Crystal Lattices (Oxford, 1954),
       sections 23 and 27.
    """
    _ensure_second_order(force_constants)
    supercell = force_constants.supercell
    n_a, n_s = supercell.primitive.n_atoms, supercell.cell.n_atoms
    n_laws = 18 * n_a + 15
    advice = "take a smaller supercell, or leave rotations out"
    ensure_memory("force_constants", 24.0 * n_laws * 9 * n_a * n_s, advice)
    laws = _laws(supercell)
    for i, law in enumerate(laws):
        laws[i] = exchange_average(law, supercell)
    rows = laws.reshape(n_laws, -1)
    # Not by BLAS, whose sums depend on the number of its threads.
    gram = np.einsum("ix,jx->ij", rows, rows)
    sizes, vectors = np.linalg.eigh(gram)
    kept = sizes > SINGULAR * sizes.max()
    values = symmetrize(force_constants).values
    for _ in range(ROUNDS):
        broken = np.einsum("ix,x->i", rows, values.ravel())
        parts = np.einsum("ij,i->j", vectors[:, kept], broken) / sizes[kept]
        amounts = np.einsum("ij,j->i", vectors[:, kept], parts)
        change = np.einsum("i,ix->x", amounts, rows)
        values = values - change.reshape(values.shape)
    return ForceConstants(values, supercell)


def rotational_drift(force_constants: ForceConstants) -> Array:
    r"""Violation of the laws that `impose_rotations` makes second-order constants obey.

    Returns
    -------
    (2,) array of float
        The largest difference between the two sides of the first law, eV/Å, and of the
        second, eV, per primitive cell.

    Raises
    ------
    DomainError
        If the constants are of another order.
    """
    _ensure_second_order(force_constants)
    supercell = force_constants.supercell
    scale = _length(supercell)
    n_a = supercell.primitive.n_atoms
    broken = np.einsum("ikjab,kjab->i", _laws(supercell), force_constants.values)
    turned, bent = broken[9 * n_a : 18 * n_a], broken[18 * n_a :]
    return np.array([np.abs(turned).max() * scale, np.abs(bent).max() * scale**2])


def _ensure_second_order(force_constants: ForceConstants) -> None:
    """Require constants of second order."""
    ensure_type("force_constants", force_constants, ForceConstants)
    if force_constants.order != 2:
        raise DomainError(
            f"force_constants: expected second order, got order {force_constants.order}"
        )


def _length(supercell: Supercell) -> float:
    """A length that makes laws with and without vectors comparable, Å."""
    return float(supercell.primitive.volume ** (1 / 3))


def _laws(supercell: Supercell) -> Array:
    """Coefficients of the sum rule, of rotations and of Huang's conditions.

    Shape (18 n_a + 15, n_a, n_s, 3, 3): sums with the constants are zero where they hold.
    """
    mean, squares = _means(supercell)
    n_a, n_s = mean.shape[:2]
    rest = np.zeros((n_a, 3, 3, n_a, n_s, 3, 3))
    turn = np.zeros((n_a, 3, 3, n_a, n_s, 3, 3))
    for k, a in np.ndindex(n_a, 3):
        for b in range(3):
            rest[k, a, b, k, :, a, b] = 1
        for row, (b, c) in enumerate(PAIRS):
            turn[k, a, row, k, :, a, b] = mean[k, :, c]
            turn[k, a, row, k, :, a, c] -= mean[k, :, b]
    bend = []
    for i, (a, b) in enumerate(VOIGT):
        for c, d in VOIGT[:i]:
            law = np.zeros((n_a, n_s, 3, 3))
            law[..., a, b] += squares[..., c, d]
            law[..., c, d] -= squares[..., a, b]
            bend.append((law + law.swapaxes(2, 3)) / 2)
    shape = (-1, n_a, n_s, 3, 3)
    return np.concatenate([rest.reshape(shape), turn.reshape(shape), np.array(bend)])


def _means(supercell: Supercell) -> tuple[Array, Array]:
    """Mean vectors between atoms and their mean squares, in units of a length.

    Shapes (n_a, n_s, 3) and (n_a, n_s, 3, 3), over equally short vectors.
    """
    shortest = ShortestVectors.of(supercell)
    v = shortest.vectors @ supercell.primitive.lattice / _length(supercell)
    m, first = shortest.multiplicities, shortest.first
    outer = v[:, :, None] * v[:, None]
    mean = np.add.reduceat(v, first.ravel()) / m.ravel()[:, None]
    squares = np.add.reduceat(outer, first.ravel()) / m.ravel()[:, None, None]
    n_s, n_a = m.shape
    return (
        mean.reshape(n_s, n_a, 3).swapaxes(0, 1),
        squares.reshape(n_s, n_a, 3, 3).swapaxes(0, 1),
    )
