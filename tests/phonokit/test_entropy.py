"""Entropy where acoustic modes at Γ are rounding, and on coarse meshes."""

import numpy as np
import phonokit
import pytest
from phono_fc import ForceConstants
from phono_grid import units
from phonokit import Crystal
from tiny_crystal import EXAMPLE


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.mark.parametrize("mesh", [(1, 1, 1), (4, 4, 4)])
def test_entropy_does_not_depend_on_a_rounding_of_the_acoustic_modes(silicon, mesh):
    fc2 = silicon.fc2
    on_site = np.zeros_like(fc2.values)
    # A rigid crystal then has 1e-8 THz, with a real frequency or an imaginary one.
    home = fc2.supercell.primitive_to_supercell
    spring = silicon.primitive.masses[0] * (1e-8 / units.FREQUENCY) ** 2
    on_site[np.arange(2), home] = spring * np.eye(3)
    clean = phonokit.thermal(silicon, mesh, [300], by="band", displacements=True)
    assert clean.n_left_out == clean.n_translations == 3
    for sign in (1, -1):
        rounded = Crystal.from_constants(
            ForceConstants(fc2.values + sign * on_site, fc2.supercell)
        )
        result = phonokit.thermal(rounded, mesh, [300], by="band", displacements=True)
        for name in ("entropy", "heat_capacity", "free_energy", "displacements"):
            a, b = getattr(result, name), getattr(clean, name)
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-15)
        assert result.bands["entropy"].sum() == pytest.approx(clean.entropy[0], rel=1e-9)
        u = phonokit.displacements(rounded, mesh, [300]).displacements
        np.testing.assert_array_equal(u, result.displacements)


def test_entropy_is_right_on_a_coarse_mesh(silicon):
    coarse, fine = (phonokit.thermal(silicon, (n, n, n), [300]) for n in (4, 12))
    assert coarse.entropy[0] * units.MOLE == pytest.approx(33.19, abs=5e-3)
    # Three modes of 384 are missing, whose entropy is larger than that of most.
    assert 0.96 < coarse.entropy[0] / fine.entropy[0] < 1
