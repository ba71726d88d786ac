"""Frequencies that decide which phonons are counted, and which count as one set."""

CUTOFF_FREQUENCY = 1e-4
"""THz; phonons at or below it neither scatter nor carry heat."""
DEGENERACY = 1e-4
"""THz; consecutive bands closer than this are one degenerate set."""
