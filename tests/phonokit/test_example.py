"""The embedded example is what the script beside it makes."""

import importlib.util

import numpy as np
import phonokit
import pytest
from tiny_crystal import EXAMPLE

pytest.importorskip("matscipy", reason="matscipy, which makes the example, is not here")


# matscipy leaves zeros of `where` uninitialised, and says so; it does not use them.
@pytest.mark.filterwarnings("ignore")
def test_the_script_makes_the_file(tmp_path):
    spec = importlib.util.spec_from_file_location("make", EXAMPLE / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    path = tmp_path / "phono3py_params.yaml"
    path.write_text("\n".join(make.lines()) + "\n")
    made, kept = phonokit.read(path), phonokit.read(EXAMPLE)
    np.testing.assert_array_equal(made.pairs.atoms, kept.pairs.atoms)
    np.testing.assert_array_equal(made.pairs.displacements, kept.pairs.displacements)
    np.testing.assert_allclose(made.unit_cell.lattice, kept.unit_cell.lattice, atol=2e-10)
    for name in ("singles", "pairs"):
        forces = getattr(made, name).forces
        # Ten decimals are kept.
        np.testing.assert_allclose(forces, getattr(kept, name).forces, atol=1e-9)
    net = np.abs(kept.pairs.forces.sum(axis=1))
    assert net.max() < 64 * 1e-10
