"""The shape of the repository, as facts that can break."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "phono_grid": set(),
    "phono_fc": {"phono_grid"},
    "phono_dynmat": {"phono_grid", "phono_fc"},
    "phono_3ph": {"phono_grid", "phono_fc", "phono_dynmat"},
    "phono_4ph": {"phono_grid", "phono_fc", "phono_dynmat", "phono_3ph"},
    "phono_mpi": {"phono_grid"},
    "phono_inside": {"phono_grid", "phono_dynmat", "phono_3ph"},
    "phonokit": {
        "phono_grid",
        "phono_fc",
        "phono_dynmat",
        "phono_3ph",
        "phono_4ph",
        "phono_mpi",
    },
}
"""Arrows point down: who may import whom. Nobody may import phonokit or phono_inside."""

WITHOUT_EXTENSION = {"phonokit", "phono_inside"}
"""Python alone."""

SLOW_TO_IMPORT = {"ase", "matplotlib", "mpi4py", "seekpath", "symfc"}
"""Only inside the functions that need them."""

MAX_LINES = 450

WRITES_IN_PLACE = {
    "phono_grid/files.py": "that writer",
    "phono_mpi/_lock.py": "an empty file that is locked",
    "phono_mpi/_spill.py": "scratch of one rank",
    "phonokit/io/force_store.py": "supercell by supercell, with checksums",
    "phonokit/io/recognize.py": "a copy in a temporary folder",
    "phonokit/io/write_structures.py": "all its writers are called in `replacing`",
    "phonokit/plot/figure.py": "makes the picture in memory",
    "phonokit/run/file.py": "record by record, with checksums",
    "phonokit/run/scratch.py": "a file without a name",
}
"""The files that write otherwise than by `phono_grid.files.replacing`, and what."""
WRITERS = {"write_text", "write_bytes", "savefig", "save", "savez", "savetxt", "tofile"}


def name(distribution: str) -> str:
    """``phono_grid`` for ``phono-grid``."""
    return distribution.replace("-", "_")


def files_of(package: str) -> list[Path]:
    """The Python files of a package."""
    return sorted(ROOT.glob(f"packages/{package.replace('_', '-')}/*/{package}/**/*.py"))


def imports(nodes) -> set[str]:
    """The top-level packages that these statements import."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def toml(path: Path) -> dict:
    """A TOML file."""
    return tomllib.loads(path.read_text())


def repository_files() -> list[Path]:
    """What is committed, or would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git repository")
    paths = [ROOT / line for line in listed.stdout.split("\0") if line]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_downwards_only(package):
    assert files_of(package)
    for path in files_of(package):
        others = imports(ast.walk(ast.parse(path.read_text()))) - {package}
        assert others & MAY_IMPORT.keys() <= MAY_IMPORT[package], path


def private_imports(tree: ast.AST, own: str) -> set[str]:
    """Names of other packages of ours that begin with an underscore and are imported."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    parts = {name: name.split(".") for name in names}
    return {
        name
        for name, (package, *inside) in parts.items()
        if package in MAY_IMPORT.keys() - {own} and any(p.startswith("_") for p in inside)
    }


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_no_private_names_of_each_other(package):
    private = {
        str(path.relative_to(ROOT)): names
        for path in files_of(package)
        if (names := private_imports(ast.parse(path.read_text()), package))
    }
    assert private == {}


TESTS_FROM_INSIDE = {
    "tests/fuzzing/forked_reader.py": "to start a process for every file takes too long",
    "tests/peers/test_isotope_reference.py": "tetrahedra are cut where phono3py cuts them",
    "tests/peers/test_isotopes.py": "tetrahedra are cut where phono3py cuts them",
    "tests/phono_grid/test_hdf5.py": "sizes of pieces are made small",
    "tests/phono_mpi/programs.py": "limits of messages are made small",
    "tests/phono_mpi/programs_grids.py": "limits of messages are made small",
    "tests/phono_inside/conftest.py": "what was replaced is put back",
    "tests/phono_inside/fake_phonors.py": "has the functions that are known",
    "tests/phono_inside/test_register.py": "every known function is tried",
    "tests/phono_inside/test_served.py": "tetrahedra read from their vertices",
}


def test_tests_benches_and_examples_use_public_names():
    private = {
        str(path.relative_to(ROOT))
        for folder in ("tests", "benches", "examples")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if private_imports(ast.parse(path.read_text()), own="")
    }
    assert private == set(TESTS_FROM_INSIDE)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_slow_or_optional_packages_are_imported_late(package):
    for path in files_of(package):
        everywhere = imports(ast.walk(ast.parse(path.read_text())))
        at_import = imports(ast.parse(path.read_text()).body)
        assert not at_import & SLOW_TO_IMPORT, path
        if package != "phono_mpi":
            assert "mpi4py" not in everywhere, path


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_declare_the_siblings_they_may_import(package):
    project = toml(ROOT / "packages" / package.replace("_", "-") / "pyproject.toml")[
        "project"
    ]
    declared = {name(re.match(r"[\w-]+", entry)[0]) for entry in project["dependencies"]}
    used = set()
    for path in files_of(package):
        used |= imports(ast.walk(ast.parse(path.read_text()))) & MAY_IMPORT.keys()
    assert used - {package} <= declared
    assert declared & MAY_IMPORT.keys() <= MAY_IMPORT[package]


