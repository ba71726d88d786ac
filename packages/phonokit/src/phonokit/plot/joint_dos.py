"""The picture of joint densities of states."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from phono_grid.errors import ensure_type

from phonokit.plot.figure import BLUE, LINES, SHADES
from phonokit.plot.wave_vectors import frequency_panels, unit_of
from phonokit.results.scattering import JointDosResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_joint_dos(
    result: JointDosResult,
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw joint densities of states over frequency, a panel for each wave vector.

    Parameters
    ----------
    result : JointDosResult
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : one Axes for each wave vector, optional
        What is drawn on; new ones if not given.
    unit : FrequencyUnit or "THz" or "cm-1" or "meV"

    Returns
    -------
    list of Axes

    Raises
    ------
    DomainError
        If the suffix is another one, or the number of axes.
    FileError
        If matplotlib is missing, or the file cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.joint_dos(silicon, [0.25, 0, 0], mesh=(4, 4, 4))
    >>> len(phonokit.plot_joint_dos(result, "joint_dos.png", unit="meV"))  # panels
    1
    """
    ensure_type("result", result, JointDosResult)
    unit = unit_of(unit)
    points = result.frequency_points * unit.per_thz
    parts = (
        (result.differences, SHADES[0], "absorption and emission"),
        (result.sums, BLUE, "decay"),
    )
    with frequency_panels(result.qpoints, path, ax, unit) as panels:
        for i, axes in enumerate(panels):
            for values, colour, label in parts:
                for k, line in enumerate(np.atleast_2d(values[i]) / unit.per_thz):
                    t = result.temperatures
                    name = label if t is None else f"{label}, {t[k]:g} K"
                    style = LINES[k % len(LINES)]
                    axes.plot(points, line, style, color=colour, lw=1.2, label=name)
            axes.set_ylabel(f"Joint density of states ({unit.inverse})")
            axes.set_xlim(points[0], points[-1])
    return panels
