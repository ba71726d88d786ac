"""Phonons over a whole grid, the way scattering reads them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import Modes
from phono_grid import CUTOFF_FREQUENCY, Cell, Grid, Tetrahedra, ValueNoun
from phono_grid.errors import (
    DomainError,
    ShapeError,
    as_numbers,
    ensure_finite,
    ensure_flag,
    ensure_shape,
    ensure_type,
    finite,
    frozen,
)

HARDLY_A_SHIFT = 0.9
"""The share of a shift of the whole crystal in an acoustic mode, at the least."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PeriodicModes(ValueNoun):
    r"""Phonons of a whole grid in the gauge that is periodic in reciprocal space.

    .. math::

        \tilde e_{j,k\alpha}(q) = e_{j,k\alpha}(q)\, e^{2\pi i q \cdot \tau_k} / \sqrt{m_k}

    Parameters
    ----------
    grid : Grid
    frequencies : (n_q, n_b) array_like
        THz, ascending.
    polarizations : (n_q, n_b, n_a, 3) array_like of complex
        ``ẽ``, Da^(-1/2).
    symmetrized_tetrahedra : bool
        Whether energies are conserved by the mean over the images of the tetrahedra by the
        point group, not by one cut of the cells alone.
    velocities : (n_q, n_b, 3) array_like, optional
        Group velocities, Å THz, which `AdaptiveGaussian` needs.

    Attributes
    ----------
    tetrahedra : Tetrahedra
        Tetrahedra of the grid.
    slopes : (n_q, n_b, 3) array or None
        Changes of the frequencies from one address of the grid to the next, THz.
    """

    grid: Grid
    frequencies: NDArray[np.float64]
    polarizations: NDArray[np.complex128]
    symmetrized_tetrahedra: bool = False
    velocities: NDArray[np.float64] | None = None
    tetrahedra: Tetrahedra = field(init=False)
    slopes: NDArray[np.float64] | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        ensure_type("grid", self.grid, Grid)
        ensure_flag("symmetrized_tetrahedra", self.symmetrized_tetrahedra)
        if self.grid.shift.any():
            raise DomainError(
                "grid: scattering needs a grid centred on Γ, this one has a shift; make it "
                "without"
            )
        f, e = mode_arrays(self.frequencies, self.polarizations, self.grid.n_q)
        object.__setattr__(self, "frequencies", f)
        object.__setattr__(self, "polarizations", e)
        tetrahedra = Tetrahedra.of(self.grid, symmetrized=self.symmetrized_tetrahedra)
        object.__setattr__(self, "tetrahedra", tetrahedra)
        slopes = None
        if self.velocities is not None:
            v = finite(self.velocities, "velocities", (*f.shape, 3))
            object.__setattr__(self, "velocities", frozen(v, "velocities"))
            slopes = frozen(v @ self.grid.steps.T, "slopes")
        object.__setattr__(self, "slopes", slopes)

    @classmethod
    def of(cls, grid: Grid, modes: Modes, cell: Cell) -> "PeriodicModes":
        """Change the gauge of ``modes``, those of ``cell`` at ``grid.qpoints``.

        The three acoustic modes at Γ move the whole crystal and never scatter: where
        constants that break the sum rule leave them a frequency, it is 0 here, see
        `resting_acoustic_modes`.
        """
        ensure_type("grid", grid, Grid)
        ensure_type("modes", modes, Modes)
        ensure_type("cell", cell, Cell)
        ensure_one_lattice("cell and grid", cell.lattice, grid)
        ensure_shape("modes.qpoints", modes.qpoints, (grid.n_q, 3))
        away = modes.qpoints - grid.qpoints
        if np.abs(away - np.rint(away)).max() > 1e-8:
            raise DomainError(
                "modes: their wave vectors are not those of the grid; compute them at "
                "grid.qpoints"
            )
        e = periodic_gauge(modes, cell)
        return cls(grid, resting_acoustic_modes(grid, modes.frequencies, e), e)


