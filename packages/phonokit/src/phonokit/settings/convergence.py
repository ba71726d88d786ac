"""Study of the convergence of a conductivity."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from phono_grid.errors import (
    DomainError,
    ensure_integer,
    ensure_positive,
    not_negative,
)

LENGTHS = (16.0, 22.0, 28.0, 34.0, 41.0, 47.0, 53.0, 60.0)
"""Meshes if none are given, Å: 5 × 5 × 5, 7 × 7 × 7, ..., 19 × 19 × 19 of silicon."""
FEWEST = 3
"""Meshes of a line whose uncertainty can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """Choices of a study of convergence.

    Parameters
    ----------
    tolerance : float
        Relative difference from the limit of infinitely fine meshes that is allowed.
    meshes : tuple of meshes, optional
        Meshes, all of which are computed: each three int, a length in Å, or a matrix. If
        not given, a series of lengths that ends where κ is converged.
    sigmas : tuple of float
        Widths of Gaussians in THz, each with a series of meshes of its own.
    fitted : int
        Finest meshes that the line is fitted to, three at least.
    """

    tolerance: float = 0.01
    meshes: tuple[Any, ...] | None = None
    sigmas: tuple[float, ...] = ()
    fitted: int = 4

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_positive("tolerance", self.tolerance)
        ensure_integer("fitted", self.fitted, FEWEST)
        sigmas = not_negative(self.sigmas, "sigmas", ("n_sigma",))
        object.__setattr__(self, "sigmas", tuple(sigmas.tolist()))
        for sigma in self.sigmas:
            ensure_positive("sigmas", sigma)
        if len(set(self.sigmas)) < len(self.sigmas):
            raise DomainError(f"sigmas: give each width once, got {list(self.sigmas)}")
        if self.meshes is None:
            return
        try:
            meshes = tuple(np.asarray(mesh).tolist() for mesh in self.meshes)
        except (TypeError, ValueError):
            raise DomainError(
                f"meshes must be a sequence of meshes, got {self.meshes!r}"
            ) from None
        if not meshes:
            raise DomainError("meshes: give one or more, three of them for an uncertainty")
        object.__setattr__(self, "meshes", meshes)

    @property
    def ends_early(self) -> bool:
        """Whether a series of meshes ends where κ is converged."""
        return self.meshes is None

    @property
    def record(self) -> dict[str, Any]:
        """Every choice, by the names of the arguments."""
        return {
            "tolerance": self.tolerance,
            "meshes": LENGTHS if self.meshes is None else self.meshes,
            "sigmas": self.sigmas,
            "fitted": self.fitted,
        }
