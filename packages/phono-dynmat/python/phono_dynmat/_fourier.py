"""The definition of dynamical matrices and their derivatives, with and without dipoles."""

from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Cell
from phono_grid.errors import DomainError, ensure_type, finite

from phono_dynmat._gonze_lee_correction import GonzeLeeCorrection
from phono_dynmat._harmonic_series import HarmonicSeries
from phono_dynmat._sheet_correction import (
    SheetCorrection,
    sheet_dipole_slopes,
    sheet_dipoles,
)
from phono_dynmat._wang_correction import WangCorrection
from phono_dynmat._zone import zone_centers

Dynamics = HarmonicSeries | GonzeLeeCorrection | WangCorrection | SheetCorrection
"""Force constants, alone or with one of the ways to treat dipoles."""

ZERO = 1e-5
"""1/Å; a shorter wave vector is zero."""


def matrices(
    dynamics: Dynamics,
    qpoints: ArrayLike,
    direction: ArrayLike | None,
    centers: NDArray[np.float64] | None = None,
) -> NDArray[np.complex128]:
    """``D(q)``, shape (n_q, n_b, n_b), eV/(Å² Da).

    ``centers`` are the reciprocal lattice points from which the dipoles see wave vectors,
    those of `centers_of` if not given.
    """
    q = wave_vectors(qpoints)
    along = unit_vector(dynamics, direction)
    if isinstance(dynamics, HarmonicSeries):
        return hermitian_sum(dynamics, q, dynamics.values)
    centers = centers_of(dynamics, q) if centers is None else centers
    k = (q - centers) @ dynamics.cell.reciprocal_lattice
    if isinstance(dynamics, SheetCorrection):
        short = dynamics.short_range
        whole = hermitian_sum(short, q, short.values)
        dipoles = np.array([sheet_dipoles(dynamics, x) for x in k])
        return whole + dipoles.reshape(whole.shape) * _upright(dynamics, q, centers)
    if isinstance(dynamics, GonzeLeeCorrection):
        short = dynamics.short_range
        whole = hermitian_sum(short, q, short.values)
        dipoles = np.array([_dipoles(dynamics, x, along) for x in k])
        return whole + dipoles.reshape(whole.shape) * _gauges(dynamics.cell, centers)
    series = dynamics.series
    means = hermitian_sum(series, q, _mean(dynamics.shares))
    constants = np.array([_interaction(dynamics, x, along)[0] for x in k])
    return hermitian_sum(series, q, series.values) + constants.reshape(means.shape) * means


def derivatives(
    dynamics: Dynamics, qpoints: ArrayLike, direction: ArrayLike | None
) -> NDArray[np.complex128]:
    """``∂D/∂k_α``, shape (3, n_q, n_b, n_b), eV/(Å Da)."""
    q = wave_vectors(qpoints)
    along = unit_vector(dynamics, direction)
    if isinstance(dynamics, HarmonicSeries):
        return _slopes(dynamics, q, dynamics.values)
    centers = centers_of(dynamics, q)
    k = (q - centers) @ dynamics.cell.reciprocal_lattice
    if isinstance(dynamics, SheetCorrection):
        short, n_q = dynamics.short_range, len(q)
        slopes = _slopes(short, q, short.values)
        inside = np.array([sheet_dipoles(dynamics, x) for x in k])
        flat = np.array([sheet_dipole_slopes(dynamics, x, along) for x in k])
        shape = slopes.shape[2:]
        z = np.repeat(dynamics.cell.positions @ dynamics.cell.lattice @ dynamics.normal, 3)
        turns = 2j * np.pi * (z - z[:, None]) * inside.reshape(n_q, *shape)
        dipoles = flat.reshape(n_q, 3, *shape).swapaxes(0, 1)
        dipoles = dipoles + dynamics.normal[:, None, None, None] * turns
        return np.asarray(slopes + dipoles * _upright(dynamics, q, centers))
    if isinstance(dynamics, GonzeLeeCorrection):
        short = dynamics.short_range
        slopes = _slopes(short, q, short.values)
        dipoles = np.array([_dipole_slopes(dynamics, x, along) for x in k])
        dipoles = dipoles.reshape(len(q), 3, *slopes.shape[2:]).swapaxes(0, 1)
        return slopes + dipoles * _gauges(dynamics.cell, centers)
    series = dynamics.series
    slopes = _slopes(series, q, series.values)
    interactions = [_interaction(dynamics, x, along) for x in k]
    shape = slopes.shape
    c = np.reshape([c for c, _ in interactions], shape[1:])
    dc = np.reshape([dc for _, dc in interactions], (len(q), 3, *shape[2:])).swapaxes(0, 1)
    mean = _mean(dynamics.shares)
    return slopes + c * _slopes(series, q, mean) + dc * hermitian_sum(series, q, mean)


