"""Physical constants and the factors made of them. The only place that holds them.

The set mixes CODATA 1986 (``EV``, ``AMU``) with CODATA 2006 (the rest). It is the set
that phonopy and phono3py use, so numbers agree with theirs to the last digits; newer
constants agree with it to six digits only.

Lengths are in Å, masses in Da, energies in eV, temperatures in K, linear frequencies in
THz, force constants in eV/Å² and eV/Å³, velocities in Å·THz, κ in W/(m·K).
"""

from math import pi, sqrt

BOLTZMANN_J = 1.3806504e-23
"""J/K"""
PLANCK = 4.13566733e-15
"""eV s"""
EV = 1.60217733e-19
"""J"""
AMU = 1.6605402e-27
"""kg"""
LIGHT = 299792458.0
"""m/s"""
AVOGADRO = 6.02214179e23
"""1/mol"""

HBAR = PLANCK / (2 * pi)
"""eV s"""
BOLTZMANN = BOLTZMANN_J / EV
"""eV/K"""
THZ_TO_EV = PLANCK * 1e12
"""Energy of a phonon of 1 THz, eV."""
KELVIN_TO_THZ = BOLTZMANN / THZ_TO_EV
"""Frequency of thermal energy at 1 K, THz."""

FREQUENCY = sqrt(EV / AMU) / 1e-10 / (2 * pi) / 1e12
"""THz per square root of an eigenvalue in eV/(Å² Da)."""
STRENGTH = (THZ_TO_EV * FREQUENCY**2) ** 3 / 288
"""eV² per (eV/Å³)² / (Da³ THz³): squared three-phonon matrix elements, without 1/N."""
LINEWIDTH = 18 * pi / THZ_TO_EV**2
"""THz per eV²/THz: half linewidth from strengths and energy-conserving weights."""
BOHR = 0.52917720742395
"""Å"""
HARTREE = 27.211398230888
"""eV"""
COULOMB = EV * LIGHT**2 * 1e3
"""Energy of two elementary charges 1 Å apart, ``e² / 4π ε₀``, eV Å."""
CONDUCTIVITY = EV * 1e22 / (2 * pi)
"""W/(m K) per (eV/K) (Å THz)² / (THz Å³), the lifetime being 1 / (4 π Γ)."""
GPA = EV * 1e21
"""GPa per eV/Å³"""
MOLE = EV * AVOGADRO
"""J/mol per eV: of one in a cell, for a mole of cells."""
