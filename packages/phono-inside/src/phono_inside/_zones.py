"""The grid and the tetrahedra behind the arguments of phonors."""

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import BrillouinZone, Grid, Tetrahedra

from phono_inside._cache import Cache, key_of
from phono_inside._registry import PassedOn

Array = NDArray[Any]

ZONES = Cache(4)
TETRAHEDRA = Cache(4)


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
