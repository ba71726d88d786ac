"""Files that phonokit writes are phono3py's and phonopy's."""

from dataclasses import replace

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
    Fit,
    RandomSupercells,
    compute_forces,
    fit,
    write_displacements,
    write_force_constants,
    write_force_sets,
    write_forces,
    write_snapshots,
)

phono3py = pytest.importorskip("phono3py")
phonopy = pytest.importorskip("phonopy")
ase = pytest.importorskip("ase")
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


def phonon_supercells(supercells):
    """A larger supercell for second order."""
    cell = supercells.unit_cell
    own = Supercell.of(cell, [2, 2, 1])
    singles = single_displacements(own, Symmetry.of(own.cell), distance=0.03)
    return DisplacedSupercells(cell, own, singles)


def same(ours, theirs, peer, limit):
    """Rows of the primitive cell, to a part of the largest."""
    theirs = theirs if len(theirs) == len(ours.values) else theirs[peer.p2s_map]
    atol = limit * np.abs(theirs).max()
    np.testing.assert_allclose(ours.values, theirs, rtol=0, atol=atol)


@pytest.mark.parametrize("inside", [True, False])
def test_phono3py_takes_second_order_from_its_own_supercell(tmp_path, monkeypatch, inside):
    monkeypatch.chdir(tmp_path)
    supercells, _ = silicon(3)
    phonon = phonon_supercells(supercells)
    supercells = replace(supercells, phonon=phonon)
    forces = compute_forces(supercells, stillinger_weber(), "forces.hdf5")
    phonon_forces = compute_forces(phonon, stillinger_weber(), "forces_fc2.hdf5")
    if inside:
        path = write_displacements(
            supercells,
            "phono3py_params.yaml.xz",
            forces=forces,
            phonon_forces=phonon_forces,
        )
    else:
        path = write_displacements(supercells)
        write_forces("FORCES_FC3", forces, supercells.comments())
        write_forces("FORCES_FC2", phonon_forces, phonon.comments())
    peer = phono3py.load(path, produce_fc=False, log_level=0)
    peer.produce_fc3(fc_calculator="traditional", is_compact_fc=False)
    peer.produce_fc2(fc_calculator="traditional", is_compact_fc=False)
    ours = fit(phonokit.read(tmp_path), Fit(symmetrize=False))
    same(ours.fc2, peer.fc2, peer.phonon_primitive, 1e-10)
    same(ours.fc3, peer.fc3, peer.primitive, 1e-10)


def test_what_phono3py_writes_of_random_displacements_has_the_same_constants(
    tmp_path, monkeypatch
):
    pytest.importorskip("symfc")
    monkeypatch.chdir(tmp_path)
    supercells, _ = silicon(3)
    unit = supercells.unit_cell
    atoms = phonopy.structure.atoms.PhonopyAtoms(
        symbols=unit.symbols, cell=unit.lattice, scaled_positions=unit.positions
    )
    peer = phono3py.Phono3py(
        atoms,
        [2, 1, 1],
        phonon_supercell_matrix=[2, 2, 1],
        primitive_matrix="auto",
        log_level=0,
    )
    peer.generate_displacements(distance=0.03, number_of_snapshots=40, random_seed=1)
    peer.generate_fc2_displacements(distance=0.03, number_of_snapshots=8, random_seed=2)

    def forces_of(cells):
        calculator, found = stillinger_weber(), []
        for cell in cells:
            structure = ase.Atoms(cell.symbols, positions=cell.positions, cell=cell.cell)
            structure.pbc = True
            structure.calc = calculator
            found.append(structure.get_forces())
        return np.array(found)

    peer.forces = forces_of(peer.supercells_with_displacements)
    peer.phonon_forces = forces_of(peer.phonon_supercells_with_displacements)
    peer.save("phono3py_params.yaml", settings={"force_sets": True, "displacements": True})
    peer.produce_fc3(fc_calculator="symfc", is_compact_fc=True)
    peer.produce_fc2(fc_calculator="symfc", is_compact_fc=True)
    ours = fit(phonokit.read(tmp_path))
    same(ours.fc2, peer.fc2, peer.phonon_primitive, 1e-8)
    same(ours.fc3, peer.fc3, peer.primitive, 1e-8)


def test_six_columns_are_phonopys(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    supercells, _ = silicon(2)
    u = random_displacements(4, 16, distance=0.03, seed=11)
    u = RandomSupercells(supercells.unit_cell, supercells.supercell, u, 2)
    forces = compute_forces(u, stillinger_weber(), "forces.hdf5")
    write_displacements(supercells)
    write_snapshots("FORCE_SETS", u.displacements, forces)
    peer = phonopy.load("phonopy_disp.yaml", produce_fc=False, log_level=0)
    np.testing.assert_allclose(peer.dataset["forces"], forces, rtol=0, atol=1e-13)
    path = write_displacements(u, "phonopy_params.yaml", forces=forces)
    peer = phonopy.load(path, produce_fc=False, log_level=0)
    np.testing.assert_allclose(peer.dataset["forces"], forces, rtol=0, atol=1e-15)
    np.testing.assert_allclose(
        peer.dataset["displacements"], u.displacements, rtol=0, atol=1e-15
    )


def test_a_parameter_file_with_excluded_pairs_and_forces_inside_works(
    tmp_path, monkeypatch
):
    """The peer stops at such a file; its constants come from the text file here."""
    monkeypatch.chdir(tmp_path)
    supercells, _ = silicon(3, 4.0)
    forces = compute_forces(supercells, stillinger_weber(), "forces.hdf5")
    write_displacements(supercells, "phono3py_params.yaml", forces=forces)
    ours = fit(phonokit.read("phono3py_params.yaml"), Fit(symmetrize=False))
    path = write_displacements(supercells)
    write_forces("FORCES_FC3", forces, supercells.comments())
    peer = phono3py.load(path, produce_fc=False, log_level=0)
    peer.produce_fc3(fc_calculator="traditional", is_compact_fc=False)
    same(ours.fc3, peer.fc3, peer.primitive, 1e-10)


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
