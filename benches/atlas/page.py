"""The page of validation: tables and pictures of what the programs computed."""

import importlib.metadata
import itertools
import json
import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from cases import CASES, KALDO, KINDS, SIGMA, TEMPERATURE
from numpy.typing import NDArray

matplotlib.use("Agg")
import matplotlib.pyplot as plt

Array = NDArray[np.float64]
Outcomes = dict[str, dict[tuple[str, str], Any]]
Meshes = dict[str, tuple[int, ...]]
PAGE = "validation.md"
EXPLAINED = Path(__file__).with_name("explained.md")
FLOOR = 1e-6
"""Linewidths below this part of the largest are counted relative to it: they are zero."""
SMALL = (
    "Whole processes on meshes this small are mostly start-up, reading and the set-up of "
    "series; finer meshes, where the phonons themselves take the time, are in {doc}`speed`."
)
"""The text above seconds and memory."""


def write(docs: Path, outcomes: Outcomes, meshes: Meshes) -> None:
    """Write the page, and two pictures beside it."""
    pictures = docs / "pictures"
    pictures.mkdir(exist_ok=True)
    draw_linewidths(pictures / "validation-linewidths.png", outcomes)
    draw_costs(pictures / "validation-costs.png", outcomes)
    parts = [
        "# Validation",
        "Made by `nox -s atlas`; not written by hand.",
        f"{made()}",
        EXPLAINED.read_text().strip(),
        "## Frequencies",
        table(frequency_rows(outcomes, meshes)),
        "## Linewidths, mode by mode",
        table(linewidth_rows(outcomes)),
        "![Linewidths of both programs](pictures/validation-linewidths.png)",
        "## Thermal conductivity",
        table(kappa_rows(outcomes)),
        "## Seconds and memory",
        SMALL,
        table(cost_rows(outcomes)),
        "![CPU time of phono3py over that of phonokit](pictures/validation-costs.png)",
        *kaldo(outcomes),
        *others(),
    ]
    (docs / PAGE).write_text("\n\n".join(parts) + "\n")


def made() -> str:
    """When, with what and on what kind of machine."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in (
            "phonokit",
            "phono3py",
            "phonopy",
            "phonors",
            "euphonic",
            "kaldo",
            "numpy",
        )
    )
    date = datetime.now(UTC).date().isoformat()
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{date}: {versions}; Python {platform.python_version()}, {machine}."


def table(rows: Iterator[list[str]]) -> str:
    """A table in Markdown; its first row is the head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def frequency_rows(outcomes: Outcomes, meshes: Meshes) -> Iterator[list[str]]:
    """Largest differences of frequencies."""
    yield ["crystal", "mesh", "modes", "phono3py, THz", "Euphonic, THz"]
    for name, of in outcomes.items():
        ours = of["phonokit", "rta"].arrays["frequencies"]
        away = [
            f"{np.abs(ours - of[program, 'rta'].arrays['frequencies']).max():.1e}"
            for program in ("phono3py", "euphonic")
        ]
        mesh = " × ".join(map(str, meshes[name]))
        yield [CASES[name].title, mesh, str(ours.size), *away]


def differences(ours: Array, theirs: Array) -> Array:
    """Relative differences of linewidths."""
    return np.abs(ours - theirs) / np.maximum(np.abs(theirs), FLOOR * theirs.max())


def linewidth_rows(outcomes: Outcomes) -> Iterator[list[str]]:
    """Median and largest relative difference of each calculation."""
    yield ["crystal", "calculation", "modes", "median", "largest"]
    for name, kind, ours, theirs in pairs(outcomes):
        if kind == "lbte":
            continue  # the linewidths are those of the relaxation time
        away = differences(ours.arrays["linewidths"], theirs.arrays["linewidths"])
        figures = [f"{np.median(away):.1e}", f"{away.max():.1e}"]
        yield [CASES[name].title, KINDS[kind], str(away.size), *figures]


def pairs(outcomes: Outcomes) -> Iterator[tuple[str, str, Any, Any]]:
    """Every calculation of both programs."""
    for name, of in outcomes.items():
        for kind in CASES[name].kinds:
            yield name, kind, of["phonokit", kind], of["phono3py", kind]


def kappa_rows(outcomes: Outcomes) -> Iterator[list[str]]:
    """κ of both programs, along x and along z where they differ."""
    yield ["crystal", "calculation", "phonokit", "phono3py", "difference"]
    for name, kind, ours, theirs in pairs(outcomes):
        a, b = ours.arrays["kappa"][[0, 2]], theirs.arrays["kappa"][[0, 2]]
        if abs(a[1] - a[0]) < 1e-6 * a[0]:
            a, b = a[:1], b[:1]
        shown = [" / ".join(f"{x:.4f}" for x in both) for both in (a, b)]
        away = np.abs(a - b).max() / b.max()
        yield [CASES[name].title, KINDS[kind], *shown, f"{away:.1e}"]


def cost_rows(outcomes: Outcomes) -> Iterator[list[str]]:
    """What each took."""
    yield ["crystal", "calculation", "phonokit", "phono3py", "ratio of seconds"]
    for name, kind, ours, theirs in pairs(outcomes):
        shown = [f"{one.cpu:.1f} s, {one.peak:.0f} MiB" for one in (ours, theirs)]
        yield [CASES[name].title, KINDS[kind], *shown, f"{theirs.cpu / ours.cpu:.1f}"]


