"""Force constants of any order on a supercell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell
from phono_grid.errors import DomainError, ensure_finite, frozen
from phono_grid.nouns import ValueNoun


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
        values = np.asarray(self.values)
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

    def __repr__(self) -> str:
        """Order and supercell: ``ForceConstants(order 2, Supercell(…))``."""
        return f"ForceConstants(order {self.order}, {self.supercell})"

    @property
    def order(self) -> int:
        """2 for harmonic, 3 for cubic constants."""
        return self.values.ndim // 2
