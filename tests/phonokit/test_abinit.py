"""Constants of ABINIT, as anaddb writes them."""

from typing import get_args

import numpy as np
import phonokit
import pytest
from constants_of_programs import anaddb_arrays, write_netcdf
from format_crystals import CRYSTALS, CUBIC, frequencies
from phono_fc import LatticeForceConstants
from phono_grid.errors import FileError
from phonokit.cli.convert import Reads, Writes
from phonokit.io.born import ChargesLeftOutWarning
from phonokit.io.born_outputs import read_charges_of_output
from phonokit.io.formats import netcdf
from phonokit.io.formats.constants import WRITERS
from phonokit.io.formats.found import FORMATS


def plain():
    return anaddb_arrays(LatticeForceConstants.of(CUBIC.fc2), (2, 2, 2))


@pytest.fixture(scope="module")
def polar(tmp_path_factory):
    """Constants without the dipoles, by Ewald's whole sum, as TDEP has them."""
    folder = tmp_path_factory.mktemp("tdep")
    phonokit.write_constants(CRYSTALS["polar"], folder, format="tdep")
    return phonokit.load(folder)


@pytest.mark.parametrize("version", [1, 2, 4])
def test_constants_of_anaddb_give_the_frequencies(version, tmp_path):
    write_netcdf(plain(), tmp_path / "x_anaddb.nc", version=version)
    there = phonokit.load(tmp_path)
    assert there.origin.source == "ABINIT (anaddb)"
    found = frequencies(there, like=CUBIC)
    np.testing.assert_allclose(found, frequencies(CUBIC), rtol=0, atol=1e-8)


def test_dipoles_of_anaddb_are_ewald_s_whole_sum(polar, tmp_path):
    given = polar.constants.fc2
    grid = tuple(2 * np.abs(given.cells).max(axis=(0, 1)) + 1)
    arrays = anaddb_arrays(given, grid, polar.polar)
    path = tmp_path / "anaddb.nc"
    write_netcdf(arrays, path, version=1)
    there = phonokit.load(path)
    expected = frequencies(CRYSTALS["polar"])
    np.testing.assert_allclose(
        frequencies(there, like=CRYSTALS["polar"]), expected, atol=1e-5
    )
    charges = read_charges_of_output(path)
    np.testing.assert_allclose(charges.charges, polar.polar.charges.charges, atol=1e-12)
    arrays["ifc_matrix_cart_coord"] = arrays.pop("ifc_matrix_cart_coord_short_range")
    write_netcdf(arrays, path, version=1)
    with pytest.warns(ChargesLeftOutWarning, match="hold the dipoles"):
        assert phonokit.load(path).polar is None


def test_turned_axes_of_charges_are_those_of_the_field(tmp_path):
    arrays = plain()
    z = np.array([[1.0, 0.2, 0], [0, 1, 0], [0, 0, 1]])
    arrays["becs_cart"], arrays["emacro_cart"] = np.array([z, -z]), 9 * np.eye(3)
    write_netcdf(arrays, tmp_path / "anaddb.nc", version=2)
    found = read_charges_of_output(tmp_path / "anaddb.nc")
    np.testing.assert_array_equal(found.charges, [z.T, -z.T])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda a: a.pop("ifc_matrix_cart_coord"), "no force constants; let anaddb"),
        (lambda a: a.pop("ifc_weights"), "anaddb of ABINIT 9.2 or later"),
        (lambda a: a["ifc_weights"].__setitem__((0, 3), 0), "a larger ifcout"),
        (lambda a: a["ifc_atoms_indices"].__setitem__(0, 2), "1 of 2 atoms|2 of 2 atoms"),
        (
            lambda a: a["ifc_atoms_cart_coord"].__iadd__(
                np.linspace(0, 1, a["ifc_weights"].shape[1])[:, None]
            ),
            "not those of the",
        ),
        (lambda a: a["atom_species"].__setitem__(0, 3), "expected kinds 1 to 2"),
        (lambda a: a["primitive_vectors"].__setitem__((0, 0), np.nan), "cannot be"),
    ],
)
def test_what_anaddb_has_left_out_is_told(change, error, tmp_path):
    arrays = plain() | {"becs_cart": np.zeros((2, 3, 3))}
    change(arrays)
    write_netcdf(arrays, tmp_path / "anaddb.nc", version=1)
    with pytest.raises(FileError, match=error):
        phonokit.load(tmp_path / "anaddb.nc")


def test_a_derivative_database_says_what_makes_constants_of_it(tmp_path):
    text = "\n **** DERIVATIVE DATABASE ****\n+DDB, Version number    100401\n"
    (tmp_path / "out_DDB").write_text(text)
    for path in (tmp_path / "out_DDB", tmp_path):
        with pytest.raises(FileError, match=r"out_DDB: is a derivative database of ABINIT"):
            phonokit.load(path)


def test_a_damaged_header_of_netcdf_is_refused(tmp_path):
    path = tmp_path / "anaddb.nc"
    write_netcdf(plain(), path, version=1)
    whole = path.read_bytes()
    for size in range(4, 1200, 7):
        path.write_bytes(whole[:size])
        with pytest.raises(FileError):
            phonokit.read_constants(path, format="abinit")
    path.write_bytes(whole[:-100])
    with pytest.raises(FileError, match="ends beyond the file"):
        phonokit.load(path)


def test_the_classic_format_is_that_of_the_library(tmp_path):
    io = pytest.importorskip("scipy.io")
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array([3, 4], dtype=np.int32)}
    for version in (1, 2):
        path = tmp_path / f"{version}.nc"
        with io.netcdf_file(path, "w", version=version) as file:
            for n in (2, 3):
                file.createDimension(f"n{n}", n)
            file.title = "a title"
            for name, array in arrays.items():
                made = file.createVariable(
                    name, array.dtype.char, [f"n{n}" for n in array.shape]
                )
                made[:] = array
                made.units = "bohr"
        write_netcdf(arrays, tmp_path / "own.nc", version=version)
        for each in (path, tmp_path / "own.nc"):
            with netcdf.open_netcdf(each) as opened:
                for name, array in arrays.items():
                    np.testing.assert_array_equal(opened.read(name, array.shape), array)
        with io.netcdf_file(tmp_path / "own.nc", mmap=False) as file:
            np.testing.assert_array_equal(file.variables["a"][:], arrays["a"])


def test_phono_convert_knows_every_format_that_is_read():
    assert set(get_args(Reads)) == {each.name for each in FORMATS}
    assert set(get_args(Writes)) == set(WRITERS)