def centers_of(dynamics: Dynamics, q: NDArray[np.float64]) -> NDArray[np.float64]:
    """The reciprocal lattice points from which the dipoles see wave vectors, (n_q, 3).

    From there a wave vector is in the first Brillouin zone, where the sum over reciprocal
    lattice vectors around the origin has converged.
    """
    basis = None if isinstance(dynamics, HarmonicSeries) else dynamics.zone_basis
    if basis is None:  # of constants without dipoles, or dipoles that are not periodic
        return np.zeros_like(q)
    return zone_centers(q, dynamics.cell.reciprocal_lattice, basis)


def _gauges(cell: Cell, centers: NDArray[np.float64]) -> NDArray[np.complex128]:
    """``e^{2πi G·(τ_k' - τ_k)}``, shape (n_q, n_b, n_b)."""
    phases = np.repeat(np.exp(2j * np.pi * centers @ cell.positions.T), 3, axis=1)
    return np.asarray(phases.conj()[:, :, None] * phases[:, None])


def _upright(
    sheet: SheetCorrection, q: NDArray[np.float64], centers: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """`_gauges` of a sheet, with the phases of ``q`` across it, which has no zone."""
    shifts = centers.copy()
    shifts[:, sheet.axis] = q[:, sheet.axis]
    return _gauges(sheet.cell, shifts)


def wave_vectors(qpoints: ArrayLike) -> NDArray[np.float64]:
    """Require three finite components in each row."""
    return finite(qpoints, "qpoints", ("n_q", 3))


def ensure_dynamics(name: str, dynamics: Dynamics) -> None:
    """Require force constants, alone or with dipoles."""
    ensure_type(name, dynamics, *get_args(Dynamics))


def checked_arguments(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> tuple[Dynamics, NDArray[np.float64]]:
    """Arguments of kernels that work at wave vectors."""
    ensure_dynamics("dynamics", dynamics)
    unit_vector(dynamics, direction)
    return dynamics, wave_vectors(qpoints)


def unit_vector(
    dynamics: Dynamics, direction: ArrayLike | None
) -> NDArray[np.float64] | None:
    """Fractional ``direction`` as a Cartesian unit vector, if there is one."""
    return None if direction is None else cartesian_unit_vector(dynamics, direction)


def cartesian_unit_vector(dynamics: Dynamics, direction: ArrayLike) -> NDArray[np.float64]:
    """Fractional ``direction`` as a Cartesian unit vector."""
    return unit(direction, dynamics.cell.reciprocal_lattice)


def unit(direction: ArrayLike, lattice: NDArray[np.float64]) -> NDArray[np.float64]:
    """The unit vector along ``direction``, three components in vectors of ``lattice``."""
    v = finite(direction, "direction", (3,)) @ lattice
    length = np.linalg.norm(v)
    if not length > 0:
        raise DomainError("direction must be three numbers, not all zero")
    return np.asarray(v / length)


def hermitian_sum(
    series: HarmonicSeries, q: NDArray[np.float64], blocks: NDArray[np.generic]
) -> NDArray[np.complex128]:
    """Sum mass-weighted ``blocks`` with the phases of ``series``; the Hermitian part."""
    n_a = series.cell.n_atoms
    m = np.sqrt(series.cell.masses)
    d = np.zeros((len(q), n_a, 3, n_a, 3), dtype=np.complex128)
    for block, (k, other), x in zip(blocks, series.atoms, series.vectors, strict=True):
        phase = np.exp(2j * np.pi * (q @ x)) / (m[k] * m[other])
        d[:, k, :, other, :] += phase[:, None, None] * block
    whole = d.reshape(len(q), 3 * n_a, 3 * n_a)
    return np.asarray((whole + whole.conj().swapaxes(1, 2)) / 2)


def _slopes(
    series: HarmonicSeries, q: NDArray[np.float64], blocks: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """The derivatives of `hermitian_sum`."""
    x = series.vectors @ series.cell.lattice
    factors = (2j * np.pi * x.T)[:, :, None, None]
    return np.array([hermitian_sum(series, q, g * blocks) for g in factors])


def _mean(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Blocks whose sum is the mean phase, the same for all components."""
    return shares[:, None, None] * np.ones((3, 3))


def _dipoles(
    dynamics: GonzeLeeCorrection,
    q: NDArray[np.float64],
    direction: NDArray[np.float64] | None,
) -> NDArray[np.complex128]:
    """The interaction of dipoles at Cartesian ``q``, shape (n_a, 3, n_a, 3)."""
    k, phases, damped = _terms(dynamics, q, direction)
    energy = np.einsum("ga,ab,gb->g", k, dynamics.polar.dielectric, k)
    exponents = np.where(damped, energy / (4 * dynamics.width**2), 0)
    z = _weighted_charges(dynamics)
    u = np.einsum("ga,kab,gk->gkb", k, z, phases)
    sums = np.einsum("g,gka,glb->kalb", np.exp(-exponents) / energy, u, u.conj())
    c = dynamics.polar.coupling(dynamics.cell)
    for atom, (own, m) in enumerate(
        zip(dynamics.self_terms, dynamics.cell.masses, strict=True)
    ):
        sums[atom, :, atom, :] -= own * (c / m)
    return np.asarray(sums)


def _dipole_slopes(
    dynamics: GonzeLeeCorrection,
    q: NDArray[np.float64],
    direction: NDArray[np.float64] | None,
) -> NDArray[np.complex128]:
    """The derivatives of `_dipoles`, shape (3, n_a, 3, n_a, 3)."""
    k, phases, _ = _terms(dynamics, q, direction)
    screened = k @ dynamics.polar.dielectric
    energy = (k * screened).sum(axis=1)
    damping = 1 / (4 * dynamics.width**2)
    weight = np.exp(-energy * damping) / energy
    z = _weighted_charges(dynamics)
    u = np.einsum("ga,kab,gk->gkb", k, z, phases)
    relative = screened * (1 / energy + damping)[:, None]
    turned = np.einsum("kxb,gk->gxkb", z, phases) - relative[:, :, None, None] * u[:, None]
    half = np.einsum("g,gxka,glb->xkalb", weight, turned, u.conj())
    return np.asarray(half + half.conj().transpose(0, 3, 4, 1, 2))


def _terms(
    dynamics: GonzeLeeCorrection,
    q: NDArray[np.float64],
    direction: NDArray[np.float64] | None,
) -> tuple[NDArray[np.float64], NDArray[np.complex128], NDArray[np.bool_]]:
    """``K``, ``e^{2πi G·r}`` and whether a term is damped, for each term that counts."""
    g = dynamics.reciprocal_vectors
    k = g + q
    damped = (k**2).sum(axis=1) >= ZERO**2
    if direction is None:
        g, k, damped = g[damped], k[damped], damped[damped]
    else:
        k = np.where(damped[:, None], k, direction)
    r = dynamics.cell.positions @ dynamics.cell.lattice
    return k, np.exp(2j * np.pi * g @ r.T), damped


def _weighted_charges(dynamics: GonzeLeeCorrection) -> NDArray[np.float64]:
    """``Z √(c / m)``."""
    c = dynamics.polar.coupling(dynamics.cell)
    return dynamics.polar.charges * np.sqrt(c / dynamics.cell.masses)[:, None, None]


def _interaction(
    dynamics: WangCorrection, q: NDArray[np.float64], direction: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wang's constant at Cartesian ``q`` and its three derivatives."""
    z, n_a = dynamics.polar.charges, dynamics.cell.n_atoms
    if (q**2).sum() < ZERO**2:
        if direction is None:
            return np.zeros((n_a, 3, n_a, 3)), np.zeros((3, n_a, 3, n_a, 3))
        q = direction
    screened = dynamics.polar.dielectric @ q
    energy = q @ screened
    scale = dynamics.polar.coupling(dynamics.cell) / energy
    along = np.einsum("a,kab->kb", q, z)
    value = scale * np.einsum("ka,lb->kalb", along, along)
    first = scale * np.einsum("kxa,lb->xkalb", z, along)
    slope = first + first.transpose(0, 3, 4, 1, 2)
    return value, slope - np.multiply.outer(2 * screened / energy, value)
