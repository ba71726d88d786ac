"""Estimates of linewidths from a part of all processes."""

from dataclasses import dataclass
from typing import Any

from phono_grid.errors import ensure_integer, ensure_positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Accuracy of κ from a part of the three-phonon processes.

    Parameters
    ----------
    error : float
        Relative standard error of κ that is aimed at, 0.01 for 1 %.
    seed : int
        The same seed gives the same bits, on any number of ranks.
    """

    error: float = 0.01
    seed: int = 0

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_positive("error", self.error)
        ensure_integer("seed", self.seed, 0)

    @property
    def description(self) -> str:
        """The choices, in words."""
        return f"sampled to {100 * self.error:g} % of κ, seed {self.seed}"

    @property
    def record(self) -> dict[str, Any]:
        """Every choice that numbers depend on, by name."""
        return {"sample_error": self.error, "sample_seed": self.seed}
