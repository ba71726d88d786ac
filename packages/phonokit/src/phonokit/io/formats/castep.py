"""Force constants of CASTEP: its binary files ``.castep_bin`` and ``.check``, by Euphonic.

Both are sequential files of Fortran with big-endian records: names, and after each its
value. They hold constants where ``PHONON_WRITE_FORCE_CONSTANTS`` was true, without the
interaction of the dipoles where there are Born charges.
"""

import importlib
import warnings
from pathlib import Path

from phono_grid.errors import FileError

from phonokit.io.files import in_file
from phonokit.io.formats.euphonic import of_euphonic
from phonokit.model.constants import Constants2
from phonokit.model.dipoles import Dipoles

SUFFIXES = (".castep_bin", ".check")
CONSTANTS, END = b"FORCE_CON", b"END"
BEGINS = (b"BEGIN_", b"CASTEP")
LONGEST_NAME = 256
"""Bytes of a record that may be a name."""


def is_castep(path: Path) -> bool:
    """Whether a file begins with a record that is a name of CASTEP's."""
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(4), "big")
            return 0 < size <= LONGEST_NAME and file.read(size).startswith(BEGINS)
    except OSError:
        return False


def read_castep(path: Path) -> tuple[Constants2, Dipoles | None]:
    """Constants of a supercell, or on lattice vectors beside charges.

    Raises
    ------
    FileError
        If the file is cut, holds no constants, or Euphonic cannot read it or is not there.
    """
    if not any(name == CONSTANTS for name in _names(path)):
        raise FileError(
            f"{path}: holds no force constants; let CASTEP write them with "
            "PHONON_WRITE_FORCE_CONSTANTS : TRUE and a PHONON_FINE_METHOD"
        )
    try:
        euphonic = importlib.import_module("euphonic")
    except ModuleNotFoundError:
        raise FileError(
            f"{path}: files of CASTEP are read by Euphonic, which is not installed; "
            "install it with: pip install euphonic"
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            given = euphonic.ForceConstants.from_castep(path)
    except Exception as error:  # a library's reader of binary files raises anything
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise FileError(f"{path}: Euphonic cannot read it ({reason})") from None
    with in_file(path):
        return of_euphonic(given)


def _names(path: Path) -> list[bytes]:
    """The records that are short, up to the end, each of them whole."""
    names, size = [], path.stat().st_size
    with path.open("rb") as file:
        while file.tell() < size:
            length = int.from_bytes(file.read(4), "big")
            last = file.tell() + length
            if last + 4 > size:
                raise FileError(f"{path}: a record is cut; is the file whole?")
            if length <= LONGEST_NAME:
                names.append(file.read(length).strip())
            file.seek(last)
            if int.from_bytes(file.read(4), "big") != length:
                raise FileError(f"{path}: a record of CASTEP is damaged")
            if names and names[-1] == END:
                return names
    raise FileError(f"{path}: has no {END.decode()}; is the file whole?")
