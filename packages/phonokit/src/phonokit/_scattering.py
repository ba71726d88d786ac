"""Linewidths, spectral functions and joint densities at wave vectors of a mesh."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_3ph import PeriodicModes, Scattering
from phono_dynmat import Dynamics, HarmonicSeries, bose_einstein, phonon_modes
from phono_grid import Gaussian, Grid, first_brillouin_zone
from phono_grid.errors import DomainError

from phonokit._workflow import Crystal


@dataclass(frozen=True, slots=True, eq=False)
class External:
    """Wave vectors that are looked at, and the phonons they scatter with.

    Parameters
    ----------
    phonons : PeriodicModes
        On the whole mesh.
    points : (n,) array of int
        The wave vectors, as indices in the grid.
    qpoints : (n, 3) array
        As they were given.
    """

    phonons: PeriodicModes
    points: NDArray[np.int64]
    qpoints: NDArray[np.float64]

    @property
    def frequencies(self) -> NDArray[np.float64]:
        """THz, (n, n_b)."""
        return self.phonons.frequencies[self.points]

    def occupations(self, temperatures: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of all phonons of the mesh."""
        return bose_einstein(self.phonons.frequencies, temperatures)


def external(
    crystal: Crystal, series: Dynamics, mesh: Sequence[int], qpoints: Sequence[str]
) -> External:
    """Phonons of a mesh, and where among its points ``qpoints`` are."""
    grid = Grid.of(crystal.primitive, mesh)
    q = np.array([_qpoint(text) for text in qpoints])
    points = np.array([grid_point(grid, one) for one in q])
    every = grid.qpoints
    if not isinstance(series, HarmonicSeries):
        # A sum of dipoles that ends somewhere is not quite periodic.
        every = first_brillouin_zone(every, grid.reciprocal_lattice)
    phonons = PeriodicModes.of(grid, phonon_modes(series, every), crystal.primitive)
    return External(phonons, points, q)


def scattering_of(sigma: float | None) -> Scattering:
    """Tetrahedra, or Gaussians of ``sigma`` THz."""
    return Scattering(smearing=None if sigma is None else Gaussian(sigma))


def grid_point(grid: Grid, q: NDArray[np.float64]) -> int:
    """The index of fractional ``q``, which must be a point of the mesh."""
    exact = q * grid.mesh
    address = np.rint(exact).astype(np.int64)
    if np.abs(exact - address).max() > 1e-3:
        near = ",".join(f"{x:g}" for x in np.round(address / grid.mesh, 6))
        mesh = " ".join(str(d) for d in grid.mesh)
        raise DomainError(
            f"--q {','.join(f'{x:g}' for x in q)}: not a point of the mesh {mesh}; the "
            f"nearest is {near}, or take a mesh that holds it"
        )
    return int(grid.index(address))


def _qpoint(text: str) -> NDArray[np.float64]:
    """``x,y,z``, numbers or fractions."""
    try:
        x, y, z = (_number(word) for word in text.split(","))
    except (ValueError, ZeroDivisionError):
        raise DomainError(
            f"--q {text}: expected three numbers or fractions, as in 0.5,0,0 or 1/3,1/3,0"
        ) from None
    return np.array([x, y, z])


def _number(word: str) -> float:
    """A number or a fraction."""
    above, slash, below = word.partition("/")
    return float(above) / float(below) if slash else float(above)
