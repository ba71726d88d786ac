"""Weights of phonons that are known at every image in the zone, written in place."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._extension import rust
from phono_grid._tetrahedra import Tetrahedra
from phono_grid._tetrahedron_weights import FEW, delta_weights, step_weights
from phono_grid._zone import BrillouinZone
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_flag,
    ensure_indices,
    ensure_shape,
    ensure_type,
    finite,
)


def ensure_writeable(name: str, array: Any, dtype: Any, shape: tuple[int, ...]) -> None:
    """Require an array in C order that can be written into as it is."""
    ensure_type(name, array, np.ndarray)
    ensure_shape(name, array, shape)
    if array.dtype != dtype or not (array.flags.c_contiguous and array.flags.writeable):
        raise DomainError(
            f"{name} must be a writeable array of {np.dtype(dtype)} in C order"
        )


def _checked_triplets(
    zone: BrillouinZone,
    tetrahedra: Tetrahedra,
    frequencies: ArrayLike,
    points: ArrayLike,
    targets: ArrayLike,
    out: NDArray[np.float64],
    outside: NDArray[np.int8],
) -> tuple[Any, ...]:
    """Arguments of `zone_triplet_weights`."""
    ensure_type("zone", zone, BrillouinZone)
    ensure_type("tetrahedra", tetrahedra, Tetrahedra)
    f = finite(frequencies, "frequencies", (len(zone.addresses), "n_b"))
    images = as_numbers(points, "points", np.int64, ("n_t", 3))
    ensure_indices("points", images, len(zone.addresses))
    w = finite(targets, "targets", ("n_f",))
    shape = (len(images), len(w), f.shape[1], f.shape[1])
    n_layers = min(max(len(out), 2), 3) if isinstance(out, np.ndarray) and out.ndim else 2
    ensure_writeable("out", out, np.float64, (n_layers, *shape))
    ensure_writeable("outside", outside, np.int8, shape)
    return zone, tetrahedra, f, images, w, out, outside


@accelerated_by(rust.zone_triplet_weights, _checked_triplets)
def zone_triplet_weights(
    zone: BrillouinZone,
    tetrahedra: Tetrahedra,
    frequencies: ArrayLike,
    points: ArrayLike,
    targets: ArrayLike,
    out: NDArray[np.float64],
    outside: NDArray[np.int8],
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    r"""Weights of given triplets of images, in the layers that self-energies are sums of.

    .. math::

        g_0 = \delta(f - f' - f''), \qquad
        g_1 = \delta(f + f' - f'') - \delta(f - f' + f''), \qquad
        g_2 = \delta(f - f' - f'') + \delta(f + f' - f'') + \delta(f - f' + f'')

    The delta functions are those of `triplet_weights` by tetrahedra, but for tetrahedra
    that have less than 10⁻¹⁰ of their states below a target where vertices nearly tie:
    they are left out, as phonopy does. A vertex is the image at its very address, the
    first image of that point where none is there.

    Parameters
    ----------
    zone : BrillouinZone
    tetrahedra : Tetrahedra
    frequencies : (n_z, n_b) array_like
        THz, at every image; negative ones count as 0.
    points : (n_t, 3) array_like of int
        Images ``q, q', q''``.
    targets : (n_f,) array_like
        THz, in any order.
    out : (2 or 3, n_t, n_f, n_b, n_b) array of float
        Where the layers are written, 1/THz.
    outside : (n_t, n_f, n_b, n_b) array of int8
        Where 1 is written if a target is outside the sums and differences of the bands at
        all vertices, else 0.

    Returns
    -------
    out, outside
        The arrays that were given.
    """
    f = np.maximum(np.asarray(frequencies), 0)
    images, w = np.asarray(points), np.asarray(targets)[:, None, None]
    offsets = tetrahedra.offsets[tetrahedra.vertices]
    a = zone.addresses
    f1 = f[zone.index(a[images[:, 1]][:, None, None] + offsets)]
    f2 = f[zone.index(a[images[:, 2]][:, None, None] - offsets)]
    plus = f1[..., :, None] + f2[..., None, :]
    minus = f1[..., :, None] - f2[..., None, :]
    decay, absorb, emit = (
        delta_weights(plus, w, FEW),
        delta_weights(-minus, w, FEW),  # not of minus at -w: vertices may tie
        delta_weights(minus, w, FEW),
    )
    layers = [decay, absorb - emit, decay + absorb + emit]
    out[:] = layers[: len(out)]
    within = [_within(plus, w), _within(-minus, w), _within(minus, w)]
    outside[:] = ~np.any(within, axis=0)
    return out, outside


def _within(values: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether ``w`` is between the least and the largest of all vertices."""
    low, high = (f(values, axis=(1, 2))[:, None] for f in (np.min, np.max))
    return np.asarray((low <= w) & (w <= high))


def _checked_points(
    zone: BrillouinZone,
    tetrahedra: Tetrahedra,
    frequencies: ArrayLike,
    rows: ArrayLike,
    points: ArrayLike,
    targets: ArrayLike,
    out: NDArray[np.float64],
    *,
    step: bool = False,
) -> tuple[Any, ...]:
    """Arguments of `zone_point_weights`."""
    ensure_type("zone", zone, BrillouinZone)
    ensure_type("tetrahedra", tetrahedra, Tetrahedra)
    f = finite(frequencies, "frequencies", ("n_rows", "n_b"))
    row = as_numbers(rows, "rows", np.int64, (len(zone.addresses),))
    ensure_indices("rows", row, len(f))
    images = as_numbers(points, "points", np.int64, ("n_p",))
    ensure_indices("points", images, len(zone.addresses))
    w = finite(targets, "targets", ("n_f",))
    ensure_flag("step", step)
    ensure_writeable("out", out, np.float64, (len(images), len(w), f.shape[1]))
    return zone, tetrahedra, f, row, images, w, out


@accelerated_by(rust.zone_point_weights, _checked_points)
def zone_point_weights(
    zone: BrillouinZone,
    tetrahedra: Tetrahedra,
    frequencies: ArrayLike,
    rows: ArrayLike,
    points: ArrayLike,
    targets: ArrayLike,
    out: NDArray[np.float64],
    *,
    step: bool = False,
) -> NDArray[np.float64]:
    r"""Weights of :math:`\delta(w - f)`, or of :math:`\theta(w - f)`, at given images.

    Those of `tetrahedron_weights`, one kind of them alone; vertices are looked up, and
    tetrahedra with few states are left out, as in `zone_triplet_weights`.

    Parameters
    ----------
    zone : BrillouinZone
    tetrahedra : Tetrahedra
    frequencies : (n_rows, n_b) array_like
        THz.
    rows : (n_z,) array_like of int
        The row of ``frequencies`` that each image has.
    points : (n_p,) array_like of int
        Images.
    targets : (n_f,) array_like
        THz, in any order.
    out : (n_p, n_f, n_b) array of float
        Where the weights are written.
    step : bool
        Step functions in place of delta functions.

    Returns
    -------
    out
        The array that was given.
    """
    f, w = np.asarray(frequencies), np.asarray(targets)[:, None, None]
    offsets = tetrahedra.offsets[tetrahedra.vertices]
    address = zone.addresses[np.asarray(points)][:, None, None] + offsets
    vertices = f[np.asarray(rows)[zone.index(address)]][..., None]
    weights = step_weights if step else delta_weights
    out[:] = weights(vertices, w, FEW)[..., 0]
    return out
