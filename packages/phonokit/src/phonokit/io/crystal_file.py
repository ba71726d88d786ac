"""A yaml file of the phono3py family as a record: its tree, units and cells."""

from dataclasses import dataclass
from pathlib import Path

from phono_grid import Cell, Supercell
from phono_grid.calculators import CalculatorUnits

from phonokit.io.calculators import units_of
from phonokit.io.cells import read_phonon_supercell, read_supercell
from phonokit.io.read_displacements import PHONON, SECOND, THIRD, Place
from phonokit.io.tree import Tree


@dataclass(frozen=True, slots=True, eq=False)
class CrystalFile:
    """The head of a yaml file, which all its readers need first.

    Parameters
    ----------
    tree : Tree
    units : CalculatorUnits
        Of the file.
    unit_cell : Cell
    supercell : Supercell
    phonon : Supercell or None
        A separate one of second order, on the primitive cell of the other.
    """

    tree: Tree
    units: CalculatorUnits
    unit_cell: Cell
    supercell: Supercell
    phonon: Supercell | None

    @classmethod
    def read(cls, path: Path) -> "CrystalFile":
        """Read a yaml file of phono3py or phonopy."""
        tree = Tree.read(path)
        units = units_of(tree)
        unit_cell, supercell = read_supercell(tree, units)
        phonon = read_phonon_supercell(tree, unit_cell, supercell, units)
        return cls(tree, units, unit_cell, supercell, phonon)

    @property
    def path(self) -> Path:
        """The file."""
        return self.tree.file

    @property
    def place(self) -> Place:
        """Where the displacements of the supercell are."""
        third = "phono3py" in self.tree or THIRD.pairs in self.tree
        return THIRD if third else SECOND

    @property
    def phonon_place(self) -> Place | None:
        """Where those of a separate supercell of second order are, if there is one.

        phono3py's files name the matrix of that supercell even where it is the same one.
        """
        if self.place is not THIRD or self.phonon is None:
            return None
        own = self.tree.array("phonon_supercell_matrix", (3, 3))
        same = "supercell_matrix" in self.tree and bool(
            (own == self.tree.array("supercell_matrix", (3, 3))).all()
        )
        return None if same and not PHONON.holds_displacements(self.tree) else PHONON
