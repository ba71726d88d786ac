"""Options that commands share; each says its text once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from phono_3ph import AdaptiveGaussian, Change, Scattering
from phono_grid import Gaussian
from phono_grid.errors import DomainError, ensure_positive

from phonokit.cli.crystal_options import CrystalOptions
from phonokit.cli.derive import Option, options_of, settings_from
from phonokit.cli.report import Report
from phonokit.cli.sizes import gigabytes
from phonokit.run.run import Run
from phonokit.run.store import RunStore
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import Mesh, Nine, Triple
from phonokit.settings.scattering import energy_conservation

if TYPE_CHECKING:
    from phono_mpi import Ranks

    ScatteringOptions = Scattering
    PairScattering = Scattering
else:
    ScatteringOptions = options_of(
        Scattering,
        without=("smearing",),
        average_degenerate_weights=Option(also_off=("--no-degenerate-averaging",)),
    )
    # There are no couplings whose weights could be averaged.
    WITHOUT = ("smearing", "degeneracy", "average_degenerate_weights")
    PairScattering = options_of(Scattering, without=WITHOUT)

Flat = Parameter(name="*")
"""Marks a class each of whose fields is an option."""

SCATTERING, PAIRS = ScatteringOptions(), PairScattering()
FlatScattering = Annotated[ScatteringOptions, Flat]
Q = Annotated[
    tuple[str, ...],
    Parameter(
        help="Fractional x,y,z, a point of the mesh, or a label such as X; or more.",
    ),
]
Data = Annotated[
    Path,
    Parameter(
        help="A phono3py or phonopy yaml file (params with forces inside, or disp with "
        "files of forces beside it), or a folder that holds one; all may be compressed "
        "(.xz .lzma .gz .bz2). Constants that phono fc has left there are taken in place "
        "of the forces. Or constants of ShengBTE, TDEP or Quantum ESPRESSO."
    ),
]
Unit = Annotated[
    Literal["THz", "cm-1", "meV"],
    Parameter(help="Unit of frequencies that are printed and drawn; the file is in THz."),
]
Sigma = Annotated[
    float | None,
    Parameter(
        help="Width in THz of Gaussians that conserve energy, in place of tetrahedra."
    ),
]


Quiet = Annotated[bool, Parameter(help="Print nothing but warnings and errors.")]
Json = Annotated[
    bool, Parameter(help="Print the tables as JSON, and nothing else, on stdout.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """Options of what is printed, of commands that are no calculation."""

    quiet: Quiet = False
    json: Json = False

    def report(self) -> Report:
        """Output of the command."""
        return Report(quiet=self.quiet, json=self.json)


REPORT = ReportOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshOptions:
    """The grid of wave vectors.

    Parameters
    ----------
    mesh
        Grid of wave vectors, three numbers.
    mesh_matrix
        Nine numbers by rows, in place of three: a generalised grid, the wave vectors whose
        products with each row are integers.
    mesh_length
        In Å, in place of three numbers: as fine as the wave vectors of a supercell with
        edges of this length.
    """

    mesh: Triple | None = None
    mesh_matrix: Nine | None = None
    mesh_length: float | None = None

    def of(self, default: Mesh) -> Mesh:
        """The one way in which a mesh was given, or the default."""
        ways: dict[str, object] = {
            "mesh": self.mesh,
            "mesh_matrix": self.mesh_matrix,
            "mesh_length": self.mesh_length,
        }
        given = [name for name, value in ways.items() if value is not None]
        if len(given) > 1:
            raise DomainError(f"{' and '.join(f'{n}=' for n in given)}: give one of them")
        if self.mesh_length is not None:
            ensure_positive("mesh_length", self.mesh_length)
        if self.mesh_matrix is not None:
            return self.mesh_matrix[:3], self.mesh_matrix[3:6], self.mesh_matrix[6:]
        return self.mesh_length if self.mesh_length is not None else self.mesh or default


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """Options of the output.

    Parameters
    ----------
    output
        The HDF5 file to write, or a folder, in which it gets its default name.
    plot
        Draw the result (.png .pdf .svg).
    restart
        Start from the beginning. Without it an interrupted run is resumed from OUTPUT.run
        when the same command is given again.
    overwrite
        Replace a finished result or picture. Without it one of other settings is an error,
        and one of the same settings is shown without computing it again.
    verbose
        Print the time of each step.
    config
        A settings file (.toml), as written beside every result; options on the command line
        take precedence.
    """

    output: Path | None = None
    plot: Path | None = None
    restart: bool = False
    overwrite: bool = False
    verbose: Annotated[bool, Parameter(name=("--verbose", "-v"))] = False
    config: Path | None = None
    quiet: Quiet = False
    json: Json = False

    def file(self, name: str) -> Path:
        """The file to write, ``name`` if none is given."""
        if self.output is None:
            return Path(name)
        return self.output / name if self.output.is_dir() else self.output

    def report(self, first: bool) -> Report:
        """Output of the command, on the first rank alone."""
        return Report(quiet=self.quiet or not first, json=self.json)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Options of the run; no number depends on them.

    Parameters
    ----------
    memory
        Memory that the collision operator may take, such as 500MB.
    over_memory
        Where the rows of a larger operator go: memory refuses it; disk keeps them in a
        scratch file; recompute computes them again in every iteration.
    batch_size
        Irreducible wave vectors that are handed to the kernels together; 0 or less is the
        default.
    """

    memory: str = "8GB"
    over_memory: Literal["memory", "disk", "recompute"] = "memory"
    batch_size: int | None = None

    def run(
        self,
        ranks: "Ranks",
        store: RunStore | None,
        progress: Callable[[int, int], None] | None,
    ) -> Run:
        """The same with everything else that a run needs."""
        return Run(
            store,
            progress=progress,
            memory=gigabytes(self.memory),
            over_memory=self.over_memory,
            batch_size=self.batch_size,
            ranks=ranks,
        )


