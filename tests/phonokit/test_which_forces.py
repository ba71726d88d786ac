"""Which forces are taken, from files or from memory."""

from dataclasses import replace

import numpy as np
import phonokit
import pytest
from displaced_models import Springs, forces_of, pairs_of, random_of, singles_of
from phono_grid.errors import DomainError, FileError, ShapeError
from phonokit import write_displacements, write_force_sets, write_forces
from phonokit.io.write_forces import save_forces
from phonokit.model.formula import formula_of
from random_crystals import Model


@pytest.fixture(scope="module")
def model() -> Model:
    """Eight atoms of wurtzite's structure, in an 1 × 1 × 2 supercell."""
    return Model.random("wurtzite")


def shifted(forces: np.ndarray) -> np.ndarray:
    """Forces that are others."""
    return forces + 0.001


@pytest.mark.parametrize("name", ["FORCES_FC2", "FORCE_SETS", "forces.hdf5"])
def test_a_file_of_forces_that_is_named_is_taken(tmp_path, model, name):
    pytest.importorskip("ase")
    supercells = singles_of(model)
    path = write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    forces = forces_of(model, supercells)
    write_forces(tmp_path / "FORCES_FC2", forces, supercells.comments())
    write_force_sets(tmp_path / "FORCE_SETS", supercells, shifted(forces))
    stored = phonokit.compute_forces(
        supercells, Springs(supercells), tmp_path / "forces.hdf5"
    )
    # One with forces inside is another data set of the same displacements.
    write_displacements(
        supercells, tmp_path / "phonopy_params.yaml", forces=shifted(shifted(forces))
    )
    expected = {"FORCES_FC2": forces, "FORCE_SETS": shifted(forces), "forces.hdf5": stored}
    for reader in (phonokit.read, lambda p: phonokit.load(p).constants.data):
        data = reader(tmp_path / name)
        np.testing.assert_allclose(data.singles.forces, expected[name], rtol=0, atol=1e-13)
        assert [file.path for file in data.files] == [path, tmp_path / name]


@pytest.mark.parametrize("name", ["FORCE_SETS", "forces.hdf5"])
def test_two_files_of_different_forces_are_refused(tmp_path, model, name):
    pytest.importorskip("ase")
    supercells = singles_of(model)
    path = write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    springs = Springs(supercells)
    forces = phonokit.compute_forces(supercells, springs, tmp_path / "forces.hdf5")
    units = phonokit.read_supercells(path)[1]
    save_forces(tmp_path, supercells, forces, units)
    expected = phonokit.read(tmp_path)
    np.testing.assert_allclose(expected.singles.forces, forces, rtol=0, atol=1e-13)
    assert expected.files[-1].path.name == "FORCES_FC2"
    (tmp_path / name).unlink()
    if name == "FORCE_SETS":
        write_force_sets(tmp_path / name, supercells, shifted(forces))
    else:
        springs.rest = springs.rest + 0.001
        phonokit.compute_forces(supercells, springs, tmp_path / name)
    with pytest.raises(FileError, match=f"{name}: holds other forces than FORCES_FC2") as e:
        phonokit.read(tmp_path)
    assert "name the file of forces that you mean, or remove the other" in str(e.value)
    assert phonokit.read(tmp_path / "FORCES_FC2") == expected


def test_a_file_of_forces_that_nothing_needs_is_refused(tmp_path, model):
    supercells = pairs_of(model)
    write_displacements(supercells, tmp_path / "phono3py_disp.yaml")
    forces = forces_of(model, supercells)
    write_forces(tmp_path / "FORCES_FC3", forces, supercells.comments())
    write_forces(tmp_path / "FORCES_FC2", forces[:1], ["# 1\n"])
    with pytest.raises(FileError, match=r"FORCES_FC2: is of no use to phono3py_disp\.yaml"):
        phonokit.read(tmp_path / "FORCES_FC2")
    assert phonokit.read(tmp_path) == phonokit.read(tmp_path / "FORCES_FC3")


@pytest.mark.parametrize("kind", [pairs_of, singles_of, random_of])
def test_forces_and_supercells_in_memory_are_the_data_of_their_files(tmp_path, model, kind):
    supercells = kind(model)
    forces = forces_of(model, supercells)
    name = f"phono{'3py' if supercells.order == 3 else 'py'}_params.yaml"
    path = write_displacements(supercells, tmp_path / name, forces=forces)
    written = phonokit.read(path)
    made = phonokit.ForceData.from_supercells(supercells, forces)
    assert (made.order, made.description) == (written.order, written.description)
    for field in ("singles", "pairs", "snapshots"):
        one, other = getattr(made, field), getattr(written, field)
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one.forces, other.forces, rtol=0, atol=1e-15)
    formula = formula_of(made.supercell.primitive)
    assert repr(made) == f"ForceData({formula}, {made.description})"


def test_forces_of_excluded_pairs_may_be_left_out(model):
    supercells = pairs_of(model, 3.0)
    forces = forces_of(model, supercells)
    included = supercells.included
    assert 0 < included.sum() < len(supercells)
    every = phonokit.ForceData.from_supercells(supercells, forces)
    assert every == phonokit.ForceData.from_supercells(supercells, forces[included])
    assert len(every.pairs) == included.sum() - len(supercells.singles)


def test_forces_that_do_not_fit_their_supercells_are_refused(model):
    supercells = pairs_of(model, 3.0)
    forces = forces_of(model, supercells)
    make = phonokit.ForceData.from_supercells
    n, needed = len(supercells), int(supercells.included.sum())
    with pytest.raises(ShapeError, match=f"expected forces in {n} or {needed} supercells"):
        make(supercells, forces[:-1])
    with pytest.raises(ShapeError, match="forces: expected shape"):
        make(supercells, forces[:, :-1])
    forces[0, 0, 0] = np.nan
    with pytest.raises(DomainError, match="forces must be finite"):
        make(supercells, forces)
    with pytest.raises(DomainError, match="phonon_forces: give the forces in supercells"):
        make(replace(supercells, phonon=singles_of(model)), forces)
    with pytest.raises(DomainError, match=r"phonon: its primitive cell, .* is not the oth"):
        replace(supercells, phonon=singles_of(Model.random("rocksalt")))


@pytest.mark.parametrize("vectors", [False, True])
def test_magnetic_moments_come_back(tmp_path, model, vectors):
    cell = model.crystal.supercell.primitive
    moments = np.arange(cell.n_atoms) % 2 * 2.0 - 1.0
    moments = np.outer(moments, [0.25, -0.5, 1.0]) if vectors else moments
    cell = replace(cell, magnetic_moments=moments)
    supercells = phonokit.displace(
        cell, phonokit.Displace(supercell=(1, 1, 2), primitive="P", second_order=True)
    )
    write_displacements(supercells, tmp_path / "phonopy_disp.yaml")
    again, _ = phonokit.read_supercells(tmp_path)
    np.testing.assert_array_equal(again.unit_cell.magnetic_moments, moments)
    np.testing.assert_array_equal(
        again.supercell.cell.magnetic_moments, supercells.supercell.cell.magnetic_moments
    )
