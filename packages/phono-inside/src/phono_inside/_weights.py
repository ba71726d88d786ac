"""Tetrahedron weights, of triplets and of single phonons."""

from types import ModuleType
from typing import Any

import numpy as np
from phono_grid import zone_point_weights, zone_triplet_weights

from phono_inside._arrays import ensure_arrays, ensure_finite, ensure_output
from phono_inside._kernels import ensure_rust
from phono_inside._registry import PassedOn
from phono_inside._zones import tetrahedra_of, zone_of


def triplets_integration_weights(phonors: ModuleType, **a: Any) -> None:
    """Fill ``iw``, (2 or 3, n_t, n_f, n_b, n_b), and ``iw_zero``, without layers."""
    ensure_rust("phono_grid")
    if a["tp_type"] not in (2, 3):
        raise PassedOn("one layer of weights")
    ensure_arrays(
        a,
        frequency_points="f8",
        relative_grid_address="i8",
        triplets="i8",
        frequencies1="f8",
        bz_grid_addresses="i8",
        bz_map="i8",
        d_diag="i8",
    )
    ensure_finite(a, "frequencies1", "frequency_points")
    f, other = a["frequencies1"], a["frequencies2"]
    if f is not other and not np.array_equal(f, other):
        raise PassedOn("two sets of frequencies")
    _, zone = zone_of(a)
    points, targets = a["triplets"], a["frequency_points"]
    shape = (len(points), len(targets), f.shape[1], f.shape[1])
    ensure_output(a, "iw", (a["tp_type"], *shape))
    ensure_output(a, "iw_zero", shape)
    ensure_arrays({"iw_zero": a["iw_zero"]}, iw_zero="i1")
    tetrahedra = tetrahedra_of(a["relative_grid_address"])
    zone_triplet_weights(zone, tetrahedra, f, points, targets, a["iw"], a["iw_zero"])


def integration_weights_at_grid_points(phonors: ModuleType, **a: Any) -> None:
    """Fill ``iw``, (n_points, n_f, n_b)."""
    ensure_rust("phono_grid")
    if a["function"] not in ("I", "J"):
        raise PassedOn("another function")
    ensure_arrays(
        a,
        frequency_points="f8",
        relative_grid_address="i8",
        grid_points="i8",
        frequencies="f8",
        bz_grid_addresses="i8",
        bz_map="i8",
        d_diag="i8",
        gp2irgp_map="i8",
    )
    ensure_finite(a, "frequencies", "frequency_points")
    _, zone = zone_of(a)
    points, targets, f = a["grid_points"], a["frequency_points"], a["frequencies"]
    if not len(targets):
        raise PassedOn("no frequency points")
    ensure_output(a, "iw", (len(points), len(targets), f.shape[1]))
    tetrahedra = tetrahedra_of(a["relative_grid_address"])
    zone_point_weights(
        *(zone, tetrahedra, f, a["gp2irgp_map"], points, targets, a["iw"]),
        step=a["function"] == "J",
    )
