"""Dipoles of a sheet: a crystal that is periodic in two directions."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, ValueNoun, reduced_basis
from phono_grid.errors import (
    DomainError,
    ensure_finite,
    ensure_integer,
    ensure_positive,
    ensure_shape,
    ensure_type,
    finite,
    frozen,
)

from phono_dynmat._born_charges import BornCharges
from phono_dynmat._harmonic_series import HarmonicSeries

ZERO = 1e-5
"""1/Å; a shorter wave vector is zero."""
UPRIGHT = 1e-3
"""Cosine between the axis of the vacuum and those of the sheet."""
Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SheetCorrection(ValueNoun):
    r"""Short-range force constants, and the interaction of dipoles in a sheet [1]_.

    .. math::

        D(q) = D_\mathrm{short}(q) + \frac{c}{\sqrt{m_k m_{k'}}} \Big[
            \sum_G \frac{(K Z_k) (K Z_{k'})^T}{|K| + 2\pi\, K R K}\,
            e^{-K^2 / 4 \Lambda^2}\, e^{2\pi i G \cdot (r_k - r_{k'})}
            - \delta_{kk'} s_k \Big], \qquad K = (G + q)_\parallel

    with :math:`c = 4 \pi^2 e^2 / 4\pi\varepsilon_0 A`, the area ``A`` of the cell, and the
    screening length :math:`R = (\varepsilon - 1)\, L / 2` of a sheet whose dielectric
    tensor was computed in a cell of height ``L``. Nothing is singular at Γ: the
    longitudinal mode leaves the transverse one with a slope that is linear in ``q``.
    Dipoles out of the plane are left to the short range. Kernels run in NumPy, whatever
    language is chosen.

    Parameters
    ----------
    short_range : HarmonicSeries
        What remains of the constants without the dipoles.
    polar : BornCharges
        With the dielectric tensor of the cell, vacuum included.
    reciprocal_vectors : (n_g, 3) array_like
        ``G`` in the plane, Cartesian, 1/Å without 2π.
    width : float
        ``Λ``, 1/Å.
    self_terms : (n_a, 3, 3) array_like of complex
        ``s``, which makes a shift of the whole crystal free of forces.
    axis : int
        The lattice vector across the vacuum, upright on the other two.

    Raises
    ------
    DomainError
        If that axis is not upright.

    References
    ----------
    .. [1] T. Sohier, M. Gibertini, M. Calandra, F. Mauri and N. Marzari, Nano Lett. 17,
       3758 (2017).
    """

    only_python: ClassVar[bool] = True

    short_range: HarmonicSeries
    polar: BornCharges
    reciprocal_vectors: Array
    width: float
    self_terms: Complex
    axis: int = 2

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("short_range", self.short_range, HarmonicSeries)
        ensure_type("polar", self.polar, BornCharges)
        n_a = self.cell.n_atoms
        ensure_shape("polar.charges", self.polar.charges, (n_a, 3, 3))
        ensure_positive("width", self.width)
        normal_of(self.cell, self.axis)
        g = finite(self.reciprocal_vectors, "reciprocal_vectors", ("n_g", 3))
        g = frozen(g, "reciprocal_vectors")
        object.__setattr__(self, "reciprocal_vectors", g)
        own = frozen(self.self_terms, "self_terms", np.complex128, (n_a, 3, 3))
        ensure_finite("self_terms", own)
        object.__setattr__(self, "self_terms", own)

    def __repr__(self) -> str:
        """Crystal and sum: ``SheetCorrection(2 atoms BN, 199 G, width 0.19 1/Å)``."""
        crystal = f"{self.cell.n_atoms} atoms {self.cell.formula}"
        n_g = len(self.reciprocal_vectors)
        return f"SheetCorrection({crystal}, {n_g} G, width {self.width:.3g} 1/Å)"

    @property
    def cell(self) -> Cell:
        """The primitive cell."""
        return self.short_range.cell

    @property
    def zone_basis(self) -> Array:
        """A reduced basis of the reciprocal lattice in rows, 1/Å without 2π."""
        return reduced_basis(self.cell.reciprocal_lattice)

    @property
    def normal(self) -> Array:
        """The unit vector across the sheet."""
        return normal_of(self.cell, self.axis)

    @property
    def screening(self) -> Array:
        """Screening lengths ``R`` in the plane, (3, 3), Å."""
        flat = np.eye(3) - np.outer(self.normal, self.normal)
        height = np.linalg.norm(self.cell.lattice[self.axis])
        return np.asarray(flat @ (self.polar.dielectric - np.eye(3)) @ flat * height / 2)

    @property
    def coupling(self) -> float:
        """``c``, eV/Å."""
        height = float(np.linalg.norm(self.cell.lattice[self.axis]))
        return 4 * np.pi**2 * self.polar.factor * height / self.cell.volume


def normal_of(cell: Cell, axis: int) -> Array:
    """The unit vector along an axis that is upright on the other two."""
    axis = ensure_integer("axis", axis, 0, 2)
    unit = cell.lattice / np.linalg.norm(cell.lattice, axis=1, keepdims=True)
    others = unit[[i for i in range(3) if i != axis]]
    if np.abs(others @ unit[axis]).max() > UPRIGHT:
        raise DomainError(
            f"axis: lattice vector {axis + 1} of a sheet must be upright on the other two, "
            "across the vacuum; choose another cell"
        )
    return np.asarray(unit[axis])


def sheet_dipoles(sheet: SheetCorrection, q: Array) -> Complex:
    """The interaction of dipoles at Cartesian ``q`` in the zone, (n_a, 3, n_a, 3)."""
    k, weight, _, phases = _terms(sheet, q, None)
    z = _weighted_charges(sheet)
    u = np.einsum("ga,kab,gk->gkb", k, z, phases)
    sums = np.einsum("g,gka,glb->kalb", weight, u, u.conj())
    masses = sheet.cell.masses
    for atom, (own, m) in enumerate(zip(sheet.self_terms, masses, strict=True)):
        sums[atom, :, atom, :] -= own * (sheet.coupling / m)
    return np.asarray(sums)


def sheet_dipole_slopes(
    sheet: SheetCorrection, q: Array, direction: Array | None
) -> Complex:
    """The derivatives of `sheet_dipoles`, shape (3, n_a, 3, n_a, 3)."""
    k, weight, gradient, phases = _terms(sheet, q, direction)
    z = _weighted_charges(sheet)
    flat = np.eye(3) - np.outer(sheet.normal, sheet.normal)
    u = np.einsum("ga,kab,gk->gkb", k, z, phases)
    turned = np.einsum("xa,kab,gk->gxkb", flat, z, phases)
    half = np.einsum("g,gxka,glb->xkalb", weight, turned, u.conj())
    slopes = half + half.conj().transpose(0, 3, 4, 1, 2)
    return np.asarray(slopes + np.einsum("gx,gka,glb->xkalb", gradient, u, u.conj()))


def _terms(
    sheet: SheetCorrection, q: Array, direction: Array | None
) -> tuple[Array, Array, Array, Complex]:
    """``K``, its weight, the gradient of that, and ``e^{2πi G·r}``, of each term."""
    flat = np.eye(3) - np.outer(sheet.normal, sheet.normal)
    g = sheet.reciprocal_vectors
    k = (g + q) @ flat
    zero = (k**2).sum(axis=1) < ZERO**2
    damping, screening = 1 / (4 * sheet.width**2), 2 * np.pi * sheet.screening
    toward = np.zeros(3) if direction is None else direction @ flat
    if zero.any() and np.linalg.norm(toward) > ZERO:
        k[zero] = toward / np.linalg.norm(toward)
    else:
        g, k, zero = g[~zero], k[~zero], zero[~zero]
    size = np.linalg.norm(k, axis=1)
    lengths = k @ screening
    lengths[zero] = 0  # the limit of a vanishing K, along the direction
    decay = np.where(zero, 0, damping)
    bottom = size + (lengths * k).sum(axis=1)
    weight = np.exp(-decay * size**2) / bottom
    relative = (k / size[:, None] + 2 * lengths) / bottom[:, None] + 2 * decay[:, None] * k
    r = sheet.cell.positions @ sheet.cell.lattice
    return k, weight, -weight[:, None] * relative, np.exp(2j * np.pi * g @ r.T)


def _weighted_charges(sheet: SheetCorrection) -> Array:
    """``Z √(c / m)``."""
    scale = np.sqrt(sheet.coupling / sheet.cell.masses)
    return np.asarray(sheet.polar.charges * scale[:, None, None])
