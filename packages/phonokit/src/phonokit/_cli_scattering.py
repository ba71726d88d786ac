"""``phono gamma``, ``phono spectral`` and ``phono jdos``: their arguments."""

from pathlib import Path

from cyclopts import App

from phonokit._request_harmonic import HarmonicRequest
from phonokit._request_scattering import GammaRequest, JdosRequest, SpectralRequest

EXAMPLES = """\
Examples:

  phono gamma examples/silicon --q 0.2,0,0 --temperature 100 --temperature 300 --nu

  phono spectral examples/silicon --mesh 10 10 10 --q 0.5,0.5,0 --plot spectral.png

  phono jdos examples/silicon --q 0,0,0 --temperature 300 --plot jdos.pdf
"""
REQUESTS = (GammaRequest, SpectralRequest, JdosRequest)
Triple = tuple[int, int, int]
MESH = (10, 10, 10)
GAMMA_POINT = ("0,0,0",)


def register(app: App) -> None:
    """Add the commands to ``phono``."""
    for command in (gamma, spectral, jdos):
        app.command(command, help_epilogue=EXAMPLES)


def run(request: object, *, command: str) -> None:
    """Do what is asked for."""
    from phonokit import _commands_scattering as commands

    if isinstance(request, GammaRequest):
        commands.run_gamma(request, command=command)
    elif isinstance(request, SpectralRequest):
        commands.run_spectral(request, command=command)
    elif isinstance(request, JdosRequest):
        commands.run_jdos(request, command=command)


def gamma(
    data: Path,
    /,
    *,
    q: tuple[str, ...] = GAMMA_POINT,
    temperature: tuple[float, ...] = (300.0,),
    mesh: Triple = MESH,
    sigma: float | None = None,
    nu: bool = False,
    frequency_points: int = 0,
    output: Path = Path("gamma.hdf5"),
    plot: Path | None = None,
    lang: str | None = None,
    no_nac: bool = False,
) -> GammaRequest:
    """Compute half linewidths of the phonons at a few wave vectors.

    The imaginary part of the self-energy, in THz; the lifetime is 1 / 4πΓ.

    Parameters
    ----------
    data
        As for phono kappa: a yaml file with forces inside, or a folder that holds one.
    q
        x,y,z, fractional, a point of the mesh; repeat the option for more. 0,0,0 if not
        given.
    temperature
        In K, 300 if not given; repeat the option for more.
    mesh
        Three numbers, the grid of wave vectors; 10 10 10 if not given.
    sigma
        Conserve energy by Gaussians of this width in THz instead of tetrahedra.
    nu
        Tell normal from umklapp processes.
    frequency_points
        How many frequencies from 0 on, in place of the bands' own.
    output
        The HDF5 file to write; gamma.hdf5 if not given.
    plot
        Draw it (.png .pdf .svg).
    lang
        The kernels that run, rust or python; PHONO_LANG or rust if not given.
    no_nac
        Leave Born charges out where the data hold them.
    """
    shared = HarmonicRequest(data, mesh, output, plot, lang, not no_nac)
    return GammaRequest(shared, q, temperature, sigma, nu, frequency_points)


def spectral(
    data: Path,
    /,
    *,
    q: tuple[str, ...] = GAMMA_POINT,
    temperature: tuple[float, ...] = (300.0,),
    mesh: Triple = MESH,
    sigma: float | None = None,
    frequency_points: int = 401,
    output: Path = Path("spectral.hdf5"),
    plot: Path | None = None,
    lang: str | None = None,
    no_nac: bool = False,
) -> SpectralRequest:
    """Compute spectral functions of the phonons at a few wave vectors.

    Parameters
    ----------
    data
        As for phono kappa: a yaml file with forces inside, or a folder that holds one.
    q
        x,y,z, fractional, a point of the mesh; repeat the option for more. 0,0,0 if not
        given.
    temperature
        In K, 300 if not given; repeat the option for more.
    mesh
        Three numbers, the grid of wave vectors; 10 10 10 if not given.
    sigma
        Conserve energy by Gaussians of this width in THz instead of tetrahedra.
    frequency_points
        How many frequencies from 0 on; 401 if not given.
    output
        The HDF5 file to write; spectral.hdf5 if not given.
    plot
        Draw it (.png .pdf .svg).
    lang
        The kernels that run, rust or python; PHONO_LANG or rust if not given.
    no_nac
        Leave Born charges out where the data hold them.
    """
    shared = HarmonicRequest(data, mesh, output, plot, lang, not no_nac)
    return SpectralRequest(shared, q, temperature, sigma, frequency_points)


def jdos(
    data: Path,
    /,
    *,
    q: tuple[str, ...] = GAMMA_POINT,
    temperature: tuple[float, ...] = (),
    mesh: Triple = MESH,
    sigma: float | None = None,
    frequency_points: int = 201,
    output: Path = Path("jdos.hdf5"),
    plot: Path | None = None,
    lang: str | None = None,
    no_nac: bool = False,
) -> JdosRequest:
    """Compute joint densities of states: how many pairs there are to scatter with.

    Parameters
    ----------
    data
        As for phono kappa: a yaml file with forces inside, or a folder that holds one.
    q
        x,y,z, fractional, a point of the mesh; repeat the option for more. 0,0,0 if not
        given.
    temperature
        In K: weight pairs by their occupations, as in a linewidth; repeat the option for
        more. No weights if not given.
    mesh
        Three numbers, the grid of wave vectors; 10 10 10 if not given.
    sigma
        Conserve energy by Gaussians of this width in THz instead of tetrahedra.
    frequency_points
        How many frequencies from 0 on; 201 if not given.
    output
        The HDF5 file to write; jdos.hdf5 if not given.
    plot
        Draw it (.png .pdf .svg).
    lang
        The kernels that run, rust or python; PHONO_LANG or rust if not given.
    no_nac
        Leave Born charges out where the data hold them.
    """
    shared = HarmonicRequest(data, mesh, output, plot, lang, not no_nac)
    return JdosRequest(shared, q, temperature, sigma, frequency_points)
