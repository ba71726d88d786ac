"""The separation of force constants into a short-range part and dipoles."""

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import Backend, Cell, ShortestVectors, first_brillouin_zone, using
from phono_grid.errors import DomainError, ensure_positive, ensure_shape, ensure_type

from phono_dynmat._born_charges import BornCharges
from phono_dynmat._commensurate import (
    commensurate_points,
    force_constants_from_dynamical_matrices,
)
from phono_dynmat._dynamical_matrix import dynamical_matrices
from phono_dynmat._gonze_lee_correction import GonzeLeeCorrection
from phono_dynmat._harmonic_series import HarmonicSeries, ensure_second_order
from phono_dynmat._sheet_correction import SheetCorrection

ACCURACY = 1e-10
"""The share of a term at the cutoff that the damping leaves."""
N_VECTORS = 300
"""About the number of reciprocal lattice vectors within the default cutoff."""
MOST_VECTORS = 1e6
"""More reciprocal lattice vectors mean that the cutoff has another unit."""


def separate_dipoles(
    force_constants: ForceConstants,
    polar: BornCharges,
    *,
    cutoff: float | None = None,
    width: float | None = None,
) -> GonzeLeeCorrection:
    r"""Second-order force constants as a short-range part and the interaction of dipoles.

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

    Raises
    ------
    ShapeError
        If there is not one charge for each atom of the primitive cell.
    DomainError
        If ``cutoff`` or ``width`` is not positive, or too many ``G`` are within ``cutoff``.
    """
    ensure_second_order(force_constants)
    ensure_type("polar", polar, BornCharges)
    supercell = force_constants.supercell
    cell = supercell.primitive
    ensure_shape("polar.charges", polar.charges, (cell.n_atoms, 3, 3))
    if cutoff is None:
        cutoff = (3 * N_VECTORS / (4 * np.pi * cell.volume)) ** (1 / 3)
    ensure_positive("cutoff", cutoff)
    width = _default_width(cutoff, polar) if width is None else width
    ensure_positive("width", width)
    g = _vectors_within(cutoff, cell)
    own = _self_terms(cell, polar, g, width)
    q = first_brillouin_zone(commensurate_points(supercell), cell.reciprocal_lattice)

    def with_dipoles(series: HarmonicSeries) -> GonzeLeeCorrection:
        return GonzeLeeCorrection(series, polar, g, width, own)

    vectors = ShortestVectors.of(supercell)
    return with_dipoles(short_range_series(force_constants, vectors, q, with_dipoles))


def short_range_series(
    force_constants: ForceConstants,
    vectors: ShortestVectors,
    q: NDArray[np.float64],
    with_dipoles: Callable[[HarmonicSeries], GonzeLeeCorrection | SheetCorrection],
) -> HarmonicSeries:
    """The constants without dipoles, from matrices at commensurate ``q``."""
    supercell = force_constants.supercell
    series = HarmonicSeries.of(force_constants, vectors)
    # Dipoles minus all constants; the short range is that with the other sign.
    whole = HarmonicSeries(-series.values, series.atoms, series.cells, supercell.primitive)
    rest = -dynamical_matrices(with_dipoles(whole), q)
    # In NumPy whatever runs: all results of polar crystals keep their bits, and it takes
    # some 30 ms once for a crystal (benches/commensurate.py).
    with using(Backend.PYTHON):
        short = force_constants_from_dynamical_matrices(rest, q, supercell, vectors)
    return HarmonicSeries.of(short, vectors)


def add_dipoles(
    short_range: HarmonicSeries,
    polar: BornCharges,
    *,
    cutoff: float | None = None,
    width: float | None = None,
) -> GonzeLeeCorrection:
    r"""Put the interaction of dipoles beside constants that do not hold it.

    Parameters
    ----------
    short_range : HarmonicSeries
        What another program has left of its constants.
    polar : BornCharges
        Charges of the primitive cell.
    cutoff, width : float, optional
        As in `separate_dipoles`. The width must be that of the other program, or, where it
        has summed over the lattice too (Ewald), so large that nothing of that sum remains.

    Raises
    ------
    ShapeError
        If there is not one charge for each atom of the primitive cell.
    DomainError
        If ``cutoff`` or ``width`` is not positive, or too many ``G`` are within ``cutoff``.
    """
    ensure_type("short_range", short_range, HarmonicSeries)
    ensure_type("polar", polar, BornCharges)
    cell = short_range.cell
    ensure_shape("polar.charges", polar.charges, (cell.n_atoms, 3, 3))
    if cutoff is None:
        cutoff = (3 * N_VECTORS / (4 * np.pi * cell.volume)) ** (1 / 3)
    ensure_positive("cutoff", cutoff)
    width = _default_width(cutoff, polar) if width is None else width
    ensure_positive("width", width)
    g = _vectors_within(cutoff, cell)
    return GonzeLeeCorrection(
        short_range, polar, g, width, _self_terms(cell, polar, g, width)
    )


def _default_width(cutoff: float, polar: BornCharges) -> float:
    """The damping that leaves `ACCURACY` of a term at the cutoff."""
    mean = np.trace(polar.dielectric) / 3
    return float(np.sqrt(-(cutoff**2) * mean / 4 / np.log(ACCURACY)))


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
