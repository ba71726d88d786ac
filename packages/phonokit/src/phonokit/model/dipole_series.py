"""Second-order constants as a Fourier series with the dipoles of Born charges."""

from phono_dynmat import (
    Dynamics,
    HarmonicSeries,
    WangCorrection,
    add_dipoles,
    separate_dipoles,
    separate_sheet_dipoles,
)
from phono_fc import LatticeForceConstants
from phono_grid.errors import DomainError

from phonokit.model.constants import Constants2
from phonokit.model.dipoles import Dipoles


def dipole_series(fc2: Constants2, polar: Dipoles) -> Dynamics:
    """The series with dipoles; constants on lattice vectors do not hold theirs."""
    if isinstance(fc2, LatticeForceConstants):
        if polar.method != "gonze":
            raise DomainError(
                "polar: this method needs constants of a supercell, these are on lattice "
                "vectors; take method='gonze'"
            )
        series, charges = HarmonicSeries.of(fc2), polar.charges
        return add_dipoles(series, charges, cutoff=polar.cutoff, width=polar.width)
    if polar.method == "wang":
        return WangCorrection.of(fc2, polar.charges)
    separate = separate_sheet_dipoles if polar.method == "sheet" else separate_dipoles
    return separate(fc2, polar.charges, cutoff=polar.cutoff, width=polar.width)
