"""Displaced supercells of a random crystal, and the forces in them."""

import numpy as np
from phono_fc import pair_displacements, random_displacements, single_displacements
from phonokit import DisplacedSupercells, RandomSupercells
from phonokit.model.displaced_supercells import AnySupercells
from random_crystals import Model


def forces_of(model: Model, supercells: AnySupercells) -> np.ndarray:
    """The forces that the constants of the model make."""
    rest = supercells.supercell.cell.positions @ supercells.supercell.cell.lattice
    return np.array(
        [
            model.forces(dict(enumerate(supercells.positions(number) - rest)))
            for number in range(len(supercells))
        ]
    )


def pairs_of(model: Model, cutoff: float | None = None) -> DisplacedSupercells:
    """Displaced atoms and pairs."""
    supercell, symmetry = model.crystal.supercell, model.crystal.symmetry
    singles = single_displacements(supercell, symmetry, distance=0.03, diagonal=False)
    pairs = pair_displacements(supercell, symmetry, singles, cutoff=cutoff)
    return DisplacedSupercells(supercell.primitive, supercell, singles, pairs, cutoff)


def singles_of(model: Model) -> DisplacedSupercells:
    """Displaced atoms."""
    pairs = pairs_of(model)
    return DisplacedSupercells(pairs.unit_cell, pairs.supercell, pairs.singles)


def random_of(model: Model, n: int = 40, order: int = 3) -> RandomSupercells:
    """All atoms displaced."""
    supercell = model.crystal.supercell
    u = random_displacements(n, supercell.cell.n_atoms, seed=4)
    return RandomSupercells(supercell.primitive, supercell, u, order)


class Springs:
    """A calculator of ASE's kind: every atom is tied to its place."""

    def __init__(self, supercells: AnySupercells) -> None:
        """Take the places at rest."""
        cell = supercells.supercell.cell
        self.rest = cell.positions @ cell.lattice

    def get_forces(self, atoms):
        """Forces, eV/Å."""
        return 0.5 - 2.0 * (atoms.get_positions() - self.rest)
