"""Spectra of bands: the sums of phonopy's `TetrahedronDOSAccumulator`.

phonopy makes the weights of all points, frequencies and bands, twice, and adds them up
point by point. `phono_grid.spectra` adds what it has, and stores nothing.
"""

import sys
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Bands, Tetrahedra, spectra

from phono_inside._kernels import ensure_rust
from phono_inside._registry import PassedOn
from phono_inside._zones import grid_of, tetrahedra_of

Array = NDArray[Any]
Sums = tuple[Array, Array]


def accumulate_shared(module: ModuleType, **a: Any) -> Sums:
    """Cumulative sums and densities, (n_batch, n_f, n_w), of the same bands."""
    points, multiplicities, rows, tetrahedra = _geometry(a)
    # [batch, p, j, w] → [p, j, batch, w]
    carried = np.moveaxis(a["mode_property_arr"], 0, 2)
    targets = a["self"]._sampling_points
    frequencies = a["bin_values_2d"]
    bands = _bands(a["bz_grid"], frequencies, points, multiplicities, rows)
    sums = _sums(bands, tetrahedra, carried.reshape(*frequencies.shape, -1), targets)
    shape = (len(targets), *carried.shape[2:])
    cumulative, density = (np.moveaxis(x.reshape(shape), 1, 0).copy() for x in sums)
    return cumulative, density


def accumulate_per_batch(module: ModuleType, **a: Any) -> Sums:
    """The same with frequencies, or other values, of each batch."""
    points, multiplicities, rows, tetrahedra = _geometry(a)
    targets, properties = a["self"]._sampling_points, a["mode_property_arr"]
    all_sums = []
    for i, (values, carried) in enumerate(zip(a["bin_values_3d"], properties, strict=True)):
        bands = _bands(a["bz_grid"], values, points, multiplicities, rows)
        own = targets if targets.ndim == 1 else targets[i]
        all_sums.append(_sums(bands, tetrahedra, carried, own))
    cumulative, density = (np.array(sums) for sums in zip(*all_sums, strict=True))
    return cumulative, density


def _geometry(a: dict[str, Any]) -> tuple[Array, Array, Array, Tetrahedra]:
    """Points, how many each stands for, the row of every grid point, and tetrahedra."""
    ensure_rust("phono_grid")
    grid = a["bz_grid"]
    if a["lang"] != "Rust":
        raise PassedOn("another language")
    if not getattr(grid, "store_dense_gp_map", False):
        raise PassedOn("sparse grid")
    of_image, images = grid.bzg2grg, a["bzgp2irgp_map"]
    points, rows = of_image[a["grid_points"]], images[grid.grg2bzg]
    if len(images) != len(of_image) or not np.array_equal(rows[of_image], images):
        raise PassedOn("images of one point differ")
    multiplicities = a["ir_grid_weights"]
    if multiplicities.sum() != len(rows):
        raise PassedOn("points that do not stand for the grid")
    module = sys.modules.get("phonopy.phonon.tetrahedron_method")
    relative = getattr(module, "get_tetrahedra_relative_gr_grid_address", None)
    if relative is None:
        raise PassedOn("tetrahedra of another version")
    symmetrized = a["self"]._symmetrize_tetrahedra
    cuts = relative(grid, symmetrize_tetrahedra=symmetrized, lang="Rust")
    return points, multiplicities, rows, tetrahedra_of(cuts)


def _bands(
    grid: Any, values: Array, points: Array, multiplicities: Array, rows: Array
) -> Bands:
    """The bands with these values at the points."""
    if not np.isfinite(values).all():
        raise PassedOn("values are not finite")
    unit = np.eye(3, dtype=np.int64)
    return Bands(grid_of(grid.D_diag, unit), values, points, multiplicities, rows)


def _sums(bands: Bands, tetrahedra: Tetrahedra, carried: Array, targets: Array) -> Sums:
    """Cumulative sums and densities over the whole grid, each (n_f, n_w)."""
    if not len(targets) or (np.diff(targets) < 0).any() or not np.isfinite(targets).all():
        raise PassedOn("frequencies that do not ascend")
    if not np.isfinite(carried).all():
        raise PassedOn("properties are not finite")
    carried = np.ascontiguousarray(carried)
    density, cumulative = spectra(bands, tetrahedra, carried, targets, drop_few=True)
    n_q = bands.grid.n_q
    return cumulative * n_q, density * n_q
