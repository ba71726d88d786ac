"""Elasticity from second-order force constants, by the method of long waves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Cell, ValueNoun, units
from phono_grid.errors import (
    DomainError,
    ensure_finite,
    ensure_integer,
    ensure_type,
    finite,
    frozen,
)

from phono_dynmat._dipole_expansion import dipole_expansion
from phono_dynmat._fourier import Dynamics, ensure_dynamics
from phono_dynmat._gonze_lee_correction import GonzeLeeCorrection
from phono_dynmat._harmonic_series import HarmonicSeries
from phono_dynmat._sheet_correction import SheetCorrection
from phono_dynmat._wang_correction import WangCorrection

Array = NDArray[np.float64]
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""xx yy zz yz xz xy."""
MOST = 500
"""Polar nodes of directions; more take hours and change no digit."""
RIGID = 1e-6
"""Eigenvalues at Γ, relative to the largest, of what moves as a whole."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Elasticity(ValueNoun):
    r"""Elastic constants, and how atoms move inside a strained cell.

    Parameters
    ----------
    clamped : (6, 6) array
        GPa, with atoms where the strain takes them; xx yy zz yz xz xy.
    constants : (6, 6) array
        GPa, with atoms at rest in the strained cell.
    internal_strain : (n_a, 3, 3, 3) array
        :math:`\partial u_{k\alpha} / \partial \epsilon_{\beta\gamma}` in Å, beyond what the
        strain itself does.
    """

    clamped: Array
    constants: Array
    internal_strain: Array

    def __post_init__(self) -> None:
        """Hold arrays of the right shape."""
        for name, shape in (
            ("clamped", (6, 6)),
            ("constants", (6, 6)),
            ("internal_strain", ("n_a", 3, 3, 3)),
        ):
            values = frozen(getattr(self, name), name, shape=shape)
            ensure_finite(name, values)
            object.__setattr__(self, name, values)

    @property
    def is_stable(self) -> bool:
        """Whether any strain costs energy (Born): all eigenvalues are positive."""
        return bool(np.linalg.eigvalsh(self.constants).min() > 0)


def elasticity(dynamics: Dynamics) -> Elasticity:
    r"""Elastic constants of a crystal without stress [1]_.

    .. math::

        [\alpha\beta, \gamma\lambda] &= -\frac{1}{2V} \sum_{k k' R}
            \Phi_{\alpha\beta}(k, k', R)\, r_\gamma r_\lambda, \qquad
            r = R + \tau_{k'} - \tau_k, \\
        C_{\alpha\gamma\beta\lambda} &= [\alpha\beta, \gamma\lambda]
            + [\gamma\beta, \alpha\lambda] - [\alpha\gamma, \beta\lambda]
            - \frac{1}{V} \Lambda_{\alpha\gamma}^T\, \Phi(q{=}0)^+ \Lambda_{\beta\lambda}

    with :math:`\Lambda_{k\alpha, \beta\gamma} = \sum_{k' R} \Phi_{\alpha\beta}(k, k', R)\,
    r_\gamma`. Constants that are not invariant under rotations, or a crystal under stress,
    break the symmetry of the result; it is symmetrised.

    The interaction of dipoles takes part without the macroscopic field, as an expansion of
    :math:`\Phi(q)` in powers of q: constants and internal strain are those at zero field
    (short circuit).

    Parameters
    ----------
    dynamics : HarmonicSeries or GonzeLeeCorrection

    Returns
    -------
    Elasticity

    Raises
    ------
    DomainError
        For dipoles by Wang's method, whose constants hold a part of the field, and for
        those of a sheet.

    References
    ----------
    .. [1] M. Born and K. Huang, Dynamical Theory of Crystal Lattices (Oxford, 1954),
       sections 26, 27 and 31.
    """
    ensure_dynamics("dynamics", dynamics)
    if isinstance(dynamics, SheetCorrection):
        raise DomainError(
            "dynamics: elastic constants of a sheet with dipoles are not known; leave the "
            "charges out (nac=False)"
        )
    if isinstance(dynamics, WangCorrection):
        raise DomainError(
            "dynamics: dipoles by Wang's method leave a part of the macroscopic field in "
            "the constants; take separate_dipoles (Gonze and Lee)"
        )
    polar = dynamics if isinstance(dynamics, GonzeLeeCorrection) else None
    series = dynamics if isinstance(dynamics, HarmonicSeries) else dynamics.short_range
    phi, n_a = series.values, series.cell.n_atoms
    r = series.vectors @ series.cell.lattice
    volume = series.cell.volume
    first, second = series.atoms.T
    brackets = -np.einsum("eab,eg,el->abgl", phi, r, r, optimize=True) / (2 * volume)
    if polar is not None:
        at_gamma, slope, curve = dipole_expansion(polar)
        brackets = brackets + curve.sum(axis=(0, 2)).real / (2 * volume)
    brackets = (brackets + brackets.swapaxes(0, 1)) / 2
    tensor = brackets.transpose(0, 2, 1, 3) + brackets.transpose(2, 0, 1, 3) - brackets
    forces = np.zeros((n_a, 3, 3, 3))
    np.add.at(forces, first, np.einsum("eab,eg->eabg", phi, r))
    gamma = np.zeros((n_a, 3, n_a, 3))
    np.add.at(gamma.transpose(0, 2, 1, 3), (first, second), phi)
    if polar is not None:
        forces += slope.sum(axis=2).imag
        gamma += at_gamma.real
    moved = -np.einsum("kalb,lbcd->kacd", _inverse(gamma), forces)
    inner = np.einsum("kaxy,kazw->xyzw", forces, moved) / volume
    return Elasticity(
        clamped=_voigt(tensor),
        constants=_voigt(tensor) + _voigt(inner),
        internal_strain=moved,
    )


def _inverse(gamma: Array) -> Array:
    """The inverse of the constants at Γ without what moves as a whole."""
    shape, n = gamma.shape, 3 * len(gamma)
    matrix = gamma.reshape(n, n)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    # The three rigid translations are projected out, whatever a drift makes of them.
    counts = np.abs(values) > RIGID * np.abs(values).max(initial=0)
    inverse = (vectors[:, counts] / values[counts]) @ vectors[:, counts].T
    return np.asarray(inverse.reshape(shape))


def _voigt(tensor: Array) -> Array:
    """A tensor of rank four as a symmetric matrix, GPa."""
    tensor = (tensor + tensor.swapaxes(0, 1)) / 2
    tensor = (tensor + tensor.swapaxes(2, 3)) / 2
    rows = np.array([[tensor[(*a, *b)] for b in VOIGT] for a in VOIGT])
    return np.asarray((rows + rows.T) / 2 * units.GPA)


def sound_velocities(constants: ArrayLike, cell: Cell, directions: ArrayLike) -> Array:
    r"""Velocities of sound in some directions, by Christoffel's equation.

    .. math::

        \rho v^2 u_\alpha = \sum C_{\alpha\gamma\beta\lambda}\, n_\gamma n_\lambda u_\beta

    Parameters
    ----------
    constants : (6, 6) array_like
        GPa; xx yy zz yz xz xy.
    cell : Cell
        Its masses and volume.
    directions : (n_d, 3) array_like
        Cartesian, of any length.

    Returns
    -------
    (n_d, 3) array of float
        Å THz, ascending; NaN where the crystal is not stable. 10 are a kilometre per
        second.

    Raises
    ------
    DomainError
        If a direction has no length.
    """
    c = finite(constants, "constants", (6, 6)) / units.GPA
    ensure_type("cell", cell, Cell)
    n = finite(directions, "directions", ("n_d", 3))
    lengths = np.linalg.norm(n, axis=1, keepdims=True)
    if not (lengths > 0).all():
        raise DomainError("directions: a direction of sound must have a length")
    n = n / lengths
    index = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
    tensor = c[index[:, :, None, None], index]
    density = cell.masses.sum() / cell.volume
    waves = np.einsum("agbl,dg,dl->dab", tensor, n, n, optimize=True) / density
    squares = np.linalg.eigvalsh(waves)
    # Rounding leaves a little where there is no stiffness.
    speeds = np.sqrt(np.where(squares >= 0, squares, np.nan))
    return np.asarray(speeds * (2 * np.pi * units.FREQUENCY))


def debye_temperature_of_sound(
    constants: ArrayLike, cell: Cell, n_polar: int = 48
) -> float:
    r"""Debye temperature of the sound in all directions.

    .. math::

        T_D = \frac{h}{k_B} \left( \frac{9 N}{4 \pi V \langle \sum_s v_s^{-3} \rangle}
              \right)^{1/3}

    with all ``N`` atoms of the cell and the mean over directions.

    Parameters
    ----------
    constants : (6, 6) array_like
        GPa
    cell : Cell
    n_polar : int
        Nodes of Gauss and Legendre for the polar angle; twice as many azimuths.

    Returns
    -------
    float
        K; NaN if the crystal is not stable.

    Raises
    ------
    DomainError
        If ``n_polar`` is not in 1 to 500.
    """
    n_polar = ensure_integer("n_polar", n_polar, 1, MOST)
    z, weights = np.polynomial.legendre.leggauss(n_polar)
    azimuths = np.pi * (np.arange(2 * n_polar) + 0.5) / n_polar
    z, angle = np.repeat(z, 2 * n_polar), np.tile(azimuths, n_polar)
    r = np.sqrt(1 - z**2)
    n = np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1)
    v = sound_velocities(constants, cell, n)
    if not (v > 0).all():
        return float("nan")
    share = np.repeat(weights, 2 * n_polar) / (2 * 2 * n_polar)
    mean = share @ (1 / v**3).sum(axis=1)
    cutoff = np.cbrt(9 * cell.n_atoms / (4 * np.pi * cell.volume * mean))
    return float(cutoff / units.KELVIN_TO_THZ)
