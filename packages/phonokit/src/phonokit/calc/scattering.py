"""Linewidths, spectral functions and joint densities at wave vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_3ph import ModesAround, PeriodicModes, Scattering
from phono_dynmat import Dynamics, HarmonicSeries, bose_einstein
from phono_grid import Gaussian, Grid, first_brillouin_zone
from phono_grid.errors import DomainError

from phonokit.calc.harmonic_phonons import periodic_modes
from phonokit.calc.kappa import Crystal
from phonokit.cli.request_crystal import Mesh
from phonokit.results.kappa import mesh_name


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


def external(
    crystal: Crystal, series: Dynamics, mesh: Mesh, qpoints: Sequence[str]
) -> External:
    """Phonons of a mesh, and where among its points ``qpoints`` are."""
    grid = Grid.of(crystal.primitive, mesh)
    q = numbers(qpoints)
    points = np.array([grid_point(grid, one) for one in q])
    return External(mesh_phonons(grid, series), points, q)


def mesh_phonons(grid: Grid, series: Dynamics) -> PeriodicModes:
    """Phonons at every point of a grid."""
    every = grid.qpoints
    if not isinstance(series, HarmonicSeries):
        # A sum of dipoles that ends somewhere is not quite periodic.
        every = first_brillouin_zone(every, grid.reciprocal_lattice)
    return periodic_modes(series, grid, every)


def phonons_around(
    phonons: PeriodicModes, series: Dynamics, q: NDArray[np.float64]
) -> tuple[PeriodicModes | ModesAround, int]:
    """What scatters at any fractional ``q``, and the place of ``q`` in it."""
    try:
        return phonons, grid_point(phonons.grid, q)
    except DomainError:
        around = ModesAround.of(phonons, series, q)
        return around, around.q


def occupations(
    phonons: PeriodicModes | ModesAround, temperatures: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of all phonons."""
    return bose_einstein(phonons.frequencies, temperatures)


def scattering_of(sigma: float | None) -> Scattering:
    """Tetrahedra, or Gaussians of ``sigma`` THz."""
    return Scattering(smearing=None if sigma is None else Gaussian(sigma))


def grid_point(grid: Grid, q: NDArray[np.float64]) -> int:
    """The index of fractional ``q``, which must be a point of the mesh."""
    exact = np.linalg.solve(grid.q_matrix, q) * grid.mesh
    address = np.rint(exact).astype(np.int64)
    if np.abs(exact - address).max() > 1e-3:
        nearest = grid.q_matrix @ (address / grid.mesh)
        given = ",".join(f"{x:g}" for x in q)
        near = ",".join(f"{x:g}" for x in np.round(nearest, 6))
        raise DomainError(
            f"--q {given}: not a point of the mesh {mesh_name(grid)}; the "
            f"nearest is {near}, or take a mesh that holds it"
        )
    return int(grid.index(address))


def numbers(qpoints: Sequence[str]) -> NDArray[np.float64]:
    """Fractional wave vectors as they were written, (n, 3)."""
    return np.array([_qpoint(text) for text in qpoints])


def _qpoint(text: str) -> NDArray[np.float64]:
    """``x,y,z``, numbers or fractions."""
    try:
        q = np.array([_number(word) for word in text.split(",")])
    except (ValueError, ZeroDivisionError):
        q = np.array([])
    if q.shape != (3,) or not np.isfinite(q).all():
        raise DomainError(
            f"--q {text}: expected three numbers or fractions, as in 0.5,0,0 or 1/3,1/3,0"
        )
    return q


def _number(word: str) -> float:
    """A number or a fraction."""
    above, slash, below = word.partition("/")
    return float(above) / float(below) if slash else float(above)
