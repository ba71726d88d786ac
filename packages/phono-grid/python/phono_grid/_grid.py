"""Regular grids of wave vectors and their irreducible points."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._cell import Cell
from phono_grid._extension import rust
from phono_grid._mesh import factors, generalized_matrix, mesh_numbers
from phono_grid._smith import integer_matrix, inverse_unimodular
from phono_grid._symmetry import Symmetry
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    ShapeError,
    as_numbers,
    ensure_finite,
    ensure_flag,
    ensure_indices,
    ensure_type,
    ensure_volume,
    frozen,
)
from phono_grid.memory import ensure_memory
from phono_grid.nouns import ValueNoun


def _identity() -> NDArray[np.int64]:
    """The unit matrix of three dimensions."""
    return np.eye(3, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Grid(ValueNoun):
    r"""A regular grid of ``n_q = D_0 D_1 D_2`` wave vectors.

    .. math:: q = Q D^{-1} (a + s / 2)

    with integer addresses :math:`a`. The index of address ``a`` is
    ``a_0 + D_0 (a_1 + D_1 a_2)``, components modulo ``D``. For plain meshes :math:`Q` is
    the identity; generalised ones come from an integer matrix :math:`M = P^{-1} D Q^{-1}`,
    and hold every wave vector with integer :math:`M q` (without shift).

    Parameters
    ----------
    mesh : (3,) array_like of int
        ``D``.
    reciprocal_lattice : (3, 3) array_like
        Reciprocal lattice vectors in rows, 1/Å, without 2π.
    rotations : (n_r, 3, 3) array_like of int
        The point group on addresses, ``a → R a``, time reversal included.
    p_matrix, q_matrix : (3, 3) array_like of int, optional
        ``P`` and ``Q``, of determinant ±1.
    shift : (3,) array_like of int, optional
        ``s``, in half steps.

    Raises
    ------
    DomainError
        If the mesh is not positive, the rotations are not a group or do not map the grid
        onto itself, or ``P`` or ``Q`` are not unimodular.
    """

    mesh: NDArray[np.int64]
    reciprocal_lattice: NDArray[np.float64]
    rotations: NDArray[np.int64]
    p_matrix: NDArray[np.int64] = field(default_factory=_identity)
    q_matrix: NDArray[np.int64] = field(default_factory=_identity)
    shift: NDArray[np.int64] = field(default_factory=lambda: np.zeros(3, dtype=np.int64))

    def __post_init__(self) -> None:
        """Establish the invariants."""
        reciprocal = frozen(self.reciprocal_lattice, "reciprocal_lattice", shape=(3, 3))
        ensure_finite("reciprocal_lattice", reciprocal)
        ensure_volume("reciprocal_lattice", reciprocal)
        rotations = frozen(self.rotations, "rotations", np.int64, ("n_r", 3, 3))
        ensure_group(rotations)
        object.__setattr__(self, "mesh", mesh_numbers(self.mesh))
        object.__setattr__(self, "reciprocal_lattice", reciprocal)
        object.__setattr__(self, "rotations", rotations)
        for name in ("p_matrix", "q_matrix"):
            matrix = integer_matrix(getattr(self, name), name)
            inverse_unimodular(matrix, name)
            object.__setattr__(self, name, frozen(matrix, name, np.int64))
        object.__setattr__(self, "shift", frozen(self.shift, "shift", np.int64, (3,)) % 2)
        self.shift.flags.writeable = False
        moved = rotations @ self.shift - self.shift
        if (rotations * self.mesh % self.mesh[:, None]).any() or (moved % 2).any():
            raise DomainError(
                "rotations do not map the grid onto itself; without symmetry the identity "
                "alone is a group"
            )

    @classmethod
    def of(
        cls,
        cell: Cell,
        mesh: ArrayLike,
        symmetry: Symmetry | None = None,
        *,
        shift: ArrayLike = (0, 0, 0),
        use_symmetry: bool = True,
    ) -> "Grid":
        """The grid of a primitive cell with its symmetry (found if not given).

        Parameters
        ----------
        cell : Cell
        mesh : (3,) array_like of int, float, or (3, 3) array_like of int
            Mesh numbers; or a length in Å (`mesh_of_length`); or the matrix ``M`` of a
            generalised grid, the wave vectors with integer ``M q``.
        symmetry : Symmetry, optional
        shift : (3,) array_like, optional
            0 or 1/2 for each axis of ``M``, in steps.
        use_symmetry : bool
            Without it any mesh will do, and every point is irreducible.

        Raises
        ------
        DomainError
            If the mesh is not positive, or does not have the symmetry of the crystal.
        """
        ensure_type("cell", cell, Cell)
        symmetry = Symmetry.of(cell) if symmetry is None else symmetry
        ensure_type("symmetry", symmetry, Symmetry)
        d, p, q = factors(mesh, cell, symmetry)
        halves = 2 * as_numbers(shift, "shift")
        if halves.shape != (3,) or not np.isin(halves, (0, 1)).all():
            raise DomainError(
                f"shift must be 0 or 1/2 for each of three axes, got {shift!r}"
            )
        half_steps = (p @ halves.astype(np.int64)) % 2
        rotations = _identity()[None]
        ensure_flag("use_symmetry", use_symmetry)
        if use_symmetry:
            group = symmetry.reciprocal_rotations()
            rotations = rotations_on_addresses(group, d, q, half_steps)
        return cls(d, cell.reciprocal_lattice, rotations, p, q, half_steps)

    @classmethod
    def generalized(
        cls,
        cell: Cell,
        length: float,
        symmetry: Symmetry | None = None,
        *,
        shift: ArrayLike = (0, 0, 0),
    ) -> "Grid":
        """A grid with the symmetry of the conventional cell, whatever the axes of ``cell``.

        Its supercell of the conventional cell has edges of about ``length`` Å; ``shift`` is
        0 or 1/2 for each axis of the conventional cell, in steps.
        """
        return cls.of(cell, generalized_matrix(length, cell), symmetry, shift=shift)

    def __repr__(self) -> str:
        """Mesh and symmetry: ``Grid(11 × 11 × 11, 1331 points, 48 rotations)``."""
        a, b, c = self.mesh
        is_general = (self.q_matrix != _identity()).any()
        kind = ", generalized" * bool(is_general) + ", shifted" * bool(self.shift.any())
        n_r = len(self.rotations)
        return f"Grid({a} × {b} × {c}, {self.n_q} points, {n_r} rotations{kind})"

    @property
    def n_q(self) -> int:
        """Number of wave vectors."""
        return int(self.mesh.prod())

    @property
    def is_plain(self) -> bool:
        """Whether ``q = a / D``: centred on Γ and not generalised."""
        return not self.shift.any() and bool((self.q_matrix == _identity()).all())

    @property
    def matrix(self) -> NDArray[np.int64]:
        """``M = P⁻¹ D Q⁻¹``."""
        p, q = inverse_unimodular(self.p_matrix), inverse_unimodular(self.q_matrix)
        return np.asarray(p @ np.diag(self.mesh) @ q)

    @property
    def steps(self) -> NDArray[np.float64]:
        """Cartesian vectors between neighbouring addresses, 1/Å, in rows."""
        return np.asarray((self.q_matrix / self.mesh).T @ self.reciprocal_lattice)

    @property
    def rotations_cartesian(self) -> NDArray[np.float64]:
        """``rotations`` on Cartesian vectors, as columns, shape (n_r, 3, 3)."""
        to_cartesian = self.steps.T
        return np.asarray(to_cartesian @ self.rotations @ np.linalg.inv(to_cartesian))

    @property
    def addresses(self) -> NDArray[np.int64]:
        """Integer coordinates ``a`` of every wave vector, shape (n_q, 3)."""
        ensure_room(self, "addresses", 48)
        c, b, a = np.meshgrid(*(np.arange(n) for n in self.mesh[::-1]), indexing="ij")
        return np.stack([a.ravel(), b.ravel(), c.ravel()], axis=1)

    @property
    def qpoints(self) -> NDArray[np.float64]:
        """Fractional coordinates of every wave vector in [0, 1), shape (n_q, 3)."""
        ensure_room(self, "qpoints", 96)
        return self._fractional(self.addresses)

    def qpoints_at(self, points: ArrayLike) -> NDArray[np.float64]:
        """Rows ``points`` of `qpoints`, the others are not made.

        Raises
        ------
        DomainError
            If an index is not in 0 to ``n_q - 1``.
        """
        g = as_numbers(points, "points", np.int64)
        ensure_indices("points", g, self.n_q)
        d = self.mesh
        a = np.stack([g % d[0], g // d[0] % d[1], g // (d[0] * d[1])], axis=-1)
        return self._fractional(a)

    def _fractional(self, addresses: NDArray[np.int64]) -> NDArray[np.float64]:
        """``q`` in [0, 1)."""
        # Over a common denominator in integers: no point misses 0 by rounding.
        common = 2 * int(np.lcm.reduce(self.mesh))
        numerators = (2 * addresses + self.shift) * (common // (2 * self.mesh))
        return (numerators @ self.q_matrix.T % common) / common

    def index(self, addresses: ArrayLike) -> NDArray[np.int64]:
        """The index of each address, shape (..., 3) → (...)."""
        a = integer_addresses(addresses) % self.mesh
        d = self.mesh
        return np.asarray(a[..., 0] + d[0] * (a[..., 1] + d[1] * a[..., 2]))

    def rotate(self, addresses: ArrayLike) -> NDArray[np.int64]:
        """Where each rotation takes each address, shape (n, 3) → (n_r, n, 3)."""
        doubled = 2 * integer_addresses(addresses) + self.shift
        return np.asarray((doubled @ self.rotations.transpose(0, 2, 1) - self.shift) // 2)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IrreduciblePoints(ValueNoun):
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
        points = frozen(self.points, "points", np.int64, ("n_i",))
        object.__setattr__(self, "points", points)
        object.__setattr__(
            self, "weights", frozen(self.weights, "weights", np.int64, points.shape)
        )

    def __repr__(self) -> str:
        """Number of points: ``IrreduciblePoints(56 of 1331)``."""
        return f"IrreduciblePoints({len(self.points)} of {self.weights.sum()})"

    @classmethod
    def of(cls, grid: Grid) -> "IrreduciblePoints":
        """Reduce ``grid`` by its point group."""
        ensure_type("grid", grid, Grid)
        ensure_room(grid, "the irreducible map", 24)
        weights = np.bincount(irreducible_map(grid), minlength=grid.n_q)
        points = np.flatnonzero(weights)
        return cls(points, weights[points])


def _checked(grid: Grid) -> tuple[Grid]:
    """The argument of `irreducible_map`."""
    ensure_type("grid", grid, Grid)
    ensure_room(grid, "the irreducible map", 8)
    return (grid,)


@accelerated_by(rust.irreducible_map, _checked)
def irreducible_map(grid: Grid) -> NDArray[np.int64]:
    r"""The irreducible point of every grid point.

    .. math:: m(g) = \min_R \operatorname{index}(R\, a_g)

    Returns
    -------
    (n_q,) array of int
        The smallest index of each point's star.
    """
    return np.asarray(grid.index(grid.rotate(grid.addresses)).min(axis=0))


def ensure_room(grid: Grid, quantity: str, bytes_per_point: float) -> None:
    """Refuse an array that does not fit into memory, some bytes for every point."""
    mesh = " ".join(map(str, grid.mesh))
    name = f"mesh {mesh}: {quantity} of {grid.n_q} wave vectors"
    ensure_memory(name, bytes_per_point * grid.n_q, "use a coarser mesh")


def integer_addresses(addresses: ArrayLike) -> NDArray[np.int64]:
    """Require integers with a last axis of three."""
    a = as_numbers(addresses, "addresses", np.int64)
    if a.shape[-1:] != (3,):
        raise ShapeError(f"addresses: expected shape [..., 3], got {list(a.shape)}")
    return a


def ensure_group(rotations: NDArray[np.int64]) -> None:
    """Require invertible matrices whose products are among them."""
    members = set(_as_bytes(rotations))
    closed = members.issuperset(_as_bytes(rotations[:, None] @ rotations))
    if not members or not closed or (abs(np.linalg.det(rotations)) < 0.5).any():
        raise DomainError(
            "rotations must be a group: the identity, every inverse and every product"
        )


def _as_bytes(matrices: NDArray[np.int64]) -> list[bytes]:
    """One matrix after the other."""
    rows = np.ascontiguousarray(matrices).reshape(-1, 9)
    # Items of no type are bytes in Python, made faster than by slicing.
    items: list[bytes] = rows.view(f"V{rows.itemsize * 9}").ravel().tolist()
    return items


def rotations_on_addresses(
    reciprocal_rotations: NDArray[np.int64],
    mesh: NDArray[np.int64],
    q_matrix: NDArray[np.int64],
    half_steps: NDArray[np.int64],
) -> NDArray[np.int64]:
    """``D Q⁻¹ W Q D⁻¹``, integer when the mesh has the symmetry of the crystal."""
    rotated = inverse_unimodular(q_matrix) @ reciprocal_rotations @ q_matrix
    numerators = rotated * mesh[:, None]
    rotations = numerators // mesh
    broken = (numerators % mesh).any() or ((rotations @ half_steps - half_steps) % 2).any()
    if broken:
        shifted = " with its shift" if half_steps.any() else ""
        raise DomainError(
            f"mesh {mesh[0]} {mesh[1]} {mesh[2]}{shifted} does "
            "not have the symmetry of the crystal; use equal numbers along axes that "
            "symmetry makes equivalent, or Grid.generalized, or use_symmetry=False"
        )
    return np.asarray(rotations)
