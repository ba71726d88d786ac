"""Rates of neon as FourPhonon defines them: every process written out, no symmetry.

A phonon has one place in the grid, x fastest, and one in its bands; eigenvectors at q and
-q are what they are. Energies are angular, rad/ps, and widths √2 standard deviations.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from neon_four_phonon import Neon

NARROW = 1e-3
"""rad/ps; the weight of a process that is not wider is that of a width of 1/√π."""
ROUNDING = 1e-9
"""rad/ps; of widths that are zero but for rounding it decides what counts."""
SIGNS = ((1, 1), (1, -1), (-1, -1))
"""Signs of wave vectors 1 and 2 of each kind of process; the third always leaves."""


@dataclass(frozen=True)
class Counted:
    """Sums over processes, [band, kind]: absorption, redistribution, decay."""

    number: np.ndarray
    """Numbers of processes that have a width."""
    undecided: np.ndarray
    """Numbers of processes that conserve energy exactly and have no width."""
    rate: np.ndarray
    """1/τ, 1/ps, of the first."""
    undecided_rate: np.ndarray
    """1/τ, 1/ps, of all of the second."""


@dataclass(frozen=True)
class Loops:
    """FourPhonon's loops for neon with these eigenvectors and velocities."""

    crystal: Neon
    eigenvectors: np.ndarray
    """[q, band, axis] in the order of the grid."""
    velocities: np.ndarray
    """[q, band, axis], Å THz."""

    @cached_property
    def order(self):
        """Places in the grid of the points with x fastest."""
        x, y, z = (self.grid.addresses % self.grid.mesh).T
        return np.lexsort((x, y, z))

    @property
    def grid(self):
        """The grid of wave vectors."""
        return self.crystal.phonons.grid

    @cached_property
    def addresses(self):
        """Integers of the wave vectors, x fastest."""
        return (self.grid.addresses % self.grid.mesh)[self.order]

    def place(self, addresses):
        """Places of wave vectors modulo the reciprocal lattice."""
        n = self.grid.mesh
        x, y, z = np.moveaxis(addresses % n, -1, 0)
        return (z * n[1] + y) * n[0] + x

    def strengths(self, q, triples, signs):
        """|Σ Φ e e e e|² of every process, [process, band, bands of 1, 2 and 3]."""
        fc4 = self.crystal.fc4
        angles = 2 * np.pi * fc4.cells @ (self.addresses / self.grid.mesh).T
        phases = np.exp(-1j * angles)
        e = self.eigenvectors[self.order]
        sum_ = np.ones((len(fc4), len(triples[0])))
        vectors = []
        for axis, (points, sign) in enumerate(zip(triples, (*signs, -1), strict=True)):
            phase, vector = phases[:, axis, points], e[points]
            sum_ = sum_ * (phase if sign > 0 else phase.conj())
            vectors.append(vector if sign > 0 else vector.conj())
        v = (sum_.T @ fc4.values.reshape(-1, 81)).reshape(-1, 3, 3, 3, 3)
        v = np.einsum("bx,txyzw->tbyzw", e[q], v)
        for vector in vectors:
            v = np.einsum("tiy,tbyzw->tbzwi", vector, v)
        return (np.abs(v) ** 2).reshape(len(v), 3, 27)

    def count(self, q):
        """All processes at a wave vector, an index of the grid."""
        q = int(self.place(self.grid.addresses[q]))
        kinds = [self._kind(q, kind) for kind in range(3)]
        return Counted(*(np.stack(parts, axis=1) for parts in zip(*kinds, strict=True)))

    def _kind(self, q, kind):
        """The sums of one kind of process, by band."""
        signs = SIGNS[kind]
        n = len(self.addresses)
        one, two = (x.ravel() for x in np.indices((n, n)))
        a = self.addresses
        three = self.place(a[q] + signs[0] * a[one] + signs[1] * a[two])
        # Each set of phonons that go the same way once, in the order of the grid.
        once = [one <= two, two <= three, (one <= two) & (two <= three)][kind]
        one, two, three = one[once], two[once], three[once]
        j, k, m = (x.ravel() for x in np.indices((3, 3, 3)))
        phonons = (one[:, None], j), (two[:, None], k), (three[:, None], m)
        omega = 2 * np.pi * self.crystal.phonons.frequencies[self.order]
        w1, w2, w3 = (omega[p] for p in phonons)
        is_there = (w1 > 0.1) & (w2 > 0.1) & (w3 > 0.1)
        if kind != 1:
            is_there &= (one != two)[:, None] | (j <= k)
        if kind != 0:
            is_there &= (two != three)[:, None] | (k <= m)
        spreads = np.pi * np.sqrt(2) * self.velocities @ self.grid.steps.T
        spreads = spreads[self.order]
        sigma = np.abs(spreads[phonons[1]] - spreads[phonons[2]]).max(axis=-1)
        n1, n2, n3 = (self.crystal.occupations[self.order][p][..., 0] for p in phonons)
        occupations = [
            n1 * n2 * (1 + n3) - (1 + n1) * (1 + n2) * n3,
            n1 * (1 + n2) * (1 + n3) - (1 + n1) * n2 * n3,
            (1 + n1) * (1 + n2) * (1 + n3) - n1 * n2 * n3,
        ][kind]
        strengths = self.strengths(q, (one, two, three), signs)
        sums = []
        for b in range(3):
            counts = is_there
            if kind == 1:
                counts = is_there & ~self._forward(phonons, (q, b))
            x = np.abs(omega[q, b] + signs[0] * w1 + signs[1] * w2 - w3)
            wide = counts & (x <= sigma) & (sigma > NARROW)
            narrow = counts & (x <= np.maximum(sigma, ROUNDING)) & (sigma <= NARROW)
            weight = strengths[:, b] * occupations
            weight = weight / np.where(is_there, omega[q, b] * w1 * w2 * w3, 1) / n**2
            s = np.where(wide, sigma, 1)
            delta = np.exp(-((x / s) ** 2)) / (s * np.sqrt(np.pi))
            rates = (weight * delta)[wide].sum(), weight[narrow].sum()
            sums.append((wide.sum(), narrow.sum(), *(PREFACTOR * r for r in rates)))
        return tuple(np.array(part) for part in zip(*sums, strict=True))

    @staticmethod
    def _forward(phonons, mode):
        """Where a phonon leaves as it came."""
        (p1, j), (p2, k), (p3, m) = phonons
        q, b = mode
        from_mode = ((p2 == q) & (k == b)) | ((p3 == q) & (m == b))
        return from_mode | ((p1 == p2) & (j == k)) | ((p1 == p3) & (j == m))


HBAR, EV, AMU = 1.054571817e-34, 1.602176634e-19, 1.66053906660e-27
# π ħ²/8 Σ |Φ e e e e|²/(m⁴ ω⁴ N²) δ over unordered sets; eigenvectors are over √m, amu.
PREFACTOR = np.pi / 8 * (HBAR * EV * 1e40 / AMU**2) ** 2 / 1e72
