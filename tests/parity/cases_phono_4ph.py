"""Input for the kernels of phono_4ph."""

import numpy as np
from phono_4ph import AdaptiveGaussian, Counting, Scattering4
from phono_grid import BrillouinZone, Gaussian
from quartic_models import phonons_on, random_quartic


def interaction_strengths4(rng):
    cell, phonons = phonons_on([3, 2, 4], use_symmetry=False)
    grid = phonons.grid
    points = rng.integers(grid.n_q, size=(12, 3))
    points[:8, 0] = points[0, 0]
    points[:5, 1] = points[0, 1]
    fourth = grid.index(-grid.addresses[points].sum(axis=1))
    points = np.concatenate([points, fourth[:, None]], axis=1)
    return (random_quartic(cell, rng, 4), phonons, points), {"cutoff_frequency": 1e-3}


def _linewidths4(rng, smearing, counting):
    cell, phonons = phonons_on([2, 2, 2])
    if smearing is None:
        velocities = rng.normal(size=(*phonons.frequencies.shape, 3)) * 5
        smearing = AdaptiveGaussian.of(phonons, velocities, counting=counting)
    occupations = rng.uniform(0, 3, (*phonons.frequencies.shape, 2))
    scattering = Scattering4(smearing=smearing)
    zone = BrillouinZone.of(phonons.grid)
    # No symmetry: the constants have none, and the widths are those of one choice.
    _, phonons = phonons_on([2, 2, 2], use_symmetry=False)
    zone = BrillouinZone.of(phonons.grid)
    constants = random_quartic(cell, rng, 4)
    q = int(rng.integers(1, 8))
    return (constants, phonons, q, occupations, scattering, zone), {}


def linewidths4_fixed(rng):
    return _linewidths4(rng, Gaussian(1.0, 3.0), Counting.SYMMETRIC)


def linewidths4_adaptive(rng):
    return _linewidths4(rng, None, Counting.SYMMETRIC)


def linewidths4_as_fourphonon(rng):
    return _linewidths4(rng, None, Counting.FOURPHONON)


def linewidths4_of_pairs(rng):
    (constants, phonons, q, *rest), _ = linewidths4_adaptive(rng)
    return (constants, phonons, (q, rng.integers(8, size=(2, 5, 2))), *rest), {}


CASES = {
    "phono_4ph.linewidths4_of_pairs": linewidths4_of_pairs,
    "phono_4ph.interaction_strengths4": interaction_strengths4,
    "phono_4ph.linewidths4": (
        linewidths4_fixed,
        linewidths4_adaptive,
        linewidths4_as_fourphonon,
    ),
}
