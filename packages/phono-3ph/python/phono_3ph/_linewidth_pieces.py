"""Pieces of the sum over triplets that makes linewidths, to be shared out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Triplets
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, as_numbers, ensure_integer, ensure_type

from phono_3ph._extension import rust
from phono_3ph._interaction import interaction_strengths
from phono_3ph._linewidths import (
    Scattering,
    checked_point,
    ensure_occupations,
    linewidths_of,
    scattering_weights,
)
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3


@dataclass(frozen=True, slots=True, kw_only=True)
class SumPieces:
    """Some pieces of a sum over the irreducible triplets at one wave vector.

    The triplets are ordered by the address of ``q'`` in the grid; piece ``p`` of ``count``
    begins with number ``⌊p n / count⌋`` of ``n``. It is the same, bit for bit, whichever
    other pieces and bands are asked for with it.

    Parameters
    ----------
    count : int
        Into how many pieces the triplets are cut, at least 1.
    wanted : (int, int)
        The first piece that is wanted, and the one after the last.
    bands : (int, int), optional
        The same for initial bands; all of them if not given.
    numbers : sequence of int, optional
        Pieces in ascending order, a part of those wanted; all of these if not given.
    """

    count: int
    wanted: tuple[int, int]
    bands: tuple[int, int] | None = None
    numbers: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        object.__setattr__(self, "count", ensure_integer("count", self.count, 1))
        object.__setattr__(self, "wanted", _window("wanted", self.wanted, self.count))
        if self.bands is not None:
            object.__setattr__(self, "bands", _window("bands", self.bands, None))
        if self.numbers is not None:
            numbers = as_numbers(self.numbers, "numbers", np.int64, ("n",))
            first, end = self.wanted
            inside = not numbers.size or (numbers[0] >= first and numbers[-1] < end)
            if not inside or (np.diff(numbers) <= 0).any():
                raise DomainError(
                    f"numbers must be in ascending order from {first} to {end - 1}, got "
                    f"{numbers}"
                )
            object.__setattr__(self, "numbers", tuple(numbers.tolist()))

    @property
    def made(self) -> list[int]:
        """The numbers of the pieces that come out, in order."""
        return list(range(*self.wanted) if self.numbers is None else self.numbers)


def _window(name: str, window: Any, end: int | None) -> tuple[int, int]:
    """Two numbers in order, at most ``end``."""
    try:
        first, last = window
    except (TypeError, ValueError):
        raise DomainError(f"{name} must be two whole numbers, got {window!r}") from None
    first, last = ensure_integer(name, first, 0), ensure_integer(name, last, 0)
    if first > last or (end is not None and last > end):
        most = "" if end is None else f", at most {end}"
        raise DomainError(
            f"{name} must be two whole numbers in order{most}, got ({first}, {last})"
        )
    return first, last


def _checked(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    pieces: SumPieces,
    occupations: ArrayLike,
    scattering: Scattering,
) -> tuple[Any, ...]:
    """Arguments of `linewidth_pieces`."""
    q = checked_point(series, phonons, q, scattering)
    n = ensure_occupations(occupations, phonons.frequencies.shape)
    ensure_type("pieces", pieces, SumPieces)
    n_b = phonons.frequencies.shape[1]
    if pieces.bands is not None:
        _window("bands", pieces.bands, n_b)
    return series, phonons, q, pieces, n, scattering


@accelerated_by(rust.linewidth_pieces, _checked)
def linewidth_pieces(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    pieces: SumPieces,
    occupations: ArrayLike,
    scattering: Scattering,
) -> NDArray[np.float64]:
    r"""Parts of the half linewidths at one wave vector, each from some of its triplets.

    .. math:: \Gamma_\lambda = \sum_p \Gamma_\lambda^{(p)}

    is what `linewidths` returns. Pieces that are asked for together share one series.

    Parameters
    ----------
    series : Series3
    phonons : PeriodicModes
    q : int
        Index in the grid.
    pieces : SumPieces
    occupations : (n_q, n_b, n_T) array_like
        Bose-Einstein occupations of every phonon at every temperature, 0 at 0 K.
    scattering : Scattering

    Returns
    -------
    (n_p, n_T, n_b) array of float
        ``Γ[p, T, j]`` of the pieces that are wanted, THz, averaged over degenerate sets.
        Bands that are not wanted add nothing.
    """
    n, n_b = np.asarray(occupations), phonons.frequencies.shape[1]
    triplets = Triplets.of(phonons.grid, q)
    # The first axis counts most.
    order = np.lexsort(phonons.grid.addresses[triplets.points[:, 1]].T[::-1])
    made = pieces.made
    cuts = [[(p + k) * len(order) // pieces.count for k in (0, 1)] for p in made]
    wanted = np.zeros(n_b, dtype=bool)
    wanted[slice(*(pieces.bands or (0, n_b)))] = True
    parts = np.zeros((len(made), n.shape[2], n_b))
    for part, (start, stop) in zip(parts, cuts, strict=True):
        some = order[start:stop]
        here = Triplets(triplets.points[some], triplets.weights[some])
        if not len(some):
            continue
        strengths = interaction_strengths(
            series, phonons, here, cutoff_frequency=scattering.cutoff_frequency
        )
        strengths = strengths * wanted[:, None, None]
        g = scattering_weights(phonons, here, scattering)
        part[:] = linewidths_of(phonons, here, (strengths, g, n), scattering)
    return parts
