"""Bad input of what makes crystals: one typed error that names the argument."""

import re

import numpy as np
import pytest
from phono_grid import (
    Cell,
    ShortestVectors,
    Supercell,
    Symmetry,
    atom_permutations,
    reduced_basis,
    shortest_vectors,
)
from phono_grid.errors import DomainError, ShapeError
from silicon_nouns import (
    BAD,
    NAN,
    ONE,
    PRIMITIVE,
    SILICON,
    SUPERCELL,
    SYMMETRY,
)

REFUSED = [
    (
        DomainError,
        "lattice must be right-handed with a volume, got 0 Å³;",
        lambda: Cell(np.zeros((3, 3)), [[0, 0, 0]], ["Si"], [1]),
    ),
    (
        DomainError,
        "lattice must be right-handed with a volume, got -1 Å³;",
        lambda: Cell(-np.eye(3), [[0, 0, 0]], ["Si"], [1]),
    ),
    (
        ShapeError,
        "lattice: expected shape [3, 3], got [2, 2]",
        lambda: Cell(np.eye(2), [[0, 0, 0]], ["Si"], [1]),
    ),
    (
        ShapeError,
        "lattice: expected an array of numbers",
        lambda: Cell("abc", [[0, 0, 0]], ["Si"], [1]),
    ),
    (
        DomainError,
        "lattice must be real, got complex128",
        lambda: Cell(np.eye(3) * 1j, [[0, 0, 0]], ["Si"], [1]),
    ),
    (
        ShapeError,
        "lattice: expected an array of numbers, got None",
        lambda: Cell(None, [[0, 0, 0]], ["Si"], [1]),
    ),
    (
        DomainError,
        "positions must be finite, got nan at [0, 2]",
        lambda: Cell(np.eye(3), [[0, 0, NAN]], ["Si"], [1]),
    ),
    (
        ShapeError,
        "positions: expected an array of numbers",
        lambda: Cell(np.eye(3), [[0, 0], [0, 0, 0]], ["Si", "Si"], [1, 1]),
    ),
    (
        DomainError,
        "symbols must be a list of chemical symbols, got 3",
        lambda: Cell(np.eye(3), [[0, 0, 0]], 3, [1]),
    ),
    (
        DomainError,
        "symbols must be a list of chemical symbols, got None",
        lambda: Cell(np.eye(3), [[0, 0, 0]], None, [1]),
    ),
    (
        DomainError,
        "masses must be finite, got inf at [0]",
        lambda: Cell(np.eye(3), [[0, 0, 0]], ["Si"], [np.inf]),
    ),
    (
        DomainError,
        "symbols: no standard mass of 'Xx' is known; give masses",
        lambda: Cell.of(np.eye(3), [[0, 0, 0]], ["Xx"]),
    ),
    (
        DomainError,
        "symbols must be a list of chemical symbols, got [14]",
        lambda: Cell(np.eye(3), [[0, 0, 0]], [14], [28.0]),
    ),
    (
        DomainError,
        "symbols: 0 is not an atomic number, expected 1 to 118; ghost and dummy atoms",
        lambda: Cell.of(np.eye(3), [[0, 0, 0]], [0]),
    ),
    (
        ShapeError,
        "magnetic_moments: expected shape [1], got [2]",
        lambda: Cell(np.eye(3), [[0, 0, 0]], ["Si"], [1], magnetic_moments=[1, 2]),
    ),
    (DomainError, "symprec must be positive, got nan", lambda: Symmetry.of(PRIMITIVE, NAN)),
    (
        DomainError,
        "symprec must be a positive number, got 'a'",
        lambda: Symmetry.of(PRIMITIVE, "a"),
    ),
    (DomainError, "cell must be a Cell, got int", lambda: Symmetry.of(3)),
    (
        DomainError,
        "positions: atoms 0 and 1 are on top of each other,",
        lambda: Symmetry.of(
            Cell(np.eye(3) * 3, [[0, 0, 0], [0, 0, 1e-7]], ["Si"] * 2, [1] * 2)
        ),
    ),
    (DomainError, "atom: 99 is out of range, expected 0 to 1", lambda: SYMMETRY.site(99)),
    (DomainError, "atom must be an integer, got 0.5", lambda: SYMMETRY.site(0.5)),
    (
        ShapeError,
        "translations: expected shape [3, 3], got [48, 3]",
        lambda: Symmetry(
            SYMMETRY.rotations[:3],
            SYMMETRY.translations,
            SYMMETRY.rotations_cartesian,
            SYMMETRY.permutations,
            "x",
        ),
    ),
    (
        DomainError,
        "rotations must hold integers, got 0.5",
        lambda: atom_permutations(SILICON, [np.eye(3) * 0.5], [[0, 0, 0]]),
    ),
    (
        DomainError,
        "translations must be finite, got nan at [0, 2]",
        lambda: atom_permutations(SILICON, [ONE], [[0, 0, NAN]]),
    ),
    (
        ShapeError,
        "rotations: expected shape [3, 3, 3], got [3, 3]",
        lambda: atom_permutations(SILICON, ONE, [[0, 0, 0]]),
    ),
    (
        ShapeError,
        "translations: expected an array of numbers",
        lambda: atom_permutations(SILICON, [ONE], "a"),
    ),
    (
        DomainError,
        "symprec must be positive, got nan",
        lambda: atom_permutations(SILICON, [ONE], [[0, 0, 0]], symprec=NAN),
    ),
    (
        DomainError,
        "symprec must be positive, got -1",
        lambda: atom_permutations(SILICON, [ONE], [[0, 0, 0]], symprec=-1),
    ),
    (
        DomainError,
        "lattice: spglib cannot reduce it; is it nearly flat?",
        lambda: reduced_basis(np.zeros((3, 3))),
    ),
    (DomainError, "lattice must be finite, got nan at [0, 0]", lambda: reduced_basis(BAD)),
    (
        ShapeError,
        "lattice: expected shape [3, 3], got [4, 4]",
        lambda: reduced_basis(np.eye(4)),
    ),
    (
        DomainError,
        "reduction must be 'niggli' or 'delaunay', got 'foo'",
        lambda: reduced_basis(np.eye(3), "foo"),
    ),
    (
        DomainError,
        "supercell_matrix must hold integers, below a million",
        lambda: Supercell.of(SILICON, [1.5, 1, 1]),
    ),
    (
        ShapeError,
        "supercell_matrix: expected an array of numbers",
        lambda: Supercell.of(SILICON, "a"),
    ),
    (
        DomainError,
        "supercell_matrix must hold integers, below a million",
        lambda: Supercell.of(SILICON, [NAN, 1, 1]),
    ),
    (
        DomainError,
        "supercell_matrix must have a positive determinant, got",
        lambda: Supercell.of(SILICON, [-1, 1, 1]),
    ),
    (
        DomainError,
        "supercell_matrix must hold integers, below a million",
        lambda: Supercell.of(SILICON, [1e300, 1, 1]),
    ),
    (
        ShapeError,
        "supercell_matrix: expected an array of numbers",
        lambda: Supercell.of(SILICON, [[1, 2], [3]]),
    ),
    (DomainError, "unit_cell must be a Cell, got int", lambda: Supercell.of(3, [1, 1, 1])),
    (
        DomainError,
        "primitive_matrix: expected a 3 x 3 matrix, 'auto' or",
        lambda: Supercell.of(SILICON, [1, 1, 1], "Q"),
    ),
    (
        DomainError,
        "primitive_matrix must be finite, got nan at [0, 0]",
        lambda: Supercell.of(SILICON, [1, 1, 1], BAD),
    ),
    (
        ShapeError,
        "primitive_matrix: expected shape [3, 3], got [2, 2]",
        lambda: Supercell.of(SILICON, [1, 1, 1], np.eye(2)),
    ),
    (
        DomainError,
        "primitive_matrix: expected 4 primitive atoms, found 8;",
        lambda: Supercell.of(SILICON, [1, 1, 1], np.diag([0.5, 1, 1])),
    ),
    (
        DomainError,
        "primitive_to_supercell must be in 0 to 7, got 0 to 99",
        lambda: Supercell(
            SUPERCELL.cell, SUPERCELL.primitive, [0, 99], SUPERCELL.supercell_to_primitive
        ),
    ),
    (
        DomainError,
        "primitive_to_supercell must hold integers, got 0.5",
        lambda: Supercell(
            SUPERCELL.cell, SUPERCELL.primitive, [0, 0.5], SUPERCELL.supercell_to_primitive
        ),
    ),
    (
        DomainError,
        "translations must be in 0 to 3, got 99 to 99",
        lambda: SUPERCELL.translated(99, 0),
    ),
    (
        DomainError,
        "translations must be in 0 to 3, got -1 to -1",
        lambda: SUPERCELL.translated(-1, 0),
    ),
    (
        DomainError,
        "translations must hold integers, got 0.5",
        lambda: SUPERCELL.translated(0.5, 0),
    ),
    (
        ShapeError,
        "positions: expected shape [n_s, 3], got [1, 2]",
        lambda: shortest_vectors([[0, 0]], [[0, 0, 0]], np.eye(3)),
    ),
    (
        ShapeError,
        "positions: expected shape [n_s, 3], got [3]",
        lambda: shortest_vectors([0, 0, 0], [[0, 0, 0]], np.eye(3)),
    ),
    (
        DomainError,
        "positions must be finite, got nan at [0, 2]",
        lambda: shortest_vectors([[0, 0, NAN]], [[0, 0, 0]], np.eye(3)),
    ),
    (
        DomainError,
        "basis must have a volume: its vectors are in one plane",
        lambda: shortest_vectors([[0, 0, 0]], [[0, 0, 0]], np.zeros((3, 3))),
    ),
    (
        DomainError,
        "axes must have a volume: its vectors are in one plane",
        lambda: shortest_vectors([[0, 0, 0]], [[0, 0, 0]], np.eye(3), np.ones((3, 3))),
    ),
    (
        ShapeError,
        "axes: expected shape [3, 3], got [3]",
        lambda: shortest_vectors([[0, 0, 0]], [[0, 0, 0]], np.eye(3), [1, 1, 1]),
    ),
    (
        DomainError,
        "symprec must be positive, got nan",
        lambda: shortest_vectors([[0, 0, 0]], [[0, 0, 0]], np.eye(3), symprec=NAN),
    ),
    (
        ShapeError,
        "positions: expected an array of numbers",
        lambda: shortest_vectors("a", [[0, 0, 0]], np.eye(3)),
    ),
    (
        DomainError,
        "symprec must be positive, got 0",
        lambda: ShortestVectors.of(SUPERCELL, symprec=0),
    ),
    (
        ShapeError,
        "vectors: expected shape [2, 3], got [3, 3]",
        lambda: ShortestVectors(np.zeros((3, 3)), [[1, 1]]),
    ),
    (
        DomainError,
        "multiplicities must not be negative, got -1",
        lambda: ShortestVectors(np.zeros((0, 3)), [[1, -1]]),
    ),
]


@pytest.mark.parametrize(("error", "message", "call"), REFUSED)
def test_bad_input_is_refused_with_an_error_that_names_the_argument(error, message, call):
    with pytest.raises(error, match=re.escape(message)):
        call()
