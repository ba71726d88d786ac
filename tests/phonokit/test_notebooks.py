"""Objects and signatures as a notebook shows them, and progress in one."""

import dataclasses
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import phonokit
import pytest
from phono_grid.errors import DomainError
from phonokit.run import notebook
from tiny_crystal import EXAMPLE

ROOT = Path(__file__).parents[2]
MESH = (2, 2, 2)


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.fixture(scope="module")
def shown(silicon):
    """A crystal and some of its results."""
    makers = (phonokit.kappa, phonokit.dos, phonokit.thermal)
    return [silicon, *(make(silicon, MESH) for make in makers)]


def test_everything_is_one_line_and_a_small_table(shown):
    for thing in shown:
        assert "\n" not in repr(thing)
        assert len(repr(thing)) < 400
        table = thing._repr_html_()
        assert table.startswith("<table>")
        assert table.count("<table>") == table.count("</table>") == 1
        assert table.count("<tr>") <= 25
        assert len(table) < 4000


def test_tables_of_notebooks_have_the_numbers_and_no_foreign_html(shown):
    crystal, kappa, dos, _ = shown
    assert f"<td>{kappa.kappa[0, 0]:.3f}</td>" in kappa._repr_html_()
    assert "Fd-3m" in crystal._repr_html_()
    assert "<td>101</td>" in dos._repr_html_()
    formula = dataclasses.replace(kappa.provenance, formula="<script>")
    assert "<script>" not in dataclasses.replace(kappa, provenance=formula)._repr_html_()


def test_many_temperatures_do_not_make_a_long_table(silicon):
    result = phonokit.kappa(silicon, MESH, np.linspace(1, 1000, 200))
    assert len(result._repr_html_()) < 4000


def test_dir_is_what_is_public():
    assert dir(phonokit) == sorted(phonokit.__all__)


def test_signatures_can_be_read():
    for name in phonokit.__all__:
        thing = getattr(phonokit, name)
        if inspect.isfunction(thing):
            for parameter in inspect.signature(thing).parameters.values():
                text = inspect.formatannotation(parameter.annotation)
                assert len(text) < 130, (name, text)


def test_a_method_is_said_where_it_is_wanted(silicon):
    full = phonokit.kappa(silicon, (3, 3, 3), method="lbte")
    transport = phonokit.Transport(method="lbte")
    same = phonokit.kappa(silicon, (3, 3, 3), transport=transport)
    np.testing.assert_array_equal(full.kappa, same.kappa)
    assert full.transport == transport
    with pytest.raises(DomainError, match="method"):
        phonokit.kappa(silicon, (3, 3, 3), method="bte")


def test_one_whole_number_is_no_mesh(silicon):
    for mesh in (11, np.int64(11)):
        with pytest.raises(DomainError, match=r"write \(11, 11, 11\), or 11.0 for a len"):
            phonokit.dos(silicon, mesh)
    assert phonokit.dos(silicon, 11.0).provenance.settings["mesh"]


def test_the_example_of_the_readme_has_honest_types(tmp_path):
    pytest.importorskip("mypy")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    code = [line[4:] for line in lines if line.startswith((">>> ", "... "))]
    assert len(code) >= 3
    file = tmp_path / "example.py"
    file.write_text("\n".join(code) + "\n")
    words = ["-m", "mypy", "--strict", f"--cache-dir={ROOT / '.mypy_cache'}", str(file)]
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_notebook_shows_progress_and_then_nothing(silicon, monkeypatch):
    shown = []

    class Handle:
        def update(self, html):
            shown.append(html)

    def display(html, display_id):
        assert display_id
        shown.append(html)
        return Handle()

    shell = SimpleNamespace(kernel=object())
    module = SimpleNamespace(HTML=str, display=display)
    fake = SimpleNamespace(get_ipython=lambda: shell, display=module)
    monkeypatch.setattr(notebook, "QUIET", 0.0)
    monkeypatch.setitem(sys.modules, "IPython", fake)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    phonokit.kappa(silicon, (3, 3, 3))
    assert re.fullmatch(r"<small>1/4, \d s elapsed, about \d s left</small>", shown[0])
    assert len(shown) == 4
    assert shown[-1] == ""
    shown.clear()
    del shell.kernel
    phonokit.kappa(silicon, (3, 3, 3))
    assert not shown
