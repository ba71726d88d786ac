"""Shortest vectors between the atoms of a periodic supercell."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import spglib
from numpy.typing import NDArray

from phono_grid._extension import rust
from phono_grid._supercell import Supercell
from phono_grid._symmetry import SYMPREC
from phono_grid.backend import accelerated_by
from phono_grid.errors import frozen


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
        m = frozen(self.multiplicities, "multiplicities", np.int64)
        v = frozen(self.vectors, "vectors", shape=(int(m.sum()), 3))
        object.__setattr__(self, "multiplicities", m)
        object.__setattr__(self, "vectors", v)

    @classmethod
    def of(cls, supercell: Supercell, symprec: float = SYMPREC) -> "ShortestVectors":
        """Find them; lengths within ``symprec`` Å are equal."""
        return cls(*shortest_vectors(supercell, symprec=symprec))

    @property
    def first(self) -> NDArray[np.int64]:
        """Where the vectors of pair ``(s, k)`` begin, shape (n_s, n_a)."""
        m = self.multiplicities
        return (np.cumsum(m.ravel()) - m.ravel()).reshape(m.shape)


def image_search(supercell: Supercell) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A reduced basis of the supercell, rows, and the lattice points to search in it.

    With a Niggli-reduced basis and differences in [-1/2, 1/2], the shortest image is among
    the sums of -1, 0, 1 times a, b, c and -(a + b + c).
    """
    reduced = spglib.niggli_reduce(supercell.cell.lattice)
    basis = supercell.cell.lattice if reduced is None else np.asarray(reduced)
    signs = np.array(list(product((-1, 0, 1), repeat=4)))
    points = np.unique(signs[:, :3] - signs[:, 3:], axis=0)
    return np.ascontiguousarray(basis), points.astype(np.int64)


@accelerated_by(rust.shortest_vectors)
def shortest_vectors(
    supercell: Supercell, *, symprec: float = SYMPREC
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    r"""All shortest vectors from primitive atom ``k`` to supercell atom ``s``.

    .. math::

        \{ x_s - x_k + n \;:\; \lvert L^T (x_s - x_k + n) \rvert < d_{min} + \epsilon \}

    over supercell lattice vectors :math:`n`. There is no limit on their number.

    Parameters
    ----------
    supercell : Supercell
    symprec : float
        ``ε`` in Å.

    Returns
    -------
    vectors : (n_v, 3) array of float
        Primitive fractional coordinates; pair by pair, pairs ``(s, k)`` in C order.
    multiplicities : (n_s, n_a) array of int
    """
    basis, points = image_search(supercell)
    to_basis = supercell.cell.lattice @ np.linalg.inv(basis)
    to_primitive = basis @ np.linalg.inv(supercell.primitive.lattice)
    x = supercell.cell.positions @ to_basis
    d = x[:, None] - x[supercell.primitive_to_supercell]
    d -= np.rint(d)
    candidates = d[:, :, None] + points
    lengths = np.linalg.norm(candidates @ basis, axis=-1)
    shortest = lengths < lengths.min(axis=-1, keepdims=True) + symprec
    return candidates[shortest] @ to_primitive, shortest.sum(axis=-1)
