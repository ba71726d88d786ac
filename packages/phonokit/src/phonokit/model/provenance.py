"""Where a crystal and a result come from."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read.

    Parameters
    ----------
    path : Path
    sha256 : str
        The hash of the bytes on disk.
    """

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the force constants of a crystal come from.

    Parameters
    ----------
    source : str
        In words: ``"forces"``, ``"constants of phono fc"``, ``"constants"``,
        ``"a Phonopy object"``, ``"a Phono3py object"``.
    method : str
        How they were solved for, with its options; "" if nobody knows.
    calculator : str
        The program that computed the forces, "" if nobody knows.
    files : tuple of InputFile
        All that was read.
    """

    source: str
    method: str = ""
    calculator: str = ""
    files: tuple[InputFile, ...] = ()
