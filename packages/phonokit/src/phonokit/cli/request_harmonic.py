"""What ``phono bands``, ``phono dos`` and ``phono thermal`` are asked for; light."""

from dataclasses import dataclass
from enum import Enum

from phonokit.cli.request_crystal import CrystalRequest
from phonokit.settings.frequency_unit import FrequencyUnit


class Part(Enum):
    """What a crystal is divided into."""

    ELEMENT = "element"
    ATOM = "atom"
    BAND = "band"


@dataclass(frozen=True, slots=True)
class Projection:
    """What a density of states is divided into.

    Parameters
    ----------
    by : Part
        Elements or atoms.
    axes : bool
        Divide each into x, y and z.
    direction : str
        ``a,b,c`` in lattice vectors: only the motion along it; "" for all.
    """

    by: Part = Part.ELEMENT
    axes: bool = False
    direction: str = ""


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
    unit : FrequencyUnit
    """

    shared: CrystalRequest
    path: str
    points: tuple[str, ...]
    n: int
    connect: bool
    unit: FrequencyUnit


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
    projection : Projection
    unit : FrequencyUnit
    """

    shared: CrystalRequest
    sigma: float | None
    n: int
    projection: Projection
    unit: FrequencyUnit


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
    by : Part or None
        Bands or atoms, to write what each of them has.
    displacements : bool
    """

    shared: CrystalRequest
    temperatures: tuple[float, ...]
    cutoff: float
    classical: bool
    by: Part | None
    displacements: bool