def as_fine_as(length: float) -> str:
    """The default of a mesh in the help, from a length in Å."""
    return f"that of --mesh-length {length:g}"


CRYSTAL, MESH, OUTPUT, RUN = CrystalOptions(), MeshOptions(), OutputOptions(), RunOptions()


@dataclass(frozen=True, kw_only=True)
class CalculationOptions:
    """Options of every calculation on a crystal, and what they mean."""

    mesh: Annotated[MeshOptions, Flat] = MESH
    crystal: Annotated[CrystalOptions, Flat] = CRYSTAL
    output: Annotated[OutputOptions, Flat] = OUTPUT

    @property
    def rows(self) -> dict[str, str]:
        """Lines of the header beside those on the crystal and the mesh, by their titles."""
        return {}

    @property
    def full_zone(self) -> bool:
        """Whether every wave vector of the mesh is taken for itself."""
        return False

    def run_of(self, **given: Any) -> Run:
        """The run, with what `RunOptions.run` takes."""
        return RUN.run(**given)

    @property
    def units(self) -> dict[str, FrequencyUnit]:
        """The argument of tables and pictures in which frequencies are wanted, if any."""
        return {}


@dataclass(frozen=True, kw_only=True)
class FrequencyOptions(CalculationOptions):
    """Options of calculations whose result is frequencies."""

    unit: Unit = "THz"

    @property
    def units(self) -> dict[str, FrequencyUnit]:
        """The unit of frequencies."""
        return {"unit": FrequencyUnit(self.unit)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmearingOptions:
    """Conservation of energy.

    Parameters
    ----------
    smearing
        Conserve energy by Gaussians whose widths follow from group velocities and the mesh:
        by the largest change along its three steps, as in FourPhonon, or by their root mean
        square, as in ShengBTE.
    smearing_scale
        Factor of the widths of adaptive Gaussians, scalebroad of ShengBTE.
    sigma_cutoff
        Cutoff of the Gaussians, in units of --sigma.
    """

    smearing: Literal["adaptive", "adaptive-rms"] | None = None
    smearing_scale: float | None = None
    sigma_cutoff: float | None = None

    def of(self, sigma: float | None) -> Gaussian | AdaptiveGaussian | None:
        """The smearing that the options mean."""
        if self.smearing is None and self.smearing_scale is not None:
            raise DomainError(
                'smearing_scale: scales adaptive widths; add smearing="adaptive"'
            )
        if self.sigma_cutoff is not None and sigma is None:
            raise DomainError("sigma_cutoff: is in units of a width; add sigma=")
        if self.smearing is not None:
            if sigma is not None:
                raise DomainError(
                    "sigma: is one width, smearing= has many; give one of them"
                )
            scale = 1.0 if self.smearing_scale is None else self.smearing_scale
            is_rms = self.smearing == "adaptive-rms"
            return AdaptiveGaussian(
                scale, Change.ROOT_MEAN_SQUARE if is_rms else Change.LARGEST
            )
        return None if sigma is None else Gaussian(sigma, self.sigma_cutoff)


FlatSmearing = Annotated[SmearingOptions, Flat]
SMEARING = SmearingOptions()


@dataclass(frozen=True, kw_only=True)
class WaveVectorOptions(FrequencyOptions):
    """Options of scattering at a few wave vectors."""

    sigma: Sigma = None
    smearing: FlatSmearing = SMEARING
    scattering: FlatScattering = SCATTERING

    @property
    def settings(self) -> Scattering:
        """The settings that the options mean."""
        return scattering_from(self.scattering, self.sigma, self.smearing)

    @property
    def rows(self) -> dict[str, str]:
        """Scattering processes of phonons."""
        return {"scattering": f"three phonons, {energy_conservation(self.settings)}"}


@dataclass(frozen=True, kw_only=True)
class PairOptions(WaveVectorOptions):
    """Options of pairs of phonons that scatter."""

    scattering: Annotated[PairScattering, Flat] = PAIRS


def scattering_from(
    options: object, sigma: float | None, smearing_options: "SmearingOptions"
) -> Scattering:
    """The settings that the options mean."""
    smearing = smearing_options.of(sigma)
    return settings_from(Scattering, options, smearing=smearing)
