"""Parts of a crystal that quantities are divided among."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from phono_grid.errors import DomainError, ensure_flag, named


class Part(Enum):
    """Parts among which a quantity of phonons is divided."""

    ELEMENT = "element"
    ATOM = "atom"
    BAND = "band"


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Division of a density of states into parts.

    Parameters
    ----------
    by : Part or "element" or "atom"
        The parts: elements, or atoms of the primitive cell.
    axes : bool
        Divide each part into its motion along x, y and z.
    direction : (float, float, float), optional
        In lattice vectors: of each part only the motion along it. All motion if not given.
    """

    by: Part | str = Part.ELEMENT
    axes: bool = False
    direction: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        by = named(Part, self.by, "by")
        if by is Part.BAND:
            raise DomainError('by: expected "element" or "atom", got "band"')
        object.__setattr__(self, "by", by)
        ensure_flag("axes", self.axes)
        if self.direction is None:
            return
        if self.axes:
            raise DomainError("direction and axes exclude each other; give one of them")
        direction = _direction(self.direction)
        object.__setattr__(self, "direction", direction)

    @property
    def part(self) -> Part:
        """Kind of the parts."""
        return named(Part, self.by, "by")

    @property
    def record(self) -> dict[str, str | bool | list[float] | None]:
        """Every choice, by the names of the arguments."""
        direction = None if self.direction is None else list(self.direction)
        return {"by": self.part.value, "axes": self.axes, "direction": direction}


def _direction(given: object) -> tuple[float, float, float]:
    """Three numbers that are not all zero."""
    try:
        a = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        a = np.empty(0)
    if a.shape != (3,) or not np.isfinite(a).all() or not a.any():
        raise DomainError(
            "direction: expected three numbers, in lattice vectors, not all zero, such as "
            f"(0, 0, 1), got {given!r}"
        )
    return float(a[0]), float(a[1]), float(a[2])
