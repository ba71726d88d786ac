"""Elastic constants, sound and the Debye temperature from force constants."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    Elasticity,
    debye_temperature_of_sound,
    sound_velocities,
)
from phono_dynmat import elasticity as elasticity_of
from phono_grid import Cell, using
from phono_grid.errors import DomainError, as_numbers, ensure_flag, ensure_type, finite

from phonokit.calc.record import Record
from phonokit.model.crystal import Crystal
from phonokit.results.elasticity import ElasticityResult
from phonokit.results.harmonic import cell_quantities
from phonokit.results.provenance import Provenance

AXES = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 1, 1))
"""Directions of sound if none are given."""


def elasticity(
    crystal: Crystal, directions: ArrayLike = AXES, *, nac: bool = True
) -> ElasticityResult:
    r"""Elastic constants by the method of long waves, and the sound they make.

    .. math::

        \rho v^2 u_\alpha = \sum C_{\alpha\gamma\beta\lambda}\, n_\gamma n_\lambda u_\beta,
        \qquad
        T_D = \frac{h}{k_B} \left( \frac{9 N}{4 \pi V \langle \sum_s v_s^{-3} \rangle}
              \right)^{1/3}

    The crystal must be without stress; see `phono_dynmat.elasticity`. Where there are Born
    charges, constants are those without a macroscopic field, which makes some waves of a
    piezoelectric crystal faster than these are.

    Parameters
    ----------
    crystal : Crystal
    directions : (n_d, 3) array_like
        Cartesian, of sound.
    nac : bool
        Whether the dipoles of Born charges are summed, where there are any, by Gonze and
        Lee's method. Without them a part of the field stays in the constants.

    Returns
    -------
    ElasticityResult

    Raises
    ------
    DomainError
        If dipoles are summed by Wang's method, or a direction has no length.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.elasticity(silicon)
    >>> result.constants.shape  # GPa, xx yy zz yz xz xy
    (6, 6)
    >>> result.is_stable
    True
    """
    ensure_type("crystal", crystal, Crystal)
    unit_directions(directions)
    ensure_flag("nac", nac)
    record = Record(product="elasticity", crystal=crystal, nac=nac, settings={})
    with using(crystal.backend):
        found = elasticity_of(crystal.dynamics(nac=nac))
    return elasticity_result(found, crystal.primitive, directions, record.provenance())


def unit_directions(directions: ArrayLike) -> NDArray[np.float64]:
    """Directions of sound, (n_d, 3), each of length 1."""
    rows = np.atleast_2d(as_numbers(directions, "directions"))
    n = finite(rows, "directions", ("n", 3))
    lengths = np.linalg.norm(n, axis=1, keepdims=True)
    if not lengths.all():
        raise DomainError("directions: a direction of sound must have a length")
    return np.asarray(n / lengths)


def elasticity_result(
    found: Elasticity, cell: Cell, directions: ArrayLike, provenance: Provenance
) -> ElasticityResult:
    """Moduli and sound velocities from the elastic constants of a cell."""
    n, c = unit_directions(directions), found.constants
    bulk, shear = _hill(c) if found.is_stable else (np.nan, np.nan)
    return ElasticityResult(
        constants=c,
        clamped=found.clamped,
        internal_strain=found.internal_strain,
        eigenvalues=np.asarray(np.linalg.eigvalsh(c), dtype=np.float64),
        bulk_modulus=bulk,
        shear_modulus=shear,
        directions=n,
        velocities=sound_velocities(c, cell, n) / 10,
        debye_temperature=debye_temperature_of_sound(c, cell),
        **cell_quantities(cell),
        provenance=provenance,
    )


def _hill(c: NDArray[np.float64]) -> tuple[float, float]:
    """Bulk and shear modulus, the means of Voigt's and Reuss's."""
    s = np.linalg.inv(c)
    bulk = c[:3, :3].sum() / 9, 1 / s[:3, :3].sum()
    spread = np.trace(c[:3, :3]) - (c[0, 1] + c[0, 2] + c[1, 2])
    voigt = (spread + 3 * np.trace(c[3:, 3:])) / 15
    compliant = np.trace(s[:3, :3]) - (s[0, 1] + s[0, 2] + s[1, 2])
    reuss = 15 / (4 * compliant + 3 * np.trace(s[3:, 3:]))
    return float(np.mean(bulk)), float(voigt + reuss) / 2
