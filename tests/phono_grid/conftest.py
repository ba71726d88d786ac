"""Crystals to test with."""

import numpy as np
import pytest
from phono_grid import Cell

H = 0.5
FCC = np.array([[0, 0, 0], [0, H, H], [H, 0, H], [H, H, 0]])


def silicon() -> Cell:
    return Cell(np.eye(3) * 5.43, np.r_[FCC, FCC + 0.25], ["Si"] * 8, [28.0855] * 8)


def sodium_chloride() -> Cell:
    masses = [22.989769] * 4 + [35.453] * 4
    return Cell(np.eye(3) * 5.69, np.r_[FCC, FCC + H], ["Na"] * 4 + ["Cl"] * 4, masses)


def aluminium_nitride() -> Cell:
    lattice = [[3.11, 0, 0], [-1.555, 3.11 * np.sqrt(0.75), 0], [0, 0, 4.98]]
    third, u = 1 / 3, 0.382
    positions = [
        [third, 2 * third, 0],
        [2 * third, third, 0.5],
        [third, 2 * third, u],
        [2 * third, third, 0.5 + u],
    ]
    return Cell(lattice, positions, ["Al", "Al", "N", "N"], [26.98] * 2 + [14.007] * 2)


def triclinic() -> Cell:
    lattice = [[4.1, 0.2, -0.3], [0.9, 5.2, 0.1], [-1.3, 0.7, 6.3]]
    positions = [[0.1, 0.2, 0.3], [0.55, 0.71, 0.9], [0.3, 0.9, 0.05]]
    return Cell(lattice, positions, ["Ga", "As", "Ga"], [69.7, 74.9, 69.7])


CRYSTALS = {f.__name__: f for f in (silicon, sodium_chloride, aluminium_nitride, triclinic)}


@pytest.fixture(params=CRYSTALS)
def crystal(request) -> Cell:
    """Cubic with and without a centre, hexagonal, triclinic."""
    return CRYSTALS[request.param]()


@pytest.fixture(name="silicon")
def silicon_fixture() -> Cell:
    return silicon()


@pytest.fixture(name="triclinic")
def triclinic_fixture() -> Cell:
    return triclinic()


@pytest.fixture(name="aluminium_nitride")
def aluminium_nitride_fixture() -> Cell:
    return aluminium_nitride()
