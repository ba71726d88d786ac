"""``phono modulate``."""

from pathlib import Path
from typing import Annotated

import numpy as np
from cyclopts import Parameter
from phono_grid.errors import DomainError
from phono_grid.files import ensure_writable, together

from phonokit.calc.modulate import modulate as compute
from phonokit.cli.command import command
from phonokit.cli.crystal_options import CrystalOptions
from phonokit.cli.displace import Nine, supercell_matrix_of
from phonokit.cli.options import (
    CRYSTAL,
    REPORT,
    Data,
    Flat,
    ReportOptions,
    Unit,
)
from phonokit.cli.replaceable import Replacement
from phonokit.cli.terminal import header
from phonokit.cli.wave_vectors import wave_vectors_from
from phonokit.io.write_modulation import write_modulation
from phonokit.model.modulation import Modulation
from phonokit.settings.displace import Triple
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.wave_vectors import wave_vector_name

EXAMPLES = """
phono modulate examples/silicon --q 0.5,0,0.5 --band 1 --amplitude 0.2 --output frozen.vasp
phono modulate examples/silicon --q 0,0,0 --band 6 --frames 20 --output wave.extxyz
"""


def modulate(
    data: Data,
    /,
    *,
    q: tuple[str, ...] = (),
    band: tuple[int, ...] = (),
    amplitude: tuple[float, ...] = (0.1,),
    phase: tuple[float, ...] = (0.0,),
    supercell: Triple | None = None,
    supercell_matrix: Annotated[Nine | None, Parameter(negative=())] = None,
    frames: int = 1,
    unit: Unit = "THz",
    output: Path = Path("modulation.extxyz"),
    format: str | None = None,
    overwrite: bool = False,
    crystal: Annotated[CrystalOptions, Flat] = CRYSTAL,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Write a supercell displaced along modes, or an animation of them.

    Parameters
    ----------
    q
        Fractional x,y,z, of one mode or of more.
    band
        Number of the mode at each wave vector, from 1 in the order of frequencies.
    amplitude
        Distance in Å that the atom goes which moves most.
    phase
        Phase of the wave in degrees.
    supercell
        Three numbers, multiples of the primitive axes.
    supercell_matrix
        Nine numbers by rows, in place of three; the columns are the supercell's axes.
    frames
        Number of moments of one period, for an animation.
    output
        The file to write.
    format
        Format of the file, by ASE's name (vasp, extxyz, vasp-xdatcar, ...).
    overwrite
        Replace a file that is there and is another one.
    """
    if not q or len(band) != len(q):
        raise DomainError(
            f"band: give q= and as many bands as wave vectors, got {len(q)} wave vectors "
            f"and {len(band)} bands"
        )
    if min(band) < 1:
        raise DomainError(f"band: bands are counted from 1, got {min(band)}")
    matrix = None
    if supercell is not None or supercell_matrix is not None:
        matrix = supercell_matrix_of(supercell, supercell_matrix)
    report = printed.report()
    ensure_writable(output)
    loaded = crystal.load(data)
    report.say(header(loaded, {}, nac=crystal.nac))
    n_bands = 3 * loaded.primitive.n_atoms
    if max(band) > n_bands:
        raise DomainError(f"band: there are bands 1 to {n_bands}, got {max(band)}")
    wave = compute(
        loaded,
        wave_vectors_from(q, loaded.primitive),
        [number - 1 for number in band],
        amplitude=amplitude if len(amplitude) > 1 else amplitude[0],
        phase=phase if len(phase) > 1 else phase[0],
        supercell=matrix,
        frames=frames,
        nac=crystal.nac,
    )
    report.say(_modes(wave, FrequencyUnit(unit)))
    replacement = Replacement(overwrite=overwrite)
    with together(replacement.accept):
        written = write_modulation(wave, output, format=format)
    report.replaced([written], replacement)
    look = "shows it as it moves" if frames > 1 else "shows it"
    report.end(f"ase gui {written} {look}")


app = command(
    modulate,
    EXAMPLES,
    {
        "supercell": "the smallest in which the wave is periodic",
        "format": "told by its name",
    },
)


def _modes(wave: Modulation, unit: FrequencyUnit) -> str:
    """The modes, and the supercell."""
    lines = [f"Modes, {unit.value}"]
    for q, band, f in zip(wave.qpoints, wave.bands, wave.frequencies, strict=True):
        value = round(float(f) * unit.per_thz, unit.digits) + 0
        lines.append(
            f"  q = {wave_vector_name(q)}  band {band + 1}  {value:.{unit.digits}f}"
        )
    atoms = wave.supercell.cell.n_atoms
    furthest = float(np.linalg.norm(wave.displacements, axis=-1).max())
    plural = "" if len(wave) == 1 else "s"
    lines.append(
        f"  {atoms} atoms, {len(wave)} frame{plural}, moved by {furthest:.4f} Å at most"
    )
    return "\n".join(lines)
