"""Supercells, primitive cells and the maps between them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")

matrices = st.lists(st.integers(-3, 3), min_size=9, max_size=9).map(
    lambda numbers: np.array(numbers).reshape(3, 3)
)
same_fixture = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def lies_on_lattice(vectors, lattice):
    """Whether Cartesian vectors are sums of lattice vectors."""
    x = vectors @ np.linalg.inv(lattice)
    return np.abs(x - np.rint(x)).max() < 1e-8


@given(m=matrices)
@same_fixture
def test_any_integer_matrix_makes_a_supercell_of_copies(triclinic, m):
    determinant = round(np.linalg.det(m))
    assume(1 <= determinant <= 24)
    supercell = Supercell.of(triclinic, m, "P")
    cell = supercell.cell
    assert cell.n_atoms == determinant * triclinic.n_atoms
    assert supercell.n_cells == determinant
    np.testing.assert_allclose(cell.lattice, m.T @ triclinic.lattice)
    # Unit-cell atoms outermost.
    atoms = np.repeat(np.arange(triclinic.n_atoms), determinant)
    assert cell.symbols == tuple(triclinic.symbols[k] for k in atoms)
    offsets = cell.positions @ cell.lattice - triclinic.positions[atoms] @ triclinic.lattice
    assert lies_on_lattice(offsets, triclinic.lattice)
    # No two atoms in one place.
    x = np.rint(cell.positions * 1e6).astype(int) % 10**6
    assert len(np.unique(x, axis=0)) == cell.n_atoms


@given(m=matrices)
@same_fixture
def test_translations_are_a_group_that_takes_every_atom_home(triclinic, m):
    assume(1 <= round(np.linalg.det(m)) <= 12)
    supercell = Supercell.of(triclinic, m, "P")
    s2p, p2s = supercell.supercell_to_primitive, supercell.primitive_to_supercell
    translations = {tuple(t) for t in supercell.translations}
    for t in supercell.translations:
        assert {tuple(t[list(other)]) for other in translations} == translations
        np.testing.assert_array_equal(s2p[t], s2p)
    atoms = np.arange(supercell.cell.n_atoms)
    np.testing.assert_array_equal(supercell.translations[supercell.home, atoms], p2s[s2p])


def test_translations_of_some_atoms_are_those_of_the_table(triclinic):
    supercell = Supercell.of(triclinic, [[2, 1, 0], [0, 3, 1], [-1, 0, 2]], "P")
    table = supercell.translations
    t, s = np.arange(supercell.n_cells), np.arange(supercell.cell.n_atoms)
    np.testing.assert_array_equal(supercell.translated(t[:, None], s), table)
    np.testing.assert_array_equal(
        supercell.translated(supercell.home[5], s[5]), table[supercell.home[5], 5]
    )
    # They move every atom by one vector, to the first copy of the first primitive atom.
    x = supercell.cell.positions
    first = x[supercell.primitive_to_supercell[0]]
    copies = np.flatnonzero(supercell.supercell_to_primitive == 0)
    moved = x[table] - x - (first - x[copies])[:, None]
    np.testing.assert_allclose(moved, np.rint(moved), atol=1e-12)


LARGE = """
from pathlib import Path
import numpy as np
from phono_grid import Cell, ShortestVectors, Supercell, Symmetry, atom_permutations

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024

def work(n):
    supercell = Supercell.of(cell, [n, n, n])
    vectors = ShortestVectors.of(supercell)
    r, t = symmetry.rotations[:4], symmetry.translations[:4] / n
    permutations = atom_permutations(supercell.cell, r, t)
    atoms = np.arange(supercell.cell.n_atoms)
    assert (supercell.translated(supercell.home, atoms) < len(atoms)).all()
    return len(atoms), vectors.multiplicities.shape, permutations.shape

