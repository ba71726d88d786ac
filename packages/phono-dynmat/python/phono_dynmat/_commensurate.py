"""Commensurate wave vectors of a supercell, and force constants from matrices there."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_fc import ForceConstants
from phono_grid import Cell, ShortestVectors, Supercell
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_finite,
    ensure_shape,
    ensure_type,
    finite,
)

from phono_dynmat._extension import rust
from phono_dynmat._harmonic_series import shortest_vectors_of


def commensurate_points(supercell: Supercell) -> NDArray[np.float64]:
    r"""Wave vectors whose waves are periodic in ``supercell``.

    .. math:: q^T M \in \mathbb{Z}^3, \qquad (a_s\ b_s\ c_s) = (a_p\ b_p\ c_p) M

    Returns
    -------
    (N, 3) array of float
        Fractional coordinates in [0, 1), one wave vector for each primitive cell in the
        supercell, Γ first.
    """
    ensure_type("supercell", supercell, Supercell)
    transposed = np.rint(
        supercell.cell.lattice @ np.linalg.inv(supercell.primitive.lattice)
    )
    # Lattice points in the supercell of a cube by the transposed matrix are those q.
    cube = Cell(np.eye(3), np.zeros((1, 3)), ("H",), np.ones(1))
    return Supercell.of(cube, transposed, "P").cell.positions


def force_constants_from_dynamical_matrices(
    matrices: ArrayLike,
    qpoints: ArrayLike,
    supercell: Supercell,
    vectors: ShortestVectors | None = None,
) -> ForceConstants:
    r"""Second-order force constants from dynamical matrices.

    .. math::

        \Phi(k, s) = \frac{\sqrt{m_k m_{k'}}}{N} \operatorname{Re} \sum_q D_{kk'}(q)\,
            \langle e^{-2\pi i q \cdot v} \rangle_v

    with the mean over the equidistant shortest vectors ``v`` from ``k`` to ``s``, a copy of
    ``k'``.

    Parameters
    ----------
    matrices : (N, n_b, n_b) array_like of complex
        At each of ``qpoints``, in eV/(Å² Da); see `phono_dynmat.dynamical_matrices`.
    qpoints : (N, 3) array_like
        The `commensurate_points` of ``supercell``, or images of them, in any order.
    supercell : Supercell
    vectors : ShortestVectors, optional
        Those of ``supercell``, found if not given.

    Raises
    ------
    ShapeError
        If there is not one matrix of three rows for each atom at each wave vector.
    DomainError
        If the wave vectors are not those of the supercell, each once.
    """
    ensure_type("supercell", supercell, Supercell)
    cell = supercell.primitive
    n_a, n_q = cell.n_atoms, supercell.n_cells
    q = finite(qpoints, "qpoints", (n_q, 3))
    shape = (n_q, 3 * n_a, 3 * n_a)
    d = as_numbers(matrices, "matrices", np.complex128, shape)
    ensure_finite("matrices", d)
    _ensure_commensurate(q, supercell)
    vectors = shortest_vectors_of(supercell, vectors)
    atoms = supercell.supercell_to_primitive
    values = inverse_fourier_sum(d, q, vectors, atoms)
    root = np.sqrt(cell.masses)
    values *= (root[:, None] * root[atoms])[:, :, None, None] / n_q
    return ForceConstants(values, supercell)


@accelerated_by(rust.inverse_fourier_sum)
def inverse_fourier_sum(
    matrices: NDArray[np.complex128],
    qpoints: NDArray[np.float64],
    vectors: ShortestVectors,
    atoms: NDArray[np.int64],
) -> NDArray[np.float64]:
    r"""Force constants from dynamical matrices, but for masses and the number of points.

    .. math::

        \operatorname{Re} \sum_q D_{kk'}(q)\, \langle e^{-2\pi i q \cdot v} \rangle_v

    Parameters
    ----------
    matrices : (n_q, n_b, n_b) array of complex
    qpoints : (n_q, 3) array of float
        Fractional.
    vectors : ShortestVectors
        From primitive atoms ``k`` to atoms ``s`` of the supercell.
    atoms : (n_s,) array of int
        ``k'``, the primitive atom of which ``s`` is a copy.

    Returns
    -------
    (n_a, n_s, 3, 3) array of float
    """
    n_s, n_a = vectors.multiplicities.shape
    ensure_shape("qpoints", qpoints, ("n_q", 3))
    ensure_shape("matrices", matrices, (len(qpoints), 3 * n_a, 3 * n_a))
    ensure_shape("atoms", atoms, (n_s,))
    first, m = vectors.first.ravel(), vectors.multiplicities
    blocks = matrices.reshape(-1, n_a, 3, n_a, 3).transpose(0, 1, 3, 2, 4)
    values = np.zeros((n_a, n_s, 3, 3))
    for q, block in zip(qpoints, blocks, strict=True):
        waves = np.exp(-2j * np.pi * (vectors.vectors @ q))
        phases = np.add.reduceat(waves, first).reshape(n_s, n_a) / m
        values += (phases.T[:, :, None, None] * block[:, atoms]).real
    return values


def _ensure_commensurate(q: NDArray[np.float64], supercell: Supercell) -> None:
    """Require each commensurate point once, whichever image of it."""
    expected = commensurate_points(supercell)
    d = q[:, None] - expected
    same = (np.abs(d - np.rint(d)) < 1e-6).all(axis=2)
    if not ((same.sum(axis=0) == 1).all() and (same.sum(axis=1) == 1).all()):
        raise DomainError(
            "qpoints must be the commensurate points of the supercell, each once; "
            "commensurate_points(supercell) lists them"
        )
