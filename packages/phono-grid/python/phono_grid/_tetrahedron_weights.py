"""Delta and step weights of the linear tetrahedron method."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._bands import Bands
from phono_grid._extension import rust
from phono_grid._tetrahedra import Tetrahedra
from phono_grid.backend import accelerated_by
from phono_grid.errors import ascending, ensure_type
from phono_grid.memory import ensure_memory

FLAT = 1e-10
"""THz; vertices closer than this are equal to the tetrahedron method."""
FEW = 1e-10
"""Parts of the states of a tetrahedron below this are left out, as phonopy does."""


def _checked(
    bands: Bands, tetrahedra: Tetrahedra, targets: ArrayLike
) -> tuple[Bands, Tetrahedra, NDArray[np.float64]]:
    """Arguments of `tetrahedron_weights`."""
    ensure_type("bands", bands, Bands)
    ensure_type("tetrahedra", tetrahedra, Tetrahedra)
    w = ascending(targets, "targets")
    what = f"targets: weights at {len(w)} frequencies"
    n_bytes = 16.0 * bands.frequencies.size * len(w)
    ensure_memory(what, n_bytes, "take fewer at a time, or use spectra")
    return bands, tetrahedra, w


@accelerated_by(rust.tetrahedron_weights, _checked)
def tetrahedron_weights(
    bands: Bands, tetrahedra: Tetrahedra, targets: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Weights that stand for delta and step functions of single bands [1]_.

    .. math:: I_{qj}(f) = \delta(f - f_{qj}), \qquad J_{qj}(f) = \theta(f - f_{qj})

    with :math:`f_{qj}` linear in each of the tetrahedra around :math:`q`. A weight is
    the share of the vertex :math:`q`, so that the mean of a weight over the grid is the
    density, or number, of bands per wave vector.

    Parameters
    ----------
    bands : Bands
    tetrahedra : Tetrahedra
    targets : (n_f,) array_like
        ``f``, THz, ascending.

    Returns
    -------
    delta : (n_p, n_f, n_b) array of float
        1/THz.
    step : (n_p, n_f, n_b) array of float
        Between 0 and 1.

    References
    ----------
    .. [1] P. E. Blöchl, O. Jepsen, O. K. Andersen, Phys. Rev. B 49, 16223 (1994).
    """
    w = np.asarray(targets, dtype=float)[:, None, None]
    vertices = vertex_values(bands, tetrahedra, bands.points)[..., None]
    return delta_weights(vertices, w)[..., 0], step_weights(vertices, w)[..., 0]


def vertex_values(
    bands: Bands, tetrahedra: Tetrahedra, points: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Frequencies at the vertices around ``points``, shape (n, 24 n_cuts, 4, n_b)."""
    offsets = tetrahedra.offsets[tetrahedra.vertices]
    address = bands.grid.addresses[points][:, None, None] + offsets
    return np.asarray(bands.frequencies[bands.rows[bands.grid.index(address)]])


def delta_weights(
    vertices: NDArray[np.float64], w: NDArray[np.float64], few: float = 0.0
) -> NDArray[np.float64]:
    """Share of the first vertex in ``δ(w - value)``.

    ``vertices`` (n_t, 24 n_cuts, 4, n_b, n_b), ``w`` (n_f, 1, 1) → (n_t, n_f, n_b, n_b).
    Tetrahedra with a part of the states below ``few`` are left out between the second and
    the third vertex.
    """
    rank, v = _ascending(vertices)
    f01, f02, f03, f12, f13, f23 = _falling(v, w)
    f10, f20, f30, f21, f31, f32 = _rising(v, w)
    width = v[3] - v[0]
    density = np.where(width < FLAT, 0, 1 / np.where(width < FLAT, 1, width))
    middle = f12 * f20 + f21 * f13

    first = f10 * f20 * _choose(rank, f01 + f02 + f03, f10, f20, f30)
    second = _choose(
        rank,
        f03 * middle + f02 * f12 * f20,
        f12 * middle + f13**2 * f21,
        f21 * middle + f20**2 * f12,
        f30 * middle + f31 * f13 * f21,
    )
    second = np.where(middle < few, 0, second)
    third = f13 * f23 * _choose(rank, f03, f13, f23, f30 + f31 + f32)
    inside = [(v[i] <= w) & (w < v[i + 1]) for i in range(3)]
    share = density * np.select(inside, [first, second, third], 0.0)
    return np.asarray(share.mean(axis=1) * 4)


def step_weights(
    vertices: NDArray[np.float64], w: NDArray[np.float64], few: float = 0.0
) -> NDArray[np.float64]:
    """Share of the first vertex in ``θ(w - value)``; shapes as in `delta_weights`.

    Tetrahedra with a part of the states below ``few`` are left out above the second vertex.
    """
    rank, v = _ascending(vertices)
    f01, f02, f03, f12, f13, f23 = _falling(v, w)
    f10, f20, f30, f21, f31, f32 = _rising(v, w)
    a, b, c = f31 * f21, f30 * f13 * f21, f30 * f20 * f12
    above = f03 * f13 * f23

    first = f10 * f20 * f30 * _choose(rank, 1 + f01 + f02 + f03, f10, f20, f30)
    second = _choose(
        rank,
        a + b * (1 + f03) + c * (1 + f03 + f02),
        a * (1 + f13 + f12) + b * (f13 + f12) + c * f12,
        (a + b) * f21 + c * (f21 + f20),
        a * f31 + b * (f31 + f30) + c * f30,
    )
    second = np.where(a + b + c < few, 0, second)
    third = 1 - above * _choose(rank, f03, f13, f23, 1 + f30 + f31 + f32)
    third = np.where(1 - above < few, 0, third)
    inside = [(v[i] <= w) & (w < v[i + 1]) for i in range(3)]
    share = np.select([*inside, v[3] <= w], [first, second, third, 1.0], 0.0)
    return np.asarray(share.mean(axis=1))


def _ascending(
    vertices: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Number of vertices below the first, and all of them sorted, first axis 4."""
    rank = (vertices[:, :, 1:] < vertices[:, :, :1]).sum(axis=2)[:, :, None]
    return rank, np.moveaxis(np.sort(vertices, axis=2), 2, 0)[:, :, :, None]


def _between(
    v: NDArray[np.float64], w: NDArray[np.float64], n: int, m: int
) -> NDArray[np.float64]:
    """``(w - v_m) / (v_n - v_m)``, 0 where the vertices are equal."""
    width = v[n] - v[m]
    flat = np.abs(width) < FLAT
    return np.where(flat, 0, (w - v[m]) / np.where(flat, 1, width))


def _rising(v: NDArray[np.float64], w: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """``f_10, f_20, f_30, f_21, f_31, f_32``."""
    pairs = ((1, 0), (2, 0), (3, 0), (2, 1), (3, 1), (3, 2))
    return [_between(v, w, n, m) for n, m in pairs]


def _falling(v: NDArray[np.float64], w: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """``f_01, f_02, f_03, f_12, f_13, f_23``."""
    pairs = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
    return [_between(v, w, n, m) for n, m in pairs]


def _choose(rank: NDArray[np.int64], *options: NDArray[np.float64]) -> NDArray[np.float64]:
    """``options[rank]``, element by element."""
    return np.asarray(np.choose(np.broadcast_to(rank, options[0].shape), options))
