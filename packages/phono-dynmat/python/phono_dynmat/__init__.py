"""Dynamical matrices, phonon modes and group velocities."""
