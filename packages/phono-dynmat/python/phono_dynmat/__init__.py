"""Dynamical matrices, phonon modes and group velocities."""

from phono_dynmat._modes import Modes

__all__ = ["Modes"]
