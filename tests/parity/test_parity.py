"""Rust, and whatever is registered, says the same as the NumPy definition."""

import dataclasses
import importlib
import logging
from collections.abc import Iterator

import numpy as np
import pytest
from cases import CASES
from phono_grid import Backend, using
from phono_grid.backend import IMPLEMENTATIONS, KERNELS

PACKAGES = ["phono_grid", "phono_fc", "phono_dynmat", "phono_3ph", "phono_4ph", "phono_mpi"]
for _package in PACKAGES:
    dir(importlib.import_module(_package))  # imports and registers its kernels

ROUNDS = [
    pytest.param(name, case, id=f"{name}-{n}" if n else name)
    for name, cases in sorted(CASES.items())
    for n, case in enumerate(cases if isinstance(cases, tuple) else (cases,))
]
TOLERANCE = 1e-12  # the order of summation may differ, nothing else


def arrays(result):
    """The arrays of a result: an array, a tuple or dataclass of them, nested or not."""
    if dataclasses.is_dataclass(result):
        result = [getattr(result, field.name) for field in dataclasses.fields(result)]
    if isinstance(result, tuple | list):
        return [array for part in result for array in arrays(part)]
    return [np.asarray(result)]


@pytest.fixture
def dispatches() -> Iterator[list[str]]:
    """What the logger of the backend switch says."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = logging.getLogger("phono.lang")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.mark.parametrize(("name", "case"), ROUNDS)
def test_every_implementation_agrees_with_the_definition(name, case, rng, dispatches):
    args, kwargs, *reduce = case(rng)
    assert Backend.RUST in IMPLEMENTATIONS[name]
    results = {}
    for backend in IMPLEMENTATIONS[name]:
        with using(backend):
            result = KERNELS[name](*args, **kwargs)
        results[backend] = arrays(reduce[0](result) if reduce else result)
        assert f"dispatch name={name} lang={backend.value}" in dispatches
    definition = results.pop(Backend.PYTHON)
    for result in results.values():
        ensure_same(result, definition)


def ensure_same(result, definition):
    """The same arrays, whatever the order of summation."""
    for array, expected in zip(result, definition, strict=True):
        assert array.shape == expected.shape
        assert array.dtype == expected.dtype
        if expected.dtype.kind in "fc":
            largest = np.abs(expected).max(initial=0)
            np.testing.assert_allclose(
                array, expected, rtol=TOLERANCE, atol=TOLERANCE * largest
            )
        else:
            np.testing.assert_array_equal(array, expected)


def test_every_kernel_has_a_case_and_every_case_a_kernel():
    assert sorted(KERNELS) == sorted(CASES)


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_every_kernel_is_documented(name):
    assert KERNELS[name].__doc__
    assert "Returns" in KERNELS[name].__doc__
