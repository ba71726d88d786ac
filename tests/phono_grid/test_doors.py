"""Cells and supercells from the objects of other codes, read by their attributes."""

from types import SimpleNamespace

import numpy as np
import pytest
import spglib
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.calculators import CALCULATORS, calculator_units
from phono_grid.errors import DomainError, ShapeError
from phono_grid.units import BOHR
from silicon_nouns import FCC, SILICON

SALT = Cell.of(np.eye(3) * 5.69, np.r_[FCC, FCC + 0.5], ["Na"] * 4 + ["Cl"] * 4)


def test_atomic_numbers_are_as_good_as_symbols():
    numbers = np.array([11] * 4 + [17] * 4)
    assert Cell.of(SALT.lattice, SALT.positions, numbers) == SALT
    assert Cell.of(SALT.lattice, SALT.positions, numbers.tolist()) == SALT


def test_a_cell_of_spglib_comes_back_unchanged():
    assert Cell.from_spglib(SALT.to_spglib()) == SALT
    moments = np.outer(np.arange(8.0), [1, 0, -1])
    magnetic = Cell(SALT.lattice, SALT.positions, SALT.symbols, SALT.masses, moments)
    assert Cell.from_spglib(magnetic.to_spglib()) == magnetic


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_spglib_finds_the_symmetry_of_its_tuple():
    dataset = spglib.get_symmetry_dataset(SALT.to_spglib())
    assert dataset.number == 225
    assert Symmetry.of(SALT).n_operations == len(dataset.rotations)


def test_kinds_of_an_element_are_other_atoms_to_spglib():
    symbols = ["Fe1", "Fe2"]
    cell = Cell.of(np.eye(3) * 2.87, [[0, 0, 0], [0.5] * 3], symbols)
    lattice, positions, numbers = cell.to_spglib()
    assert numbers.tolist() == [1026, 2026]
    assert Cell.from_spglib((lattice, positions, numbers)) == cell


@pytest.mark.parametrize(
    ("error", "message", "cell"),
    [
        (DomainError, "cell must be a tuple", SALT),
        (DomainError, "cell must be a tuple", (np.eye(3), [[0, 0, 0]])),
        (DomainError, "numbers: 0 is not an atomic", (np.eye(3), [[0, 0, 0]], [0])),
        (DomainError, "numbers: 119 is not an atomic", (np.eye(3), [[0, 0, 0]], [119])),
        (DomainError, "numbers: -1 is not an atomic", (np.eye(3), [[0, 0, 0]], [-1])),
        (ShapeError, "numbers: expected an array", (np.eye(3), [[0, 0, 0]], ["Si"])),
        (ShapeError, "positions: expected shape", (np.eye(3), [0, 0, 0], [14])),
        (DomainError, "no standard mass of 'Tc' is known", (np.eye(3), [[0] * 3], [43])),
    ],
)
def test_what_is_no_cell_of_spglib_is_refused(error, message, cell):
    with pytest.raises(error, match=message):
        Cell.from_spglib(cell)


def test_ase_gives_its_masses_and_moments_and_takes_them_back():
    ase = pytest.importorskip("ase")
    atoms = ase.Atoms(
        "LiH", cell=np.diag([3.0, 4, 5]), scaled_positions=[[0] * 3, [0.5] * 3], pbc=True
    )
    atoms.set_masses([6.015, 2.014])
    atoms.set_initial_magnetic_moments([0.0, 1.0])
    cell = Cell.from_ase(atoms)
    assert (cell.symbols, cell.masses.tolist()) == (("Li", "H"), [6.015, 2.014])
    assert cell.magnetic_moments.tolist() == [0, 1]
    back = cell.to_ase()
    assert back == atoms
    np.testing.assert_array_equal(back.get_masses(), atoms.get_masses())
    np.testing.assert_array_equal(
        back.get_initial_magnetic_moments(), atoms.get_initial_magnetic_moments()
    )


