"""What the pages promise: every public name has a page, every command is one."""

import importlib
import inspect
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from phonokit.cli.app import app, main
from phonokit.cli.temperatures import spread

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    *sorted(p for p in DOCS.glob("**/*.md") if "generated" not in p.parts),
    *sorted(ROOT.glob("packages/*/README.md")),
]
LINE = re.compile(
    r"^(?:    |!|\$ )?(?:uv run |mpiexec -n \d+ |srun |RAYON_NUM_THREADS=\d+ )*"
    r"(phono (?!accumulate \S+ tells)[a-z]+ .*)$"
)
ELSEWHERE = ("POSCAR", "potential", "V1", "born", "BORN", "IN OUT", "spectral.hdf5")
"""What a command needs that is not in the example."""
SMALL = {"19": "5", "11": "5", "20": "6", "25": "5", "30": "6", "50": "5", "201": "21"}
"""Numbers of meshes and points that tests do not wait for."""


@pytest.fixture(scope="module")
def reference():
    """The module that writes pages from the programs."""
    sys.path.insert(0, str(DOCS))
    try:
        yield importlib.import_module("reference")
    finally:
        sys.path.remove(str(DOCS))


def commands(page: Path) -> list[list[str]]:
    """The words of all lines of a page that call phono."""
    text = re.sub(r"\\\n\s*", "", page.read_text())
    lines = [match[1] for match in map(LINE.match, text.splitlines()) if match]
    return [shlex.split(line, comments=True)[1:] for line in lines]


CALLS = [(page, words) for page in PAGES for words in commands(page)]


def test_every_public_name_has_a_page(reference):
    packages = {path.name for path in ROOT.glob("packages/*/*/phono*") if path.is_dir()}
    assert set(reference.PACKAGES) == packages
    pages = reference.api_pages()
    for package in packages:
        module = importlib.import_module(package)
        for name in module.__all__:
            if name != "__version__" and not inspect.ismodule(getattr(module, name)):
                assert f"{package}.{name}.rst" in pages


def test_every_page_of_the_site_can_be_reached():
    listed = set()
    for page in DOCS.glob("**/*.md"):
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(), re.DOTALL):
            names = [line for line in tree.splitlines() if line and line[0] != ":"]
            listed |= {(page.parent / name).resolve() for name in names}
    pages = {p.with_suffix("").resolve() for p in PAGES if p.is_relative_to(DOCS)}
    assert pages - listed == {DOCS / "index"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("page", "words"), CALLS, ids=[f"{p.stem}-{' '.join(w)[:50]}" for p, w in CALLS]
)
def test_commands_of_pages_have_the_options_that_they_use(page, words):
    app.parse_args(spread(words), exit_on_error=False, print_error=False)


RUNNABLE = {
    tuple(words)
    for _, words in CALLS
    if len(words) > 1
    and words[1] in ("PATH", "examples/silicon")
    and not any(word in " ".join(words) for word in ELSEWHERE)
}


@pytest.mark.needs_rust
@pytest.mark.parametrize("command", sorted(RUNNABLE), ids=" ".join)
def test_commands_of_pages_run_on_the_example(command, tmp_path, monkeypatch):
    # A copy: some commands leave constants beside the data.
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    words = [SMALL.get(word, word) for word in command]
    words[1] = "examples/silicon"
    assert main(words) == 0


def test_commands_were_found():
    assert len(CALLS) > 30
    assert len(RUNNABLE) > 10
