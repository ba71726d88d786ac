"""Linewidths from phonons at the images in the zone and from triplets that are given."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Gaussian, units, zone_triplet_weights
from phono_grid.backend import accelerated_by
from phono_grid.errors import ensure_type

from phono_3ph._extension import rust
from phono_3ph._interaction import ensure_bands, ensure_one_crystal, strengths_among
from phono_3ph._linewidths import (
    Scattering,
    averaging,
    ensure_occupations,
    gaussian_weights,
)
from phono_3ph._series3 import Series3
from phono_3ph._zone_modes import GivenTriplets, ZoneModes, ensure_images


def _checked(
    series: Series3,
    phonons: ZoneModes,
    triplets: GivenTriplets,
    occupations: ArrayLike,
    scattering: Scattering,
    bands: Sequence[int] | None = None,
) -> tuple[Any, ...]:
    """Arguments of `zone_linewidths`."""
    ensure_type("phonons", phonons, ZoneModes)
    ensure_one_crystal(series, phonons)
    ensure_type("triplets", triplets, GivenTriplets)
    ensure_images(triplets, phonons)
    ensure_type("scattering", scattering, Scattering)
    n = ensure_occupations(occupations, phonons.frequencies.shape)
    if bands is not None:
        ensure_bands(bands, phonons.frequencies.shape[1])
    return series, phonons, triplets, n, scattering, bands


@accelerated_by(rust.zone_linewidths, _checked)
def zone_linewidths(
    series: Series3,
    phonons: ZoneModes,
    triplets: GivenTriplets,
    occupations: ArrayLike,
    scattering: Scattering,
    bands: Sequence[int] | None = None,
) -> NDArray[np.float64]:
    r"""Half linewidths from given triplets, as they come.

    The sum of `linewidths` over the triplets that are given, with the eigenvectors of the
    images that they name, and **not** averaged over the degenerate sets of the initial
    bands. Energy is conserved at the frequencies of the first triplet's ``q``.

    Parameters
    ----------
    series : Series3
    phonons : ZoneModes
    triplets : GivenTriplets
        At one ``q``, of which the images may differ.
    occupations : (n_z, n_b, n_T) array_like
        Bose-Einstein occupations of the phonons at all images.
    scattering : Scattering
    bands : sequence of int, optional
        Initial bands, ``n_j`` of them; all if not given.

    Returns
    -------
    (n_parts, n_T, n_j) array of float
        THz: normal and umklapp if the triplets tell them apart, else one part.
    """
    n, f = np.asarray(occupations), phonons.frequencies
    chosen = list(range(f.shape[1]) if bands is None else bands)
    normal = np.ones(len(triplets.weights), bool)
    if triplets.normal is not None:
        normal = triplets.normal
    shares = np.stack([normal, ~normal])[: 1 if triplets.normal is None else 2]
    if not len(triplets.weights):
        return np.zeros((len(shares), n.shape[2], len(chosen)))
    strengths = strengths_among(series, phonons, triplets, scattering.cutoff_frequency)
    g = _weights(phonons, triplets, scattering)
    n1, n2 = n[triplets.points[:, 1], :, None], n[triplets.points[:, 2], None, :]
    occupied = np.stack([n1 + n2 + 1, n1 - n2], axis=-1)
    gamma = np.einsum(
        "pt,tjkl,tjklc,tklTc->pTj",
        *(shares * triplets.weights, strengths, g, occupied),
        optimize=True,
    )
    return np.asarray(units.LINEWIDTH * gamma[..., chosen])


def _weights(
    phonons: ZoneModes, triplets: GivenTriplets, scattering: Scattering
) -> NDArray[np.float64]:
    """Weights of decay and of exchange, ``g[t, j, j', j'', 2]``, 1/THz."""
    f, points = phonons.frequencies, triplets.points
    targets, n_b = f[points[0, 0]], f.shape[1]
    if isinstance(scattering.smearing, Gaussian):
        g = gaussian_weights(f[points[:, 1]], f[points[:, 2]], targets, scattering.smearing)
        return np.stack([g[..., 0], g[..., 1] - g[..., 2]], axis=-1)
    shape = (len(points), n_b, n_b, n_b)
    out, outside = np.empty((2, *shape)), np.empty(shape, np.int8)
    args = (phonons.zone, phonons.tetrahedra, f, points, targets, out, outside)
    layers = np.moveaxis(zone_triplet_weights(*args)[0], 0, -1)
    if scattering.average_degenerate_weights:
        for weights, (_, q1, q2) in zip(layers, points, strict=True):
            first = averaging(f[q1], scattering.degeneracy)
            second = averaging(f[q2], scattering.degeneracy)
            weights[:] = np.einsum("ka,lb,jabc->jklc", first, second, weights)
    return layers
