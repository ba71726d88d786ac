"""``phono modes``."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from phono_grid.errors import DomainError

from phonokit.calc.modes import modes as modes_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import MESH, Data, Flat, FrequencyOptions, as_fine_as
from phonokit.cli.wave_vectors import at_wave_vectors, frequencies_line, labelled_points
from phonokit.plot.harmonic import plot_modes
from phonokit.results.harmonic import ModesResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.wave_vectors import wave_vector, wave_vector_name

EXAMPLES = """
phono modes examples/silicon --q 0,0,0 0.5,0,0.5
phono modes examples/silicon --mesh 10 10 10 --output modes.hdf5
phono modes examples/silicon --path "G X" --point X=0.5,0,0.5
phono modes nacl --q 0,0,0 --direction 1,0,0
"""
OPTIONS = FrequencyOptions()
ROWS = 20
"""Wave vectors that are printed."""


def modes(
    data: Data,
    /,
    *,
    q: tuple[str, ...] = (),
    path: str = "",
    point: tuple[str, ...] = (),
    points_per_segment: int = 51,
    direction: str = "",
    no_eigenvectors: bool = False,
    no_velocities: bool = False,
    shift: bool = False,
    options: Annotated[FrequencyOptions, Flat] = OPTIONS,
) -> None:
    """Compute frequencies, eigenvectors and velocities of phonons.

    At the irreducible wave vectors of a mesh, at those that are given, or along a path.

    Parameters
    ----------
    q
        Fractional x,y,z, or more of them, in place of a mesh.
    path
        In place of a mesh: labels along each line, as phono bands takes them.
    point
        LABEL=x,y,z, fractional; repeat the option for more points of the path.
    points_per_segment
        Wave vectors between two labels, both included.
    direction
        Fractional x,y,z, along which Γ is approached, for the field of Born charges there.
    no_eigenvectors
        Leave eigenvectors, most of the file, out.
    no_velocities
        Leave group velocities out.
    shift
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack do
        (and phonopy without --gc).
    """
    if no_velocities and options.output.plot is not None:
        raise DomainError("plot: draws velocities; leave --no-velocities out")
    on_mesh = not (q or path) or options.mesh != MESH
    compute = partial(
        modes_of,
        path=path or None,
        points=labelled_points(point, path),
        points_per_segment=points_per_segment,
        direction=wave_vector(direction, "direction") if direction else None,
        eigenvectors=not no_eigenvectors,
        velocities=not no_velocities,
    )
    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=at_wave_vectors(compute, q) if q else compute,
            mesh=options.mesh.of(HARMONIC_MESH) if on_mesh else None,
            shift=shift,
            show=_rows,
            draw=plot_modes,
            pieces="slabs of wave vectors",
        )
    )


app = command(modes, EXAMPLES, {"mesh": as_fine_as(HARMONIC_MESH), "output": "modes.hdf5"})


def _rows(result: ModesResult, unit: FrequencyUnit) -> Iterator[str]:
    """Frequencies at the first wave vectors, a line each."""
    n_q = len(result.qpoints)
    title = f"Frequencies, {unit.value}"
    if n_q > ROWS:
        title += f"; the first {ROWS} of {n_q} wave vectors, all are in the file"
    yield f"{title}\n"
    names = [wave_vector_name(q) for q in result.qpoints[:ROWS]]
    width = max(map(len, names))
    for name, f in zip(names, result.frequencies, strict=False):
        yield f"  {name:<{width}} {frequencies_line(f, unit)}"
    yield ""
