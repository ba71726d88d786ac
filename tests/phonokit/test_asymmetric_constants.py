"""Constants of other axes than those of the crystal are told."""

import warnings
from dataclasses import replace

import numpy as np
import phonokit
import pytest
from model_crystals import zincblende
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Symmetry
from phono_grid.errors import PhonoWarning
from phonokit.io.formats.asymmetry import asymmetry


@pytest.fixture(scope="module")
def third() -> LatticeForceConstants:
    """Third-order constants of zincblende on lattice vectors."""
    model = zincblende()
    fc3 = ForceConstants(model.fc3.values, model.supercell)
    return LatticeForceConstants.of(fc3)


def test_constants_of_a_crystal_have_its_symmetry(third):
    assert asymmetry(third, Symmetry.of(third.cell)) < 1e-10


def test_constants_of_a_mirrored_crystal_have_not(third):
    """As of axes of which one points the other way."""
    mirror = np.diag([-1.0, 1, 1])
    values = np.einsum("ai,bj,ck,eijk->eabc", mirror, mirror, mirror, third.values)
    other = replace(third, values=values)
    assert asymmetry(other, Symmetry.of(other.cell)) > 0.3


def test_third_order_of_other_axes_than_second_is_told(data):
    """The third order of this folder is of a mirrored cell: κ would be 3 W/(m K)."""
    with pytest.warns(
        PhonoWarning, match="do not have the symmetry of the crystal"
    ) as told:
        phonokit.load(data / "formats" / "qe-si")
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        phonokit.load(data / "formats" / "tdep-si")
