"""What ``phono gamma``, ``phono spectral`` and ``phono jdos`` are asked for; light."""

from dataclasses import dataclass

from phonokit._request_harmonic import HarmonicRequest


@dataclass(frozen=True, slots=True)
class GammaRequest:
    """``phono gamma``.

    Parameters
    ----------
    shared : HarmonicRequest
    qpoints : tuple of str
        ``x,y,z``.
    temperatures : tuple of float
        K
    sigma : float or None
        THz; None for tetrahedra.
    split : bool
        Tell normal from umklapp processes.
    n : int
        Frequency points; 0 for the bands' own frequencies.
    """

    shared: HarmonicRequest
    qpoints: tuple[str, ...]
    temperatures: tuple[float, ...]
    sigma: float | None
    split: bool
    n: int


@dataclass(frozen=True, slots=True)
class SpectralRequest:
    """``phono spectral``.

    Parameters
    ----------
    shared : HarmonicRequest
    qpoints : tuple of str
    temperatures : tuple of float
        K
    sigma : float or None
    n : int
        Frequency points.
    """

    shared: HarmonicRequest
    qpoints: tuple[str, ...]
    temperatures: tuple[float, ...]
    sigma: float | None
    n: int


@dataclass(frozen=True, slots=True)
class JdosRequest:
    """``phono jdos``.

    Parameters
    ----------
    shared : HarmonicRequest
    qpoints : tuple of str
    temperatures : tuple of float
        K; none for bare densities.
    sigma : float or None
    n : int
        Frequency points.
    """

    shared: HarmonicRequest
    qpoints: tuple[str, ...]
    temperatures: tuple[float, ...]
    sigma: float | None
    n: int
