"""Wave vectors whose phonons are looked at, and the phonons of a mesh that scatter them."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import (
    AdaptiveGaussian,
    ModesAround,
    PeriodicModes,
    Scattering,
    Series3,
    default_frequency_points,
)
from phono_dynmat import Dynamics, bose_einstein, phonon_frequencies
from phono_grid import Gaussian, Grid, Triplets, first_brillouin_zone
from phono_grid.errors import (
    DomainError,
    PhonoWarning,
    as_numbers,
    ensure_flag,
    ensure_integer,
    ensure_type,
    finite,
)

from phonokit._timed import timed
from phonokit.calc.carriers import phonons_once_per_node, series_once_per_node
from phonokit.calc.harmonic_phonons import mesh_phonons
from phonokit.calc.record import Record
from phonokit.calc.scatterer import SERIES
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.run.run import Records, Run, Task, complete, on_first_rank
from phonokit.settings.mesh import mesh_name
from phonokit.settings.scattering import scattering_record
from phonokit.settings.wave_vectors import wave_vector_name

ON_MESH = 1e-3
"""Steps of the mesh that a wave vector may be away from a point of it."""


class IdleRanksWarning(PhonoWarning):
    """There are more ranks than wave vectors."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ScatteringProblem:
    """Inputs and settings of a scattering calculation at a few wave vectors.

    Parameters
    ----------
    product : str
        As the public function is called.
    crystal : Crystal
    qpoints : (n, 3) array_like
        Fractional.
    mesh : Mesh
        Of the phonons that the others scatter with.
    temperatures : (n_T,) array
        K; none for joint densities without occupations.
    scattering : Scattering
    frequency_points : int, (n_f,) array, or None
        How many from 0 on, or which, THz; None for the frequencies of the bands.
    nac : bool
    run : Run
    choices : dict
        Every other choice that changes numbers, by the names of the arguments.
    directions : dict
        Fractional directions from which wave vectors, by their number, are approached.
    """

    product: str
    crystal: Crystal
    qpoints: NDArray[np.float64]
    mesh: ArrayLike
    temperatures: NDArray[np.float64]
    scattering: Scattering
    frequency_points: int | NDArray[np.float64] | None
    nac: bool
    run: Run
    choices: Mapping[str, Any] = field(default_factory=dict)
    directions: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what can be refused before anything is computed."""
        ensure_type("crystal", self.crystal, Crystal)
        ensure_type("scattering", self.scattering, Scattering)
        ensure_type("run", self.run, Run)
        ensure_flag("nac", self.nac)

    @functools.cached_property
    def grid(self) -> Grid:
        """The mesh of wave vectors."""
        return Grid.of(self.crystal.primitive, self.mesh, self.crystal.symmetry)

    @functools.cached_property
    def record(self) -> Record:
        """The calculation, for its result and for the store of the run."""
        settings = {
            "mesh": self.grid.matrix.tolist(),
            **scattering_record(self.scattering),
            **self.choices,
        }
        return Record(
            product=self.product, crystal=self.crystal, nac=self.nac, settings=settings
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Scatterers:
    """Phonons of a mesh, and the wave vectors whose phonons they scatter.

    Parameters
    ----------
    phonons : PeriodicModes
        On the whole mesh.
    qpoints : (n, 3) array
        Fractional.
    places : tuple of int or None
        The index in the mesh of each wave vector, None beside the mesh.
    temperatures : (n_T,) array
        K
    points : (n_f,) array, optional
        Frequency points, THz; the frequencies of the bands themselves without them.
    series : Series3, optional
        Third-order constants.
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection, optional
        For phonons beside the mesh, if there are any.
    directions : dict
        As in `ScatteringProblem`.
    """

    phonons: PeriodicModes
    qpoints: NDArray[np.float64]
    places: tuple[int | None, ...]
    temperatures: NDArray[np.float64]
    points: NDArray[np.float64] | None = None
    series: Series3 | None = None
    dynamics: Dynamics | None = None
    directions: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def couplings(self) -> Series3:
        """Third-order constants, where they were asked for."""
        assert self.series is not None
        return self.series

    @property
    def frequency_points(self) -> NDArray[np.float64]:
        """Frequency points, where there must be some."""
        if self.points is None:
            raise DomainError(
                "frequency_points: expected how many there are, or which in THz, got None"
            )
        return self.points

    @property
    def grid_points(self) -> NDArray[np.int64]:
        """Indices of wave vectors that are all points of the mesh."""
        return np.array(self.places, dtype=np.int64)

    def around(
        self, i: int
    ) -> tuple[PeriodicModes | ModesAround, int, NDArray[np.float64]]:
        """The phonons that scatter at a wave vector, its place in them, and occupations."""
        place = self.places[i]
        if place is not None:
            return self.phonons, place, self.occupations
        assert self.dynamics is not None
        modes = ModesAround.of(
            self.phonons,
            self.dynamics,
            self.qpoints[i],
            direction=self.directions.get(i),
        )
        return modes, modes.q, bose_einstein(modes.frequencies, self.temperatures)

    @functools.cached_property
    def occupations(self) -> NDArray[np.float64]:
        """Occupations of the phonons of the mesh, (n_q, n_b, n_T)."""
        return bose_einstein(self.phonons.frequencies, self.temperatures)

    @property
    def costs(self) -> NDArray[np.float64]:
        """Cost of each wave vector, in units of the time of one triplet."""
        grid = self.phonons.grid
        triplets = {
            place: grid.n_q if place is None else len(Triplets.of(grid, place).weights)
            for place in set(self.places)
        }
        return SERIES + np.array([triplets[place] for place in self.places], dtype=float)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a self-energy at one q: (n_T, n_b), and n_f if there are points."""
        shape = (len(self.temperatures), self.n_b)
        return shape if self.points is None else (*shape, len(self.points))

    @property
    def n_b(self) -> int:
        """Number of bands."""
        return int(self.phonons.frequencies.shape[1])


