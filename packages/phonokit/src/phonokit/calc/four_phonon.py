"""Four-phonon scattering of the phonons that carry heat."""

import functools
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import PeriodicModes, conductivity_rta, total_linewidths
from phono_4ph import (
    AdaptiveGaussian,
    Counting,
    ForceConstants4,
    Sampling,
    Scattering4,
    conjugate_gauge,
    linewidths4,
    sampled_linewidths4,
)
from phono_dynmat import bose_einstein, group_velocities, heat_capacities, phonon_modes
from phono_grid import BrillouinZone, first_brillouin_zone
from phono_grid.errors import DomainError, PhonoWarning

from phonokit.calc.carriers import Carriers
from phonokit.model.crystal import Crystal
from phonokit.results.rates import Conduction, Rates
from phonokit.settings.four_phonon import FourPhonon
from phonokit.settings.transport import Transport

GROUPS = 8
"""Independent samples, from whose differences the error is known."""
FIRST, SECOND = 2, 16
"""Wave vectors ``q_1``, and ``q_2`` of each, that a group draws at a time."""
SHARE = 1 / 3
"""Each wave vector must know its part of κ this much worse than κ would be known if all had
the same part: some have more."""
WORST = 0.2
"""Relative error that no wave vector may exceed, or κ would not be linear in it."""


class SamplingWarning(PhonoWarning):
    """κ is known less well than it was asked for."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FourPhononScatterer:
    """Everything that four-phonon scattering needs at one wave vector after the other.

    Parameters
    ----------
    constants : ForceConstants4
    carriers : Carriers
    scattering : Scattering4
    settings : FourPhonon
    phonons : PeriodicModes
        Those of the carriers, in a gauge that suits the counting.
    """

    constants: ForceConstants4
    carriers: Carriers
    phonons: PeriodicModes
    scattering: Scattering4
    settings: FourPhonon

    @classmethod
    def of(
        cls,
        crystal: Crystal,
        carriers: Carriers,
        settings: FourPhonon,
        transport: Transport,
        *,
        nac: bool,
    ) -> "FourPhononScatterer":
        """Set up scattering by the fourth-order constants of ``crystal``."""
        constants = crystal.fc4
        if constants is None:
            raise DomainError(
                "four_phonon: the crystal has no fourth-order constants; give them by "
                "crystal.with_fc4(phono_4ph.read_force_constants4(...))"
            )
        phonons = carriers.phonons
        if Counting(settings.counting) is Counting.FOURPHONON:
            phonons = conjugate_gauge(phonons)
        smearing: Any = settings.smearing
        if smearing is None:
            q = first_brillouin_zone(phonons.grid.qpoints, phonons.grid.reciprocal_lattice)
            dynamics = crystal.dynamics(nac=nac)
            velocities = group_velocities(
                dynamics,
                phonon_modes(dynamics, q),
                crystal.symmetry.reciprocal_rotations(),
            )
            smearing = AdaptiveGaussian.of(
                phonons,
                velocities,
                scale=settings.scale,
                counting=Counting(settings.counting),
            )
        scattering = Scattering4(
            smearing=smearing,
            cutoff_frequency=transport.scattering.cutoff_frequency,
            degeneracy=transport.scattering.degeneracy,
        )
        return cls(
            constants=constants,
            carriers=carriers,
            phonons=phonons,
            scattering=scattering,
            settings=settings,
        )

    def fields(self) -> list[tuple[str, Any, tuple[int, ...]]]:
        """Fields of a record, THz."""
        n_t, n_b = len(self.carriers.temperatures), self.carriers.frequencies.shape[1]
        fields: list[tuple[str, Any, tuple[int, ...]]] = [("four", "<f8", (2, 3, n_t, n_b))]
        if self.settings.sample:
            fields.append(("four_groups", "<f8", (GROUPS, n_t, n_b)))
        return fields

    @property
    def costs(self) -> NDArray[np.float64]:
        """Cost of each wave vector, in units of the time of one triplet."""
        quadruplets = self._quadruplets
        return np.minimum(quadruplets, 1e3) if self.settings.sample else quadruplets

    def scatter(self, i: int, record: Any, others: NDArray[np.float64]) -> None:
        """Put linewidths into a record; ``others`` are those of all else, (n_T, n_b)."""
        groups = self._sampled(i, others) if self.settings.sample else None
        if groups is None:
            record["four"] = linewidths4(*self._inputs(i))
            if self.settings.sample:
                record["four_groups"] = record["four"].sum(axis=(0, 1))
            return
        record["four"] = groups.mean(axis=0)
        record["four_groups"] = groups.sum(axis=(1, 2))

    def _sampled(self, i: int, others: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Groups of samples that know enough; None if all processes are no more work."""
        sampling = Sampling(
            seed=self.settings.seed, replicates=GROUPS, first=FIRST, second=SECOND
        )
        most = self._quadruplets[i] / sampling.n_pairs
        total: Any = 0.0
        rounds = 0
        while rounds < most:
            sample: Any = functools.partial(sampled_linewidths4, *self._inputs(i))
            total = total + sample(sampling, start=GROUPS * rounds)
            rounds += 1
            # Looked at seldom, or chance would have many chances to look like certainty.
            if rounds & (rounds - 1) == 0 and self._is_known(i, total / rounds, others):
                return np.asarray(total / rounds)
        return None

    def _inputs(self, i: int) -> tuple[Any, ...]:
        """Arguments of the linewidths at one wave vector."""
        q, zone = int(self.carriers.irreducible.points[i]), self._zone
        return self.constants, self.phonons, q, self._occupations, self.scattering, zone

    @property
    def _quadruplets(self) -> NDArray[np.float64]:
        """About how many irreducible quadruplets each wave vector has."""
        grid, weights = self.carriers.phonons.grid, self.carriers.irreducible.weights
        return np.asarray(grid.n_q**2 * weights / (6 * len(grid.rotations)))

    def _is_known(
        self, i: int, groups: NDArray[np.float64], others: NDArray[np.float64]
    ) -> bool:
        """Whether the part of κ of one wave vector is known well enough."""
        widths = others + left_out(groups.sum(axis=(1, 2)))
        v2 = (self.carriers.velocities[i] ** 2).sum(axis=-1)
        cv = self._capacities[:, i]
        good = (widths > 0).all(axis=0)
        part = np.where(good, cv * v2 / np.where(widths > 0, widths, 1), 0).sum(axis=-1)
        if not part.any():
            return True
        error = np.sqrt(jackknife(part)) / np.maximum(part.mean(axis=0), 1e-300)
        n_i = len(self.carriers.irreducible.points)
        return bool(error.max() < min(WORST, self.settings.error * np.sqrt(n_i) * SHARE))

    @functools.cached_property
    def _zone(self) -> BrillouinZone:
        """Brillouin zone whose images tell normal from umklapp processes."""
        return BrillouinZone.of(self.carriers.phonons.grid)

    @functools.cached_property
    def _occupations(self) -> NDArray[np.float64]:
        """Occupations of all phonons at all temperatures, [q, j, T]."""
        f = self.carriers.phonons.frequencies
        active = np.where(f > self.scattering.cutoff_frequency, f, 0.0)
        return bose_einstein(active, self.carriers.temperatures)

    @functools.cached_property
    def _capacities(self) -> NDArray[np.float64]:
        """Heat capacities, [T, q, j]."""
        return heat_capacities(self.carriers.frequencies, self.carriers.temperatures)


