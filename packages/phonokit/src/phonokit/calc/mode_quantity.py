"""Quantities of phonons that carry heat, summed below a frequency."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from phono_3ph import accumulate, accumulation_points
from phono_grid import Cell, Gaussian
from phono_grid.backend import active
from phono_grid.errors import ensure_integer, ensure_positive, ensure_type

from phonokit.calc.accumulate import modes_of
from phonokit.calc.record import now
from phonokit.results.accumulate import POINTS
from phonokit.results.kappa import KappaResult
from phonokit.results.kappa_modes import KappaModes
from phonokit.results.mode_quantity import ModeQuantityResult
from phonokit.settings.mesh import mesh_name
from phonokit.settings.mode_quantity import ModeQuantity


def accumulate_quantity(
    conductivity: KappaResult | KappaModes | str | Path,
    quantity: ModeQuantity | str,
    *,
    temperature: float | None = None,
    sigma: float | None = None,
    points: int = POINTS,
    cell: Cell | None = None,
) -> ModeQuantityResult:
    r"""A quantity of every phonon over frequency, and its sum below a frequency.

    .. math::

        Q(f) = \frac{1}{n_q} \sum_\lambda Q_\lambda\, \theta(f - f_\lambda), \qquad
        \frac{dQ}{df} = \frac{1}{n_q} \sum_\lambda Q_\lambda\, \delta(f - f_\lambda)

    of heat capacities, lifetimes :math:`1 / 4\pi\Gamma`, half linewidths :math:`\Gamma` or
    magnitudes of group velocities; by linear tetrahedra. Phonons that nothing scatters have
    no lifetime and count as 0.

    Parameters
    ----------
    conductivity : KappaResult, KappaModes, str or Path
        A conductivity, or its file: one of phonokit, or of phono3py.
    quantity : ModeQuantity or str
        ``"heat_capacity"``, ``"lifetime"``, ``"linewidth"`` or ``"velocity"``.
    temperature : float, optional
        K, one of those of the conductivity; if not given the only one, or 300 K.
    sigma : float, optional
        Spectra by Gaussians of this width in THz instead of tetrahedra.
    points : int
        Steps of frequency.
    cell : Cell, optional
        The primitive cell of a file of phono3py, which does not know it.

    Returns
    -------
    ModeQuantityResult
        eV/K, ps, THz or km/s.

    Raises
    ------
    DomainError
        If there is no such temperature or quantity.
    FileError
        If the file cannot be read, lacks something, or is of another crystal.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, mesh=(5, 5, 5), temperatures=[300])
    >>> lifetimes = phonokit.accumulate_quantity(result, "lifetime")
    >>> lifetimes.values.shape  # irreducible wave vectors, bands; ps
    (10, 6)
    """
    started, kind = now(), ModeQuantity.of(quantity)
    if sigma is not None:
        ensure_positive("sigma", sigma)
    points = ensure_integer("points", points, 1)
    if temperature is not None:
        ensure_type("temperature", temperature, int, float)
    modes = modes_of(conductivity, cell)
    i = modes.number_of(temperature)
    values = modes.values(kind, i)
    f = np.maximum(modes.frequencies, 0)
    # A multiple of the unit tensor, whatever rotations do with it.
    tensors = np.zeros((1, *values.shape, 6))
    tensors[0, ..., :3] = (modes.irreducible.weights[:, None] * values)[..., None]
    sums = accumulate(
        modes.grid,
        modes.irreducible,
        f,
        tensors,
        points=accumulation_points(f, points),
        smearing=None if sigma is None else Gaussian(sigma),
    )
    about, t = modes.provenance, float(modes.temperatures[i])
    choices = {
        "mesh": mesh_name(modes.grid),
        "quantity": kind.value,
        "temperature": t,
        "sigma": sigma,
        "points": points,
    }
    when: dict[str, Any] = {
        "lang": active().value,
        "started": started,
        "finished": now(),
    }
    settings = {**about.settings, "accumulate": choices}
    return ModeQuantityResult(
        temperature=t,
        frequency=modes.frequencies,
        weight=modes.irreducible.weights,
        modes={kind.value: values},
        frequency_point=sums.points,
        below={kind.value: sums.cumulative[0, :, 0]},
        density={kind.value: sums.density[0, :, 0]},
        provenance=replace(about, settings=settings, **when),
    )
