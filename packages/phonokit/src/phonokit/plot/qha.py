"""Pictures of the quasi-harmonic approximation."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from phono_dynmat import EquationOfState
from phono_grid import units
from phono_grid.arrays import distinct
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import BLUE, MUTED, PICTURE, SHADES, drawn
from phonokit.results.qha import QhaResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CURVES = 8
"""Temperatures whose energies are drawn against volume."""


@documented(PICTURE)
def plot_qha(
    result: QhaResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
) -> "list[Axes]":
    """Draw free energy against volume, and what follows against temperature.

    Six panels: free energies at some temperatures with their fits and minima; volume;
    thermal expansion; bulk modulus; heat capacities at constant pressure and volume;
    Grüneisen parameter.

    Parameters
    ----------
    ax : six Axes, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> settings = phonokit.Displace(supercell=(2, 2, 2), second_order=True)
    >>> cells = [bulk("Cu", a=a) for a in (3.54, 3.58, 3.62, 3.66, 3.70)]
    >>> crystals = [phonokit.from_calculator(x, EMT(), settings) for x in cells]
    >>> energies = []
    >>> for cell in cells:
    ...     cell.calc = EMT()
    ...     energies.append(cell.get_potential_energy())
    >>> result = phonokit.qha(crystals, energies, (6, 6, 6), [0, 200, 400, 600])
    >>> panels = phonokit.plot_qha(result, "qha.png")
    """
    ensure_type("result", result, QhaResult)
    with drawn(path, ax, (10.0, 6.0), rows=2, columns=3) as panels:
        _draw_energies(panels[0], result)
        t = result.temperatures
        per_million = result.thermal_expansion * 1e6
        curves = (
            (result.volume, "Volume (Å$^3$)"),
            (per_million, "Thermal expansion (10$^{-6}$ K$^{-1}$)"),
            (result.bulk_modulus, "Bulk modulus (GPa)"),
        )
        for panel, (y, label) in zip(panels[1:4], curves, strict=True):
            panel.plot(t, y, color=BLUE, lw=1.4)
            panel.set_ylabel(label)
        if result.linear_expansion is not None and not result.is_isotropic:
            _draw_axes(panels[2], result)
        capacities = panels[4]
        for y, label, style in (
            (result.heat_capacity_p, "$C_p$", "-"),
            (result.heat_capacity_v, "$C_V$", "--"),
        ):
            capacities.plot(t, y * units.MOLE, style, color=BLUE, lw=1.4, label=label)
        capacities.legend(loc="lower right")
        capacities.set_ylabel("Heat capacity (J/K/mol)")
        warm = t > 0
        panels[5].plot(t[warm], result.grueneisen[warm], color=BLUE, lw=1.4)
        panels[5].set_ylabel("Grüneisen parameter")
        for panel in panels[1:]:
            panel.set_xlim(t[0], t[-1] if len(t) > 1 else t[0] + 1)
            panel.set_xlabel("Temperature (K)")
        for panel in panels:
            panel.spines[["top", "right"]].set_visible(False)
    return panels


def _draw_axes(axes: "Axes", result: QhaResult) -> None:
    """Linear expansion along x, y and z beside that of the volume."""
    assert result.linear_expansion is not None
    diagonal = np.einsum("tii->it", result.linear_expansion) * 1e6
    axes.lines[-1].set_label("volume")
    for name, y, style in zip("xyz", diagonal, ("--", "-.", ":"), strict=True):
        axes.plot(result.temperatures, y, style, color=SHADES[0], lw=1.2, label=name)
    axes.legend()


def _draw_energies(axes: "Axes", result: QhaResult) -> None:
    """Free energies at some temperatures, the fits, and the line of their minima."""
    totals, v = result.totals, result.volumes
    shown = distinct(np.linspace(0, len(totals) - 1, CURVES).round().astype(int))
    fine = np.linspace(v[0], v[-1], 200)
    equation = EquationOfState(result.provenance.settings["equation"])
    fits = equation.fit(v, totals[shown])
    for row, fit in zip(totals[shown], fits, strict=True):
        axes.plot(fine, equation.energy(fit, fine), color=BLUE, lw=0.9)
        axes.plot(v, row, "o", ms=3, color=BLUE)
    axes.plot(result.volume, result.gibbs_energy, color=SHADES[0], lw=1.4)
    first, last = result.temperatures[shown[[0, -1]]]
    axes.set_title(f"{first:g} to {last:g} K", fontsize="small", color=MUTED)
    axes.set_xlabel("Volume (Å$^3$)")
    axes.set_ylabel("Free energy (eV)")
