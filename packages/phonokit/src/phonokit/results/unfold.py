"""Unfolded bands, as a result."""

from dataclasses import dataclass

import numpy as np

from phonokit.results.harmonic import OfCell
from phonokit.results.result import Array, Numbers, Words, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class UnfoldResult(OfCell, kind="unfold"):
    """Bands of a supercell, and the share of each that has a wave vector of the ideal cell.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands and ``n_a`` atoms of the supercell, ``n_s``
    segments of a path. The lattice, the atoms and their symbols are those of the supercell.
    """

    qpoints: Array = quantity("1", "(n_q, 3)", "fractional, of the ideal cell", "qpoint")
    frequencies: Array = quantity(
        "THz", "(n_q, n_b)", "ascending; negative if imaginary", "frequency"
    )
    weights: Array = quantity("1", "(n_q, n_b)", "shares with that wave vector", "weight")
    ideal_lattice: Array = quantity("angstrom", "(3, 3)", "of the ideal cell, in rows")
    matrix: Numbers = quantity("1", "(3, 3)", "the lattice in units of the ideal one")
    sites: Numbers = quantity("1", "(n_a,)", "atom of the ideal cell of each atom", "site")
    labels: Words | None = quantity(
        "1", "(n_s, 2)", "ends of segments, UTF-8", "label", optional=True
    )
    distances: Array | None = quantity(
        "1/angstrom", "(n_q,)", "along the path, without 2 pi", "distance", optional=True
    )

    @property
    def n_cells(self) -> int:
        """Ideal cells in the supercell."""
        return round(float(np.linalg.det(self.matrix)))
