"""Bands of a supercell on the Brillouin zone of the ideal crystal it is made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import DEGENERACY, Cell, ValueNoun
from phono_grid.errors import (
    DomainError,
    ShapeError,
    ensure_positive,
    ensure_shape,
    ensure_type,
    finite,
    frozen,
)

from phono_dynmat._degenerate import bands_of_sets
from phono_dynmat._modes import Modes

STRAIN = 0.1
"""Tolerance of multiples of the ideal axes as whole numbers, for each of them."""
STEPS = 3
"""Iterations that move the origin to where displacements have no mean."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class IdealSites(ValueNoun):
    """Sites of an ideal crystal that the atoms of a supercell have.

    Parameters
    ----------
    cell : Cell
        The supercell: its atoms may be of other elements, be displaced, or be missing.
    primitive : Cell
        The ideal crystal, strained so that ``cell`` is a whole multiple of it.
    matrix : (3, 3) array_like of int
        ``cell.lattice = matrix @ primitive.lattice``.
    sites : (n_s,) array_like of int
        The atom of ``primitive`` whose copy each atom of ``cell`` is.
    positions : (n_s, 3) array_like
        Where these copies are, Cartesian, Å.
    """

    cell: Cell
    primitive: Cell
    matrix: NDArray[np.int64]
    sites: NDArray[np.int64]
    positions: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("cell", self.cell, Cell)
        ensure_type("primitive", self.primitive, Cell)
        n = self.cell.n_atoms
        arrays = {
            "matrix": frozen(self.matrix, "matrix", np.int64, (3, 3)),
            "sites": frozen(self.sites, "sites", np.int64, (n,)),
            "positions": frozen(finite(self.positions, "positions", (n, 3)), "positions"),
        }
        for name, array in arrays.items():
            object.__setattr__(self, name, array)
        n_p = self.primitive.n_atoms
        if n and not (self.sites.min() >= 0 and self.sites.max() < n_p):
            raise DomainError(f"sites: expected atoms of primitive, 0 to {n_p - 1}")

    @classmethod
    def of(cls, cell: Cell, primitive: Cell) -> "IdealSites":
        """Find the site of each atom, the nearest one; the origin of both is free.

        Parameters
        ----------
        cell : Cell
            Whose axes are whole multiples of those of ``primitive`` but for a small strain,
            in one orientation with it.
        primitive : Cell

        Raises
        ------
        DomainError
            If the axes are no such multiples, or two atoms have one site, as an
            interstitial atom would.
        """
        ensure_type("cell", cell, Cell)
        ensure_type("primitive", primitive, Cell)
        multiples = cell.lattice @ np.linalg.inv(primitive.lattice)
        m = np.rint(multiples)
        if np.abs(multiples - m).max() > STRAIN or round(np.linalg.det(m)) < 1:
            rows = "; ".join(" ".join(f"{x:.3f}" for x in row) for row in multiples)
            raise DomainError(
                "primitive: the axes of the supercell must be whole multiples of its axes "
                f"in one orientation, got {rows}; turn it, or take another cell"
            )
        lattice = np.asarray(np.linalg.solve(m, cell.lattice), dtype=np.float64)
        away, sites = _nearest_sites(cell, primitive, lattice)
        places = cell.positions @ cell.lattice - away
        _ensure_apart(places, cell)
        ideal = Cell(lattice, primitive.positions, primitive.symbols, primitive.masses)
        return cls(
            cell=cell,
            primitive=ideal,
            matrix=m.astype(np.int64),
            sites=sites,
            positions=places,
        )

    @property
    def n_cells(self) -> int:
        """Ideal primitive cells in the supercell."""
        return round(float(np.linalg.det(self.matrix)))

    def in_supercell(self, qpoints: ArrayLike) -> NDArray[np.float64]:
        """Wave vectors of the ideal crystal, in the reciprocal axes of the supercell."""
        return np.asarray(finite(qpoints, "qpoints", ("n_q", 3)) @ self.matrix.T)