def wave_vectors(q: ArrayLike) -> NDArray[np.float64]:
    """One wave vector or more, fractional, (n, 3)."""
    qpoints = finite(np.atleast_2d(as_numbers(q, "q")), "q", ("n", 3))
    if not len(qpoints):
        raise DomainError("q: expected one wave vector or more, got none")
    return qpoints


def frequency_points_of(
    points: int | ArrayLike | None,
) -> int | NDArray[np.float64] | None:
    """Frequency points, or how many, as they were asked for."""
    if points is None:
        return None
    if isinstance(points, int | np.integer) and not isinstance(points, bool):
        return ensure_integer("frequency_points", points, 2)
    return finite(points, "frequency_points", ("n_f",))


def scatterers_of(
    problem: ScatteringProblem, *, on_mesh: bool, third_order: bool = True
) -> Scatterers:
    """Phonons of the mesh and the wave vectors of a problem. Collective.

    Parameters
    ----------
    problem : ScatteringProblem
    on_mesh : bool
        Whether a wave vector beside the mesh is an error.
    third_order : bool
        Whether third-order constants are needed.
    """
    crystal, grid, ranks = problem.crystal, problem.grid, problem.run.ranks
    places = tuple(
        None if i in problem.directions else grid_point(grid, q, on_mesh=on_mesh)
        for i, q in enumerate(problem.qpoints)
    )
    dynamics: Dynamics | None = None
    if None in places:
        dynamics = on_first_rank(ranks, lambda: crystal.dynamics(nac=problem.nac))

    def make() -> tuple[PeriodicModes, list[NDArray[Any]]]:
        here = crystal.dynamics(nac=problem.nac) if dynamics is None else dynamics
        slopes = isinstance(problem.scattering.smearing, AdaptiveGaussian)
        with timed(f"phonons at {grid.n_q} wave vectors"):
            return mesh_phonons(here, grid, velocities=slopes), []

    phonons, _ = phonons_once_per_node(make, grid, ranks)
    series = series_once_per_node(crystal, ranks) if third_order else None
    scatterers = Scatterers(
        phonons=phonons,
        qpoints=problem.qpoints,
        places=places,
        temperatures=problem.temperatures,
        points=_frequency_points(problem, phonons),
        series=series,
        dynamics=dynamics,
        directions=problem.directions,
    )
    if ranks.rank == 0:
        _warn(problem, scatterers)
    return scatterers


