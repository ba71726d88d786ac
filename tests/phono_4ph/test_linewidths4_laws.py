"""What four-phonon matrix elements and linewidths obey, whatever the crystal."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from phono_3ph import PeriodicModes
from phono_4ph import (
    AdaptiveGaussian,
    ForceConstants4,
    Scattering4,
    interaction_strengths4,
    linewidths4,
)
from phono_dynmat import bose_einstein
from phono_grid import BrillouinZone, Cell, Gaussian, Grid, degenerate_sets, units
from quartic_models import phonons_on

SMEARED = Scattering4(smearing=Gaussian(1.0, 3.0))


def quadruplets(grid, rng, n=6):
    points = rng.integers(grid.n_q, size=(n, 3))
    fourth = grid.index(-grid.addresses[points].sum(axis=1))
    return np.concatenate([points, fourth[:, None]], axis=1)


def test_the_four_phonons_are_on_the_same_footing(quartic, rng):
    _, phonons = phonons_on([3, 2, 2], use_symmetry=False)
    points = quadruplets(phonons.grid, rng)
    v = interaction_strengths4(quartic, phonons, points)
    for order in permutations(range(4)):
        other = interaction_strengths4(quartic, phonons, points[:, order])
        back = other.transpose(0, *(1 + np.argsort(order)))
        np.testing.assert_allclose(back, v, rtol=1e-10, atol=1e-13 * v.max())


def test_opposite_wave_vectors_couple_as_strongly(quartic, rng):
    _, phonons = phonons_on([3, 3, 2], use_symmetry=False)
    grid = phonons.grid
    points = quadruplets(grid, rng)
    opposite = grid.index(-grid.addresses[points].reshape(-1, 3)).reshape(-1, 4)
    gauge = phonons.polarizations.copy()
    minus = grid.index(-grid.addresses)
    for q in range(grid.n_q):
        if minus[q] > q:
            gauge[minus[q]] = gauge[q].conj()
    # Real where q is its own opposite.
    keep = ~(minus[points] == points).any(axis=1)
    phonons = replace(phonons, polarizations=gauge)
    v = interaction_strengths4(quartic, phonons, points[keep])
    w = interaction_strengths4(quartic, phonons, opposite[keep])
    np.testing.assert_allclose(w, v, rtol=1e-9, atol=1e-12 * v.max())


def mixed(phonons, rng):
    """The same phonons, random unitary mixtures inside degenerate sets."""
    e = phonons.polarizations.copy()
    for q, f in enumerate(phonons.frequencies):
        sets = degenerate_sets(f)
        for k in range(sets.max() + 1):
            members = np.flatnonzero(sets == k)
            n = len(members)
            u, _ = np.linalg.qr(rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))
            e[q, members] = np.tensordot(u, e[q, members], axes=1)
    return replace(phonons, polarizations=e)


@pytest.mark.parametrize("adaptive", [False, True])
def test_the_choice_of_eigenvectors_changes_nothing(quartic, rng, adaptive):
    _, phonons = phonons_on([2, 2, 2], use_symmetry=False)
    f = phonons.frequencies
    sets = degenerate_sets(f)
    means = np.array(
        [[row[s == k].mean() for k in s] for row, s in zip(f, sets, strict=True)]
    )
    phonons = replace(phonons, frequencies=means)
    scattering = SMEARED
    if adaptive:
        velocities = rng.normal(size=(*f.shape, 3)) * 5
        scattering = Scattering4(smearing=AdaptiveGaussian.of(phonons, velocities))
    zone = BrillouinZone.of(phonons.grid)
    n = np.moveaxis(bose_einstein(means, [300.0]), 0, 0).reshape(*f.shape, 1)
    arguments = n, scattering, zone
    gamma = linewidths4(quartic, phonons, 3, *arguments)
    other = linewidths4(quartic, mixed(phonons, rng), 3, *arguments)
    assert gamma.max() > 0
    np.testing.assert_allclose(other, gamma, rtol=1e-10, atol=1e-12 * np.abs(gamma).max())


def test_hot_phonons_scatter_as_the_temperature_squared(quartic):
    _, phonons = phonons_on([2, 2, 2], use_symmetry=False)
    f = phonons.frequencies
    classical = np.divide(1e6, f, out=np.zeros_like(f), where=f > 1e-2)
    n = classical[:, :, None] * np.array([1.0, 2.0])
    zone = BrillouinZone.of(phonons.grid)
    cold, hot = linewidths4(quartic, phonons, 1, n, SMEARED, zone).sum(axis=(0, 1))
    np.testing.assert_allclose(hot, 4 * cold, rtol=1e-5)


def test_at_zero_temperature_phonons_only_decay(quartic):
    _, phonons = phonons_on([2, 2, 2], use_symmetry=False)
    n = np.zeros((*phonons.frequencies.shape, 1))
    zone = BrillouinZone.of(phonons.grid)
    decay, *others = linewidths4(quartic, phonons, 1, n, SMEARED, zone).sum(axis=0)
    assert decay.max() > 0
    assert not np.any(others)


def chain(n, coupling=3.0):
    """Atoms on a line with quartic bonds along it, and its longitudinal phonons."""
    cell = Cell.of(np.diag([2.0, 9.0, 9.0]), [[0, 0, 0]], ["Si"])
    keys, values = [], []
    for home in (0, 1):
        # The bond between -home and 1 - home, seen from the atom at 0.
        for ends in product((0, 1), repeat=3):
            sign = (-1) ** (home + sum(ends))
            keys.append([end - home for end in ends])
            block = np.zeros((3, 3, 3, 3))
            block[0, 0, 0, 0] = coupling * sign
            values.append(block)
    cells = np.zeros((len(keys), 3, 3), dtype=int)
    cells[:, :, 0] = keys
    constants = ForceConstants4.of(
        np.array(values), np.zeros((len(keys), 4), dtype=int), cells, cell.lattice
    )
    grid = Grid.of(cell, [n, 1, 1], use_symmetry=False)
    q = grid.qpoints[:, 0]
    f = np.stack([np.full(n, 1e-6), np.full(n, 1e-6), 5 * np.abs(np.sin(np.pi * q)) + 1e-5])
    e = np.zeros((n, 3, 1, 3), dtype=complex)
    e[:, 0, 0, 1] = e[:, 1, 0, 2] = e[:, 2, 0, 0] = 1
    phonons = PeriodicModes(grid, f.T, e / np.sqrt(cell.masses[0]))
    return cell, constants, phonons


def test_a_chain_with_quartic_bonds_couples_as_in_closed_form(rng):
    coupling, n = 3.0, 7
    cell, constants, phonons = chain(n, coupling)
    points = quadruplets(phonons.grid, rng, 20)
    v = interaction_strengths4(constants, phonons, points)
    q, f = phonons.grid.qpoints[points][:, :, 0], phonons.frequencies[points, 2]
    bonds = np.prod(4 * np.sin(np.pi * q) ** 2, axis=1)
    # (ħ/2)² / 4! in eV² for frequencies in THz, masses in Da and constants in eV/Å⁴.
    hbar = units.THZ_TO_EV * units.FREQUENCY**2 / 2
    expected = (
        (hbar**2 / 24 / n * coupling / cell.masses[0] ** 2) ** 2 * bonds / f.prod(axis=1)
    )
    active = (f > 1e-2).all(axis=1)
    assert active.sum() > 3
    got = v[:, 2, 2, 2, 2]
    np.testing.assert_allclose(got[active], expected[active], rtol=1e-11)
    v[:, 2, 2, 2, 2] = 0
    assert not v.any()


def test_the_linewidth_of_a_chain_is_the_golden_rule():
    coupling, n = 3.0, 5
    cell, constants, phonons = chain(n, coupling)
    f, sigma = phonons.frequencies[:, 2], 0.8
    occupations = np.zeros((n, 3, 1))
    occupations[1:, 2] = bose_einstein(f[1:, None], [200.0]).reshape(-1, 1)
    scattering = Scattering4(smearing=Gaussian(sigma))
    zone = BrillouinZone.of(phonons.grid)
    gamma = linewidths4(constants, phonons, 1, occupations, scattering, zone)[..., 0, 2]
    hbar_si = units.HBAR * 1e12  # eV ps
    hbar = units.THZ_TO_EV * units.FREQUENCY**2 / 2
    q = np.arange(n) / n

    def element(*four):
        """``|4! V4|²`` in eV²."""
        four = np.array(four) % n
        bonds = np.prod(2 * np.abs(np.sin(np.pi * q[four])))
        return (hbar**2 / n * coupling / cell.masses[0] ** 2 * bonds) ** 2 / f[four].prod()

    def delta(x):
        """In ps/rad, of x in THz."""
        return np.exp(-(x**2) / 2 / sigma**2) / np.sqrt(2 * np.pi) / sigma / (2 * np.pi)

    nb = occupations[:, 2, 0]
    out = back = 0.0
    for a, b in product(range(1, n), repeat=2):
        c = (1 - a - b) % n  # 1 → a + b + c
        if c:
            rate = 2 * np.pi / hbar_si**2 * element(1, -a, -b, -c) / 6
            rate *= delta(f[1] - f[a] - f[b] - f[c])
            out += rate * (nb[a] + 1) * (nb[b] + 1) * (nb[c] + 1)
            back += rate * nb[a] * nb[b] * nb[c]
        c = (1 + a - b) % n  # 1 + a → b + c
        if c and 1 not in (b, c) and a not in (b, c):
            rate = 2 * np.pi / hbar_si**2 * element(1, a, -b, -c) / 2
            rate *= delta(f[1] + f[a] - f[b] - f[c])
            out += rate * nb[a] * (nb[b] + 1) * (nb[c] + 1)
            back += rate * (nb[a] + 1) * nb[b] * nb[c]
        c = (1 + a + b) % n  # 1 + a + b → c
        if c:
            rate = 2 * np.pi / hbar_si**2 * element(1, a, b, -c) / 2
            rate *= delta(f[1] + f[a] + f[b] - f[c])
            out += rate * nb[a] * nb[b] * (nb[c] + 1)
            back += rate * (nb[a] + 1) * (nb[b] + 1) * nb[c]
    # 1/τ = 2 Γ in angular frequency, 4π Γ in linear.
    np.testing.assert_allclose(4 * np.pi * gamma.sum(), out - back, rtol=1e-9)


def test_the_energy_of_a_supercell_along_modes_gives_the_matrix_element(quartic, rng):
    _, phonons = phonons_on([2, 2, 2], use_symmetry=False)
    grid = phonons.grid
    e = phonons.polarizations.real.copy()  # wave vectors that are their own opposites
    phonons = replace(phonons, polarizations=e.astype(complex))
    point = quadruplets(grid, rng, 1)[0]
    bands = (5, 3, 4, 2)
    patterns = []
    for q, j in zip(point, bands, strict=True):
        sign = np.cos(2 * np.pi * grid.addresses @ grid.qpoints[q])
        patterns.append(sign[:, None, None] * e[q, j])  # [cell, atom, axis]
    places = grid.index(
        (grid.addresses[:, None, None] + quartic.cells) % 2
    )  # [home cell, block, 1..3]

    def energy(u):
        k = quartic.atoms.T
        one, two, three = (u[places[:, :, i], k[i + 1]] for i in range(3))
        zero = u[:, k[0]]
        return (
            np.einsum("eabcd,hea,heb,hec,hed->", quartic.values, zero, one, two, three) / 24
        )

    mixed_derivative = 0.0
    for signs in product((1, -1), repeat=4):
        u = sum(s * p for s, p in zip(signs, patterns, strict=True))
        mixed_derivative += np.prod(signs) * energy(u) / 16
    f = phonons.frequencies[point, bands]
    hbar = units.THZ_TO_EV * units.FREQUENCY**2 / 2
    v = hbar**2 / 24 / grid.n_q * (mixed_derivative / grid.n_q) / np.sqrt(f.prod())
    got = interaction_strengths4(quartic, phonons, [point])[(0, *bands)]
    np.testing.assert_allclose(got, v**2, rtol=1e-9)