def left_out(groups: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over all groups but one, each in turn."""
    n = len(groups)
    return np.asarray((groups.sum(axis=0) - groups) / (n - 1))


def jackknife(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance of a mean, from values that each leave out one group."""
    n = len(values)
    return np.asarray((n - 1) / n * ((values - values.mean(axis=0)) ** 2).sum(axis=0))


def kappa_error(
    carriers: Carriers, rates: Rates, conduction: Conduction
) -> NDArray[np.float64] | None:
    """Standard error of κ that sampling leaves, (n_T, 6), W/(m K); None without samples.

    Wave vectors are sampled independently; what their errors do to κ is found by leaving
    out one group of samples after the other, in the relaxation-time approximation.
    """
    groups = rates.four_phonon_groups
    if groups is None:
        return None
    parts = []
    for widths in left_out(groups):
        total = total_linewidths(rates.phonon, rates.isotope, rates.boundary, widths)
        rta = conductivity_rta(
            carriers.phonons.grid,
            carriers.irreducible,
            carriers.velocities,
            conduction.heat_capacities,
            total,
            carriers.cell.volume,
        )
        parts.append(rta.mode_kappa.sum(axis=2))
    variance = jackknife(np.array(parts)).sum(axis=1)
    return np.asarray(np.sqrt(variance) / carriers.phonons.grid.n_q)


def warn_of_errors(
    kappa: NDArray[np.float64], error: NDArray[np.float64] | None, settings: FourPhonon
) -> None:
    """Warn where samples know κ less well than it was asked for."""
    if error is None:
        return
    mean = kappa[:, :3].mean(axis=1)
    part = np.divide(
        error[:, :3].max(axis=1), mean, out=np.zeros_like(mean), where=mean > 0
    )
    if part.max() > settings.error:
        warnings.warn(
            f"κ is known to {100 * part.max():.2g} % where {100 * settings.error:g} % was "
            "asked for; ask for a smaller error=, or take every process",
            SamplingWarning,
            stacklevel=3,
        )
