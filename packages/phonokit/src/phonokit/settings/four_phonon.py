"""Four-phonon scattering: energy conservation, and what is sampled."""

from dataclasses import dataclass
from typing import Any

from phono_4ph import Counting
from phono_grid import Gaussian
from phono_grid.errors import (
    DomainError,
    ensure_flag,
    ensure_integer,
    ensure_positive,
    ensure_type,
    named,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FourPhonon:
    """Choices of four-phonon scattering.

    Parameters
    ----------
    sample : bool
        Estimate linewidths from a part of the quadruplets, and κ with its standard error.
    error : float
        Relative standard error of κ that is aimed at, 0.01 for 1 %; of samples.
    seed : int
        Of samples. The same seed gives the same bits, on any number of ranks.
    smearing : Gaussian, optional
        Of one width for all processes; adaptive widths if not given.
    scale : float
        Of adaptive widths.
    counting : Counting or "symmetric" or "fourphonon"
        How processes are counted that matter on a coarse mesh only.
    """

    sample: bool = False
    error: float = 0.01
    seed: int = 0
    smearing: Gaussian | None = None
    scale: float = 1.0
    counting: Counting | str = Counting.SYMMETRIC

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_flag("sample", self.sample)
        ensure_positive("error", self.error)
        if ensure_integer("seed", self.seed) < 0:
            raise DomainError(f"seed must not be negative, got {self.seed}")
        ensure_positive("scale", self.scale)
        object.__setattr__(self, "counting", named(Counting, self.counting, "counting"))
        if self.smearing is not None:
            ensure_type("smearing", self.smearing, Gaussian)

    @property
    def description(self) -> str:
        """The choices, in words."""
        parts = ["adaptive Gaussians"]
        if self.smearing is not None:
            parts = [f"Gaussians of {self.smearing.sigma:g} THz"]
        if self.counting is Counting.FOURPHONON:
            parts.append("counted as FourPhonon does")
        if self.sample:
            parts.append(f"sampled to {100 * self.error:g} % of κ, seed {self.seed}")
        return ", ".join(parts)

    @property
    def record(self) -> dict[str, Any]:
        """Every choice that numbers depend on, by name."""
        fixed, counting = self.smearing, Counting(self.counting)
        record: dict[str, Any] = {
            "four_phonon_sigma": None if fixed is None else fixed.sigma,
            "four_phonon_sigma_cutoff": None if fixed is None else fixed.cutoff,
            "four_phonon_scale": self.scale,
            "four_phonon_counting": counting.value,
        }
        if self.sample:
            record |= {"four_phonon_error": self.error, "four_phonon_seed": self.seed}
        return record
