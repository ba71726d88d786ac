"""``phono converge``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter
from phono_grid import Grid
from phono_grid.errors import DomainError
from rich.table import Table

from phonokit.calc.converge import converge as converge_of
from phonokit.calc.kappa_folder import KappaFolder
from phonokit.cli.asked import MESHES, asked_in
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.invocation import current
from phonokit.cli.kappa import KappaOptions
from phonokit.cli.options import MESH, Data, Flat, MeshOptions
from phonokit.cli.sizes import part_of_one
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.terminal import table_of
from phonokit.model.crystal import Crystal
from phonokit.model.formula import formula_of
from phonokit.plot.converge import plot_converge
from phonokit.results.converge import ConvergeResult
from phonokit.run.key import programs
from phonokit.run.run import Run
from phonokit.settings.convergence import Convergence
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures
from phonokit.settings.transport import Transport

EXAMPLES = """
phono converge examples/silicon --to 1% --plot converge.png
phono converge examples/silicon --meshes 9 11 13 15 --method lbte
phono converge examples/silicon --sigma 0.05 0.1 0.2
phono converge supercell-222 supercell-333 --to 2%
phono converge examples/silicon --fc3-cutoffs 3 4.5
"""
Others = Annotated[
    Path,
    Parameter(
        help="The same crystal with other supercells, each with a series of its own."
    ),
]
Meshes = Annotated[
    tuple[str, ...],
    Parameter(
        help="Meshes, one number for three that are the same, or as 9x9x5; finer and finer "
        "ones of equal length until κ is converged if not given."
    ),
]


@dataclass(frozen=True, kw_only=True)
class ConvergeOptions(KappaOptions):
    """Options of a study of convergence.

    Parameters
    ----------
    to
        Relative difference from the limit that is allowed, 1% or 0.01.
    sigma
        Width in THz of Gaussians that conserve energy, in place of tetrahedra; of several
        each has a series of its own.
    fc3_cutoffs
        In Å, each with a series of its own, in place of --fc3-cutoff.
    fitted
        Finest meshes that the line is fitted to.
    wigner
        Add the heat that is carried between bands, by the Wigner equation; the same as
        --coherence smm19.
    """

    mesh: Annotated[MeshOptions, Parameter(parse=False)] = MESH
    to: str = "1%"
    meshes: Meshes = ()
    sigma: tuple[float, ...] = ()
    fc3_cutoffs: tuple[float, ...] = ()
    fitted: int = 4

    @property
    def convergence(self) -> Convergence:
        """The study that the options mean."""
        if self.fc3_cutoffs and self.crystal.fc3_cutoff is not None:
            raise DomainError("fc3_cutoffs: are in place of fc3_cutoff=; give one of them")
        return Convergence(
            tolerance=self._tolerance,
            meshes=tuple(map(_mesh, self.meshes)) or None,
            sigmas=self.sigma if len(self.sigma) > 1 else (),
            fitted=self.fitted,
        )

    @property
    def _tolerance(self) -> float:
        """The difference from the limit that is allowed."""
        tolerance = part_of_one("to", self.to)
        if tolerance <= 0:
            raise DomainError(f"to: must be positive, as 1%, got {self.to}")
        return tolerance

    def of_kappa(self, cutoff: float | None, sigma: float | None) -> KappaOptions:
        """The options of ``phono kappa`` for one of the conductivities."""
        same = {f.name: getattr(self, f.name) for f in fields(KappaOptions)}
        if cutoff is not None:
            same["crystal"] = replace(self.crystal, fc3_cutoff=cutoff)
        return KappaOptions(**same | ({} if sigma is None else {"sigma": (sigma,)}))


OPTIONS = ConvergeOptions()


def converge(
    path: Data,
    /,
    *others: Others,
    temperature: Temperatures = TEMPERATURES,
    options: Annotated[ConvergeOptions, Flat] = OPTIONS,
) -> None:
    """Converge the conductivity with the mesh, and tell its limit and its uncertainty.

    A line in 1/N, of N³ wave vectors, is fitted to the finest meshes. Each conductivity is
    kept in the file that phono kappa writes, beside the output; what is there is read.
    """
    if options.four.of_triplets is not None:
        raise DomainError(
            "sample: of three phonons is not for meshes that are compared; leave it out"
        )
    study = _Study(path, others, options, options.convergence)
    inputs: dict[str, Any] = {
        "temperatures": checked_temperatures(temperature),
        "transport": options.settings,
        "four_phonon": options.four.settings,
    }
    carry_out(
        Calculation(
            path=path,
            options=options,
            compute=partial(study.compute, **inputs),
            show=_shown,
            draw=plot_converge,
            identity=study.identity,
            more_files=study.load_others,
            pieces="linewidths",
            order=3,
            next_step=_next_step,
        )
    )


app = command(
    converge,
    EXAMPLES,
    {"meshes": "longer and longer", "output": "converge.hdf5", "coherence": "none"},
)


class _Study:
    """The crystals of a study, with their options, by name."""

    def __init__(
        self,
        path: Path,
        others: tuple[Path, ...],
        options: ConvergeOptions,
        settings: Convergence,
    ) -> None:
        self._path, self._options, self._settings = path, options, settings
        if others and options.fc3_cutoffs:
            raise DomainError(
                "fc3_cutoffs: several data and several cutoffs would be too many series; "
                "give one of them"
            )
        self._others = others
        self._crystals: dict[str, Crystal] = {}
        self._cutoffs: dict[str, float] = {}

    def load_others(self) -> list[Path]:
        """Read all crystals but the first, and tell their files."""
        for data in self._others:
            self._crystals[_other_name(data, self._crystals)] = self._options.crystal.load(
                data
            )
        for cutoff in self._options.fc3_cutoffs:
            name = f"cutoff-{cutoff:g}"
            crystal = replace(self._options.crystal, fc3_cutoff=cutoff).load(self._path)
            self._crystals[name], self._cutoffs[name] = crystal, cutoff
        for crystal in self._crystals.values():
            crystal.ensure_third_order()
        return [f.path for c in self._crystals.values() for f in c.origin.files]

    def identity(self, first: Crystal) -> dict[str, str]:
        """Inputs of the numbers beside the first crystal and the options."""
        for name, crystal in self._crystals.items():
            if sorted(crystal.primitive.symbols) != sorted(first.primitive.symbols):
                raise DomainError(
                    f"{name}: is {formula_of(crystal.primitive)}, the first data are of "
                    f"{formula_of(first.primitive)}; give the same crystal with other "
                    "supercells"
                )
        others = " ".join(c.fingerprint[:12] for c in self._crystals.values())
        return {"other data": others, **self._options.four.identity(self._path)}

    def compute(self, first: Crystal, *, run: Run, **inputs: Any) -> ConvergeResult:
        """Compute all that is not there; who stops it learns what is kept."""
        crystals: Any = self._crystals
        if self._others:
            crystals = {_other_name(self._path, self._crystals): first, **self._crystals}
        crystals = crystals or {"": first}
        four, path = self._options.four, self._path
        if four.settings is not None:
            crystals = {
                name: crystal.with_fc4(four.constants(path, crystal.primitive))
                for name, crystal in crystals.items()
            }
        output = self._options.output
        folder = KappaFolder(
            folder=(output.output or Path()).parent,
            overwrite=output.overwrite,
            restart=output.restart,
            command=current.get().command,
            asked=self._asked,
        )
        try:
            return converge_of(
                crystals.get("", crystals),
                self._settings,
                folder=folder,
                run=replace(run, store=None),
                **inputs,
            )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                "finished meshes are kept, and the same command goes on from there"
            ) from None

    def _asked(
        self, crystal: Crystal, grid: Grid, transport: Transport
    ) -> Mapping[str, str]:
        """The settings that ``phono kappa`` would take."""
        names = [n for n, c in self._crystals.items() if c is crystal]
        cutoff = self._cutoffs.get(names[0]) if names else None
        smearing: Any = transport.scattering.smearing
        sigma = smearing.sigma if self._settings.sigmas else None
        options = asked_in(self._options.of_kappa(cutoff, sigma))
        return {
            "command": "kappa",
            "temperature": current.get().asked["temperature"],
            **{name: value for name, value in options.items() if name not in MESHES},
            "mesh": " ".join(str(n) for n in grid.matrix.ravel()),
            "data": crystal.fingerprint[:12],
            **self._options.four.identity(self._path),
            **programs(),
        }


def _other_name(path: Path, there: Mapping[str, Crystal]) -> str:
    """A name for data that a folder can have, unlike those that are there."""
    name = path.resolve().name.partition(".")[0] or "data"
    return next(n for i in count(1) if (n := f"{name}-{i}" if i > 1 else name) not in there)


def _mesh(text: str) -> Any:
    """A mesh as it is typed."""
    numbers = text.replace("×", "x").split("x")
    try:
        mesh = [int(number) for number in numbers]
    except ValueError:
        mesh = []
    if len(mesh) not in (1, 3):
        raise DomainError(f"meshes: expected numbers such as 11 or 9x9x5, got {text!r}")
    return mesh * 3 if len(mesh) == 1 else mesh


def _shown(result: ConvergeResult) -> Iterator[Table | str]:
    """A table of the meshes of each series at each temperature, and what follows."""
    title = "Mean of κ_xx, κ_yy, κ_zz, W/(m K)"
    for n, name in enumerate(result.series):
        several = len(result.temperatures) > 1
        for i, t in enumerate(result.temperatures):
            head = ", ".join(filter(None, (str(name), f"{t:g} K" * several)))
            yield _table(result, n, i, f"{head}: " * bool(head) + title)
        yield _verdict(result, n, str(name))


def _table(result: ConvergeResult, n: int, i: int, title: str) -> Table:
    """κ of the meshes of one series at one temperature."""
    table = table_of("mesh", "wave vectors", "κ", "from the limit", title=title)
    differences = result.differences
    for m in range(result.n_meshes[n]):
        away = differences[n, m, i]
        table.add_row(
            _mesh_text(result.meshes[m]),
            str(result.n_qpoints[m]),
            f"{result.kappa[n, m, i, :3].mean():.4g}",
            f"{100 * away:.2f} %" if np.isfinite(away) else "",
        )
    limit = result.limit[n, i, :3].mean()
    if np.isfinite(limit):
        error = result.uncertainty[n, i, :3].max()
        known = f" ± {error:.2g}" if np.isfinite(error) else ""
        table.add_row("limit", "", f"{limit:.4g}{known}", "")
    return table


def _mesh_text(matrix: np.ndarray) -> str:
    """The numbers of a mesh, or the rows of its matrix."""
    if not (matrix - np.diag(np.diag(matrix))).any():
        return " × ".join(str(x) for x in np.diag(matrix))
    return "(" + ", ".join(" ".join(str(x) for x in row) for row in matrix) + ")"


def _verdict(result: ConvergeResult, n: int, name: str) -> str:
    """Whether a series is converged, and what would be."""
    begin, per_cent = f"{name}: " * bool(name), f"{100 * result.tolerance:g} %"
    first = result.converged[n]
    if first >= 0:
        return f"{begin}converged to {per_cent} from {_mesh_text(result.meshes[first])} on"
    if result.n_meshes[n] < 3:
        return f"{begin}nobody can tell with fewer than three meshes; give more of --meshes"
    uncertain = result.uncertainty[n, :, :3] / np.abs(result.limit[n, :, :3])
    text = f"{begin}not converged to {per_cent}"
    if uncertain.max() > result.tolerance:
        return f"{text}: the limit is known to {100 * uncertain.max():.2g} % only"
    size = f"{np.ceil(result.size_needed[n]):.0f}"
    known = f"the limit is known to {100 * uncertain.max():.2g} %"
    return f"{text}: that takes {size}³ wave vectors by the line; {known}"


def _next_step(result: ConvergeResult, file: Path) -> str:
    """The finest mesh is what one goes on with."""
    if (result.converged >= 0).all():
        return f"phono plot {file} draws it again; the conductivities are beside it"
    return "finer --meshes with --overwrite go on from the conductivities beside it"
