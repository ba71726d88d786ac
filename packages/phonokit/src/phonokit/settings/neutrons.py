"""Default settings of neutron scattering."""

FREQUENCY_POINTS = 401
"""Frequency points."""
DIRECTIONS = 500
"""Directions of Q that the mean of a powder is of."""
MOMENTA = tuple(round(0.1 * i, 10) for i in range(1, 61))
"""Lengths of Q of a powder, 1/Å with 2π."""
