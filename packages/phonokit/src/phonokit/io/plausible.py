"""Numbers that no crystal has: refused where they are read, with the place."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import DomainError

FORCE = 1e4
"""eV/Å; a bond that breaks pulls with 10."""
MASSES = (0.1, 400.0)
"""Da; muonium has 0.11, oganesson 294."""
CHARGE = 100.0
"""e; the largest known are near 10."""
CONSTANTS = {2: 1e5, 3: 1e7}
"""eV/Å², eV/Å³; the bonds of nitrogen molecules have 140 and 1000."""


def ensure_forces(forces: NDArray[np.float64], what: str = "the force") -> None:
    """Refuse forces above 10⁴ eV/Å.

    Raises
    ------
    DomainError
        With supercell, atom and force.
    """
    worst = _first_beyond(forces, FORCE)
    if worst is not None:
        number, atom, _ = worst if len(worst) == 3 else (None, *worst)
        of_supercell = "" if number is None else f" of supercell {number + 1}"
        raise DomainError(
            f"{what} on atom {atom + 1}{of_supercell} is {forces[worst]:.4g} eV/Å; no "
            "crystal has that: correct the number, or the unit"
        )


def ensure_masses(masses: ArrayLike) -> None:
    """Refuse masses outside 0.1 to 400 Da.

    Raises
    ------
    DomainError
        With the atom and its mass.
    """
    values = np.asarray(masses, dtype=np.float64)
    low, high = MASSES
    wrong = np.flatnonzero(~((values >= low) & (values <= high)))
    if len(wrong):
        raise DomainError(
            f"the mass of atom {wrong[0] + 1} is {values[wrong[0]]:.4g} Da, expected "
            f"{low:g} to {high:g}"
        )


def ensure_charges(charges: NDArray[np.float64], epsilon: NDArray[np.float64]) -> None:
    """Refuse Born charges above 100 e, and dielectric tensors above 10⁴.

    Raises
    ------
    DomainError
        With the atom and its charge.
    """
    worst = _first_beyond(charges, CHARGE)
    if worst is not None:
        raise DomainError(
            f"the Born charge of atom {worst[0] + 1} is {charges[worst]:.4g} e, expected "
            f"at most {CHARGE:g}"
        )
    if _first_beyond(epsilon, 1e4) is not None:
        raise DomainError(
            f"a component of the dielectric tensor is {np.abs(epsilon).max():.4g}, "
            "expected at most 10000"
        )


def ensure_constants(constants: NDArray[np.float64], order: int) -> None:
    """Refuse force constants that are larger than those of any bond.

    Raises
    ------
    DomainError
        With the atoms and the constant.
    """
    worst = _first_beyond(constants, CONSTANTS[order])
    if worst is not None:
        atoms = ", ".join(str(i + 1) for i in worst[: constants.ndim // 2])
        raise DomainError(
            f"the force constant {atoms} is {constants[worst]:.4g} eV/Å^{order}, expected "
            f"at most {CONSTANTS[order]:g}; it is damaged, or in another unit"
        )


def _first_beyond(array: NDArray[np.float64], limit: float) -> Any:
    """Where the first number is that is larger, or none at all; None if all are well."""
    if not array.size or (array.max() <= limit and array.min() >= -limit):
        return None
    wrong = ~(np.abs(array) <= limit)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(wrong)), array.shape))
