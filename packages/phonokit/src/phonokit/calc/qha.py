"""Quasi-harmonic approximation: thermodynamics at constant pressure."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    EquationOfState,
    phonon_frequencies,
    quasi_harmonic,
    thermal_properties,
)
from phono_grid import Grid, IrreduciblePoints, using
from phono_grid.errors import (
    DomainError,
    PhonoWarning,
    as_numbers,
    ensure_flag,
    ensure_not_negative,
    finite,
    named,
)

from phonokit._documented import documented
from phonokit.calc.harmonic_grid import harmonic_grid, mesh_record
from phonokit.calc.lattice_path import lattice_path
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.slabs import images
from phonokit.calc.stability import (
    IMAGINARY,
    ImaginaryModesWarning,
    without_translations,
)
from phonokit.model.crystal import Crystal
from phonokit.results.qha import QhaResult
from phonokit.run.run import Run, Task, complete
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.temperatures import THERMAL_TEMPERATURES, checked_temperatures

TOGETHER = 4096
"""Wave vectors whose frequencies are computed at once."""
LEAST = 4
"""Volumes: an equation of state has as many parameters."""


STUCK = 1.01
"""B′ of a fit that went as far as it may, to 1; crystals have 2 to 8."""


class MisfitWarning(PhonoWarning):
    """Free energies against volume are those of no equation of state."""


class VolumeRangeWarning(PhonoWarning):
    """Equilibrium volumes are not between those of the crystals."""


@documented(INPUTS)
def qha(
    crystals: Sequence[Crystal],
    energies: ArrayLike,
    mesh: ArrayLike = HARMONIC_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = THERMAL_TEMPERATURES,
    *,
    equation: EquationOfState | str = EquationOfState.VINET,
    pressure: float = 0.0,
    cutoff_frequency: float = 0.0,
    exclude_imaginary: bool = False,
    shift: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> QhaResult:
    r"""Thermodynamics at constant pressure in the quasi-harmonic approximation.

    .. math::

        G(T, p) = \min_V \left[ U(V) + F(V, T) + p V \right]

    with the free energy of the phonons of a crystal at each volume. An equation of state
    is fitted at each temperature; see `phono_dynmat.quasi_harmonic`. The lattice follows
    the cells of the crystals, relaxed at their volumes as `phonokit.at_volumes` does.

    Parameters
    ----------
    crystals : sequence of Crystal
        The same crystal at four volumes or more.
    energies : (n_V,) or (n_T, n_V) array_like
        Of the primitive cells at rest, eV, in the same order; with two axes the free energy
        of their electrons.
    equation : EquationOfState or "vinet" or "birch-murnaghan" or "murnaghan"
    pressure : float
        GPa
    cutoff_frequency : float
        THz; modes at or below do not take part, and imaginary ones never.
    exclude_imaginary : bool
        Leave out volumes with imaginary modes, in place of the modes alone.
    shift : bool
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack
        do, and phonopy unless it is centred on Γ.

    Returns
    -------
    QhaResult

    Raises
    ------
    DomainError
        If the crystals are not one at several volumes, or energies do not belong to them.
    ConvergenceError
        If no equation of state fits.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes at a volume; they do not take part.
    MisfitWarning
        If free energies against volume are those of no equation of state.

    Examples
    --------
    >>> import phonokit
    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> settings = phonokit.Displace(supercell=(3, 3, 3), second_order=True)
    >>> crystals, energies = [], []
    >>> for a in (3.54, 3.58, 3.62, 3.66, 3.70):
    ...     copper = bulk("Cu", a=a)
    ...     crystals.append(phonokit.from_calculator(copper, EMT(), settings))
    ...     copper.calc = EMT()
    ...     energies.append(copper.get_potential_energy())
    >>> result = phonokit.qha(crystals, energies, (8, 8, 8), [0, 300, 600])
    >>> result.bulk_modulus.round(0)  # GPa
    array([131., 121., 107.])
    >>> result.lengths.round(3)[:, 0]  # Å, of a primitive axis
    array([2.545, 2.555, 2.573])
    """
    crystals = _checked(crystals)
    run = checked_run(crystals[0], nac, run)
    ensure_flag("exclude_imaginary", exclude_imaginary)
    ensure_not_negative("cutoff_frequency", cutoff_frequency, "THz")
    t = checked_temperatures(temperatures)
    if not np.isfinite(as_numbers(pressure, "pressure", shape=())):
        raise DomainError(f"pressure must be a number of GPa, got {pressure!r}")
    named(EquationOfState, equation, "equation")
    u = as_numbers(energies, "energies")
    u = finite(u, "energies", (len(t), len(crystals)) if u.ndim == 2 else (len(crystals),))
    order = np.argsort([c.primitive.volume for c in crystals], kind="stable")
    crystals, u = [crystals[i] for i in order], u[..., order]
    volumes = np.array([c.primitive.volume for c in crystals])
    grid, points = _irreducible(crystals, mesh, shift)
    record = Record(
        product="qha",
        crystal=crystals[0],
        nac=nac,
        settings={**mesh_record(grid), "cutoff_frequency": cutoff_frequency},
    )
    rows = np.dtype([(n, "<f8", (len(t),)) for n in ("free_energy", "entropy", "capacity")])
    dtype = np.dtype([("thermal", rows), ("lowest", "<f8"), ("unstable", "<i8")])

    def work(numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[Any]]]:
        for i in numbers.tolist():
            q, weights = points[i]
            f = _frequencies(crystals[i], q, nac)
            p = thermal_properties(f, t, weights=weights, cutoff_frequency=cutoff_frequency)
            bad = int((f < IMAGINARY).sum(axis=1) @ weights)
            thermal = (p.free_energy, p.entropy, p.heat_capacity)
            yield i, np.array((thermal, f.min(), bad), dtype)

    task = Task(
        key=lambda: record.key(
            volumes=volumes,
            crystals=[c.fingerprint for c in crystals],
            temperatures=t,
        ),
        record=dtype,
        costs=np.ones(len(crystals)),
        work=work,
        blocks=[slice(i, i + 1) for i in range(len(crystals))],
    )
    records = complete(task, run)
    thermal = records.everywhere("thermal")
    unstable, lowest = records.everywhere("unstable"), records.everywhere("lowest")
    if run.ranks.rank == 0:
        _warn(volumes, unstable, lowest, excluded=exclude_imaginary)
    if exclude_imaginary:
        kept = _stable(volumes, unstable)
        volumes, u, unstable, thermal = volumes[kept], u[..., kept], 0 * kept, thermal[kept]
        crystals = [crystals[i] for i in kept]
    f, s, c = (np.ascontiguousarray(thermal[n].T) for n in rows.names or ())
    whole = quasi_harmonic(volumes, u, t, f, s, c, equation=equation, pressure=pressure)
    if run.ranks.rank == 0:
        _warn_of_range(whole.volume, t, volumes)
        _warn_of_misfits(whole.bulk_modulus_slope, t)
    equation = named(EquationOfState, equation, "equation").value
    lattices = np.array([c.primitive.lattice for c in crystals])
    path = lattice_path(lattices, whole.volume, whole.thermal_expansion)
    lattice, expansion = (None, None) if path is None else path
    return QhaResult(
        pressure=float(pressure),
        volumes=volumes,
        energies=u,
        free_energies=f,
        entropies=s,
        heat_capacities=c,
        n_unstable=unstable,
        lattices=None if path is None else lattices,
        lattice=lattice,
        linear_expansion=expansion,
        **{name: getattr(whole, name) for name in whole.__slots__},
        provenance=record.provenance(
            equation=equation, exclude_imaginary=exclude_imaginary
        ),
    )


def _checked(crystals: Sequence[Crystal]) -> list[Crystal]:
    """One crystal at four volumes or more."""
    listed = list(crystals) if isinstance(crystals, Sequence) else [crystals]
    if len(listed) < LEAST or not all(isinstance(c, Crystal) for c in listed):
        raise DomainError(
            f"crystals: expected a list of {LEAST} crystals or more, one for each volume, "
            f"got {crystals!r}"
        )
    symbols = {c.primitive.symbols for c in listed}
    if len(symbols) > 1:
        formulas = ", ".join(sorted({c.primitive.formula for c in listed}))
        raise DomainError(
            f"crystals: are not one crystal at several volumes, their primitive cells are "
            f"{formulas} or have their atoms in another order"
        )
    return listed


Points = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Fractional wave vectors, and for how many each stands."""


