"""Conductivities of crystals with 36 and 144 bands are phono3py's.

The crystals are made by ``benches/crystals.py``, where they are not there already, and the
calculations are those of the atlas: degenerate weights averaged by both programs.
"""

import sys
from pathlib import Path

import numpy as np
import phonokit
import pytest

BENCHES = Path(__file__).parents[2] / "benches"
MESHES = {"6h-sic": (3, 3, 3), "clathrate": (2, 2, 2)}
RTOL = 1e-6

for module in ("ase", "matscipy", "phono3py"):
    pytest.importorskip(module)
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def benches():
    """The modules of the benchmarks."""
    places = [str(BENCHES), str(BENCHES / "atlas")]
    sys.path[:0] = places
    import crystals
    import programs

    yield crystals, programs
    for place in places:
        sys.path.remove(place)


@pytest.mark.parametrize("name", MESHES)
def test_conductivities_of_many_bands_are_theirs(benches, name, tmp_path):
    crystals, programs = benches
    crystals.make(name, crystals.FOLDER / name)
    crystal = phonokit.load(crystals.FOLDER / name)
    phonokit.write_constants(crystal, tmp_path, format="phonopy")
    ours, theirs = (
        program(tmp_path, "rta", list(MESHES[name]))
        for program in (programs.phonokit, programs.phono3py)
    )
    np.testing.assert_allclose(ours["kappa"], theirs["kappa"], rtol=RTOL, atol=1e-9)
    assert ours["kappa"][0] > 1.0
