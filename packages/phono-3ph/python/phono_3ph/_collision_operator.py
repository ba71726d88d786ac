"""The symmetrised collision operator, applied row by row."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from phono_grid import Grid, IrreduciblePoints
from phono_grid.errors import ensure_shape

from phono_3ph._linewidths import averaging
from phono_3ph._rows import Rows
from phono_3ph._stars import rotations_cartesian

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Unknowns:
    """What the linearised Boltzmann equation is solved for.

    One vector for every phonon at irreducible wave vectors and every temperature,
    ``y[T, i, j, x]``.

    Parameters
    ----------
    grid : Grid
    irreducible : IrreduciblePoints
    frequencies : (n_i, n_b) array
        THz.
    temperatures : (n_T,) array
        K.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Attributes
    ----------
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
    degeneracy: float = 1e-4
    weights: Array = field(init=False)
    fixed: Array = field(init=False)
    averages: Array = field(init=False)

    def __post_init__(self) -> None:
        """Work out the geometry."""
        order, w = len(self.grid.rotations), self.irreducible.weights
        n_b = self.frequencies.shape[-1]
        ensure_shape("frequencies", self.frequencies, (len(w), n_b))
        averages = [averaging(f, self.degeneracy) for f in self.frequencies]
        object.__setattr__(self, "weights", np.sqrt(w / order))
        object.__setattr__(self, "fixed", fixed_sum(self.grid, self.irreducible))
        object.__setattr__(self, "averages", np.array(averages))

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of the vectors, ``(n_T, n_i, n_b, 3)``."""
        return (len(self.temperatures), *self.frequencies.shape, 3)

    @property
    def size(self) -> int:
        """Of one temperature, ``3 n_i n_b``."""
        return 3 * self.frequencies.size

    def average(self, y: Array) -> Array:
        """The mean of ``y[..., i, j, x]`` over degenerate sets."""
        return np.asarray(self.averages @ y)

    def allowed(self, y: Array) -> Array:
        """``y`` without its part in the null space that symmetry makes.

        Null vectors are what the operations that fix a point do not keep, and differences
        between degenerate bands.
        """
        kept = self.fixed * (self.weights**2)[:, None, None]
        return self.average(np.einsum("ixy,...iby->...ibx", kept, y))


@dataclass(frozen=True, slots=True, eq=False)
class CollisionOperator:
    r"""What leaves a phonon and what comes back to it [1]_, THz.

    .. math::

        A = \tfrac12 (M + M^T), \qquad M = P\, W (D + B)\, W P

    with the rows :math:`B` of `reduced_row`, the linewidths on the diagonal
    :math:`D_{jx,jy} = \Gamma_j \sum_R R_{xy}` over the operations that fix a point,
    :math:`W = \sqrt{w_i / |G|}`, and the averages :math:`P` over degenerate bands.

    Parameters
    ----------
    unknowns : Unknowns
    rows : Rows
        ``B[T, j, x, i, j', y]`` of every irreducible point, in memory or not.
    linewidths : (n_T, n_i, n_b) array
        Half linewidths of all scattering, THz.

    References
    ----------
    .. [1] L. Chaput, Phys. Rev. Lett. 110, 265506 (2013).
    """

    unknowns: Unknowns
    rows: Rows
    linewidths: Array

    def __post_init__(self) -> None:
        """Check the shapes."""
        n_t, n_i, n_b, _ = self.unknowns.shape
        ensure_shape("linewidths", self.linewidths, (n_t, n_i, n_b))
        ensure_shape("rows", np.empty((len(self.rows), 0)), (n_i, 0))
        ensure_shape("rows", self.rows[0], (n_t, n_b, 3, n_i, n_b, 3))

    def apply(self, y: Array) -> Array:
        """``A y`` at every temperature, ``[T, i, j, x]``; each row is read once."""
        unknowns = self.unknowns
        n_t, n_i, n_b, _ = unknowns.shape
        w = unknowns.weights[:, None, None]
        z = w * unknowns.average(y)
        # D is symmetric: the operations that fix a point are a group.
        sums = (
            2 * self.linewidths[..., None] * np.einsum("ixy,Tiby->Tibx", unknowns.fixed, z)
        )
        flat, flat_sums = z.reshape(n_t, -1), sums.reshape(n_t, -1)
        for i in range(n_i):
            row = self.rows[i].reshape(n_t, 3 * n_b, -1)
            sums[:, i] += (row @ flat[:, :, None]).reshape(n_t, n_b, 3)
            flat_sums += (z[:, i].reshape(n_t, 1, -1) @ row)[:, 0]
        return unknowns.average(w * sums) / 2

    def diagonal(self) -> Array:
        """``A[λ, λ]``, ``[T, i, j, x]``."""
        unknowns = self.unknowns
        out = np.empty(unknowns.shape)
        every = np.arange(unknowns.shape[2])
        for i, (w, p) in enumerate(zip(unknowns.weights, unknowns.averages, strict=True)):
            block = self.rows[i][:, :, :, i].copy()
            scattered = self.linewidths[:, i, :, None, None] * unknowns.fixed[i]
            block[:, every, :, every] += scattered.swapaxes(0, 1)
            out[:, i] = w**2 * np.einsum("bc,Tcxdx,db->Tbx", p, block, p)
        return out

    def matrix(self, temperature: int) -> Array:
        """``A`` at temperature number ``temperature``, (n, n) with ``n = 3 n_i n_b``."""
        unknowns = self.unknowns
        _, n_i, n_b, _ = unknowns.shape
        out = np.empty((n_i, n_b, 3, n_i, n_b, 3))
        for i in range(n_i):
            out[i] = self.rows[i][temperature]
            gamma = self.linewidths[temperature, i]
            for b in range(n_b):
                out[i, b, :, i, b] += gamma[b] * unknowns.fixed[i]
        out *= unknowns.weights[:, None, None, None, None, None]
        out *= unknowns.weights[:, None, None]
        for i, p in enumerate(unknowns.averages):
            out[i] = np.einsum("bc,cxjdy->bxjdy", p, out[i])
            out[..., i, :, :] = np.einsum("bc,jdxcy->jdxby", p, out[..., i, :, :])
        square = out.reshape(unknowns.size, unknowns.size)
        return (square + square.T) / 2


def fixed_sum(grid: Grid, irreducible: IrreduciblePoints) -> Array:
    """``Σ R`` over the operations that fix each irreducible point, (n_i, 3, 3)."""
    a = grid.addresses[irreducible.points]
    fixes = np.array([grid.index(a @ r.T) == irreducible.points for r in grid.rotations])
    return np.asarray(np.einsum("ri,rxy->ixy", fixes, rotations_cartesian(grid)))