def periodic_gauge(modes: Modes, cell: Cell) -> NDArray[np.complex128]:
    """``ẽ[q, j, k, α]`` of ``modes`` of ``cell``, Da^(-1/2)."""
    ensure_type("modes", modes, Modes)
    ensure_type("cell", cell, Cell)
    ensure_shape(
        "modes.polarizations", modes.polarizations, ("n_q", "n_b", cell.n_atoms, 3)
    )
    phase = np.exp(2j * np.pi * modes.qpoints @ cell.positions.T) / np.sqrt(cell.masses)
    return np.asarray(modes.polarizations * phase[:, None, :, None])


def resting_acoustic_modes(
    grid: Grid, frequencies: NDArray[np.float64], polarizations: NDArray[np.complex128]
) -> NDArray[np.float64]:
    r"""Frequencies of a grid, 0 for those of the acoustic modes at Γ above the cutoff.

    They are the three modes that are nearest to a shift of the whole crystal,

    .. math:: p_j = \frac{1}{M} \sum_\alpha \Bigl\lvert \sum_k m_k \tilde e_{j,k\alpha}
        \Bigr\rvert^2, \qquad m_k^{-1} = \frac13 \sum_{j\alpha} |\tilde e_{j,k\alpha}|^2

    where :math:`\sum_j p_j = 3`. Constants that break the sum rule leave them a frequency
    of some 0.001 THz, and with it rates 1 / f that mean nothing.

    Parameters
    ----------
    grid : Grid
    frequencies : (n_q, n_b) array
        THz.
    polarizations : (n_q, n_b, n_a, 3) array of complex
        ``ẽ``, as in `PeriodicModes`.

    Returns
    -------
    (n_q, n_b) array
        ``frequencies`` themselves if nothing is to be done.
    """
    ensure_type("grid", grid, Grid)
    _, e = mode_arrays(frequencies, polarizations, grid.n_q)
    frequencies = np.asarray(frequencies)
    gamma = int(grid.index(np.zeros(3, dtype=np.int64)))
    f = _resting(frequencies[gamma], e[gamma])
    if f is None:
        return frequencies
    all_frequencies = frequencies.copy()
    all_frequencies[gamma] = f
    return all_frequencies


def _resting(
    frequencies: NDArray[np.float64], polarizations: NDArray[np.complex128]
) -> NDArray[np.float64] | None:
    """Frequencies at Γ, None if the acoustic modes have none anyway."""
    lowest = np.abs(frequencies) <= CUTOFF_FREQUENCY
    if np.count_nonzero(lowest) >= 3 or not frequencies.size:
        return None
    inverse = (np.abs(polarizations) ** 2).sum(axis=(0, 2)) / 3
    masses = 1 / np.maximum(inverse, np.finfo(float).tiny)
    shifts = np.einsum("jka,k->ja", polarizations, masses)
    shares = (np.abs(shifts) ** 2).sum(axis=1) / masses.sum()
    acoustic = np.argsort(-shares, kind="stable")[:3]
    if shares[acoustic].min() < HARDLY_A_SHIFT:
        return None  # not the modes of a crystal at Γ
    still = frequencies.copy()
    still[acoustic] = np.minimum(still[acoustic], 0)
    return still


def mode_arrays(
    frequencies: ArrayLike, polarizations: ArrayLike, n: int
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """Frequencies and ``ẽ`` at ``n`` wave vectors the way the kernels read them."""
    f = finite(frequencies, "frequencies", (n, "n_b"))
    n_a, odd = divmod(f.shape[1], 3)
    if odd or not n_a:
        raise ShapeError(
            f"frequencies: expected three bands for each atom, got {f.shape[1]} bands"
        )
    e = as_numbers(polarizations, "polarizations", np.complex128, (n, 3 * n_a, n_a, 3))
    ensure_finite("polarizations", e)
    return frozen(f, "frequencies"), e


def ensure_one_lattice(names: str, lattice: NDArray[np.float64], grid: Grid) -> None:
    """Require the lattice that ``grid`` is reciprocal to, ``a_i · b_j = δ_ij``."""
    away = lattice @ grid.reciprocal_lattice.T - np.eye(3)
    if np.abs(away).max() > 1e-4:
        i, j = np.unravel_index(np.abs(away).argmax(), away.shape)
        raise DomainError(
            f"{names}: of different crystals: lattice vector {i} times reciprocal vector "
            f"{j} of the grid is {away[i, j] + (i == j):.6g}, expected {int(i == j)}; make "
            "both from one crystal, its primitive cell in the same axes"
        )
