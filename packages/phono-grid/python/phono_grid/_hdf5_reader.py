"""A process that reads one HDF5 file: a library that dies takes nobody along."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phono_grid._hdf5_content import ContentError, Outline


class ReaderProcess:
    """A process that reads a file.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        import subprocess  # takes memory, and few files are read by another process

        from phono_grid import _hdf5_content

        if not sys.executable:
            raise OSError("no interpreter")
        folders = [folder for folder in sys.path if folder]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(folders),
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_hdf5_content.__file__), str(path.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    def answer(self) -> dict[str, Any]:
        """The next line of an answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            about: dict[str, Any] = json.loads(line)
        except ValueError:
            raise ContentError(self._end()) from None
        if "error" in about:
            raise ContentError(about["error"])
        return about

    def pieces(self, name: str, outline: Outline) -> Iterator[NDArray[Any]]:
        """Pieces of a dataset."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):
            self._process.stdin.write(json.dumps(name).encode() + b"\n")
            self._process.stdin.flush()
        while "end" not in (about := self.answer()):
            array = np.empty(about["shape"], about["dtype"])
            if array.size:
                view = array.reshape(-1).data.cast("B")
                # A pipe of subprocess is a BufferedReader; its type says IO[bytes].
                if self._process.stdout.readinto(view) != view.nbytes:  # type: ignore[attr-defined]
                    raise ContentError(self._end())
            yield array

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _end(self) -> str:
        """The reason why the process ended, which it should not have."""
        code = self._process.wait()
        if code == -getattr(signal, "SIGXCPU", 0):
            return "takes far longer to read than a file of this size"
        return "cannot be read: the HDF5 library fails on it"
