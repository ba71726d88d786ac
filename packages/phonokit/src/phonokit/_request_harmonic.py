"""What ``phono bands``, ``phono dos`` and ``phono thermal`` are asked for; light."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HarmonicRequest:
    """The arguments that the three commands share, as they were given.

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


@dataclass(frozen=True, slots=True)
class BandsRequest:
    """``phono bands``.

    Parameters
    ----------
    shared : HarmonicRequest
    path : str
        Labels, lines separated by commas; "" for the standard path.
    points : tuple of str
        ``LABEL=x,y,z``.
    n : int
        Wave vectors of a segment.
    connect : bool
    """

    shared: HarmonicRequest
    path: str
    points: tuple[str, ...]
    n: int
    connect: bool


@dataclass(frozen=True, slots=True)
class DosRequest:
    """``phono dos``.

    Parameters
    ----------
    shared : HarmonicRequest
    sigma : float or None
        THz; None for tetrahedra.
    n : int
        Steps over the range of frequencies.
    """

    shared: HarmonicRequest
    sigma: float | None
    n: int


@dataclass(frozen=True, slots=True)
class ThermalRequest:
    """``phono thermal``.

    Parameters
    ----------
    shared : HarmonicRequest
    temperatures : tuple of float
        K
    cutoff : float
        THz
    classical : bool
    """

    shared: HarmonicRequest
    temperatures: tuple[float, ...]
    cutoff: float
    classical: bool
