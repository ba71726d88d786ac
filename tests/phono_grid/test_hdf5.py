"""HDF5 files: what was written comes back, what was damaged is refused, nothing crashes."""

import contextlib
import os
import re
import signal
import zlib

import numpy as np
import pytest
from phono_grid import hdf5
from phono_grid.errors import FileError
from phono_grid.hdf5 import Dataset, open_hdf5, write_hdf5

h5py = pytest.importorskip("h5py")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.hdf5"


def written(path, **options):
    datasets = {
        "numbers": Dataset(np.arange(24.0).reshape(2, 3, 4), "THz", "numbers"),
        "none": Dataset(np.zeros((0, 3))),
        "scalar": Dataset(np.float64(2.5), "1"),
        "label": Dataset(np.array([b"G", b"X"])),
        "parts/z": Dataset(np.arange(3), "1"),
        "parts/a": Dataset(np.ones(2, dtype=bool), "1"),
    }
    return write_hdf5(path, datasets, {"program": "phonokit", "n": [1, 2]}, **options)


def foreign(path, make):
    with h5py.File(path, "w") as file:
        make(file)
    return path


def refused(path, message):
    with pytest.raises(FileError, match=message), open_hdf5(path):
        pass


@pytest.mark.parametrize("compressed", [True, False])
def test_what_is_written_is_read_here_and_by_other_programs(path, compressed):
    written(path, compressed=compressed)
    with h5py.File(path) as other, open_hdf5(path) as file:
        assert sorted(file) == ["label", "none", "numbers", "parts/a", "parts/z", "scalar"]
        for name in file:
            ours = file.read(name, text=None)
            np.testing.assert_array_equal(ours, other[name][()])
            assert ours.dtype == other[name].dtype
        assert file.group("parts") == ["z", "a"]
        assert file.text("program") == "phonokit"
        assert file.attributes["n"].tolist() == [1, 2]


def test_a_file_that_another_program_has_changed_is_read(path):
    written(path)
    with h5py.File(path, "a") as file:
        file["numbers"][0, 0, 0] = 7.0
        file["word"] = "Γ"
        file.attrs["words"] = ["a", "Γ"]
    with open_hdf5(path) as file:
        assert file.read("numbers", (2, None, 4))[0, 0, 0] == 7.0
        assert file.read("word", text=True).item().decode() == "Γ"
        assert file.texts("words") == ["a", "Γ"]


def test_large_arrays_come_in_pieces_as_they_are(path, monkeypatch):
    values = np.random.default_rng(1).normal(size=(1000, 10, 10))
    foreign(path, lambda f: f.create_dataset("x", data=values, chunks=(7, 10, 10)))
    from phono_grid import _hdf5_content

    monkeypatch.setattr(_hdf5_content, "PIECE", 1 << 12)
    content = _hdf5_content.Content(str(path))
    outline = content.outlines()["x"]
    pieces = list(content.pieces("x", outline))
    assert len(pieces) > 100
    np.testing.assert_array_equal(np.concatenate(pieces), values)
    content.close()
    with open_hdf5(path) as file:
        np.testing.assert_array_equal(file.read("x", (1000, 10, 10)), values)


