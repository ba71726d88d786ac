"""The result of the example; which tests run with the NumPy definitions too."""

import os
from pathlib import Path

import phonokit
import pytest
from phono_grid import Backend
from phono_grid.backend import active
from tiny_crystal import EXAMPLE

COMPUTE = {
    "test_accumulate",
    "test_accuracy",
    "test_cli",
    "test_constants_crystals",
    "test_converge",
    "test_elasticity",
    "test_entropy",
    "test_example",
    "test_examples",
    "test_fc_commands",
    "test_grueneisen",
    "test_harmonic",
    "test_harmonic_laws",
    "test_infrared",
    "test_isotopic_crystals",
    "test_laws_of_all_data",
    "test_one_bad_part",
    "test_periodic_phonons",
    "test_qha",
    "test_reference",
    "test_results",
    "test_runs",
    "test_scaling",
    "test_scattering",
    "test_shift",
    "test_symmetry_search",
    "test_work_pieces",
    "test_workflow",
}
"""Files of tests that compute. The others read, say, draw or refuse, which the
implementation of the kernels has no part in: they run with the one in Rust alone."""
LONG = {"test_hostile_files", "test_many_runs"}
"""Files of tests whose imports others have too: left out where few cases are asked for."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what is the same with both implementations, if it is the second."""
    name = collection_path.stem
    if "PHONO_FEW_CASES" in os.environ and name in LONG:
        return True
    if active() is not Backend.PYTHON or collection_path.suffix != ".py":
        return None
    return True if name.startswith("test_") and name not in COMPUTE else None


@pytest.fixture(scope="session")
def result() -> phonokit.KappaResult:
    """The example on a small mesh, at 0 K too."""
    silicon = phonokit.load(EXAMPLE)
    return phonokit.kappa(silicon, (3, 3, 3), [0, 200, 300])
