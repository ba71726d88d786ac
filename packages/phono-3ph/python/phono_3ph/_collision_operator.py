"""The symmetrised collision operator, applied row by row."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field

import numpy as np
from numpy.typing import NDArray
from phono_grid import (
    CUTOFF_FREQUENCY,
    DEGENERACY,
    Grid,
    IrreduciblePoints,
    ValueNoun,
    degenerate_sets,
)
from phono_grid.errors import (
    DomainError,
    ShapeError,
    as_numbers,
    ensure_index,
    ensure_integer,
    ensure_not_negative,
    ensure_positive,
    ensure_shape,
    ensure_temperatures,
    ensure_type,
    finite,
    frozen,
)

from phono_3ph._conductivity import NO_LINEWIDTH
from phono_3ph._linewidths import set_means
from phono_3ph._rows import CollisionRows
from phono_3ph._stars import ensure_of_grid

Array = NDArray[np.float64]

BLOCKS = 128
"""Rows are summed in about so many blocks at most."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IrreducibleModes(ValueNoun):
    """Phonons at irreducible wave vectors, the unknowns of the Boltzmann equation.

    One vector for every phonon and every temperature, ``y[T, i, j, x]``.

    Parameters
    ----------
    grid : Grid
    irreducible : IrreduciblePoints
    frequencies : (n_i, n_b) array
        THz.
    temperatures : (n_T,) array
        K.
    cutoff_frequency : float
        THz; phonons at or below it neither scatter nor carry heat.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Attributes
    ----------
    active : (n_i, n_b) array of bool
        Whether each phonon is above the cutoff frequency.
    weights : (n_i,) array
        ``√(w / |G|)`` with the sizes ``w`` of the stars.
    fixed : (n_i, 3, 3) array
        ``Σ R`` over the operations that fix each point.
    averages : (n_i, n_b, n_b) array
        Replace bands by their mean over each degenerate set.
    """

    grid: Grid
    irreducible: IrreduciblePoints
    frequencies: Array
    temperatures: Array
    _: KW_ONLY
    cutoff_frequency: float = CUTOFF_FREQUENCY
    degeneracy: float = DEGENERACY
    active: NDArray[np.bool_] = field(init=False)
    weights: Array = field(init=False)
    fixed: Array = field(init=False)
    averages: Array = field(init=False)

    def __post_init__(self) -> None:
        """Work out the geometry."""
        ensure_of_grid(self.grid, self.irreducible)
        ensure_not_negative("cutoff_frequency", self.cutoff_frequency)
        ensure_positive("degeneracy", self.degeneracy)
        order, w = len(self.grid.rotations), self.irreducible.weights
        f = finite(self.frequencies, "frequencies", (len(w), "n_b"))
        active = f > self.cutoff_frequency
        # A set ends at the cutoff: phonons that do not take part have no share in others.
        averages = set_means(degenerate_sets(f, self.degeneracy) + active)
        object.__setattr__(self, "frequencies", frozen(f, "frequencies"))
        t = frozen(ensure_temperatures(self.temperatures), "temperatures")
        object.__setattr__(self, "temperatures", t)
        object.__setattr__(self, "active", active)
        object.__setattr__(self, "weights", np.sqrt(w / order))
        object.__setattr__(self, "fixed", fixed_sum(self.grid, self.irreducible))
        object.__setattr__(self, "averages", averages)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of the vectors, ``(n_T, n_i, n_b, 3)``."""
        return (len(self.temperatures), *self.frequencies.shape, 3)

    @property
    def size(self) -> int:
        """Number of unknowns at one temperature, ``3 n_i n_b``."""
        return 3 * self.frequencies.size

    def average(self, y: Array) -> Array:
        """The mean of ``y[..., i, j, x]`` over each degenerate set."""
        return np.asarray(self.averages @ as_numbers(y, "y", shape=self.shape))

    def allowed(self, y: Array) -> Array:
        """``y`` without its part in the null space that symmetry makes.

        Null vectors are what the operations that fix a point do not keep, and differences
        between degenerate bands.
        """
        y = finite(y, "y", self.shape)
        kept = self.fixed * (self.weights**2)[:, None, None]
        return self.average(np.einsum("ixy,...iby->...ibx", kept, y))


@dataclass(frozen=True, slots=True, eq=False)
class CollisionOperator:
    r"""Collision operator: scattering out of each phonon and back into it [1]_, THz.

    .. math::

        A = \tfrac12 (M + M^T), \qquad M = P\, W (D + B)\, W P

    with the rows :math:`B` of `reduced_row`, the linewidths on the diagonal
    :math:`D_{jx,jy} = \Gamma_j \sum_R R_{xy}` over the operations that fix a point,
    :math:`W = \sqrt{w_i / |G|}`, and the averages :math:`P` over degenerate bands.

    Parameters
    ----------
    modes : IrreducibleModes
    rows : CollisionRows
        ``B[T, j, x, i, j', y]`` of every irreducible point, in memory or not.
    linewidths : (n_T, n_i, n_b) array
        Half linewidths of all scattering, THz. Phonons that nothing scatters, and those at
        or below the cutoff frequency, do not take part: their rows and columns are 0.

    References
    ----------
    .. [1] L. Chaput, Phys. Rev. Lett. 110, 265506 (2013).
    """

    modes: IrreducibleModes
    rows: CollisionRows
    linewidths: Array

    def __post_init__(self) -> None:
        """Check the shapes."""
        ensure_type("modes", self.modes, IrreducibleModes)
        n_t, n_i, n_b, _ = self.modes.shape
        linewidths = finite(self.linewidths, "linewidths", (n_t, n_i, n_b))
        object.__setattr__(self, "linewidths", frozen(linewidths, "linewidths"))
        ensure_rows(self.rows)
        if isinstance(self.rows, np.ndarray):
            ensure_shape("rows", self.rows, (n_i, n_t, n_b, 3, n_i, n_b, 3))
        elif len(self.rows) != n_i:
            raise ShapeError(f"rows: expected {n_i}, got {len(self.rows)}")

    @property
    def scattered(self) -> Array:
        """1 for phonons that take part and are scattered, else 0: ``[T, i, j, 1]``."""
        scattered = (np.abs(self.linewidths) > NO_LINEWIDTH) & self.modes.active
        return np.asarray(scattered, dtype=float)[..., None]

    def apply(self, y: Array) -> Array:
        """``A y`` at every temperature, ``[T, i, j, x]``; each row is read once."""
        y = as_numbers(y, "y", shape=self.modes.shape)
        modes, scattered = self.modes, self.scattered
        w = modes.weights[:, None, None]
        z = w * modes.average(scattered * y)
        # D is symmetric: the operations that fix a point are a group.
        sums = 2 * self.linewidths[..., None] * np.einsum("ixy,Tiby->Tibx", modes.fixed, z)
        blocks = collision_row_blocks(len(w))
        for block, (along, across) in zip(blocks, self.products(z), strict=True):
            sums[:, block] += along
            sums += across
        return scattered * modes.average(w * sums) / 2

    def products(self, z: Array) -> Iterable[tuple[Array, Array]]:
        """Contributions of the `collision_row_blocks` to ``B z`` and to ``Bᵀ z``, in order.

        Sums over blocks of the same rows have the same bits wherever the blocks are.
        """
        z = as_numbers(z, "z", shape=self.modes.shape)
        return (
            collision_row_products(self.rows, b, z)
            for b in collision_row_blocks(len(self.rows))
        )

    def own(self) -> Iterable[Array]:
        """``B[T, j, x, j', y]`` of each point with itself, in order."""
        return (self.rows[i][:, :, :, i] for i in range(len(self.rows)))

    def diagonal(self) -> Array:
        """``A[λ, λ]``, ``[T, i, j, x]``."""
        modes = self.modes
        out = np.empty(modes.shape)
        bands = np.arange(modes.shape[2])
        for i, own in enumerate(self.own()):
            w, p = modes.weights[i], modes.averages[i]
            block = own.copy()
            scattered = self.linewidths[:, i, :, None, None] * modes.fixed[i]
            block[:, bands, :, bands] += scattered.swapaxes(0, 1)
            out[:, i] = w**2 * np.einsum("bc,Tcxdx,db->Tbx", p, block, p)
        return out * self.scattered

    def matrix(self, temperature: int) -> Array:
        """``A`` at temperature number ``temperature``, (n, n) with ``n = 3 n_i n_b``."""
        modes = self.modes
        n_t, n_i, n_b, _ = modes.shape
        temperature = ensure_index("temperature", temperature, n_t)
        out = np.empty((n_i, n_b, 3, n_i, n_b, 3))
        for i in range(n_i):
            out[i] = self.rows[i][temperature]
            gamma = self.linewidths[temperature, i]
            for b in range(n_b):
                out[i, b, :, i, b] += gamma[b] * modes.fixed[i]
        out *= modes.weights[:, None, None, None, None, None]
        out *= modes.weights[:, None, None]
        for i, p in enumerate(modes.averages):
            out[i] = np.einsum("bc,cxjdy->bxjdy", p, out[i])
            out[..., i, :, :] = np.einsum("bc,jdxcy->jdxby", p, out[..., i, :, :])
        scattered = self.scattered[temperature]
        out *= scattered
        out *= scattered[..., None, None, None]
        square = out.reshape(modes.size, modes.size)
        return (square + square.T) / 2


def ensure_rows(rows: CollisionRows) -> None:
    """Require rows: an array of them, or what gives one after the other."""
    if isinstance(rows, np.ndarray) and rows.ndim and rows.dtype == np.float64:
        return
    is_list = hasattr(rows, "__getitem__") and hasattr(rows, "__len__")
    if isinstance(rows, np.ndarray | np.generic | str) or not is_list:
        kind = getattr(rows, "dtype", type(rows).__name__)
        raise DomainError(f"rows must be CollisionRows, or an array of float64, got {kind}")


def ensure_unbroken(numbers: Array) -> None:
    """Refuse an operator that gave ``numbers`` which are not finite."""
    # A sum needs no array of answers beside a large matrix.
    if not np.isfinite(numbers.sum()):
        raise DomainError("operator: its rows are not finite; compute them again")


def points_of(block: slice, n_irreducible: int) -> range:
    """The points of one of the `collision_row_blocks`."""
    ensure_type("block", block, slice)
    start = ensure_index("block.start", block.start, n_irreducible)
    return range(start, ensure_index("block.stop", block.stop, n_irreducible + 1))


def collision_row_blocks(n_irreducible: int) -> list[slice]:
    """Rows whose products are summed together before others are added.

    Cut by the problem alone, so that sums do not depend on who holds which block.
    """
    n_irreducible = ensure_integer("n_irreducible", n_irreducible, 0)
    step = -(-n_irreducible // BLOCKS) or 1
    starts = range(0, n_irreducible, step)
    return [slice(start, min(start + step, n_irreducible)) for start in starts]


def collision_row_products(
    rows: CollisionRows, block: slice, z: Array
) -> tuple[Array, Array]:
    """Contributions of a block of rows to ``B z`` and to ``Bᵀ z``.

    Parameters
    ----------
    rows : CollisionRows
    block : slice
        One of the `collision_row_blocks`.
    z : (n_T, n_i, n_b, 3) array

    Returns
    -------
    along : (n_T, n, n_b, 3) array
        At the ``n`` points of the block.
    across : (n_T, n_i, n_b, 3) array
    """
    ensure_rows(rows)
    z = as_numbers(z, "z", shape=("n_T", len(rows), "n_b", 3))
    points = points_of(block, len(rows))
    n_t, n_i, n_b, _ = z.shape
    along = np.empty((n_t, len(points), n_b, 3))
    across = np.zeros(z.shape)
    n = n_i * n_b * 3
    flat, flat_across = z.reshape(n_t, n), across.reshape(n_t, n)
    for k, i in enumerate(points):
        ensure_shape("rows", rows[i], (n_t, n_b, 3, n_i, n_b, 3))
        row = rows[i].reshape(n_t, 3 * n_b, n)
        # Not by BLAS, whose sums depend on the number of its threads.
        along[:, k] = np.einsum("Tjn,Tn->Tj", row, flat).reshape(n_t, n_b, 3)
        flat_across += np.einsum("Tj,Tjn->Tn", z[:, i].reshape(n_t, 3 * n_b), row)
    return along, across


def fixed_sum(grid: Grid, irreducible: IrreduciblePoints) -> Array:
    """``Σ R`` over the operations that fix each irreducible point, (n_i, 3, 3)."""
    a = grid.addresses[irreducible.points]
    fixes = np.array([grid.index(a @ r.T) == irreducible.points for r in grid.rotations])
    return np.asarray(np.einsum("ri,rxy->ixy", fixes, grid.rotations_cartesian))
