"""Many calculations in one process: memory and open files do not grow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PROGRAM = """
import os
import numpy as np
import phonokit
from model_crystals import random_cubic, springs
from phono_fc import ForceConstants
from phono_grid import Cell, Supercell

h = 2.8
lattice = [[0, h, h], [h, 0, h], [h, h, 0]]
cell = Cell.of(lattice, [[0, 0, 0], [0.25, 0.25, 0.25]], ["Ga", "As"])
supercell = Supercell.of(cell, [1, 1, 1], np.eye(3))
fc2 = ForceConstants(springs(supercell), supercell)
fc3 = ForceConstants(random_cubic(supercell, np.random.default_rng(3)), supercell)


def state():
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20, len(os.listdir("/proc/self/fd"))


for number in range(201):
    crystal = phonokit.Crystal.from_constants(fc2, fc3)
    with phonokit.RunStore("k.run") as store:
        result = phonokit.kappa(crystal, (2, 2, 2), [300], run=phonokit.Run(store))
        store.remove()
    phonokit.read_result(result.write("kappa.hdf5"))
    if number in (60, 200):
        print(*state())
"""


@pytest.mark.needs_rust
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_two_hundred_runs_leave_memory_and_descriptors_as_they_are(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    (before, files_before), (after, files_after) = (
        map(float, line.split()) for line in done.stdout.splitlines()
    )
    assert files_after == files_before
    # 140 runs of 60 kB each would be 8 MB.
    assert after - before < 8
