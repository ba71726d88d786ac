"""Four-phonon scattering of the phonons that carry heat."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import PeriodicModes
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
from phono_dynmat import bose_einstein, group_velocities, phonon_modes
from phono_grid import BrillouinZone, first_brillouin_zone
from phono_grid.errors import DomainError

from phonokit.calc.carriers import Carriers
from phonokit.calc.sampling import GROUPS, is_known, left_out
from phonokit.model.crystal import Crystal
from phonokit.settings.four_phonon import FourPhonon
from phonokit.settings.transport import Transport

SHARE = 1 / 3
"""Part of the error of κ that is aimed at: some wave vectors have more of κ than others."""
FIRST, SECOND = 2, 16
"""Wave vectors ``q_1``, and ``q_2`` of each, that a group draws at a time."""


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
        constants = fourth_order_constants("four_phonon", crystal)
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
            if rounds & (rounds - 1) == 0 and is_known(
                self.carriers,
                i,
                others + left_out((total / rounds).sum(axis=(1, 2))),
                SHARE * self.settings.error,
            ):
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


def fourth_order_constants(name: str, crystal: Crystal) -> ForceConstants4:
    """The fourth-order constants of a crystal, which ``name`` asks for."""
    if crystal.fc4 is None:
        raise DomainError(
            f"{name}: the crystal has no fourth-order constants; give them by "
            "crystal.with_fc4(phono_4ph.read_force_constants4(...))"
        )
    return crystal.fc4
