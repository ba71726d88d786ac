"""A run that is stopped goes on where it was, and ends with the same bits."""

import errno
import io
import os
import signal
import subprocess
import sys
from dataclasses import replace

import h5py
import numpy as np
import phonokit
import pytest
from ctrl_c import seconds_of, seconds_of_children
from phono_grid import Backend
from phono_grid.backend import active
from phono_grid.fingerprints import fingerprint
from phonokit import DomainError, FileError, Run, RunStore, Transport, load
from phonokit.cli.app import main
from phonokit.run import file
from phonokit.run.file import stored_type
from tiny_crystal import EXAMPLE

# The definitions take a second for a wave vector of the larger mesh.
MESH, N_I = ((4, 4, 4), 8) if active() is Backend.RUST else ((3, 3, 3), 4)
COMMAND = ["kappa", str(EXAMPLE), "--mesh", *map(str, MESH), "--output", "k.hdf5"]
LBTE = Transport("lbte", isotopes=True)
LOCK = ".k.hdf5.run.lock"


class StoppedError(Exception):
    """Something that ends a run."""


class StopAfter:
    """Progress that ends the run after some wave vectors."""

    def __init__(self, number, error):
        self.number, self.error = number, error

    def __call__(self, done, _total):
        if done == self.number:
            raise self.error


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def silicon():
    return load(EXAMPLE)


def names(folder):
    """The files of a folder."""
    return sorted(path.name for path in folder.iterdir())


def stop(silicon, path, number=3, **options):
    """A run that ends after some wave vectors."""
    progress = StopAfter(number, StoppedError())
    with pytest.raises(StoppedError), RunStore(path) as store:
        phonokit.kappa(silicon, MESH, run=Run(store, progress=progress), **options)


@pytest.mark.needs_rust
@pytest.mark.parametrize("transport", [Transport(), LBTE], ids=["rta", "lbte"])
def test_a_stopped_run_goes_on_and_ends_with_the_same_bits(silicon, here, transport):
    whole = phonokit.kappa(silicon, MESH, [200, 300], transport=transport)
    told, done = [], []
    stop(silicon, "k.run", 3, temperatures=[200, 300], transport=transport)
    with RunStore("k.run", tell=told.append) as store:
        run = Run(store, progress=lambda *n: done.append(n))
        again = phonokit.kappa(silicon, MESH, [200, 300], transport=transport, run=run)
        store.remove()
    np.testing.assert_array_equal(again.kappa, whole.kappa)
    np.testing.assert_array_equal(again.mode_kappa, whole.mode_kappa)
    np.testing.assert_array_equal(again.linewidths, whole.linewidths)
    assert told == [f"going on with k.run: 3 of {N_I} pieces of work are done"]
    assert done == [(n, N_I) for n in range(4, N_I + 1)]
    assert names(here) == []


@pytest.mark.needs_rust  # NumPy's einsum adds in another order for other shapes
def test_temperatures_in_blocks_make_the_same_bits(silicon, monkeypatch):
    temperatures = [100, 200, 300, 400]
    whole = phonokit.kappa(silicon, (3, 3, 3), temperatures, transport=LBTE)
    # Two temperatures at a time, and batches that do not divide the wave vectors.
    monkeypatch.setattr("phonokit.calc.scatterer.OCCUPATIONS", 2 * 27 * 6 * 8)
    monkeypatch.setattr("phonokit.calc.scatterer.BATCH", 3)
    blocks = phonokit.kappa(silicon, (3, 3, 3), temperatures, transport=LBTE)
    np.testing.assert_array_equal(blocks.linewidths, whole.linewidths)
    np.testing.assert_array_equal(blocks.rates.isotope, whole.rates.isotope)
    np.testing.assert_array_equal(blocks.kappa, whole.kappa)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"temperatures": [200]}, r"other temperatures \(.+ there, .+ here\);"),
        ({"transport": Transport(isotopes=True)}, r"other isotopes \(.+ there, .+ here\);"),
        (
            {"temperatures": [200], "nac": False},
            r"other temperatures \(.+ there, .+ here\);",
        ),
        ({"mesh": (2, 2, 2)}, r"other mesh \(.+ there, .+ here\);"),
    ],
)
def test_another_calculation_does_not_use_what_is_there(silicon, here, change, named):
    stop(silicon, "k.run")
    kept = (here / "k.run").read_bytes()
    options = {"mesh": MESH, "temperatures": [300]} | change
    with pytest.raises(FileError, match=named), RunStore("k.run") as store:
        phonokit.kappa(silicon, **options, run=Run(store))
    assert (here / "k.run").read_bytes() == kept
    with RunStore("k.run", restart=True) as store:
        phonokit.kappa(silicon, **options, run=Run(store))


