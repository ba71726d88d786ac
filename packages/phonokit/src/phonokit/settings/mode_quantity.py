"""Quantities that every phonon has, beside what it adds to the conductivity."""

from enum import Enum

from phono_grid.errors import named


class ModeQuantity(Enum):
    """Quantity of each phonon."""

    HEAT_CAPACITY = "heat_capacity"
    LIFETIME = "lifetime"
    LINEWIDTH = "linewidth"
    VELOCITY = "velocity"

    @classmethod
    def of(cls, name: "ModeQuantity | str") -> "ModeQuantity":
        """The quantity called ``name``."""
        return named(cls, name, "quantity")

    @property
    def unit(self) -> str:
        """The unit of the numbers of one phonon."""
        return UNITS[self]

    @property
    def meaning(self) -> str:
        """The quantity in words."""
        return MEANINGS[self]


UNITS = {
    ModeQuantity.HEAT_CAPACITY: "eV/K",
    ModeQuantity.LIFETIME: "ps",
    ModeQuantity.LINEWIDTH: "THz",
    ModeQuantity.VELOCITY: "km/s",
}
MEANINGS = {
    ModeQuantity.HEAT_CAPACITY: "heat capacity at constant volume",
    ModeQuantity.LIFETIME: "lifetime, 1 / (4 pi half linewidth)",
    ModeQuantity.LINEWIDTH: "half linewidth by all scattering",
    ModeQuantity.VELOCITY: "magnitude of the group velocity",
}
