"""Separation of force constants of a sheet into a short-range part and dipoles."""

from itertools import product

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import ShortestVectors, first_brillouin_zone
from phono_grid.errors import DomainError, ensure_positive, ensure_shape, ensure_type

from phono_dynmat._born_charges import BornCharges
from phono_dynmat._commensurate import commensurate_points
from phono_dynmat._harmonic_series import HarmonicSeries, ensure_second_order
from phono_dynmat._separate_dipoles import short_range_series
from phono_dynmat._sheet_correction import SheetCorrection, normal_of

ACCURACY = 1e-10
"""The share of a term at the cutoff that the damping leaves."""
N_VECTORS = 200
"""About the number of reciprocal lattice vectors within the default cutoff."""
MOST_VECTORS = 1e5
"""More reciprocal lattice vectors mean that the cutoff has another unit."""


def separate_sheet_dipoles(
    force_constants: ForceConstants,
    polar: BornCharges,
    *,
    axis: int = 2,
    cutoff: float | None = None,
    width: float | None = None,
) -> SheetCorrection:
    r"""Second-order constants of a sheet as a short-range part and dipoles in its plane.

    At the wave vectors that are commensurate with the supercell the sum of both parts is
    the dynamical matrix of the constants themselves. See `SheetCorrection`.

    Parameters
    ----------
    force_constants : ForceConstants
        Of a supercell that is one cell high.
    polar : BornCharges
        Charges of the primitive cell, and its dielectric tensor with the vacuum.
    axis : int
        The lattice vector across the vacuum.
    cutoff : float, optional
        Longest ``G`` in 1/Å; if not given, about 200 are in reach.
    width : float, optional
        ``Λ`` in 1/Å; if not given, 1e-10 is left of a term at the cutoff.

    Raises
    ------
    ShapeError
        If there is not one charge for each atom of the primitive cell.
    DomainError
        If the axis is not upright, or the supercell higher than the cell, or ``cutoff`` or
        ``width`` is not positive.
    """
    ensure_second_order(force_constants)
    ensure_type("polar", polar, BornCharges)
    supercell = force_constants.supercell
    cell = supercell.primitive
    ensure_shape("polar.charges", polar.charges, (cell.n_atoms, 3, 3))
    normal_of(cell, axis)
    q = commensurate_points(supercell)
    if np.abs(q[:, axis] - np.rint(q[:, axis])).max() > ACCURACY:
        raise DomainError(
            "force_constants: the supercell of a sheet must be one cell high; dipoles in "
            "three dimensions are summed by separate_dipoles"
        )
    height = float(np.linalg.norm(cell.lattice[axis]))
    area = cell.volume / height
    cutoff = float(np.sqrt(N_VECTORS / (np.pi * area))) if cutoff is None else cutoff
    ensure_positive("cutoff", cutoff)
    width = cutoff / np.sqrt(-4 * np.log(ACCURACY)) if width is None else width
    ensure_positive("width", width)
    number = np.pi * cutoff**2 * area
    if number > MOST_VECTORS:
        raise DomainError(
            f"cutoff {cutoff:g} 1/Å has about {number:.0e} reciprocal lattice vectors in "
            "reach; some 200 are enough, give a smaller one"
        )
    ends = np.floor(cutoff * np.linalg.norm(cell.lattice, axis=1)).astype(int)
    ends[axis] = 0
    box = np.array(list(product(*(range(-n, n + 1) for n in ends))))
    g = box @ cell.reciprocal_lattice
    g = g[np.linalg.norm(g, axis=1) < cutoff]
    none = np.zeros((cell.n_atoms, 3, 3), dtype=np.complex128)
    vectors = ShortestVectors.of(supercell)
    series = HarmonicSeries.of(force_constants, vectors)
    own = _self_terms(SheetCorrection(series, polar, g, width, none, axis))
    q = first_brillouin_zone(q, cell.reciprocal_lattice)

    def with_dipoles(series: HarmonicSeries) -> SheetCorrection:
        return SheetCorrection(series, polar, g, width, own, axis)

    return with_dipoles(short_range_series(force_constants, vectors, q, with_dipoles))


def _self_terms(sheet: SheetCorrection) -> NDArray[np.complex128]:
    """The interaction of each atom with all others at q = 0."""
    r = sheet.cell.positions @ sheet.cell.lattice
    g = sheet.reciprocal_vectors
    g = g[np.linalg.norm(g, axis=1) > 1e-5]
    screened = 2 * np.pi * np.einsum("ga,ab,gb->g", g, sheet.screening, g)
    size = np.linalg.norm(g, axis=1)
    weight = np.exp(-(size**2) / (4 * sheet.width**2)) / (size + screened)
    phases = np.exp(2j * np.pi * g @ r.T)
    u = np.einsum("ga,kab,gk->gkb", g, sheet.polar.charges, phases)
    terms = np.einsum("g,gka,gb->kab", weight, u, u.conj().sum(axis=1))
    return np.asarray((terms + terms.conj().swapaxes(1, 2)) / 2)
