"""What ``phono bands``, ``phono dos`` and ``phono thermal`` are asked for; light."""

from dataclasses import dataclass

from phonokit._request_crystal import CrystalRequest


@dataclass(frozen=True, slots=True)
class BandsRequest:
    """``phono bands``.

    Parameters
    ----------
    shared : CrystalRequest
    path : str
        Labels, lines separated by commas; "" for the standard path.
    points : tuple of str
        ``LABEL=x,y,z``.
    n : int
        Wave vectors of a segment.
    connect : bool
    """

    shared: CrystalRequest
    path: str
    points: tuple[str, ...]
    n: int
    connect: bool


@dataclass(frozen=True, slots=True)
class DosRequest:
    """``phono dos``.

    Parameters
    ----------
    shared : CrystalRequest
    sigma : float or None
        THz; None for tetrahedra.
    n : int
        Steps over the range of frequencies.
    """

    shared: CrystalRequest
    sigma: float | None
    n: int


@dataclass(frozen=True, slots=True)
class ThermalRequest:
    """``phono thermal``.

    Parameters
    ----------
    shared : CrystalRequest
    temperatures : tuple of float
        K
    cutoff : float
        THz
    classical : bool
    """

    shared: CrystalRequest
    temperatures: tuple[float, ...]
    cutoff: float
    classical: bool
