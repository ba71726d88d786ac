"""Group velocities: `run` of phonopy's `GroupVelocity`, many wave vectors at once.

phonopy goes through wave vectors and operations one by one. Its dynamical matrices and
their derivatives are taken as they are, charges included; the eigenvectors are those of
the same routine of LAPACK, so that degenerate sets are told apart in the same way.
"""

import sys
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import DEGENERACY

from phono_inside._kernels import ensure_rust
from phono_inside._registry import PassedOn

Array = NDArray[Any]

_NEEDED = (
    *("_dynmat", "_ddm", "_q_length", "_factor", "_cutoff_frequency", "_symmetry"),
    *("_directions", "_reciprocal_lattice", "_group_velocities"),
)
NEAR = 1e-4
"""Fractional; wave vectors closer to Γ than this are treated one by one."""
_BYTES = 1 << 26
"""Bytes of derivatives of dynamical matrices that are held at once."""


def run(module: ModuleType, **a: Any) -> None:
    """Set the group velocities, (n_q, n_b, 3), at ``q_points``."""
    ensure_rust("phono_grid")
    loop = a["self"]
    if not all(hasattr(loop, name) for name in _NEEDED):
        raise PassedOn("another class")
    if loop._q_length is not None or loop._ddm is None:
        raise PassedOn("finite differences")
    q = np.array(a["q_points"], dtype=float)
    if q.ndim != 2 or q.shape[1] != 3 or not len(q):
        raise PassedOn("no list of wave vectors")
    along = np.array([1.0, 2.0, 3.0])
    if a["perturbation"] is not None:
        along = loop._reciprocal_lattice @ np.asarray(a["perturbation"], dtype=float)
    loop._directions[0] = along / np.linalg.norm(along)
    n_b = 3 * len(loop._dynmat.primitive)
    chunk = max(1, _BYTES // (48 * n_b**2))
    parts = [
        _velocities(loop, q[start : start + chunk]) for start in range(0, len(q), chunk)
    ]
    v = np.concatenate(parts)
    if loop._symmetry is not None:
        v = np.einsum("qab,qjb->qja", _means(module, loop, q), v)
    loop._group_velocities = np.ascontiguousarray(v)


def _velocities(loop: Any, q: Array) -> Array:
    """Velocities before the average over the operations that leave ``q`` in place."""
    slopes = []
    for point in q:
        loop._ddm.run(point)
        slopes.append(loop._ddm.d_dynamical_matrix)
    values, e = np.linalg.eigh(_matrices(loop._dynmat, q))
    f = np.sqrt(np.abs(values)) * np.sign(values) * loop._factor
    v = _diagonals(np.array(slopes), e, f, loop._directions[0])
    moving = f > loop._cutoff_frequency
    scale = np.where(moving, loop._factor**2 / 2 / np.where(moving, f, 1), 0)
    return np.asarray(v * scale[..., None])


def _matrices(dynmat: Any, q: Array) -> Array:
    """Dynamical matrices, those away from Γ all at once if phonopy can."""
    module = sys.modules.get("phonopy.harmonic.dynamical_matrix")
    together = getattr(module, "get_dynamical_matrices_at_qpoints", None)
    # At Γ charges count in another way in `run` than for many wave vectors.
    alone = np.abs(q - np.rint(q)).max(axis=1) < NEAR
    n_b = 3 * len(dynmat.primitive)
    matrices = np.empty((len(q), n_b, n_b), dtype=complex)
    if together is None or getattr(dynmat, "lang", None) != "Rust":
        alone[:] = True
    elif not alone.all():
        matrices[~alone] = together(dynmat, np.ascontiguousarray(q[~alone]))
    for i in np.flatnonzero(alone):
        dynmat.run(q[i])
        matrices[i] = dynmat.dynamical_matrix
    return matrices


def _diagonals(slopes: Array, e: Array, f: Array, along: Array) -> Array:
    """``⟨e_j| ∂D/∂k_α |e_j⟩``, [q, j, α], with degenerate sets told apart ``along``."""
    n_q, n_b = f.shape
    v = np.empty((n_q, n_b, 3))
    is_first = np.ones((n_q, n_b), dtype=bool)
    is_first[:, 1:] = np.diff(f, axis=1) >= DEGENERACY
    patterns, which = np.unique(is_first, axis=0, return_inverse=True)
    for i, pattern in enumerate(patterns):
        members = np.flatnonzero(which.ravel() == i)
        ends = [*np.flatnonzero(pattern).tolist(), n_b]
        for a, b in pairwise(ends):
            some = np.ascontiguousarray(e[members, :, a:b])
            dual = some.conj().swapaxes(1, 2)
            blocks = dual[:, None] @ slopes[members] @ some[:, None]
            if b - a > 1:
                _, u = np.linalg.eigh(np.tensordot(along, blocks, axes=(0, 1)))
                blocks = u.conj().swapaxes(1, 2)[:, None] @ blocks @ u[:, None]
            v[members, a:b] = np.diagonal(blocks, axis1=2, axis2=3).real.swapaxes(1, 2)
    return v


def _means(module: ModuleType, loop: Any, q: Array) -> Array:
    """Means of the Cartesian operations that leave ``q`` in place, (n_q, 3, 3)."""
    operations = np.asarray(loop._symmetry.reciprocal_operations)
    lattice = loop._reciprocal_lattice
    cartesian = [module.similarity_transformation(lattice, r) for r in operations]
    q = q - np.rint(q)
    away = q[:, None] - np.einsum("rab,qb->qra", operations, q)
    stays = (np.abs(away) < loop._symmetry.tolerance).all(axis=2).astype(float)
    means = stays @ np.array(cartesian).reshape(-1, 9) / stays.sum(axis=1, keepdims=True)
    return np.asarray(means.reshape(-1, 3, 3))
