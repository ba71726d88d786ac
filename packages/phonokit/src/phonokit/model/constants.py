"""Force constants of a crystal: solved for from its forces, or given."""

import functools
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_4ph import ForceConstants4
from phono_fc import (
    ForceConstants,
    LatticeForceConstants,
    PairDisplacementForces,
    RandomDisplacementForces,
    SingleDisplacementForces,
    SparseForceConstants3,
    cut,
    drift,
    drift_sparse,
    force_constants2,
    force_constants3,
    impose_rotations,
    lattice_drift,
    least_squares,
    sparse_force_constants3,
    symmetrize,
    symmetrize_sparse,
)
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, ensure_type
from phono_grid.nouns import ValueNoun

from phonokit.model.force_data import ForceData, SecondOrderData
from phonokit.model.masses import constants_with, forces_with
from phonokit.model.same_crystal import ensure_same_primitive
from phonokit.settings.fit import Fit
from phonokit.settings.symmetry_search import SymmetrySearch

Constants2 = ForceConstants | LatticeForceConstants
"""Second-order constants of a supercell, or on lattice vectors."""
Constants3 = ForceConstants | SparseForceConstants3 | LatticeForceConstants
"""Third-order constants of all pairs of atoms, of those within a cutoff, or on lattice
vectors."""
SupercellConstants3 = ForceConstants | SparseForceConstants3
"""Third-order constants of a supercell."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class FromForces(ValueNoun):
    """Force constants that are solved for from forces, each order when it is first wanted.

    Displaced atoms and pairs are solved by finite differences and symmetrised, random
    displacements by least squares, whose result obeys all laws. A separate supercell of
    second order alone gives the second order.

    Parameters
    ----------
    data : ForceData
    fit : Fit
    """

    data: ForceData
    fit: Fit = field(default_factory=Fit)

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("data", self.data, ForceData)
        ensure_type("fit", self.fit, Fit)

    @property
    def description(self) -> str:
        """The supercells and their displacements, for a person."""
        return self.data.description

    @property
    def search(self) -> SymmetrySearch:
        """The search for symmetry."""
        return self.fit.search

    def with_search(self, search: SymmetrySearch) -> "FromForces":
        """The same forces, symmetry found in another way."""
        fit = replace(self.fit, tolerance=search.tolerance, symmetry=search.symmetry)
        return replace(self, fit=fit)

    def with_masses(self, masses: NDArray[np.float64]) -> "FromForces":
        """The same forces on atoms of other masses, Da, (n_a,)."""
        return replace(self, data=forces_with(self.data, masses))

    @property
    def order(self) -> int:
        """The highest order the forces were computed for."""
        return self.data.order

    @property
    def supercell(self) -> Supercell:
        """The supercell of the highest order."""
        return self.data.supercell

    @property
    def primitive(self) -> Cell:
        """The primitive cell."""
        return self.data.supercell.primitive

    @property
    def phonon_supercell(self) -> Supercell:
        """The supercell of second order."""
        return self.data.second_order.supercell

    def second_order(self) -> ForceConstants:
        """Second-order constants."""
        return self.fc2

    @property
    def method(self) -> str:
        """Name of the method that solves for the constants, with the choices of the fit."""
        solver = "least squares" if self._snapshots is not None else "finite differences"
        return ", ".join(filter(None, [solver, self.fit.description]))

    @functools.cached_property
    def fc2(self) -> ForceConstants:
        """Second-order constants."""
        if self.data.phonon is None and self._snapshots is not None:
            constants = self._joint_fit[2]
        else:
            constants = self._second(self.data.second_order)
        return self._rotated(constants) if self.fit.rotational else constants

    def _rotated(self, constants: ForceConstants) -> ForceConstants:
        """Constants that rotations of the whole crystal leave as they are."""
        if self.data.born is not None:
            raise DomainError(
                "rotational: sums over vectors do not end where there are dipoles; leave "
                "it out for a crystal with Born charges"
            )
        return impose_rotations(constants)

    def third_order(self) -> SupercellConstants3:
        """Third-order constants, solved for at every call: they may be large.

        An error if the forces were not computed for them.
        """
        ensure_third_order(self.data.order)
        cutoff = self.fit.fc3_cutoff
        if self._snapshots is not None:
            fitted = self._joint_fit[3]
            if self.fit.sparse:
                return SparseForceConstants3.of(fitted, cutoff=cutoff)
            return fitted
        if self.fit.sparse and cutoff is not None:
            return self._sparse(cutoff)
        third = self._third()
        if cutoff is None:
            return third
        return cut(third, cutoff, restore=self.fit.symmetrize)

    @functools.cached_property
    def _snapshots(self) -> RandomDisplacementForces | None:
        """The displacements of all atoms that are fitted, if any are."""
        data = self.data.as_snapshots() if self.fit.least_squares else self.data
        return data.snapshots

    @functools.cached_property
    def _joint_fit(self) -> dict[int, ForceConstants]:
        """One fit gives all orders: cubic terms are in the forces, wanted or not."""
        assert self._snapshots is not None  # or nobody would ask
        orders, cutoff = tuple(range(2, self.data.order + 1)), self.fit.fc3_cutoff
        cutoffs = {3: cutoff} if cutoff is not None and self.data.order == 3 else None
        return least_squares(
            self.data.supercell,
            self._snapshots,
            orders=orders,
            cutoffs=cutoffs,
            **self._least_squares_symmetry(self.data.supercell),
        )

    def _least_squares_symmetry(self, supercell: Supercell) -> dict[str, Any]:
        """The symmetry of a least-squares fit, if it is not the usual one."""
        if self.search == SymmetrySearch():
            return {}
        if self.search.symmetry:
            return {"symprec": self.search.tolerance}
        return {"symmetry": self.search.of_supercell(supercell)}

    def _second(self, data: SecondOrderData) -> ForceConstants:
        """Solve the data of second order alone."""
        forces = data.forces
        if isinstance(forces, SingleDisplacementForces) and self.fit.least_squares:
            forces = RandomDisplacementForces.of(forces, None)
        if not isinstance(forces, SingleDisplacementForces):
            told = self._least_squares_symmetry(data.supercell)
            return least_squares(data.supercell, forces, orders=(2,), **told)[2]
        symmetry = self.search.of_supercell(data.supercell)
        constants = force_constants2(data.supercell, symmetry, forces)
        return symmetrize(constants) if self.fit.symmetrize else constants

    def _third(self) -> ForceConstants:
        """Solve displaced pairs, whose constants are all kept."""
        singles, pairs = pair_data(self.data)
        symmetry = self.search.of_supercell(self.data.supercell)
        constants = force_constants3(
            self.data.supercell, symmetry, singles, pairs, cutoff=self.data.pair_cutoff
        )
        return symmetrize(constants) if self.fit.symmetrize else constants

    def _sparse(self, cutoff: float) -> SparseForceConstants3:
        """Solve displaced pairs within a cutoff: no others are ever in memory."""
        data = self.data
        if data.pair_cutoff is not None and cutoff > data.pair_cutoff:
            raise DomainError(
                f"fc3_cutoff: {cutoff:g} Å, but the data have no pairs from "
                f"{data.pair_cutoff:.3f} Å on; take a smaller one, or compute more pairs"
            )
        singles, pairs = pair_data(data)
        symmetry = self.search.of_supercell(data.supercell)
        blocks = sparse_force_constants3(
            data.supercell, symmetry, singles, pairs, cutoff=cutoff
        )
        return symmetrize_sparse(blocks) if self.fit.symmetrize else blocks


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Given(ValueNoun):
    """Force constants that somebody has solved for already.

    Parameters
    ----------
    fc2 : ForceConstants or LatticeForceConstants, optional
    third : ForceConstants, SparseForceConstants3 or LatticeForceConstants, optional
        Of the same primitive cell. One of the two orders must be there.
    method : str
        How they were solved for, "" if nobody knows.
    search : SymmetrySearch
        How symmetry is found, where calculations want it.
    """

    fc2: Constants2 | None
    third: Constants3 | None = None
    method: str = ""
    search: SymmetrySearch = field(default_factory=SymmetrySearch)

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("search", self.search, SymmetrySearch)
        if self.fc2 is not None:
            ensure_type("fc2", self.fc2, ForceConstants, LatticeForceConstants)
            if self.fc2.order != 2:
                raise DomainError(f"fc2: expected order 2, got order {self.fc2.order}")
        if self.third is None:
            if self.fc2 is None:
                ensure_type("fc2", self.fc2, ForceConstants, LatticeForceConstants)
            return
        kinds = ForceConstants, SparseForceConstants3, LatticeForceConstants
        ensure_type("fc3", self.third, *kinds)
        if self.third.order != 3:
            raise DomainError(f"fc3: expected order 3, got order {self.third.order}")
        if self.fc2 is not None:
            ensure_same_primitive("fc3", primitive_of(self.third), primitive_of(self.fc2))

    def with_search(self, search: SymmetrySearch) -> "Given":
        """The same constants, symmetry found in another way."""
        return replace(self, search=search)

    def with_masses(self, masses: NDArray[np.float64]) -> "Given":
        """The same constants of atoms of other masses, Da, (n_a,)."""
        fc2 = None if self.fc2 is None else constants_with(self.fc2, masses)
        third = None if self.third is None else constants_with(self.third, masses)
        return replace(self, fc2=fc2, third=third)

    @property
    def order(self) -> int:
        """The highest order there is."""
        return 2 if self.third is None else 3

    @property
    def primitive(self) -> Cell:
        """The primitive cell."""
        given = self.third if self.fc2 is None else self.fc2
        assert given is not None  # or the constructor would have refused
        return primitive_of(given)

    @property
    def supercell(self) -> Supercell:
        """The supercell of the highest order; an error if nobody knows one."""
        return supercell_of(self.second_order() if self.third is None else self.third)

    @property
    def phonon_supercell(self) -> Supercell:
        """The supercell of second order; an error if nobody knows one."""
        return supercell_of(self.second_order())

    @property
    def description(self) -> str:
        """Orders and supercells, for a person."""
        sizes = []
        for order, given in ((3, self.third), (2, self.fc2)):
            if isinstance(given, LatticeForceConstants):
                reach = f"{given.range:.2f} Å on lattice vectors"
                sizes.append(f"order {order} up to {reach}")
            elif given is not None:
                n = given.supercell.cell.n_atoms
                text = f"{n} atoms"
                if sizes and text not in sizes:
                    text = f"second order {text}"
                if text not in sizes:
                    sizes.append(text)
        orders = " and ".join(str(n) for n, c in ((2, self.fc2), (3, self.third)) if c)
        return f"{'; '.join(sizes)}, force constants of order {orders}"

    def second_order(self) -> Constants2:
        """Second-order constants; an error if there are none."""
        if self.fc2 is None:
            raise DomainError(
                "fc2: the crystal has third-order constants alone; phonons need those of "
                "second order too, fc2="
            )
        return self.fc2

    def third_order(self) -> Constants3:
        """Third-order constants; an error if there are none."""
        if self.third is None:
            raise DomainError(
                "fc3: the crystal has second-order constants alone; third order needs "
                "constants of its own, fc3=, or forces of displaced pairs of atoms"
            )
        return self.third


def primitive_of(constants: Constants3) -> Cell:
    """The primitive cell of constants."""
    if isinstance(constants, LatticeForceConstants):
        return constants.cell
    return constants.supercell.primitive


def supercell_of(constants: Constants3) -> Supercell:
    """The supercell of constants, which must have one."""
    if isinstance(constants, LatticeForceConstants):
        raise DomainError(
            "supercell: the constants are on lattice vectors and have none; ask for those "
            "of a supercell, or take crystal.primitive"
        )
    return constants.supercell


def drifts_of(constants: Constants3) -> NDArray[np.float64]:
    """Deviation of each index from the sum rule, eV/Å² or eV/Å³."""
    if isinstance(constants, LatticeForceConstants):
        # Averaged over origins, shares of images obey it at the zone centre alone.
        return lattice_drift(constants, at_zone_centre=constants.order > 2)
    if isinstance(constants, SparseForceConstants3):
        return drift_sparse(constants)
    return drift(constants)


def ensure_third_order(order: int) -> None:
    """Require data that were made for third order."""
    if order < 3:
        raise DomainError(
            "the data are of second order alone; third order needs displaced pairs of "
            "atoms or random displacements, which phonokit.displace makes with "
            "second_order=False"
        )


def ensure_fourth_order(constants: ForceConstants4, cell: Cell) -> None:
    """Require fourth-order constants of a primitive cell."""
    ensure_type("fc4", constants, ForceConstants4)
    if constants.n_atoms > cell.n_atoms or not np.allclose(
        constants.lattice, cell.lattice, atol=1e-3
    ):
        raise DomainError(
            f"fc4: its {constants.n_atoms} atoms and its lattice vectors are not those of "
            f"the primitive cell, of {cell.n_atoms} atoms; give constants of that cell, in "
            "its axes"
        )


def pair_data(data: ForceData) -> tuple[SingleDisplacementForces, PairDisplacementForces]:
    """Displaced atoms and pairs of data that have them."""
    if data.singles is None or data.pairs is None:
        raise DomainError("the data have no displaced pairs of atoms")
    return data.singles, data.pairs
