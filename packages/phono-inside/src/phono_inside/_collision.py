"""Linewidths: `collision_at_grid_point` and its batches."""

from collections.abc import Hashable
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import GivenTriplets, Scattering, Series3, ZoneModes, zone_linewidths
from phono_grid import DEGENERACY, Gaussian, degenerate_sets, units

from phono_inside._arrays import ensure_arrays, ensure_finite, ensure_output
from phono_inside._cache import Cache, key_of
from phono_inside._crystal import ensure_many, ensure_origins, modes_of, series_of
from phono_inside._kernels import ensure_rust
from phono_inside._registry import PassedOn
from phono_inside._zones import tetrahedra_of, zone_of

OCCUPATIONS = Cache(2)
DEGENERATE = Cache(4)

_KINDS = {
    "sigmas": "f8",
    "sigma_cutoffs": "f8",
    "relative_grid_address": "i8",
    "bzg2grg": "i8",
    "reciprocal_rotations": "i8",
    "reciprocal_lattice": "f8",
    "bz_triplets_q_mat": "i8",
    "frequencies": "f8",
    "eigenvectors": "c16",
    "bz_grid_addresses": "i8",
    "bz_map": "i8",
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
    "temperatures_thz": "f8",
    "all_shortest": "i1",
}


def collision_at_grid_point(phonors: ModuleType, **a: Any) -> None:
    """Fill ``collisions``, (n_sigma, [2,] n_T, n_j)."""
    triplets = _triplets(phonors, [a["grid_point"]], a)
    state = _Run(a)
    ensure_output(a, "collisions", state.shape)
    state.fill(triplets[0], a["collisions"])


def collision_at_grid_points_batched(phonors: ModuleType, **a: Any) -> None:
    """Fill ``collisions``, (n_points, n_sigma, [2,] n_T, n_j)."""
    ensure_arrays(a, grid_points="i8")
    triplets = _triplets(phonors, a["grid_points"].tolist(), a)
    state = _Run(a)
    ensure_output(a, "collisions", (len(triplets), *state.shape))
    for at_point, collisions in zip(triplets, a["collisions"], strict=True):
        state.fill(at_point, collisions)


def _triplets(
    phonors: ModuleType, points: list[int], a: dict[str, Any]
) -> list[GivenTriplets]:
    """The triplets at each grid point, if they are many."""
    ensure_rust()
    ensure_arrays(a, **_KINDS)
    ensure_origins(a)
    zone_of(a)  # sparse grids are left to the original before triplets are sought
    triplets = [triplets_of(phonors, point, a) for point in points]
    ensure_many(sum(len(given.weights) for given in triplets))
    return triplets


class _Run:
    """The quantities common to all grid points of a run, from the arguments ``a``."""

    def __init__(self, a: dict[str, Any]) -> None:
        ensure_finite(a, "frequencies", "temperatures_thz")
        if not a["cutoff_frequency"] >= 0:
            raise PassedOn("negative cutoff frequency")
        self.a = a
        self.series, positions = series_of(a)
        zone = zone_of(a)
        tetrahedra = tetrahedra_of(a["relative_grid_address"])
        self.modes: ZoneModes
        modes_key, self.modes = modes_of(a, zone, tetrahedra, positions)
        self.occupations = occupations_of(a, modes_key)
        average = average_of(a)
        self.scattering = [
            scattering_of(a, sigma, cutoff, average)
            for sigma, cutoff in zip(a["sigmas"], a["sigma_cutoffs"], strict=True)
        ]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of ``collisions`` at one grid point."""
        parts = (2,) if self.a["is_n_u"] else ()
        n_t, n_j = len(self.a["temperatures_thz"]), len(self.a["band_indices"])
        return (len(self.scattering), *parts, n_t, n_j)

    def fill(self, triplets: GivenTriplets, out: NDArray[np.float64]) -> None:
        """Fill ``out`` with the widths at one grid point."""
        series: Series3 = self.series
        for scattering, widths in zip(self.scattering, out, strict=True):
            parts = zone_linewidths(
                *(series, self.modes, triplets, self.occupations, scattering),
                self.a["band_indices"].tolist(),
            )
            parts *= self.modes.grid.n_q / (units.LINEWIDTH * units.STRENGTH)
            widths[...] = parts if self.a["is_n_u"] else parts[0]


def triplets_of(phonors: ModuleType, point: int, a: dict[str, Any]) -> GivenTriplets:
    """The triplets that phonors itself finds at a grid point."""
    if not 0 <= point < len(a["bzg2grg"]):
        raise PassedOn("grid point out of range")
    if a["is_mesh_symmetry"]:
        alike, _, _ = phonors.ir_triplets_at_q(
            int(a["bzg2grg"][point]),
            a["d_diag"],
            a["reciprocal_rotations"],
            a["is_time_reversal"],
            a["swappable"],
        )
    else:
        alike = np.arange(np.prod(a["d_diag"]), dtype=np.int64)
    points = phonors.bz_triplets_at_q(
        point,
        *(a["bz_grid_addresses"], a["bz_map"], alike, a["d_diag"]),
        *(a["bz_triplets_q_mat"], a["reciprocal_lattice"], a["bz_grid_type"]),
    )
    counts = np.bincount(alike, minlength=len(alike))
    normal = None
    if a["is_n_u"]:
        normal = ~a["bz_grid_addresses"][points].sum(axis=1).any(axis=1)
    return GivenTriplets(points, counts[counts > 0], normal)


def occupations_of(a: dict[str, Any], modes_key: Hashable) -> NDArray[np.float64]:
    """Bose-Einstein occupations, [q, j, T], 0 at 0 K and for phonons that take no part."""
    t, cutoff = a["temperatures_thz"], float(a["cutoff_frequency"])

    def make() -> NDArray[np.float64]:
        f = a["frequencies"]
        n = np.zeros((*f.shape, len(t)))
        active = f > cutoff
        with np.errstate(over="ignore"):
            for i in np.flatnonzero(t > 0):
                n[active, i] = 1 / np.expm1(f[active] / t[i])
        return n

    return OCCUPATIONS.get((modes_key, key_of(t), cutoff), make)


def average_of(a: dict[str, Any]) -> bool:
    """Whether weights are averaged over the degenerate sets that are given."""
    ids = a.get("degenerate_ids")
    if ids is None:
        return False
    ensure_arrays(a, degenerate_ids="i8")
    if ids.shape != a["frequencies"].shape:
        raise PassedOn("degenerate_ids of another shape")

    def same() -> bool:
        ours = degenerate_sets(a["frequencies"], DEGENERACY)
        theirs = np.cumsum(np.diff(ids, axis=1, prepend=ids[:, :1]) != 0, axis=1)
        return bool((ours == theirs).all())

    if not DEGENERATE.get(key_of(ids, a["frequencies"]), same):
        raise PassedOn("degenerate sets of another tolerance")
    return True


def scattering_of(
    a: dict[str, Any], sigma: float, cutoff: float, average: bool
) -> Scattering:
    """Conservation of energy: tetrahedra, or a Gaussian if ``sigma`` is a number."""
    smearing = None
    if not np.isnan(sigma):
        if not sigma > 0:
            raise PassedOn("sigma is not positive")
        smearing = Gaussian(float(sigma), float(cutoff) if cutoff > 0 else None)
    return Scattering(
        cutoff_frequency=float(a["cutoff_frequency"]),
        average_degenerate_weights=average,
        smearing=smearing,
    )
