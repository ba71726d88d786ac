"""Cells and force constants from the objects of other libraries, and back."""

import dataclasses

import numpy as np
import pytest
from peers_crystals import CRYSTALS, SEVEN_SYSTEMS, peers_cells
from phono_dynmat import HarmonicSeries, phonon_modes
from phono_fc import ForceConstants
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError

# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

MATRIX = [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
Q = np.random.default_rng(7).uniform(-0.5, 0.5, (12, 3))
TOLERANCE = 1e-10  # of the largest; both diagonalise the same matrices
ROUNDING = 1e-14  # lattices are multiplied and divided on the way


def ensure_same(one: Cell, other: Cell) -> None:
    """The same crystal, atom by atom."""
    np.testing.assert_allclose(one.lattice, other.lattice, rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(one.positions, other.positions, rtol=0, atol=ROUNDING)
    np.testing.assert_array_equal(one.masses, other.masses)
    assert one.symbols == other.symbols
    if other.magnetic_moments is None:
        assert one.magnetic_moments is None
    else:
        np.testing.assert_array_equal(one.magnetic_moments, other.magnetic_moments)


def isotopes(cell: Cell) -> Cell:
    """A crystal of rare isotopes, some of its atoms outside the cell."""
    n = np.arange(cell.n_atoms)
    return dataclasses.replace(
        cell, masses=cell.masses + n / 7, positions=cell.positions + n[:, None] % 3
    )


def magnetic(cell: Cell, *, vectors: bool) -> Cell:
    """A crystal with a moment on every atom."""
    moments = np.arange(1.0, cell.n_atoms + 1)
    moments = np.outer(moments, [0.1, 0.2, -0.3]) if vectors else moments
    return dataclasses.replace(cell, magnetic_moments=moments)


VARIANTS = {
    "natural": lambda cell: cell,
    "isotopes": isotopes,
    "collinear": lambda cell: magnetic(cell, vectors=False),
    "noncollinear": lambda cell: magnetic(cell, vectors=True),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", SEVEN_SYSTEMS)
@pytest.mark.parametrize("library", ["phonopy", "ase", "pymatgen"])
def test_a_cell_comes_back_from_another_library_unchanged(library, name, variant):
    pytest.importorskip(library)
    cell = VARIANTS[variant](SEVEN_SYSTEMS[name])
    there = getattr(cell, f"to_{library}")()
    ensure_same(getattr(Cell, f"from_{library}")(there), cell)


@pytest.mark.parametrize("name", SEVEN_SYSTEMS)
def test_phonopy_and_spglib_know_kinds_of_an_element_apart(name):
    pytest.importorskip("phonopy")
    cell = SEVEN_SYSTEMS[name]
    symbols = [f"{s}{k % 2 + 1}" for k, s in enumerate(cell.symbols)]
    cell = dataclasses.replace(cell, symbols=symbols)
    ensure_same(Cell.from_phonopy(cell.to_phonopy()), cell)
    assert Cell.from_spglib(cell.to_spglib()).symbols == cell.symbols


def test_deuterium_of_pymatgen_weighs_two():
    core = pytest.importorskip("pymatgen.core")
    structure = core.Structure(np.eye(3) * 4, ["D", "Li"], [[0, 0, 0], [0.5] * 3])
    cell = Cell.from_pymatgen(structure)
    assert cell.symbols == ("H", "Li")
    assert cell.masses[0] == pytest.approx(2.0141, abs=2e-3)


def test_partly_occupied_and_dummy_sites_of_pymatgen_are_refused():
    core = pytest.importorskip("pymatgen.core")
    alloy = core.Structure(np.eye(3) * 4, [{"Si": 0.5, "Ge": 0.5}], [[0, 0, 0]])
    with pytest.raises(DomainError, match="ordered crystal, got partly occupied sites"):
        Cell.from_pymatgen(alloy)
    dummy = core.Structure(np.eye(3) * 4, ["X"], [[0, 0, 0]])
    with pytest.raises(DomainError, match="'X' is not a chemical element"):
        Cell.from_pymatgen(dummy)


def phonopy_object(cell: Cell, **options):
    """A Phonopy object with random constants that obey index exchange and sum rule."""
    pytest.importorskip("phonopy")
    peer = peers_cells(cell, MATRIX, **options)
    shape = (len(peer.primitive), len(peer.supercell), 3, 3)
    peer.force_constants = np.random.default_rng(1).standard_normal(shape)
    peer.symmetrize_force_constants(level=2)
    return peer


def ensure_same_frequencies(constants: ForceConstants, peer) -> None:
    """Our frequencies of ``constants`` are those that the object has."""
    ours = phonon_modes(HarmonicSeries.of(constants), Q).frequencies
    peer.run_qpoints(Q)
    theirs = peer.qpoints.frequencies
    np.testing.assert_allclose(ours, theirs, atol=TOLERANCE * np.abs(theirs).max())


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", SEVEN_SYSTEMS)
def test_frequencies_of_a_phonopy_object_are_its_own(name, full):
    peer = phonopy_object(SEVEN_SYSTEMS[name])
    if full:
        from phonopy.harmonic.force_constants import compact_fc_to_full_fc

        peer.force_constants = compact_fc_to_full_fc(peer.primitive, peer.force_constants)
    constants = ForceConstants.from_phonopy(peer)
    assert constants.supercell.cell.symbols == tuple(peer.supercell.symbols)
    ensure_same_frequencies(constants, peer)
    if full:
        # Their rotations of the rows round.
        np.testing.assert_allclose(constants.to_full(), peer.force_constants, atol=1e-13)


def test_masses_of_a_phonopy_object_are_kept():
    peer = phonopy_object(CRYSTALS["NaCl"])
    peer.masses = [6.015, 40.0]
    constants = ForceConstants.from_phonopy(peer)
    np.testing.assert_array_equal(constants.supercell.primitive.masses, [6.015, 40.0])
    ensure_same_frequencies(constants, peer)


@pytest.mark.parametrize("calculator", ["qe", "abinit", "wien2k", "cp2k", "vasp"])
def test_units_of_a_calculator_are_converted(calculator):
    pytest.importorskip("phonopy")
    from phonopy import Phonopy
    from phonopy.interface.calculator import get_calculator_physical_units

    units = get_calculator_physical_units(calculator)
    cell = CRYSTALS["NaCl"]
    scaled = dataclasses.replace(cell, lattice=cell.lattice / units.distance_to_A)
    peer = Phonopy(
        scaled.to_phonopy(), MATRIX, primitive_matrix="auto", calculator=calculator
    )
    peer.force_constants = phonopy_object(cell).force_constants
    peer_factor = peer.unit_conversion_factor
    assert peer_factor == pytest.approx(units.factor)
    constants = ForceConstants.from_phonopy(peer)
    np.testing.assert_allclose(
        constants.supercell.cell.lattice,
        Supercell.from_phonopy(phonopy_object(cell)).cell.lattice,
        rtol=1e-9,
    )
    ensure_same_frequencies(constants, peer)


def test_a_phonopy_object_without_constants_is_refused():
    pytest.importorskip("phonopy")
    peer = peers_cells(CRYSTALS["Si"], MATRIX)
    with pytest.raises(DomainError, match=r"phonon has no force_constants; call"):
        ForceConstants.from_phonopy(peer)
    with pytest.raises(DomainError, match=r"phonon must be a Phonopy object, got Cell"):
        ForceConstants.from_phonopy(CRYSTALS["Si"])


FILES = {
    "Si": ("si-pbesol/phono3py_disp.yaml", "si-pbesol/FORCES_FC3"),
    "NaCl": ("nacl-pbe/phono3py_params_NaCl222.yaml.xz", None),
    "AlN": ("aln-lda/phono3py_params_AlN332.yaml.xz", None),
}


@pytest.fixture(scope="module", params=FILES)
def peer3(request, data, tmp_path_factory):
    """A Phono3py object with compact constants."""
    phono3py = pytest.importorskip("phono3py")
    yaml, forces = FILES[request.param]
    with pytest.MonkeyPatch.context() as patch:
        # It reads files of known names from the current folder without a word.
        patch.chdir(tmp_path_factory.mktemp("empty"))
        peer = phono3py.load(
            data / yaml,
            forces_fc3_filename=forces and data / forces,
            fc_calculator="traditional",
            is_compact_fc=True,
            log_level=0,
        )
    return peer


def frequencies_of(peer) -> np.ndarray:
    """The frequencies that phonopy finds from second-order constants of phono3py."""
    from phonopy.harmonic.dynamical_matrix import get_dynamical_matrix
    from phonopy.physical_units import get_physical_units

    matrix = get_dynamical_matrix(peer.fc2, peer.phonon_supercell, peer.phonon_primitive)
    values = []
    for q in Q:
        matrix.run(q)
        values.append(np.linalg.eigvalsh(matrix.dynamical_matrix))
    f = np.sign(values) * np.sqrt(np.abs(values))
    return f * get_physical_units().DefaultToTHz


def test_constants_of_a_phono3py_object_are_its_own(peer3):
    fc2, fc3 = (ForceConstants.from_phono3py(peer3, order) for order in (2, 3))
    np.testing.assert_array_equal(fc2.values, peer3.fc2)
    np.testing.assert_array_equal(fc3.values, peer3.fc3)
    assert fc2.supercell.primitive == Cell.from_phonopy(peer3.primitive)
    assert fc3.supercell.primitive == Cell.from_phonopy(peer3.primitive)
    ours = phonon_modes(HarmonicSeries.of(fc2), Q).frequencies
    theirs = frequencies_of(peer3)
    np.testing.assert_allclose(ours, theirs, atol=TOLERANCE * np.abs(theirs).max())


def test_full_constants_of_phono3py_are_the_compact_ones(peer3, monkeypatch):
    from phono3py.phonon3.fc3 import compact_fc3_to_full_fc3

    compact = ForceConstants.from_phono3py(peer3)
    full = compact_fc3_to_full_fc3(peer3.primitive, peer3.fc3)
    rounding = 1e-13 * np.abs(full).max()  # of their rotations of the rows
    np.testing.assert_allclose(compact.to_full(), full, atol=rounding)
    monkeypatch.setattr(peer3, "fc3", full)
    assert ForceConstants.from_phono3py(peer3) == compact


def test_separate_supercells_of_phono3py_share_one_primitive_cell():
    phono3py = pytest.importorskip("phono3py")
    cell = CRYSTALS["NaCl"]
    peer = phono3py.Phono3py(
        cell.to_phonopy(),
        np.eye(3, dtype=int),
        phonon_supercell_matrix=MATRIX,
        primitive_matrix="F",
    )
    shape = (2, len(peer.phonon_supercell), 3, 3)
    peer.fc2 = np.random.default_rng(3).standard_normal(shape)
    second, third = (Supercell.from_phono3py(peer, order) for order in (2, 3))
    assert (second.cell.n_atoms, third.cell.n_atoms) == (16, 8)
    assert second.primitive == third.primitive
    constants = ForceConstants.from_phono3py(peer, order=2)
    np.testing.assert_array_equal(constants.values, peer.fc2)
    with pytest.raises(DomainError, match=r"phonon has no fc3; call .* produce_fc3\(\)"):
        ForceConstants.from_phono3py(peer)
