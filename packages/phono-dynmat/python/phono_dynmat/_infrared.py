"""Phonons that light makes: oscillator strengths and the dielectric function."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import DEGENERACY, Cell, units
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_not_negative,
    ensure_positive,
    ensure_shape,
    ensure_type,
    finite,
)

from phono_dynmat._born_charges import BornCharges
from phono_dynmat._degenerate import degenerate_average
from phono_dynmat._modes import Modes
from phono_dynmat._rigid_translations import rigid_translations

Array = NDArray[np.float64]


def oscillator_strengths(
    modes: Modes,
    polar: BornCharges,
    cell: Cell,
    *,
    degeneracy: float = DEGENERACY,
) -> Array:
    r"""Oscillator strengths of the phonons at Γ [1]_.

    .. math::

        S_{j,\alpha\beta} = \Re\, Z_{j\alpha} Z_{j\beta}^*, \qquad
        Z_{j\alpha} = \sum_{k\gamma} Z_{k,\alpha\gamma}\,
            \frac{e_{jk\gamma}}{\sqrt{m_k}}

    averaged over degenerate sets. Their traces are infrared intensities.

    Parameters
    ----------
    modes : Modes
        At Γ, without a direction: transverse phonons.
    polar : BornCharges
        ``Z``.
    cell : Cell
        The primitive cell.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_b, 3, 3) array of float
        e²/Da; 0 for rigid translations.

    Raises
    ------
    DomainError
        If the modes are not those of Γ alone.

    References
    ----------
    .. [1] X. Gonze and C. Lee, Phys. Rev. B 55, 10355 (1997), section V.
    """
    ensure_type("modes", modes, Modes)
    ensure_type("polar", polar, BornCharges)
    ensure_type("cell", cell, Cell)
    ensure_positive("degeneracy", degeneracy)
    n_a = cell.n_atoms
    ensure_shape("modes.polarizations", modes.polarizations, (1, 3 * n_a, n_a, 3))
    ensure_shape("polar.charges", polar.charges, (n_a, 3, 3))
    if np.abs(modes.qpoints).max() > 0:
        raise DomainError("modes: light makes phonons at Γ; take q = (0, 0, 0)")
    scaled = modes.polarizations[0] / np.sqrt(cell.masses)[:, None]
    z = np.einsum("kac,jkc->ja", polar.charges, scaled)
    strengths = np.einsum("ja,jb->jab", z, z.conj()).real
    strengths[rigid_translations(modes.qpoints, modes.frequencies)[0]] = 0
    flat = strengths.reshape(1, len(strengths), 9)
    mean = degenerate_average(modes.frequencies, flat, degeneracy=degeneracy)
    return np.ascontiguousarray(mean[0].reshape(-1, 3, 3))


def dielectric_function(
    frequencies: ArrayLike,
    strengths: ArrayLike,
    polar: BornCharges,
    cell: Cell,
    frequency_points: ArrayLike,
    damping: float | ArrayLike = 0.0,
) -> NDArray[np.complex128]:
    r"""Dielectric function of electrons and phonons [1]_.

    .. math::

        \varepsilon_{\alpha\beta}(f) = \varepsilon^\infty_{\alpha\beta}
            + \frac{e^2}{4 \pi \varepsilon_0}\, \frac{4\pi}{V} \sum_j
              \frac{S_{j,\alpha\beta}}{(2\pi)^2 (f_j^2 - f^2 - i f \Gamma_j)}

    At ``f = 0`` it is the static dielectric tensor of clamped lattice vectors.

    Parameters
    ----------
    frequencies : (n_b,) array_like
        Of transverse phonons at Γ, THz; those at or below 0 do not take part.
    strengths : (n_b, 3, 3) array_like
        `oscillator_strengths`, e²/Da.
    polar : BornCharges
        Its dielectric tensor is that of the electrons.
    cell : Cell
        The primitive cell.
    frequency_points : (n_f,) array_like
        THz
    damping : float or (n_b,) array_like
        ``Γ``, the full width at half maximum of each mode, THz.

    Returns
    -------
    (n_f, 3, 3) array of complex
        The imaginary part is positive where light is absorbed.

    Raises
    ------
    DomainError
        If a point lies on a mode without damping.

    References
    ----------
    .. [1] X. Gonze and C. Lee, Phys. Rev. B 55, 10355 (1997), section V.
    """
    f = finite(frequencies, "frequencies", ("n_b",))
    s = finite(strengths, "strengths", (len(f), 3, 3))
    ensure_type("polar", polar, BornCharges)
    ensure_type("cell", cell, Cell)
    x = finite(frequency_points, "frequency_points", ("n_f",))
    given = np.asarray(as_numbers(damping, "damping"))
    given = np.full(f.shape, given) if given.ndim == 0 else given
    width = finite(given, "damping", f.shape)
    for value in width:
        ensure_not_negative("damping", float(value), "THz")
    active = (f > 0) & s.any(axis=(1, 2))
    bottom = f[active] ** 2 - x[:, None] ** 2 - 1j * x[:, None] * width[active]
    if (bottom == 0).any():
        raise DomainError(
            "damping: a frequency point lies on a mode, where the function has no value "
            "without a width"
        )
    scale = polar.coupling(cell) * units.FREQUENCY**2
    phonons = np.einsum("fj,jab->fab", scale / bottom, s[active])
    return np.asarray(polar.dielectric + phonons)
