"""Which phonons carry the heat, as a result."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from phono_3ph import Accumulation, accumulate, accumulation_points
from phono_grid import Gaussian

from phonokit.results.kappa_modes import KappaModes
from phonokit.results.result import Result, quantity

VOIGT = "components xx yy zz yz xz xy"
POINTS = 200
"""Steps of frequency and of mean free path."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class AccumulateResult(Result):
    """Thermal conductivity by the frequency and by the mean free path of the phonons.

    Sizes: ``n_f`` frequencies, ``n_l`` mean free paths; the six components are
    xx yy zz yz xz xy.

    Parameters
    ----------
    temperature : float
        K
    frequency_point : (n_f,) array
        THz, in equal steps.
    kappa_below_frequency : (n_f, 6) array
        κ of the phonons below each frequency, W/(m K).
    kappa_spectrum : (n_f, 6) array
        dκ/df, W/(m K THz).
    path_point : (n_l,) array or None
        Mean free paths, Å, in equal ratios; None if no phonon scatters.
    kappa_below_path : (n_l, 6) array or None
        κ of the phonons of shorter mean free paths, W/(m K).
    kappa_path_spectrum : (n_l, 6) array or None
        dκ/dΛ, W/(m K Å).
    provenance : Provenance
    """

    temperature: float = quantity("K", "of both")
    frequency_point: NDArray[np.float64] = quantity("THz", "frequencies")
    kappa_below_frequency: NDArray[np.float64] = quantity(
        "W/(m K)", f"kappa of the phonons below, {VOIGT}"
    )
    kappa_spectrum: NDArray[np.float64] = quantity("W/(m K THz)", f"d kappa / d f, {VOIGT}")
    path_point: NDArray[np.float64] | None = quantity(
        "angstrom", "mean free paths", optional=True
    )
    kappa_below_path: NDArray[np.float64] | None = quantity(
        "W/(m K)", f"kappa of the phonons below, {VOIGT}", optional=True
    )
    kappa_path_spectrum: NDArray[np.float64] | None = quantity(
        "W/(m K angstrom)", f"d kappa / d path, {VOIGT}", optional=True
    )

    kind: ClassVar[str] = "accumulate"

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

        def over(
            x: NDArray[np.float64], smearing: Gaussian | None = None, **scale: bool
        ) -> Accumulation:
            sampled = accumulation_points(x, points, **scale)
            inputs = modes.grid, modes.irreducible, x, kappa
            return accumulate(*inputs, points=sampled, smearing=smearing)

        smearing = None if sigma is None else Gaussian(sigma)
        by_frequency = over(np.maximum(modes.frequencies, 0), smearing)
        paths = modes.paths[i]
        by_path = over(paths, logarithmic=True) if paths.max(initial=0) > 0 else None
        temperature = float(modes.temperatures[i])
        about = modes.provenance
        choices = {"temperature": temperature, "sigma": sigma, "points": points}
        settings = {**about.settings, "accumulate": choices}
        return cls(
            temperature=temperature,
            frequency_point=by_frequency.points,
            kappa_below_frequency=by_frequency.cumulative[0],
            kappa_spectrum=by_frequency.density[0],
            path_point=None if by_path is None else by_path.points,
            kappa_below_path=None if by_path is None else by_path.cumulative[0],
            kappa_path_spectrum=None if by_path is None else by_path.density[0],
            provenance=replace(about, settings=settings, **when),
        )

    @property
    def kappa(self) -> NDArray[np.float64]:
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


def _reached(
    points: NDArray[np.float64], kappa: NDArray[np.float64], share: float
) -> float:
    """Where a share of κ is reached, between points by a straight line."""
    mean = kappa[:, :3].mean(axis=-1)
    return float(np.interp(share * mean[-1], mean, points))
