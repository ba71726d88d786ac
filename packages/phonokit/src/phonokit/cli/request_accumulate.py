"""What ``phono accumulate`` is asked for; light."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AccumulateRequest:
    """The arguments of ``phono accumulate``, as they were given.

    Parameters
    ----------
    path : Path
        Of a kappa file.
    crystal : Path or None
        For files that do not know their crystal.
    temperature : float
        K; the nearest in the file is taken.
    sigma : float or None
        THz, of Gaussians over frequency.
    output, plot : Path or None
    """

    path: Path
    crystal: Path | None
    temperature: float
    sigma: float | None
    output: Path | None
    plot: Path | None
