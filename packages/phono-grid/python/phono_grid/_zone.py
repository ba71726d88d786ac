"""The first Brillouin zone: the shortest images of wave vectors."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._extension import rust
from phono_grid._grid import Grid, ensure_room, integer_addresses
from phono_grid._smith import inverse_unimodular
from phono_grid._spglib import reduced_basis
from phono_grid._triplets import Triplets
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_indices,
    ensure_type,
    ensure_volume,
    finite,
    frozen,
)
from phono_grid.memory import ensure_memory
from phono_grid.nouns import ValueNoun

_SHIFTS = np.array(list(product((0, 1, 2, -2, -1), repeat=3)))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BrillouinZone(ValueNoun):
    """All shortest images ``q + G`` of every grid point: more than one on the boundary.

    Parameters
    ----------
    grid : Grid
    addresses : (n_z, 3) array_like of int
        Integer coordinates of the images, those of one grid point after those of another.
    first : (n_q + 1,) array_like of int
        The images of point ``g`` are ``addresses[first[g]:first[g + 1]]``.
    """

    grid: Grid
    addresses: NDArray[np.int64]
    first: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("grid", self.grid, Grid)
        first = frozen(self.first, "first", np.int64, (self.grid.n_q + 1,))
        addresses = frozen(self.addresses, "addresses", np.int64, (int(first[-1]), 3))
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "addresses", addresses)
        if first[0] != 0 or (np.diff(first) < 1).any():
            raise DomainError("first must start at 0 and leave every point an image")
        if (self.grid.index(addresses) != self.points).any():
            raise DomainError("addresses must be images of the points in their order")

    def __repr__(self) -> str:
        """Number of images: ``BrillouinZone(1505 images of Grid(…))``."""
        return f"BrillouinZone({len(self.addresses)} images of {self.grid})"

    @classmethod
    def of(cls, grid: Grid) -> "BrillouinZone":
        """Find the images of every point of ``grid``."""
        ensure_type("grid", grid, Grid)
        ensure_room(grid, "images in the zone", 160)
        basis = reduced_basis(grid.reciprocal_lattice)
        to_basis = np.rint(grid.reciprocal_lattice @ np.linalg.inv(basis))
        transform = to_basis.T.astype(np.int64) @ grid.q_matrix
        addresses, counts = zone_images(grid, transform, basis)
        return cls(grid, addresses, np.concatenate([[0], np.cumsum(counts)]))

    @property
    def points(self) -> NDArray[np.int64]:
        """The grid point of every image, (n_z,)."""
        return np.repeat(np.arange(self.grid.n_q), np.diff(self.first))

    @property
    def steps(self) -> NDArray[np.float64]:
        """Cartesian vectors between neighbouring addresses, 1/Å, in rows."""
        return self.grid.steps

    @property
    def qpoints(self) -> NDArray[np.float64]:
        """Fractional coordinates of every image, (n_z, 3)."""
        a = self.addresses + self.grid.shift / 2
        return np.asarray(a / self.grid.mesh @ self.grid.q_matrix.T)

    def index(self, addresses: ArrayLike) -> NDArray[np.int64]:
        """The image at each address, (..., 3) → (...): neighbours, rotated points.

        Where none of a point's images is there, its first one.
        """
        a = integer_addresses(addresses)
        flat = a.reshape(-1, 3)
        start = self.first[self.grid.index(flat)]
        count = self.first[self.grid.index(flat) + 1] - start
        images = start.copy()
        for i in range(int(count.max(initial=0))):
            image = np.minimum(start + i, start + count - 1)
            same = (self.addresses[image] == flat).all(axis=1)
            images[same] = image[same]
        return images.reshape(a.shape[:-1])

    def rotate(self, images: ArrayLike) -> NDArray[np.int64]:
        """The image that each rotation takes each image to, (n,) → (n_r, n)."""
        chosen = as_numbers(images, "images", np.int64)
        ensure_indices("images", chosen, len(self.addresses))
        return self.index(self.grid.rotate(self.addresses[chosen]))


def _checked_images(
    grid: Grid, transform: ArrayLike, basis: ArrayLike
) -> tuple[Grid, NDArray[np.int64], NDArray[np.float64]]:
    """Arguments of `zone_images`."""
    ensure_type("grid", grid, Grid)
    ensure_room(grid, "images in the zone", 80)
    t = as_numbers(transform, "transform", np.int64, (3, 3))
    inverse_unimodular(t, "transform")
    rows = finite(basis, "basis", (3, 3))
    ensure_volume("basis", rows)
    return grid, t, rows


@accelerated_by(rust.zone_images, _checked_images)
def zone_images(
    grid: Grid, transform: NDArray[np.int64], basis: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    r"""All shortest images of every grid point.

    .. math:: \min_G \lvert B^T (x + G) \rvert, \qquad x = T D^{-1} (a + s/2)

    Images are equally short if the squares of their lengths differ by less than a hundredth
    of the largest square of a step, :math:`\max_i |B_i|^2 / D_i^2`. They are in the order
    of :math:`G` over (0, 1, 2, -2, -1) around the nearest lattice point, last axis fastest.

    Parameters
    ----------
    grid : Grid
    transform : (3, 3) array of int
        ``T``, unimodular: from the grid's own axes to those of ``basis``.
    basis : (3, 3) array of float
        ``B``: a reduced basis of the reciprocal lattice, rows, 1/Å.

    Returns
    -------
    addresses : (n_z, 3) array of int
    counts : (n_q,) array of int
        How many images each point has.
    """
    a = grid.addresses
    fractions = (2 * a + grid.shift) / (2 * grid.mesh)
    # Summed from left to right: a rounded half decides which image is the first.
    x = sum(fractions[:, j, None] * transform[:, j] for j in range(3))
    nearest = np.trunc(x + np.copysign(0.5, x))
    lengths = ((((x - nearest)[:, None] + _SHIFTS) @ basis) ** 2).sum(axis=-1)
    tolerance = 0.01 * ((basis**2).sum(axis=1) / grid.mesh**2).max()
    point, shift = np.nonzero(lengths < lengths.min(axis=1, keepdims=True) + tolerance)
    back = inverse_unimodular(transform)
    moved = (_SHIFTS[shift] - nearest[point].astype(np.int64)) @ back.T
    counts = np.bincount(point, minlength=grid.n_q)
    return a[point] + grid.mesh * moved, counts


def _checked_triplets(zone: BrillouinZone, triplets: Triplets) -> tuple[Any, ...]:
    """Arguments of `triplet_images`."""
    ensure_type("zone", zone, BrillouinZone)
    ensure_type("triplets", triplets, Triplets)
    ensure_indices("triplets", triplets.points, zone.grid.n_q)
    what = f"triplets: images of {len(triplets.points)} triplets"
    ensure_memory(what, 64 * len(triplets.points), "take fewer at a time")
    return zone, triplets


@accelerated_by(rust.triplet_images, _checked_triplets)
def triplet_images(
    zone: BrillouinZone, triplets: Triplets
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    r"""The shortest images of triplets that leave the smallest :math:`G = q + q' + q''`.

    A triplet is normal if :math:`G = 0` for some of the images, else umklapp. Of equally
    small :math:`G` the first is taken, images of :math:`q` outermost.

    Parameters
    ----------
    zone : BrillouinZone
        The zone of a grid centred on Γ.
    triplets : Triplets

    Returns
    -------
    images : (n_t, 3) array of int
        Indices in ``zone.addresses``.
    normal : (n_t,) array of bool
    """
    images = np.zeros_like(triplets.points)
    normal = np.zeros(len(images), dtype=bool)
    tolerance = 1e-8 * (zone.steps**2).sum(axis=1).max()
    for t, points in enumerate(triplets.points):
        choices = [range(zone.first[g], zone.first[g + 1]) for g in points]
        best = np.inf
        for chosen in product(*choices):
            lost = zone.addresses[list(chosen)].sum(axis=0)
            length = ((lost @ zone.steps) ** 2).sum()
            if length < best - tolerance:
                best, images[t], normal[t] = length, chosen, not lost.any()
    return images, normal


def normal_processes(zone: BrillouinZone, triplets: Triplets) -> NDArray[np.bool_]:
    """Whether each triplet is normal (N), not umklapp (U); see `triplet_images`."""
    return triplet_images(zone, triplets)[1]


def first_brillouin_zone(
    qpoints: ArrayLike, reciprocal_lattice: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The shortest of ``q + G`` for each fractional ``q``, shape (n, 3).

    Of equally short ones the first is taken, G running over (0, 1, 2, -2, -1) in a reduced
    basis, last axis fastest.
    """
    x, nearest, to_zone = _nearest_images(qpoints, reciprocal_lattice)
    return np.asarray((x + _SHIFTS[nearest.argmax(axis=1)]) @ to_zone)


