"""A crystal: a lattice with atoms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid import _foreign_cells
from phono_grid._elements import are_numbers, labelled_number, number_of, symbol_of
from phono_grid._isotopes import ensure_symbols, standard_masses
from phono_grid.calculators import calculator_units
from phono_grid.errors import DomainError, as_numbers, ensure_finite, frozen
from phono_grid.nouns import ValueNoun, short

SAME_MASS = 1e-4
"""Da; masses that agree to this are those of one isotope."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cell(ValueNoun):
    """Atoms in a periodic cell.

    Parameters
    ----------
    lattice : (3, 3) array_like
        Lattice vectors in rows, Å; right-handed.
    positions : (n_a, 3) array_like
        Fractional coordinates.
    symbols : n_a strings
        Chemical symbols. Atoms with different symbols are different to symmetry.
    masses : (n_a,) array_like
        Da. Atoms of one symbol with different masses are different to symmetry too.
    magnetic_moments : (n_a,) or (n_a, 3) array_like, optional
        Magnetic moments of the atoms, collinear or Cartesian vectors, in any unit. They
        lower the symmetry.

    Raises
    ------
    DomainError
        If the lattice has no volume or is left-handed, a mass is not positive, a number is
        not finite, or there are no atoms.
    ShapeError
        If an array has the wrong shape or is not one of numbers.
    """

    lattice: NDArray[np.float64]
    positions: NDArray[np.float64]
    symbols: tuple[str, ...]
    masses: NDArray[np.float64]
    magnetic_moments: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_symbols(self.symbols)
        n_a = len(self.symbols)
        if n_a == 0:
            raise DomainError("symbols: a cell needs at least one atom")
        arrays = {
            "lattice": frozen(self.lattice, "lattice", shape=(3, 3)),
            "positions": frozen(self.positions, "positions", shape=(n_a, 3)),
            "masses": frozen(self.masses, "masses", shape=(n_a,)),
        }
        if self.magnetic_moments is not None:
            moments = as_numbers(self.magnetic_moments, "magnetic_moments")
            vectors = moments.ndim == 2
            shape = (n_a, 3) if vectors else (n_a,)
            arrays["magnetic_moments"] = frozen(moments, "magnetic_moments", shape=shape)
        for name, array in arrays.items():
            ensure_finite(name, array)
            object.__setattr__(self, name, array)
        object.__setattr__(self, "symbols", tuple(str(s) for s in self.symbols))
        volume = np.linalg.det(self.lattice)
        if not volume > 1e-10:
            raise DomainError(
                f"lattice must be right-handed with a volume, got {volume:g} Å³; "
                "exchange two lattice vectors if it is negative"
            )
        if not (self.masses > 0).all():
            raise DomainError(f"masses must be positive, got {self.masses.min():g}")

    @classmethod
    def of(
        cls, lattice: ArrayLike, positions: ArrayLike, symbols: Sequence[str | int]
    ) -> "Cell":
        """Make a cell of natural elements, with their standard masses.

        Parameters
        ----------
        lattice : (3, 3) array_like
            Lattice vectors in rows, Å.
        positions : (n_a, 3) array_like
            Fractional coordinates.
        symbols : n_a strings or integers
            Chemical symbols or atomic numbers.

        Raises
        ------
        DomainError
            If a symbol or a number is not that of an element with a standard mass, or the
            lattice or the positions are refused, see `Cell`.
        """
        if not np.iterable(symbols):
            raise DomainError(
                f"symbols must be a list of chemical symbols, got {symbols!r}"
            )
        names = symbols
        if are_numbers(symbols):
            names = [symbol_of(number) for number in symbols]
        # `standard_masses` refuses what is no symbol, which mypy cannot know.
        masses = standard_masses(names)  # type: ignore[arg-type]
        return cls(lattice, positions, tuple(names), masses)  # type: ignore[arg-type]

    @classmethod
    def from_spglib(cls, cell: Sequence[Any]) -> "Cell":
        """Make a cell of natural elements from spglib's tuple.

        Parameters
        ----------
        cell : tuple
            ``(lattice, positions, numbers)``, or with magnetic moments in fourth place.
            Numbers are atomic numbers; thousands of them are labels that tell atoms of one
            element apart: 26 is ``Fe``, 2026 is ``Fe2``.

        Raises
        ------
        DomainError
            If it is no such tuple or a number is not that of an element.
        """
        if not isinstance(cell, list | tuple) or len(cell) not in (3, 4):
            raise DomainError(
                "cell must be a tuple (lattice, positions, numbers) with or without "
                f"magnetic moments, got {short(cell)}"
            )
        lattice, positions, numbers, *moments = cell
        numbers = as_numbers(numbers, "numbers", np.int64, ("n_a",))
        symbols = tuple(symbol_of(number, "numbers") for number in numbers)
        masses = standard_masses(symbols)
        return cls(lattice, positions, symbols, masses, moments[0] if moments else None)

    def to_spglib(self) -> tuple[Any, ...]:
        """The tuple that functions of spglib take; see `from_spglib`."""
        numbers = np.array([labelled_number(symbol) for symbol in self.symbols])
        cell = (self.lattice, self.positions, numbers)
        return cell if self.magnetic_moments is None else (*cell, self.magnetic_moments)

    @classmethod
    def from_ase(cls, atoms: Any) -> "Cell":
        """Make a cell of ``ase.Atoms``, with its masses and initial magnetic moments.

        Raises
        ------
        DomainError
            If it is not periodic along all axes, has ghost atoms, or sites that are
            occupied in part.
        """
        return cls(**_foreign_cells.from_ase(atoms))

    def to_ase(self) -> Any:
        """``ase.Atoms`` with the same masses; labels of symbols (``Fe2``) are lost."""
        return _foreign_cells.to_ase(self)

    @classmethod
    def from_pymatgen(cls, structure: Any) -> "Cell":
        """Make a cell of a ``pymatgen.core.Structure``.

        Masses are those of the site property ``phonopy_masses``, or of the species (a site
        of deuterium weighs 2 Da); magnetic moments those of the site property ``magmom``,
        or the spins of the species.

        Raises
        ------
        DomainError
            If sites are occupied in part or by dummy species.
        """
        return cls(**_foreign_cells.from_pymatgen(structure))

    def to_pymatgen(self) -> Any:
        """``pymatgen.core.Structure``, see `from_pymatgen`; labels of symbols are lost."""
        return _foreign_cells.to_pymatgen(self)

    @classmethod
    def from_phonopy(cls, atoms: Any, *, calculator: str | None = None) -> "Cell":
        """Make a cell of ``PhonopyAtoms``, with its masses and magnetic moments.

        Parameters
        ----------
        atoms : PhonopyAtoms
            Such as ``phonon.unitcell``, ``phonon.supercell`` or ``phonon.primitive``.
        calculator : str, optional
            ``phonon.calculator``, which says whether lengths are in Å or in Bohr radii.
        """
        fields = _foreign_cells.from_phonopy(atoms)
        length = calculator_units(calculator).length
        fields["lattice"] = as_numbers(fields["lattice"], "lattice") * length
        return cls(**fields)

    def to_phonopy(self) -> Any:
        """``PhonopyAtoms`` of the same symbols, masses and magnetic moments, in Å."""
        return _foreign_cells.to_phonopy(self)

    def __repr__(self) -> str:
        """Formula and the shape of the lattice: ``Cell(Si2, 3.84 × 3.84 × 3.84 Å, …)``."""
        a, b, c = lengths = np.linalg.norm(self.lattice, axis=1)
        cosines = self.lattice @ self.lattice.T / np.outer(lengths, lengths)
        pairs = ((1, 2), (0, 2), (0, 1))
        alpha, beta, gamma = (np.degrees(np.arccos(cosines[pair])) for pair in pairs)
        magnetic = "" if self.magnetic_moments is None else ", magnetic"
        return (
            f"Cell({self.formula}, {a:.6g} × {b:.6g} × {c:.6g} Å, "
            f"{alpha:.5g}° {beta:.5g}° {gamma:.5g}°{magnetic})"
        )

    @property
    def n_atoms(self) -> int:
        """Number of atoms ``n_a``."""
        return len(self.symbols)

    @property
    def volume(self) -> float:
        """Å³."""
        return float(np.linalg.det(self.lattice))

    @property
    def reciprocal_lattice(self) -> NDArray[np.float64]:
        """Reciprocal lattice vectors in rows, 1/Å, without 2π."""
        return np.ascontiguousarray(np.linalg.inv(self.lattice).T)

    @property
    def species(self) -> NDArray[np.int64]:
        """A number for each distinct symbol, in order of first appearance, from 1."""
        order = {s: i + 1 for i, s in enumerate(dict.fromkeys(self.symbols))}
        return np.array([order[s] for s in self.symbols], dtype=np.int64)

    @property
    def atomic_numbers(self) -> NDArray[np.int64]:
        """The number of each atom's element, whatever its label."""
        return np.array([number_of(symbol) for symbol in self.symbols], dtype=np.int64)

    @property
    def kinds(self) -> NDArray[np.int64]:
        """A number for each distinct symbol, mass and magnetic moment, from 1."""
        if self.magnetic_moments is None:
            return self.isotopes
        moments = np.rint(self.magnetic_moments.reshape(self.n_atoms, -1) * 1e4)
        return _numbered(np.column_stack([self.isotopes, moments]))

    @property
    def isotopes(self) -> NDArray[np.int64]:
        """A number for each distinct symbol and mass, in order of first appearance."""
        masses = np.rint(self.masses / SAME_MASS)
        return _numbered(np.column_stack([self.species, masses]))

    @property
    def formula(self) -> str:
        """Like ``Na4Cl4``: elements, whatever labels tell their atoms apart (Fe1, Fe2)."""
        count: dict[str, int] = {}
        for label in self.symbols:
            symbol = label.rstrip("0123456789") or label
            count[symbol] = count.get(symbol, 0) + 1
        return "".join(f"{s}{n if n > 1 else ''}" for s, n in count.items())


def _numbered(rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """A number for each distinct row, in order of first appearance, from 1."""
    _, first, kinds = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return np.asarray(order[kinds.ravel()] + 1, dtype=np.int64)


def cell_of(
    lattice: NDArray[np.float64],
    positions: NDArray[np.float64],
    like: Cell,
    atoms: Sequence[int] | NDArray[np.int64],
) -> Cell:
    """A cell whose atoms are of the kinds of ``like``'s ``atoms``."""
    symbols = tuple(like.symbols[i] for i in atoms)
    rows = np.asarray(atoms)
    moments = None if like.magnetic_moments is None else like.magnetic_moments[rows]
    return Cell(lattice, positions, symbols, like.masses[rows], moments)
