"""Force constants come back from files, and with them the conductivity."""

import h5py
import numpy as np
import pytest
from model_crystals import springs, zincblende
from phono_3ph import PeriodicModes, Scattering, Series3, conductivity_rta, linewidths
from phono_dynmat import (
    HarmonicSeries,
    bose_einstein,
    group_velocities,
    heat_capacities,
    phonon_frequencies,
    phonon_modes,
)
from phono_fc import (
    ForceConstants,
    LatticeForceConstants,
    SparseForceConstants3,
    expand,
    symmetrize,
)
from phono_grid import Cell, Grid, IrreduciblePoints, Supercell, Symmetry
from phono_grid.errors import DomainError, FileError
from phonokit import (
    read_force_constants,
    read_shengbte,
    read_sparse_force_constants,
    write_force_constants,
    write_shengbte,
    write_sparse_force_constants,
)

MODEL = zincblende()


def kappa(fc2, fc3):
    """The conductivity at 300 K."""
    cell = fc2.supercell.primitive
    symmetry = Symmetry.of(cell)
    grid = Grid.of(cell, [3, 3, 3], symmetry)
    points = IrreduciblePoints.of(grid)
    series2, series3 = HarmonicSeries.of(fc2), Series3.of(fc3)
    modes = phonon_modes(series2, grid.qpoints)
    phonons = PeriodicModes.of(grid, modes, cell)
    occupations = bose_einstein(phonons.frequencies, [300.0])
    gamma = np.stack(
        [
            linewidths(series3, phonons, int(q), occupations, Scattering())
            for q in points.points
        ],
        axis=1,
    )
    at_points = phonon_modes(series2, grid.qpoints[points.points])
    velocities = group_velocities(series2, at_points, symmetry.reciprocal_rotations())
    cv = heat_capacities(at_points.frequencies, [300.0], cutoff_frequency=1e-4)
    return conductivity_rta(grid, points, velocities, cv, gamma, cell.volume).kappa


def test_the_conductivity_survives_the_way_through_shengbte(tmp_path):
    write_shengbte(MODEL.fc2, MODEL.fc3, tmp_path)
    expected = kappa(MODEL.fc2, MODEL.fc3)
    assert expected[0, 0] > 0
    fc2, fc3 = read_shengbte(tmp_path, MODEL.supercell)
    np.testing.assert_allclose(fc3.values, MODEL.fc3.values, rtol=0, atol=1e-13)
    np.testing.assert_allclose(fc2.values, MODEL.fc2.values, rtol=0, atol=1e-14)
    np.testing.assert_allclose(kappa(fc2, fc3), expected, rtol=1e-9, atol=1e-12)
    # Every block of the file says where its atoms are: a supercell in which no two images
    # are equally near holds the same crystal.
    larger = Supercell.of(MODEL.supercell.primitive, [3, 3, 3], "P")
    fc2, fc3 = read_shengbte(tmp_path, MODEL.supercell, larger)
    assert fc3.values.shape[1] == 54
    np.testing.assert_allclose(kappa(fc2, fc3), expected, rtol=1e-9, atol=1e-12)


def test_small_blocks_are_left_out_when_asked(tmp_path):
    third = write_shengbte(MODEL.fc2, MODEL.fc3, tmp_path)[1]
    every = int(third.read_text().split()[0])
    series = Series3.of(MODEL.fc3)
    threshold = float(np.median(np.abs(series.values).max(axis=(1, 2, 3))))
    write_shengbte(MODEL.fc2, MODEL.fc3, tmp_path, threshold=threshold)
    assert 0 < int(third.read_text().split()[0]) < every
    _, fc3 = read_shengbte(tmp_path)
    assert np.abs(fc3.values).max(axis=(1, 2, 3)).min() > threshold * (1 - 1e-12)


