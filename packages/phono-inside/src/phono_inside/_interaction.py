"""Strengths of the coupling of three phonons: `interaction`."""

import functools
from types import ModuleType
from typing import Any

import numpy as np
from phono_3ph import interaction_strengths
from phono_grid import Tetrahedra, Triplets, units
from phono_grid.arrays import distinct

from phono_inside._arrays import ensure_arrays, ensure_finite, ensure_output
from phono_inside._crystal import ensure_many, modes_of, series_of
from phono_inside._kernels import ensure_rust
from phono_inside._registry import PassedOn
from phono_inside._zones import TETRAHEDRA, zone_of_addresses

_KINDS = {
    "frequencies": "f8",
    "eigenvectors": "c16",
    "triplets": "i8",
    "bz_grid_addresses": "i8",
    "d_diag": "i8",
    "q_mat": "i8",
    "fc3": "f8",
    "fc3_nonzero_indices": "i1",
    "svecs": "f8",
    "multiplicity": "i8",
    "masses": "f8",
    "p2s_map": "i8",
    "s2p_map": "i8",
    "band_indices": "i8",
    "all_shortest": "i1",
    "g_zero": "i1",
}


def interaction(phonors: ModuleType, **a: Any) -> None:
    """Fill ``fc3_normal_squared``, (n_t, n_j, n_b, n_b), where ``g_zero`` is 0."""
    ensure_rust()
    ensure_arrays(a, **_KINDS)
    ensure_finite(a, "frequencies")
    if not a["cutoff_frequency"] >= 0:
        raise PassedOn("negative cutoff frequency")
    triplets, bands = a["triplets"], a["band_indices"].tolist()
    ensure_many(len(triplets))
    n_b = a["frequencies"].shape[1]
    shape = (len(triplets), len(bands), n_b, n_b)
    ensure_output(a, "fc3_normal_squared", shape)
    if a["g_zero"].shape != shape:
        raise PassedOn("g_zero of another shape")
    series, positions = series_of(a)
    zone = zone_of_addresses(a)
    make = functools.partial(Tetrahedra.of, zone[1].grid)
    _, modes = modes_of(a, zone, TETRAHEDRA.get(zone[0], make), positions)
    out, wanted = a["fc3_normal_squared"], a["g_zero"] == 0
    # Images of q may differ from triplet to triplet; each has a series of its own.
    for q in distinct(triplets[:, 0]):
        members = np.flatnonzero(triplets[:, 0] == q)
        at_q = Triplets(triplets[members], np.ones(len(members), dtype=np.int64))
        strengths = interaction_strengths(
            series, modes, at_q, float(a["cutoff_frequency"]), bands
        )
        strengths *= modes.grid.n_q / units.STRENGTH
        if len(members) == len(triplets):
            np.copyto(out, strengths, where=wanted)
        else:
            out[members] = np.where(wanted[members], strengths, out[members])
