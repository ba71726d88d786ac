"""Arrays in scratch files, on any system."""

import errno
import os

import numpy as np
import pytest
from phono_grid.errors import FileError
from phonokit.run.scratch import reserve, scratch_array


def test_a_scratch_array_is_zero_and_its_file_has_no_name(tmp_path):
    array = scratch_array((3, 4), folder=tmp_path)
    assert not list(tmp_path.iterdir())
    assert (array == np.zeros((3, 4))).all()
    array[1] = 7
    assert array.sum() == 28


def test_a_scratch_file_without_room_says_what_to_do(tmp_path):
    with pytest.raises(FileError, match="set TMPDIR to a folder with room"):
        scratch_array(3, folder=tmp_path / "missing")
    with pytest.raises(FileError, match="no scratch file of 8e\\+05 GB"):
        scratch_array(10**14, folder=tmp_path)


@pytest.mark.parametrize("system", ["macOS", "no room to reserve", "POSIX"])
def test_a_file_has_its_length_whatever_the_system_can_reserve(
    tmp_path, monkeypatch, system
):
    def refuse(*_):
        raise OSError(errno.EOPNOTSUPP, "not supported")

    if system == "macOS":
        monkeypatch.delattr(os, "posix_fallocate", raising=False)
    elif system == "no room to reserve":
        monkeypatch.setattr(os, "posix_fallocate", refuse, raising=False)
    with (tmp_path / "file").open("wb+") as file:
        file.write(b"kept")
        file.flush()
        reserve(file.fileno(), 5000)
        reserve(file.fileno(), 10)
        file.seek(0)
        assert file.read() == b"kept" + bytes(4996)


def test_a_disk_that_is_full_is_not_taken_for_one_that_cannot_reserve(
    tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with (tmp_path / "file").open("wb+") as file, pytest.raises(OSError, match="full"):
        reserve(file.fileno(), 10)
