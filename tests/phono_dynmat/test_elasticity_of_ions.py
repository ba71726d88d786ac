"""Elastic constants of crystals of ions, against the energy of strained crystals.

Rigid ions of zincblende: Ewald's sum without a macroscopic field, and a repulsion between
neighbours. Strains shift one sublattice, and the crystal is piezoelectric.
"""

from itertools import product
from math import erfc

import numpy as np
import pytest
from phono_dynmat import (
    BornCharges,
    HarmonicSeries,
    WangCorrection,
    add_dipoles,
    elasticity,
    phonon_frequencies,
    sound_velocities,
)
from phono_grid import Cell, units
from phono_grid.errors import DomainError

BOND = 2.4
CHARGES = np.array([1.0, -1.0])
DECAY = 0.3
"""Å, of the repulsion."""
ETA = 0.55
"""1/Å, of Ewald's sum."""
REACH = 4
AXES = BOND / np.sqrt(3) * 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])
PLACES = np.array([[0, 0, 0], [0.25, 0.25, 0.25]])
BOX = np.array(list(product(range(-REACH, REACH + 1), repeat=3)))


def ewald(lattice, x, eta=ETA):
    """Energy of the charges, eV."""
    r = BOX @ lattice
    distances = np.linalg.norm(x[:, None, None] - x[None, :, None] - r, axis=-1)
    distances[[0, 1], [0, 1], len(BOX) // 2] = np.inf
    pairs = np.vectorize(erfc)(eta * distances) / distances
    energy = np.einsum("k,l,klr->", CHARGES, CHARGES, pairs) / 2
    g = 2 * np.pi * BOX @ np.linalg.inv(lattice).T
    square = (g**2).sum(axis=1)
    keep = square > 0
    structure = np.exp(1j * g @ x.T) @ CHARGES
    waves = np.exp(-square[keep] / 4 / eta**2) / square[keep]
    energy += 2 * np.pi / np.linalg.det(lattice) * (waves @ np.abs(structure[keep]) ** 2)
    return units.COULOMB * (energy - eta / np.sqrt(np.pi) * (CHARGES**2).sum())


def repulsion(lattice, x, size):
    """Energy of neighbours, eV."""
    d = np.linalg.norm(x[1] - x[0] + BOX @ lattice, axis=1)
    near = np.sort(d)[:4]
    return size * np.exp(-(near - BOND) / DECAY).sum()


def repulsion_at_rest():
    """Repulsion that leaves no stress."""
    h = 1e-4
    slope = (
        ewald(AXES * (1 + h), PLACES @ AXES * (1 + h))
        - ewald(AXES * (1 - h), PLACES @ AXES * (1 - h))
    ) / (2 * h)
    return slope * DECAY / (4 * BOND)


@pytest.fixture(scope="module")
def size():
    return repulsion_at_rest()


def strained_constants(size, pairs):
    """Constants of strain by second differences of the energy, sublattices at rest, GPa."""

    def energy(y):
        strain = np.zeros((3, 3))
        for value, (a, b) in zip(y, pairs, strict=False):
            strain[a, b] += value / 2
            strain[b, a] += value / 2
        lattice = AXES @ (np.eye(3) + strain)
        x = PLACES @ lattice
        x[1] += y[len(pairs) :]
        return ewald(lattice, x) + repulsion(lattice, x, size)

    n, h = len(pairs) + 3, 2e-3
    hessian = np.empty((n, n))
    for i, j in product(range(n), repeat=2):
        steps = h * np.eye(n)
        hessian[i, j] = sum(
            s * t * energy(s * steps[i] + t * steps[j]) for s in (1, -1) for t in (1, -1)
        ) / (4 * h**2)
    m = len(pairs)
    inner = hessian[:m, m:] @ np.linalg.solve(hessian[m:, m:], hessian[m:, :m])
    scale = units.GPA / np.linalg.det(AXES)
    return hessian[:m, :m] * scale, (hessian[:m, :m] - inner) * scale


def of_pair(d, first, second):
    """Second derivatives of an energy of two atoms, of its two by the distance."""
    r = np.linalg.norm(d)
    along = np.outer(d, d) / r**2
    return second * along + first / r * (np.eye(3) - along)


def ions(size):
    """The same crystal as a short range and dipoles."""
    cell = Cell.of(AXES, PLACES, ["Ga", "As"])
    values, atoms, cells = [], [], []
    own = np.zeros((2, 3, 3))
    for k, m, n in product((0, 1), (0, 1), BOX):
        d = (PLACES[m] - PLACES[k] + n) @ AXES
        r = np.linalg.norm(d)
        if r < 1e-6 or r > 11:
            continue
        tail = 2 * ETA / np.sqrt(np.pi) * np.exp(-((ETA * r) ** 2))
        q = units.COULOMB * CHARGES[k] * CHARGES[m]
        first = -q * (erfc(ETA * r) / r + tail) / r
        second = q * (2 * erfc(ETA * r) / r**3 + tail * (2 / r**2 + 2 * ETA**2))
        if r < 1.1 * BOND:
            first -= size / DECAY
            second += size / DECAY**2
        block = -of_pair(d, first, second)
        own[k] -= block
        values.append(block)
        atoms.append((k, m))
        cells.append(n)
    for k in (0, 1):
        values.append(own[k])
        atoms.append((k, k))
        cells.append((0, 0, 0))
    short = HarmonicSeries(np.array(values), np.array(atoms), np.array(cells), cell)
    polar = BornCharges(CHARGES[:, None, None] * np.eye(3), np.eye(3))
    return add_dipoles(short, polar, cutoff=0.9, width=ETA / (2 * np.pi))


def test_constants_are_those_of_strained_crystals(size):
    found = elasticity(ions(size))
    pairs = ((0, 0), (1, 1), (1, 2))
    clamped, relaxed = strained_constants(size, pairs)
    rows = np.ix_([0, 1, 3], [0, 1, 3])
    scale = np.abs(clamped).max()
    np.testing.assert_allclose(found.clamped[rows], clamped, atol=1e-4 * scale)
    np.testing.assert_allclose(found.constants[rows], relaxed, atol=1e-4 * scale)
    assert clamped[2, 2] - relaxed[2, 2] > 0.1 * scale


def test_a_field_makes_waves_faster_never_slower(size):
    whole = ions(size)
    q = np.array([[0.02, 0.01, 0.0]])
    c = elasticity(whole).constants
    speeds = sound_velocities(c, whole.cell, q @ whole.cell.reciprocal_lattice)[0]
    h = 1e-3
    f = phonon_frequencies(whole, h * q)[0]
    length = np.linalg.norm(h * q @ whole.cell.reciprocal_lattice)
    assert (f[:3] / length > speeds * (1 - 1e-4)).all()


def test_waves_without_a_field_are_as_fast_as_the_constants_say(size):
    whole = ions(size)
    c = elasticity(whole).constants
    # Along a cubic axis no strain of zincblende makes a field along the wave.
    n = np.array([1.0, 0, 0])
    q = 1e-3 * (n @ whole.cell.lattice.T)
    f = phonon_frequencies(whole, [q])[0, :3] / 1e-3
    np.testing.assert_allclose(f, sound_velocities(c, whole.cell, [n])[0], rtol=1e-4)


def test_dipoles_by_another_method_are_refused(data):
    pytest.importorskip("phonokit")
    import phonokit

    crystal = phonokit.load(data / "nacl-pbe")
    wang = WangCorrection.of(crystal.fc2, crystal.polar.charges)
    with pytest.raises(DomainError, match="Wang"):
        elasticity(wang)
