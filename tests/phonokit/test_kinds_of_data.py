"""Every kind of data, through every kind of file, gives the constants that made it."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from displaced_models import Springs, forces_of, pairs_of, random_of, singles_of
from phono_fc import (
    RandomDisplacementForces,
    SingleDisplacementForces,
    drift_sparse,
    force_constants2,
    least_squares,
    single_displacements,
    symmetrize,
)
from phono_grid import Supercell, Symmetry
from phono_grid.errors import DomainError, FileError
from phonokit import DisplacedSupercells, Fit, fit
from phonokit.io.write_displacements import write_displacements
from phonokit.io.write_forces import (
    save_forces,
    write_forces,
    write_snapshots,
)
from phonokit.model import constants as constants_module
from random_crystals import Model

SUFFIXES = ["", ".xz", ".gz", ".bz2"]


@pytest.fixture(scope="module")
def model() -> Model:
    """Eight atoms of wurtzite's structure, in an 1 × 1 × 2 supercell."""
    return Model.random("wurtzite")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("cutoff", [None, 3.0])
def test_pairs_come_back_from_a_file_with_forces_inside(tmp_path, model, suffix, cutoff):
    supercells = pairs_of(model, cutoff)
    forces = forces_of(model, supercells)
    path = tmp_path / f"phono3py_params.yaml{suffix}"
    write_displacements(supercells, path, forces=forces)
    data = phonokit.read(tmp_path)
    n = len(supercells.singles)
    np.testing.assert_allclose(data.singles.forces, forces[:n], rtol=0, atol=1e-15)
    included = supercells.included[n:]
    np.testing.assert_allclose(data.pairs.forces, forces[n:][included], rtol=0, atol=1e-15)
    assert (data.pair_cutoff is None) == (cutoff is None)
    assert [f.path for f in data.files] == [path]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_forces_beside_are_written_whatever_the_compression(tmp_path, model, suffix):
    supercells = pairs_of(model, 3.0)
    forces = forces_of(model, supercells) * supercells.included[:, None, None]
    write_displacements(supercells, tmp_path / f"phono3py_disp.yaml{suffix}")
    write_forces(tmp_path / f"FORCES_FC3{suffix}", forces, supercells.comments())
    n = len(supercells.singles)
    data = phonokit.read(tmp_path)
    expected = forces[n:][supercells.included[n:]]
    np.testing.assert_allclose(data.pairs.forces, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("order", [2, 3])
def test_random_displacements_come_back_from_either_place(tmp_path, model, inside, order):
    supercells = random_of(model, 5, order)
    forces = forces_of(model, supercells)
    name = {2: "phonopy_params.yaml", 3: "phono3py_params.yaml"}[order]
    write_displacements(supercells, tmp_path / name, forces=forces if inside else None)
    if not inside:
        save_forces(
            tmp_path, supercells, forces, phonokit.read_supercells(tmp_path / name)[1]
        )
        if order == 2:
            (tmp_path / "FORCES_FC2").unlink()  # FORCE_SETS is left
    data = phonokit.read(tmp_path)
    assert (data.order, data.singles, data.pairs) == (order, None, None)
    np.testing.assert_allclose(data.snapshots.forces, forces, rtol=0, atol=1e-13)
    np.testing.assert_allclose(
        data.snapshots.displacements, supercells.displacements, rtol=0, atol=1e-13
    )
    again, _ = phonokit.read_supercells(tmp_path / name)
    np.testing.assert_allclose(again.displacements, supercells.displacements, atol=1e-15)


def test_a_file_of_six_columns_replaces_the_pairs_of_the_yaml_file(tmp_path, model):
    """As phono3py has it: the layout says what the forces are of."""
    supercells = random_of(model, 5)
    forces = forces_of(model, supercells)
    write_displacements(pairs_of(model), tmp_path / "phono3py_disp.yaml")
    write_snapshots(tmp_path / "FORCES_FC3.xz", supercells.displacements, forces)
    data = phonokit.read(tmp_path)
    np.testing.assert_allclose(data.snapshots.forces, forces, rtol=0, atol=1e-13)
    assert data.pairs is None


def test_random_displacements_have_the_constants_of_the_model(tmp_path, model):
    pytest.importorskip("symfc")
    supercells = random_of(model)
    forces = forces_of(model, supercells)
    path = tmp_path / "phono3py_params.yaml"
    write_displacements(supercells, path, forces=forces)
    constants = fit(phonokit.read(path))
    for solved, full in ((constants.fc2, model.fc2), (constants.fc3, model.fc3)):
        expected = model.crystal.rows(full)
        np.testing.assert_allclose(solved.values, expected, rtol=0, atol=1e-8)


def test_a_cutoff_limits_the_fit_of_random_displacements(model, monkeypatch):
    """Second and third order come from one fit without the constants beyond."""
    pytest.importorskip("symfc")
    supercells = random_of(model)
    data = phonokit.ForceData.from_supercells(supercells, forces_of(model, supercells))
    fits = []

    def counted(*args, **options):
        fits.append(options)
        return least_squares(*args, **options)

    monkeypatch.setattr(constants_module, "least_squares", counted)
    within = fit(data, Fit(fc3_cutoff=3.0, sparse=True))
    second, sparse = within.fc2, within.fc3
    assert fits == [{"orders": (2, 3), "cutoffs": {3: 3.0}}]
    dense = fit(data, Fit(fc3_cutoff=3.0))
    np.testing.assert_array_equal(sparse.dense().values, dense.fc3.values)
    np.testing.assert_array_equal(second.values, dense.fc2.values)
    assert 0 < len(sparse) < dense.fc3.values[..., 0, 0, 0].size / 2
    assert max(drift_sparse(sparse)) < 1e-10
    # Forces of what was left out are now noise in the second order, too.
    free = fit(data)
    assert 1e-8 < np.abs(free.fc2.values - second.values).max() < 0.1


def larger(model: Model, matrix: list) -> tuple[DisplacedSupercells, np.ndarray]:
    """A supercell of second order alone, with forces at random."""
    third = model.crystal.supercell
    own = Supercell.of(third.primitive, matrix, "P").on_primitive(third.primitive)
    singles = single_displacements(
        own, Symmetry.of(own.cell), distance=0.03, diagonal=False
    )
    shape = (len(singles), own.cell.n_atoms, 3)
    forces = np.random.default_rng(3).normal(size=shape)
    return DisplacedSupercells(third.primitive, own, singles), forces


@pytest.mark.parametrize("inside", [True, False])
def test_second_order_has_its_own_supercell(tmp_path, model, inside):
    supercells = pairs_of(model)
    forces = forces_of(model, supercells)
    phonon, phonon_forces = larger(model, [2, 2, 1])
    supercells = replace(supercells, phonon=phonon)
    path = tmp_path / "phono3py_disp.yaml"
    if inside:
        write_displacements(supercells, path, forces=forces, phonon_forces=phonon_forces)
    else:
        write_displacements(supercells, path)
        write_forces(tmp_path / "FORCES_FC3", forces, supercells.comments())
        write_forces(tmp_path / "FORCES_FC2.xz", phonon_forces, phonon.comments())
    data = phonokit.read(tmp_path)
    assert len(data.files) == (1 if inside else 3)
    own = data.second_order.supercell
    assert (own.cell.n_atoms, data.supercell.cell.n_atoms) == (16, 8)
    constants = fit(data)
    singles = SingleDisplacementForces(
        phonon.singles.atoms, phonon.singles.displacements, phonon_forces
    )
    symmetry = Symmetry.of(phonon.supercell.cell)
    expected = symmetrize(force_constants2(phonon.supercell, symmetry, singles))
    np.testing.assert_allclose(constants.fc2.values, expected.values, rtol=0, atol=1e-10)
    assert constants.fc3.values.shape == (4, 8, 8, 3, 3, 3)
    # Bands need no third order, and get the same second.
    crystal = phonokit.Crystal.from_forces(data)
    np.testing.assert_array_equal(crystal.fc2.values, constants.fc2.values)
    assert "fc3" not in vars(crystal)
    again = phonokit.read_supercells(tmp_path)[0].phonon
    np.testing.assert_array_equal(again.singles.atoms, phonon.singles.atoms)
    assert "second order 16 atoms" in data.description


def test_the_old_name_of_second_order_displacements_is_read(tmp_path, model):
    supercells = pairs_of(model)
    phonon, phonon_forces = larger(model, [1, 1, 1])
    supercells = replace(supercells, phonon=phonon)
    path = tmp_path / "phono3py_params.yaml"
    write_displacements(
        supercells,
        path,
        forces=forces_of(model, supercells),
        phonon_forces=phonon_forces,
    )
    path.write_text(path.read_text().replace("phonon_displacements:", "displacements:"))
    found = phonokit.read(path).second_order
    np.testing.assert_allclose(found.forces.forces, phonon_forces, rtol=0, atol=1e-15)


def test_random_displacements_of_a_supercell_of_second_order(tmp_path, model):
    pytest.importorskip("symfc")
    supercells = pairs_of(model)
    phonon = random_of(model, 20, order=2)
    supercells = replace(supercells, phonon=phonon)
    fc2_only = forces_of(model, phonon)
    path = tmp_path / "phono3py_params.yaml"
    write_displacements(
        supercells,
        path,
        forces=forces_of(model, supercells),
        phonon_forces=fc2_only,
    )
    data = phonokit.read(path)
    assert isinstance(data.second_order.forces, RandomDisplacementForces)
    constants = fit(data)
    # Cubic forces are noise for a fit of second order alone.
    expected = model.crystal.rows(model.fc2)
    np.testing.assert_allclose(constants.fc2.values, expected, rtol=0, atol=0.1)


def test_both_supercells_share_the_primitive_cell(model):
    """Whatever the matrices, atoms and phases are those of third order."""
    third = model.crystal.supercell
    skew = Supercell.of(third.primitive, [[1, 1, 0], [-1, 1, 0], [0, 0, 1]], "P")
    shared = skew.on_primitive(third.primitive)
    assert shared.primitive is third.primitive
    for k, s in enumerate(shared.primitive_to_supercell):
        apart = (
            skew.cell.positions[s]
            @ skew.cell.lattice
            @ np.linalg.inv(third.primitive.lattice)
        )
        apart -= third.primitive.positions[k]
        np.testing.assert_allclose(apart, np.rint(apart), atol=1e-10)


def test_second_order_alone_has_no_third(tmp_path, model):
    supercells = singles_of(model)
    path = tmp_path / "phonopy_params.yaml"
    write_displacements(supercells, path, forces=forces_of(model, supercells))
    data = phonokit.read(tmp_path)
    assert data.order == 2
    with pytest.raises(DomainError, match="of second order alone; third order needs"):
        _ = phonokit.Crystal.from_forces(data).fc3
    with pytest.raises(DomainError, match="of second order beside one of third"):
        replace(supercells, phonon=supercells)


def test_the_store_of_a_run_is_read_in_place_of_text(tmp_path, model):
    pytest.importorskip("ase")
    supercells = pairs_of(model, 3.0)
    write_displacements(supercells, tmp_path / "phono3py_disp.yaml")
    store = tmp_path / "forces.hdf5"
    springs = Springs(supercells)
    forces = phonokit.compute_forces(supercells, springs, store, residual=True)
    n = len(supercells.singles)
    data = phonokit.read(tmp_path)
    np.testing.assert_array_equal(data.singles.forces, forces[:n])
    np.testing.assert_array_equal(data.pairs.forces, forces[n:][supercells.included[n:]])
    with h5py.File(store, "a") as file:
        file["done"][n] = 0
    with pytest.raises(FileError, match=f"have no forces yet, the first is number {n + 1}"):
        phonokit.read(tmp_path)
    write_displacements(random_of(model, 6), tmp_path / "phono3py_disp.yaml")
    with pytest.raises(FileError, match=r"forces\.hdf5: .*of other displaced supercells"):
        phonokit.read(tmp_path)


def test_a_long_file_of_forces_takes_the_memory_of_its_numbers(tmp_path, model):
    """Read batch by batch, excluded pairs passed over: 800 sets of 8 atoms are 0.15 MB."""
    import tracemalloc

    from phonokit.io.read_forces import read_forces

    n, path = 8_000, tmp_path / "FORCES_FC3"
    one = "# File\n" + "0.125 0.25 0.5\n" * 8
    path.write_text(one * n)
    included = np.zeros(n, dtype=np.bool_)
    included[::10] = True
    tracemalloc.start()
    forces = read_forces(path, included, 8)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert forces.shape == (800, 8, 3)
    np.testing.assert_array_equal(forces[-1, -1], [0.125, 0.25, 0.5])
    assert peak < 12e6  # of which one batch of lines is the most; all lines are 36 MB


def test_names_of_files_are_looked_for_in_order(tmp_path):
    with pytest.raises(FileError, match=r"no phono3py_params.*no phonopy_disp\.yaml"):
        phonokit.read(tmp_path)
    assert not list(Path(tmp_path).iterdir())
