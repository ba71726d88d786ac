"""Dipoles by a constant interaction of all cells of the supercell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import Cell, ShortestVectors, ValueNoun, reduced_basis
from phono_grid.errors import ensure_shape, ensure_type, finite, frozen

from phono_dynmat._born_charges import BornCharges
from phono_dynmat._harmonic_series import (
    HarmonicSeries,
    ensure_second_order,
    gather_on_lattice,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WangCorrection(ValueNoun):
    r"""Force constants, to which a wave vector adds a constant [1]_.

    .. math::

        \Phi(k, s) \to \Phi(k, s) +
            \frac{c}{N} \frac{(K Z_k) (K Z_{k'})^T}{K \varepsilon K}, \qquad K = q + G

    for every atom ``s`` of the supercell, a copy of ``k'``, with
    :math:`c = 4\pi e^2 / 4\pi\varepsilon_0 V` and N cells in the supercell. ``K`` is the
    shortest image of ``q``. At Γ the limit along a direction, or nothing where none is
    given.

    Parameters
    ----------
    series : HarmonicSeries
    polar : BornCharges
    shares : (n_e,) array_like
        The share of each entry of the series in the mean over the supercell.

    References
    ----------
    .. [1] Y. Wang et al., J. Phys.: Condens. Matter 22, 202201 (2010).
    """

    series: HarmonicSeries
    polar: BornCharges
    shares: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("series", self.series, HarmonicSeries)
        ensure_type("polar", self.polar, BornCharges)
        ensure_shape("polar.charges", self.polar.charges, (self.cell.n_atoms, 3, 3))
        shares = finite(self.shares, "shares", (len(self.series.values),))
        object.__setattr__(self, "shares", frozen(shares, "shares"))

    @classmethod
    def of(cls, force_constants: ForceConstants, polar: BornCharges) -> "WangCorrection":
        """Prepare second-order constants and the charges of the primitive cell."""
        ensure_second_order(force_constants)
        ensure_type("polar", polar, BornCharges)
        supercell = force_constants.supercell
        vectors = ShortestVectors.of(supercell)
        share = np.full(force_constants.values.shape[:2], 1 / supercell.n_cells)
        shares, _, _ = gather_on_lattice(share, supercell, vectors)
        return cls(HarmonicSeries.of(force_constants, vectors), polar, shares)

    def __repr__(self) -> str:
        """Size and crystal: ``WangCorrection(250 blocks, 2 atoms NaCl)``."""
        n_a, n_e = self.cell.n_atoms, len(self.shares)
        return f"WangCorrection({n_e} blocks, {n_a} atoms {self.cell.formula})"

    @property
    def cell(self) -> Cell:
        """The primitive cell."""
        return self.series.cell

    @property
    def zone_basis(self) -> NDArray[np.float64]:
        """A reduced basis of the reciprocal lattice in rows, 1/Å without 2π."""
        return reduced_basis(self.cell.reciprocal_lattice)
