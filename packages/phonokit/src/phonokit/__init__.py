"""Phonons and lattice thermal conductivity, composed of the five phono packages."""
