"""``phono info``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from phono_grid.errors import PhonoError

from phonokit.cli.command import command
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.terminal import program, row
from phonokit.io.contents import Content, contents_of
from phonokit.run.file import read_layout

EXAMPLES = """
phono info examples/silicon
phono info kappa-m111111.hdf5
"""
AnyPath = Annotated[
    Path,
    Parameter(
        help="A folder, or a file: data, force constants, a result, a structure, a "
        "finished calculation, an unfinished run."
    ),
]
KIND = {
    "crystal": "a crystal with its force constants",
    "displacements": "displaced supercells without forces",
    "fourth order": "displaced supercells and their forces",
    "structure": "a structure",
    "calculation": "a finished calculation",
    "constants": "force constants",
    "foreign kappa": "a thermal conductivity of another program",
    "run": "an unfinished run",
    "settings": "settings of a command",
    "refused": "data that cannot be used",
    "unknown": "a file of no kind that is known here",
    "kappa": "a thermal conductivity",
}
NEXT = {
    "displacements": ("phono forces {} --calculator NAME, or phono forces {} OUTPUTS",),
    "structure": (
        "phono displace {} --supercell 2 2 2",
        "phono fc {} --supercell 2 2 2 --calculator NAME",
    ),
    "calculation": ("phono forces FOLDER {} ..., in the order of the displacements",),
    "constants": ("phono bands DATA --fc2 {}",),
    "foreign kappa": ("phono plot {}", "phono accumulate {} --crystal DATA"),
    "kappa": ("phono plot {}", "phono accumulate {}", "phono export {} --csv"),
    "bands": ("phono plot {}", "phono export {}", "phono export {} --csv"),
    "plan": (),
}
"""Commands that take a file, by its kind; other results are drawn and exported."""
RESULT = ("phono plot {}", "phono export {} --csv")


def info(path: AnyPath, /, *, printed: Annotated[ReportOptions, Flat] = REPORT) -> None:
    """Tell what a file or folder holds, and what can be done with it."""
    report = printed.report()
    report.say(program())
    found = list(_everything(path))
    for content in found:
        report.say(f"{content.path}: {_kind(content)}")
        for name, text in content.facts.items():
            if text:
                report.say(row(name, text))
        for line in _next(content):
            report.say(row("next", line))
    if not found:
        report.say(f"{path}: nothing that is known here")
    report.end()


app = command(info, EXAMPLES)


def _everything(path: Path) -> Iterator[Content]:
    """All that is in a file or folder."""
    if path.suffix == ".run" and path.is_file():
        yield _run(path)
        return
    if path.suffix == ".toml" and path.is_file():
        yield Content(path=path, kind="settings", facts={"command": _first_line(path)})
        return
    yield from contents_of(path)
    if path.is_dir():
        yield from (_run(file) for file in sorted(path.glob("*.run")))


def _run(path: Path) -> Content:
    """An unfinished run, and how far it is."""
    try:
        _, file = read_layout(path)
        with file.open() as records:
            done = f"{file.count(records)} of {file.n} pieces of work"
    except (PhonoError, OSError) as error:
        return Content(path=path, kind="refused", facts={"": str(error)})
    how = "the command that was stopped goes on from here"
    return Content(path=path, kind="run", facts={"finished": done, "how": how})


def _first_line(path: Path) -> str:
    """The command that a settings file names in its first line."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().removeprefix("#").strip()


def _kind(content: Content) -> str:
    """The kind in words."""
    return KIND.get(content.kind, f"a result, {content.kind.replace('_', ' ')}")


def _next(content: Content) -> Iterator[str]:
    """Command lines that take it."""
    if content.kind == "crystal":
        commands = ["bands", "dos", "thermal", *["kappa"] * (content.order == 3)]
        yield ", ".join(f"phono {name} {content.path}" for name in commands)
        return
    if content.kind == "fourth order":
        yield f"phono fc {content.path.parent} --order 4"
        return
    if content.kind == "constants" and content.order == 3:
        yield f"phono kappa DATA --fc2 FILE --fc3 {content.path}"
        return
    known = content.kind not in KIND
    for line in NEXT.get(content.kind, RESULT if known else ()):
        yield line.replace("{}", str(content.path))
