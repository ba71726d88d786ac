"""Strengths that are kept: of the irreducible triplets at one wave vector."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from phono_grid import CUTOFF_FREQUENCY, Triplets, ValueNoun
from phono_grid.errors import (
    ensure_flag,
    ensure_indices,
    ensure_positive,
    ensure_shape,
    ensure_type,
    frozen,
    not_negative,
)

from phono_3ph._interaction import ensure_one_crystal, interaction_strengths
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3

ORDERS = ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2))
"""Orders of the three phonons of a triplet."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Strengths(ValueNoun):
    """Squared three-phonon matrix elements of the irreducible triplets at one ``q``.

    They take the place of a `Series3` in `imaginary_self_energy` and the like.

    Parameters
    ----------
    triplets : Triplets
    values : (n_t, n_j, n_b, n_b) array_like
        ``|Φ[t, j, j', j'']|²`` in eV², ``1 / n_q`` included.
    bands : (n_j,) array_like of int
        The initial bands ``j``.
    phonons : str, optional
        `fingerprint` of the phonons they couple, "" if that is not known. With it they are
        refused by phonons of another crystal or mesh.
    """

    triplets: Triplets
    values: NDArray[np.float64]
    bands: NDArray[np.int64]
    phonons: str = ""

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("triplets", self.triplets, Triplets)
        ensure_type("phonons", self.phonons, str)
        bands = frozen(self.bands, "bands", np.int64, ("n_j",))
        shape = (len(self.triplets.weights), len(bands), "n_b", "n_b")
        values = not_negative(self.values, "values", shape, "eV²")
        ensure_shape("values", values, (*values.shape[:3], values.shape[2]))
        ensure_indices("bands", bands, values.shape[3])
        object.__setattr__(self, "values", frozen(values, "values"))
        object.__setattr__(self, "bands", bands)

    @classmethod
    def of(
        cls,
        series: Series3,
        phonons: PeriodicModes,
        q: int,
        *,
        bands: Sequence[int] | None = None,
        symmetrize: bool = False,
        cutoff_frequency: float = CUTOFF_FREQUENCY,
    ) -> "Strengths":
        """Compute the strengths of every irreducible triplet at grid point ``q``.

        With ``symmetrize`` they are the mean over the six orders of the three phonons,
        which are equal already if ``series`` averages the origin and the constants have
        the symmetry of derivatives.
        """
        ensure_type("phonons", phonons, PeriodicModes)
        ensure_one_crystal(series, phonons)
        ensure_flag("symmetrize", symmetrize)
        triplets = Triplets.of(phonons.grid, q)
        orders = [series.reordered(o) for o in ORDERS] if symmetrize else [series]
        total = sum(
            interaction_strengths(
                one, phonons, triplets, cutoff_frequency=cutoff_frequency, bands=bands
            )
            for one in orders
        )
        bands = range(phonons.frequencies.shape[1]) if bands is None else bands
        values = np.asarray(total) / len(orders)
        return cls(triplets, values, np.asarray(bands), fingerprint(phonons))

    @classmethod
    def constant(cls, phonons: PeriodicModes, q: int, mean: float) -> "Strengths":
        r"""Give every pair of phonons the same strength at grid point ``q``.

        .. math:: |\Phi_{\lambda\lambda'\lambda''}|^2 = \bar P / n_q

        so that `mean` is :math:`\bar P` for every band, on any mesh [1]_.

        Parameters
        ----------
        phonons : PeriodicModes
        q : int
            Index in the grid.
        mean : float
            :math:`\bar P`, eV².

        References
        ----------
        .. [1] A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015).
        """
        ensure_type("phonons", phonons, PeriodicModes)
        ensure_positive("mean", mean)
        triplets = Triplets.of(phonons.grid, q)
        n_b = phonons.frequencies.shape[1]
        values = np.full((len(triplets.weights), n_b, n_b, n_b), mean / phonons.grid.n_q)
        return cls(triplets, values, np.arange(n_b), fingerprint(phonons))

    @property
    def mean(self) -> NDArray[np.float64]:
        r"""The mean over triplets and bands of each initial band, eV², (n_j,).

        .. math:: P_j = \frac{1}{n_b^2} \sum_{q' j' j''} |\Phi_{\lambda\lambda'\lambda''}|^2

        With the ``1 / n_q`` in the strengths this does not depend on the mesh.
        """
        n_b = self.values.shape[-1]
        total = np.einsum("t,tjkl->j", self.triplets.weights, self.values)
        return np.asarray(total / n_b**2)

    def averaged(self) -> "Strengths":
        """All strengths of an initial band replaced by their mean.

        The linewidth is then the joint density of states times a number for each band.
        """
        share = self.mean / self.triplets.weights.sum()
        values = np.broadcast_to(share[:, None, None], self.values.shape)
        return replace(self, values=values)


def fingerprint(phonons: PeriodicModes) -> str:
    """SHA-256 of the grid and the frequencies of phonons."""
    return digest(phonons.grid.matrix, phonons.frequencies)


def digest(*arrays: NDArray[np.generic]) -> str:
    """SHA-256 of the bytes of arrays."""
    import hashlib  # loads OpenSSL, which few need

    total = hashlib.sha256()
    for array in arrays:
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()
