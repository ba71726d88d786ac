"""The switch between Rust and the NumPy definitions."""

import os
import subprocess
import sys

import pytest
from phono_grid import Backend, errors, using
from phono_grid.backend import active

KERNEL = """
import numpy as np
import phono_grid
grid = phono_grid.Grid([2, 2, 2], np.eye(3), [np.eye(3)])
assert len(phono_grid.irreducible_map(grid)) == 8
"""
TRACE = "[phono.lang] dispatch name=phono_grid.irreducible_map lang={}"


def run(code=KERNEL, **environment):
    """Run ``code`` in a new interpreter."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PHONO_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_block_chooses_and_restores_the_backend():
    before = active()
    with using("Python") as outer:
        assert active() is outer is Backend.PYTHON
        with using(Backend.RUST):
            assert active() is Backend.RUST
        assert active() is Backend.PYTHON
    assert active() is before


def test_the_backend_is_restored_after_an_error():
    before = active()
    with pytest.raises(ZeroDivisionError), using("Python"):
        raise ZeroDivisionError
    assert active() is before


def test_the_language_may_be_written_in_lower_case():
    assert Backend.of("rust") is Backend.RUST
    assert Backend.of("python") is Backend.PYTHON


def test_an_unknown_language_is_refused_with_the_two_that_exist():
    message = "lang must be 'Rust' or 'Python', got 'C'"
    with pytest.raises(errors.DomainError, match=message), using("C"):
        pass
    result = run(PHONO_LANG="C")
    assert result.returncode != 0
    assert message in result.stderr


def test_rust_runs_silently_unless_asked_otherwise():
    result = run()
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("lang", ["Rust", "Python"])
def test_the_environment_chooses_and_traces(lang):
    result = run(PHONO_LANG=lang, PHONO_TRACE_LANG="1")
    assert result.returncode == 0
    assert TRACE.format(lang) in result.stderr.splitlines()
    other = {"Rust": "Python", "Python": "Rust"}[lang]
    assert f"lang={other}" not in result.stderr


def test_without_extensions_python_runs_and_says_so_once():
    result = run(PHONO_NO_RUST="1", PHONO_TRACE_LANG="1")
    assert result.returncode == 0
    assert TRACE.format("Python") in result.stderr.splitlines()
    assert "lang=Rust" not in result.stderr
    assert result.stderr.count("PHONO_NO_RUST is set") == 1
    assert (
        "Python kernels"
        in run(
            "import phono_grid.backend as b; print(b.describe())", PHONO_NO_RUST="1"
        ).stdout
    )


def test_a_missing_extension_is_replaced_by_python_and_said_once():
    hide = "import sys; sys.modules['phono_grid._rust'] = None\n"
    result = run(hide + KERNEL, PHONO_TRACE_LANG="1")
    assert result.returncode == 0
    assert TRACE.format("Python") in result.stderr.splitlines()
    assert result.stderr.count("the Rust kernels of phono_grid are missing") == 1


def test_the_number_of_threads_is_told():
    code = "import phono_grid.backend as b; print(b.describe())"
    assert run(code, RAYON_NUM_THREADS="2").stdout == "Rust kernels, rayon (2 threads)\n"
    assert run(code, RAYON_NUM_THREADS="1").stdout == "Rust kernels, rayon (1 thread)\n"
