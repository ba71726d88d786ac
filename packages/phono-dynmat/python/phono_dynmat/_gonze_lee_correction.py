"""Dipoles by a sum over reciprocal lattice vectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, ValueNoun, reduced_basis
from phono_grid.errors import (
    ensure_finite,
    ensure_flag,
    ensure_positive,
    ensure_shape,
    ensure_type,
    finite,
    frozen,
)

from phono_dynmat._born_charges import BornCharges
from phono_dynmat._harmonic_series import HarmonicSeries


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GonzeLeeCorrection(ValueNoun):
    r"""Short-range force constants, and the interaction of dipoles beside them [1]_.

    .. math::

        D(q) = D_\mathrm{short}(q) + \frac{c}{\sqrt{m_k m_{k'}}} \Big[
            \sum_G \frac{(K Z_k) (K Z_{k'})^T}{K \varepsilon K}\,
            e^{-K \varepsilon K / 4 \Lambda^2}\, e^{2\pi i G \cdot (r_k - r_{k'})}
            - \delta_{kk'} s_k \Big], \qquad K = G + q

    with :math:`c = 4\pi e^2 / 4\pi\varepsilon_0 V`. Where K vanishes the term is its limit
    along a direction, or left out where none is given. The sum ends at a longest ``G``, so
    ``q`` is first taken to the first Brillouin zone, and the result gets the phases of the
    way back.

    Parameters
    ----------
    short_range : HarmonicSeries
        What remains of the constants without the dipoles.
    polar : BornCharges
    reciprocal_vectors : (n_g, 3) array_like
        ``G``, Cartesian, 1/Å without 2π.
    width : float
        ``Λ``, 1/Å.
    self_terms : (n_a, 3, 3) array_like of complex
        ``s``, which makes a shift of the whole crystal free of forces.
    periodic : bool
        Whether ``q`` is taken to the first Brillouin zone. phonopy does not: away from it
        its sum misses terms.

    References
    ----------
    .. [1] X. Gonze and C. Lee, Phys. Rev. B 55, 10355 (1997).
    """

    short_range: HarmonicSeries
    polar: BornCharges
    reciprocal_vectors: NDArray[np.float64]
    width: float
    self_terms: NDArray[np.complex128]
    periodic: bool = True

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("short_range", self.short_range, HarmonicSeries)
        ensure_type("polar", self.polar, BornCharges)
        n_a = self.cell.n_atoms
        ensure_shape("polar.charges", self.polar.charges, (n_a, 3, 3))
        ensure_positive("width", self.width)
        g = finite(self.reciprocal_vectors, "reciprocal_vectors", ("n_g", 3))
        g = frozen(g, "reciprocal_vectors")
        object.__setattr__(self, "reciprocal_vectors", g)
        own = frozen(self.self_terms, "self_terms", np.complex128, (n_a, 3, 3))
        ensure_finite("self_terms", own)
        object.__setattr__(self, "self_terms", own)
        ensure_flag("periodic", self.periodic)

    def __repr__(self) -> str:
        """Crystal and sum: ``GonzeLeeCorrection(2 atoms NaCl, 307 G, width 0.19 1/Å)``."""
        crystal = f"{self.cell.n_atoms} atoms {self.cell.formula}"
        n_g = len(self.reciprocal_vectors)
        return f"GonzeLeeCorrection({crystal}, {n_g} G, width {self.width:.3g} 1/Å)"

    @property
    def cell(self) -> Cell:
        """The primitive cell."""
        return self.short_range.cell

    @property
    def zone_basis(self) -> NDArray[np.float64] | None:
        """A reduced basis of the reciprocal lattice in rows, 1/Å; None if not periodic."""
        return reduced_basis(self.cell.reciprocal_lattice) if self.periodic else None
