"""Text files that are whole or not there, compressed by suffix."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from phono_grid.files import replacing

from phonokit.io.files import COMPRESSION


@contextmanager
def writing_text(path: Path) -> Iterator[IO[Any]]:
    """A text file that takes its place when all went well."""
    opener = COMPRESSION.get(path.suffix, open)
    with replacing(path) as beside, opener(beside, "wt", encoding="utf-8") as file:
        yield file
