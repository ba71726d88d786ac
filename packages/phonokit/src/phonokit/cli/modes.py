"""``phono modes``."""

import functools
from collections.abc import Iterator

import numpy as np
from phono_grid.errors import DomainError

from phonokit.calc.modes import modes as compute
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.dos import about_mesh
from phonokit.cli.options import (
    CRYSTAL,
    MESH,
    OUTPUT,
    Data,
    FlatCrystal,
    FlatMesh,
    FlatOutput,
    Unit,
)
from phonokit.cli.wave_vectors import wave_vectors_from
from phonokit.plot.harmonic import plot_modes
from phonokit.results.harmonic import ModesResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.wave_vectors import wave_vector, wave_vector_name

EXAMPLES = """\
Examples:

  phono modes examples/silicon --q 0,0,0 0.5,0,0.5

  phono modes examples/silicon --mesh 10 10 10 --output modes.hdf5

  phono modes nacl --q 0,0,0 --direction 1,0,0
"""
ROWS = 20
"""Wave vectors that are printed."""


def modes(
    data: Data,
    /,
    *,
    q: tuple[str, ...] = (),
    direction: str = "",
    no_eigenvectors: bool = False,
    no_velocities: bool = False,
    unit: Unit = "THz",
    mesh: FlatMesh = MESH,
    crystal: FlatCrystal = CRYSTAL,
    output: FlatOutput = OUTPUT,
) -> None:
    """Compute frequencies, eigenvectors and velocities of phonons.

    At the irreducible wave vectors of a mesh, or at those that are given.

    Parameters
    ----------
    q
        x,y,z, fractional, or more of them, in place of a mesh.
    direction
        x,y,z, fractional: in which Γ is approached, for the field of Born charges there.
    no_eigenvectors
        Leave eigenvectors, most of the file, out.
    no_velocities
        Leave group velocities out.
    """
    if no_velocities and output.plot is not None:
        raise DomainError("plot: draws velocities; leave --no-velocities out")
    qpoints = wave_vectors_from(q) if q else None
    given = None if qpoints is not None and mesh == MESH else mesh.of(HARMONIC_MESH)
    toward = wave_vector(direction, "direction") if direction else None
    units = FrequencyUnit(unit)
    carry_out(
        Calculation(
            path=data,
            crystal=crystal,
            output=output,
            name="modes.hdf5",
            pieces="slabs of wave vectors",
            about=functools.partial(about_mesh, mesh=given) if given else lambda _: {},
            compute=lambda c, run: compute(
                c,
                q=qpoints,
                mesh=given,
                direction=toward,
                eigenvectors=not no_eigenvectors,
                velocities=not no_velocities,
                nac=crystal.nac,
                run=run,
            ),
            show=functools.partial(_rows, unit=units),
            draw=functools.partial(plot_modes, unit=units),
        )
    )


app = command(modes, EXAMPLES)


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
        # Rounded before 0 is added, which has no effect on -0.0001.
        rounded = np.round(f * unit.per_thz, unit.digits) + 0
        numbers = " ".join(f"{x:8.{unit.digits}f}" for x in rounded)
        yield f"  {name:<{width}} {numbers}"
    yield ""
