"""The picture of phonons at wave vectors: velocities against frequencies."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from phono_grid.errors import DomainError, ensure_type

from phonokit.plot.figure import BLUE, drawn
from phonokit.plot.wave_vectors import unit_of
from phonokit.results.harmonic import ModesResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KM_PER_S = 0.1
"""One Å THz."""


def plot_modes(
    result: ModesResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | None" = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "Axes":
    """Draw the group velocity of every mode against its frequency.

    Parameters
    ----------
    result : ModesResult
        With velocities.
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : Axes, optional
        What is drawn on; new ones if not given.
    unit : FrequencyUnit or "THz" or "cm-1" or "meV"
        Of frequencies.

    Returns
    -------
    Axes

    Raises
    ------
    DomainError
        If the suffix is another one, or the result has no velocities.
    FileError
        If matplotlib is missing, or the file cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.modes(silicon, mesh=(8, 8, 8))
    >>> axes = phonokit.plot_modes(result, "velocities.png")
    """
    ensure_type("result", result, ModesResult)
    unit = unit_of(unit)
    if result.velocities is None:
        raise DomainError("result: has no velocities to draw; compute it with them")
    speeds = np.linalg.norm(result.velocities, axis=2) * KM_PER_S
    frequencies = result.frequencies * unit.per_thz
    with drawn(path, ax, (5.2, 3.6)) as (panel,):
        panel.plot(frequencies.ravel(), speeds.ravel(), "o", ms=2.5, color=BLUE, alpha=0.6)
        panel.set_xlim(min(0.0, frequencies.min() * 1.05), frequencies.max() * 1.05)
        panel.set_ylim(bottom=0)
        panel.set_xlabel(f"Frequency ({unit.symbol})")
        panel.set_ylabel("Group velocity (km/s)")
        panel.spines[["top", "right"]].set_visible(False)
    return panel