def grid_point(grid: Grid, q: NDArray[np.float64], *, on_mesh: bool = True) -> int | None:
    """The index of fractional ``q``, modulo G, in a mesh.

    None if it is no point of the mesh, which is an error if it must be ``on_mesh``.
    """
    exact = np.linalg.solve(grid.q_matrix, q) * grid.mesh
    address = np.rint(exact).astype(np.int64)
    if np.abs(exact - address).max() <= ON_MESH:
        return int(grid.index(address))
    if not on_mesh:
        return None
    nearest = grid.q_matrix @ (address / grid.mesh)
    given, near = map(wave_vector_name, (q, nearest))
    raise DomainError(
        f"q must be a point of the mesh {mesh_name(grid)}, got {given}; the nearest is "
        f"{near}, or take a mesh that holds it"
    )


def computed(
    problem: ScatteringProblem,
    scatterers: Scatterers,
    fields: Mapping[str, tuple[int, ...]],
    work: Callable[[int], Mapping[str, NDArray[np.float64]]],
) -> Records:
    """One record for each wave vector, shared out, stored and resumed. Collective.

    Parameters
    ----------
    problem : ScatteringProblem
    scatterers : Scatterers
    fields : dict
        Shapes by name.
    work : callable
        The number of a wave vector → the fields of its record.
    """
    record = np.dtype([(name, "<f8", shape) for name, shape in fields.items()])

    def key() -> dict[str, str]:
        listed = [[i, *u.tolist()] for i, u in problem.directions.items()]
        directions = {"directions": listed} if listed else {}
        return problem.record.key(
            mesh=problem.grid,
            q=problem.qpoints,
            temperatures=problem.temperatures.tolist(),
            frequency_points=scatterers.points,
            **directions,
        )

    def records(numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[Any]]]:
        for i in numbers.tolist():
            values = np.zeros(1, record)[0]
            for name, value in work(i).items():
                values[name] = value
            yield i, values

    n = len(problem.qpoints)
    blocks = [slice(i, i + 1) for i in range(n)]
    task = Task(key, record, scatterers.costs, records, blocks)
    with timed(f"scattering at {n} wave vectors"):
        return complete(task, problem.run)


def _frequency_points(
    problem: ScatteringProblem, phonons: PeriodicModes
) -> NDArray[np.float64] | None:
    """The frequency points of a problem, THz."""
    points, smearing = problem.frequency_points, problem.scattering.smearing
    if not isinstance(points, int):
        return points
    sigma = smearing.sigma if isinstance(smearing, Gaussian) else 0.0
    return default_frequency_points(phonons.frequencies, sigma=sigma, n=points)


def _warn(problem: ScatteringProblem, scatterers: Scatterers) -> None:
    """Warn of imaginary modes, and of ranks that have nothing to do."""
    n, size = len(problem.qpoints), problem.run.ranks.size
    if size > n:
        warnings.warn(
            f"{size} ranks for {n} wave vector{'s' * (n > 1)}: {size - n} idle",
            IdleRanksWarning,
            stacklevel=4,
        )
    grid, beside = problem.grid, [place is None for place in scatterers.places]
    q = np.vstack([grid.qpoints, problem.qpoints[beside]])
    f = scatterers.phonons.frequencies
    if scatterers.dynamics is not None:
        folded = first_brillouin_zone(problem.qpoints[beside], grid.reciprocal_lattice)
        f = np.vstack([f, phonon_frequencies(scatterers.dynamics, folded)])
    warn_of_imaginary_modes(
        q - np.rint(q), f, "these modes do not scatter, and the result is doubtful"
    )
