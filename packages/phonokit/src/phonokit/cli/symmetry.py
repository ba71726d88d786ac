"""``phono symmetry``."""

from pathlib import Path
from typing import Annotated

from phono_grid import DEGENERACY
from phono_grid.files import ensure_writable

from phonokit.calc.mode_symmetry import mode_symmetry
from phonokit.cli.command import command
from phonokit.cli.crystal_options import CrystalOptions
from phonokit.cli.invocation import current
from phonokit.cli.options import (
    CRYSTAL,
    REPORT,
    Data,
    Flat,
    ReportOptions,
    Unit,
)
from phonokit.cli.replaceable import RESULT, ensure_replaceable, is_finished
from phonokit.cli.report import Report
from phonokit.cli.terminal import header, row, table_of
from phonokit.cli.wave_vectors import wave_vectors_from
from phonokit.results.mode_symmetry import ModeSymmetryResult
from phonokit.results.reading import read_result
from phonokit.run.key import programs
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.wave_vectors import wave_vector_name

EXAMPLES = """
phono symmetry examples/silicon
phono symmetry examples/silicon --q 0.5,0,0.5 --unit cm-1
"""


def symmetry(
    data: Data,
    /,
    *,
    q: str = "0,0,0",
    degeneracy: float = DEGENERACY,
    unit: Unit = "THz",
    output: Path | None = None,
    overwrite: bool = False,
    crystal: Annotated[CrystalOptions, Flat] = CRYSTAL,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Tell the irreducible representations of phonons, and what light sees of them.

    Mulliken's names and infrared and Raman activity at Γ; elsewhere representations of the
    little group. Needs spgrep.

    Parameters
    ----------
    q
        x,y,z, fractional.
    degeneracy
        In THz; bands closer than this are one degenerate set.
    output
        A file to write the result to (.hdf5).
    overwrite
        Replace a finished file that is there and is another one.
    """
    report = printed.report()
    if output is not None:
        ensure_writable(output)
        ensure_replaceable(output, RESULT)
    loaded = crystal.load(data)
    report.say(header(loaded, {}, nac=crystal.nac))
    (point,) = wave_vectors_from([q], loaded.primitive)
    asked = {**current.get().asked, "data": loaded.fingerprint[:12], **programs()}
    there = output is not None and is_finished(output, asked, overwrite=overwrite)
    result: ModeSymmetryResult
    if output is not None and there:
        result = read_result(output)
    else:
        result = mode_symmetry(loaded, point, degeneracy=degeneracy, nac=crystal.nac)
    if output is not None and not there:
        result.write(output, command=current.get().command, asked=asked)
    _show(result, FrequencyUnit(unit), report)
    if output is not None:
        (report.is_there if there else report.wrote)(output)
    where = wave_vector_name(point)
    report.end(f"phono modulate {data} --q {where} --band 1 shows how atoms move in a mode")


app = command(symmetry, EXAMPLES)


def _show(result: ModeSymmetryResult, unit: FrequencyUnit, report: Report) -> None:
    """A row for each degenerate set."""
    q, n_g = wave_vector_name(result.qpoint), len(result.rotations)
    report.say(
        row("group", f"little group of {n_g} operations of {result.space_group[0]}\n")
    )
    title = f"Modes at q = {q}, {unit.value}"
    table = table_of("bands", "f", "representation", "active", title=title)
    last = 0
    for i, size in enumerate(result.sizes.tolist()):
        first, last = last + 1, last + size
        seen = ["acoustic"] if result.acoustic[i] else []
        if not seen:
            seen += ["infrared"] * bool(result.infrared[i])
            seen += ["Raman"] * bool(result.raman[i])
        value = round(float(result.set_frequencies[i]) * unit.per_thz, unit.digits) + 0
        table.add_row(
            f"{first}" if size == 1 else f"{first}-{last}",
            f"{value:.{unit.digits}f}",
            str(result.labels[i]),
            ", ".join(seen),
        )
    report.show(table)