def _irreducible(
    crystals: Sequence[Crystal], mesh: ArrayLike, shift: bool
) -> tuple[Grid, list[Points]]:
    """The grid of the first volume, and irreducible points: once for one point group."""
    first = harmonic_grid(crystals[0], mesh, shift=shift)
    by_group: list[tuple[NDArray[np.int64], Points]] = []
    for number, crystal in enumerate(crystals):
        group = crystal.symmetry.rotations
        same = [
            points for rotations, points in by_group if np.array_equal(rotations, group)
        ]
        if not same or np.ndim(mesh) != 1:
            grid = harmonic_grid(crystal, mesh, shift=shift) if number else first
            irreducible = IrreduciblePoints.of(grid)
            same = [(grid.qpoints_at(irreducible.points), irreducible.weights)]
        by_group.append((group, same[0]))
    return first, [points for _, points in by_group]


def _frequencies(
    crystal: Crystal, q: NDArray[np.float64], nac: bool
) -> NDArray[np.float64]:
    """Frequencies at wave vectors, those of translations zero."""
    with using(crystal.backend):
        dynamics = crystal.dynamics(nac=nac)
        q = images(dynamics, q, crystal.primitive.reciprocal_lattice)
        pieces = [q[i : i + TOGETHER] for i in range(0, len(q), TOGETHER)]
        f = np.concatenate([phonon_frequencies(dynamics, piece) for piece in pieces])
    return without_translations(q, f)


