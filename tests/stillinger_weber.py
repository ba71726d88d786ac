"""Fourth-order constants of silicon by the potential of Stillinger and Weber.

F. H. Stillinger, T. A. Weber, Phys. Rev. B 31, 5262 (1985).
"""

from functools import cache
from itertools import combinations_with_replacement, product

import numpy as np
from phono_4ph import ForceConstants4, symmetrize4
from phono_grid import Cell

EPSILON, SIGMA, CUT = 2.1683, 2.0951, 1.80
A, B, LAMBDA, GAMMA = 7.049556277, 0.6022245584, 21.0, 1.20
STEP = 0.02
"""Å, of finite differences."""


def pair(r):
    """Energy of a bond of length ``r``, eV."""
    x = r / SIGMA
    return EPSILON * A * (B / x**4 - 1) * np.exp(1 / (x - CUT))


def angle(u, v):
    """Energy of the angle between two bonds, eV."""
    r, s = np.linalg.norm(u, axis=-1), np.linalg.norm(v, axis=-1)
    cosine = (u * v).sum(axis=-1) / (r * s)
    decay = np.exp(GAMMA / (r / SIGMA - CUT) + GAMMA / (s / SIGMA - CUT))
    return EPSILON * LAMBDA * decay * (cosine + 1 / 3) ** 2


def fourth_derivatives(energy, n):
    """All fourth derivatives of ``energy`` of displacements (..., n), by differences."""
    out = np.zeros((n,) * 4)
    for axes in combinations_with_replacement(range(n), 4):
        points, signs = [], []
        for way in product((1, -1), repeat=4):
            u = np.zeros(n)
            for axis, sign in zip(axes, way, strict=True):
                u[axis] += sign * STEP / 2
            points.append(u)
            signs.append(np.prod(way))
        value = np.dot(signs, energy(np.array(points))) / STEP**4
        for order in set(_orders(axes)):
            out[order] = value
    return out


def _orders(axes):
    from itertools import permutations

    return permutations(axes)


@cache
def silicon_fc4(a=5.43):
    """Cell and fourth-order constants: bonds and angles of nearest neighbours."""
    lattice = np.array([[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]])
    cell = Cell.of(lattice, [[0, 0, 0], [0.25, 0.25, 0.25]], ["Si", "Si"])
    return cell, sum_of_terms(cell)


def sum_of_terms(cell):
    """Constants of all bonds and angles with an atom in the home cell."""
    x = cell.cartesian if hasattr(cell, "cartesian") else cell.positions @ cell.lattice
    neighbours = {0: [], 1: []}
    for k, other in ((0, 1), (1, 0)):
        for r in product((-1, 0, 1), repeat=3):
            v = x[other] + np.array(r) @ cell.lattice - x[k]
            if np.linalg.norm(v) < 2.6:
                neighbours[k].append((other, r, v))
    keys, values = [], []

    def add(atoms, derivatives):
        n = len(atoms)
        d = derivatives.reshape((n, 3) * 4)
        for four in product(range(n), repeat=4):
            home = np.array(atoms[four[0]][1])
            keys.append(
                [atoms[i][0] for i in four]
                + [c for i in four[1:] for c in np.array(atoms[i][1]) - home]
            )
            values.append(d[four[0], :, four[1], :, four[2], :, four[3], :])

    for k in (0, 1):
        centre = (k, (0, 0, 0))
        for other, r, v in neighbours[k] if k == 0 else []:
            add(
                [centre, (other, r)],
                fourth_derivatives(
                    lambda u, v=v: pair(np.linalg.norm(v + u[:, 3:] - u[:, :3], axis=1)), 6
                ),
            )
        for i, (one, r, v) in enumerate(neighbours[k]):
            for two, s, w in neighbours[k][:i]:
                add(
                    [centre, (one, r), (two, s)],
                    fourth_derivatives(
                        lambda u, v=v, w=w: angle(
                            v + u[:, 3:6] - u[:, :3], w + u[:, 6:] - u[:, :3]
                        ),
                        9,
                    ),
                )
    keys = np.array(keys)
    constants = ForceConstants4.of(
        np.array(values), keys[:, :4], keys[:, 4:].reshape(-1, 3, 3), cell.lattice
    )
    return symmetrize4(constants)


LATTICE_CONSTANT = 5.431
"""Å, where the potential has no stress."""


class Silicon:
    """Forces on atoms that stay near their places, whose bonds are those at rest.

    Parameters
    ----------
    positions : (n, 3) array
        Cartesian, at rest.
    lattice : (3, 3) array
    """

    def __init__(self, positions, lattice):
        apart = positions - positions[:, None]
        fractional = apart @ np.linalg.inv(lattice)
        apart = (fractional - np.rint(fractional)) @ lattice
        lengths = np.linalg.norm(apart, axis=2)
        i, j = np.nonzero((lengths > 0) & (lengths < CUT * SIGMA))
        self.ends, self.bonds = j.reshape(len(positions), 4), apart[i, j].reshape(-1, 4, 3)

    def forces(self, u):
        """Forces of displacements (n, 3), eV/Å."""
        bonds = self.bonds + u[self.ends] - u[:, None]
        r = np.linalg.norm(bonds, axis=2)
        x = r / SIGMA
        decay = np.exp(1 / (x - CUT))
        slope = EPSILON * A / SIGMA * decay
        slope = slope * (-4 * B / x**5 - (B / x**4 - 1) / (x - CUT) ** 2)
        # Each bond is there from both of its ends.
        pull = slope[..., None] / 2 * bonds / r[..., None]
        damp, fall = np.exp(GAMMA / (x - CUT)), -GAMMA / SIGMA / (x - CUT) ** 2
        for a, b in product(range(4), repeat=2):
            if a == b:
                continue
            p, q, rp, rq = bonds[:, a], bonds[:, b], r[:, a, None], r[:, b, None]
            cosine = (p * q).sum(axis=1, keepdims=True) / (rp * rq)
            g = (EPSILON * LAMBDA * damp[:, a] * damp[:, b])[:, None] * (cosine + 1 / 3)
            turn = q / (rp * rq) - cosine * p / rp**2
            pull[:, a] += 2 * g * turn + g * (cosine + 1 / 3) * fall[:, a, None] * p / rp
        # The derivative by a bond: its end is pulled back, its beginning forth.
        out = pull.sum(axis=1)
        np.add.at(out, self.ends, -pull)
        return out
