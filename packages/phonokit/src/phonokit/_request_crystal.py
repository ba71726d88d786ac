"""What every command on a crystal is asked for; light."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CrystalRequest:
    """The arguments that the commands on a crystal share.

    Parameters
    ----------
    path : Path
    mesh : three int
    output : Path
    plot : Path or None
    lang : str or None
    nac : bool
        Use Born charges.
    """

    path: Path
    mesh: tuple[int, int, int]
    output: Path
    plot: Path | None
    lang: str | None
    nac: bool
