"""Phonons over a whole grid, the way scattering reads them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import Modes
from phono_grid import Cell, Grid, Tetrahedra
from phono_grid.errors import DomainError, ensure_finite, ensure_shape, frozen


@dataclass(frozen=True, slots=True, eq=False)
class PeriodicModes:
    r"""Phonons of a whole grid in the gauge that is periodic in reciprocal space.

    .. math::

        \tilde e_{j,k\alpha}(q) = e_{j,k\alpha}(q)\, e^{2\pi i q \cdot \tau_k} / \sqrt{m_k}

    Parameters
    ----------
    grid : Grid
    frequencies : (n_q, n_b) array_like
        THz, ascending.
    polarizations : (n_q, n_b, n_a, 3) array_like of complex
        ``ẽ``, Da^(-1/2).
    symmetrized_tetrahedra : bool
        Whether energies are conserved by the mean over the images of the tetrahedra by the
        point group, not by one cut of the cells alone.

    Attributes
    ----------
    tetrahedra : Tetrahedra
        Of the grid.
    """

    grid: Grid
    frequencies: NDArray[np.float64]
    polarizations: NDArray[np.complex128]
    symmetrized_tetrahedra: bool = False
    tetrahedra: Tetrahedra = field(init=False)

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        if self.grid.shift.any():
            raise DomainError(
                "grid: scattering needs a grid centred on Γ, this one has a shift; make it "
                "without"
            )
        f = frozen(self.frequencies, "frequencies")
        n_q, n_b = f.shape
        ensure_shape("frequencies", f, (self.grid.n_q, n_b))
        ensure_finite("frequencies", f)
        e = np.ascontiguousarray(self.polarizations, dtype=np.complex128)
        ensure_shape("polarizations", e, (n_q, n_b, n_b // 3, 3))
        object.__setattr__(self, "frequencies", f)
        object.__setattr__(self, "polarizations", e)
        tetrahedra = Tetrahedra.of(self.grid, symmetrized=self.symmetrized_tetrahedra)
        object.__setattr__(self, "tetrahedra", tetrahedra)

    @classmethod
    def of(cls, grid: Grid, modes: Modes, cell: Cell) -> "PeriodicModes":
        """Change the gauge of ``modes``, those of ``cell`` at ``grid.qpoints``."""
        ensure_shape("modes.qpoints", modes.qpoints, (grid.n_q, 3))
        away = modes.qpoints - grid.qpoints
        if np.abs(away - np.rint(away)).max() > 1e-8:
            raise DomainError(
                "modes: their wave vectors are not those of the grid; compute them at "
                "grid.qpoints"
            )
        return cls(grid, modes.frequencies, periodic_gauge(modes, cell))


def periodic_gauge(modes: Modes, cell: Cell) -> NDArray[np.complex128]:
    """``ẽ[q, j, k, α]`` of ``modes`` of ``cell``, Da^(-1/2)."""
    phase = np.exp(2j * np.pi * modes.qpoints @ cell.positions.T) / np.sqrt(cell.masses)
    return np.asarray(modes.polarizations * phase[:, None, :, None])
