"""Crystals with charges that they do not have, for what needs some."""

import numpy as np
import phonokit
from phono_dynmat import BornCharges


def charged(crystal: phonokit.Crystal) -> phonokit.Crystal:
    """A crystal of two atoms with charges of 1 e and -1 e in a medium of 12."""
    z = np.array([np.eye(3), -np.eye(3)])
    polar = BornCharges(z, 12 * np.eye(3))
    return phonokit.Crystal.from_constants(crystal.fc2, polar=polar)
