"""A conductivity that would be infinite is not told as 0."""

import functools

import numpy as np
import phonokit
import pytest
from phono_fc import ForceConstants
from phonokit import Crystal, DomainError, Transport
from tiny_crystal import EXAMPLE

pytestmark = pytest.mark.needs_rust


@functools.cache
def harmonic(lang="Rust"):
    """Silicon with third-order constants that are all 0."""
    crystal = phonokit.load(EXAMPLE)
    third = crystal.constants.third_order()
    nothing = ForceConstants(np.zeros(third.values.shape), third.supercell)
    return Crystal.from_constants(crystal.constants.fc2, nothing, lang=lang)


@pytest.mark.parametrize("method", ["rta", "lbte"])
@pytest.mark.parametrize("lang", ["Rust", "Python"])
def test_a_crystal_in_which_nothing_scatters_is_refused(method, lang):
    choices = Transport(method=method)
    with pytest.raises(DomainError, match="no phonon is scattered at 300 K"):
        phonokit.kappa(harmonic(lang), [2, 2, 2], [0, 300], transport=choices)


def test_boundaries_alone_give_a_finite_conductivity():
    choices = Transport(boundary_mfp=1.0)
    kappa = phonokit.kappa(harmonic(), [2, 2, 2], [300], transport=choices).kappa
    assert np.isfinite(kappa).all()
    assert kappa[0, 0] > 0
