"""``phono qha``."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from cyclopts import Parameter
from phono_grid import units
from phono_grid.errors import DomainError
from phono_mpi.launch import Launch
from rich.console import Console
from rich.table import Table

from phonokit.calc.qha import LEAST
from phonokit.calc.qha import qha as qha_of
from phonokit.calc.volume_folders import ENERGIES, VOLUMES, folder_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.calculators import CONTENT, ensure_no_calculator_options, origin_of
from phonokit.cli.command import command
from phonokit.cli.options import CalculationOptions, Flat, as_fine_as
from phonokit.cli.progress import progress_of
from phonokit.cli.temperatures import temperatures_of
from phonokit.cli.terminal import table_of, warnings_in_one_line
from phonokit.cli.thermal import AxisOfTemperatures
from phonokit.cli.wave_vectors import sorted_temperatures
from phonokit.io.energies import read_electronic_energies, read_energies
from phonokit.model.crystal import Crystal
from phonokit.plot.qha import plot_qha
from phonokit.results.qha import QhaResult
from phonokit.settings.displace import Displace, Triple
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.symmetry_search import SymmetrySearch
from phonokit.settings.temperatures import THERMAL_TEMPERATURES

EXAMPLES = """
phono qha v1 v2 v3 v4 v5 --energies e-v.dat --plot qha.png
phono qha v1 v2 v3 v4 v5 --energies e-v.dat --equation birch-murnaghan --pressure 5
phono qha POSCAR --calculator emt --supercell 3 3 3 --volumes 0.94:1.06:0.02
"""
OPTIONS = CalculationOptions()
FOLDER = Path("volumes")
ROWS = 20
"""Approximate number of rows of the printed table; the file has all of them."""
Folders = Annotated[
    tuple[Path, ...],
    Parameter(
        help="Four or more folders or files of forces or constants, as phono thermal takes "
        "one: the same crystal at several volumes. Or, with --calculator, a structure file."
    ),
]
Ratios = Annotated[
    tuple[float, ...],
    Parameter(
        converter=temperatures_of,
        help="Volumes relative to that of the structure, with --calculator; several, or "
        "first:last:step.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeOptions:
    """From a structure file all the way.

    Parameters
    ----------
    calculator
        What makes an ASE calculator: module:factory or file.py:factory, or a name (mace_mp,
        ...); PATH is then a structure file.
    option
        name=value for the factory; repeat it for more.
    supercell
        Three numbers, multiples of the unit cell, with --calculator.
    distance
        Length of a displacement in Å, with --calculator.
    residual
        With --calculator: compute the undisplaced supercells too, and subtract their
        forces.
    no_relax
        With --calculator: scale the structure, positions and shape as they are.
    folder
        Where each volume has its folder of forces, with --calculator; what is there is not
        computed again.
    format
        Format of the structure file, by ASE's name, with --calculator.
    """

    calculator: str | None = None
    option: tuple[str, ...] = ()
    supercell: Triple | None = None
    distance: float | None = None
    volumes: Ratios = ()
    residual: bool = False
    no_relax: bool = False
    folder: Path | None = None
    format: str | None = None

    def computed(
        self, data: tuple[Path, ...], search: SymmetrySearch, quiet: bool
    ) -> tuple[Path, ...]:
        """The folders of volumes, with what is missing in them computed."""
        if self.calculator is None:
            ensure_no_calculator_options(self)
            return data
        if len(data) != 1:
            raise DomainError(
                f"calculator: is for one structure file, got {len(data)} paths; leave it "
                "out for folders of forces"
            )
        if Launch.from_environment().size > 1:
            raise DomainError(
                "calculator: runs on one process; run this without mpiexec, or with the "
                "folders that it leaves"
            )
        # Structures, displacements and calculators, which folders of forces do not need.
        from phonokit.calc.at_volumes import at_volumes
        from phonokit.io.ase import calculator_of, options_of

        settings = Displace(
            supercell=self.supercell or (1, 1, 1),
            distance=self.distance,
            second_order=True,
            tolerance=search.tolerance,
            symmetry=search.symmetry,
        )
        err = Console(file=sys.stderr, highlight=False, emoji=False, quiet=quiet)
        with progress_of(err, "supercells") as progress, warnings_in_one_line(True):
            at_volumes(
                data[0],
                calculator_of(self.calculator, options_of(self.option)),
                settings,
                volumes=self.ratios,
                relax=not self.no_relax,
                folder=self.place,
                residual=self.residual,
                origin=origin_of(self.calculator, self.option),
                format=self.format,
                progress=progress,
            )
        return tuple(self.place / folder_of(ratio) for ratio in self.ratios)

    @property
    def ratios(self) -> tuple[float, ...]:
        """Relative volumes."""
        if 0 < len(self.volumes) < LEAST:
            raise DomainError(
                f"volumes: expected {LEAST} or more, as an equation of state has four "
                f"parameters, got {len(self.volumes)}"
            )
        return self.volumes or VOLUMES

    @property
    def place(self) -> Path:
        """Where the folders of volumes are."""
        return FOLDER if self.folder is None else self.folder


VOLUME = VolumeOptions()


def qha(
    data: Folders,
    /,
    *,
    energies: Path | None = None,
    electronic: Path | None = None,
    temperature: AxisOfTemperatures = THERMAL_TEMPERATURES,
    equation: Literal["vinet", "birch-murnaghan", "murnaghan"] = "vinet",
    pressure: float = 0.0,
    cutoff_frequency: float = 0.0,
    exclude_imaginary: bool = False,
    shift: bool = False,
    volume: Annotated[VolumeOptions, Flat] = VOLUME,
    options: Annotated[CalculationOptions, Flat] = OPTIONS,
) -> None:
    """Compute volume, expansion, bulk modulus and C_p in the quasi-harmonic approximation.

    Parameters
    ----------
    energies
        A file of lines with a volume in Å³ and an energy in eV, of primitive cells or of
        several, in any order: the e-v.dat of phonopy. With --calculator it is made.
    electronic
        A table of free energies of the electrons against temperature and volume, in place
        of energies: the fe-v.dat of phonopy with a line "# volume: ...".
    equation
        Equation of state.
    pressure
        Pressure in GPa.
    cutoff_frequency
        Modes at or below this frequency, THz, do not take part.
    exclude_imaginary
        Leave out volumes with imaginary modes, in place of the modes alone.
    shift
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack do
        (and phonopy without --gc).
    """
    temperatures = sorted_temperatures(temperature)
    _refuse_contradictions(energies, electronic, volume)
    data = volume.computed(data, options.crystal.search, options.output.quiet)
    table = electronic or energies or volume.place / ENERGIES
    others = list[Crystal]()

    def load_others() -> list[Path]:
        others.extend(map(options.crystal.load, data[1:]))
        return [*(file.path for c in others for file in c.origin.files), table]

    def volumes_asked(_: Crystal) -> dict[str, str]:
        return {"other volumes": " ".join(c.fingerprint[:12] for c in others)}

    def compute(first: Crystal, **inputs: Any) -> QhaResult:
        crystals = [first, *others]
        v = [crystal.primitive.volume for crystal in crystals]
        if electronic is None:
            u = read_energies(table, v)
        else:
            u = read_electronic_energies(table, np.array(temperatures), v)
        return qha_of(
            crystals,
            u,
            temperatures=temperatures,
            equation=equation,
            pressure=pressure,
            cutoff_frequency=cutoff_frequency,
            exclude_imaginary=exclude_imaginary,
            **inputs,
        )

    carry_out(
        Calculation(
            path=data[0],
            options=options,
            compute=compute,
            mesh=options.mesh.of(HARMONIC_MESH),
            shift=shift,
            show=_table,
            draw=plot_qha,
            identity=volumes_asked,
            more_files=load_others,
            pieces="volumes",
        )
    )


app = command(
    qha,
    EXAMPLES,
    {
        "mesh": as_fine_as(HARMONIC_MESH),
        "output": "qha.hdf5",
        "folder": str(FOLDER),
        "volumes": "0.94:1.06:0.02",
        "supercell": (1, 1, 1),
        "distance": 0.01,
        "format": CONTENT,
    },
)


def _refuse_contradictions(
    energies: Path | None, electronic: Path | None, volume: VolumeOptions
) -> None:
    """Require one source of energies."""
    if energies is not None and electronic is not None:
        raise DomainError("electronic: holds the energies at rest too; leave energies= out")
    if volume.calculator is None and energies is None and electronic is None:
        raise DomainError(
            "energies: name the file of energies against volume, or a structure file with "
            "a --calculator"
        )
    if volume.calculator is not None and energies is not None:
        raise DomainError("energies: are computed with a --calculator; leave it out")


def _table(result: QhaResult) -> Iterator[Table]:
    """Properties against temperature, some of them."""
    columns = ["T (K)", "V (Å³)", "α (1e-6/K)", "B (GPa)", "C_V", "C_p (J/K/mol)", "γ"]
    title = f"Per primitive cell, at {result.pressure:g} GPa"
    table = table_of(*columns, title=title)
    rows = np.column_stack(
        [
            result.volume,
            result.thermal_expansion * 1e6,
            result.bulk_modulus,
            result.heat_capacity_v * units.MOLE,
            result.heat_capacity_p * units.MOLE,
            result.grueneisen,
        ]
    )
    step = max(1, len(rows) // ROWS)
    for t, row in zip(result.temperatures[::step], rows[::step], strict=True):
        table.add_row(f"{t:g}", *(f"{x:z.4f}" for x in row))
    yield table
    if result.lengths is None or result.linear_expansion is None or result.is_isotropic:
        return
    names = ("a", "b", "c (Å)", "α xx", "α yy", "α zz (1e-6/K)")
    table = table_of("T (K)", *names, title="Primitive axes and linear expansion")
    diagonal = np.einsum("tii->ti", result.linear_expansion) * 1e6
    rows = np.hstack([result.lengths, diagonal])
    for t, row in zip(result.temperatures[::step], rows[::step], strict=True):
        table.add_row(f"{t:g}", *(f"{x:z.4f}" for x in row))
    yield table
