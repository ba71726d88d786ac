"""Phonons at every image in the zone, and triplets of images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import BrillouinZone, Grid, Tetrahedra, Triplets, ValueNoun
from phono_grid.errors import (
    DomainError,
    ensure_indices,
    ensure_shape,
    ensure_type,
    frozen,
)

from phono_3ph._periodic_modes import mode_arrays


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ZoneModes(ValueNoun):
    r"""Phonons at all images of the grid points in a Brillouin zone.

    .. math::

        \tilde e_{j,k\alpha}(q) = e_{j,k\alpha}(q)\, e^{2\pi i q \cdot \tau_k} / \sqrt{m_k}

    has the period of the reciprocal lattice up to a unitary matrix inside each degenerate
    set. `PeriodicModes` have one image of each point; with all of them a triplet can say
    which eigenvectors it means. That matters where weights are not averaged over
    degenerate sets.

    Parameters
    ----------
    zone : BrillouinZone
    frequencies : (n_z, n_b) array_like
        THz, ascending.
    polarizations : (n_z, n_b, n_a, 3) array_like of complex
        ``ẽ``, Da^(-1/2).
    tetrahedra : Tetrahedra
    """

    zone: BrillouinZone
    frequencies: NDArray[np.float64]
    polarizations: NDArray[np.complex128]
    tetrahedra: Tetrahedra

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        ensure_type("zone", self.zone, BrillouinZone)
        ensure_type("tetrahedra", self.tetrahedra, Tetrahedra)
        if self.zone.grid.shift.any():
            raise DomainError("zone: scattering needs a grid centred on Γ, not a shift")
        f, e = mode_arrays(self.frequencies, self.polarizations, len(self.zone.addresses))
        object.__setattr__(self, "frequencies", f)
        object.__setattr__(self, "polarizations", e)

    @property
    def grid(self) -> Grid:
        """The grid of the zone."""
        return self.zone.grid


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GivenTriplets(ValueNoun):
    """Triplets of images ``q + q' + q'' = G`` that somebody else has found.

    Parameters
    ----------
    points : (n_t, 3) array_like of int
        Images of ``q, q', q''``.
    weights : (n_t,) array_like of int
        How many triplets each one stands for.
    normal : (n_t,) array_like of bool, optional
        Whether each is normal, to keep normal and umklapp processes apart.
    """

    points: NDArray[np.int64]
    weights: NDArray[np.int64]
    normal: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        points = frozen(self.points, "points", np.int64, ("n_t", 3))
        weights = frozen(self.weights, "weights", np.int64, (len(points),))
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "weights", weights)
        if self.normal is not None:
            normal = frozen(self.normal, "normal", np.bool_, weights.shape)
            object.__setattr__(self, "normal", normal)


def ensure_images(
    triplets: Triplets | GivenTriplets, phonons: ZoneModes
) -> NDArray[np.int64]:
    """Require triplets of images in the zone of ``phonons``; return them."""
    ensure_type("phonons", phonons, ZoneModes)
    ensure_shape("triplets.points", triplets.points, ("n_t", 3))
    ensure_indices("triplets", triplets.points, len(phonons.zone.addresses))
    return triplets.points
