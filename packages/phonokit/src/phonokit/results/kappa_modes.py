"""What a conductivity is made of, from a result or from a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    Accumulation,
    accumulate,
    accumulation_points,
    mean_free_paths,
    total_linewidths,
)
from phono_grid import Cell, Gaussian, Grid, IrreduciblePoints, units
from phono_grid.errors import DomainError, FileError, PhonoError, ensure_type

from phonokit._atomic import path_of
from phonokit.results.kappa import KappaResult

if TYPE_CHECKING:
    import h5py

NEEDED = "mesh weight temperature frequency group_velocity gamma mode_kappa"
"""Datasets without which nothing can be accumulated."""
SAME_VOLUME = 1e-5
"""Relative difference of the volumes of one crystal."""


@dataclass(frozen=True, slots=True, eq=False)
class KappaModes:
    """What every phonon adds to a conductivity.

    Parameters
    ----------
    grid : Grid
    irreducible : IrreduciblePoints
    temperatures : (n_T,) array
        K.
    frequencies : (n_i, n_b) array
        THz.
    paths : (n_T, n_i, n_b) array
        Mean free paths by all scattering, Å.
    mode_kappa : (n_T, n_i, n_b, 6) array
        W/(m K).
    """

    grid: Grid
    irreducible: IrreduciblePoints
    temperatures: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    paths: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]

    @classmethod
    def of(cls, result: KappaResult) -> "KappaModes":
        """Of a result."""
        return cls(
            result.grid,
            result.irreducible,
            result.temperatures,
            result.frequencies,
            mean_free_paths(result.group_velocities, result.rates.total),
            result.mode_kappa,
        )

    def nearest(self, temperature: float) -> int:
        """The number of the temperature nearest to one."""
        return int(np.argmin(np.abs(self.temperatures - temperature)))

    def by_frequency(
        self, i: int, points: int = 200, sigma: float | None = None
    ) -> Accumulation:
        """Over frequency at temperature ``i``; Gaussians of ``sigma`` THz if given."""
        f = np.maximum(self.frequencies, 0)
        steps = accumulation_points(f, points)
        return self._accumulate(i, f, steps, None if sigma is None else Gaussian(sigma))

    def by_path(self, i: int, points: int = 200) -> Accumulation:
        """Over mean free paths at temperature ``i``, in equal ratios."""
        steps = accumulation_points(self.paths[i], points, logarithmic=True)
        return self._accumulate(i, self.paths[i], steps, None)

    def _accumulate(
        self,
        i: int,
        over: NDArray[np.float64],
        points: NDArray[np.float64],
        smearing: Gaussian | None,
    ) -> Accumulation:
        """At one temperature."""
        kappa = self.mode_kappa[i : i + 1]
        return accumulate(
            self.grid, self.irreducible, over, kappa, points=points, smearing=smearing
        )


def read_kappa_modes(path: str | Path, cell: Cell | None = None) -> KappaModes:
    """Read a kappa file of ours or of phono3py's.

    Parameters
    ----------
    path : str or Path
    cell : Cell, optional
        The primitive cell, for files that do not know their crystal; others ignore it.

    Raises
    ------
    FileError
        If it cannot be read, lacks something, or is of another crystal.
    """
    import h5py

    if cell is not None:
        ensure_type("cell", cell, Cell)
    if not path_of(path).is_file():
        raise FileError(f"{path}: there is no such file")
    try:
        with h5py.File(path, "r") as file:
            return _modes_in(file, cell)
    except OSError as error:
        raise FileError(f"{path}: is not a readable HDF5 file ({error})") from None
    except PhonoError as error:
        raise FileError(f"{path}: {error}") from None


def _modes_in(file: "h5py.File", cell: Cell | None) -> KappaModes:
    """What an open file holds."""
    missing = [name for name in NEEDED.split() if name not in file]
    if missing:
        raise DomainError(
            f"holds no {', '.join(missing)}; accumulate a file of phono kappa, or of "
            "phono3py in the relaxation time approximation"
        )
    data: dict[str, NDArray[Any]] = {name: file[name][()] for name in NEEDED.split()}
    isotope = file["gamma_isotope"][()] if "gamma_isotope" in file else None
    boundary = None
    if "boundary_mfp" in file:
        speed = np.linalg.norm(data["group_velocity"], axis=-1)
        boundary = speed / (4 * np.pi * float(file["boundary_mfp"][()]) * 1e4)
    grid = _grid_in(file, cell)
    irreducible = IrreduciblePoints.of(grid)
    if not np.array_equal(irreducible.weights, data["weight"]):
        raise DomainError(
            "its irreducible wave vectors are not those of this crystal and mesh; name "
            "the crystal that it was made from"
        )
    gamma = total_linewidths(data["gamma"], isotope, boundary)
    return KappaModes(
        grid,
        irreducible,
        data["temperature"],
        data["frequency"],
        mean_free_paths(data["group_velocity"], gamma),
        data["mode_kappa"],
    )


def _grid_in(file: "h5py.File", cell: Cell | None) -> Grid:
    """The grid of a file, or if it does not know it, of a crystal."""
    mesh, general = file["mesh"][()], "grid_matrix" in file
    if "reciprocal_lattice" in file:
        matrices = [file[name][()] for name in ("P_matrix", "Q_matrix") if general]
        lattice, rotations = file["reciprocal_lattice"][()], file["grid_rotations"][()]
        return Grid(mesh, lattice, rotations, *matrices)
    if general:
        raise DomainError("is on a generalised grid of phono3py, which is not read")
    if cell is None:
        raise DomainError("does not know its crystal; name it by --crystal")
    if "kappa_unit_conversion" in file:
        volume = units.CONDUCTIVITY / float(file["kappa_unit_conversion"][()])
        if abs(volume / cell.volume - 1) > SAME_VOLUME:
            raise DomainError(
                f"is of a crystal of {volume:.3f} Å³, the one named has {cell.volume:.3f}; "
                "name the crystal that it was made from"
            )
    return Grid.of(cell, mesh)
