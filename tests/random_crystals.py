"""Small crystals with random force constants that obey their symmetry."""

from dataclasses import dataclass
from functools import cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, PairDisplacementForces, SingleDisplacementForces
from phono_grid import Cell, Supercell, Symmetry

STEP = 0.01  # Å
AXES = np.eye(3)


@dataclass(frozen=True)
class Crystal:
    """A supercell with its space group."""

    supercell: Supercell
    symmetry: Symmetry

    @classmethod
    def of(cls, cell: Cell, matrix: list[int], primitive: str = "P") -> "Crystal":
        supercell = Supercell.of(cell, matrix, primitive)
        return cls(supercell, Symmetry.of(supercell.cell))

    @property
    def n_s(self) -> int:
        return self.supercell.cell.n_atoms

    def expanded(self, constants: ForceConstants) -> NDArray[np.float64]:
        """The full array, one first atom after the other."""
        supercell = self.supercell
        full = []
        for s in range(self.n_s):
            to_home = supercell.translations[supercell.home[s]]
            row = constants.values[supercell.supercell_to_primitive[s]]
            full.append(row[np.ix_(*[to_home] * (constants.order - 1))])
        return np.array(full)

    def expanded_pairs(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A table over all pairs from its rows of primitive atoms."""
        supercell = self.supercell
        to_home = supercell.translations[supercell.home]
        return rows[supercell.supercell_to_primitive[:, None], to_home]

    def rows(self, full: NDArray[np.float64]) -> NDArray[np.float64]:
        """What compact storage keeps of a full array."""
        return full[self.supercell.primitive_to_supercell]

    def turned(self, full: NDArray[np.float64], g: int) -> NDArray[np.float64]:
        """What operation ``g`` makes of a full array."""
        order, inverse = full.ndim // 2, np.argsort(self.symmetry.permutations[g])
        full = full[np.ix_(*[inverse] * order)]
        for axis in range(order, 2 * order):
            rotated = np.tensordot(
                full, self.symmetry.rotations_cartesian[g], axes=(axis, 1)
            )
            full = np.moveaxis(rotated, -1, axis)
        return full

    def group_average(self, full: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean over the space group."""
        n = self.symmetry.n_operations
        return sum(self.turned(full, g) for g in range(n)) / n

    @staticmethod
    def symmetrized(full: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum rule and index exchange of a full array."""
        order = full.ndim // 2
        for m in range(order):
            full = full - full.mean(axis=m, keepdims=True)
        terms = [
            full.transpose(*exchange, *(order + np.array(exchange)))
            for exchange in permutations(range(order))
        ]
        return sum(terms) / len(terms)


def rocksalt() -> Crystal:
    """Two atoms, 192 operations with the four translations; pairs that are their own."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    positions = np.r_[fcc, fcc + h]
    cell = Cell(5.6 * np.eye(3), positions, ["Na"] * 4 + ["Cl"] * 4, [23] * 4 + [35] * 4)
    return Crystal.of(cell, [1, 1, 1], "F")


def wurtzite() -> Crystal:
    """Four atoms, polar and hexagonal, doubled along the axis."""
    a, c, u = 3.1, 5.0, 0.38
    lattice = [[a, 0, 0], [-a / 2, a * np.sqrt(3) / 2, 0], [0, 0, c]]
    positions = [
        [1 / 3, 2 / 3, 0],
        [2 / 3, 1 / 3, 1 / 2],
        [1 / 3, 2 / 3, u],
        [2 / 3, 1 / 3, u + 1 / 2],
    ]
    cell = Cell(lattice, positions, ["Al", "Al", "N", "N"], [27, 27, 14, 14])
    return Crystal.of(cell, [1, 1, 2])


def triclinic() -> Crystal:
    """No symmetry but translations, in a supercell that is not diagonal."""
    lattice = [[3.0, 0.1, 0.2], [0.4, 3.5, -0.3], [-0.5, 0.7, 4.1]]
    cell = Cell(lattice, [[0, 0, 0], [0.31, 0.42, 0.57]], ["Ga", "As"], [70, 75])
    return Crystal.of(cell, [[1, 1, 0], [-1, 1, 0], [0, 0, 1]])


def caesium_chloride() -> Crystal:
    """Two atoms, doubled along one axis: few atoms and many rotations."""
    cell = Cell(4.1 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cs", "Cl"], [133, 35])
    return Crystal.of(cell, [1, 1, 2])


CRYSTALS = {crystal.__name__: crystal() for crystal in (rocksalt, wurtzite, triclinic)}


@dataclass(frozen=True)
class Model:
    """An anharmonic crystal: ``E = Φ₂uu/2 + Φ₃uuu/6``, full arrays."""

    crystal: Crystal
    fc2: NDArray[np.float64]
    fc3: NDArray[np.float64]

    @classmethod
    @cache
    def random(cls, name: str) -> "Model":
        """Constants of one of the crystals; the same in every run."""
        crystal, rng = CRYSTALS[name], np.random.default_rng(20260102)
        noise = [rng.normal(size=[crystal.n_s] * n + [3] * n) for n in (2, 3)]
        return cls(crystal, *(crystal.symmetrized(crystal.group_average(x)) for x in noise))

    def forces(self, displacements: dict[int, NDArray[np.float64]]) -> NDArray[np.float64]:
        """Forces with some atoms displaced."""
        u = np.zeros((self.crystal.n_s, 3))
        for atom, displacement in displacements.items():
            u[atom] += displacement
        change = np.tensordot(self.fc3, u, ([2, 5], [0, 1]))
        return -np.tensordot(self.fc2 + change / 2, u, ([1, 3], [0, 1]))

    def singles(self, atoms, directions=AXES) -> SingleDisplacementForces:
        """Both signs of every direction for every atom: even orders cancel."""
        steps = [
            (i, sign * STEP * np.array(direction))
            for i in atoms
            for direction in directions
            for sign in (1, -1)
        ]
        forces = [self.forces({i: u}) for i, u in steps]
        return SingleDisplacementForces(
            [i for i, _ in steps], [u for _, u in steps], forces
        )

    def pairs(self, singles: SingleDisplacementForces) -> PairDisplacementForces:
        """Both signs of three directions of all second atoms."""
        steps = [
            (n, j, sign * STEP * axis)
            for n in range(len(singles.atoms))
            for j in range(self.crystal.n_s)
            for axis in AXES
            for sign in (1, -1)
        ]
        forces = []
        for n, j, u in steps:
            i, first = int(singles.atoms[n]), singles.displacements[n]
            forces.append(self.forces({i: first + u} if i == j else {i: first, j: u}))
        return PairDisplacementForces(*map(list, zip(*steps, strict=True)), forces)
