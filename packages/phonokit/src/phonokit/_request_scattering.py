"""What ``phono gamma``, ``phono spectral`` and ``phono jdos`` are asked for; light."""

from dataclasses import dataclass

from phonokit._request_crystal import CrystalRequest


@dataclass(frozen=True, slots=True)
class ScatteringRequest:
    """What is asked for at a few wave vectors.

    Parameters
    ----------
    shared : CrystalRequest
    qpoints : tuple of str
        ``x,y,z``.
    temperatures : tuple of float
        K; none for bare joint densities.
    sigma : float or None
        THz; None for tetrahedra.
    n : int
        Frequency points; 0 for the bands' own frequencies.
    """

    shared: CrystalRequest
    qpoints: tuple[str, ...]
    temperatures: tuple[float, ...]
    sigma: float | None
    n: int


@dataclass(frozen=True, slots=True)
class GammaRequest(ScatteringRequest):
    """``phono gamma``.

    Parameters
    ----------
    shared, qpoints, temperatures, sigma, n
        See `ScatteringRequest`.
    split : bool
        Tell normal from umklapp processes.
    """

    split: bool


@dataclass(frozen=True, slots=True)
class SpectralRequest(ScatteringRequest):
    """``phono spectral``."""


@dataclass(frozen=True, slots=True)
class JdosRequest(ScatteringRequest):
    """``phono jdos``."""
