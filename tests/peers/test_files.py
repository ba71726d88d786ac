"""Files that phonokit writes are phono3py's and phonopy's."""

import numpy as np
import phonokit
import pytest
from model_crystals import zincblende
from phono_fc import (
    force_constants2,
    force_constants3,
    pair_displacements,
    random_displacements,
    single_displacements,
)
from phono_grid import Cell, Supercell, Symmetry
from phonokit import (
    DisplacedSupercells,
    compute_forces,
    write_displacements,
    write_force_constants,
    write_force_sets,
    write_forces,
)

phono3py = pytest.importorskip("phono3py")
phonopy = pytest.importorskip("phonopy")
pytestmark = pytest.mark.filterwarnings("ignore")


def silicon(order, cutoff=None):
    """Displaced supercells of 16 atoms."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    cell = Cell(5.43 * np.eye(3), np.r_[fcc, fcc + 0.25], ["Si"] * 8, [28.0855] * 8)
    supercell = Supercell.of(cell, [2, 1, 1])
    symmetry = Symmetry.of(supercell.cell)
    singles = single_displacements(supercell, symmetry, distance=0.03, diagonal=order == 2)
    if order == 2:
        return DisplacedSupercells(cell, supercell, singles), symmetry
    pairs = pair_displacements(supercell, symmetry, singles, cutoff=cutoff)
    return DisplacedSupercells(cell, supercell, singles, pairs, cutoff), symmetry


def stillinger_weber():
    from matscipy.calculators.manybody import Manybody
    from matscipy.calculators.manybody.explicit_forms import stillinger_weber as sw

    return Manybody(**sw.StillingerWeber(sw.Stillinger_Weber_PRB_31_5262_Si))


@pytest.mark.parametrize("cutoff", [None, 4.0])
def test_phono3py_solves_what_phonokit_wrote(tmp_path, monkeypatch, cutoff):
    monkeypatch.chdir(tmp_path)
    supercells, symmetry = silicon(3, cutoff)
    forces = compute_forces(supercells, stillinger_weber(), "forces.hdf5")
    write_displacements(supercells)
    write_forces("FORCES_FC3", forces, supercells.comments())
    peer = phono3py.load("phono3py_disp.yaml", produce_fc=False, log_level=0)
    peer.produce_fc3(fc_calculator="traditional", is_compact_fc=False)
    p2s = peer.primitive.p2s_map
    data = phonokit.read(tmp_path)
    fc3 = force_constants3(
        data.supercell, symmetry, data.singles, data.pairs, cutoff=data.pair_cutoff
    )
    theirs = peer.fc3[p2s]
    limit = 1e-10 * np.abs(theirs).max()
    np.testing.assert_allclose(fc3.values, theirs, rtol=0, atol=limit)


def test_phonopy_solves_what_phonokit_wrote(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    supercells, symmetry = silicon(2)
    forces = compute_forces(supercells, stillinger_weber(), "forces.hdf5")
    write_displacements(supercells)
    write_force_sets("FORCE_SETS", supercells, forces)
    peer = phonopy.load("phonopy_disp.yaml", produce_fc=False, log_level=0)
    peer.produce_force_constants(fc_calculator="traditional")
    p2s = peer.primitive.p2s_map
    singles = phonokit.read(tmp_path).singles
    fc2 = force_constants2(supercells.supercell, symmetry, singles)
    theirs = peer.force_constants[p2s]
    limit = 1e-10 * np.abs(theirs).max()
    np.testing.assert_allclose(fc2.values, theirs, rtol=0, atol=limit)


@pytest.mark.parametrize("full", [False, True])
def test_files_of_constants_are_read_by_the_peers_and_theirs_by_us(
    tmp_path, monkeypatch, full
):
    from phono3py.file_IO import (
        read_fc2_from_hdf5,
        read_fc3_from_hdf5,
        write_fc2_to_hdf5,
        write_fc3_to_hdf5,
    )
    from phonopy.file_IO import parse_FORCE_CONSTANTS, write_FORCE_CONSTANTS

    monkeypatch.chdir(tmp_path)
    model = zincblende()
    p2s = model.supercell.primitive_to_supercell
    rows = slice(None) if not full else p2s
    for constants, name, theirs, write in (
        (model.fc2, "fc2.hdf5", read_fc2_from_hdf5, write_fc2_to_hdf5),
        (model.fc3, "fc3.hdf5", read_fc3_from_hdf5, write_fc3_to_hdf5),
        (model.fc2, "FORCE_CONSTANTS", parse_FORCE_CONSTANTS, write_FORCE_CONSTANTS),
    ):
        write_force_constants(constants, name, full=full)
        values = theirs(filename=name)
        np.testing.assert_allclose(values[rows], constants.values, rtol=0, atol=1e-13)
        write(values, filename=name, p2s_map=p2s)
        again = phonokit.read_force_constants(name, model.supercell)
        np.testing.assert_allclose(again.values, constants.values, rtol=0, atol=1e-13)


def test_random_displacements_are_the_peers():
    supercells, _ = silicon(2)
    peer = phonopy.Phonopy(
        phonopy.structure.atoms.PhonopyAtoms(
            symbols=supercells.unit_cell.symbols,
            cell=supercells.unit_cell.lattice,
            scaled_positions=supercells.unit_cell.positions,
        ),
        [2, 1, 1],
    )
    for plus_minus in (False, True):
        peer.generate_displacements(
            distance=0.03,
            number_of_snapshots=3,
            random_seed=11,
            is_plusminus=plus_minus,
        )
        ours = random_displacements(3, 16, distance=0.03, seed=11, plus_minus=plus_minus)
        np.testing.assert_array_equal(ours, peer.dataset["displacements"])
