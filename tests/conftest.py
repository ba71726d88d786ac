"""Fixtures of every test."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from phono_grid import Backend, using
from phono_grid.backend import active

try:
    from hypothesis import settings
except ModuleNotFoundError:  # a package tested with nothing but what it declares
    pass
else:
    # The first call of a kernel starts a thread pool: no deadline.
    settings.register_profile("phono", deadline=None, derandomize=True)
    settings.load_profile("phono")

BACKENDS = [active()] if "PHONO_LANG" in os.environ else [Backend.RUST, Backend.PYTHON]
"""Both implementations, or the one that ``PHONO_LANG`` asks for."""


FEW = 3
"""Cases of a test that are tried where ``PHONO_FEW_CASES`` asks for few: both
implementations, and one more."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what only Rust can do in reasonable time, and cases where few are wanted."""
    if "PHONO_FEW_CASES" in os.environ:
        seen = Counter[tuple[Path, str]]()
        kept, left_out = [], []
        for item in items:
            name = (item.path, item.nodeid.partition("[")[0])
            seen[name] += 1
            (kept if seen[name] <= FEW else left_out).append(item)
        items[:] = kept
        config.hook.pytest_deselected(items=left_out)
    if active() is Backend.PYTHON:
        skip = pytest.mark.skip(reason="takes too long with PHONO_LANG=Python")
        for item in items:
            if item.get_closest_marker("needs_rust"):
                item.add_marker(skip)


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.value)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Run the test once with each implementation of the kernels."""
    with using(request.param):
        yield request.param


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heeded() -> Iterator[None]:
    """Heed Ctrl-C, children too, even where what started the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def rng() -> np.random.Generator:
    """The same random numbers in every run."""
    return np.random.default_rng(20260101)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real force data, which is not part of the repository."""
    folder = os.environ.get("PHONO_TEST_DATA")
    if not folder:
        pytest.skip("PHONO_TEST_DATA does not name the folder of real force data")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"PHONO_TEST_DATA={folder} is not a folder")
    return path
