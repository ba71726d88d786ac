"""The units people read frequencies in; everything else is in THz."""

from enum import Enum


class FrequencyUnit(Enum):
    """A unit of frequency, by the name it has on the command line."""

    THZ = "THz"
    WAVENUMBER = "cm-1"
    MEV = "meV"

    @property
    def per_thz(self) -> float:
        """Number of these units in 1 THz."""
        # Here: importing the command must be quick, and Ctrl-C heeded meanwhile.
        from phono_grid import units

        match self:
            case FrequencyUnit.THZ:
                return 1.0
            case FrequencyUnit.WAVENUMBER:
                return 1e10 / units.LIGHT
            case FrequencyUnit.MEV:
                return 1e3 * units.THZ_TO_EV

    @property
    def digits(self) -> int:
        """After the point, as tables print frequencies."""
        return 2 if self is FrequencyUnit.WAVENUMBER else 3

    @property
    def symbol(self) -> str:
        """The unit as plots print it."""
        return "cm$^{-1}$" if self is FrequencyUnit.WAVENUMBER else self.value

    @property
    def inverse(self) -> str:
        """The unit of a density of states, as pictures print it."""
        return f"per {self.symbol}"
