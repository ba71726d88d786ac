"""The rooms of phonokit, and that no files of a package go round in a circle."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "phono_grid",
    "phono_fc",
    "phono_dynmat",
    "phono_3ph",
    "phono_4ph",
    "phono_mpi",
    "phonokit",
)
BELOW = {
    "settings": set(),
    "model": {"settings"},
    "run": {"settings"},
    "results": {"model", "settings"},
    "io": {"model", "results", "settings"},
    "plot": {"results", "settings"},
    "calc": {"model", "settings", "run", "results", "io"},
    "cli": {"calc", "io", "model", "plot", "results", "run", "settings"},
}
"""Which rooms each may import; all may import the modules at the top that are private."""
READ_STRUCTURES = {"at_volumes", "displace", "forces", "from_calculator", "relax"}
"""The only calculations that begin with files."""


def folder_of(package: str) -> Path:
    """The folder of a package's Python files."""
    (init,) = ROOT.glob(f"packages/{package.replace('_', '-')}/*/{package}/__init__.py")
    return init.parent


def imported(path: Path) -> set[str]:
    """Full names of everything that a file imports, late or not; types alone excepted."""
    found = set()
    nodes = [ast.parse(path.read_text())]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            nodes += node.orelse
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        nodes += ast.iter_child_nodes(node)
    return found


def modules_of(package: str) -> dict[str, Path]:
    """The files of a package by their full names."""
    folder = folder_of(package)
    names = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def test_every_file_of_phonokit_is_in_a_room_or_on_the_ground():
    folder = folder_of("phonokit")
    rooms = {p.name for p in folder.iterdir() if (p / "__init__.py").exists()}
    assert rooms == BELOW.keys()
    assert all(p.name.startswith("_") for p in folder.glob("*.py"))


@pytest.mark.parametrize("room", BELOW)
def test_rooms_import_only_those_below_them(room):
    for name, path in modules_of("phonokit").items():
        parts = name.split(".")
        if len(parts) < 3 or parts[1] != room:
            continue
        others = {n.split(".")[1] for n in imported(path) if n.startswith("phonokit.")}
        rooms = others & BELOW.keys() - {room}
        allowed = BELOW[room]
        if room == "calc" and parts[2] not in READ_STRUCTURES:
            allowed = allowed - {"io"}
        assert rooms <= allowed, f"{name} imports {rooms - allowed}"


def test_the_ground_of_phonokit_imports_no_room():
    for path in folder_of("phonokit").glob("_*.py"):
        if path.name in ("__init__.py", "__main__.py"):
            continue
        others = {n.split(".")[1] for n in imported(path) if n.startswith("phonokit.")}
        assert not others & BELOW.keys(), path


@pytest.mark.parametrize("package", PACKAGES)
def test_no_files_of_a_package_go_round_in_a_circle(package):
    modules = modules_of(package)
    # The package itself gathers all names, at the top or late; nobody counts on it.
    arrows = {
        name: {n for n in imported(path) if n in modules and n not in (name, package)}
        for name, path in modules.items()
        if name != package
    }
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join([*way[way.index(name) :], name])
        if name not in done:
            for below in sorted(arrows[name]):
                walk(below, (*way, name))
            done.add(name)

    for name in arrows:
        walk(name, ())


def test_nothing_but_the_command_line_prints_or_knows_an_option():
    for name, path in modules_of("phonokit").items():
        if name.startswith(("phonokit.cli", "phonokit.__main__")):
            continue
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = node.value.replace("(", " ").split()
                options = [w for w in words if w.startswith("--") and w[2:3].isalpha()]
                options = [w for w in options if not w.startswith("--help")]
                assert not options, f"{path.name}:{node.lineno}: {options}"
