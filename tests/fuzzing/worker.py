"""One process that reads mutated files, within limits; `watch` looks after it.

``python worker.py FOLDER NAME:NUMBER ...`` reads from standard input names and numbers, and
says before and after each what happened.
"""

import contextlib
import dataclasses
import os
import resource
import shutil
import signal
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import phonokit
from fuzzing.forked_reader import fork_readers
from fuzzing.mutate import mutated
from fuzzing.mutate_hdf5 import mutate_hdf5
from fuzzing.mutate_npz import mutate_npz
from fuzzing.originals import READERS, Reader
from phono_grid.errors import PhonoError
from phonokit.model.constants import Given

SECONDS, MEMORY, TIMES = 5, 200 << 20, 10
"""Limit of processor time; bytes beside so many times the size of the file."""
ADDRESSES = 3 << 30
"""Bytes that may be asked for beyond what the process has."""
LONGEST = 2300
"""Characters of a message, and of the file it is about."""
INSIDE = {".hdf5": mutate_hdf5, ".h5": mutate_hdf5, ".npz": mutate_npz}
"""How the content of a file is changed, its form being right."""
NOT_NAMED = {"run", "accumulated"}
"""What is computed from a file, where it need not be named."""
ATOMS: dict[str, int | None] = {}
"""The number of atoms in the good files of each reader."""
GAPS = {"qha", "converge", "grueneisen", "kappa", "accumulate", "accumulated"}
"""Results that say NaN where there is no answer."""


def mutate(folder: Path, name: str, number: int) -> Path:
    """Make one of the files of a folder a little wrong; the file."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), number])
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = files[int(rng.integers(len(files)))]
    inside = INSIDE.get(path.suffix)
    if inside is not None and rng.random() < 0.6:
        inside(path, rng)
        return path
    data = path.read_bytes()
    shape = rng.random()
    if shape < 0.004:
        path.unlink()
        if shape < 0.002:
            path.mkdir()
    else:
        path.write_bytes(mutated(data, rng))
    return path


def odd_numbers(value: Any, depth: int = 0) -> str | None:
    """Where a result has numbers that are none."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fc" and not np.isfinite(value).all():
            return f"{value.dtype}{list(value.shape)}"
    elif isinstance(value, float | complex) and not np.isfinite(value):
        return str(value)
    elif dataclasses.is_dataclass(value) and depth < 4:
        for field in dataclasses.fields(value):
            found = odd_numbers(getattr(value, field.name, None), depth + 1)
            if found:
                return f"{field.name}: {found}"
    elif isinstance(value, tuple | list) and depth < 4:
        return next(filter(None, (odd_numbers(x, depth + 1) for x in value[:50])), None)
    return None


def n_atoms(value: Any) -> int | None:
    """The atoms of what was read: of the supercell, or of the primitive cell alone."""
    if isinstance(value, phonokit.TrajectoryData):
        return int(value.displacements.shape[1])
    given = getattr(value, "constants", None)
    if not isinstance(given, Given):
        return None
    constants = given.fc2 if given.fc2 is not None else given.third
    return int(getattr(constants, "supercell", constants).cell.n_atoms)


def outcome(reader: Reader, folder: Path, name: str) -> str:
    """What reading a folder ends in: ok, refused, or what is wrong about it."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = reader.read(folder)
    except PhonoError as error:
        return wrong_message(str(error), folder, name)
    except BaseException as error:  # a panic of Rust is no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        code = (
            ""
            if place is None
            else f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
        )
        return f"fault {type(error).__name__}: {str(error)[:200]!r} at {code}"
    odd = None if name in GAPS else odd_numbers(result)
    if odd:
        return f"fault numbers that are none: {odd}"
    atoms = n_atoms(result)
    if atoms != ATOMS.setdefault(name, atoms):
        return f"fault {atoms} atoms in the place of {ATOMS[name]}"
    return "ok"


def wrong_message(message: str, folder: Path, name: str) -> str:
    """Whether a message is one line that names a file."""
    if "\n" in message or len(message) > LONGEST:
        return f"fault a message that is no line: {message[:300]!r}"
    if str(folder) not in message and name not in NOT_NAMED:
        return f"fault a message without a file: {message[:300]!r}"
    return "refused"


def memory(key: str) -> int:
    """Memory of this process in bytes, now (VmRSS) or at most (VmHWM)."""
    with open("/proc/self/status") as file:
        line = next(line for line in file if line.startswith(key))
    return int(line.split()[1]) << 10


def limit_time() -> None:
    """End this process if it works longer than it may from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + SECONDS
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def tried(originals: Path, work: Path, name: str, number: int) -> str:
    """Mutate and read one folder."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(originals / name, work)
    try:
        path = mutate(work, name, number)
    except Exception as error:  # libraries of files refuse some of what we ask
        return f"skipped {type(error).__name__}"
    size = path.stat().st_size if path.exists() else 0
    limit_time()
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    said = outcome(READERS[name], work, name)
    needed = memory("VmHWM") - before
    if needed > TIMES * size + MEMORY:
        return f"fault {needed >> 20} MB of memory for {size} bytes"
    return said


def main() -> None:
    """Do what standard input says."""
    originals, work = Path(sys.argv[1]), Path(sys.argv[2])
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    fork_readers()
    for reader, folder in ((READERS[p.name], p) for p in sorted(originals.iterdir())):
        shutil.copytree(folder, work, dirs_exist_ok=False)
        # Good files are read; and what is imported late is there.
        ATOMS[folder.name] = n_atoms(reader.read(work))
        shutil.rmtree(work)
    size = memory("VmSize")
    resource.setrlimit(resource.RLIMIT_AS, (size + ADDRESSES,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir(work.parent)
    print("ready", flush=True)
    for line in sys.stdin:
        name, _, number = line.strip().rpartition(":")
        print(tried(originals, work, name, int(number)).replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
