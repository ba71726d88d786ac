"""Neutron scattering by atoms: bound scattering lengths and cross-sections."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, ValueNoun
from phono_grid.errors import DomainError, PhonoError, ensure_type, finite, frozen

from phonokit.model.formula import formula_of

SAME_MASS = 0.02
"""Da; how near a mass must be to that of an isotope to be one of it."""
SPREAD = 5e-3
"""Relative; tables of standard masses differ by less."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class NeutronData(ValueNoun):
    """Bound scattering lengths and cross-sections of the atoms of a primitive cell.

    Parameters
    ----------
    scattering_lengths : (n_a,) array_like
        Coherent, fm.
    incoherent : (n_a,) array_like
        Incoherent cross-sections, barn.
    """

    scattering_lengths: NDArray[np.float64]
    incoherent: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        b = finite(self.scattering_lengths, "scattering_lengths", ("n_a",))
        sigma = finite(self.incoherent, "incoherent", (len(b),))
        if (sigma < 0).any():
            raise DomainError(f"incoherent must not be negative, got {sigma.min():g} barn")
        object.__setattr__(self, "scattering_lengths", frozen(b, "scattering_lengths"))
        object.__setattr__(self, "incoherent", frozen(sigma, "incoherent"))

    @classmethod
    def of(cls, cell: Cell, lengths: Mapping[str, float] | None = None) -> "NeutronData":
        """Scattering lengths of the elements of a cell, from the tables of periodictable.

        An atom whose mass is that of an isotope, and not the standard one, is that isotope.

        Parameters
        ----------
        cell : Cell
        lengths : mapping, optional
            Coherent scattering lengths by symbol, fm, in place of those of the tables;
            their elements have no incoherent cross-section.

        Raises
        ------
        DomainError
            If a symbol is not one of the cell's, or an element has no scattering length.
        PhonoError
            If periodictable is needed and not installed.
        """
        ensure_type("cell", cell, Cell)
        given = {} if lengths is None else lengths
        ensure_type("scattering_lengths", given, Mapping)
        unknown = set(given) - {*cell.symbols, *map(_element, cell.symbols)}
        if unknown:
            raise DomainError(
                f"scattering_lengths: there is no {', '.join(map(str, unknown))} in "
                f"{formula_of(cell)}"
            )
        pairs = []
        for symbol, mass in zip(cell.symbols, cell.masses.tolist(), strict=True):
            own = given.get(symbol, given.get(_element(symbol)))
            pairs.append(_tabulated(symbol, mass) if own is None else (own, 0.0))
        b, sigma = zip(*pairs, strict=True)
        return cls(scattering_lengths=np.array(b), incoherent=np.array(sigma))


def _element(symbol: str) -> str:
    """A symbol without the number that tells atoms apart."""
    return symbol.rstrip("0123456789") or symbol


def _tabulated(symbol: str, mass: float) -> tuple[float, float]:
    """Scattering length, fm, and incoherent cross-section, barn, of an atom."""
    try:
        import periodictable
    except ImportError:
        raise PhonoError(
            "scattering lengths that are not given need periodictable; install "
            "phonokit[neutrons], or give them"
        ) from None
    element: Any = periodictable.elements.symbol(_element(symbol))
    if abs(mass - element.mass) > SPREAD * element.mass:
        number = round(mass)
        if number in element.isotopes and abs(element[number].mass - mass) < SAME_MASS:
            element = element[number]
    neutron = element.neutron
    if neutron.b_c is None:
        raise DomainError(
            f"scattering_lengths: the tables have none for {symbol} of {mass:g} Da; give it"
        )
    return float(neutron.b_c), float(neutron.incoherent or 0.0)
