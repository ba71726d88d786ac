"""A crystal and the forces in its displaced supercells."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_fc import (
    PairDisplacementForces,
    RandomDisplacementForces,
    SingleDisplacementForces,
)
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, ShapeError, ensure_type, finite
from phono_grid.fingerprints import fingerprint
from phono_grid.nouns import ValueNoun

from phonokit.model.dipoles import Dipoles
from phonokit.model.displaced_supercells import (
    AnySupercells,
    DisplacedSupercells,
    RandomSupercells,
)
from phonokit.model.formula import formula_of
from phonokit.model.provenance import InputFile
from phonokit.model.same_crystal import ensure_same_primitive


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class SecondOrderData(ValueNoun):
    """A supercell and the forces that its second-order constants come from.

    Parameters
    ----------
    supercell : Supercell
    forces : SingleDisplacementForces or RandomDisplacementForces
        Å, eV/Å
    """

    supercell: Supercell
    forces: SingleDisplacementForces | RandomDisplacementForces

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("supercell", self.supercell, Supercell)
        ensure_type(
            "forces", self.forces, SingleDisplacementForces, RandomDisplacementForces
        )
        ensure_size("forces", self.forces.forces, self.supercell)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class ForceData(ValueNoun):
    """A crystal and the forces in its displaced supercells.

    `phonokit.read` makes one of files, `from_supercells` of arrays.

    Parameters
    ----------
    unit_cell : Cell
    supercell : Supercell
        Rebuilt from the unit cell and the matrices of the file; of third order where second
        order has its own.
    singles : SingleDisplacementForces or None
        Å, eV/Å; None where all atoms are displaced at once.
    pairs : PairDisplacementForces or None
        Without pairs beyond the cutoff; None for second order alone.
    pair_cutoff : float or None
        Å; pairs this far apart or farther were left out. Between the distances of the
        farthest pair that is there and of the nearest one that is not.
    born : Dipoles or None
        Born effective charges, None where there are none.
    calculator : str
        The program the forces come from, "" if the file does not say.
    files : tuple of InputFile
    snapshots : RandomDisplacementForces or None
        Random displacements, in place of singles and pairs.
    phonon : SecondOrderData or None
        A supercell of second order alone, of the same primitive cell.
    order : int
        The highest order the data were made for, 2 or 3.
    """

    unit_cell: Cell
    supercell: Supercell
    singles: SingleDisplacementForces | None = None
    pairs: PairDisplacementForces | None = None
    pair_cutoff: float | None = None
    born: Dipoles | None = None
    calculator: str = ""
    files: tuple[InputFile, ...] = ()
    snapshots: RandomDisplacementForces | None = None
    phonon: SecondOrderData | None = None
    order: int = 3

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("unit_cell", self.unit_cell, Cell)
        ensure_type("supercell", self.supercell, Supercell)
        if (self.singles is None) == (self.snapshots is None):
            raise DomainError("expected either single displacements or snapshots")
        if self.order not in (2, 3):
            raise DomainError(f"order must be 2 or 3, got {self.order}")
        for name, kind in KINDS.items():
            dataset = getattr(self, name)
            if dataset is not None:
                ensure_type(name, dataset, kind)
                ensure_size(f"{name}.forces", dataset.forces, self.supercell)
        if self.phonon is not None:
            ensure_type("phonon", self.phonon, SecondOrderData)
            own = self.phonon.supercell.primitive
            ensure_same_primitive("phonon", own, self.supercell.primitive)
        if self.born is not None:
            ensure_type("born", self.born, Dipoles)

    @classmethod
    def from_supercells(
        cls,
        supercells: AnySupercells,
        forces: ArrayLike,
        *,
        phonon_forces: ArrayLike | None = None,
        born: Dipoles | None = None,
        calculator: str = "",
        files: tuple[InputFile, ...] = (),
    ) -> "ForceData":
        """Put displaced supercells and their forces together, without any file.

        Parameters
        ----------
        supercells : DisplacedSupercells or RandomSupercells
            See `phonokit.displace`.
        forces : (n, n_s, 3) array_like
            eV/Å, of all supercells or of those within the cutoff, in their order; see
            `phonokit.compute_forces`.
        phonon_forces : (n, n_s, 3) array_like, optional
            The same of ``supercells.phonon``, the separate supercell of second order.
        born : Dipoles, optional
            Born charges.
        calculator : str
            The program the forces come from.
        files : tuple of InputFile
            All that was read.

        Raises
        ------
        ShapeError
            If there are not as many forces as supercells, or not on as many atoms.
        DomainError
            If a force is not a finite number, or only one of ``supercells.phonon`` and
            ``phonon_forces`` is there.
        """
        ensure_type("supercells", supercells, DisplacedSupercells, RandomSupercells)
        if (supercells.phonon is None) != (phonon_forces is None):
            raise DomainError(
                "phonon_forces: give the forces in supercells.phonon, the separate "
                "supercell of second order, if and only if there is one"
            )
        phonon = None
        if supercells.phonon is not None and phonon_forces is not None:
            own = _datasets(supercells.phonon, phonon_forces, "phonon_forces")
            second = own.get("singles") or own["snapshots"]
            assert not isinstance(second, PairDisplacementForces)  # of order 2
            phonon = SecondOrderData(supercell=supercells.phonon.supercell, forces=second)
        return cls(
            unit_cell=supercells.unit_cell,
            supercell=supercells.supercell,
            # Each kind of data under the name of its field, of several types.
            **_datasets(supercells, forces, "forces"),  # type: ignore[arg-type]
            pair_cutoff=getattr(supercells, "cutoff", None),
            phonon=phonon,
            order=supercells.order,
            born=born,
            calculator=calculator,
            files=files,
        )

    @property
    def second_order(self) -> SecondOrderData:
        """The data that second-order constants come from."""
        if self.phonon is not None:
            return self.phonon
        forces = self.singles if self.snapshots is None else self.snapshots
        assert forces is not None  # established above
        return SecondOrderData(supercell=self.supercell, forces=forces)

    def as_snapshots(self) -> "ForceData":
        """The same data for least squares: displaced atoms and pairs become snapshots."""
        if self.singles is None:
            return self
        snapshots = RandomDisplacementForces.of(self.singles, self.pairs)
        return replace(
            self, singles=None, pairs=None, pair_cutoff=None, snapshots=snapshots
        )

    @property
    def content(self) -> list[tuple[str, object]]:
        """All that numbers depend on, by name; neither charges nor where the files are."""
        names = [f.name for f in fields(self) if f.name not in ("files", "born")]
        return [(name, getattr(self, name)) for name in names]

    @property
    def fingerprint(self) -> str:
        """A hash of cells, displacements and forces."""
        return fingerprint(self.content)

    @property
    def cells_fingerprint(self) -> str:
        """A hash of the supercells."""
        return cells_fingerprint(self.supercell, self.second_order.supercell)

    @property
    def forces_fingerprint(self) -> str:
        """A hash of displacements and forces."""
        own = None if self.phonon is None else self.phonon.forces
        parts = (self.singles, self.pairs, self.pair_cutoff, self.snapshots, own)
        return fingerprint(list(parts))

    @property
    def description(self) -> str:
        """Atoms and displacements, for a person."""
        text = f"{self.supercell.cell.n_atoms} atoms, {self._count}"
        if self.phonon is not None:
            n, n_s = len(self.phonon.forces), self.phonon.supercell.cell.n_atoms
            text += f"; second order {n_s} atoms, {n} displacement{'s' if n > 1 else ''}"
        return text

    @property
    def _count(self) -> str:
        """Number and kind of the displacements, in words."""
        if self.snapshots is not None:
            return f"{len(self.snapshots)} random displacements"
        n = len(self.singles or ())
        if self.pairs is None:
            return f"{n} displacement{'s' if n > 1 else ''}"
        return f"{n} + {len(self.pairs)} displacements"

    def __repr__(self) -> str:
        """Formula, atoms and displacements."""
        formula = formula_of(self.supercell.primitive)
        return f"ForceData({formula}, {self.description})"


def cells_fingerprint(supercell: Supercell, phonon: Supercell) -> str:
    """A hash of supercells and primitive cell, to the 1e-8 that text files keep.

    Parameters
    ----------
    supercell, phonon : Supercell
        The highest order and second order.
    """
    return fingerprint(
        [
            part
            for cells in (supercell, phonon)
            for cell in (cells.cell, cells.primitive)
            for part in (
                cell.symbols,
                *(np.round(x, 8) + 0.0 for x in (cell.lattice, cell.masses)),
                np.round(cell.positions, 8) + 0.0,
            )
        ]
    )


KINDS = {
    "singles": SingleDisplacementForces,
    "pairs": PairDisplacementForces,
    "snapshots": RandomDisplacementForces,
}
"""Data sets of a crystal, by name."""
Dataset = SingleDisplacementForces | PairDisplacementForces | RandomDisplacementForces


def ensure_size(name: str, forces: NDArray[np.float64], supercell: Supercell) -> None:
    """Require forces on every atom of a supercell."""
    n_s = supercell.cell.n_atoms
    if forces.shape[1:] != (n_s, 3):
        raise ShapeError(
            f"{name}: expected forces on the {n_s} atoms of the supercell, got shape "
            f"{forces.shape}"
        )


def _datasets(
    supercells: AnySupercells, forces: ArrayLike, name: str
) -> dict[str, Dataset]:
    """The data sets of displaced supercells, forces of excluded pairs left out."""
    values = finite(forces, name, ("n", supercells.supercell.cell.n_atoms, 3))
    included = supercells.included
    if len(values) == len(included):
        values = values if included.all() else values[included]
    elif len(values) != included.sum():
        counts = dict.fromkeys((len(included), int(included.sum())))
        raise ShapeError(
            f"{name}: expected forces in {' or '.join(map(str, counts))} supercells, got "
            f"{len(values)}"
        )
    if isinstance(supercells, RandomSupercells):
        u = supercells.displacements
        return {"snapshots": RandomDisplacementForces(u, values)}
    single, pairs, n = supercells.singles, supercells.pairs, len(supercells.singles)
    singles = SingleDisplacementForces(single.atoms, single.displacements, values[:n])
    datasets: dict[str, Dataset] = {"singles": singles}
    if pairs is not None:
        kept = included[n:]
        first, atoms, u = pairs.first[kept], pairs.atoms[kept], pairs.displacements[kept]
        datasets["pairs"] = PairDisplacementForces(first, atoms, u, values[n:])
    return datasets
