"""Coupling strengths of four phonons."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import ModesAround, PeriodicModes
from phono_grid import CUTOFF_FREQUENCY
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_indices,
    ensure_not_negative,
    ensure_type,
)

from phono_4ph._extension import rust
from phono_4ph._force_constants4 import ForceConstants4
from phono_4ph._units import STRENGTH4

LATTICE = 1e-4
"""Largest deviation of lattice times reciprocal vectors from the unit matrix."""


def ensure_one_crystal(
    constants: ForceConstants4,
    phonons: PeriodicModes | ModesAround,
    *types: type[PeriodicModes | ModesAround],
) -> None:
    """Require constants, and phonons of as many atoms on their lattice, of one type."""
    ensure_type("constants", constants, ForceConstants4)
    ensure_type("phonons", phonons, *(types or (PeriodicModes,)))
    ensure_indices("constants.atoms", constants.atoms, phonons.polarizations.shape[2])
    away = constants.lattice @ phonons.grid.reciprocal_lattice.T - np.eye(3)
    if np.abs(away).max() > LATTICE:
        raise DomainError(
            "constants and phonons: of different crystals, their lattice vectors differ; "
            "make both from one primitive cell in the same axes"
        )


def _checked(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    points: ArrayLike,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> tuple[ForceConstants4, PeriodicModes, NDArray[np.int64], float]:
    """Arguments of `interaction_strengths4`."""
    ensure_one_crystal(constants, phonons)
    p = as_numbers(points, "points", np.int64, ("n", 4))
    ensure_indices("points", p, phonons.grid.n_q)
    sums = phonons.grid.addresses[p].sum(axis=1) % phonons.grid.mesh
    if sums.any():
        bad = p[sums.any(axis=1).argmax()]
        raise DomainError(
            f"points: {bad.tolist()} does not conserve momentum; the four wave vectors "
            "must sum to a reciprocal lattice vector"
        )
    ensure_not_negative("cutoff_frequency", cutoff_frequency)
    return constants, phonons, p, cutoff_frequency


@accelerated_by(rust.interaction_strengths4, _checked)
def interaction_strengths4(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    points: ArrayLike,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> NDArray[np.float64]:
    r"""Squared four-phonon matrix elements :math:`|V_4|^2` of quadruplets [1]_.

    .. math::

        V_4(\lambda \lambda_1 \lambda_2 \lambda_3) = \frac{1}{4!} \frac{1}{N}
            \Big(\frac{\hbar}{2}\Big)^2 \frac{1}{\sqrt{\omega \omega_1 \omega_2 \omega_3}}
            \sum \Phi\, \tilde e_\lambda \tilde e_{\lambda_1} \tilde e_{\lambda_2}
            \tilde e_{\lambda_3}\, e^{2\pi i (q_1 \cdot R_1 + q_2 \cdot R_2 +
            q_3 \cdot R_3)}

    so that the energy is :math:`\sum V_4 A A A A` with
    :math:`A_\lambda = a_\lambda + a^\dagger_{-\lambda}`, and
    :math:`q + q_1 + q_2 + q_3 = G`.

    Parameters
    ----------
    constants : ForceConstants4
    phonons : PeriodicModes
    points : (n, 4) array_like of int
        Grid indices of ``q, q_1, q_2, q_3``.
    cutoff_frequency : float
        THz; 0 where a frequency is at or below.

    Returns
    -------
    (n, n_b, n_b, n_b, n_b) array of float
        ``|V_4[t, j, j_1, j_2, j_3]|²`` in eV², ``1/N²`` included.

    References
    ----------
    .. [1] T. Feng, X. Ruan, Phys. Rev. B 93, 045202 (2016).
    """
    points = np.asarray(points)
    f, grid = phonons.frequencies, phonons.grid
    inverse = np.divide(1, f, out=np.zeros_like(f), where=f > cutoff_frequency)
    v = np.abs(matrix_elements(constants, phonons, points)) ** 2
    i0, i1, i2, i3 = (inverse[p] for p in points.T)
    v *= np.einsum("tj,tk,tl,tm->tjklm", i0, i1, i2, i3)
    return np.asarray(STRENGTH4 / grid.n_q**2 * v)


def matrix_elements(
    constants: ForceConstants4, phonons: PeriodicModes, points: NDArray[np.int64]
) -> NDArray[np.complex128]:
    """The sum of `interaction_strengths4` before it is squared, eV/(Å⁴ Da²)."""
    n_b, n_a = phonons.polarizations.shape[1:3]
    qpoints = phonons.grid.qpoints
    out = np.empty((len(points), n_b, n_b, n_b, n_b), dtype=complex)
    k0, k1, k2, k3 = constants.atoms.T
    for v, (p0, p1, p2, p3) in zip(out, points, strict=True):
        turns = np.einsum("eix,ix->e", constants.cells, qpoints[[p1, p2, p3]])
        phi = constants.values * np.exp(2j * np.pi * turns)[:, None, None, None, None]
        dense: NDArray[np.complex128] = np.zeros((n_a,) * 4 + (3,) * 4, dtype=complex)
        np.add.at(dense, (k0, k1, k2, k3), phi)
        dense = dense.transpose(0, 4, 1, 5, 2, 6, 3, 7).reshape(n_b, n_b, n_b, n_b)
        e = phonons.polarizations.reshape(-1, n_b, n_b)
        v[:] = np.einsum(
            "wxyz,jw,kx,ly,mz->jklm", dense, e[p0], e[p1], e[p2], e[p3], optimize=True
        )
    return out
