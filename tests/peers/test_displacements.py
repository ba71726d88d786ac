"""Displaced supercells against phono3py, and what becomes of a cutoff."""

import numpy as np
import pytest
from phono_fc import (
    PairDisplacementForces,
    SingleDisplacementForces,
    force_constants3,
    pair_displacements,
    single_displacements,
)
from phono_grid import Cell, Supercell, Symmetry

phono3py = pytest.importorskip("phono3py")
pytestmark = pytest.mark.filterwarnings("ignore")

FILES = {
    "Si": "si-pbesol/phono3py_disp.yaml",
    "NaCl": "nacl-pbe/phono3py_params_NaCl222.yaml.xz",
    "AlN": "aln-lda/phono3py_params_AlN332.yaml.xz",
}
CUTOFF = 4.0


@pytest.fixture(params=FILES)
def peer(request, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return phono3py.load(data / FILES[request.param], produce_fc=False, log_level=0)


def supercell_of(peer):
    """The same supercell."""
    unit = peer.unitcell
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    return Supercell.of(cell, peer.supercell_matrix, peer.primitive_matrix)


def with_cutoff(peer):
    """The peer's data as it makes them with a cutoff, zero forces beyond."""
    known = {}
    for n, first in enumerate(peer.dataset["first_atoms"]):
        for second in first["second_atoms"]:
            known[n, second["number"], *np.round(second["displacement"], 5)] = second
    singles = [first["forces"] for first in peer.dataset["first_atoms"]]
    peer.generate_displacements(cutoff_pair_distance=CUTOFF)
    for n, (first, forces) in enumerate(
        zip(peer.dataset["first_atoms"], singles, strict=True)
    ):
        first["forces"] = forces
        for second in first["second_atoms"]:
            key = n, second["number"], *np.round(second["displacement"], 5)
            inside = second["included"]
            second["forces"] = known[key]["forces"] * inside


def test_displacements_are_the_peers_in_number_and_order(peer):
    supercell = supercell_of(peer)
    symmetry = Symmetry.of(supercell.cell)
    for plus_minus in ("auto", True, False):
        peer.generate_displacements(is_plusminus=plus_minus, cutoff_pair_distance=CUTOFF)
        firsts = peer.dataset["first_atoms"]
        singles = single_displacements(
            supercell, symmetry, distance=0.03, diagonal=False, plus_minus=plus_minus
        )
        assert singles.atoms.tolist() == [first["number"] for first in firsts]
        theirs = [first["displacement"] for first in firsts]
        np.testing.assert_allclose(singles.displacements, theirs, rtol=0, atol=1e-12)
        for diagonal in (True, False):
            peer.generate_displacements(
                is_plusminus=plus_minus,
                is_diagonal=diagonal,
                cutoff_pair_distance=CUTOFF,
            )
            pairs = pair_displacements(
                supercell, symmetry, singles, diagonal=diagonal, cutoff=CUTOFF
            )
            seconds = [
                (n, second)
                for n, first in enumerate(peer.dataset["first_atoms"])
                for second in first["second_atoms"]
            ]
            assert pairs.first.tolist() == [n for n, _ in seconds]
            assert pairs.atoms.tolist() == [s["number"] for _, s in seconds]
            assert pairs.included.tolist() == [s["included"] for _, s in seconds]
            theirs = [s["displacement"] for _, s in seconds]
            np.testing.assert_allclose(pairs.displacements, theirs, rtol=0, atol=1e-12)
            theirs = [s["pair_distance"] for _, s in seconds]
            np.testing.assert_allclose(pairs.distances, theirs, rtol=0, atol=1e-8)


def test_constants_with_a_cutoff_are_the_peers(peer):
    if "forces" not in peer.dataset["first_atoms"][0]:
        pytest.skip("this data set has its forces in another file")
    with_cutoff(peer)
    peer.produce_fc3(fc_calculator="traditional", is_compact_fc=False)
    theirs = peer.fc3[peer.primitive.p2s_map]
    firsts = peer.dataset["first_atoms"]
    singles = SingleDisplacementForces(
        *([f[k] for f in firsts] for k in ("number", "displacement", "forces"))
    )
    seconds = [
        (n, s) for n, f in enumerate(firsts) for s in f["second_atoms"] if s["included"]
    ]
    pairs = PairDisplacementForces(
        [n for n, _ in seconds],
        *([s[k] for _, s in seconds] for k in ("number", "displacement", "forces")),
    )
    supercell = supercell_of(peer)
    symmetry = Symmetry.of(supercell.cell)
    ours = force_constants3(supercell, symmetry, singles, pairs, cutoff=CUTOFF)
    largest = np.abs(theirs).max()
    np.testing.assert_allclose(ours.values, theirs, rtol=0, atol=1e-10 * largest)
