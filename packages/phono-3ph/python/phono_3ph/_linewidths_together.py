"""Linewidths by several ways to conserve energy at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, ensure_type

from phono_3ph._extension import rust
from phono_3ph._linewidth_pieces import SumPieces, linewidth_pieces
from phono_3ph._linewidth_pieces import _checked as _checked_pieces
from phono_3ph._linewidths import Scattering
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3


def _checked(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    pieces: SumPieces,
    occupations: ArrayLike,
    scatterings: Sequence[Scattering],
) -> tuple[Any, ...]:
    """Arguments of `linewidths_together`."""
    ensure_type("scatterings", scatterings, list, tuple)
    if not scatterings:
        raise DomainError("scatterings: expected one or more, got none")
    inputs: tuple[Any, ...] = ()
    for scattering in scatterings:
        inputs = _checked_pieces(series, phonons, q, pieces, occupations, scattering)
    return *inputs[:-1], list(scatterings)


@accelerated_by(rust.linewidths_together, _checked)
def linewidths_together(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    pieces: SumPieces,
    occupations: ArrayLike,
    scatterings: Sequence[Scattering],
) -> NDArray[np.float64]:
    r"""Half linewidths by several ways to conserve energy, from one set of elements.

    .. math::

        \Gamma_\lambda^{(s)} = \frac{18\pi}{h^2} \sum_{\lambda'\lambda''}
            |\Phi_{\lambda\lambda'\lambda''}|^2 \{\dots\}_{\delta_s}

    The squared matrix elements do not depend on the width of Gaussians: each is made once,
    if any of the ways needs it. What comes out is that of `linewidth_pieces`, bit for bit.

    Parameters
    ----------
    series : Series3
    phonons : PeriodicModes
    q : int
        Index in the grid.
    pieces : SumPieces
        ``SumPieces(count=1, wanted=(0, 1))`` is the whole of the linewidths.
    occupations : (n_q, n_b, n_T) array_like
        Bose-Einstein occupations of every phonon at every temperature, 0 at 0 K.
    scatterings : sequence of Scattering
        One or more.

    Returns
    -------
    (n_s, n_p, n_T, n_b) array of float
        ``Γ[s, p, T, j]``, THz, of each of ``scatterings`` and each piece that is wanted.

    Raises
    ------
    DomainError
        If there is no scattering.
    """
    each = [
        linewidth_pieces(series, phonons, q, pieces, occupations, scattering)
        for scattering in scatterings
    ]
    return np.stack(each)