def _nearest_sites(
    cell: Cell, primitive: Cell, lattice: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Displacements from the nearest sites, Cartesian, and these.

    Of all sites that the first atom may have, the one for which most atoms are of the
    element of their sites, and then the one with the smallest displacements.
    """
    x = cell.positions @ cell.lattice @ np.linalg.inv(lattice)
    best: tuple[tuple[int, float], NDArray[np.float64], NDArray[np.int64]] | None = None
    for first in primitive.positions:
        origin = x[0] - first
        for _ in range(STEPS):
            d = x[:, None] - primitive.positions - origin
            d -= np.rint(d)
            sites = np.argmin(((d @ lattice) ** 2).sum(axis=-1), axis=1)
            away = d[np.arange(len(x)), sites]
            origin = origin + away.mean(axis=0)
            away = away - away.mean(axis=0)
        others = sum(
            a != primitive.symbols[k] for a, k in zip(cell.symbols, sites, strict=True)
        )
        cost = (others, round(float(((away @ lattice) ** 2).sum()), 6))
        if best is None or cost < best[0]:
            best = cost, away @ lattice, sites
    assert best is not None  # a cell has an atom
    return best[1], np.asarray(best[2], dtype=np.int64)


def _ensure_apart(places: NDArray[np.float64], cell: Cell) -> None:
    """Require a site of its own for every atom."""
    x = places @ np.linalg.inv(cell.lattice)
    x = np.rint((x - np.floor(x + 1e-6)) * 1e6).astype(np.int64)
    _, first, count = np.unique(x, axis=0, return_index=True, return_counts=True)
    if (count > 1).any():
        shared = first[np.argmax(count > 1)]
        atoms = np.flatnonzero((x == x[shared]).all(axis=1)) + 1
        raise DomainError(
            f"cell: atoms {', '.join(map(str, atoms))} are nearest to one site of the "
            "ideal crystal; leave interstitial atoms out"
        )


def unfolding_weights(
    modes: Modes, ideal: IdealSites, *, degeneracy: float = DEGENERACY
) -> NDArray[np.float64]:
    r"""The share of each mode of a supercell that has the wave vector of the ideal crystal.

    .. math::

        W_{qj} = \frac{1}{N} \sum_{k\alpha} \Big| \sum_{s \in k} e_{s\alpha}\,
            e^{2\pi i\, q \cdot (x_s - r_s)} \Big|^2

    with ``N`` ideal primitive cells in the supercell, and atoms at :math:`x_s` that have
    the ideal sites :math:`r_s`, copies of :math:`k` [1]_ [2]_. Weights of one mode add up
    to 1 over the ``N`` wave vectors that differ by reciprocal lattice vectors of the
    supercell; those of all bands at one wave vector to the bands of the ideal crystal, less
    what missing atoms would have. Within a degenerate set they are the eigenvalues of the
    projection, largest first, which do not depend on how its modes are mixed: 0 or 1 where
    the supercell is perfect.

    Parameters
    ----------
    modes : Modes
        Of the supercell, at ``ideal.in_supercell(q)``, not reduced to its first zone.
    ideal : IdealSites
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_q, n_b) array of float

    Raises
    ------
    ShapeError
        If the modes are of another number of atoms than the supercell.

    References
    ----------
    .. [1] P. B. Allen, T. Berlijn, D. A. Casavant, J. M. Soler, Phys. Rev. B 87, 085322
       (2013).
    .. [2] Y. Ikeda, A. Carreras, A. Seko, A. Togo, I. Tanaka, Phys. Rev. B 95, 024305
       (2017).
    """
    ensure_type("modes", modes, Modes)
    ensure_type("ideal", ideal, IdealSites)
    ensure_positive("degeneracy", degeneracy)
    n_q, n_b, n_s, _ = modes.polarizations.shape
    if n_s != ideal.cell.n_atoms:
        raise ShapeError(
            f"modes: are of {n_s} atoms, the supercell of ideal has {ideal.cell.n_atoms}"
        )
    ensure_shape("modes.frequencies", modes.frequencies, (n_q, n_b))
    away = ideal.cell.positions @ ideal.cell.lattice - ideal.positions
    turns = modes.qpoints @ ideal.cell.reciprocal_lattice @ away.T
    e = modes.polarizations * np.exp(2j * np.pi * turns)[:, None, :, None]
    n_p = ideal.primitive.n_atoms
    c = np.zeros((n_q, n_b, n_p, 3), dtype=np.complex128)
    for k in range(n_p):
        c[:, :, k] = e[:, :, ideal.sites == k].sum(axis=2)
    c = c.reshape(n_q, n_b, -1) / np.sqrt(ideal.n_cells)
    weights = (np.abs(c) ** 2).sum(axis=-1)
    for q, f in enumerate(modes.frequencies):
        for bands in bands_of_sets(f, degeneracy):
            if len(bands) > 1:
                projection = c[q, bands].conj() @ c[q, bands].T
                weights[q, bands] = np.linalg.eigvalsh(projection)[::-1]
    return np.asarray(weights)
