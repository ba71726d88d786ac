"""The result of the example."""

import phonokit
import pytest
from tiny_crystal import EXAMPLE


@pytest.fixture(scope="session")
def result() -> phonokit.KappaResult:
    """The example on a small mesh, at 0 K too."""
    silicon = phonokit.load(EXAMPLE)
    return phonokit.kappa(silicon, (3, 3, 3), [0, 200, 300])