def test_every_flipped_byte_of_ours_is_found(path, rng):
    good = written(path).read_bytes()
    n_sure = len(good) - 100
    for place in [*range(0, 200), *rng.integers(0, n_sure, 300)]:
        bad = bytearray(good)
        bad[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(bad)
        refused(path, "is damaged")


def test_a_flipped_byte_behind_the_numbers_changes_no_number(path):
    good = written(path).read_bytes()
    for place in range(len(good) - 60, len(good), 6):
        bad = bytearray(good)
        bad[place] ^= 4
        path.write_bytes(bad)
        with contextlib.suppress(FileError), open_hdf5(path) as file:
            numbers = file.read("numbers")
            np.testing.assert_array_equal(numbers, np.arange(24.0).reshape(2, 3, 4))


def external(file):
    file["x"] = h5py.ExternalLink("/etc/passwd", "/x")


def soft(file):
    file["x"] = h5py.SoftLink("/nowhere")


def virtual(file):
    layout = h5py.VirtualLayout((3,), float)
    layout[:] = h5py.VirtualSource("other.hdf5", "x", (3,))
    file.create_virtual_dataset("x", layout)


def elsewhere(file):
    file.create_dataset("x", (3,), float, external=[("raw.bin", 0, h5py.h5f.UNLIMITED)])


def ring(file):
    file.create_group("a")
    file["a/b"] = file["a"]


@pytest.mark.parametrize("make", [external, soft, virtual, elsewhere, ring])
def test_what_is_not_in_the_file_is_not_followed(path, make):
    foreign(path, make)
    refused(path, rf"{path}: .*(link|another file|more datasets)")


def bomb(file):
    file.create_dataset("x", data=np.zeros(1 << 27, np.uint8), compression="gzip")


def never_written(file):
    file.create_dataset("x", (1 << 40,), float, chunks=(1 << 10,))


def enum(file):
    file.create_dataset("x", (3,), h5py.enum_dtype({"a": 1, "b": 2}, basetype="i"))


def structure(file):
    file.create_dataset("x", data=np.zeros(2, [("a", "f8"), ("b", "i4")]))


def reference(file):
    file.create_dataset("x", data=[file.ref], dtype=h5py.ref_dtype)


def words(file):
    file["x"] = "word"


def nothing(file):
    file["x"] = h5py.Empty("f8")


@pytest.mark.parametrize(
    "make", [bomb, never_written, enum, structure, reference, words, nothing]
)
def test_what_are_no_numbers_of_a_size_that_can_be_is_refused(path, make):
    foreign(path, make)
    with open_hdf5(path) as file, pytest.raises(FileError, match=r"file\.hdf5: x "):
        file.read("x")


def test_a_shape_that_is_known_may_be_as_large_as_it_is(path):
    foreign(path, bomb)
    with open_hdf5(path) as file:
        assert not file.read("x", (1 << 27,)).any()
        with pytest.raises(FileError, match=r"shape \(134217728\), expected \(3 × n\)"):
            file.read("x", (3, None))


def test_a_chunk_that_unpacks_to_more_than_it_says_is_refused(path):
    # The library makes room for all that comes out of the compressed chunk.
    def make(file):
        dataset = file.create_dataset("x", (100,), float, chunks=(100,), compression="gzip")
        dataset.id.write_direct_chunk((0,), zlib.compress(bytes(1 << 30), 9))

    foreign(path, make)
    with open_hdf5(path) as file, pytest.raises(FileError, match="is damaged"):
        file.read("x")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("kind", [signal.SIGSEGV, signal.SIGXCPU])
def test_a_library_that_dies_takes_nobody_along(path, kind, monkeypatch):
    foreign(path, words)
    real = hdf5.ReaderProcess.answer

    def answer(self):
        os.kill(self._process.pid, kind)
        self._process.wait()
        return real(self)

    monkeypatch.setattr(hdf5.ReaderProcess, "answer", answer)
    refused(path, r"library fails on it|far longer")


def test_without_other_processes_files_are_read_in_this_one(path, monkeypatch):
    foreign(path, lambda f: f.create_dataset("x", data=np.arange(3.0)))
    monkeypatch.setattr("sys.executable", "")
    with open_hdf5(path) as file:
        assert file.read("x").tolist() == [0, 1, 2]


def test_what_is_no_hdf5_is_said_at_once(tmp_path):
    for content in (b"", b"text", bytes(4096), hdf5.MARK, hdf5.MARK + bytes(5000)):
        path = tmp_path / "x.hdf5"
        path.write_bytes(content)
        refused(path, r"x\.hdf5: (not an HDF5 file|is damaged; copy it again)")
    refused(tmp_path / "none.hdf5", "no such file")
    refused(tmp_path, "cannot be read")


RAW = r"(?i)synchronously|sblock|\baddr|\beof\b|H5|object header|signature|dataspace"
"""Words of the library, which say nothing to people."""


def test_a_file_that_was_cut_says_how_much_of_it_is_there(path):
    foreign(path, lambda f: f.create_dataset("x", data=np.arange(3000.0)))
    whole = path.read_bytes()
    for n in (3 * len(whole) // 4, len(whole) // 2, 1000):
        path.write_bytes(whole[:n])
        refused(
            path, f"file.hdf5: is cut off: {n} of its {len(whole)} bytes are here; copy"
        )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("unable to lock file, errno = 11, ...", "is being written by another process"),
        ("unable to lock file, errno = 37, ...", "cannot be locked on this file system"),
        ("errno = 5, error message = ...", r"cannot be read \(Input/output error\)"),
        ("bad object header", "is damaged; copy it again"),
    ],
)
def test_an_error_of_the_system_is_told_as_such(path, text, told, monkeypatch):
    foreign(path, lambda f: f.create_dataset("x", data=np.arange(3.0)))

    def fail(*arguments):
        raise OSError(f"Unable to synchronously open file ({text})")

    monkeypatch.setattr("sys.executable", "")  # so that it is read in this process
    monkeypatch.setattr(h5py, "File", fail)
    refused(path, rf"file\.hdf5: {told}")


def test_no_words_of_the_library_reach_people(path):
    foreign(path, lambda f: f.create_dataset("x", data=np.arange(300.0), chunks=(50,)))
    whole = path.read_bytes()
    rng = np.random.default_rng(1)
    said = set()
    for _ in range(12):
        text = bytearray(whole)
        for place in rng.integers(8, 2000, 6):
            text[place] ^= int(rng.integers(1, 256))
        path.write_bytes(text)
        try:
            with open_hdf5(path) as file:
                for name in file:
                    file.read(name)
        except FileError as error:
            said.add(str(error))
    assert len(said) > 2
    assert [text for text in said if re.search(RAW, text.replace(str(path), ""))] == []


def test_a_part_that_changes_later_is_not_in_the_checksum():
    from phono_grid._checksums import checksum_line

    image = bytes(range(256)) * 10
    line = checksum_line([image], [(100, 200), (150, 300), (2559, 3000)])
    for place in range(0, 2560, 7):
        other = bytearray(image)
        other[place] ^= 1
        pieces = [memoryview(other)[i : i + 64] for i in range(0, len(other), 64)]
        same = checksum_line(pieces, [(100, 200), (150, 300), (2559, 3000)]) == line
        assert same == (100 <= place < 300 or place >= 2559)


def test_a_disk_that_is_full_leaves_nothing(path, monkeypatch):
    old = written(path).read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hdf5, "checksum_line", full)
    with pytest.raises(FileError, match="cannot be written"):
        written(path)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]
