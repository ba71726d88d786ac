"""The series and the phonons behind the arguments of phonors."""

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import AtomMaps, MappedForceConstants3, Series3, ZoneModes
from phono_grid import BrillouinZone, Tetrahedra

from phono_inside._cache import Cache, key_of
from phono_inside._registry import PassedOn

Array = NDArray[Any]

FEW_TRIPLETS = 20
"""A grid point with no more triplets is left to the original.

To make the series takes as long as 70 to 80 triplets take phonors, of silicon and of AlN
alike, so that meshes of 4 × 4 × 4 points and less were slower inside.
"""
SERIES = Cache(2)
MODES = Cache(2)


def ensure_many(n_t: int) -> None:
    """Leave few triplets to the original."""
    if n_t <= FEW_TRIPLETS:
        raise PassedOn("few triplets")


def ensure_origins(a: dict[str, Any]) -> None:
    """Leave couplings that are symmetrised at each triplet to the original."""
    if a["symmetrize_fc3_q"]:
        raise PassedOn("symmetrize_fc3_q")


def series_of(a: dict[str, Any]) -> tuple[Series3, Array]:
    """The series of ``fc3``, and the positions of the primitive atoms."""
    ensure_origins(a)
    names = ("svecs", "multiplicity", "p2s_map", "s2p_map")
    average, compact = bool(a["make_r0_average"]), bool(a["is_compact_fc3"])
    alike = a["all_shortest"] if average else None
    # Of full constants the rows of primitive atoms alone are used.
    rows = range(len(a["fc3"])) if compact else a["p2s_map"].tolist()
    blocks = [a[name][row] for name in ("fc3", "fc3_nonzero_indices") for row in rows]
    key = key_of(*blocks, *(a[name] for name in names), average, compact, alike)
    return SERIES.get(key, lambda: _series(a, compact, alike))


def _series(a: dict[str, Any], compact: bool, alike: Array | None) -> tuple[Series3, Array]:
    """`series_of`, not kept."""
    p2s, s2p, svecs = a["p2s_map"], a["s2p_map"], a["svecs"]
    if a["multiplicity"].ndim != 3 or svecs.ndim != 2:
        raise PassedOn("sparse shortest vectors")
    order = np.argsort(p2s)
    kind = order[np.searchsorted(p2s, s2p, sorter=order)]
    rows = slice(None) if compact else p2s
    values, there = a["fc3"][rows], a["fc3_nonzero_indices"][rows] != 0
    if not there.all():
        values = values * there[..., None, None, None]
    m, first = a["multiplicity"][..., 0], a["multiplicity"][..., 1]
    n = m.ravel()
    number = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    vectors = svecs[np.repeat(first.ravel(), n) + number]
    # The origin is atom 0; where it is does not matter.
    positions = svecs[first[p2s, 0]]
    n_s, n_a = m.shape
    end = positions[np.repeat(np.repeat(kind, n_a), n)]
    start = positions[np.repeat(np.tile(np.arange(n_a), n_s), n)]
    exact = vectors - end + start
    cells = np.rint(exact).astype(np.int64)
    if np.abs(exact - cells).max() > 1e-5:
        raise PassedOn("shortest vectors that do not join atoms")
    series = Series3.of_images(
        MappedForceConstants3(np.ascontiguousarray(values), AtomMaps(p2s, kind)),
        np.ascontiguousarray(m),
        cells,
        average_origin=bool(a["make_r0_average"]),
        alike=None if alike is None else alike != 0,
    )
    return series, positions


def modes_of(
    a: dict[str, Any],
    zone: tuple[Hashable, BrillouinZone],
    tetrahedra: Tetrahedra,
    positions: Array,
) -> tuple[Hashable, ZoneModes]:
    """The phonons at all images in the periodic gauge, and a key of them."""
    f, e, masses = a["frequencies"], a["eigenvectors"], a["masses"]
    arrays = f, e, masses, positions, tetrahedra.offsets
    key = (zone[0], key_of(*arrays))

    def make() -> ZoneModes:
        n_b = f.shape[1]
        phase = np.exp(2j * np.pi * zone[1].qpoints @ positions.T) / np.sqrt(masses)
        # [q, κα, j] → [q, j, κ, α]
        turned = np.ascontiguousarray(e.swapaxes(1, 2)).reshape(len(f), n_b, -1, 3)
        turned *= phase[:, None, :, None]
        return ZoneModes(zone[1], f, turned, tetrahedra)

    return key, MODES.get(key, make)
