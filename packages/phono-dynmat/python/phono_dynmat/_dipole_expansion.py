"""Interaction of dipoles in powers of the wave vector, without the macroscopic field."""

import numpy as np
from numpy.typing import NDArray

from phono_dynmat._gonze_lee_correction import GonzeLeeCorrection

ZERO = 1e-5
"""1/Å; a shorter reciprocal lattice vector is zero."""
Complex = NDArray[np.complex128]


def dipole_expansion(dynamics: GonzeLeeCorrection) -> tuple[Complex, Complex, Complex]:
    r"""Constants of dipoles at Γ with their first and second derivatives [1]_.

    .. math::

        \Phi(q) = c \sum_G Z_k^T\, \frac{K K^T}{K \varepsilon K}\,
            e^{-K \varepsilon K / 4 \Lambda^2}\, Z_{k'}\, e^{2\pi i G (r_k - r_{k'})}
            - c\, \frac{q q^T}{q \varepsilon q} - \delta_{kk'} c\, s_k

    The macroscopic field, whose limit at Γ depends on the direction, is left out; what its
    damping leaves, :math:`-q q^T / 4 \Lambda^2` and higher powers, is not.

    Parameters
    ----------
    dynamics : GonzeLeeCorrection

    Returns
    -------
    (n_a, 3, n_a, 3), (n_a, 3, n_a, 3, 3) and (n_a, 3, n_a, 3, 3, 3) arrays of complex
        eV/Å², eV/Å and eV: value, gradient and second derivatives by :math:`2\pi q`.

    References
    ----------
    .. [1] M. Born and K. Huang, Dynamical Theory of Crystal Lattices (Oxford, 1954),
       sections 30 and 31.
    """
    epsilon, beta = dynamics.polar.dielectric, 1 / (4 * dynamics.width**2)
    unit, z = np.eye(3), dynamics.polar.charges
    g = dynamics.reciprocal_vectors
    g = g[np.linalg.norm(g, axis=1) > ZERO]
    r = dynamics.cell.positions @ dynamics.cell.lattice
    phases = np.exp(2j * np.pi * g @ r.T)
    screened = g @ epsilon
    energy = (g * screened).sum(axis=1)
    weight = np.exp(-beta * energy) / energy
    falls = 1 / energy + beta
    first = -2 * (weight * falls)[:, None] * screened
    second = (
        4
        * (weight * (falls**2 + energy**-2))[:, None, None]
        * np.einsum("gc,gd->gcd", screened, screened)
    )
    second -= 2 * (weight * falls)[:, None, None] * epsilon
    kk = np.einsum("ga,gb->gab", g, g)
    turned = np.einsum("ac,gb->gabc", unit, g) + np.einsum("bc,ga->gabc", unit, g)
    pairs = np.einsum("ac,bd->abcd", unit, unit)
    pairs = pairs + pairs.swapaxes(2, 3)
    value = weight[:, None, None] * kk
    slope = np.einsum("gc,gab->gabc", first, kk) + weight[:, None, None, None] * turned
    curve = np.einsum("gcd,gab->gabcd", second, kk)
    cross = np.einsum("gc,gabd->gabcd", first, turned)
    curve += cross + cross.swapaxes(3, 4)
    curve += weight[:, None, None, None, None] * pairs
    scale = dynamics.polar.coupling(dynamics.cell)

    def summed(terms: NDArray[np.float64], at_gamma: NDArray[np.float64] | None) -> Complex:
        rest = terms.shape[3:]
        flat = terms.reshape(len(g), -1)
        sums = np.einsum("gk,gl,gx->klx", phases, phases.conj(), flat, optimize=True)
        if at_gamma is not None:
            sums = sums + at_gamma.ravel()
        sums = sums.reshape(len(r), len(r), 3, 3, -1)
        both = np.einsum("kai,klabx,lbj->kiljx", z, sums, z, optimize=True)
        return np.asarray(scale * both.reshape(*both.shape[:4], *rest))

    constants = summed(value, None)
    for k, own in enumerate(dynamics.self_terms):
        constants[k, :, k] -= scale * own
    gradient = summed(slope, None) / (2 * np.pi)
    return constants, gradient, summed(curve, -beta * pairs) / (2 * np.pi) ** 2
