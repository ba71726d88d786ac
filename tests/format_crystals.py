"""Crystals that go through formats of constants, and their frequencies."""

import itertools

import numpy as np
import phonokit
from model_crystals import springs, zincblende
from phono_dynmat import BornCharges, phonon_frequencies
from phono_fc import ForceConstants, symmetrize
from phono_grid import Cell, Supercell

MODEL = zincblende()
Q = np.random.default_rng(0).uniform(-0.5, 0.5, (50, 3))
TARGETS = {
    "shengbte": "sheng",
    "tdep": "tdep",
    "espresso": "x.fc",
    "alamode": "x.xml",
    "phonopy": "phonopy",
    "euphonic": "x.json",
    "kaldo": "gpumd_fc.npz",
}
WITHOUT_CHARGES = {"kaldo"}


def frequencies(crystal, like=None):
    """At wave vectors in reciprocal axes of another crystal: ALAMODE's has other axes."""
    axes = (crystal if like is None else like).primitive.reciprocal_lattice
    return phonon_frequencies(crystal.dynamics(), Q @ axes @ crystal.primitive.lattice.T)


def plain():
    """Without charges; the masses are those of the elements, which TDEP takes."""
    cell = MODEL.supercell.primitive
    standard = Cell.of(cell.lattice, cell.positions, cell.symbols)
    cells = Supercell.of(standard, [2, 2, 2], np.eye(3))
    fc2, fc3 = (ForceConstants(c.values, cells) for c in (MODEL.fc2, MODEL.fc3))
    return phonokit.Crystal.from_constants(fc2, fc3)


def polar():
    """With charges, in a supercell that does not multiply the primitive axes."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    positions = np.r_[fcc, fcc + 0.25]
    cell = Cell.of(5.65 * np.eye(3), positions, ["Ga"] * 4 + ["As"] * 4)
    supercell = Supercell.of(cell, [2, 2, 2], "F")
    fc2 = symmetrize(ForceConstants(springs(supercell), supercell))
    z = 0.6 * np.eye(3)
    charges = BornCharges.of(supercell.primitive, [z, -z], 9 * np.eye(3))
    return phonokit.Crystal.from_constants(fc2, polar=charges)


def cubic_cell():
    """Cubic bonds of nearest neighbours in 2 x 2 x 2 cubic cells of silicon."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    cell = Cell.of(5.43 * np.eye(3), np.r_[fcc, fcc + 0.25], ["Si"] * 8)
    supercell = Supercell.of(cell, [2, 2, 2], "F")
    fc2 = symmetrize(ForceConstants(springs(supercell), supercell))
    values, x = np.zeros((2, 64, 64, 3, 3, 3)), supercell.cell.positions
    for k, i in enumerate(supercell.primitive_to_supercell):
        vectors = (x - x[i] - np.rint(x - x[i])) @ supercell.cell.lattice
        lengths = np.linalg.norm(vectors, axis=1)
        for j in np.flatnonzero((lengths > 0) & (lengths < 2.5)):
            n = vectors[j] / lengths[j]
            cube = 30 * np.einsum("a,b,c->abc", n, n, n)
            for ends in itertools.product((i, j), repeat=2):
                values[(k, *ends)] += cube if ends.count(j) == 1 else -cube
    return phonokit.Crystal.from_constants(fc2, ForceConstants(values, supercell))


CUBIC = plain()
CRYSTALS = {"plain": phonokit.Crystal.from_constants(CUBIC.fc2), "polar": polar()}
