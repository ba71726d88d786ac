"""``phono bands``, ``phono dos`` and ``phono thermal``: their arguments."""

from pathlib import Path

from cyclopts import App

from phonokit._request_harmonic import (
    BandsRequest,
    DosRequest,
    HarmonicRequest,
    ThermalRequest,
)

EXAMPLES = """\
Examples:

  phono bands examples/silicon --plot bands.png

  phono bands examples/silicon --path "G X, G L" --point X=0.5,0,0.5 --point L=0.5,0.5,0.5

  phono dos examples/silicon --mesh 30 30 30 --plot dos.pdf

  phono thermal examples/silicon --temperature 300 --temperature 600
"""
REQUESTS = (BandsRequest, DosRequest, ThermalRequest)
Triple = tuple[int, int, int]
MESH = (20, 20, 20)


def register(app: App) -> None:
    """Add the commands to ``phono``."""
    for command in (bands, dos, thermal):
        app.command(command, help_epilogue=EXAMPLES)


def run(request: object, *, command: str) -> None:
    """Do what is asked for."""
    from phonokit import _commands_harmonic as commands

    if isinstance(request, BandsRequest):
        commands.run_bands(request, command=command)
    elif isinstance(request, DosRequest):
        commands.run_dos(request, command=command)
    elif isinstance(request, ThermalRequest):
        commands.run_thermal(request, command=command)


def bands(
    data: Path,
    /,
    *,
    path: str = "",
    point: tuple[str, ...] = (),
    points_per_segment: int = 51,
    connect: bool = False,
    mesh: Triple = MESH,
    output: Path = Path("bands.hdf5"),
    plot: Path | None = None,
    lang: str | None = None,
    no_nac: bool = False,
) -> BandsRequest:
    """Compute phonon bands along lines, beside a density of states.

    Parameters
    ----------
    data
        As for phono kappa: a yaml file with forces inside, or a folder that holds one.
    path
        Labels along each line, lines separated by commas: "G X U, K G L"; G is Γ. The
        standard path of the crystal if not given (needs seekpath).
    point
        LABEL=x,y,z, fractional; repeat the option for more points. The standard points if
        none is given (needs seekpath).
    points_per_segment
        Wave vectors between two labels, both included; 51 if not given.
    connect
        Follow bands through crossings.
    mesh
        Three numbers, the grid of the density of states; 20 20 20 if not given.
    output
        The HDF5 file to write; bands.hdf5 if not given.
    plot
        Draw bands and density of states in one figure (.png .pdf .svg).
    lang
        The kernels that run, rust or python; PHONO_LANG or rust if not given.
    no_nac
        Leave Born charges out where the data hold them.
    """
    shared = HarmonicRequest(data, mesh, output, plot, lang, not no_nac)
    return BandsRequest(shared, path, point, points_per_segment, connect)


def dos(
    data: Path,
    /,
    *,
    mesh: Triple = MESH,
    sigma: float | None = None,
    steps: int = 200,
    output: Path = Path("dos.hdf5"),
    plot: Path | None = None,
    lang: str | None = None,
    no_nac: bool = False,
) -> DosRequest:
    """Compute the phonon density of states, total and of each element.

    Parameters
    ----------
    data
        As for phono kappa: a yaml file with forces inside, or a folder that holds one.
    mesh
        Three numbers, the grid of wave vectors; 20 20 20 if not given.
    sigma
        Smear with Gaussians of this width, THz, in place of tetrahedra.
    steps
        Of the frequency axis; 200 if not given.
    output
        The HDF5 file to write; dos.hdf5 if not given.
    plot
        Draw it (.png .pdf .svg).
    lang
        The kernels that run, rust or python; PHONO_LANG or rust if not given.
    no_nac
        Leave Born charges out where the data hold them.
    """
    shared = HarmonicRequest(data, mesh, output, plot, lang, not no_nac)
    return DosRequest(shared, sigma, steps)


def thermal(
    data: Path,
    /,
    *,
    temperature: tuple[float, ...] = (),
    mesh: Triple = MESH,
    cutoff_frequency: float = 0.0,
    classical: bool = False,
    output: Path = Path("thermal.hdf5"),
    plot: Path | None = None,
    lang: str | None = None,
    no_nac: bool = False,
) -> ThermalRequest:
    """Compute free energy, entropy and heat capacity at constant volume.

    Parameters
    ----------
    data
        As for phono kappa: a yaml file with forces inside, or a folder that holds one.
    temperature
        In K; repeat the option for more. 0 to 1000 in steps of 10 if not given.
    mesh
        Three numbers, the grid of wave vectors; 20 20 20 if not given.
    cutoff_frequency
        THz; modes at or below do not take part. 0 if not given.
    classical
        Without quantum effects.
    output
        The HDF5 file to write; thermal.hdf5 if not given.
    plot
        Draw it (.png .pdf .svg).
    lang
        The kernels that run, rust or python; PHONO_LANG or rust if not given.
    no_nac
        Leave Born charges out where the data hold them.
    """
    shared = HarmonicRequest(data, mesh, output, plot, lang, not no_nac)
    temperatures = temperature or tuple(10.0 * i for i in range(101))
    return ThermalRequest(shared, temperatures, cutoff_frequency, classical)
