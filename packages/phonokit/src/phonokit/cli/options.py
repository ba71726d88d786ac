"""Options that the commands on a crystal share; each says its text once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from phonokit.cli.request_crystal import CrystalRequest, Nine, Triple, mesh_of
from phonokit.cli.request_scattering import WaveVectors
from phonokit.settings.frequency_unit import FrequencyUnit

Data = Annotated[
    Path,
    Parameter(
        help="As for phono kappa: a yaml file with forces inside, or a folder with one."
    ),
]
Unit = Annotated[
    Literal["THz", "cm-1", "meV"],
    Parameter(
        help="Of frequencies that are printed and drawn: THz, cm-1 or meV; THz if not "
        "given. The file is in THz."
    ),
]
Flat = Parameter(name="*")
"""Marks a class each of whose fields is an option."""


@dataclass(frozen=True, slots=True)
class Common:
    """Of every command on a crystal.

    Parameters
    ----------
    mesh
        Three numbers, the grid of wave vectors; 20 20 20 if not given, 10 10 10 where three
        phonons scatter.
    mesh_matrix
        Nine numbers by rows, in place of three: a generalised grid, the wave vectors whose
        products with each row are integers.
    mesh_length
        In Å, in place of three numbers: as fine as a supercell of these edges.
    output
        The HDF5 file to write; named after the command if not given.
    plot
        Draw it (.png .pdf .svg).
    lang
        The kernels that run, rust or python; PHONO_LANG or rust if not given.
    no_nac
        Leave Born charges out where the data hold them.
    """

    mesh: Triple | None = None
    mesh_matrix: Nine | None = None
    mesh_length: float | None = None
    output: Path | None = None
    plot: Path | None = None
    lang: str | None = None
    no_nac: bool = False

    def request(self, data: Path, mesh: Triple, output: str) -> CrystalRequest:
        """What is asked for, with a command's own mesh and file where none is given."""
        return CrystalRequest(
            path=data,
            mesh=mesh_of(self.mesh, self.mesh_matrix, self.mesh_length, mesh),
            output=self.output or Path(output),
            plot=self.plot,
            lang=self.lang,
            nac=not self.no_nac,
        )


Shared = Annotated[Common, Flat]
SHARED = Common()


@dataclass(frozen=True, slots=True)
class AtWaveVectors:
    """Of every command on the scattering at a few wave vectors.

    Parameters
    ----------
    q
        x,y,z, fractional, a point of the mesh, or more of them; 0,0,0 if not given.
    sigma
        Conserve energy by Gaussians of this width in THz instead of tetrahedra.
    """

    q: tuple[str, ...] = ("0,0,0",)
    sigma: float | None = None
    unit: Unit = "THz"

    def request(self) -> WaveVectors:
        """What is asked for."""
        return WaveVectors(self.q, self.sigma, FrequencyUnit(self.unit))


At = Annotated[AtWaveVectors, Flat]
AT = AtWaveVectors()
