"""Index exchange and the acoustic sum rule of constants on lattice vectors."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ConvergenceError, ensure_flag, ensure_type

from phono_fc._lattice_constants import LatticeForceConstants, codes_of

RELATIVE_TOLERANCE = 1e-14
"""Relative to the largest element."""
MOST_ROUNDS = 3000


def lattice_drift(
    constants: LatticeForceConstants, *, at_zone_centre: bool = False
) -> NDArray[np.float64]:
    r"""Violation of the acoustic sum rule by constants on lattice vectors.

    .. math::

        d_i = \max \Bigl\lvert \sum_{k_i R_i} \Phi_{\alpha\beta\dots} \Bigr\rvert

    for every index, the other atoms and their distances fixed. Third-order constants of a
    supercell whose equidistant images have their shares, averaged over the choices of the
    origin, obey it only where the phases of the images are 1: with ``at_zone_centre`` the
    cells of the other atoms are summed over too.

    Parameters
    ----------
    constants : LatticeForceConstants
    at_zone_centre : bool

    Returns
    -------
    (order,) array
        eV/Å² or eV/Å³, one number for each index.
    """
    ensure_type("constants", constants, LatticeForceConstants)
    ensure_flag("at_zone_centre", at_zone_centre)
    n, values = constants.order, constants.values
    sums = np.zeros(n)
    if not len(constants):
        return sums
    for index in range(n):
        key = _others(constants, index)
        key = key[:, : n - 1] if at_zone_centre else key
        total = _grouped(values, _groups(key))
        sums[index] = np.abs(total).max()
    return sums


def symmetrize_lattice(
    constants: LatticeForceConstants, *, sum_rule: bool = True
) -> LatticeForceConstants:
    r"""Make constants on lattice vectors obey index exchange and the acoustic sum rule.

    The nearest constants with the same entries, and those that exchanges of them need, that
    obey both: with :math:`P` the mean over exchanges of (atom, axis) pairs and :math:`A`
    the sums over the last atom,

    .. math::

        \Phi \to P \Phi - P A^T y, \qquad A P A^T y = A P \Phi

    by conjugate gradients, until the sums are 1e-14 of the largest element.

    Parameters
    ----------
    constants : LatticeForceConstants
    sum_rule : bool
        Without it indices are exchanged alone.

    Raises
    ------
    ConvergenceError
        If no constants with these entries obey both.
    """
    ensure_type("constants", constants, LatticeForceConstants)
    ensure_flag("sum_rule", sum_rule)
    if not len(constants):
        return constants
    laws = _Laws.of(constants)
    values = laws.exchange_average(laws.completed(constants.values))
    limit = RELATIVE_TOLERANCE * np.abs(values).max() * np.sqrt(laws.counts.max())
    residual = laws.sums(values)
    scaled = direction = laws.divided(residual)
    size = (residual * scaled).sum()
    for _ in range(MOST_ROUNDS):
        if not sum_rule or np.abs(residual).max() <= limit:
            return LatticeForceConstants(values, laws.atoms, laws.cells, constants.cell)
        change = laws.exchange_average(direction[laws.group])
        sums = laws.sums(change)
        step = size / (direction * sums).sum()
        values = values - step * change
        residual = residual - step * sums
        scaled = laws.divided(residual)
        size, before = (residual * scaled).sum(), size
        direction = scaled + size / before * direction
    raise ConvergenceError(
        f"the sum rule holds to {np.abs(residual).max():.1e} eV/Å^{constants.order} after "
        f"{MOST_ROUNDS} rounds; take constants of more pairs of atoms"
    )


@dataclass(frozen=True, slots=True)
class _Laws:
    """The sums and the exchanges of entries, complete under exchange.

    Parameters
    ----------
    atoms, cells : arrays
        As in `LatticeForceConstants`.
    source : (n_e,) array of int
        The given entry, -1 where there is none.
    group : (n_e,) array of int
        The sum over the last atom that an entry is part of.
    counts : (n_g,) array of int
    exchanged : (n_p, n_e) array of int
        Where the entries with exchanged atoms are, for each permutation.
    """

    atoms: NDArray[np.int64]
    cells: NDArray[np.int64]
    source: NDArray[np.int64]
    group: NDArray[np.intp]
    counts: NDArray[np.intp]
    exchanged: NDArray[np.intp]

    @classmethod
    def of(cls, constants: LatticeForceConstants) -> "_Laws":
        """The laws of the entries and of those with exchanged atoms."""
        n = constants.order
        exchanges = list(permutations(range(n)))
        keys = np.concatenate([_exchanged_key(constants, p) for p in exchanges])
        _, first, inverse = np.unique(
            codes_of(keys), return_index=True, return_inverse=True
        )
        unique = keys[first]
        source = np.full(len(unique), -1)
        source[inverse[: len(constants)]] = np.arange(len(constants))
        atoms, cells = unique[:, :n], unique[:, n:].reshape(-1, n - 1, 3)
        whole = LatticeForceConstants(
            np.zeros((len(unique), *[3] * n)), atoms, cells, constants.cell
        )
        # Codes sort as the constructor does, so places stay.
        whole_keys = np.concatenate([_exchanged_key(whole, p) for p in exchanges])
        rows = np.unique(codes_of(whole_keys), return_inverse=True)[1]
        group = _groups(_others(whole, n - 1))
        exchanged = rows.reshape(len(exchanges), -1)
        return cls(whole.atoms, whole.cells, source, group, np.bincount(group), exchanged)

    def completed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of all entries, zero where none was given."""
        known = self.source >= 0
        whole = np.zeros((len(self.source), *values.shape[1:]))
        whole[known] = values[self.source[known]]
        return whole

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """``A``: over the last atom."""
        return _grouped(values, self.group)

    def divided(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """``(A Aᵀ)⁻¹``, the preconditioner."""
        return sums / self.counts.reshape(-1, *[1] * (sums.ndim - 1))

    def exchange_average(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """``P``: the mean over all exchanges of (atom, axis) pairs."""
        total = np.zeros_like(values)
        exchanges = permutations(range(values.ndim - 1))
        for exchange, source in zip(exchanges, self.exchanged, strict=True):
            total += values[source].transpose(0, *(1 + np.argsort(exchange)))
        return total / len(self.exchanged)


def _ends(constants: LatticeForceConstants) -> NDArray[np.int64]:
    """The cells of all atoms, the home cell of the first among them."""
    cells = constants.cells
    return np.concatenate([np.zeros_like(cells[:, :1]), cells], axis=1)


def _exchanged_key(
    constants: LatticeForceConstants, exchange: tuple[int, ...]
) -> NDArray[np.int64]:
    """Atoms and cells of the entries with their atoms in another order."""
    order = list(exchange)
    ends = _ends(constants)[:, order]
    cells = ends[:, 1:] - ends[:, :1]
    return np.concatenate(
        [constants.atoms[:, order], cells.reshape(len(cells), -1)], axis=1
    )


def _others(constants: LatticeForceConstants, index: int) -> NDArray[np.int64]:
    """Atoms and distances of all atoms but one."""
    rest = [i for i in range(constants.order) if i != index]
    ends = _ends(constants)[:, rest]
    cells = (ends - ends[:, :1])[:, 1:]
    return np.concatenate([constants.atoms[:, rest], _flat(cells)], axis=1)


def _flat(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cells of all atoms of an entry in one row."""
    return cells.reshape(len(cells), 3 * cells.shape[1])


def _groups(key: NDArray[np.int64]) -> NDArray[np.intp]:
    """A number for each distinct row."""
    _, groups = np.unique(codes_of(key), return_inverse=True)
    return np.asarray(groups, dtype=np.intp)


def _grouped(values: NDArray[np.float64], group: NDArray[np.intp]) -> NDArray[np.float64]:
    """Sums over the rows of each group."""
    flat = values.reshape(len(values), -1)
    columns = [np.bincount(group, weights=column) for column in flat.T]
    sums = np.stack(columns, axis=-1).reshape(-1, *values.shape[1:])
    return np.asarray(sums, dtype=np.float64)
