"""Infrared intensities and the dielectric function from Born charges."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from phono_dynmat import dielectric_function, oscillator_strengths, phonon_modes
from phono_grid import using
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_integer,
    ensure_positive,
    ensure_type,
    finite,
)

from phonokit.calc.record import Record
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.results.harmonic import cell_quantities
from phonokit.results.infrared import InfraredResult

POINTS = 401
"""Frequency points if none are given."""
DAMPING = 0.1
"""THz, the width of each mode if none is given."""
ABOVE = 1.2
"""Where the points end, in units of the highest frequency of a longitudinal mode."""


def infrared(
    crystal: Crystal,
    frequency_points: int | ArrayLike = POINTS,
    *,
    damping: float = DAMPING,
) -> InfraredResult:
    r"""Infrared intensities of the phonons at Γ, and the dielectric function.

    .. math::

        \varepsilon(f) = \varepsilon^\infty + \frac{e^2}{4\pi\varepsilon_0}\,
            \frac{4\pi}{V} \sum_j \frac{S_j}{(2\pi)^2 (f_j^2 - f^2 - i f \Gamma)}

    with the oscillator strengths ``S`` of transverse phonons, see
    `phono_dynmat.dielectric_function`. Longitudinal ones are where it vanishes.

    Parameters
    ----------
    crystal : Crystal
        With Born charges.
    frequency_points : int or (n_f,) array_like
        Points in THz, or their number from 0 to above the highest frequency.
    damping : float
        ``Γ``, the full width at half maximum of each mode, THz.

    Returns
    -------
    InfraredResult

    Raises
    ------
    DomainError
        If the crystal has no Born charges, or the damping is not positive.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; they do not take part.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> from phono_dynmat import BornCharges
    >>> silicon = phonokit.load("examples/silicon")  # with charges of a polar crystal
    >>> z = [np.eye(3), -np.eye(3)]
    >>> charges = BornCharges(np.array(z), 12 * np.eye(3))
    >>> polar = phonokit.Crystal.from_constants(silicon.fc2, polar=charges)
    >>> result = phonokit.infrared(polar)
    >>> result.intensities.round(3)  # e²/Da
    array([0.   , 0.   , 0.   , 0.071, 0.071, 0.071])
    """
    ensure_type("crystal", crystal, Crystal)
    ensure_positive("damping", damping)
    polar = crystal.polar
    if polar is None:
        raise DomainError(
            "crystal: has no Born charges, without which light makes no phonons; give "
            "them by born="
        )
    cell, gamma = crystal.primitive, np.zeros((1, 3))
    with using(crystal.backend):
        modes = phonon_modes(crystal.dynamics(), gamma)
    f = modes.frequencies[0]
    warn_of_imaginary_modes(gamma, modes.frequencies, "they do not take part")
    strengths = oscillator_strengths(modes, polar.charges, cell)
    about = (f, strengths, polar.charges, cell)
    static = dielectric_function(*about, [0.0])[0].real
    if isinstance(frequency_points, int | np.integer):
        n = ensure_integer("frequency_points", frequency_points, 2, 10**6)
        # Lyddane, Sachs and Teller: the field lifts no mode by more than this factor.
        field = np.linalg.solve(polar.charges.dielectric, static)
        lifted = np.sqrt(max(float(np.linalg.eigvals(field).real.max()), 1.0))
        x = np.linspace(0, ABOVE * max(float(f.max()), 1.0) * lifted, n)
    else:
        given = as_numbers(frequency_points, "frequency_points")
        x = finite(given, "frequency_points", ("n_f",))
    function = dielectric_function(*about, x, damping)
    settings = {"damping": float(damping)}
    record = Record(product="infrared", crystal=crystal, settings=settings)
    return InfraredResult(
        frequencies=f,
        strengths=strengths,
        electronic=polar.charges.dielectric,
        static=static,
        damping=float(damping),
        frequency_points=x,
        dielectric_real=function.real.copy(),
        dielectric_imaginary=function.imag.copy(),
        **cell_quantities(cell),
        provenance=record.provenance(),
    )
