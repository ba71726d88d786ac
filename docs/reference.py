"""Pages of reference, made from the programs themselves: API, commands, files."""

import importlib
import inspect
import re
import types
import typing
from dataclasses import fields
from pathlib import Path

PACKAGES = {
    "phonokit": "from forces or constants to bands, densities and conductivity",
    "phono_grid": "crystals, symmetry, grids of wave vectors, tetrahedra",
    "phono_fc": "force constants",
    "phono_dynmat": "dynamical matrices, phonon modes, velocities",
    "phono_3ph": "three-phonon scattering and thermal conductivity",
    "phono_4ph": "four-phonon scattering",
    "phono_inside": "these kernels inside unmodified phonopy and phono3py",
    "phono_mpi": "work and arrays over MPI ranks",
}
FOLDER = "generated"


def write(docs: Path) -> None:
    """Write all of them into the folder ``generated``; a page that is the same is kept."""
    pages = {**api_pages(), "commands.md": commands_page(), "files.md": files_page()}
    folder = docs / FOLDER
    folder.mkdir(exist_ok=True)
    for name, text in pages.items():
        page = folder / name
        if not page.exists() or page.read_text() != text:
            page.write_text(text)
    for page in folder.iterdir():
        if page.name not in pages:
            page.unlink()


def api_pages() -> dict[str, str]:
    """A page of each public name, one of each package, and one of all."""
    pages = {}
    for package in PACKAGES:
        module = importlib.import_module(package)
        names = public_names(module)
        pages[f"{package}.rst"] = package_page(module, names)
        for name in names:
            pages[f"{package}.{name}.rst"] = name_page(module, name)
    rows = "".join(f"- {{doc}}`{name}`: {what}\n" for name, what in PACKAGES.items())
    listed = "\n".join(PACKAGES)
    pages["api.md"] = (
        f"# Python\n\nEvery public name of the packages.\n\n{rows}\n"
        f"```{{toctree}}\n:hidden:\n:maxdepth: 1\n\n{listed}\n```\n"
    )
    return pages


def public_names(module: types.ModuleType) -> list[str]:
    """What the package says it has, without modules and its version."""
    return [
        name
        for name in sorted(module.__all__, key=str.lower)
        if not isinstance(getattr(module, name), types.ModuleType)
        and not name.startswith("__")
    ]


def is_documented(value: object) -> bool:
    """Whether it is a class or a function; all others are values or unions of classes."""
    return inspect.isclass(value) or inspect.isroutine(value)


def summary(value: object) -> str:
    """The first sentence of the docstring, without numbers of references, or the value."""
    if not is_documented(value):
        return what_it_is(value)
    first = (inspect.getdoc(value) or "").split("\n\n")[0].replace("\n", " ")
    return re.sub(r"\s*\[\d+\]_", "", first)


def what_it_is(value: object) -> str:
    """A constant, or a union of classes, in words."""
    classes = typing.get_args(value)
    if classes:
        names = [getattr(typing.get_origin(c) or c, "__name__", str(c)) for c in classes]
        return "One of " + ", ".join(f"``{name}``" for name in names) + "."
    if isinstance(value, dict):
        return f"A table of {len(value)} entries."
    return f"``{value!r}``" if isinstance(value, int | float | tuple) else "A type."


def package_page(module: types.ModuleType, names: list[str]) -> str:
    """The table of a package's names."""
    rows = "\n".join(
        f"   * - :doc:`{name} <{module.__name__}.{name}>`\n"
        f"     - {summary(getattr(module, name))}"
        for name in names
    )
    title = module.__name__
    listed = "\n".join(f"   {module.__name__}.{name}" for name in names)
    return (
        f"{title}\n{'=' * len(title)}\n\n{PACKAGES[module.__name__].capitalize()}.\n\n"
        f".. list-table::\n   :widths: 30 70\n\n{rows}\n\n"
        f".. toctree::\n   :hidden:\n\n{listed}\n"
    )


def name_page(module: types.ModuleType, name: str) -> str:
    """The page of a function or a class."""
    title = f"{module.__name__}.{name}"
    value = getattr(module, name)
    if not is_documented(value):
        text = f".. py:data:: {title}\n\n   {what_it_is(value)}\n"
        return f"{name}\n{'=' * len(name)}\n\n{text}"
    directive = "autofunction"
    options = ""
    if inspect.isclass(value):
        directive = "autoexception" if issubclass(value, BaseException) else "autoclass"
        options = "   :members:\n"
    return f"{name}\n{'=' * len(name)}\n\n.. {directive}:: {title}\n{options}"


def commands_page() -> str:
    """The help of every command."""
    from phonokit.cli.app import COMMANDS, app
    from phonokit.cli.command import HELP
    from phonokit.cli.help import description, entries

    parts = ["# Commands\n", "What `phono COMMAND --help` says, for all commands.\n"]
    for name in COMMANDS:
        command = app[name]
        parts += [f"## phono {name}\n", *(f"{part}\n" for part in description(command))]
        for group, listed in entries(name, command).items():
            rows = [f"| `{e.title}` | {_cell(e.explanation)} |" for e in listed]
            parts.append("\n".join([f"| {group} | |", "|---|---|", *rows]) + "\n")
        parts.append("\n".join(["```console", *HELP[name].examples, "```"]) + "\n")
    return "\n".join(parts)


def _cell(text: str) -> str:
    """A text in the cell of a table, with what is no markup kept as it is."""
    return re.sub(r"([|<*])", r"\\\1", text)


def files_page() -> str:
    """The datasets of the file of every result."""
    from phonokit.results.reading import KINDS

    parts = [
        "# Result files\n",
        "Every command writes one HDF5 file, every result's `write` the same. Each "
        "dataset has the attribute `unit`, each file `kind`, the settings, and the inputs "
        "with their checksums; `phonokit.read_result` reads it. Names follow phono3py "
        "where phono3py has the quantity.\n",
    ]
    for kind, home in KINDS.items():
        module, name = home.split(":")
        result = getattr(importlib.import_module(module), name)
        rows = dataset_rows(result)
        if not rows:
            continue
        parts.append(f"## {kind}\n\n{summary(result)} {{doc}}`phonokit.{name}`.\n")
        head = "| dataset | in Python | unit | shape or type | meaning |\n"
        parts.append(head + "|---|---|---|---|---|\n" + "".join(rows))
    return "\n".join(parts)


def dataset_rows(result: type) -> list[str]:
    """A row of the table for each quantity of the result."""
    rows = []
    for field in fields(result):
        about = field.metadata
        if "unit" not in about:
            continue
        cells = [
            f"`{about['dataset'] or field.name}`",
            f"`{field.name}`",
            about["unit"],
            about["shape"],
            about["meaning"],
        ]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return rows
