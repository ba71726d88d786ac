"""A crystal and the forces in its displaced supercells."""

from dataclasses import dataclass, fields, replace

from phono_fc import (
    PairDisplacementForces,
    RandomDisplacementForces,
    SingleDisplacementForces,
)
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, ensure_type

from phonokit._fingerprint import fingerprint
from phonokit.model.dipoles import Dipoles
from phonokit.model.provenance import InputFile


@dataclass(frozen=True, slots=True, eq=False)
class SecondOrderData:
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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ForceData:
    """A crystal and the forces in its displaced supercells.

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
        """Require forces of one kind."""
        if (self.singles is None) == (self.snapshots is None):
            raise DomainError("expected either single displacements or snapshots")

    @property
    def second_order(self) -> SecondOrderData:
        """What second-order constants come from."""
        if self.phonon is not None:
            return self.phonon
        forces = self.singles if self.snapshots is None else self.snapshots
        assert forces is not None  # established above
        return SecondOrderData(self.supercell, forces)

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
        return fingerprint([self.supercell, self.second_order.supercell])

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
        """How many displacements of which kind."""
        if self.snapshots is not None:
            return f"{len(self.snapshots)} random displacements"
        n = len(self.singles or ())
        if self.pairs is None:
            return f"{n} displacement{'s' if n > 1 else ''}"
        return f"{n} + {len(self.pairs)} displacements"
