"""A few pictures, compared with how they were when somebody looked at them.

``PHONO_PICTURES=keep pytest tests/phonokit/test_pictures.py`` keeps those of now, after
having looked at them: each is a line of grey levels from 0 to 15, of blocks of the picture.
"""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import phonokit
import pytest
from tiny_crystal import EXAMPLE

image = pytest.importorskip("matplotlib.image")
pytestmark = pytest.mark.needs_rust
KEPT = Path(__file__).with_name("pictures.json")
ROWS, COLUMNS = 20, 30
POINTS = {"X": (0.5, 0, 0.5), "L": (0.5, 0.5, 0.5)}
MEAN, LARGEST = 0.025, 0.6
"""Differences, of 15 levels: fonts of other versions move letters, not curves."""


def bands(crystal, path):
    """Bands beside their density."""
    result = phonokit.bands(crystal, path="X G L", points=POINTS, points_per_segment=31)
    phonokit.plot_bands(result, path, dos=phonokit.dos(crystal, (8, 8, 8)))


def kappa(crystal, path):
    """κ against temperature."""
    phonokit.plot_kappa(phonokit.kappa(crystal, (4, 4, 4), range(100, 1001, 100)), path)


def thermal(crystal, path):
    """Heat capacity, entropy, free energy."""
    phonokit.plot_thermal(phonokit.thermal(crystal, (8, 8, 8), range(0, 1001, 50)), path)


def character(crystal, path):
    """Bands in the colours of an axis."""
    result = phonokit.bands(
        crystal, path="X G L", points=POINTS, points_per_segment=31, eigenvectors=True
    )
    phonokit.plot_bands(result, path, character="x")


PICTURES = {f.__name__: f for f in (bands, kappa, thermal, character)}


def blocks(path):
    """Mean darkness of the blocks of a picture, 0 to 15."""
    grey = image.imread(path)[..., :3].mean(axis=2)
    rows = np.array_split(1 - grey, ROWS, axis=0)
    means = [[b.mean() for b in np.array_split(r, COLUMNS, axis=1)] for r in rows]
    return 15 * np.array(means)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_was(name, tmp_path):
    path = tmp_path / f"{name}.png"
    PICTURES[name](phonokit.load(EXAMPLE), path)
    now = blocks(path)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if os.environ.get("PHONO_PICTURES") == "keep":
        kept[name] = [" ".join(f"{x:.1f}" for x in row) for row in now]
        KEPT.write_text(json.dumps(kept, indent=1) + "\n")
    then = np.array([[float(x) for x in row.split()] for row in kept[name]])
    assert np.abs(now - then).mean() < MEAN
    assert np.abs(now - then).max() < LARGEST


def test_another_picture_is_told(tmp_path):
    """The comparison is fine enough to see that one curve is missing."""
    crystal = phonokit.load(EXAMPLE)
    bands(crystal, tmp_path / "bands.png")
    kappa(crystal, tmp_path / "kappa.png")
    one, other = blocks(tmp_path / "bands.png"), blocks(tmp_path / "kappa.png")
    assert np.abs(one - other).mean() > 3 * MEAN
    result = phonokit.bands(crystal, path="X G L", points=POINTS, points_per_segment=31)
    fewer = replace(result, frequencies=result.frequencies[..., [0, 1, 3, 4, 5]])
    phonokit.plot_bands(fewer, tmp_path / "fewer.png", dos=phonokit.dos(crystal, (8, 8, 8)))
    missing = np.abs(blocks(tmp_path / "fewer.png") - one)
    assert missing.mean() > MEAN or missing.max() > LARGEST
