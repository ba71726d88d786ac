"""Contribution of every phonon to a conductivity, from a result or from a file."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import mean_free_paths, total_linewidths
from phono_grid import Cell, Grid, IrreduciblePoints, ValueNoun, units
from phono_grid.digests import sha256_for
from phono_grid.errors import (
    DomainError,
    FileError,
    PhonoError,
    as_numbers,
    ensure_type,
    finite,
    frozen,
)
from phono_grid.files import path_of
from phono_grid.hdf5 import Hdf5File, open_hdf5

from phonokit.model.formula import formula_of
from phonokit.model.provenance import InputFile
from phonokit.results.full_equation import full_modes, holds_full_modes
from phonokit.results.kappa import KappaResult
from phonokit.results.kappa_reading import grid_in, needed, optional
from phonokit.results.provenance import Provenance
from phonokit.results.result import provenance_in
from phonokit.settings.mode_quantity import ModeQuantity

NEEDED = "mesh weight temperature frequency group_velocity gamma mode_kappa"
"""Datasets without which nothing can be accumulated."""
SAME_VOLUME = 1e-5
"""Relative difference of the volumes of one crystal."""
SAME_TEMPERATURE = 1e-9
"""Relative difference of one temperature and its rounded value."""
KILOMETRES = 0.1
"""km/s of Å THz."""
ROOM = 300.0
"""K, the temperature that is meant where there are several and none is named."""


def _unknown() -> Provenance:
    """Provenance of modes that a caller has made."""
    return Provenance(
        formula="", source="modes", inputs=(), lang="", settings={}, started="", finished=""
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class KappaModes(ValueNoun):
    """Contribution of every phonon to a conductivity.

    Parameters
    ----------
    grid : Grid
    irreducible : IrreduciblePoints
        Of this grid, ``n_i`` points.
    temperatures : (n_T,) array_like
        K
    frequencies : (n_i, n_b) array_like
        THz
    paths : (n_T, n_i, n_b) array_like
        Mean free paths by all scattering, Å; 0 for phonons that carry no heat.
    mode_kappa : (n_T, n_i, n_b, 6) array_like
        W/(m K), components xx yy zz yz xz xy; the sum over modes over the number of grid
        points is κ.
    linewidths : (n_T, n_i, n_b) array_like, optional
        Half widths by all scattering, THz.
    heat_capacities : (n_T, n_i, n_b) array_like, optional
        eV/K
    velocities : (n_i, n_b, 3) array_like, optional
        Å THz
    provenance : Provenance
        Where the numbers come from.
    """

    grid: Grid
    irreducible: IrreduciblePoints
    temperatures: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    paths: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]
    linewidths: NDArray[np.float64] | None = None
    heat_capacities: NDArray[np.float64] | None = None
    velocities: NDArray[np.float64] | None = None
    provenance: Provenance = field(default_factory=_unknown)

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("grid", self.grid, Grid)
        ensure_type("irreducible", self.irreducible, IrreduciblePoints)
        t = as_numbers(self.temperatures, "temperatures", shape=("n_T",))
        n_i = len(self.irreducible.points)
        f = finite(self.frequencies, "frequencies", (n_i, "n_b"))
        shape = (len(t), *f.shape)
        arrays = {
            "temperatures": t,
            "frequencies": f,
            "paths": finite(self.paths, "paths", shape),
            "mode_kappa": finite(self.mode_kappa, "mode_kappa", (*shape, 6)),
        }
        more = {"linewidths": shape, "heat_capacities": shape}
        for name, expected in {**more, "velocities": (*f.shape, 3)}.items():
            if getattr(self, name) is not None:
                arrays[name] = finite(getattr(self, name), name, expected)
        for name, array in arrays.items():
            object.__setattr__(self, name, frozen(array, name))

    @classmethod
    def of(cls, result: KappaResult) -> "KappaModes":
        """Take the modes of a conductivity."""
        ensure_type("result", result, KappaResult)
        return cls(
            grid=result.grid,
            irreducible=result.irreducible,
            temperatures=result.temperatures,
            frequencies=result.frequencies,
            paths=mean_free_paths(result.group_velocities, result.rates.total),
            mode_kappa=result.mode_kappa,
            linewidths=result.rates.total,
            heat_capacities=result.heat_capacities,
            velocities=result.group_velocities,
            provenance=result.provenance,
        )

    def values(self, quantity: ModeQuantity, i: int) -> NDArray[np.float64]:
        """A quantity of every phonon at temperature number ``i``, (n_i, n_b).

        Raises
        ------
        DomainError
            If it is not known.
        """
        of = {
            ModeQuantity.HEAT_CAPACITY: self.heat_capacities,
            ModeQuantity.VELOCITY: self.velocities,
        }
        array = of.get(quantity, self.linewidths)
        if array is None:
            name = quantity.value.replace("_", " ")
            raise DomainError(f"quantity: the conductivity does not hold its {name}")
        if quantity is ModeQuantity.VELOCITY:
            return np.asarray(np.linalg.norm(array, axis=-1) * KILOMETRES)
        values = np.asarray(array[i])
        if quantity is not ModeQuantity.LIFETIME:
            return values
        scattered = values > 0
        return np.where(scattered, 1 / (4 * np.pi * np.where(scattered, values, 1)), 0.0)

    def number_of(self, temperature: float | None = None) -> int:
        """Find the number of a temperature, K.

        If none is given it is the only one, or 300 K.

        Raises
        ------
        DomainError
            If there is no such temperature; the error lists those there are.
        """
        if temperature is None and len(self.temperatures) == 1:
            return 0
        wanted = ROOM if temperature is None else float(temperature)
        same = np.isclose(self.temperatures, wanted, rtol=SAME_TEMPERATURE, atol=0)
        if not same.any():
            there = ", ".join(f"{t:g}" for t in self.temperatures)
            raise DomainError(
                f"temperature: {wanted:g} K is not among those of the conductivity; take "
                f"one of {there} K, or compute it at {wanted:g} K"
            )
        return int(np.argmax(same))


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

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, (3, 3, 3), [300])
    >>> modes = phonokit.read_kappa_modes(result.write("kappa.hdf5"))
    >>> modes.mode_kappa.shape  # temperatures, irreducible wave vectors, bands, components
    (1, 4, 6, 6)
    """
    if cell is not None:
        ensure_type("cell", cell, Cell)
    source = path_of(path)
    with open_hdf5(source) as file:
        try:
            modes = _modes_in(file, cell)
        except PhonoError as error:
            raise FileError(f"{source}: {error}") from None
    digest = sha256_for(source.stat().st_size)
    digest.update(source.read_bytes())
    inputs = (InputFile(source, digest.hexdigest()),)
    about = replace(modes.provenance, source="conductivity", inputs=inputs)
    return replace(modes, provenance=about)