def draw_linewidths(path: Path, outcomes: Outcomes) -> None:
    """Γ over frequency, circles of phono3py around dots of phonokit."""
    wide = len(outcomes)
    fig, axes = plt.subplots(1, wide, figsize=(2.2 * wide, 2.4), squeeze=False)
    for ax, (name, of) in zip(axes[0], outcomes.items(), strict=True):
        for program, style in (
            (
                "phono3py",
                {"marker": "o", "s": 16, "facecolors": "none", "edgecolors": "C1"},
            ),
            ("phonokit", {"marker": ".", "s": 5, "color": "C0"}),
        ):
            arrays = of[program, "rta"].arrays
            f, gamma = arrays["frequencies"].ravel(), arrays["linewidths"].ravel()
            seen = gamma > FLOOR * gamma.max()
            ax.scatter(f[seen], gamma[seen], label=program, linewidths=0.6, **style)
        ax.set(yscale="log", title=name, xlabel="frequency (THz)")
    axes[0, 0].set_ylabel(f"Γ at {TEMPERATURE:g} K (THz)")
    axes[0, 0].legend(fontsize=7)
    fig.tight_layout()
    fig.savefig(path, dpi=110)
    plt.close(fig)


def draw_costs(path: Path, outcomes: Outcomes) -> None:
    """How many times more seconds phono3py takes."""
    fig, ax = plt.subplots(figsize=(6, 2.8))
    names = list(outcomes)
    shown = [kind for kind in KINDS if any(kind in CASES[n].kinds for n in names)]
    for i, kind in enumerate(shown):
        of = [(x, outcomes[n]) for x, n in enumerate(names) if kind in CASES[n].kinds]
        ratios = [o["phono3py", kind].cpu / o["phonokit", kind].cpu for _, o in of]
        ax.bar([x + 0.16 * (i - 2) for x, _ in of], ratios, 0.15, label=KINDS[kind])
    ax.axhline(1, color="0.5", lw=0.8)
    ax.set_xticks(range(len(names)), names)
    ax.set_ylabel("CPU time, phono3py / phonokit")
    ax.legend(fontsize=6)
    fig.tight_layout()
    fig.savefig(path, dpi=110)
    plt.close(fig)


def kaldo(outcomes: Outcomes) -> Iterator[str]:
    """Results of kALDo with the same constants, beside ours."""
    if not any((KALDO, KALDO) in of for of in outcomes.values()):
        return
    yield "## kALDo"
    yield (
        f"Relaxation time with Gaussians of σ = {SIGMA} THz that end at 2√2 σ, as kALDo's "
        "do, without charges, third order between neighbours alone; both read the files of "
        "ShengBTE that phonokit writes."
    )
    yield table(kaldo_rows(outcomes))


def kaldo_rows(outcomes: Outcomes) -> Iterator[list[str]]:
    """Frequencies, linewidths, κ, and what each took."""
    yield [
        "crystal",
        "mesh",
        "modes",
        "frequencies, THz",
        "linewidths: median, largest",
        "κ, phonokit",
        "κ, kALDo",
        "phonokit",
        "kALDo",
    ]
    for name, of in outcomes.items():
        if (KALDO, KALDO) not in of:
            continue
        both = of["phonokit", KALDO], of[KALDO, KALDO]
        ours, theirs = (one.arrays for one in both)
        f = np.abs(ours["frequencies"] - theirs["frequencies"]).max()
        # Kinds of degenerate modes may be mixed: their mean is what both must agree on.
        away = differences(*(means(a) for a in (ours, theirs)))
        mesh = " × ".join(map(str, CASES[name].kaldo or ()))
        yield [
            CASES[name].title,
            mesh,
            str(ours["frequencies"].size),
            f"{f:.1e}",
            f"{np.median(away):.1e}, {away.max():.1e}",
            *(numbers(np.round(one["kappa"][[0, 2]], 4)) for one in (ours, theirs)),
            *(f"{one.cpu:.1f} s, {one.peak:.0f} MiB" for one in both),
        ]


def means(arrays: dict[str, Any]) -> Array:
    """Linewidths, averaged over degenerate modes."""
    averaged = arrays["linewidths"].copy()
    for f, gamma in zip(arrays["frequencies"], averaged, strict=True):
        edges = [0, *(1 + np.flatnonzero(np.diff(f) > 1e-4)), len(f)]
        for begin, end in itertools.pairwise(edges):
            gamma[begin:end] = gamma[begin:end].mean()
    return averaged


def others() -> Iterator[str]:
    """Values of programs that are not run here, if the test data hold them."""
    path = Path(os.environ.get("PHONO_TEST_DATA", ".")) / "others.json"
    if not path.exists():
        return
    data = json.loads(path.read_text())
    yield "## FourPhonon (ShengBTE) and kALDo"
    yield (
        "Computed before on constants written from phonokit, and kept as data: "
        f"{data['_about'].rstrip('.')}. "
        "κ at 300 K in W/(m K); two numbers are along x and z."
    )
    yield table(other_rows(data))


def other_rows(data: dict[str, Any]) -> Iterator[list[str]]:
    """Each program beside phonokit with the same smearing."""
    yield ["program", "calculation", "method", "its κ", "phonokit"]
    alike = {
        "fourphonon": [
            ("relaxation time", "kappa_rta", "phono_same_smearing_rta"),
            ("full equation; by tetrahedra", "kappa_converged", "phono_tetrahedra_lbte"),
        ],
        "kaldo": [
            ("relaxation time", "kappa_rta", "phono_rta"),
            ("full equation", "kappa_inverse", "phono_lbte"),
        ],
    }
    title = {"fourphonon": "FourPhonon", "kaldo": "kALDo"}
    for program, methods in alike.items():
        for what, of in data[program].items():
            for method, its, ours in methods:
                for end in ("", "_xx_zz"):
                    if its + end in of and ours + end in of:
                        both = [numbers(of[its + end]), numbers(of[ours + end])]
                        yield [title[program], what, method, *both]


def numbers(value: Any) -> str:
    """One number or several."""
    return " / ".join(f"{x:g}" for x in np.atleast_1d(value))
