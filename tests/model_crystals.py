"""A small crystal with springs and random cubic constants that obey its symmetry."""

from dataclasses import dataclass
from functools import cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import Cell, Grid, ShortestVectors, Supercell, Symmetry, units


@dataclass(frozen=True)
class Model:
    """Force constants of a crystal and its phonons by their definition."""

    supercell: Supercell
    fc2: ForceConstants
    fc3: ForceConstants

    def modes(self, qpoints):
        """Frequencies, and eigenvectors in the gauge with the positions of atoms."""
        cell, vectors = self.supercell.primitive, ShortestVectors.of(self.supercell)
        n_a = cell.n_atoms
        d = np.zeros((len(qpoints), n_a, 3, n_a, 3), dtype=complex)
        for (s, k), m in np.ndenumerate(vectors.multiplicities):
            first = vectors.first[s, k]
            v = vectors.vectors[first : first + m]
            phase = np.exp(2j * np.pi * np.asarray(qpoints) @ v.T).mean(axis=1)
            d[:, k, :, self.supercell.supercell_to_primitive[s], :] += (
                phase[:, None, None] * self.fc2.values[k, s]
            )
        root = np.sqrt(np.repeat(cell.masses, 3))
        d = d.reshape(len(qpoints), 3 * n_a, 3 * n_a) / np.outer(root, root)
        w, e = np.linalg.eigh((d + d.conj().swapaxes(1, 2)) / 2)
        f = np.sign(w) * np.sqrt(np.abs(w)) * units.FREQUENCY
        return f, e.swapaxes(1, 2).reshape(*f.shape, n_a, 3)


def springs(supercell: Supercell) -> NDArray[np.float64]:
    """Compact fc2 of central springs between first and second neighbours."""
    vectors = ShortestVectors.of(supercell)
    n_s, n_a = vectors.multiplicities.shape
    fc2 = np.zeros((n_a, n_s, 3, 3))
    lattice = supercell.primitive.lattice
    for (s, k), m in np.ndenumerate(vectors.multiplicities):
        first = vectors.first[s, k]
        for v in vectors.vectors[first : first + m] @ lattice:
            length = np.linalg.norm(v)
            if 0 < length < 4.2:
                block = 9.0 * np.exp(-length / 1.7) * np.outer(v, v) / length**2 / m
                fc2[k, s] -= block
                fc2[k, supercell.primitive_to_supercell[k]] += block
    return fc2


def random_cubic(supercell: Supercell, rng: np.random.Generator) -> NDArray[np.float64]:
    """Compact random fc3 with sum rule, index exchange and the space group."""
    n = supercell.cell.n_atoms
    fc3 = rng.normal(size=(n, n, n, 3, 3, 3))
    for axis in range(3):
        fc3 -= fc3.mean(axis=axis, keepdims=True)
    fc3 = sum(fc3.transpose(*p, *(np.array(p) + 3)) for p in permutations(range(3))) / 6
    symmetry = Symmetry.of(supercell.cell)
    mean = np.zeros_like(fc3)
    for r, p in zip(symmetry.rotations_cartesian, symmetry.permutations, strict=True):
        moved = np.einsum("xa,yb,zc,ijkabc->ijkxyz", r, r, r, fc3, optimize=True)
        mean[np.ix_(p, p, p)] += moved / symmetry.n_operations
    return mean[supercell.primitive_to_supercell]


def cartesian_rotations(grid: Grid) -> NDArray[np.float64]:
    """The point group of a grid on Cartesian vectors, as columns."""
    steps = grid.steps.T
    return steps @ grid.rotations @ np.linalg.inv(steps)


def mix_degenerate(frequencies, polarizations, rng):
    """Mix the eigenvectors of every degenerate set by a random unitary matrix."""
    mixed = polarizations.copy()
    for f, e in zip(frequencies, mixed, strict=True):
        starts = np.flatnonzero(np.diff(f, prepend=-np.inf) >= 1e-4)
        for members in np.split(np.arange(len(f)), starts[1:]):
            shape = (2, len(members), len(members))
            u, _ = np.linalg.qr(np.tensordot([1, 1j], rng.normal(size=shape), 1))
            e[members] = np.tensordot(u, e[members], 1)
    return mixed


@cache
def zincblende() -> Model:
    """Two kinds of atoms, no inversion, degenerate bands at points and on lines."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    cell = Cell(
        np.eye(3) * 5.65,
        np.r_[fcc, fcc + 0.25],
        ["Ga"] * 4 + ["As"] * 4,
        [69.723] * 4 + [74.9216] * 4,
    )
    primitive = Supercell.of(cell, [1, 1, 1]).primitive
    supercell = Supercell.of(primitive, [2, 2, 2], "P")
    fc3 = random_cubic(supercell, np.random.default_rng(3))
    return Model(
        supercell,
        ForceConstants(springs(supercell), supercell),
        ForceConstants(fc3, supercell),
    )
