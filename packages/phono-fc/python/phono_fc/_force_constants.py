"""Force constants of any order on a supercell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell
from phono_grid.calculators import calculator_units
from phono_grid.errors import DomainError, as_numbers, ensure_finite, ensure_type, frozen
from phono_grid.nouns import ValueNoun

from phono_fc._compact_storage import compact_values, full_values


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForceConstants(ValueNoun):
    r"""Compact force constants: the first atom in the primitive cell.

    .. math::

        \Phi_{\alpha\beta}(k, s) =
            \frac{\partial^2 E}{\partial u_{k\alpha} \partial u_{s\beta}}, \qquad
        \Phi_{\alpha\beta\gamma}(k, s, t) =
            \frac{\partial^3 E}
                 {\partial u_{k\alpha} \partial u_{s\beta} \partial u_{t\gamma}}

    Parameters
    ----------
    values : (n_a, n_s, 3, 3) or (n_a, n_s, n_s, 3, 3, 3) array_like
        ``Φ[k, s, α, β]`` in eV/Å² or ``Φ[k, s, t, α, β, γ]`` in eV/Å³; primitive atom ``k``
        stands for supercell atom ``supercell.primitive_to_supercell[k]``.
    supercell : Supercell
    """

    values: NDArray[np.float64]
    supercell: Supercell

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("supercell", self.supercell, Supercell)
        values = as_numbers(self.values, "values")
        order = values.ndim // 2
        if order < 2 or values.ndim % 2:
            raise DomainError(
                f"values: expected as many atom axes as Cartesian axes, at least two, got "
                f"{values.ndim} axes"
            )
        n_a, n_s = self.supercell.primitive.n_atoms, self.supercell.cell.n_atoms
        shape = (n_a, *[n_s] * (order - 1), *[3] * order)
        values = frozen(values, "values", shape=shape)
        ensure_finite("values", values)
        object.__setattr__(self, "values", values)

    @classmethod
    def from_phonopy(cls, phonon: Any) -> "ForceConstants":
        """Take second-order constants of a ``Phonopy`` object, compact or full.

        Parameters
        ----------
        phonon : phonopy.Phonopy
            Its attributes ``force_constants``, ``supercell``, ``primitive`` and
            ``calculator`` are read; the last one says which units they have.

        Raises
        ------
        DomainError
            If it has no force constants, or full ones that differ between copies of an
            atom.
        """
        supercell = Supercell.from_phonopy(phonon)
        values = _values_of(phonon, "force_constants", "produce_force_constants()")
        return cls._from_phonopy_values(phonon, values, supercell)

    @classmethod
    def from_phono3py(cls, phonon: Any, order: int = 3) -> "ForceConstants":
        """Take constants of a ``Phono3py`` object, compact or full.

        Parameters
        ----------
        phonon : phono3py.Phono3py
            Its attributes ``fc2`` or ``fc3``, ``supercell``, ``primitive``,
            ``phonon_supercell``, ``phonon_primitive`` and ``calculator`` are read; the
            last one says which units they have.
        order : int
            2 or 3.

        Raises
        ------
        DomainError
            If it has no such force constants, or full ones that differ between copies of
            an atom.
        """
        supercell = Supercell.from_phono3py(phonon, order)
        values = _values_of(phonon, f"fc{order}", f"produce_fc{order}()")
        primitive = phonon.primitive if order == 3 else phonon.phonon_primitive
        if len(values) == supercell.primitive.n_atoms:
            # Rows are those of its own primitive cell, ours may have another order.
            row_of_atom = {int(atom): row for row, atom in enumerate(primitive.p2s_map)}
            rows = [row_of_atom[int(atom)] for atom in supercell.primitive_to_supercell]
            values = values if rows == list(range(len(rows))) else values[rows]
        return cls._from_phonopy_values(phonon, values, supercell)

    @classmethod
    def _from_phonopy_values(
        cls, phonon: Any, values: NDArray[np.float64], supercell: Supercell
    ) -> "ForceConstants":
        """Make constants of an array in the units of the object's calculator."""
        units = calculator_units(getattr(phonon, "calculator", None))
        if len(values) != supercell.primitive.n_atoms:
            values = compact_values(values, supercell)
        factor = units.force_constants(values.ndim // 2)
        return cls(values if factor == 1 else values * factor, supercell)

    def to_full(self) -> NDArray[np.float64]:
        """The constants with every supercell atom as the first one, see `expand`."""
        return full_values(self.values, self.supercell)

    def __repr__(self) -> str:
        """Order and supercell: ``ForceConstants(order 2, Supercell(…))``."""
        return f"ForceConstants(order {self.order}, {self.supercell})"

    @property
    def order(self) -> int:
        """2 for harmonic, 3 for cubic constants."""
        return self.values.ndim // 2


def _values_of(phonon: Any, name: str, remedy: str) -> NDArray[np.float64]:
    """An array of force constants of an object."""
    values = getattr(phonon, name, None)
    if values is None:
        raise DomainError(
            f"phonon has no {name}; call its method {remedy}, or set phonon.{name}"
        )
    return as_numbers(values, f"phonon.{name}")
