"""Looks of a picture of results, and the part of them that it shows."""

from dataclasses import dataclass
from enum import Enum

from phonokit.settings.frequency_unit import FrequencyUnit


class Width(Enum):
    """The width of a picture, in columns of a journal."""

    COLUMN = "column"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Choices of a picture.

    Parameters
    ----------
    component : str, optional
        Component of the conductivity: xx, yy, zz, yz, xz, xy, or mean of xx, yy, zz.
    unit : FrequencyUnit, optional
        Unit of frequencies: THz, cm-1 or meV; THz if none is given.
    temperature : float, optional
        Temperature in K, one of those of the result, which alone is drawn.
    size : Width, optional
        One column (3.4 inches) or the page of two (7 inches); that of each kind if none.
    style : str, optional
        A style of matplotlib, by name or file.
    relaxons : bool
        Draw what relaxons carry over their lifetimes, of a conductivity by the direct
        solver.
    """

    component: str | None = None
    unit: FrequencyUnit | None = None
    temperature: float | None = None
    size: Width | None = None
    style: str | None = None
    relaxons: bool = False

    def __post_init__(self) -> None:
        """Take names of units and sizes."""
        from phono_grid.errors import ensure_type, named

        for name, enum in (("unit", FrequencyUnit), ("size", Width)):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, named(enum, value, name))
        for name in ("component", "style"):
            if getattr(self, name) is not None:
                ensure_type(name, getattr(self, name), str)
        if self.temperature is not None:
            ensure_type("temperature", self.temperature, int, float)