def brillouin_zone_images(
    qpoints: ArrayLike, reciprocal_lattice: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Number of shortest ``q + G``: one, or more on the zone boundary; shape (n,)."""
    _, nearest, _ = _nearest_images(qpoints, reciprocal_lattice)
    return np.asarray(nearest.sum(axis=1, dtype=np.int64))


def _nearest_images(
    qpoints: ArrayLike, reciprocal_lattice: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """``q`` in a reduced basis, its shortest shifted images, and the way back."""
    rows = finite(reciprocal_lattice, "reciprocal_lattice", (3, 3))
    q = finite(qpoints, "qpoints", ("n", 3))
    what = f"qpoints: shortest images of {len(q)} wave vectors"
    ensure_memory(what, 125 * 33 * len(q), "take fewer at a time")
    basis = reduced_basis(rows)
    to_basis = np.rint(rows @ np.linalg.inv(basis))
    x = q @ to_basis
    # Halves go away from zero, to -1/2, as in the peers' grids: it decides which of equally
    # short images is the first.
    x = x - np.trunc(x + np.copysign(0.5, x))
    lengths = (((x[:, None] + _SHIFTS) @ basis) ** 2).sum(axis=-1)
    tolerance = 1e-5 * (basis**2).sum(axis=1).min()
    nearest = lengths < lengths.min(axis=1, keepdims=True) + tolerance
    return x, nearest, np.linalg.inv(to_basis)
