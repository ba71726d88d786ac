"""``phono kappa``."""

import functools
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from phono_3ph import Coherence, Scattering
from phono_grid import Gaussian, Grid
from rich.console import Console

from phonokit.calc.kappa import kappa as compute
from phonokit.calc.plan import plan as plan_of
from phonokit.cli.calculation import Calculation, begun, carry_out
from phonokit.cli.command import command
from phonokit.cli.derive import settings_from
from phonokit.cli.invocation import current
from phonokit.cli.kappa_tables import kappa_table, plan_table
from phonokit.cli.options import (
    CRYSTAL,
    MESH,
    OUTPUT,
    RUN,
    SCATTERING,
    TRANSPORT,
    Data,
    FlatCrystal,
    FlatMesh,
    FlatOutput,
    FlatRun,
    FlatScattering,
    FlatTransport,
    ScatteringOptions,
    Sigma,
    TransportOptions,
)
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.terminal import grid_row, warnings_in_one_line
from phonokit.model.crystal import Crystal
from phonokit.plot.kappa import plot_kappa
from phonokit.results.kappa import KappaResult, default_name
from phonokit.run.distributed import launched_ranks
from phonokit.run.run import Run
from phonokit.settings.mesh import KAPPA_MESH, Mesh
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures
from phonokit.settings.transport import Transport

EXAMPLES = """\
Examples:

  phono kappa examples/silicon --mesh 19 19 19 --temperature 300 600

  phono kappa phono3py_params.yaml.xz --output kappa.hdf5 --plot kappa.png

  phono kappa phono3py.yaml --fc2 fc2.hdf5 --fc3 fc3.hdf5 --born BORN

  phono kappa examples/silicon --method lbte --isotopes

  phono kappa examples/silicon --wigner --temperature 100:1000:100
"""


def kappa(
    path: Data,
    /,
    *,
    temperature: Temperatures = TEMPERATURES,
    sigma: Sigma = None,
    wigner: bool = False,
    plan: bool = False,
    mesh: FlatMesh = MESH,
    crystal: FlatCrystal = CRYSTAL,
    transport: FlatTransport = TRANSPORT,
    scattering: FlatScattering = SCATTERING,
    output: FlatOutput = OUTPUT,
    run: FlatRun = RUN,
) -> None:
    """Compute the lattice thermal conductivity.

    Three-phonon scattering, in the relaxation time approximation or from the full
    Boltzmann equation.

    Parameters
    ----------
    wigner
        Add the heat that is carried between bands, by the Wigner equation; populations and
        coherences are told apart. The same as --coherence smm19.
    plan
        Measure a few wave vectors, and tell how long the command would take on more and
        more ranks; nothing is written.
    """
    settings = _transport(transport, scattering, sigma, wigner)
    temperatures, grid = checked_temperatures(temperature), mesh.of(KAPPA_MESH)
    calculation = Calculation(
        path=path,
        crystal=crystal,
        output=output,
        run=run,
        name=lambda c: default_name(_grid(c, grid, settings), sigma),
        pieces="linewidths",
        order=3,
        about=functools.partial(_about, mesh=grid, transport=settings),
        compute=lambda c, r: compute(
            c, grid, temperatures, nac=crystal.nac, transport=settings, run=r
        ),
        show=lambda result: [kappa_table(result)],
        draw=plot_kappa,
        next_step=lambda _, file: f"phono accumulate {file} tells which phonons carry it",
    )
    if plan:
        _plan(calculation, grid, temperatures, settings)
    else:
        carry_out(calculation)


app = command(kappa, EXAMPLES)


def _transport(
    options: TransportOptions,
    scattering: ScatteringOptions,
    sigma: float | None,
    wigner: bool,
) -> Transport:
    """The settings that the options mean."""
    smearing = None if sigma is None else Gaussian(sigma)
    choices = settings_from(Scattering, scattering, smearing=smearing)
    transport = settings_from(Transport, options, scattering=choices)
    if wigner and transport.coherence is None:
        return replace(transport, coherence=Coherence.SMM19)
    return transport


def _grid(crystal: Crystal, mesh: Mesh, transport: Transport) -> Grid:
    """The wave vectors that are asked for."""
    symmetry = crystal.symmetry
    return Grid.of(crystal.primitive, mesh, symmetry, use_symmetry=not transport.full_zone)


def _about(crystal: Crystal, mesh: Mesh, transport: Transport) -> dict[str, str]:
    """Rows of the header beside the crystal: mesh and method."""
    row = grid_row(_grid(crystal, mesh, transport))
    return {"mesh": row, "method": transport.description}


def _plan(
    calculation: Calculation[KappaResult],
    mesh: Mesh,
    temperatures: NDArray[np.float64],
    transport: Transport,
) -> None:
    """Measure, and tell how long the command would take."""
    with launched_ranks(current.get().explain) as ranks:
        first = ranks.rank == 0
        with begun(calculation, ranks) as (crystal, _), warnings_in_one_line(first):
            measured = plan_of(
                crystal,
                mesh,
                temperatures,
                nac=calculation.crystal.nac,
                transport=transport,
                run=Run(ranks=ranks),
            )
        Console(highlight=False, quiet=not first).print(plan_table(measured))
