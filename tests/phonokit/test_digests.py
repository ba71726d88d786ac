"""SHA-256 with and without OpenSSL."""

import hashlib
import os
import subprocess
import sys

import pytest
from phono_grid.digests import SMALL, sha256_for
from tiny_crystal import EXAMPLE


@pytest.mark.parametrize("size", [0, 3, SMALL])
def test_every_size_has_the_same_digest(size):
    data = os.urandom(min(size, 1000))
    digest = sha256_for(size)
    digest.update(data[:2])
    digest.update(memoryview(data)[2:])
    assert digest.hexdigest() == hashlib.sha256(data).hexdigest()


WITHOUT = """
import sys
import phonokit.calc.scatterer as rates
from phonokit.cli.app import main

linewidths = rates.linewidths

def watch(*arguments):
    print("loaded:", *{"_hashlib", "h5py"} & set(sys.modules), file=sys.stderr)
    return linewidths(*arguments)

rates.linewidths = watch
sys.exit(main())
"""


def test_neither_openssl_nor_hdf5_is_in_memory_while_phonons_scatter(tmp_path):
    command = ["kappa", str(EXAMPLE), "--mesh", "2", "2", "2"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    told = [line for line in done.stderr.splitlines() if line.startswith("loaded:")]
    assert set(told) == {"loaded:"}