def _stable(volumes: NDArray[np.float64], unstable: NDArray[np.int64]) -> NDArray[np.int64]:
    """The volumes without imaginary modes."""
    kept = np.flatnonzero(unstable == 0)
    if len(kept) < LEAST:
        raise DomainError(
            f"exclude_imaginary: leaves {len(kept)} of {len(volumes)} volumes, an equation "
            f"of state needs {LEAST}; add volumes, or leave it out"
        )
    return kept


def _warn(
    volumes: NDArray[np.float64],
    unstable: NDArray[np.int64],
    lowest: NDArray[np.float64],
    *,
    excluded: bool,
) -> None:
    """Warn of imaginary modes, with the volumes that have them."""
    if unstable.any():
        which = ", ".join(
            f"{n} at {v:.3f} Å³ (the worst {f:.3f} THz)"
            for v, n, f in zip(volumes, unstable, lowest, strict=True)
            if n
        )
        consequence = (
            "these volumes are left out"
            if excluded
            else "they do not take part, and the free energies of these volumes are "
            "doubtful: leave the volumes out with exclude_imaginary=True, or check the "
            "forces"
        )
        warnings.warn(
            f"imaginary modes: {which}; {consequence}",
            ImaginaryModesWarning,
            stacklevel=3,
        )


def _warn_of_range(
    volume: NDArray[np.float64], t: NDArray[np.float64], volumes: NDArray[np.float64]
) -> None:
    """Warn of temperatures without a volume."""
    outside = np.isnan(volume)
    if outside.any():
        warnings.warn(
            f"the equilibrium volume is not between {volumes[0]:.3f} and "
            f"{volumes[-1]:.3f} Å³ at {outside.sum()} of {len(t)} temperatures, from "
            f"{t[outside][0]:g} K; they are NaN: add volumes",
            VolumeRangeWarning,
            stacklevel=3,
        )


def _warn_of_misfits(slope: NDArray[np.float64], t: NDArray[np.float64]) -> None:
    """Warn of temperatures whose fit ends at the least derivative of the bulk modulus."""
    stuck = slope < STUCK
    if stuck.any():
        warnings.warn(
            f"no equation of state fits at {stuck.sum()} of {len(t)} temperatures, from "
            f"{t[stuck][0]:g} K: the derivative of the bulk modulus by pressure ends at 1, "
            "where crystals have 2 to 8, and volume, expansion and C_p are doubtful there; "
            "check forces and energies, or take volumes nearer to each other",
            MisfitWarning,
            stacklevel=3,
        )
