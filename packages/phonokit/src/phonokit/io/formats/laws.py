"""Sum rule and index exchange of constants that somebody else has made."""

from dataclasses import dataclass, replace

import numpy as np
from phono_fc import (
    ForceConstants,
    LatticeForceConstants,
    SparseForceConstants3,
    symmetrize,
    symmetrize_lattice,
    symmetrize_sparse,
)

from phonokit.io.formats.record import ConstantsRecord
from phonokit.model.constants import Constants2, Constants3, drifts_of

EXACT = 1e-9
"""Relative to the largest element; smaller violations are digits of the file."""
EXACT_THIRD = 1e-6
"""The same for third order, whose files have fewer digits."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Deviations of constants of one order from the laws.

    Parameters
    ----------
    order : int
    drift : float
        The largest violation of the sum rule as read, eV/Å² or eV/Å³.
    change : float
        The largest change that was made, 0 if none was.
    """

    order: int
    drift: float
    change: float

    def __str__(self) -> str:
        """The drift, and what was done about it."""
        unit = f"eV/Å^{self.order}"
        done = f", symmetrised by {self.change:.1e}" if self.change else ""
        return f"order {self.order}: drift {self.drift:.1e} {unit}{done}"


def lawful(
    record: ConstantsRecord, *, make: bool = True
) -> tuple[ConstantsRecord, tuple[Drift, ...]]:
    """Constants that obey the laws, and how far they were from them.

    Parameters
    ----------
    record : ConstantsRecord
    make : bool
        Whether laws are made to hold; else they are looked at alone.
    """
    drifts = []
    second, third = record.second, record.third
    if second is not None:
        second, drift = _second(second, make)
        drifts.append(drift)
    if third is not None:
        third, drift = _third(third, make)
        drifts.append(drift)
    return replace(record, second=second, third=third), tuple(drifts)


def _second(constants: Constants2, make: bool) -> tuple[Constants2, Drift]:
    """Second order."""
    drift = float(drifts_of(constants).max(initial=0))
    if not make or not np.abs(constants.values).max(initial=0):
        return constants, Drift(2, drift, 0.0)
    made: Constants2
    if isinstance(constants, LatticeForceConstants):
        made = symmetrize_lattice(constants)
        same = len(made) == len(constants)
    else:
        made, same = symmetrize(constants), True
    change = float(np.abs(made.values - constants.values).max()) if same else drift
    if change <= EXACT * float(np.abs(constants.values).max()):
        return constants, Drift(2, drift, 0.0)
    return made, Drift(2, drift, change)


def _third(constants: Constants3, make: bool) -> tuple[Constants3, Drift]:
    """Third order."""
    drift = float(drifts_of(constants).max(initial=0))
    values = (
        constants.blocks
        if isinstance(constants, SparseForceConstants3)
        else constants.values
    )
    largest = float(np.abs(values).max(initial=0))
    limit = EXACT_THIRD * largest
    if not make or not largest:
        return constants, Drift(3, drift, 0.0)
    if isinstance(constants, ForceConstants):
        made = symmetrize(constants) if drift > limit else constants
        change = float(np.abs(made.values - constants.values).max())
        return made, Drift(3, drift, change)
    if isinstance(constants, SparseForceConstants3):
        sparse = symmetrize_sparse(constants) if drift > limit else constants
        return sparse, Drift(3, drift, float(np.abs(sparse.blocks - values).max()))
    # Shares of images, averaged over origins, obey the sum rule at the zone centre: where
    # they do, they are those of a supercell and are kept. Indices are exchanged always.
    exchanged = symmetrize_lattice(constants, sum_rule=drift > limit)
    if len(exchanged) == len(constants):
        change = float(np.abs(exchanged.values - constants.values).max())
        if change <= EXACT * largest:
            return constants, Drift(3, drift, 0.0)
        return exchanged, Drift(3, drift, change)
    return exchanged, Drift(3, drift, drift)