fcc = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
cell = Cell.of(np.eye(3) * 5.43, np.r_[fcc, fcc + 0.25], ["Si"] * 8)
symmetry = Symmetry.of(cell)
work(2)
Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
before = peak()
print(*work(11), peak() - before, sep=";")
"""


@pytest.mark.needs_rust
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells peaks")
def test_ten_thousand_atoms_take_memory_in_proportion():
    """Everything but the table of translations: the process grows by 2 kB an atom."""
    run = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    n_s, vectors, permutations, grown = run.stdout.strip().split(";")
    assert (n_s, vectors, permutations) == ("10648", "(10648, 2)", "(4, 10648)")
    assert 0 < int(grown) < 2048 * 10648


def test_a_table_that_does_not_fit_says_how_much_it_would_need(silicon, monkeypatch):
    supercell = Supercell.of(silicon, [2, 2, 2])
    monkeypatch.setattr("phono_grid.memory.machine_memory", lambda: 1000.0)
    with pytest.raises(DomainError, match=r"translations would need 1\.53e-05 GiB.*has 9"):
        _ = supercell.translations


def test_the_first_axis_runs_fastest(silicon):
    x = Supercell.of(silicon, [2, 3, 1]).cell.positions[:6]
    np.testing.assert_allclose(x[:, 0] * 2, [0, 1, 0, 1, 0, 1])
    np.testing.assert_allclose(x[:, 1] * 3, [0, 0, 1, 1, 2, 2])


def test_the_primitive_cell_is_found_and_its_copies_lie_on_its_lattice(crystal):
    supercell = Supercell.of(crystal, [2, 2, 1])
    primitive, cell = supercell.primitive, supercell.cell
    assert primitive.n_atoms == {8: 2, 4: 4, 3: 3}[crystal.n_atoms]
    offsets = (
        cell.positions @ cell.lattice
        - (primitive.positions @ primitive.lattice)[supercell.supercell_to_primitive]
    )
    assert lies_on_lattice(offsets, primitive.lattice)
    assert primitive.volume * supercell.n_cells == pytest.approx(cell.volume)


def test_a_centring_letter_and_its_matrix_are_the_same(silicon):
    letter = Supercell.of(silicon, [1, 1, 1], "F")
    matrix = Supercell.of(silicon, np.eye(3), [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    np.testing.assert_array_equal(letter.primitive.lattice, matrix.primitive.lattice)


@pytest.mark.parametrize(
    ("supercell", "primitive", "message"),
    [
        ([2, 0, 2], "auto", "supercell_matrix must have a positive determinant, got 0"),
        ([1.5, 1, 1], "auto", "supercell_matrix must hold integers"),
        (np.diag([1, 1, -1]), "auto", "positive determinant, got -1"),
        (
            [1, 1, 1],
            "X",
            "expected a 3 x 3 matrix, 'auto' or one of P, F, I, A, C, R, got 'X'",
        ),
        ([1, 1, 1], np.eye(3) * 2, r"determinant in \(0, 1\], got 8"),
        ([1, 1, 1], "I", "primitive_matrix: expected 4 primitive atoms, found"),
    ],
)
def test_matrices_that_make_no_cell_are_refused(silicon, supercell, primitive, message):
    with pytest.raises(DomainError, match=message):
        Supercell.of(silicon, supercell, primitive)


def test_atoms_on_top_of_each_other_are_named(silicon):
    positions = silicon.positions.copy()
    positions[6] = positions[1] + [1, 0, -1 + 1e-7]
    twice = Cell(silicon.lattice, positions, silicon.symbols, silicon.masses)
    message = "positions: atoms 1 and 6 are on top of each other"
    with pytest.raises(DomainError, match=message):
        Supercell.of(twice, [1, 1, 1], "P")
    with pytest.raises(DomainError, match=message):
        Symmetry.of(twice)


def test_maps_that_contradict_each_other_are_refused(silicon):
    good = Supercell.of(silicon, [1, 1, 1])
    with pytest.raises(DomainError, match="does not invert"):
        Supercell(good.cell, good.primitive, [0, 1], good.supercell_to_primitive)
    wrong = np.roll(good.supercell_to_primitive, 1)
    with pytest.raises(DomainError):
        Supercell(good.cell, good.primitive, [wrong.argmin(), wrong.argmax()], wrong)
