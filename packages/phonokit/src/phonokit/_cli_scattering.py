"""``phono gamma``, ``phono spectral`` and ``phono jdos``: their arguments."""

from typing import Annotated

from cyclopts import App, Parameter

from phonokit._options import AT, SHARED, At, Data, Shared
from phonokit._request_scattering import GammaRequest, JdosRequest, SpectralRequest

EXAMPLES = """\
Examples:

  phono gamma examples/silicon --q 0.2,0,0 --temperature 100 --temperature 300 --nu

  phono spectral examples/silicon --mesh 10 10 10 --q 0.5,0.5,0 --plot spectral.png

  phono jdos examples/silicon --q 0,0,0 --temperature 300 --plot jdos.pdf
"""
MESH = (10, 10, 10)
Temperatures = Annotated[
    tuple[float, ...],
    Parameter(help="In K, 300 if not given; repeat the option for more."),
]


def register(app: App) -> None:
    """Add the commands to ``phono``."""
    for command in (gamma, spectral, jdos):
        app.command(command, help_epilogue=EXAMPLES)


def gamma(
    data: Data,
    /,
    *,
    at: At = AT,
    temperature: Temperatures = (300.0,),
    nu: bool = False,
    frequency_points: int = 0,
    shared: Shared = SHARED,
) -> GammaRequest:
    """Compute half linewidths of the phonons at a few wave vectors.

    The imaginary part of the self-energy, in THz; the lifetime is 1 / 4πΓ.

    Parameters
    ----------
    nu
        Tell normal from umklapp processes.
    frequency_points
        How many frequencies from 0 on, in place of the bands' own.
    """
    request = shared.request(data, MESH, "gamma.hdf5")
    return GammaRequest(request, at.q, temperature, at.sigma, frequency_points, nu)


def spectral(
    data: Data,
    /,
    *,
    at: At = AT,
    temperature: Temperatures = (300.0,),
    frequency_points: int = 401,
    shared: Shared = SHARED,
) -> SpectralRequest:
    """Compute spectral functions of the phonons at a few wave vectors.

    Parameters
    ----------
    frequency_points
        How many frequencies from 0 on; 401 if not given.
    """
    request = shared.request(data, MESH, "spectral.hdf5")
    return SpectralRequest(request, at.q, temperature, at.sigma, frequency_points)


def jdos(
    data: Data,
    /,
    *,
    at: At = AT,
    temperature: tuple[float, ...] = (),
    frequency_points: int = 201,
    shared: Shared = SHARED,
) -> JdosRequest:
    """Compute joint densities of states: how many pairs there are to scatter with.

    Parameters
    ----------
    temperature
        In K: weight pairs by their occupations, as in a linewidth; repeat the option for
        more. No weights if not given.
    frequency_points
        How many frequencies from 0 on; 201 if not given.
    """
    request = shared.request(data, MESH, "jdos.hdf5")
    return JdosRequest(request, at.q, temperature, at.sigma, frequency_points)
