"""Dynamical matrices with charges: `dynamical_matrices_at_qpoints_gonze`.

Those on the grids of phono3py stay as they are: they decide, by their last digit, which
eigenvectors a degenerate set has, and with them linewidths.
"""

import warnings
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import (
    BornCharges,
    GonzeLeeCorrection,
    HarmonicSeries,
    dynamical_matrices,
)
from phono_grid import Cell
from phono_grid.errors import PhonoError

from phono_inside._arrays import ensure_arrays, ensure_output
from phono_inside._cache import Cache, key_of
from phono_inside._kernels import ensure_rust
from phono_inside._registry import PassedOn, original

Array = NDArray[Any]
Dynamics = HarmonicSeries | GonzeLeeCorrection

DYNAMICS = Cache(4)
NEAR = 1e-4
"""Fractional; those closer to a reciprocal lattice point are left to the original."""
_BYTES = 1 << 25
"""Bytes of dynamical matrices that are made at once."""
_CONSTANTS = {
    "fc": "f8",
    "svecs": "f8",
    "multi": "i8",
    "mass": "f8",
    "p2s_map": "i8",
    "s2p_map": "i8",
    "reciprocal_lattice": "f8",
}
_CHARGES = {"born": "f8", "dielectric": "f8", "dd_q0": "c16", "g_list": "f8"}


def dynamical_matrices_at_qpoints_gonze(phonors: ModuleType, **a: Any) -> None:
    """Fill ``dynmats``, (n_q, n_b, n_b)."""
    ensure_rust("phono_grid", "phono_dynmat")
    ensure_arrays(a, dynmats="c16", qpoints="f8")
    if not a["hermitianize"]:
        raise PassedOn("not Hermitian")
    q, out = a["qpoints"], a["dynmats"]
    if q.ndim != 2 or q.shape[1] != 3:
        raise PassedOn("no list of wave vectors")
    ensure_output(a, "dynmats", (len(q), 3 * len(a["mass"]), 3 * len(a["mass"])))
    is_near = np.abs(q - np.rint(q)).max(axis=1) < NEAR
    if is_near.all():
        raise PassedOn("a reciprocal lattice point")
    dynamics = dynamics_of(a)
    step = max(1, _BYTES // out[:1].nbytes)
    for start in range(0, len(q), step):
        some = slice(start, start + step)
        out[some] = dynamical_matrices(dynamics, q[some])
    if is_near.any():
        # Acoustic frequencies there are rounding, and would not be the same.
        few = np.empty((int(is_near.sum()), *out.shape[1:]), dtype=complex)
        near = {"dynmats": few, "qpoints": np.ascontiguousarray(q[is_near])}
        with original():
            phonors.dynamical_matrices_at_qpoints_gonze(**{**a, **near})
        out[is_near] = few


def dynamics_of(a: dict[str, Any]) -> Dynamics:
    """Force constants, and the dipoles beside them if charges are given."""
    kinds = _CONSTANTS | (_CHARGES if "born" in a else {})
    ensure_arrays(a, **kinds)
    numbers = [float(a[name]) for name in ("nac_factor", "lambda_") if name in a]
    key = key_of(*(a[name] for name in kinds), *numbers)
    return DYNAMICS.get(key, lambda: _dynamics(a, *numbers))


def _dynamics(a: dict[str, Any], factor: float = 0, width: float = 0) -> Dynamics:
    """`dynamics_of`, not kept."""
    lattice = np.linalg.inv(a["reciprocal_lattice"])
    if not np.linalg.det(lattice) > 0:
        raise PassedOn("left-handed lattice")
    series = _series(a, lattice)
    if "born" not in a:
        return series
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the charges are the caller's
            coulomb = factor * series.cell.volume / (4 * np.pi)
            polar = BornCharges(a["born"], a["dielectric"], coulomb)
    except PhonoError as error:
        raise PassedOn("charges that are refused here") from error
    vectors, own = a["g_list"], a["dd_q0"]
    return GonzeLeeCorrection(series, polar, vectors, width, own, periodic=False)


def _series(a: dict[str, Any], lattice: Array) -> HarmonicSeries:
    """The Fourier series of the short-range constants."""
    if a["multi"].ndim != 3 or a["svecs"].ndim != 2:
        raise PassedOn("sparse shortest vectors")
    p2s, s2p, svecs = a["p2s_map"], a["s2p_map"], a["svecs"]
    order = np.argsort(p2s)
    kind = order[np.searchsorted(p2s, s2p, sorter=order)]
    n, first = a["multi"][..., 0], a["multi"][..., 1]
    n_a = n.shape[1]
    # The origin is atom 0; which copies of the others have these positions does not matter.
    copies = [int(np.argmax(kind == k)) for k in range(n_a)]
    positions = svecs[first[copies, 0]]
    counts = n.ravel()
    s, i = np.divmod(np.repeat(np.arange(counts.size), counts), n_a)
    number = np.arange(len(s)) - np.repeat(np.cumsum(counts) - counts, counts)
    exact = svecs[first[s, i] + number] - positions[kind[s]] + positions[i]
    cells = np.rint(exact).astype(np.int64)
    if np.abs(exact - cells).max() > 1e-5:
        raise PassedOn("shortest vectors that do not join atoms")
    values = a["fc"][p2s[i], s] / n[s, i, None, None]
    blocks = np.column_stack([i, kind[s], cells])
    places, which = np.unique(blocks, axis=0, return_inverse=True)
    merged = np.zeros((len(places), 3, 3))
    np.add.at(merged, which.ravel(), values)
    atoms, cells = (np.ascontiguousarray(x) for x in (places[:, :2], places[:, 2:]))
    cell = Cell(lattice, positions, ("X",) * n_a, a["mass"])
    return HarmonicSeries(merged, atoms, cells, cell)