def conventional():
    """Constants of a supercell that multiplies the cubic cell, primitive cell fcc."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    positions = np.r_[fcc, fcc + 0.25]
    cell = Cell(5.65 * np.eye(3), positions, ["Ga"] * 4 + ["As"] * 4, [70] * 8)
    small = Supercell.of(cell, [2, 2, 2], "F")
    return symmetrize(ForceConstants(springs(small), small))


def test_a_supercell_of_the_conventional_cell_is_written_in_primitive_axes(tmp_path):
    fc2 = conventional()
    write_shengbte(fc2, None, tmp_path)
    again, none = read_shengbte(tmp_path)
    assert none is None
    assert again.supercell.n_cells == 64
    q = np.random.default_rng(1).uniform(-1, 1, (20, 3))
    expected, there = (phonon_frequencies(HarmonicSeries.of(c), q) for c in (fc2, again))
    np.testing.assert_allclose(there, expected, rtol=0, atol=1e-9)


def test_either_file_of_shengbte_is_written_and_read_alone(tmp_path):
    write_shengbte(None, MODEL.fc3, tmp_path / "new" / "folder")
    fc2, fc3 = read_shengbte(tmp_path / "new" / "folder")
    assert fc2 is None
    assert fc3.order == 3
    sparse = SparseForceConstants3.of(MODEL.fc3)
    write_shengbte(None, sparse, tmp_path / "sparse")
    other = read_shengbte(tmp_path / "sparse")[1]
    np.testing.assert_allclose(other.values, fc3.values, rtol=0, atol=1e-12)
    with pytest.raises(DomainError, match="give one of them at least"):
        write_shengbte(None, None, tmp_path)


def test_shengbte_s_file_has_the_linewidths_that_are_computed_here(tmp_path):
    """Blocks are those of the series, whose origin is averaged."""
    write_shengbte(MODEL.fc2, MODEL.fc3, tmp_path)
    fc2, fc3 = read_shengbte(tmp_path)
    assert isinstance(fc3, LatticeForceConstants)
    own, there = Series3.of(MODEL.fc3), Series3.of(fc3)
    np.testing.assert_array_equal(there.atoms, own.atoms)
    np.testing.assert_array_equal(there.cells, own.cells)
    atol = 1e-13 * np.abs(own.values).max()
    np.testing.assert_allclose(there.values, own.values, rtol=0, atol=atol)
    np.testing.assert_allclose(kappa(fc2, fc3), kappa(MODEL.fc2, MODEL.fc3), rtol=1e-9)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", ["fc2.hdf5", "FORCE_CONSTANTS", "fc3.hdf5"])
def test_constants_come_back(tmp_path, name, full):
    constants = MODEL.fc3 if "3" in name else MODEL.fc2
    path = write_force_constants(constants, tmp_path / name, full=full)
    again = read_force_constants(path, MODEL.supercell)
    assert again.order == constants.order
    np.testing.assert_allclose(again.values, constants.values, rtol=0, atol=1e-13)
    if full:  # whichever primitive cell asks
        every = np.arange(MODEL.supercell.cell.n_atoms)
        cell = MODEL.supercell.cell
        again = read_force_constants(path, Supercell(cell, cell, every, every))
        np.testing.assert_allclose(again.values, expand(constants), rtol=0, atol=1e-13)


def test_hdf5_has_the_names_others_look_for(tmp_path):
    with h5py.File(write_force_constants(MODEL.fc2, tmp_path / "fc2.hdf5")) as file:
        assert file["force_constants"].shape == (2, 16, 3, 3)
        assert file["physical_unit"][0] == b"eV/angstrom^2"
        np.testing.assert_array_equal(
            file["p2s_map"], MODEL.supercell.primitive_to_supercell
        )
    with h5py.File(write_force_constants(MODEL.fc3, tmp_path / "fc3.hdf5")) as file:
        assert file["fc3"].shape == (2, 16, 16, 3, 3, 3)


def test_what_is_wrong_with_a_file_of_constants_is_said(tmp_path):
    def refused(path, message, supercell=MODEL.supercell):
        with pytest.raises(FileError, match=message):
            read_force_constants(path, supercell)

    with pytest.raises(FileError, match="third-order constants are written as HDF5"):
        write_force_constants(MODEL.fc3, tmp_path / "FORCE_CONSTANTS")
    refused(tmp_path / "none.hdf5", "no such file")
    path = write_force_constants(MODEL.fc2, tmp_path / "fc2.hdf5")
    larger = Supercell.of(MODEL.supercell.primitive, [3, 2, 2], "P")
    refused(path, "is of a supercell Ga8As8, not of this Ga12As12", larger)
    with h5py.File(path, "a") as file:
        del file.attrs["formula"], file.attrs["supercell_lattice"]
    refused(path, "the first atoms are 1, 9, but .* stands for 1, 13", larger)
    with h5py.File(path, "a") as file:
        file["physical_unit"][0] = b"Ry/au^2"
    refused(path, "physical_unit is 'Ry/au.2', expected")
    with h5py.File(path, "w") as file:
        file["kappa"] = 1
    refused(path, "expected a dataset force_constants, fc2 or fc3, got kappa")
    path = write_force_constants(MODEL.fc2, tmp_path / "FORCE_CONSTANTS")
    text = path.read_text()
    path.write_text(text.rpartition("\n")[0].rpartition("\n")[0])
    refused(path, "expected a line of two numbers of atoms")
    path.write_text(text.replace("   1    2\n", "   1    3\n", 1))
    refused(path, "pair 1 3 is not where it should be")
    refused(tmp_path / "FORCE_CONSTANTS.xz", "no such file")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t[: len(t) // 2], r"expected \d+ numbers for \d+ blocks"),
        (lambda t: t.replace("\n     1      1 ", "\n     9      1 ", 1), "atoms 1 to 2"),
        (lambda t: t.replace("0.000000000000e+00", "0.3", 1), "not of the lattice"),
        (lambda t: t.replace("\n 1  1  1 ", "\n 1  1  x ", 1), "'x' is not a number"),
        (lambda t: "", "is empty"),
    ],
)
def test_what_is_wrong_with_third_order_of_shengbte_is_said(tmp_path, change, message):
    third = write_shengbte(MODEL.fc2, MODEL.fc3, tmp_path)[1]
    text = third.read_text()
    assert change(text) != text
    third.write_text(change(text))
    with pytest.raises(FileError, match=message):
        read_shengbte(tmp_path, MODEL.supercell)


def test_sparse_constants_come_back(tmp_path):
    for options in ({"cutoff": 4.0}, {"threshold": 1e9}):
        sparse = SparseForceConstants3.of(MODEL.fc3, **options)
        path = write_sparse_force_constants(sparse, tmp_path / "fc3.hdf5")
        again = read_sparse_force_constants(path, MODEL.supercell)
        np.testing.assert_array_equal(again.blocks, sparse.blocks)
        np.testing.assert_array_equal(again.atoms, sparse.atoms)
    with pytest.raises(FileError, match="holds sparse constants; read it with"):
        read_force_constants(path, MODEL.supercell)
    larger = Supercell.of(MODEL.supercell.primitive, [3, 2, 2], "P")
    with pytest.raises(FileError, match="is of a supercell Ga8As8, not of this Ga12As12"):
        read_sparse_force_constants(path, larger)
    path = write_force_constants(MODEL.fc3, tmp_path / "full.hdf5")
    with pytest.raises(FileError, match="holds no sparse constants"):
        read_sparse_force_constants(path, MODEL.supercell)
    with pytest.raises(FileError, match=r"name a file \.hdf5"):
        write_sparse_force_constants(sparse, tmp_path / "fc3.txt")


def test_acoustic_modes_at_gamma_never_scatter():
    """Constants that break the sum rule leave them a frequency, and nothing else."""
    own = np.arange(2), MODEL.supercell.primitive_to_supercell
    values = MODEL.fc2.values.copy()
    values[own] += 2e-6 * np.eye(3)
    broken = ForceConstants(values, MODEL.supercell)
    assert phonon_frequencies(HarmonicSeries.of(broken), [[0, 0, 0]]).min() > 1e-3
    expected, there = (kappa(fc2, MODEL.fc3) for fc2 in (MODEL.fc2, broken))
    np.testing.assert_allclose(there, expected, rtol=1e-4, atol=1e-9)
