"""Neon at 14 K: constants of second and fourth order, and what FourPhonon makes of them."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from phono_3ph import PeriodicModes
from phono_4ph import ForceConstants4, read_force_constants4
from phono_dynmat import (
    HarmonicSeries,
    bose_einstein,
    group_velocities,
    phonon_modes,
)
from phono_grid import Cell, Grid, Symmetry

FOLDER = Path(os.environ.get("PHONO_TEST_DATA", "")) / "four-phonon" / "neon"
TEMPERATURE = 14.0


def cell() -> Cell:
    """The primitive cell, axes as in FourPhonon's input."""
    lattice = 4.4773821989528795 / 2 * np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]])
    # FourPhonon's frequencies are those of 0.06 % more: its constants are rounded.
    return Cell(lattice, [[0, 0, 0]], ["Ne"], [20.1797 * 1.00057935])


def second_order() -> HarmonicSeries:
    """Constants of second order of TDEP's ``infile.forceconstant``."""
    lines = (FOLDER / "infile.forceconstant").read_text().splitlines()
    n = int(lines[2].split()[0])
    blocks = np.array(
        [[line.split() for line in lines[5 * i + 4 : 5 * i + 8]] for i in range(n)],
        dtype=float,
    )
    cells = np.rint(blocks[:, 0]).astype(int)
    return HarmonicSeries(blocks[:, 1:], np.zeros((n, 2), dtype=int), cells, cell())


@dataclass(frozen=True)
class Neon:
    """What is needed for linewidths."""

    fc4: ForceConstants4
    phonons: PeriodicModes
    velocities: np.ndarray
    occupations: np.ndarray


@cache
def neon(n: int) -> Neon:
    """Neon on a mesh of ``n`` × ``n`` × ``n``."""
    harmonic, symmetry = second_order(), Symmetry.of(cell())
    grid = Grid.of(cell(), (n, n, n), symmetry)
    modes = phonon_modes(harmonic, grid.qpoints)
    velocities = group_velocities(harmonic, modes, symmetry.reciprocal_rotations())
    f = np.where(modes.frequencies > 1e-2, modes.frequencies, 0)
    occupations = bose_einstein(f, [TEMPERATURE])
    fc4 = read_force_constants4(FOLDER / "FORCE_CONSTANTS_4TH.xz", cell())
    phonons = PeriodicModes.of(grid, modes, cell())
    return Neon(fc4, phonons, velocities, occupations.reshape(*f.shape, 1))


def fourphonon(mesh: int, name: str) -> np.ndarray:
    """Rates of FourPhonon, 1/ps, [irreducible q, band]."""
    table = np.loadtxt(FOLDER / f"mesh{mesh}" / f"BTE.{name}", ndmin=2)
    return table[:, 1].reshape(3, -1).T


def irreducible(mesh: int) -> list[int]:
    """Grid indices of FourPhonon's irreducible wave vectors."""
    table = np.loadtxt(FOLDER / f"mesh{mesh}" / "BTE.qpoints", ndmin=2)
    addresses = np.rint(table[:, 3:] * mesh).astype(int)
    return [int(q) for q in neon(mesh).phonons.grid.index(addresses)]
