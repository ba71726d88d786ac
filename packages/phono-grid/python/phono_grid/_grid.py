"""Regular grids of wave vectors and their irreducible points."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._cell import Cell
from phono_grid._extension import rust
from phono_grid._spglib import reduced_basis
from phono_grid._symmetry import Symmetry
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, frozen


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A Γ-centred grid ``q = a / D`` of ``n_q = D_0 D_1 D_2`` wave vectors.

    The index of address ``a`` is ``a_0 + D_0 (a_1 + D_1 a_2)``, components modulo ``D``.

    Parameters
    ----------
    mesh : (3,) array_like of int
        ``D``.
    reciprocal_lattice : (3, 3) array_like
        Reciprocal lattice vectors in rows, 1/Å, without 2π.
    rotations : (n_r, 3, 3) array_like of int
        The point group on addresses, ``a → R a``, time reversal included.

    Raises
    ------
    DomainError
        If the mesh is not positive, or the rotations are not a group.
    """

    mesh: NDArray[np.int64]
    reciprocal_lattice: NDArray[np.float64]
    rotations: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        n_r = len(self.rotations)
        reciprocal = frozen(self.reciprocal_lattice, "reciprocal_lattice", shape=(3, 3))
        rotations = frozen(self.rotations, "rotations", np.int64, (n_r, 3, 3))
        ensure_group(rotations)
        object.__setattr__(self, "mesh", mesh_numbers(self.mesh))
        object.__setattr__(self, "reciprocal_lattice", reciprocal)
        object.__setattr__(self, "rotations", rotations)

    @classmethod
    def of(cls, cell: Cell, mesh: ArrayLike, symmetry: Symmetry | None = None) -> "Grid":
        """The grid of a primitive cell with its symmetry (found if not given).

        Raises
        ------
        DomainError
            If the mesh is not positive, or does not have the symmetry of the crystal.
        """
        numbers = mesh_numbers(mesh)
        symmetry = Symmetry.of(cell) if symmetry is None else symmetry
        return cls(
            numbers,
            cell.reciprocal_lattice,
            rotations_on_addresses(symmetry.reciprocal_rotations(), numbers),
        )

    @property
    def n_q(self) -> int:
        """Number of wave vectors."""
        return int(self.mesh.prod())

    @property
    def addresses(self) -> NDArray[np.int64]:
        """Integer coordinates ``a`` of every wave vector, shape (n_q, 3)."""
        c, b, a = np.meshgrid(*(np.arange(n) for n in self.mesh[::-1]), indexing="ij")
        return np.stack([a.ravel(), b.ravel(), c.ravel()], axis=1)

    @property
    def qpoints(self) -> NDArray[np.float64]:
        """Fractional coordinates of every wave vector in [0, 1), shape (n_q, 3)."""
        return self.addresses / self.mesh

    def index(self, addresses: ArrayLike) -> NDArray[np.int64]:
        """The index of each address, shape (..., 3) → (...)."""
        a = np.asarray(addresses) % self.mesh
        d = self.mesh
        return np.asarray(a[..., 0] + d[0] * (a[..., 1] + d[1] * a[..., 2]))


@dataclass(frozen=True, slots=True, eq=False)
class IrreduciblePoints:
    """One wave vector of every star.

    Parameters
    ----------
    points : (n_i,) array_like of int
        Indices in the grid, ascending; each the smallest of its star.
    weights : (n_i,) array_like of int
        Sizes of the stars; they sum to ``n_q``.
    """

    points: NDArray[np.int64]
    weights: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        points = frozen(self.points, "points", np.int64)
        object.__setattr__(self, "points", points)
        object.__setattr__(
            self, "weights", frozen(self.weights, "weights", np.int64, points.shape)
        )

    @classmethod
    def of(cls, grid: Grid) -> "IrreduciblePoints":
        """Reduce ``grid`` by its point group."""
        points, weights = np.unique(irreducible_map(grid), return_counts=True)
        return cls(points, weights)


@accelerated_by(rust.irreducible_map)
def irreducible_map(grid: Grid) -> NDArray[np.int64]:
    r"""The irreducible point of every grid point.

    .. math:: m(g) = \min_R \operatorname{index}(R\, a_g)

    Returns
    -------
    (n_q,) array of int
        The smallest index of each point's star.
    """
    a = grid.addresses
    images = [grid.index(a @ r.T) for r in grid.rotations]
    return np.asarray(np.min([np.arange(grid.n_q), *images], axis=0))


def mesh_numbers(mesh: ArrayLike) -> NDArray[np.int64]:
    """Three positive integers."""
    values = frozen(mesh, "mesh")
    if values.shape != (3,) or (values != np.rint(values)).any() or (values < 1).any():
        numbers = " ".join(f"{v:g}" for v in values.ravel())
        raise DomainError(f"mesh must be three positive integers, got {numbers}")
    return frozen(values, "mesh", np.int64)


def ensure_group(rotations: NDArray[np.int64]) -> None:
    """Require invertible matrices whose products are among them."""
    members = {r.tobytes() for r in rotations}
    products = rotations[:, None] @ rotations
    closed = all(r.tobytes() in members for r in products.reshape(-1, 3, 3))
    if not members or not closed or (abs(np.linalg.det(rotations)) < 0.5).any():
        raise DomainError(
            "rotations must be a group: the identity, every inverse and every product"
        )


def rotations_on_addresses(
    reciprocal_rotations: NDArray[np.int64], mesh: NDArray[np.int64]
) -> NDArray[np.int64]:
    """``D W D⁻¹``, integer when the mesh has the symmetry of the crystal."""
    numerators = reciprocal_rotations * mesh[:, None]
    if (numerators % mesh).any():
        raise DomainError(
            f"mesh {mesh[0]} {mesh[1]} {mesh[2]} does not have the symmetry of the "
            "crystal; use equal numbers along axes that symmetry makes equivalent"
        )
    return numerators // mesh


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
    """How many shortest ``q + G`` there are; one but on the zone boundary, shape (n,)."""
    _, nearest, _ = _nearest_images(qpoints, reciprocal_lattice)
    return np.asarray(nearest.sum(axis=1, dtype=np.int64))


_SHIFTS = np.array(list(product((0, 1, 2, -2, -1), repeat=3)))


def _nearest_images(
    qpoints: ArrayLike, reciprocal_lattice: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """``q`` in a reduced basis, its shortest shifted images, and the way back."""
    basis = reduced_basis(reciprocal_lattice)
    to_basis = np.rint(reciprocal_lattice @ np.linalg.inv(basis))
    x = np.asarray(qpoints, dtype=float) @ to_basis
    # Halves go away from zero, to -1/2, as in the peers' grids: it decides which of equally
    # short images is the first.
    x = x - np.trunc(x + np.copysign(0.5, x))
    lengths = (((x[:, None] + _SHIFTS) @ basis) ** 2).sum(axis=-1)
    tolerance = 1e-5 * (basis**2).sum(axis=1).min()
    nearest = lengths < lengths.min(axis=1, keepdims=True) + tolerance
    return x, nearest, np.linalg.inv(to_basis)
