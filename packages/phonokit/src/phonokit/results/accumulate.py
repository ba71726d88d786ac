"""Which phonons carry the heat, as a result."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from phono_3ph import Accumulation, accumulate, accumulation_points
from phono_grid import Gaussian

from phonokit.results.kappa_modes import KappaModes
from phonokit.results.result import Array, Result, quantity
from phonokit.settings.mesh import mesh_name

VOIGT = "components xx yy zz yz xz xy"
BELOW = f"kappa of the phonons below, {VOIGT}"
POINTS = 200
"""Steps of frequency and of mean free path."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class AccumulateResult(Result, kind="accumulate"):
    """Thermal conductivity by the frequency and by the mean free path of the phonons.

    Sizes: ``n_f`` frequencies in equal steps, ``n_l`` mean free paths in equal ratios, none
    if no phonon scatters; the six components are xx yy zz yz xz xy.
    """

    temperature: float = quantity("K", "float", "of both")
    frequency_point: Array = quantity("THz", "(n_f,)", "frequencies")
    kappa_below_frequency: Array = quantity("W/(m K)", "(n_f, 6)", BELOW)
    kappa_spectrum: Array = quantity("W/(m K THz)", "(n_f, 6)", f"d kappa / d f, {VOIGT}")
    path_point: Array | None = quantity(
        "angstrom", "(n_l,)", "mean free paths", optional=True
    )
    kappa_below_path: Array | None = quantity("W/(m K)", "(n_l, 6)", BELOW, optional=True)
    kappa_path_spectrum: Array | None = quantity(
        "W/(m K angstrom)", "(n_l, 6)", f"d kappa / d path, {VOIGT}", optional=True
    )

    @classmethod
    def of(
        cls,
        modes: KappaModes,
        i: int,
        *,
        sigma: float | None = None,
        points: int = POINTS,
        **when: Any,
    ) -> "AccumulateResult":
        """Accumulate at temperature number ``i``; see `phonokit.accumulate`."""
        kappa = modes.mode_kappa[i : i + 1]

        def over(x: Array, smearing: Gaussian | None = None, **scale: bool) -> Accumulation:
            sampled = accumulation_points(x, points, **scale)
            inputs = modes.grid, modes.irreducible, x, kappa
            return accumulate(*inputs, points=sampled, smearing=smearing)

        smearing = None if sigma is None else Gaussian(sigma)
        by_frequency = over(np.maximum(modes.frequencies, 0), smearing)
        paths = modes.paths[i]
        by_paths: dict[str, Array] = {}
        if paths.max(initial=0) > 0:
            by_path = over(paths, logarithmic=True)
            by_paths["path_point"] = by_path.points
            by_paths["kappa_below_path"] = by_path.cumulative[0]
            by_paths["kappa_path_spectrum"] = by_path.density[0]
        temperature = float(modes.temperatures[i])
        about = modes.provenance
        choices = {
            "mesh": mesh_name(modes.grid),
            "temperature": temperature,
            "sigma": sigma,
            "points": points,
        }
        settings = {**about.settings, "accumulate": choices}
        return cls(
            temperature=temperature,
            frequency_point=by_frequency.points,
            kappa_below_frequency=by_frequency.cumulative[0],
            kappa_spectrum=by_frequency.density[0],
            provenance=replace(about, settings=settings, **when),
            **by_paths,
        )

    @property
    def kappa(self) -> Array:
        """The whole conductivity, W/(m K), (6,)."""
        return np.asarray(self.kappa_below_frequency[-1])

    def frequency_below(self, share: float) -> float:
        """Below which frequency a share of κ is carried, THz; of the mean of xx, yy, zz."""
        return _reached(self.frequency_point, self.kappa_below_frequency, share)

    def path_below(self, share: float) -> float:
        """Below which mean free path a share of κ is carried, Å."""
        if self.path_point is None or self.kappa_below_path is None:
            return 0.0
        logarithms = np.log(self.path_point)
        return float(np.exp(_reached(logarithms, self.kappa_below_path, share)))


def _reached(points: Array, kappa: Array, share: float) -> float:
    """Where a share of κ is reached, between points by a straight line."""
    mean = kappa[:, :3].mean(axis=-1)
    return float(np.interp(share * mean[-1], mean, points))
