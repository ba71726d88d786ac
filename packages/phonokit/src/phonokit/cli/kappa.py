"""``phono kappa``."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from phono_3ph import Coherence
from phono_grid import Gaussian
from phono_grid.errors import DomainError

from phonokit.calc.kappa import kappa as kappa_of
from phonokit.calc.kappa_for_widths import kappa_for_widths, made_together
from phonokit.calc.plan import plan as plan_of
from phonokit.cli.calculation import Calculation, begun, carry_out
from phonokit.cli.command import command
from phonokit.cli.control import with_control
from phonokit.cli.derive import Option, options_of, settings_from
from phonokit.cli.four_phonon import FOUR_PHONON, NAME, FourPhonons
from phonokit.cli.invocation import current
from phonokit.cli.kappa_tables import (
    kappa_table,
    plan_table,
    reasons_of_zero,
    sampling_errors,
    this_machine,
)
from phonokit.cli.named_numbers import numbers_by_name
from phonokit.cli.options import (
    RUN,
    SCATTERING,
    SMEARING,
    CalculationOptions,
    Data,
    Flat,
    FlatScattering,
    FlatSmearing,
    OutputOptions,
    RunOptions,
    as_fine_as,
    scattering_from,
)
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.terminal import warnings_in_one_line
from phonokit.cli.widths import Widths, carry_out_each
from phonokit.plot.kappa import plot_kappa
from phonokit.results.kappa import KappaResult, default_name
from phonokit.run.distributed import launched_ranks
from phonokit.run.run import Run
from phonokit.settings.mesh import KAPPA_MESH
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures
from phonokit.settings.transport import Method, Transport

if TYPE_CHECKING:
    TransportOptions = Transport
else:
    TransportOptions = options_of(
        Transport,
        without=("scattering", "mass_variances"),
        normal_umklapp=Option(also=("--nu",)),
        average_strengths=Option(
            help="Take the mean of all strengths of a band in place of each: linewidths "
            "then differ by the phase space of the processes alone."
        ),
        constant_strength=Option(
            help="Such a mean in eV², the same for all bands; no third-order constants are "
            "needed."
        ),
        boundary_mfp=Option(
            help="Boundary mean free path in µm, or with a unit (500nm): the distance "
            "between surfaces that scatter phonons."
        ),
    )

EXAMPLES = """
phono kappa examples/silicon --mesh 19 19 19 --temperature 300 600
phono kappa phono3py_params.yaml.xz --output kappa.hdf5 --plot kappa.png
phono kappa phono3py.yaml --fc2 fc2.hdf5 --fc3 fc3.hdf5 --born BORN
phono kappa examples/silicon --method lbte --isotopes
phono kappa examples/silicon --sigma 0.05 0.1 0.2 --plot widths.png
phono kappa examples/silicon --mass-variances Si=2e-4
phono kappa examples/silicon --strengths elements --temperature 100:1000:100
phono kappa examples/silicon --wigner --temperature 100:1000:100
phono kappa examples/silicon --mesh 40 40 40 --sample --error 1%
phono kappa examples/silicon --four-phonon --fc4 FORCE_CONSTANTS_4TH --sample --error 2%
"""
TRANSPORT = TransportOptions()
MassVariances = Annotated[
    tuple[str, ...],
    Parameter(
        help="Relative variance of the mass of each atom of the primitive cell, or by "
        "element or label, as Ga=2e-4 N=0 (natural where none is given); isotopes scatter "
        "then."
    ),
]


@dataclass(frozen=True, kw_only=True)
class KappaOptions(CalculationOptions):
    """Options of a conductivity.

    Parameters
    ----------
    wigner
        Add the heat that is carried between bands, by the Wigner equation; populations and
        coherences are given separately. The same as --coherence smm19.
    """

    sigma: Widths = ()
    smearing: FlatSmearing = SMEARING
    wigner: bool = False
    mass_variances: MassVariances = ()
    transport: Annotated[TransportOptions, Flat] = TRANSPORT
    scattering: FlatScattering = SCATTERING
    four: FourPhonons = FOUR_PHONON
    run: Annotated[RunOptions, Flat] = RUN

    @property
    def settings(self) -> Transport:
        """The settings that the options mean, of several widths with the first."""
        width = self.sigma[0] if self.sigma else None
        scattering = scattering_from(self.scattering, width, self.smearing)
        transport = settings_from(
            Transport,
            self.transport,
            scattering=scattering,
            mass_variances=numbers_by_name("mass_variances", self.mass_variances) or None,
        )
        if transport.method is Method.RTA:
            self._ensure_unused()
        if self.wigner and transport.coherence is None:
            return replace(transport, coherence=Coherence.SMM19)
        return transport

    def _ensure_unused(self) -> None:
        """Refuse what only the full equation has, which would do nothing."""
        own = {
            "solver": self.transport.solver != TRANSPORT.solver,
            "memory": self.run.memory != RUN.memory,
            "over_memory": self.run.over_memory != RUN.over_memory,
        }
        for name in (name for name, is_given in own.items() if is_given):
            raise DomainError(
                f'{name}: belongs to the full Boltzmann equation; add method="lbte", or '
                "leave it out"
            )

    @property
    def rows(self) -> dict[str, str]:
        """The method, and what scatters."""
        four, transport = self.four.settings, self.settings
        rows = {} if four is None else {"4-phonon": four.description}
        three = self.four.of_triplets
        if three is not None:
            rows["samples"] = three.description
        return {
            "method": transport.method_description,
            "scattering": f"three phonons, {transport.scattering_description}",
            **rows,
        }

    @property
    def full_zone(self) -> bool:
        """Whether every wave vector of the mesh is taken for itself."""
        return self.settings.full_zone

    def run_of(self, **given: Any) -> Run:
        """The run, with the options of it."""
        return self.run.run(**given)


@dataclass(frozen=True, kw_only=True)
class KeptOptions(KappaOptions):
    """Options of one conductivity.

    Parameters
    ----------
    wigner
        Add the heat that is carried between bands, by the Wigner equation; populations and
        coherences are given separately. The same as --coherence smm19.
    strengths
        Folder of squared matrix elements: those that are there are read, others computed
        and written; they serve any temperature, --sigma and method on the same mesh.
    """

    strengths: Path | None = None


OPTIONS = KeptOptions()


def kappa(
    path: Data,
    /,
    *,
    temperature: Temperatures = TEMPERATURES,
    plan: bool = False,
    options: Annotated[KeptOptions, Flat] = OPTIONS,
) -> None:
    """Compute the lattice thermal conductivity.

    Three-phonon scattering, in the relaxation time approximation or from the full
    Boltzmann equation.

    Parameters
    ----------
    plan
        Measure a few wave vectors, and estimate how long the command would take on this
        machine and on more ranks; nothing is written.
    """
    options, rows = with_control(path, options)
    if plan and options.four.of_triplets is not None:
        raise DomainError("plan: is of every triplet; leave sample out")
    if plan and options.strengths is not None:
        raise DomainError("plan: measures elements that are computed; leave strengths out")
    if len(options.sigma) < 2:
        product, show = (plan_of, _plan) if plan else (kappa_of, carry_out)
        show(_calculation(path, options, temperature, rows, product))
        return
    if plan:
        raise DomainError("plan: measures one width; give one sigma=")
    crystal = functools.cache(lambda: options.crystal.load(path))

    def of_width(width: float, output: OutputOptions) -> Calculation[Any]:
        one = replace(options, sigma=(width,), output=output)
        return replace(_calculation(path, one, temperature, rows), crystal=crystal)

    carry_out_each(
        options.sigma, of_width, options.output, plot_kappa, _together(options, temperature)
    )


def _together(
    options: KeptOptions, temperature: tuple[float, ...]
) -> Callable[..., list[KappaResult]] | None:
    """The calculation of all widths at once, where that can be."""
    transport = options.settings
    scattering = replace(transport.scattering, smearing=None)
    apart = options.strengths or options.four.four_phonon or options.four.of_triplets
    if apart or not made_together(transport):
        return None
    cutoff = options.smearing.sigma_cutoff
    return functools.partial(
        kappa_for_widths,
        widths=[Gaussian(width, cutoff) for width in options.sigma],
        temperatures=checked_temperatures(temperature),
        transport=replace(transport, scattering=scattering),
    )


def _calculation(
    path: Path,
    options: KeptOptions,
    temperature: tuple[float, ...],
    rows: Mapping[str, str],
    product: Callable[..., Any] = kappa_of,
) -> Calculation[Any]:
    """The calculation, with Gaussians of the first width if there are any."""
    scale = options.smearing.smearing_scale
    inputs: dict[str, Any] = {
        "temperatures": checked_temperatures(temperature),
        "transport": options.settings,
        **_sample(options),
        **({} if options.strengths is None else {"strengths": options.strengths}),
    }
    return Calculation(
        path=path,
        options=options,
        compute=options.four.compute(path, product, **inputs),
        mesh=options.mesh.of(KAPPA_MESH),
        name=lambda grid: default_name(
            grid,
            options.settings,
            four_phonon=options.four.four_phonon,
            sampled=options.four.sample,
        ),
        show=lambda result: [
            kappa_table(result),
            *reasons_of_zero(result),
            *sampling_errors(result),
        ],
        draw=plot_kappa,
        identity=lambda _: {
            **options.four.identity(path),
            **({} if scale is None else {"smearing_scale": f"{scale:g}"}),
        },
        rows=rows,
        pieces="linewidths",
        order=3 if options.transport.constant_strength is None else 2,
        next_step=_next_step,
    )


app = command(
    kappa,
    EXAMPLES,
    {
        "mesh": as_fine_as(KAPPA_MESH),
        "output": "kappa-mMESH.hdf5",
        "coherence": "none",
        "fc4": NAME,
    },
)


def _sample(options: KappaOptions) -> dict[str, Any]:
    """The sampling of three-phonon processes, if there is one."""
    sample = options.four.of_triplets
    return {} if sample is None else {"sample": sample}


def _next_step(result: KappaResult, file: Path) -> str:
    """Who has a conductivity wants to know what carries it."""
    if not result.kappa.any():
        return ""
    return f"phono accumulate {file} tells which phonons carry it"


def _plan(calculation: Calculation[Any]) -> None:
    """Measure, and tell how long the command would take."""
    with launched_ranks(current.get().explain) as ranks:
        first = ranks.rank == 0
        report = calculation.options.output.report(first)
        with (
            begun(calculation, ranks, report) as (crystal, _),
            warnings_in_one_line(first),
        ):
            measured = calculation.result(crystal, Run(ranks=ranks))
        report.say(this_machine(measured))
        report.show(plan_table(measured))
        report.end("the same command without --plan computes it")
