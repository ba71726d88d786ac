"""``phono gamma``, ``phono spectral`` and ``phono jdos``: their arguments."""

from cyclopts import App

from phonokit.cli.number_lists import Temperatures
from phonokit.cli.options import AT, SHARED, At, Data, Shared
from phonokit.cli.request_scattering import (
    GammaRequest,
    JdosRequest,
    Path,
    SpectralRequest,
)

EXAMPLES = """\
Examples:

  phono gamma examples/silicon --q 0.2,0,0 --temperature 100 300 --nu

  phono spectral examples/silicon --mesh 10 10 10 --q 0.5,0.5,0 --plot spectral.png

  phono spectral examples/silicon --path "G X, G L" --point X=0.5,0,0.5 \\
    --point L=0.5,0.5,0.5 --plot path.png

  phono jdos examples/silicon --q 0,0,0 --temperature 300 --plot jdos.pdf
"""
MESH = (10, 10, 10)


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
        Tell normal (N) from umklapp (U) processes.
    frequency_points
        How many frequencies from 0 on, in place of the bands' own.
    """
    request = shared.request(data, MESH, "gamma.hdf5")
    return GammaRequest(request, at.request(), temperature, frequency_points, nu)


def spectral(
    data: Data,
    /,
    *,
    at: At = AT,
    temperature: Temperatures = (300.0,),
    frequency_points: int = 401,
    path: str | None = None,
    point: tuple[str, ...] = (),
    points_per_segment: int = 21,
    shared: Shared = SHARED,
) -> SpectralRequest:
    """Compute spectral functions of the phonons at a few wave vectors, or along lines.

    Here wave vectors need not be points of the mesh.

    Parameters
    ----------
    path
        Labels along each line, lines separated by commas: "G X U, K G L"; G is Γ. "" is the
        standard path of the crystal (needs seekpath). In place of --q.
    point
        LABEL=x,y,z, fractional; repeat the option for more points. The standard points if
        none is given (needs seekpath).
    points_per_segment
        Wave vectors between two labels, both included; 21 if not given.
    frequency_points
        How many frequencies from 0 on; 401 if not given.
    """
    request = shared.request(data, MESH, "spectral.hdf5")
    line = None if path is None else Path(path, point, points_per_segment)
    from phono_grid.errors import DomainError

    if line is None and point:
        raise DomainError("--point: give a path of these points too, such as --path 'G X'")
    if line is not None and at.q != AT.q:
        raise DomainError("--path and --q: give one of the two")
    return SpectralRequest(request, at.request(), temperature, frequency_points, line)


def jdos(
    data: Data,
    /,
    *,
    at: At = AT,
    temperature: Temperatures = (),
    frequency_points: int = 201,
    shared: Shared = SHARED,
) -> JdosRequest:
    """Compute joint densities of states: how many pairs there are to scatter with.

    Parameters
    ----------
    temperature
        In K, one or more, or first:last:step: weight pairs by their occupations, as in a
        linewidth. No weights if not given.
    frequency_points
        How many frequencies from 0 on; 201 if not given.
    """
    request = shared.request(data, MESH, "jdos.hdf5")
    return JdosRequest(request, at.request(), temperature, frequency_points)
