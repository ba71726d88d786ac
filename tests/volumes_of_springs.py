"""A crystal at several volumes, whose frequencies follow a Grüneisen parameter."""

from dataclasses import replace

import numpy as np
from phono_fc import ForceConstants
from phonokit import Crystal

SIZES = (0.97, 0.985, 1.0, 1.015, 1.03)
GAMMA = 1.2


def scaled(fc2: ForceConstants, size: float, sign: float = 1.0) -> Crystal:
    """A crystal ``size`` times as long, whose frequencies fall as V^-γ."""
    old = fc2.supercell
    cell, primitive = (
        replace(c, lattice=c.lattice * size) for c in (old.cell, old.primitive)
    )
    supercell = replace(old, cell=cell, primitive=primitive)
    values = sign * fc2.values * size ** (-6 * GAMMA)
    return Crystal.from_constants(ForceConstants(values, supercell))


def at_five_volumes(crystal: Crystal) -> tuple[list[Crystal], np.ndarray]:
    """The crystal at five volumes, and energies around its own."""
    strain = np.array(SIZES) - 1
    crystals = [scaled(crystal.fc2, size) for size in SIZES]
    return crystals, 160 * strain**2 * (1 - 6 * strain)
