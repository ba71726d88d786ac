"""Dipoles by a sum over reciprocal lattice vectors."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import Cell, ShortestVectors, first_brillouin_zone
from phono_grid.errors import (
    DomainError,
    ensure_finite,
    ensure_positive,
    ensure_shape,
    ensure_type,
    finite,
    frozen,
)

from phono_dynmat._born_charges import BornCharges
from phono_dynmat._harmonic_series import HarmonicSeries, ensure_second_order

ACCURACY = 1e-10
"""What the damping leaves of a term at the cutoff."""
N_VECTORS = 300
"""Reciprocal lattice vectors there are within the default cutoff, about."""
MOST_VECTORS = 1e6
"""More are a slip of the cutoff's unit."""


@dataclass(frozen=True, slots=True, eq=False)
class GonzeLeeCorrection:
    r"""Short-range force constants, and the interaction of dipoles beside them [1]_.

    .. math::

        D(q) = D_\mathrm{short}(q) + \frac{c}{\sqrt{m_k m_{k'}}} \Big[
            \sum_G \frac{(K Z_k) (K Z_{k'})^T}{K \varepsilon K}\,
            e^{-K \varepsilon K / 4 \Lambda^2}\, e^{2\pi i G \cdot (r_k - r_{k'})}
            - \delta_{kk'} s_k \Big], \qquad K = G + q

    with :math:`c = 4\pi e^2 / 4\pi\varepsilon_0 V`. Where K vanishes the term is its limit
    along a direction, or left out where none is given. The sum ends at a longest ``G``, so
    it is best, and has the symmetry of the crystal, for q in the first Brillouin zone:
    `phono_grid.first_brillouin_zone`.

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

    References
    ----------
    .. [1] X. Gonze and C. Lee, Phys. Rev. B 55, 10355 (1997).
    """

    short_range: HarmonicSeries
    polar: BornCharges
    reciprocal_vectors: NDArray[np.float64]
    width: float
    self_terms: NDArray[np.complex128]

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

    @classmethod
    def of(
        cls,
        force_constants: ForceConstants,
        polar: BornCharges,
        *,
        cutoff: float | None = None,
        width: float | None = None,
    ) -> "GonzeLeeCorrection":
        r"""Take the dipoles out of second-order ``force_constants``.

        At the wave vectors that are commensurate with the supercell the sum of both parts
        is the dynamical matrix of the constants themselves.

        Parameters
        ----------
        force_constants : ForceConstants
        polar : BornCharges
            Charges of the primitive cell.
        cutoff : float, optional
            Longest ``G`` in 1/Å; if not given, about 300 are in reach.
        width : float, optional
            ``Λ`` in 1/Å; if not given, 1e-10 is left of a term at the cutoff.
        """
        from phono_dynmat._commensurate import (
            commensurate_points,
            force_constants_from_dynamical_matrices,
        )
        from phono_dynmat._dynamical_matrix import dynamical_matrices

        ensure_second_order(force_constants)
        ensure_type("polar", polar, BornCharges)
        supercell = force_constants.supercell
        cell = supercell.primitive
        ensure_shape("polar.charges", polar.charges, (cell.n_atoms, 3, 3))
        if cutoff is None:
            cutoff = (3 * N_VECTORS / (4 * np.pi * cell.volume)) ** (1 / 3)
        ensure_positive("cutoff", cutoff)
        if width is not None:
            ensure_positive("width", width)
        if width is None:
            mean = np.trace(polar.dielectric) / 3
            width = float(np.sqrt(-(cutoff**2) * mean / 4 / np.log(ACCURACY)))
        vectors = ShortestVectors.of(supercell)
        series = HarmonicSeries.of(force_constants, vectors)
        g = _vectors_within(cutoff, cell)
        own = _self_terms(cell, polar, g, width)
        q = first_brillouin_zone(commensurate_points(supercell), cell.reciprocal_lattice)
        # The dipoles less the whole is the short range, of the other sign.
        whole = HarmonicSeries(-series.values, series.atoms, series.cells, cell)
        rest = -dynamical_matrices(cls(whole, polar, g, width, own), q)
        short = HarmonicSeries.of(
            force_constants_from_dynamical_matrices(rest, q, supercell, vectors), vectors
        )
        return cls(short, polar, g, width, own)

    @property
    def cell(self) -> Cell:
        """The primitive cell."""
        return self.short_range.cell


def _vectors_within(cutoff: float, cell: Cell) -> NDArray[np.float64]:
    """Reciprocal lattice vectors shorter than ``cutoff``, zero among them."""
    number = 4 * np.pi / 3 * cutoff**3 * cell.volume
    if number > MOST_VECTORS:
        raise DomainError(
            f"cutoff {cutoff:g} 1/Å has about {number:.0e} reciprocal lattice vectors in "
            f"reach, more than {MOST_VECTORS:.0e}; some 300 are enough, give a smaller one"
        )
    # |G·a| is an integer, and at most |G| |a|.
    ends = np.floor(cutoff * np.linalg.norm(cell.lattice, axis=1)).astype(int)
    box = np.array(list(product(*(range(-n, n + 1) for n in ends))))
    g = box @ cell.reciprocal_lattice
    return np.asarray(g[np.linalg.norm(g, axis=1) < cutoff])


def _self_terms(
    cell: Cell, polar: BornCharges, vectors: NDArray[np.float64], width: float
) -> NDArray[np.complex128]:
    """The interaction of each atom with all others at q = 0."""
    r = cell.positions @ cell.lattice
    g = vectors[np.linalg.norm(vectors, axis=1) > 1e-5]
    energy = np.einsum("ga,ab,gb->g", g, polar.dielectric, g)
    weight = np.exp(-energy / (4 * width**2)) / energy
    u = np.einsum("ga,kab,gk->gkb", g, polar.charges, np.exp(2j * np.pi * g @ r.T))
    terms = np.einsum("g,gka,gb->kab", weight, u, u.conj().sum(axis=1))
    return np.asarray((terms + terms.conj().swapaxes(1, 2)) / 2)
