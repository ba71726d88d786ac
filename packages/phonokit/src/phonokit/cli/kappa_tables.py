"""Tables of conductivities, of accumulations and of plans."""

from collections.abc import Iterator

import numpy as np
from phono_grid import Gaussian, backend
from rich import box
from rich.table import Table

from phonokit.cli.terminal import counted, duration, table_of
from phonokit.results.accumulate import AccumulateResult
from phonokit.results.kappa import KappaResult
from phonokit.results.mode_quantity import ModeQuantityResult
from phonokit.results.plan import Plan
from phonokit.settings.mode_quantity import ModeQuantity

COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")
WORTH_TELLING = 1e-3
"""The share of κ that different degenerate bands would add, and a finer mesh will."""
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Fractions of κ in the table of an accumulation."""
LARGE = (64, 1024, 16384)
"""Numbers of ranks whose efficiency is told."""
RANKS = (1, 4, 16, 64, 256, 1024, 4096, 16384)
"""Numbers of ranks in the table of a plan."""


def kappa_table(result: KappaResult) -> Table:
    """κ, one row per temperature."""
    smearing = result.transport.scattering.smearing
    width = f", σ = {smearing.sigma:g} THz" if isinstance(smearing, Gaussian) else ""
    title = f"Lattice thermal conductivity, W/(m K){width}"
    table = table_of("T (K)", *COMPONENTS, title=title)
    parts = {"": result.kappa}
    if result.wigner is not None:
        coherences = result.wigner.coherences
        parts = {"populations": result.kappa - coherences, "coherences": coherences}
        parts = {"sum": result.kappa, **parts}
        degenerate = result.wigner.degenerate
        if np.abs(degenerate).max() > WORTH_TELLING * np.abs(result.kappa).max():
            parts["degenerate"] = degenerate
            table.caption = "different bands of one degenerate set, not in the sum"
            table.caption_justify = "left"
        table.add_column("", no_wrap=True)
    for i, t in enumerate(result.temperatures):
        for part, kappa in parts.items():
            # Adding zero turns -0 into 0.
            numbers = (f"{float(x):z.3f}" for x in kappa[i])
            first = f"{t:g}" if kappa is result.kappa else ""
            table.add_row(first, *numbers, *([part] if part else []))
    return table


def reasons_of_zero(result: KappaResult) -> Iterator[str]:
    """Why nothing carries heat, where nothing does."""
    cutoff = result.transport.scattering.cutoff_frequency
    if (result.frequencies <= cutoff).all():
        yield f"κ is 0: all phonons are at or below --cutoff-frequency {cutoff:g}, THz\n"
        return
    each = zip(result.temperatures, result.heat_capacities, strict=True)
    cold = [f"{t:g}" for t, capacities in each if not capacities.any()]
    if cold:
        yield f"κ is 0 at {', '.join(cold)} K, where no phonon has a heat capacity\n"


def sampling_errors(result: KappaResult) -> Iterator[str]:
    """The statistical error of κ, where scattering was sampled."""
    if result.kappa_error is None:
        return
    each = zip(result.temperatures, result.kappa_error, result.kappa, strict=True)
    for t, error, kappa in each:
        mean = kappa[:3].mean()
        part = error[:3].max() / mean if mean else 0.0
        yield (
            f"κ at {t:g} K is known to {100 * part:.2g} % (standard error of sampling); "
            f"within {200 * part:.2g} % by 95 %\n"
        )


def this_machine(plan: Plan) -> str:
    """Time and memory of the run on the processors that it was measured with."""
    memory = sum(plan.memory.values()) / 1e6
    return (
        f"On this machine ({backend.describe()}): about {duration(plan.seconds(1))}, and "
        f"{memory:.3g} MB of memory for what is large"
    )


def plan_table(plan: Plan) -> Table:
    """Table of the time of a run on more and more ranks, one row for each number."""
    n_q = counted(len(plan.costs), "wave vector")
    table = Table(
        title=f"{n_q} of {duration(plan.costs.min())} to "
        f"{duration(plan.costs.max())} each, after {duration(plan.serial)} of preparation",
        title_justify="left",
        box=box.SIMPLE,
        caption_justify="left",
    )
    whole = ["of whole wave vectors"] if plan.cut else []
    for name in ("ranks", "time", "speed-up", "efficiency", *whole):
        table.add_column(name, justify="right", no_wrap=True)
    for n in RANKS:
        gain = plan.speed_up(n)
        others = (f"{plan.speed_up(n, 'largest first'):.3g}" for _ in whole)
        row = (f"{gain:.3g}", f"{100 * gain / n:.0f} %", *others)
        table.add_row(f"{n}", duration(plan.seconds(n)), *row)
    sizes = [f"{name} {n / 1e6:.3g} MB" for name, n in plan.memory.items() if n]
    shares = (
        f"in {plan.pieces.sum()} pieces, as phono kappa does, and speed-ups if they were "
        "whole"
        if plan.cut
        else "the largest first, as phono kappa does"
    )
    table.caption = (
        f"For ranks like this one, which share wave vectors {shares}. The solution of the "
        f"full equation is not counted.{_efficiencies(plan)}\nMemory: {', '.join(sizes)}."
    )
    return table


def _efficiencies(plan: Plan) -> str:
    """Balance of the work on large numbers of ranks."""
    if not plan.cut:
        return ""
    each = (f"{n}: {100 * plan.efficiency(n):.0f} %" for n in LARGE)
    return f"\nEfficiency without the preparation, on {', '.join(each)}."


PART = (ModeQuantity.LIFETIME, ModeQuantity.LINEWIDTH)
"""Quantities that some phonons, as the translations, do not have."""


def quantity_table(result: ModeQuantityResult) -> Table:
    """Mean, range and sum of a quantity over the bands; of the phonons that have it."""
    table = table_of("band", "mean", "least", "largest")
    weights = result.weight / result.weight.sum()
    for j, values in enumerate(result.values.T):
        some = values[values != 0] if result.quantity in PART else values
        least, largest = (some.min(), some.max()) if len(some) else (0.0, 0.0)
        numbers = (weights @ values, least, largest)
        table.add_row(str(j + 1), *(f"{x:.4g}" for x in numbers))
    table.add_row("all", f"{result.mean:.4g}", "", "")
    return table


def accumulate_table(result: AccumulateResult) -> Table:
    """Below which frequency and which mean free path shares of κ are carried."""
    table = table_of("share", "below THz", "below nm")
    for share in SHARES:
        frequency, path = result.frequency_below(share), result.path_below(share) / 10
        table.add_row(f"{share:.0%}", f"{frequency:.3f}", f"{path:.4g}")
    return table
