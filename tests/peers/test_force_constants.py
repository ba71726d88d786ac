"""Force constants of real data against phono3py, full arrays, traditional solver."""

from dataclasses import dataclass

import numpy as np
import pytest
from phono_fc import (
    ForceConstants,
    PairDisplacementForces,
    RandomDisplacementForces,
    SingleDisplacementForces,
    expand,
    force_constants2,
    force_constants3,
    least_squares,
    symmetrize,
)
from phono_grid import Cell, Supercell, Symmetry

pytest.importorskip("phono3py")
# What the peers deprecate and advise is not ours.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("backend")]

FILES = {
    "Si": ("si-pbesol/phono3py_disp.yaml", "si-pbesol/FORCES_FC3"),
    "NaCl": ("nacl-pbe/phono3py_params_NaCl222.yaml.xz", None),
    "AlN": ("aln-lda/phono3py_params_AlN332.yaml.xz", None),
}
TOLERANCE = 1e-10  # of the largest; both solve the same equations


@dataclass(frozen=True)
class Peer:
    """Cells and data of phono3py, its constants before and after symmetrisation."""

    supercell: Supercell
    positions: np.ndarray
    singles: SingleDisplacementForces
    pairs: PairDisplacementForces
    solved: dict[int, np.ndarray]
    symmetrized: dict[int, np.ndarray]


def dataset_of(peer) -> tuple[SingleDisplacementForces, PairDisplacementForces]:
    """Displacements and forces, atoms in the peer's order."""
    firsts = peer.dataset["first_atoms"]
    keys = ("number", "displacement", "forces")
    seconds = [(n, s) for n, first in enumerate(firsts) for s in first["second_atoms"]]
    singles = SingleDisplacementForces(*([first[key] for first in firsts] for key in keys))
    pairs = PairDisplacementForces(
        [n for n, _ in seconds], *([second[key] for _, second in seconds] for key in keys)
    )
    return singles, pairs


@pytest.fixture(scope="module", params=FILES)
def peer(request, data, tmp_path_factory):
    import phono3py

    yaml, forces = FILES[request.param]
    with pytest.MonkeyPatch.context() as patch:
        # It reads files of known names from the current folder without a word.
        patch.chdir(tmp_path_factory.mktemp("empty"))
        peer = phono3py.load(
            data / yaml,
            forces_fc3_filename=forces and data / forces,
            produce_fc=False,
            log_level=0,
        )
    unit, p2s = peer.unitcell, peer.primitive.p2s_map
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    supercell = Supercell.of(cell, peer.supercell_matrix, peer.primitive_matrix)
    np.testing.assert_array_equal(supercell.primitive_to_supercell, p2s)
    peer.produce_fc3(fc_calculator="traditional", is_compact_fc=False)
    solved = {2: peer.fc2[p2s], 3: peer.fc3[p2s]}
    peer.symmetrize_fc2()
    peer.symmetrize_fc3()
    symmetrized = {2: peer.fc2[p2s], 3: peer.fc3[p2s]}
    positions = peer.supercell.scaled_positions
    return Peer(supercell, positions, *dataset_of(peer), solved, symmetrized)


def assert_same(constants: ForceConstants, theirs: np.ndarray) -> None:
    """Equal to a part in 10¹⁰ of the largest."""
    largest = np.abs(theirs).max()
    np.testing.assert_allclose(constants.values, theirs, rtol=0, atol=TOLERANCE * largest)


def test_supercell_atoms_are_in_the_peers_order(peer):
    difference = peer.supercell.cell.positions - peer.positions
    np.testing.assert_allclose(difference, np.rint(difference), atol=1e-8)


def test_second_order_constants_are_the_peers(peer):
    symmetry = Symmetry.of(peer.supercell.cell)
    constants = force_constants2(peer.supercell, symmetry, peer.singles)
    assert_same(constants, peer.solved[2])
    assert_same(symmetrize(constants), peer.symmetrized[2])


def test_third_order_constants_are_the_peers(peer):
    symmetry = Symmetry.of(peer.supercell.cell)
    constants = force_constants3(peer.supercell, symmetry, peer.singles, peer.pairs)
    assert_same(constants, peer.solved[3])
    assert_same(symmetrize(constants), peer.symmetrized[3])


def test_least_squares_are_the_peers(data, tmp_path, monkeypatch):
    phono3py = pytest.importorskip("phono3py")
    pytest.importorskip("symfc")
    monkeypatch.chdir(tmp_path)
    yaml, _ = FILES["NaCl"]
    peer = phono3py.load(data / yaml, produce_fc=False, log_level=0)
    unit = peer.unitcell
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    supercell = Supercell.of(cell, peer.supercell_matrix, peer.primitive_matrix)
    ours = least_squares(supercell, RandomDisplacementForces.of(*dataset_of(peer)))
    peer.produce_fc3(fc_calculator="symfc", is_compact_fc=True)
    for order, theirs in ((2, peer.fc2), (3, peer.fc3)):
        difference = np.abs(ours[order].values - theirs).max()
        assert difference < 1e-8 * np.abs(theirs).max()


def test_the_exact_projection_is_the_one_with_bases_of_symfc(data, tmp_path, monkeypatch):
    """On constants without any symmetry."""
    phono3py = pytest.importorskip("phono3py")
    pytest.importorskip("symfc")
    monkeypatch.chdir(tmp_path)
    yaml, _ = FILES["NaCl"]
    peer = phono3py.load(data / yaml, produce_fc=False, log_level=0)
    unit, p2s = peer.unitcell, peer.primitive.p2s_map
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    supercell = Supercell.of(cell, peer.supercell_matrix, peer.primitive_matrix)
    symmetry = Symmetry.of(supercell.cell)
    rng = np.random.default_rng(5)
    n_a, n_s = len(p2s), len(supercell.cell.symbols)
    noise = ForceConstants(rng.normal(size=(n_a, n_s, n_s, 3, 3, 3)), supercell)
    peer.fc3 = expand(noise)
    peer.symmetrize_fc3(use_symfc_projector=True)
    ours = symmetrize(noise, symmetry=symmetry).values
    theirs = peer.fc3[p2s]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10 * np.abs(theirs).max())
