"""Choices of how to fit force constants to molecular dynamics."""

from dataclasses import dataclass

from phono_grid.errors import DomainError, ensure_integer, ensure_positive


@dataclass(frozen=True, slots=True, kw_only=True)
class TrajectoryFit:
    """Choices of how to fit force constants to frames of molecular dynamics.

    Parameters
    ----------
    order
        The highest order, 2 or 3. Constants of second order alone are effective ones: they
        take in what higher orders do at the temperature of the frames.
    fc3_cutoff
        In Å; third-order constants of atoms this far apart or farther are zero.
    blocks
        Blocks of successive frames, of which each is left out once to tell the errors.
    """

    order: int = 2
    fc3_cutoff: float | None = None
    blocks: int = 10

    def __post_init__(self) -> None:
        """Establish the invariants."""
        if ensure_integer("order", self.order) not in (2, 3):
            raise DomainError(f"order: expected 2 or 3, got {self.order}")
        if self.fc3_cutoff is not None:
            ensure_positive("fc3_cutoff", self.fc3_cutoff)
            if self.order == 2:
                raise DomainError("fc3_cutoff: is of third order; give order=3 too")
        ensure_integer("blocks", self.blocks, 2)
