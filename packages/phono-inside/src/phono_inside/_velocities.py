"""Group velocities: `run` of phonopy's `GroupVelocity`, many wave vectors at once.

phonopy goes through wave vectors and operations one by one. Its dynamical matrices are
taken as they are; their derivatives too at few wave vectors, and with charges in Wang's
way. Degenerate sets are told apart along the same direction.
"""

import sys
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import dynamical_matrix_derivatives
from phono_grid import DEGENERACY

from phono_inside._dynamics import dynamics_of
from phono_inside._kernels import ensure_rust
from phono_inside._registry import PassedOn
from phono_inside._signatures import FEW

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
    ensure_rust("phono_grid", "phono_dynmat")
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
    values, e = np.linalg.eigh(_matrices(loop._dynmat, q))
    f = np.sqrt(np.abs(values)) * np.sign(values) * loop._factor
    v = _diagonals(_slopes(loop, q), e, f, loop._directions[0])
    moving = f > loop._cutoff_frequency
    scale = np.where(moving, loop._factor**2 / 2 / np.where(moving, f, 1), 0)
    return np.asarray(v * scale[..., None])


def _matrices(dynmat: Any, q: Array) -> Array:
    """Dynamical matrices, those away from Γ all at once if phonopy can."""
    module = sys.modules.get("phonopy.harmonic.dynamical_matrix")
    together = getattr(module, "get_dynamical_matrices_at_qpoints", None)
    alone = _near(q)
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


def _near(q: Array) -> Array:
    """Whether wave vectors are at reciprocal lattice points: dipoles are not analytic."""
    return np.asarray(np.abs(q - np.rint(q)).max(axis=1) < NEAR)


def _slopes(loop: Any, q: Array) -> Array:
    """Derivatives of dynamical matrices, (n_q, 3, n_b, n_b)."""
    arguments, alone = _arguments(loop._ddm, loop._dynmat), _near(q)
    n_b = 3 * len(loop._dynmat.primitive)
    slopes = np.empty((len(q), 3, n_b, n_b), dtype=complex)
    if arguments is None or len(q) < FEW:
        alone[:] = True
    else:
        slopes[~alone] = dynamical_matrix_derivatives(dynamics_of(arguments), q[~alone])
    for i in np.flatnonzero(alone):
        loop._ddm.run(q[i])
        slopes[i] = loop._ddm.d_dynamical_matrix
    return slopes


def _arguments(ddm: Any, dynmat: Any) -> dict[str, Any] | None:
    """Arrays that derivatives are made of, named as in phonors; None where we have others.

    Short-range constants are there once dynamical matrices have been computed.
    """
    charged = {"DynamicalMatrix": False, "DynamicalMatrixGL": True}.get(
        type(dynmat).__name__
    )
    if charged is None or getattr(ddm, "_derivative_order", 1) is not None:
        return None
    try:
        fc = dynmat.short_range_force_constants if charged else ddm._force_constants
        compact = len(fc) != fc.shape[1]
        n_a = len(ddm._p2s_map)
        a = {
            "fc": np.ascontiguousarray(fc, dtype=float),
            "svecs": np.ascontiguousarray(ddm._svecs),
            "multi": np.ascontiguousarray(ddm._multi),
            "mass": np.array(dynmat.normalization_masses, dtype=float),
            "p2s_map": np.arange(n_a) if compact else ddm._p2s_map,
            "s2p_map": ddm._s2pp_map if compact else ddm._s2p_map,
            "reciprocal_lattice": np.linalg.inv(ddm._pcell.cell),
        }
        if charged:
            _, own, _, vectors, width = dynmat.Gonze_nac_dataset
            a |= {
                "born": np.array(dynmat.born, dtype=float),
                "dielectric": np.array(dynmat.dielectric_constant, dtype=float),
                "dd_q0": np.ascontiguousarray(own, dtype=complex),
                "g_list": np.ascontiguousarray(vectors, dtype=float),
                "nac_factor": dynmat.nac_factor,
                "lambda_": width,
            }
    except (AttributeError, TypeError):  # of a version that has them elsewhere, or not yet
        return None
    return a


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
