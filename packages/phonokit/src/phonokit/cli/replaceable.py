"""Results replace results, and nothing else that is in the way."""

from pathlib import Path

from phono_grid.errors import FileError

RESULT, SETTINGS = b"\x89HDF", b"# phono "
"""How the files begin that may be replaced."""


def ensure_replaceable(path: Path, begin: bytes) -> None:
    """Refuse to write over a file that does not begin as ours do."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        there = file.read(len(begin))
    if there and there != begin:
        raise FileError(
            f"{path}: is in the way and was not written by phonokit; move it, or name "
            "another output="
        )