def test_everything_in_the_data_is_part_of_what_identifies_a_run(silicon):
    data = silicon.constants.data
    known = {fingerprint(data.singles), fingerprint(data.pairs), fingerprint(data.born)}
    moved = type(data.singles)(
        data.singles.atoms, data.singles.displacements, data.singles.forces * (1 + 1e-15)
    )
    assert fingerprint(moved) not in known
    assert fingerprint([1, 23]) != fingerprint([12, 3])
    assert fingerprint(np.zeros(2)) != fingerprint(np.zeros((2, 1)))


def test_two_runs_on_one_file_are_one_too_many(here, capsys):
    with RunStore("k.hdf5.run"):
        assert main(COMMAND) == 2
    assert "k.hdf5.run: another run is writing it; wait until it ends" in (
        capsys.readouterr().err
    )
    assert names(here) == []


def test_a_damaged_record_is_computed_again(silicon, here):
    stop(silicon, "k.run", N_I - 1)
    path = here / "k.run"
    records = np.load(path, mmap_mode="r")
    offset, size = records.offset, records.itemsize
    assert offset % 4096 == size % 4096 == 0
    assert records["check"].astype(bool).sum() == N_I - 1
    torn = bytearray(path.read_bytes())
    # The second record lost its beginning when the machine went down.
    torn[offset + size : offset + size + 20] = bytes(20)
    path.write_bytes(torn)
    done = []
    with RunStore(path) as store:
        run = Run(store, progress=lambda *n: done.append(n))
        again = phonokit.kappa(silicon, MESH, run=run)
    assert done == [(n, N_I) for n in range(N_I - 1, N_I + 1)]
    np.testing.assert_array_equal(again.kappa, phonokit.kappa(silicon, MESH).kappa)


def test_many_small_records_share_pages_and_none_is_in_two():
    small, large = (np.dtype([("phonon", "<f8", (1, n))]) for n in (6, 3000))
    assert stored_type(small, 100).itemsize == 4096
    assert stored_type(large, 10**6).itemsize == 6 * 4096
    size = stored_type(small, 160_000).itemsize
    assert 56 <= size < 4096
    assert 4096 % size == 0
    assert 160_000 * size <= file.ROOM
    assert stored_type(small, 10**9).itemsize == 64


def test_records_that_share_pages_are_gone_on_with(silicon, here, monkeypatch):
    monkeypatch.setattr(file, "ROOM", 1)
    stop(silicon, "k.run", 3)
    assert np.load(here / "k.run", mmap_mode="r").itemsize == 64
    with RunStore("k.run") as store:
        done = []
        run = Run(store, progress=lambda *n: done.append(n))
        again = phonokit.kappa(silicon, MESH, run=run)
        assert store.finished == N_I
    assert done[0] == (4, N_I)
    np.testing.assert_array_equal(again.kappa, phonokit.kappa(silicon, MESH).kappa)


def npy(array, rest):
    """A file of an array, and what stands after it."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue() + rest


RECORDS = np.zeros(2, [("record", [("phonon", "<f8", (1, 6))]), ("check", "<u8")])


@pytest.mark.parametrize(
    "content",
    [
        b"mine",
        b"\x89HDF\r\n\x1a\n",
        npy(np.eye(3), b""),
        npy(np.eye(3), b"{}"),
        npy(RECORDS["record"], b'{"program": "phonokit", "key": {}}'),
        npy(RECORDS, b'{"program": "phonokit", "key": {}}'),
        npy(RECORDS, b'["phonokit"]'),
    ],
)
def test_a_file_that_is_no_run_is_left_alone(here, capsys, content):
    (here / "k.hdf5.run").write_bytes(content)
    assert main(COMMAND) == 2
    assert "is in the way and not an unfinished run" in capsys.readouterr().err
    assert (here / "k.hdf5.run").read_bytes() == content


def full_after(number, monkeypatch):
    """A disk with room for some records, and a little more."""
    written = []

    class Full(io.FileIO):
        def write(self, data):
            written.append(len(data))
            if len(written) == number + 1:
                return super().write(data[:20])
            if len(written) > number + 1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)

    monkeypatch.setattr("phonokit.run.file.FileIO", Full)


def test_a_disk_that_fills_up_costs_one_wave_vector(here, capsys, monkeypatch):
    with monkeypatch.context() as patch:
        full_after(3, patch)
        assert main(COMMAND) == 2
    message = capsys.readouterr().err
    assert "k.hdf5.run: cannot be written (No space left on device); what is" in message
    assert names(here) == ["k.hdf5.run"]
    assert main(COMMAND) == 0
    assert f"going on with k.hdf5.run: 3 of {N_I} pieces" in capsys.readouterr().err
    assert names(here) == ["k.hdf5", "k.toml"]


def test_no_room_for_the_records_is_found_out_before_the_work(here, capsys, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    monkeypatch.setattr("phonokit.calc.scatterer.linewidths", None)
    assert main(COMMAND) == 2
    assert "k.hdf5.run: cannot be written (No space left" in capsys.readouterr().err
    assert names(here) == []


SLOW = """
import sys, time
import phonokit.calc.scatterer as rates
from phonokit.cli import progress
from phonokit.cli.app import main
from phonokit.run import file
from phonokit.run.file import stored_type

