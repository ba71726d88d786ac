"""The factors of fourth order, made of the ecosystem's constants."""

from math import pi

from phono_grid import units

STRENGTH4 = (units.THZ_TO_EV * units.FREQUENCY**2) ** 4 / 9216
r"""eV² per (eV/Å⁴)² / (Da⁴ THz⁴): squared four-phonon matrix elements, without 1/N²:
:math:`(\hbar/2)^4 / 4!^2` in these units."""
LINEWIDTH4 = 96 * pi / units.THZ_TO_EV**2
"""THz per eV²/THz: half linewidth from strengths and energy-conserving weights."""
