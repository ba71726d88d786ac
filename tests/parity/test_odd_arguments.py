"""Kernels with nothing to compute, or one thing; threads of Python, and of the pool."""

import inspect
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from cases import CASES
from odd_arguments import described, outcome
from phono_grid import using
from phono_grid.backend import IMPLEMENTATIONS, KERNELS
from test_parity import ROUNDS, arrays


def arguments_of(name, case, rng):
    """Arguments of a case, by name."""
    args, kwargs, *_ = case(rng)
    parameters = inspect.signature(KERNELS[name]).parameters
    return dict(zip(parameters, args, strict=False)) | kwargs


def short_arrays(array):
    """The array with nothing along an axis, and with one thing."""
    for axis in range(array.ndim):
        yield np.ascontiguousarray(np.take(array, np.arange(0), axis))
        yield np.ascontiguousarray(np.take(array, np.arange(1), axis))


@pytest.mark.parametrize(("name", "case"), ROUNDS)
def test_an_empty_array_ends_in_a_result_or_in_one_error(name, case, rng):
    arguments = arguments_of(name, case, rng)
    wrong = []
    for argument, value in arguments.items():
        for short in short_arrays(value) if isinstance(value, np.ndarray) else ():
            for backend in IMPLEMENTATIONS[name]:
                with using(backend):
                    problem = outcome(KERNELS[name], arguments | {argument: short})
                if problem:
                    wrong.append(f"{backend} {argument}={described(short)}: {problem}")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("name", sorted(CASES))
def test_threads_of_python_may_call_a_kernel_at_once(name, rng):
    cases = CASES[name]
    arguments = arguments_of(name, cases[0] if isinstance(cases, tuple) else cases, rng)

    def call(_=None):
        # Threads that let a kernel write give it an array each.
        own = {key: arguments[key].copy() for key in ("out", "outside") if key in arguments}
        with using("Rust"):  # a new thread has the choice of the environment
            return arrays(KERNELS[name](**arguments | own))

    expected = call()

    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(call, range(8)):
            for array, other in zip(result, expected, strict=True):
                np.testing.assert_array_equal(array, other)


PROGRAM = """
import numpy as np
from phono_grid import Cell, Grid, density_of_states, backend
grid = Grid.of(Cell(np.eye(3) * 3, [[0, 0, 0]], ["Po"], [209.0]), [8, 8, 8])
f = np.cos(2 * np.pi * grid.qpoints)
density = density_of_states(grid, f, np.linspace(-1, 1, 50)).density
print(backend.describe().split("rayon ")[1], density.tobytes().hex())
"""


@pytest.mark.parametrize("threads", ["0", "1", "3", "abc", "1000", "-1", ""])
def test_any_number_of_threads_gives_the_same_bits(threads):
    # 0 and what is no number mean as many as there are processors.
    run = {}
    for value in ("1", threads):
        environment = os.environ | {"RAYON_NUM_THREADS": value, "PHONO_LANG": "Rust"}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        run[value] = done.stdout.rsplit(" ", 1)
    assert run[threads][1] == run["1"][1]
    if threads in ("1", "3", "1000"):
        assert f"({threads} thread" in run[threads][0]
