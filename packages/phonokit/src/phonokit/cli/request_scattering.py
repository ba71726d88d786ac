"""What ``phono gamma``, ``phono spectral`` and ``phono jdos`` are asked for; light."""

from dataclasses import dataclass

from phonokit.cli.request_crystal import CrystalRequest
from phonokit.settings.frequency_unit import FrequencyUnit


@dataclass(frozen=True, slots=True)
class WaveVectors:
    """Where, how energy is conserved, and in which unit it is told.

    Parameters
    ----------
    q : tuple of str
        ``x,y,z``.
    sigma : float or None
        THz; None for tetrahedra.
    unit : FrequencyUnit
        Of what is printed and drawn.
    """

    q: tuple[str, ...]
    sigma: float | None
    unit: FrequencyUnit


@dataclass(frozen=True, slots=True)
class ScatteringRequest:
    """What is asked for at a few wave vectors.

    Parameters
    ----------
    shared : CrystalRequest
    at : WaveVectors
    temperatures : tuple of float
        K; none for bare joint densities.
    n : int
        Frequency points; 0 for the bands' own frequencies.
    """

    shared: CrystalRequest
    at: WaveVectors
    temperatures: tuple[float, ...]
    n: int


@dataclass(frozen=True, slots=True)
class GammaRequest(ScatteringRequest):
    """``phono gamma``.

    Parameters
    ----------
    shared, at, temperatures, n
        See `ScatteringRequest`.
    split : bool
        Tell normal from umklapp processes.
    """

    split: bool


@dataclass(frozen=True, slots=True)
class Path:
    """Lines between labelled wave vectors.

    Parameters
    ----------
    labels : str
        Lines separated by commas; "" for the standard path.
    points : tuple of str
        ``LABEL=x,y,z``.
    n : int
        Wave vectors of a segment.
    """

    labels: str
    points: tuple[str, ...]
    n: int


@dataclass(frozen=True, slots=True)
class SpectralRequest(ScatteringRequest):
    """``phono spectral``.

    Parameters
    ----------
    shared, at, temperatures, n
        See `ScatteringRequest`.
    path : Path or None
        In place of the wave vectors.
    """

    path: Path | None


@dataclass(frozen=True, slots=True)
class JdosRequest(ScatteringRequest):
    """``phono jdos``."""
