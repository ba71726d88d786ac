"""``phono bands``, ``phono dos`` and ``phono thermal``: their arguments."""

from typing import Literal

from cyclopts import App

from phonokit.cli.number_lists import Temperatures
from phonokit.cli.options import SHARED, Data, Shared, Unit
from phonokit.cli.request_harmonic import (
    BandsRequest,
    DosRequest,
    Part,
    Projection,
    ThermalRequest,
)
from phonokit.settings.frequency_unit import FrequencyUnit

EXAMPLES = """\
Examples:

  phono bands examples/silicon --plot bands.png

  phono bands examples/silicon --path "G X, G L" --point X=0.5,0,0.5 --point L=0.5,0.5,0.5

  phono dos examples/silicon --mesh 30 30 30 --unit cm-1 --plot dos.pdf

  phono dos examples/silicon --by atom --axes

  phono thermal examples/silicon --temperature 300 600 --displacements
"""
MESH = (20, 20, 20)


def register(app: App) -> None:
    """Add the commands to ``phono``."""
    for command in (bands, dos, thermal):
        app.command(command, help_epilogue=EXAMPLES)


def bands(
    data: Data,
    /,
    *,
    path: str = "",
    point: tuple[str, ...] = (),
    points_per_segment: int = 51,
    connect: bool = False,
    unit: Unit = "THz",
    shared: Shared = SHARED,
) -> BandsRequest:
    """Compute phonon bands along lines; --plot draws a density of states beside them.

    Parameters
    ----------
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
    """
    request = shared.request(data, MESH, "bands.hdf5")
    return BandsRequest(
        request, path, point, points_per_segment, connect, FrequencyUnit(unit)
    )


def dos(
    data: Data,
    /,
    *,
    sigma: float | None = None,
    steps: int = 200,
    by: Literal["element", "atom"] = "element",
    axes: bool = False,
    direction: str = "",
    unit: Unit = "THz",
    shared: Shared = SHARED,
) -> DosRequest:
    """Compute the phonon density of states, total and of its parts.

    Parameters
    ----------
    sigma
        Smear with Gaussians of this width, THz, in place of tetrahedra.
    steps
        Of the frequency axis; 200 if not given.
    by
        The parts: element or atom; element if not given.
    axes
        Divide each part into its motion along x, y and z.
    direction
        a,b,c in lattice vectors: of each part only the motion along it.
    """
    request = shared.request(data, MESH, "dos.hdf5")
    projection = Projection(Part(by), axes, direction)
    return DosRequest(request, sigma, steps, projection, FrequencyUnit(unit))


def thermal(
    data: Data,
    /,
    *,
    temperature: Temperatures = (),
    cutoff_frequency: float = 0.0,
    classical: bool = False,
    by: Literal["band", "atom"] | None = None,
    displacements: bool = False,
    shared: Shared = SHARED,
) -> ThermalRequest:
    """Compute free energy, entropy and heat capacity at constant volume.

    Parameters
    ----------
    temperature
        In K, one or more, or first:last:step; 0:1000:10 if not given.
    cutoff_frequency
        THz; modes at or below do not take part. 0 if not given.
    classical
        Without quantum effects.
    by
        Write what each band, or atom, has of it too.
    displacements
        Print mean-square displacements too, and write their matrices, also as CIF files
        have them.
    """
    request = shared.request(data, MESH, "thermal.hdf5")
    temperatures = temperature or tuple(10.0 * i for i in range(101))
    part = None if by is None else Part(by)
    return ThermalRequest(
        request, temperatures, cutoff_frequency, classical, part, displacements
    )
