"""A model, and phonors that is none."""

import importlib
import os
import sys
from collections import Counter

import numpy as np
import phono_inside
import pytest
from model_crystals import zincblende
from phono_3ph import PeriodicModes, Series3
from phono_dynmat import Modes
from phono_grid import BrillouinZone, Grid, using
from phono_inside import _registry
from phono_inside._signatures import METHODS, MODULES, OVERRIDES

sys.path.insert(0, os.path.dirname(__file__))


@pytest.fixture(autouse=True)
def rust():
    """Kernels in Rust, whatever the environment says: NumPy is never put inside."""
    if os.environ.get("PHONO_NO_RUST"):
        pytest.skip("nothing runs inside without Rust")
    with using("Rust"):
        yield


@pytest.fixture(autouse=True)
def fresh_status(monkeypatch):
    """No calls yet, and what was replaced as it was afterwards."""
    for state in _registry._status.values():
        monkeypatch.setattr(state, "replaced", False)
        monkeypatch.setattr(state, "served", 0)
        monkeypatch.setattr(state, "passed_on", Counter())
    monkeypatch.delenv("PHONO_INSIDE", raising=False)


@pytest.fixture(autouse=True)
def few_triplets(monkeypatch):
    """The meshes here are small: served they are all the same."""
    if not os.environ.get("PHONO_NO_RUST"):
        monkeypatch.setattr("phono_inside._crystal.FEW_TRIPLETS", 0)


@pytest.fixture(scope="session")
def model():
    return zincblende()


@pytest.fixture(scope="session")
def phonons(model):
    """The phonons of the model on a grid, in the gauge that is periodic."""
    cell = model.supercell.primitive
    grid = Grid.of(cell, [4, 4, 4])
    modes = Modes(grid.qpoints, *model.modes(grid.qpoints))
    return PeriodicModes.of(grid, modes, cell)


@pytest.fixture(scope="session")
def zone(phonons):
    return BrillouinZone.of(phonons.grid)


@pytest.fixture(scope="session")
def zone_modes(model, phonons, zone):
    """The same phonons at every image, in the gauge of phonopy."""
    cell = model.supercell.primitive
    phase = np.exp(-2j * np.pi * zone.qpoints @ cell.positions.T) * np.sqrt(cell.masses)
    e = phonons.polarizations[zone.points] * phase[:, None, :, None]
    return Modes(zone.qpoints, phonons.frequencies[zone.points], e)


@pytest.fixture(scope="session")
def series(model):
    return Series3.of(model.fc3)


@pytest.fixture
def inside_phonors():
    """Ours in the place of those of the real phonors, whatever was there before."""
    import phonors

    for name in OVERRIDES:
        function = getattr(phonors, name)
        setattr(phonors, name, getattr(function, "__wrapped__", function))
    for name in METHODS:
        owner, _, method = name.partition(".")
        kind = getattr(importlib.import_module(MODULES[owner]), owner)
        function = getattr(kind, method)
        setattr(kind, method, getattr(function, "__wrapped__", function))
    phono_inside.register()
