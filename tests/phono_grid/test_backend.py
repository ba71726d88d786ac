"""The switch between Rust and the NumPy definitions."""

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from phono_grid import Backend, Grid, Triplets, errors, irreducible_map, using
from phono_grid.backend import IMPLEMENTATIONS, active, register, running

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


def test_what_runs_is_what_is_chosen():
    with using("Python"):
        assert running() is running("phono_grid") is Backend.PYTHON


@pytest.mark.skipif("PHONO_NO_RUST" in os.environ, reason="there is no Rust")
def test_rust_runs_where_its_extension_is_there():
    with using("Rust"):
        assert running("phono_grid") is Backend.RUST


SAY = "import phono_grid.backend as b; print(b.running().value, '|', b.describe())"
PYTHON = "Python | Python kernels (NumPy)\n"


def test_python_is_what_runs_without_extensions():
    assert run(SAY, PHONO_NO_RUST="1").stdout == PYTHON
    assert run(SAY, PHONO_NO_RUST="1", PHONO_LANG="Rust").stdout == PYTHON


def test_python_is_what_runs_where_the_extension_is_missing():
    hide = "import sys; sys.modules['phono_grid._rust'] = None\n"
    assert run(hide + SAY).stdout == PYTHON


def test_a_package_that_lacks_its_extension_is_named():
    code = (
        "import sys; sys.modules['phono_fc._rust'] = None\n"
        "import phono_fc, phono_grid.backend as b\n"
        "print(*(b.running(p).value for p in (None, 'phono_grid', 'phono_fc')))\n"
        "print(b.describe())"
    )
    # Its extension: the folder of its tests has the name of the package.
    pytest.importorskip("phono_fc._rust")
    lines = run(code, RAYON_NUM_THREADS="1").stdout.splitlines()
    assert lines[0] == "Python Rust Python"
    text = "Rust kernels, rayon (1 thread), but Python kernels (NumPy) in phono_fc"
    assert lines[1] == text


def test_a_backend_is_one_object_in_every_copy():
    for backend in (Backend.RUST, Backend.PYTHON):
        assert copy.deepcopy(backend) is backend
        assert pickle.loads(pickle.dumps(backend)) is backend


@pytest.fixture
def cuda():
    """A third implementation of one kernel, for the time of a test."""
    import phono_grid.backend as module

    backend = register("phono_grid.irreducible_map", "Cuda", lambda grid: "from the card")
    yield backend
    del module._BACKENDS["cuda"], IMPLEMENTATIONS["phono_grid.irreducible_map"][backend]


def test_another_implementation_runs_where_it_is_chosen(cuda):
    grid = Grid([2, 2, 2], np.eye(3), [np.eye(3)])
    with using("cuda") as chosen:
        assert chosen is cuda
        assert irreducible_map(grid) == "from the card"
        # What it does not implement runs as it would without it.
        assert len(Triplets.of(grid, 0).points)
    assert len(irreducible_map(grid)) == 8


def test_an_implementation_of_no_kernel_is_refused():
    with pytest.raises(errors.DomainError, match=r"kernel: there is no 'phono_grid\.x'"):
        register("phono_grid.x", "Cuda", len)
    with pytest.raises(errors.DomainError, match="implementation must be a function"):
        register("phono_grid.irreducible_map", "Cuda", None)
    with pytest.raises(errors.DomainError, match="lang must be 'Rust' or 'Python'"):
        Backend.of("cuda")
