"""Random fourth-order constants of small crystals, and phonons to go with them."""

from itertools import product

import numpy as np
from model_crystals import zincblende
from phono_3ph import PeriodicModes
from phono_4ph import ForceConstants4, symmetrize4
from phono_dynmat import Modes
from phono_grid import Grid


def random_quartic(cell, rng, n_blocks=40, reach=2):
    """Blocks without any symmetry but exchange and the sum rule."""
    n_a = cell.n_atoms
    seeds = []
    for _ in range(n_blocks):
        atoms = rng.integers(n_a, size=4)
        cells = rng.integers(-reach, reach + 1, size=(3, 3))
        seeds.append((atoms, cells))
    return closed_under_exchange(cell, seeds, rng)


def closed_under_exchange(cell, seeds, rng):
    """All blocks whose four atoms are among those of one of ``seeds``, random elements."""
    keys = set()
    for atoms, cells in seeds:
        places = [(int(atoms[0]), (0, 0, 0))]
        places += [
            (int(k), tuple(int(x) for x in r))
            for k, r in zip(atoms[1:], cells, strict=True)
        ]
        for four in product(places, repeat=4):
            home = np.array(four[0][1])
            key = [k for k, _ in four]
            for _, r in four[1:]:
                key += list(np.array(r) - home)
            keys.add(tuple(int(x) for x in key))
    keys = np.array(sorted(keys))
    values = rng.normal(size=(len(keys), 3, 3, 3, 3))
    constants = ForceConstants4(
        values, keys[:, :4], keys[:, 4:].reshape(-1, 3, 3), cell.lattice
    )
    return symmetrize4(constants)


def phonons_on(mesh, *, use_symmetry=True):
    """Phonons of the zincblende model on a grid."""
    model = zincblende()
    cell = model.supercell.primitive
    grid = Grid.of(cell, mesh, use_symmetry=use_symmetry)
    modes = Modes(grid.qpoints, *model.modes(grid.qpoints))
    return cell, PeriodicModes.of(grid, modes, cell)


def tdep_text(constants):
    """Constants of two kinds of atoms in TDEP's format."""
    lines = [
        "  2               How many atoms per unit cell",
        " 7.0     Realspace cutoff (A)",
    ]
    for k in range(2):
        own = np.flatnonzero(constants.atoms[:, 0] == k)
        lines.append(f" {len(own)}   How many quartets are atom {k + 1} part of")
        for e in own:
            lines += [
                f" {kind + 1}   atom {i + 1} in quartet {e + 1}"
                for i, kind in enumerate(constants.atoms[e])
            ]
            places = np.concatenate([[[0, 0, 0]], constants.cells[e]])
            rows = np.concatenate([places, constants.values[e].reshape(27, 3)])
            lines += ["  ".join(f"{x:.16f}" for x in row) for row in rows]
    return "\n".join(lines) + "\n"
