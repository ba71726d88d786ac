"""Shortest vectors between the atoms of a periodic supercell."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._extension import rust
from phono_grid._memory import ensure_memory
from phono_grid._spglib import SYMPREC, reduced_basis
from phono_grid._supercell import Supercell
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    ensure_positive,
    ensure_type,
    ensure_volume,
    finite,
    frozen,
)


@dataclass(frozen=True, slots=True, eq=False)
class ShortestVectors:
    """All equidistant shortest vectors from primitive atoms to supercell atoms.

    Parameters
    ----------
    vectors : (n_v, 3) array_like
        Vectors in primitive fractional coordinates, pair by pair.
    multiplicities : (n_s, n_a) array_like of int
        How many vectors pair ``(s, k)`` has; the pairs follow one another in C order.
    """

    vectors: NDArray[np.float64]
    multiplicities: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        m = frozen(self.multiplicities, "multiplicities", np.int64, ("n_s", "n_a"))
        if m.size and m.min() < 0:
            raise DomainError(f"multiplicities must not be negative, got {m.min()}")
        v = frozen(self.vectors, "vectors", shape=(int(m.sum()), 3))
        object.__setattr__(self, "multiplicities", m)
        object.__setattr__(self, "vectors", v)

    @classmethod
    def of(cls, supercell: Supercell, symprec: float = SYMPREC) -> "ShortestVectors":
        """Find them; lengths within ``symprec`` Å are equal."""
        ensure_type("supercell", supercell, Supercell)
        lattice = supercell.cell.lattice
        basis = reduced_basis(lattice)
        x = supercell.cell.positions @ (lattice @ np.linalg.inv(basis))
        origins = x[supercell.primitive_to_supercell]
        vectors, multiplicities = shortest_vectors(x, origins, basis, symprec=symprec)
        vectors = vectors @ (basis @ np.linalg.inv(supercell.primitive.lattice))
        # Nobody else has them: they are frozen without a copy.
        vectors.flags.writeable = multiplicities.flags.writeable = False
        return cls(vectors, multiplicities)

    @property
    def first(self) -> NDArray[np.int64]:
        """Where the vectors of pair ``(s, k)`` begin, shape (n_s, n_a)."""
        m = self.multiplicities
        return (np.cumsum(m.ravel()) - m.ravel()).reshape(m.shape)


def _checked(
    positions: ArrayLike, origins: ArrayLike, basis: ArrayLike, *, symprec: float = SYMPREC
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Arguments of `shortest_vectors`."""
    x_s = finite(positions, "positions", ("n_s", 3))
    x_k = finite(origins, "origins", ("n_a", 3))
    rows = finite(basis, "basis", (3, 3))
    ensure_volume("basis", rows)
    _ensure_reduced(rows)
    ensure_positive("symprec", symprec)
    pairs = f"{len(x_s)} positions and {len(x_k)} origins: their vectors"
    ensure_memory(pairs, 112 * len(x_s) * len(x_k), "take fewer origins at a time")
    return x_s, x_k, rows


def _ensure_reduced(basis: NDArray[np.float64]) -> None:
    """Require Minkowski's conditions, without which the search is too short."""
    # Products of vectors in Python's numbers, which are fast for so few.
    gram: list[list[float]] = (basis @ basis.T).tolist()
    i, j, k = sorted(range(3), key=lambda v: gram[v][v])
    a, b = gram[i][i], gram[j][j]
    ab, ac, bc = gram[i][j], gram[i][k], gram[j][k]
    # |2 v·w| ≤ |w|² for v a longer vector than w, and for c and a ± b.
    tests = [
        (ab, a),
        (ac, a),
        (bc, b),
        (ac + bc, a + b + 2 * ab),
        (ac - bc, a + b - 2 * ab),
    ]
    if any(abs(product) > 0.5001 * square for product, square in tests):
        raise DomainError("basis must be reduced; reduced_basis makes it so")


@accelerated_by(rust.shortest_vectors, _checked)
def shortest_vectors(
    positions: ArrayLike, origins: ArrayLike, basis: ArrayLike, *, symprec: float = SYMPREC
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    r"""All shortest vectors between atoms of a periodic cell.

    .. math::

        \{ x_s - x_k + n \;:\; \lvert B^T (x_s - x_k + n) \rvert < d_{min} + \epsilon \}

    over lattice vectors :math:`n`. There is no limit on their number.

    Parameters
    ----------
    positions : (n_s, 3) array_like
        ``x_s``, where the vectors end, in the coordinates of ``basis``.
    origins : (n_a, 3) array_like
        ``x_k``, where the vectors begin.
    basis : (3, 3) array_like
        ``B``, lattice vectors in rows, Å; Niggli-reduced, or the search is too short.
    symprec : float
        ``ε`` in Å.

    Returns
    -------
    vectors : (n_v, 3) array of float
        In the coordinates of ``basis``; pair by pair, pairs ``(s, k)`` in C order.
    multiplicities : (n_s, n_a) array of int
        How many vectors each pair has.

    Raises
    ------
    DomainError
        If the basis is not reduced, a number not finite, or memory too small.
    ShapeError
    """
    x_s, x_k, rows = np.asarray(positions), np.asarray(origins), np.asarray(basis)
    # In a reduced basis and for differences in [-1/2, 1/2], the shortest image is among the
    # sums of -1, 0, 1 times a, b, c and -(a + b + c).
    signs = np.array(list(product((-1, 0, 1), repeat=4)))
    points = np.unique(signs[:, :3] - signs[:, 3:], axis=0)

    d = x_s[:, None] - x_k
    candidates = (d - np.rint(d))[:, :, None] + points
    lengths = np.linalg.norm(candidates @ rows, axis=-1)
    shortest = lengths < lengths.min(axis=-1, keepdims=True) + symprec
    return candidates[shortest], shortest.sum(axis=-1)