def test_surfaces_and_ghosts_of_ase_are_refused():
    ase = pytest.importorskip("ase")
    with pytest.raises(DomainError, match=r"pbc = \[True, True, False\]; set atoms.pbc"):
        Cell.from_ase(ase.Atoms("Si", cell=[3, 3, 3], pbc=[True, True, False]))
    with pytest.raises(DomainError, match="atoms: 0 is not an atomic number"):
        Cell.from_ase(ase.Atoms("X", cell=[3, 3, 3], pbc=True))
    with pytest.raises(DomainError, match=r"atoms must be ase.Atoms, got Cell without"):
        Cell.from_ase(SALT)


def test_a_missing_library_is_named_with_the_way_to_get_it(monkeypatch):
    for name in ("ase", "phonopy", "pymatgen"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
        for module in ("phonopy.structure.atoms", "pymatgen.core"):
            monkeypatch.setitem(__import__("sys").modules, module, None)
        with pytest.raises(DomainError, match=f"this needs {name}, .* pip install {name}"):
            getattr(SALT, f"to_{name}")()


def phonopy_atoms(cell: Cell, **other) -> SimpleNamespace:
    """Something with the attributes of a cell of phonopy."""
    return SimpleNamespace(
        cell=cell.lattice,
        scaled_positions=cell.positions,
        symbols=list(cell.symbols),
        masses=cell.masses,
        magnetic_moments=cell.magnetic_moments,
        **other,
    )


def phonopy_object(supercell: Supercell, **other) -> SimpleNamespace:
    """Something with the attributes of a Phonopy object."""
    p2s = supercell.primitive_to_supercell
    primitive = phonopy_atoms(
        supercell.primitive,
        p2s_map=p2s,
        s2p_map=p2s[supercell.supercell_to_primitive],
        p2p_map={int(atom): k for k, atom in enumerate(p2s)},
    )
    cells = {"supercell": phonopy_atoms(supercell.cell), "primitive": primitive}
    return SimpleNamespace(**cells, **other)


def test_a_supercell_of_phonopy_keeps_its_order_and_its_maps():
    supercell = Supercell.of(SALT, [2, 1, 1])
    assert Supercell.from_phonopy(phonopy_object(supercell)) == supercell
    # Another order than ours.
    order = np.random.default_rng(1).permutation(supercell.cell.n_atoms)
    rank = np.argsort(order)
    cell = supercell.cell
    shuffled = Supercell(
        Cell(
            cell.lattice,
            cell.positions[order],
            [cell.symbols[i] for i in order],
            cell.masses[order],
        ),
        supercell.primitive,
        rank[supercell.primitive_to_supercell],
        supercell.supercell_to_primitive[order],
    )
    assert Supercell.from_phonopy(phonopy_object(shuffled)) == shuffled
    assert shuffled != supercell


def test_lengths_of_a_calculator_in_bohr_radii_become_angstrom():
    supercell = Supercell.of(SALT, [1, 1, 1])
    ours = Supercell.from_phonopy(phonopy_object(supercell, calculator="qe"))
    np.testing.assert_allclose(ours.cell.lattice, SALT.lattice * BOHR)
    with pytest.raises(DomainError, match=r"calculator: expected one of vasp, .* got 'x'"):
        Supercell.from_phonopy(phonopy_object(supercell, calculator="x"))


def test_units_of_no_calculator_are_ours():
    units = calculator_units(None)
    assert (units.length, units.force, units.force_constants(3)) == (1, 1, 1)
    for name, units in CALCULATORS.items():
        second = units.force_constants(3) * units.length
        assert second == pytest.approx(units.force_constants(2), rel=1e-14), name


def test_a_supercell_goes_on_the_primitive_cell_of_another_one():
    one = Supercell.of(SILICON, [1, 1, 1])
    primitive = one.primitive
    swapped = Cell(
        primitive.lattice,
        primitive.positions[::-1] + np.array([1, 0, -1]),
        primitive.symbols,
        primitive.masses,
    )
    other = one.on_primitive(swapped)
    assert other.primitive == swapped
    back = other.on_primitive(primitive)
    assert back == one
    with pytest.raises(DomainError, match=r"primitive: .* give cells of one crystal"):
        one.on_primitive(SALT)
