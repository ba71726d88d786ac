"""The grid, the tetrahedra, the series and the phonons behind the arguments of phonors."""

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import AtomMaps, MappedForceConstants3, Series3, ZoneModes
from phono_grid import BrillouinZone, Grid, Tetrahedra

from phono_inside._cache import Cache, key_of
from phono_inside._registry import PassedOn

Array = NDArray[Any]

ZONES = Cache(4)
TETRAHEDRA = Cache(4)
SERIES = Cache(2)
MODES = Cache(2)


def zone_of(a: dict[str, Any]) -> tuple[Hashable, BrillouinZone]:
    """The zone of ``bz_grid_addresses`` and ``bz_map``, and a key of it."""
    if a.get("bz_grid_type", 2) != 2:
        raise PassedOn("sparse grid")
    q_matrix = a.get("q_mat")
    if q_matrix is None:
        q_matrix = np.eye(3, dtype=np.int64)
    key = key_of(a["bz_grid_addresses"], a["bz_map"], a["d_diag"], q_matrix)

    def make() -> BrillouinZone:
        return BrillouinZone(grid_of(a["d_diag"], q_matrix), *addresses(a))

    return key, ZONES.get(key, make)


def grid_of(mesh: Array, q_matrix: Array) -> Grid:
    """A grid with addresses alone: lattice and symmetry are not asked for."""
    unit = np.eye(3, dtype=np.int64)
    return Grid(mesh, np.eye(3), unit[None], unit, q_matrix)


def addresses(a: dict[str, Any]) -> tuple[Array, Array]:
    """Addresses of the images, and where those of each point start."""
    images, first = a["bz_grid_addresses"], a["bz_map"]
    if len(first) != np.prod(a["d_diag"]) + 1:
        raise PassedOn("sparse grid")
    return images, first


def zone_of_addresses(a: dict[str, Any]) -> tuple[Hashable, BrillouinZone]:
    """The zone where ``bz_map`` is not given: images of one point follow one another."""
    key = key_of(a["bz_grid_addresses"], a["d_diag"], a["q_mat"])

    def make() -> BrillouinZone:
        grid = grid_of(a["d_diag"], a["q_mat"])
        points = grid.index(a["bz_grid_addresses"])
        if (np.diff(points) < 0).any():
            raise PassedOn("sparse grid")
        first = np.searchsorted(points, np.arange(grid.n_q + 1))
        return BrillouinZone(grid, a["bz_grid_addresses"], first)

    return key, ZONES.get(key, make)


def tetrahedra_of(relative: Array) -> Tetrahedra:
    """The tetrahedra with the vertices ``relative_grid_address``, [24 n, 4, 3]."""
    return TETRAHEDRA.get(key_of(relative), lambda: _tetrahedra(relative))


def _tetrahedra(relative: Array) -> Tetrahedra:
    """`tetrahedra_of`, not kept."""
    if relative.ndim != 3 or len(relative) % 24 or relative[:, 0].any():
        raise PassedOn("tetrahedra of another kind")
    offsets, corners = [], []
    for n, cut in enumerate(relative.reshape(-1, 24, 4, 3)):
        vertices, which = np.unique(cut.reshape(-1, 3), axis=0, return_inverse=True)
        if len(vertices) != 15:
            raise PassedOn("tetrahedra of another kind")
        centre = int(np.flatnonzero(~vertices.any(axis=1))[0])
        order = np.r_[centre, np.delete(np.arange(15), centre)]
        offsets.append(vertices[order])
        place = np.argsort(order)[which.reshape(24, 4)]
        corners.append(place[:, 1:] + 15 * n)
    return Tetrahedra(np.concatenate(offsets), np.concatenate(corners))


def series_of(a: dict[str, Any]) -> tuple[Series3, Array]:
    """The series of ``fc3``, and the positions of the primitive atoms."""
    if a["symmetrize_fc3_q"]:
        raise PassedOn("symmetrize_fc3_q")
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


def ensure_arrays(a: dict[str, Any], **kinds: str) -> None:
    """Leave to the original what it would refuse: other types, and not in C order."""
    for name, kind in kinds.items():
        value = a[name]
        if not isinstance(value, np.ndarray):
            raise PassedOn(f"{name} is no array")
        if value.dtype != np.dtype(kind) or not value.flags.c_contiguous:
            raise PassedOn(f"{name} of another type or order")


def ensure_finite(a: dict[str, Any], *names: str) -> None:
    """Leave to the original what is not a number yet."""
    for name in names:
        if not np.isfinite(a[name]).all():
            raise PassedOn(f"{name} is not finite")


def ensure_output(a: dict[str, Any], name: str, shape: tuple[int, ...]) -> None:
    """Leave to the original an array that cannot be written as it is."""
    out = a[name]
    if not isinstance(out, np.ndarray) or out.shape != shape:
        raise PassedOn(f"{name} of another shape")
    if not (out.flags.c_contiguous and out.flags.writeable):
        raise PassedOn(f"{name} cannot be written")
