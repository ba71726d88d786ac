"""Fixtures of four phonons."""

import numpy as np
import pytest
from quartic_models import random_quartic


@pytest.fixture(scope="session")
def quartic():
    """Random constants of the zincblende model."""
    from quartic_models import phonons_on

    cell, _ = phonons_on([1, 1, 1])
    return random_quartic(cell, np.random.default_rng(11), 4)