def test_crates_depend_downwards_and_only_the_border_knows_python():
    packages = [n.replace("_", "-") for n in MAY_IMPORT if n not in WITHOUT_EXTENSION]
    for path in ROOT.glob("crates/*/Cargo.toml"):
        crate = path.parent.name
        dependencies = set(toml(path).get("dependencies", {}))
        ours = {d for d in dependencies if d.startswith("phono-")}
        below = {"phono-core"} if crate != "phono-core" else set()
        if crate in packages:
            below |= {n.replace("_", "-") for n in MAY_IMPORT[name(crate)]}
        assert ours <= below, path
        if crate != "phono-py":
            assert not dependencies & {"pyo3", "numpy"}, path


def test_faces_bind_their_own_crate_and_those_below():
    for path in ROOT.glob("packages/*/Cargo.toml"):
        crate = path.parent.name
        manifest = toml(path)
        ours = {d for d in manifest["dependencies"] if d.startswith("phono-")}
        below = {n.replace("_", "-") for n in MAY_IMPORT[name(crate)]}
        assert ours <= {crate, "phono-py", "phono-core"} | below, path
        assert manifest["lib"] == {
            "name": f"{name(crate)}_py",
            "crate-type": ["cdylib"],
            "doc": False,
            "test": False,
            "doctest": False,
        }
        for source in path.parent.glob("src/**/*.rs"):
            assert "cfg(test)" not in source.read_text(), source


def test_crates_have_no_examples_that_nobody_would_run():
    # One would have every crate compiled again: `doctest = false`.
    for path in ROOT.glob("crates/*/src/**/*.rs"):
        fences = re.findall(r"^\s*//[/!]\s*```(.*)$", path.read_text(), re.MULTILINE)
        assert set(fences[::2]) <= {"text"}, path
        assert set(fences[1::2]) <= {""}, path


def test_there_is_one_version_and_siblings_are_pinned_to_it():
    version = toml(ROOT / "Cargo.toml")["workspace"]["package"]["version"]
    for package in MAY_IMPORT:
        path = ROOT / "packages" / package.replace("_", "-") / "pyproject.toml"
        project = toml(path)["project"]
        assert project["version"] == version, path
        optional = project.get("optional-dependencies", {}).values()
        for entry in [*project["dependencies"], *(e for extra in optional for e in extra)]:
            sibling = re.match(r"[\w-]+", entry)[0]
            if name(sibling) in MAY_IMPORT:
                assert entry.removeprefix(sibling).split("]")[-1] == f"=={version}", path
    for path in [*ROOT.glob("crates/*/Cargo.toml"), *ROOT.glob("packages/*/Cargo.toml")]:
        assert toml(path)["package"]["version"] == {"workspace": True}, path


def test_files_are_read_in_one_sitting():
    source = [p for p in repository_files() if p.suffix in (".py", ".pyi", ".rs")]
    lengths = {str(p.relative_to(ROOT)): p.read_text().count("\n") for p in source}
    assert {path: n for path, n in lengths.items() if n > MAX_LINES} == {}


def test_no_file_names_a_registry_a_download_host_or_a_path_of_a_machine():
    address = re.compile(
        r"pypi\.org|pythonhosted|index[-_]url|crates\.io|registry\+http|/work/|/root/|/home/"
    )
    found = []
    for path in repository_files():
        # Cargo.lock names its registry by design; this file names the patterns.
        if path.name == "Cargo.lock" or path == Path(__file__):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [(str(path.relative_to(ROOT)), hit) for hit in address.findall(text)]
    assert found == []


def test_every_registered_kernel_has_a_stub():
    for package in MAY_IMPORT.keys() - WITHOUT_EXTENSION:
        kernels = {
            match
            for path in files_of(package)
            for match in re.findall(r"@accelerated_by\(rust\.(\w+)[,)]", path.read_text())
        }
        folder = files_of(package)[0].parent
        stub = ast.parse((folder / "_rust.pyi").read_text())
        stubs = {node.name for node in stub.body if isinstance(node, ast.FunctionDef)}
        # The threads and the memory of the extension itself; they compute nothing.
        others = {"rayon_threads"} | ({"free_buffers"} if package == "phono_3ph" else set())
        assert stubs == kernels | others, package


def in_place(node: ast.AST, inside: bool = False):
    """Calls that write a file outside a block of `replacing`."""
    if isinstance(node, ast.With):
        calls = [i.context_expr for i in node.items if isinstance(i.context_expr, ast.Call)]
        inside |= any(getattr(call.func, "id", "") == "replacing" for call in calls)
    if isinstance(node, ast.Call) and not inside and writes(node):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from in_place(child, inside)


def writes(call: ast.Call) -> bool:
    """Whether a call opens a file to write, or writes one."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    given = [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
    words = [a.value for a in given if isinstance(a, ast.Constant)]
    modes = [w for w in words if isinstance(w, str) and re.fullmatch("[rwax+bt]{1,3}", w)]
    opens = name in {"open", "opener", "File", "FileIO", "memmap"}
    return name in WRITERS or (opens and any({*mode} & {*"wax+"} for mode in modes))


def test_everything_that_is_left_is_written_by_one_writer():
    found = {
        f"{package}/{path.as_posix().rpartition(f'/{package}/')[2]}"
        for package in MAY_IMPORT
        for path in files_of(package)
        if list(in_place(ast.parse(path.read_text())))
    }
    assert found == WRITES_IN_PLACE.keys()