def _modes_in(file: Hdf5File, cell: Cell | None) -> KappaModes:
    """Modes in an open file."""
    names = NEEDED.split()
    by_vectors = holds_full_modes(file)
    if by_vectors:
        names[-1:] = ["f_vector", "kappa", "heat_capacity", "kappa_unit_conversion"]
    missing = [name for name in names if name not in file]
    if missing:
        raise DomainError(
            f"holds no {', '.join(missing)}; accumulate a conductivity that phonokit has "
            "written, or phono3py"
        )
    names = [name for name in names if name != "kappa_unit_conversion"]
    data: dict[str, NDArray[Any]] = {name: needed(file, name) for name in names}
    isotope = optional(file, "gamma_isotope")
    boundary = None
    if "boundary_mfp" in file:
        speed = np.linalg.norm(data["group_velocity"], axis=-1)
        boundary = speed / (4 * np.pi * file.number("boundary_mfp") * 1e4)
    grid = _grid_in(file, cell)
    irreducible = IrreduciblePoints.of(grid)
    if not np.array_equal(irreducible.weights, data["weight"]):
        raise DomainError(
            "its irreducible wave vectors are not those of this crystal and mesh; name "
            "the crystal that it was made from"
        )
    gamma = total_linewidths(data["gamma"], isotope, boundary)
    about = provenance_in(file)
    if cell is not None and not about.formula:
        about = replace(about, formula=formula_of(cell))
    capacities = optional(file, "heat_capacity")
    there: NDArray[np.bool_] | slice = slice(None)
    if by_vectors:
        there, data["mode_kappa"] = full_modes(file, grid)
    return KappaModes(
        grid=grid,
        irreducible=irreducible,
        temperatures=data["temperature"][there],
        frequencies=data["frequency"],
        paths=mean_free_paths(data["group_velocity"], gamma)[there],
        mode_kappa=data["mode_kappa"],
        linewidths=gamma[there],
        heat_capacities=None if capacities is None else capacities[there],
        velocities=data["group_velocity"],
        provenance=about,
    )


def _grid_in(file: Hdf5File, cell: Cell | None) -> Grid:
    """The grid of a file, or if it does not know it, of a crystal."""
    if "reciprocal_lattice" in file:
        return grid_in(file)
    if "grid_matrix" in file:
        raise DomainError("is on a generalised grid of phono3py, which is not read")
    if cell is None:
        raise DomainError("does not know its crystal; name it by crystal=")
    if "kappa_unit_conversion" in file:
        volume = units.CONDUCTIVITY / file.number("kappa_unit_conversion")
        if abs(volume / cell.volume - 1) > SAME_VOLUME:
            raise DomainError(
                f"is of a crystal of {volume:.3f} Å³, the one named has {cell.volume:.3f}; "
                "name the crystal that it was made from"
            )
    return Grid.of(cell, file.read("mesh"))
