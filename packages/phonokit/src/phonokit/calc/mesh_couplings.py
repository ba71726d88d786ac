"""How strongly the phonons at one wave vector of a mesh after the other interact."""

import functools
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    Couplings,
    PeriodicModes,
    Series3,
    Strengths,
    StrengthsOrigin,
    read_strengths,
    write_strengths,
)
from phono_grid.errors import DomainError, FileError

from phonokit.settings.transport import Transport


@dataclass(frozen=True, eq=False, kw_only=True)
class MeshCouplings:
    """The third-order constants, or squared matrix elements in their place.

    Parameters
    ----------
    series : Series3
    phonons : PeriodicModes
    transport : Transport
    folder : Path, optional
        Squared matrix elements are read from here; those that are missing are computed and
        written. They depend on no temperature, smearing, cutoff or mass variance.
    """

    series: Series3
    phonons: PeriodicModes
    transport: Transport
    folder: Path | None = None

    @property
    def are_series(self) -> bool:
        """Whether nothing is stored per triplet."""
        chosen = self.transport.average_strengths, self.transport.constant_strength
        return self.folder is None and chosen == (False, None)

    def at(self, q: int) -> Couplings:
        """The couplings at grid point ``q``."""
        if self.are_series:
            return self.series
        if self.transport.constant_strength is not None:
            return Strengths.constant(self.phonons, q, self.transport.constant_strength)
        strengths = self._kept(q) if self.folder is not None else self._computed(q)
        if not self.transport.average_strengths:
            return strengths
        taking_part = self._taking_part(strengths.triplets.points)
        return replace(strengths, values=strengths.values * taking_part).averaged()

    @functools.cached_property
    def _origin(self) -> StrengthsOrigin:
        """Origin of the strengths at the first wave vector, which all others share."""
        return StrengthsOrigin.of(self.series, self.phonons, 0)

    def _taking_part(self, triplets: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether all three phonons are above the cutoff, (n_t, n_b, n_b, n_b)."""
        f = self.phonons.frequencies[triplets]
        active = f > self.transport.scattering.cutoff_frequency
        first, second, third = active.swapaxes(0, 1)
        both = second[:, :, None] & third[:, None, :]
        return np.asarray(first[:, :, None, None] & both[:, None])

    def _computed(self, q: int) -> Strengths:
        # Of all phonons of positive frequency: a cutoff leaves out some when they are used.
        return Strengths.of(self.series, self.phonons, q, cutoff_frequency=0.0)

    def _kept(self, q: int) -> Strengths:
        """From the folder, which has them afterwards."""
        assert self.folder is not None
        matrix = self.phonons.grid.matrix
        plain = not (matrix - np.diag(matrix.diagonal())).any()
        mesh = "-".join(str(n) for n in (matrix.diagonal() if plain else matrix.ravel()))
        path = self.folder / f"strengths-m{mesh}-q{q}.hdf5"
        origin = replace(self._origin, q=q)
        if path.exists():
            return read_strengths(path, origin)
        strengths = self._computed(q)
        write_strengths(path, strengths, origin)
        return strengths


def make_folder(folder: Path) -> None:
    """Make the folder that strengths are kept in, unless it is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"strengths: {folder} cannot be a folder ({error.strerror}); name another"
        ) from None


def ensure_strengths(
    transport: Transport, folder: Path | None, *, sampled: bool = False
) -> None:
    """Refuse what has no strengths of its own."""
    if sampled and (folder is not None or _replaced(transport)):
        raise DomainError(
            "sample: is for matrix elements that are computed; leave it out, or leave out "
            "strengths=, average_strengths= and constant_strength="
        )
    if transport.constant_strength is not None and folder is not None:
        raise DomainError(
            "constant_strength: takes the place of all elements; leave strengths= out"
        )


def _replaced(transport: Transport) -> bool:
    return transport.average_strengths or transport.constant_strength is not None
