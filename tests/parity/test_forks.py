"""Processes that are forked after kernels have run: rayon's threads are not in them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PROGRAM = """
import os, signal, sys, warnings
import numpy as np
from cases import CASES
from phono_grid import using
from phono_grid.backend import KERNELS
from test_odd_arguments import arguments_of, arrays

warnings.simplefilter("ignore")  # Python warns of a fork where there are threads


def results():
    return {name: arrays(KERNELS[name](**arguments[name])) for name in arguments}


def forked(generation):
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        again = results()
        same = all(
            np.array_equal(one, other, equal_nan=True)
            for name in expected
            for one, other in zip(expected[name], again[name], strict=True)
        )
        os._exit(forked(generation - 1) if same and generation else not same)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


arguments = {}
for name, cases in CASES.items():
    case = cases[0] if isinstance(cases, tuple) else cases
    given = arguments_of(name, case, np.random.default_rng(1))
    if not {"out", "outside"} & set(given):
        arguments[name] = given
with using("Rust"):
    expected = results()
    sys.exit(forked(1))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_every_kernel_has_the_same_bits_in_a_forked_process_and_in_its_child():
    folders = os.pathsep.join([str(TESTS), str(TESTS / "parity")])
    environment = os.environ | {"PYTHONPATH": folders, "PHONO_LANG": "Rust"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
