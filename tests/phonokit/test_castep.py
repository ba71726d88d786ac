"""Binary files of CASTEP, which Euphonic reads."""

import sys

import numpy as np
import phonokit
import pytest
from constants_of_programs import write_castep_bin
from format_crystals import CRYSTALS, frequencies
from phono_grid.errors import FileError
from phonokit.cli.app import main

BOTH = pytest.mark.parametrize("name", CRYSTALS)


@BOTH
def test_the_frequencies_of_a_binary_file_are_those_of_its_constants(name, tmp_path):
    pytest.importorskip("euphonic")
    crystal = CRYSTALS[name]
    write_castep_bin(crystal, tmp_path / "seed.castep_bin")
    there = phonokit.load(tmp_path)
    assert there.origin.source == "CASTEP"
    assert (there.polar is None) == (crystal.polar is None)
    found, expected = frequencies(there, like=crystal), frequencies(crystal)
    # Constants of nature differ by a few 1e-7.
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * expected.max())
    (tmp_path / "seed.castep_bin").rename(tmp_path / "seed.check")
    assert phonokit.load(tmp_path).fc2 == there.fc2
    assert main(["convert", str(tmp_path / "seed.check"), str(tmp_path / "t")]) == 0


def test_what_is_wrong_with_a_binary_file_is_said(tmp_path, monkeypatch):
    path = tmp_path / "seed.castep_bin"
    write_castep_bin(CRYSTALS["plain"], path)
    whole = path.read_bytes()
    monkeypatch.setitem(sys.modules, "euphonic", None)
    with pytest.raises(FileError, match=r"castep_bin: .* pip install euphonic"):
        phonokit.load(tmp_path)
    path.write_bytes(whole[:-200])
    with pytest.raises(FileError, match=r"castep_bin: a record is cut"):
        phonokit.load(path)
    path.write_bytes(whole[:-38])
    with pytest.raises(FileError, match=r"castep_bin: has no END"):
        phonokit.load(path)
    path.write_bytes(whole.replace(b"FORCE_CON", b"FORCE_COM"))
    with pytest.raises(FileError, match="PHONON_WRITE_FORCE_CONSTANTS : TRUE"):
        phonokit.load(path)
    damaged = bytearray(whole)
    damaged[37] ^= 1
    path.write_bytes(bytes(damaged))
    with pytest.raises(FileError, match="a record of CASTEP is damaged"):
        phonokit.load(path)


def test_what_euphonic_cannot_read_is_an_error_of_the_file(tmp_path):
    pytest.importorskip("euphonic")
    path = tmp_path / "seed.castep_bin"
    write_castep_bin(CRYSTALS["plain"], path)
    path.write_bytes(path.read_bytes().replace(b"CELL%NUM_IONS ", b"CELL%NUM_IOMS "))
    with pytest.raises(FileError, match="castep_bin: Euphonic cannot read it"):
        phonokit.load(path)
