"""Force constants as Fourier series, ready for wave vectors."""

import logging

from phono_3ph import Series3
from phono_dynmat import Dynamics, GonzeLeeCorrection, HarmonicSeries, WangCorrection
from phono_fc import ForceConstants, SparseForceConstants3, drift, drift_sparse

from phonokit._timed import timed
from phonokit.model.constants import force_constants_of, sparse_constants_of
from phonokit.model.dipoles import Dipoles
from phonokit.model.force_data import ForceData

log = logging.getLogger("phonokit")


def dynamics_of(constants: ForceConstants, born: Dipoles | None) -> Dynamics:
    """Second-order constants, with their dipoles where there are Born charges."""
    if born is None:
        return HarmonicSeries.of(constants)
    if born.method == "wang":
        return WangCorrection.of(constants, born.charges)
    return GonzeLeeCorrection.of(
        constants, born.charges, cutoff=born.cutoff, width=born.width
    )


def both_orders(
    data: ForceData, fc3_cutoff: float | None = None
) -> tuple[ForceConstants, ForceConstants | SparseForceConstants3]:
    """Symmetrised force constants of second and third order."""
    fc3: ForceConstants | SparseForceConstants3
    with timed("force constants"):
        if fc3_cutoff is None:
            fc2, fc3 = force_constants_of(data, order=3).values()
            drift3 = drift(fc3)
        else:
            fc2, fc3 = sparse_constants_of(data, fc3_cutoff)
            drift3 = drift_sparse(fc3)
    for order, drifts in ((2, drift(fc2)), (3, drift3)):
        log.info("largest drift: %.1e eV/Å^%d", drifts.max(), order)
    return fc2, fc3


def series3_of(constants: ForceConstants | SparseForceConstants3) -> Series3:
    """Third-order constants, ready for wave vectors."""
    with timed("Fourier series"):
        return Series3.of(constants)


def force_constant_series(
    data: ForceData, *, nac: bool = True, fc3_cutoff: float | None = None
) -> tuple[Dynamics, Series3]:
    """Symmetrised force constants of second and third order, ready for wave vectors."""
    fc2, fc3 = both_orders(data, fc3_cutoff)
    return dynamics_of(fc2, data.born if nac else None), series3_of(fc3)
