"""Three-phonon linewidths from a part of the triplets."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import Series3, TripletSampling, linewidths, sampled_linewidths
from phono_grid.errors import DomainError

from phonokit.calc.carriers import Carriers
from phonokit.calc.sampling import GROUPS, is_known, left_out
from phonokit.settings.four_phonon import FourPhonon
from phonokit.settings.sample import Sample
from phonokit.settings.transport import Method, Transport

WORTH = 0.25
"""Part of the triplets above which all are taken: what they share costs as much again."""
SHARE = 2 / 3
"""Part of the error of κ that is aimed at: some wave vectors have more of κ than others."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TripletSampler:
    """Samples of triplets at one wave vector after the other.

    Parameters
    ----------
    carriers : Carriers
    series : Series3
    transport : Transport
    sample : Sample
    """

    carriers: Carriers
    series: Series3
    transport: Transport
    sample: Sample

    def fields(self) -> list[tuple[str, Any, tuple[int, ...]]]:
        """Fields of a record, THz."""
        n_t, n_b = len(self.carriers.temperatures), self.carriers.frequencies.shape[1]
        return [("three_groups", "<f8", (GROUPS, n_t, n_b))]

    def groups(
        self, i: int, occupations: NDArray[np.float64], others: Any, n_triplets: float
    ) -> NDArray[np.float64]:
        """Independent estimates at one wave vector, all the same where all are taken.

        Parameters
        ----------
        i : int
            Number of the irreducible wave vector.
        occupations : (n_q, n_b, n_T) array
        others : (n_b,) array or 0
            Linewidths of all other scattering, THz.
        n_triplets : float
            About how many triplets there are.
        """
        inputs = (
            self.series,
            self.carriers.phonons,
            int(self.carriers.irreducible.points[i]),
            occupations,
            self.transport.scattering,
        )
        seed, error = self.sample.seed, SHARE * self.sample.error
        sampling = TripletSampling(seed=seed, replicates=GROUPS)
        total: NDArray[np.float64] | None = None
        start, drawn = 0, 0
        while drawn + sampling.n_triplets < WORTH * n_triplets:
            more = sampled_linewidths(*inputs, sampling, start=start)
            drawn, start = drawn + sampling.n_triplets, start + GROUPS
            # As many again, each time.
            pieces = sampling.pieces * (1 if total is None else 2)
            total = more if total is None else (total + more) / 2
            sampling = TripletSampling(seed=seed, replicates=GROUPS, pieces=pieces)
            if is_known(self.carriers, i, others + left_out(total), error):
                return total
        return np.broadcast_to(linewidths(*inputs), (GROUPS, *self.widths_shape))

    @property
    def widths_shape(self) -> tuple[int, int]:
        """Temperatures and bands."""
        return len(self.carriers.temperatures), self.carriers.frequencies.shape[1]


def ensure_sampled(
    sample: Sample, transport: Transport, four_phonon: FourPhonon | None
) -> None:
    """Refuse what a part of the triplets cannot give."""
    if transport.method is Method.LBTE:
        raise DomainError(
            "sample: the full equation needs every triplet, for what comes back; leave it "
            'out, or take method="rta"'
        )
    if transport.normal_umklapp:
        raise DomainError(
            "sample: normal and umklapp processes are told apart with every triplet; leave "
            "one of the two out"
        )
    if four_phonon is not None:
        raise DomainError(
            "sample: of three phonons alone; with four, which cost more, "
            "FourPhonon(sample=True) samples those"
        )