linewidths = rates.linewidths

def slow(*arguments):
    time.sleep(0.2)
    return linewidths(*arguments)

rates.linewidths = slow
progress.PAUSE = 0.0
sys.exit(main())
"""


def killed(folder, kill):
    """A real run that gets a signal when two pieces of work are done, and what it says.

    Its exit code and what it still computes after the signal, in seconds.
    """
    before = seconds_of_children()
    running = subprocess.Popen(
        [sys.executable, "-c", SLOW, *COMMAND],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in running.stderr:
        if line.startswith(f"linewidths 2/{N_I}"):
            break
    pressed = seconds_of(running)
    running.send_signal(kill)
    rest = running.stderr.read()
    running.stderr.close()
    code = running.wait()
    return code, rest, seconds_of_children() - before - pressed


@pytest.mark.needs_rust
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill"])
def test_a_real_run_that_is_stopped_goes_on(here, capsys, kill):
    code, said, seconds = killed(here, kill)
    # What is killed leaves the file of its lock too, which locks nothing any more.
    assert [name for name in names(here) if name != LOCK] == ["k.hdf5.run"]
    done = int(np.load("k.hdf5.run")["check"].astype(bool).sum())
    assert 2 <= done < N_I
    if kill is signal.SIGINT:
        assert code == 130
        assert seconds < 1
        assert f"interrupted; {done} of {N_I} pieces of work are kept in k.hdf5.run" in said
    assert main(COMMAND) == 0
    assert f"going on with k.hdf5.run: {done} of" in capsys.readouterr().err
    with h5py.File("k.hdf5") as file:
        expected = phonokit.kappa(load(EXAMPLE), MESH).kappa
        np.testing.assert_array_equal(file["kappa"][:], expected)


def test_a_result_that_finds_no_room_costs_nothing_but_the_writing(
    here, capsys, monkeypatch
):
    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("phono_grid.hdf5.checksum_line", full)
        assert main(COMMAND) == 2
    message = capsys.readouterr().err
    assert "k.hdf5: cannot be written (No space left on device)" in message
    assert names(here) == ["k.hdf5.run"]
    monkeypatch.setattr("phonokit.calc.scatterer.linewidths", None)
    assert main(COMMAND) == 0
    assert names(here) == ["k.hdf5", "k.toml"]


@pytest.mark.needs_rust
@pytest.mark.parametrize("transport", [Transport(), LBTE], ids=["rta", "lbte"])
def test_a_finished_run_is_kept_and_gives_its_result_at_once(
    silicon, here, monkeypatch, transport
):
    run = Run(here / "k.run")
    first = phonokit.kappa(silicon, MESH, transport=transport, run=run)
    assert names(here) == ["k.run"]
    for name in ("linewidths", "collision_row"):
        monkeypatch.setattr(f"phonokit.calc.scatterer.{name}", None)
    again = phonokit.kappa(silicon, MESH, transport=transport, run=run)
    np.testing.assert_array_equal(again.kappa, first.kappa)
    # Boundaries and coherences need no other rates.
    more = replace(transport, boundary_mfp=1.0, coherence="smm19")
    assert phonokit.kappa(silicon, MESH, transport=more, run=run).kappa[0, 0] > 0
    run.remove()
    assert names(here) == []


@pytest.mark.needs_rust
@pytest.mark.parametrize("size", [-1, 0, 1, 3, 1000])
def test_any_batch_size_makes_the_same_bits(silicon, monkeypatch, size):
    temperatures = [100, 200, 300, 400]
    isotopes = Transport(isotopes=True)
    whole = phonokit.kappa(silicon, (3, 3, 3), temperatures, transport=isotopes)
    monkeypatch.setattr("phonokit.calc.scatterer.OCCUPATIONS", 2 * 27 * 6 * 8)
    run = Run(batch_size=size)
    monkeypatch.setenv("PHONO_BATCH_SIZE", str(size))
    assert Run().batch_size == run.batch_size
    batches = phonokit.kappa(silicon, (3, 3, 3), temperatures, transport=isotopes, run=run)
    np.testing.assert_array_equal(batches.linewidths, whole.linewidths)
    np.testing.assert_array_equal(batches.rates.isotope, whole.rates.isotope)


def test_a_batch_size_that_is_no_number_is_refused(monkeypatch):
    monkeypatch.setenv("PHONO_BATCH_SIZE", "many")
    with pytest.raises(DomainError, match="PHONO_BATCH_SIZE: expected a whole number"):
        Run()
