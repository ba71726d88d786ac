"""Born effective charges and the dielectric tensor of a polar crystal."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Cell, Symmetry, ValueNoun, units
from phono_grid.errors import (
    DomainError,
    PhonoWarning,
    ShapeError,
    as_numbers,
    ensure_finite,
    ensure_positive,
    ensure_type,
    finite,
    frozen,
)

NEUTRAL = 0.1
"""Elementary charges; a larger sum of the charges is reported."""
SYMMETRIC = 0.01
"""Elementary charges, and relative for the dielectric tensor; a larger change by symmetry
is reported. Calculations that are converged as usual stay below."""


class ChargeWarning(PhonoWarning):
    """Born charges that do not add up, or break the symmetry of the crystal."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BornCharges(ValueNoun):
    r"""Born effective charges and the electronic dielectric tensor of a primitive cell.

    .. math:: Z_{k,\alpha\beta} = \frac{V}{e} \frac{\partial P_\alpha}{\partial u_{k\beta}}

    Parameters
    ----------
    charges : (n_a, 3, 3) array_like
        ``Z[k, α, β]`` in elementary charges: ``α`` of the field, ``β`` of the displacement.
    dielectric : (3, 3) array_like
        ``ε``, symmetric and positive.
    factor : float
        ``e² / 4π ε₀`` in eV Å.

    Raises
    ------
    DomainError
        If the dielectric tensor is not symmetric and positive, or a number is not finite.

    Warns
    -----
    ChargeWarning
        If the charges add up to more than 0.1.
    """

    charges: NDArray[np.float64]
    dielectric: NDArray[np.float64]
    factor: float = units.COULOMB

    def __post_init__(self) -> None:
        """Establish the invariants."""
        charges = frozen(self.charges, "charges", shape=("n_a", 3, 3))
        epsilon = frozen(self.dielectric, "dielectric", shape=(3, 3))
        for name, array in (("charges", charges), ("dielectric", epsilon)):
            ensure_finite(name, array)
            object.__setattr__(self, name, array)
        ensure_positive("factor", self.factor)
        object.__setattr__(self, "factor", float(self.factor))
        if not np.allclose(epsilon, epsilon.T, rtol=0, atol=1e-6 * np.abs(epsilon).max()):
            raise DomainError("dielectric must be symmetric; average it with its transpose")
        smallest = np.linalg.eigvalsh(epsilon)[0]
        if not smallest > 0:
            raise DomainError(
                f"dielectric must be positive, its smallest eigenvalue is {smallest:g}; "
                "give the electronic (high-frequency) tensor"
            )

        _warn_not_neutral(charges.sum(axis=0), "BornCharges.of shares the sum out")

    @classmethod
    def of(
        cls,
        cell: Cell,
        charges: ArrayLike,
        dielectric: ArrayLike,
        *,
        factor: float = units.COULOMB,
    ) -> "BornCharges":
        r"""Charges with the symmetry of ``cell`` and without a sum.

        .. math::

            \varepsilon = \frac{1}{n_r} \sum_R R\, \varepsilon' R^T, \qquad
            Z_k = \frac{1}{n_r} \sum_R R\, Z'_{R^{-1} k} R^T - \frac{1}{n_a} \sum_{k'} \dots

        Parameters
        ----------
        cell : Cell
            The primitive cell.
        charges : (n_a, 3, 3) array_like
            Or only those of `phono_grid.Symmetry.independent_atoms`, in their order.
        dielectric : (3, 3) array_like
        factor : float
            ``e² / 4π ε₀`` in eV Å.

        Raises
        ------
        ShapeError
            If there are neither as many charges as atoms nor as independent atoms.
        DomainError
            If the dielectric tensor is not positive.

        Warns
        -----
        ChargeWarning
            If the charges add up to more than 0.1, or they or the dielectric tensor break
            the symmetry of the crystal by more than 0.01.
        """
        ensure_type("cell", cell, Cell)
        ensure_positive("factor", factor)
        symmetry = Symmetry.of(cell, masses=False)
        r = symmetry.rotations_cartesian
        given = finite(dielectric, "dielectric", (3, 3))
        epsilon = (r @ given @ r.swapaxes(1, 2)).mean(axis=0)
        epsilon = (epsilon + epsilon.T) / 2
        full = _all_charges(as_numbers(charges, "charges"), symmetry)
        ensure_finite("charges", full)
        mean = np.zeros_like(full)
        for rotation, atoms in zip(r, symmetry.permutations, strict=True):
            mean[atoms] += rotation @ full @ rotation.T / len(r)
        _warn_not_symmetric(full - mean, given - epsilon, float(np.abs(given).max()), cell)
        _warn_not_neutral(mean.sum(axis=0), "the same share was taken from each atom")
        return cls(mean - mean.mean(axis=0), epsilon, factor)

    def coupling(self, cell: Cell) -> float:
        """``4π / V`` times the factor, eV/Å²."""
        return 4 * np.pi * self.factor / cell.volume


def _all_charges(charges: NDArray[np.float64], symmetry: Symmetry) -> NDArray[np.float64]:
    """The charges of all atoms, those of equivalent atoms by symmetry."""
    n_a = symmetry.permutations.shape[1]
    independent = symmetry.independent_atoms
    if charges.shape == (n_a, 3, 3):
        return charges
    if charges.shape != (len(independent), 3, 3):
        atoms = ", ".join(str(k + 1) for k in independent)
        raise ShapeError(
            f"charges: expected {n_a} tensors of 3 x 3, one for each atom of the primitive "
            f"cell, or {len(independent)}, for its independent atoms ({atoms}), got shape "
            f"{list(charges.shape)}"
        )
    full = np.empty((n_a, 3, 3))
    for k in range(n_a):
        first = symmetry.permutations[:, k].min()
        operation = int((symmetry.permutations[:, k] == first).argmax())
        r = symmetry.rotations_cartesian[operation]
        full[k] = r.T @ charges[np.searchsorted(independent, first)] @ r
    return full


def _warn_not_symmetric(
    charges: NDArray[np.float64], dielectric: NDArray[np.float64], scale: float, cell: Cell
) -> None:
    """Warn of what symmetry took from charges and from a dielectric tensor."""
    changes = np.abs(charges).reshape(len(charges), -1).max(axis=1)
    atom, parts = int(changes.argmax()), []
    if changes[atom] > SYMMETRIC:
        name = f"atom {atom + 1}, {cell.symbols[atom]}"
        parts.append(f"the Born charges by up to {changes[atom]:.3f} e ({name})")
    change = np.abs(dielectric).max()
    if change > SYMMETRIC * scale:
        parts.append(f"the dielectric tensor by up to {change:.3f}")
    if parts:
        warnings.warn(
            f"the symmetry of the crystal changed {' and '.join(parts)}; check that they "
            "are converged and belong to these atoms, in these axes",
            ChargeWarning,
            stacklevel=4,
        )


def _warn_not_neutral(total: NDArray[np.float64], remedy: str) -> None:
    """Warn if the charges of a cell do not add up to zero."""
    if np.abs(total).max() <= NEUTRAL:
        return
    rows = "; ".join(" ".join(f"{x:.3f}" for x in row) for row in total)
    warnings.warn(
        f"the Born charges of the cell are not neutral, they add up to ({rows}); {remedy}: "
        "check that the charges are converged and belong to these atoms",
        ChargeWarning,
        stacklevel=4,
    )
