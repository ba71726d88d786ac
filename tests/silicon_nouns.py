"""One of each noun, of silicon, to give bad input beside."""

import numpy as np
from phono_grid import (
    Bands,
    BrillouinZone,
    Cell,
    Grid,
    Supercell,
    Symmetry,
    Tetrahedra,
    Triplets,
)

NAN = float("nan")
ONE = np.eye(3, dtype=int)
BAD = np.full((3, 3), NAN)
H = 0.5
FCC = np.array([[0, 0, 0], [0, H, H], [H, 0, H], [H, H, 0]])
SILICON = Cell(np.eye(3) * 5.43, np.r_[FCC, FCC + 0.25], ["Si"] * 8, [28.0] * 8)
SUPERCELL = Supercell.of(SILICON, [1, 1, 1])
PRIMITIVE = SUPERCELL.primitive
SYMMETRY = Symmetry.of(PRIMITIVE)
GRID = Grid.of(PRIMITIVE, [4, 4, 4])
F = np.linspace(0, 5, 128).reshape(64, 2)
W = np.linspace(0, 5, 4)
TRIPLETS, TETRAHEDRA = Triplets.of(GRID, 1), Tetrahedra.of(GRID)
ZONE, BANDS = BrillouinZone.of(GRID), Bands.of(GRID, F)
A = np.ones((64, 2, 1))
BIG = Grid([400, 400, 400], np.eye(3), [ONE])

LARGER = Supercell.of(SILICON, [2, 2, 2])
MANY = Triplets(np.zeros((700, 3)), np.ones(700))
FINE = np.linspace(0, 5, 1000)
