"""Elastic constants from the stress of strained cells."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import Elasticity
from phono_grid import Cell, units
from phono_grid.backend import active
from phono_grid.errors import (
    DomainError,
    PhonoWarning,
    ensure_positive,
    ensure_type,
)
from phono_grid.fingerprints import fingerprint

from phonokit._documented import documented
from phonokit.calc.elasticity import AXES, elasticity_result
from phonokit.calc.record import INPUTS, now
from phonokit.model.formula import formula_of
from phonokit.results.elasticity import ElasticityResult
from phonokit.results.provenance import Provenance
from phonokit.run.key import programs
from phonokit.run.run import Run, Task, complete

Array = NDArray[np.float64]
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""xx yy zz yz xz xy."""
STRESSED = 1e-3
"""Stress of the crystal, relative to the largest constant, that is warned of."""
RIGID = 1e-6
"""Eigenvalues at Γ, relative to the largest, of what moves as a whole."""


@documented(INPUTS)
def strain_elasticity(
    structure: Cell | Any,
    calculator: Any,
    *,
    strain: float = 1e-3,
    distance: float = 1e-3,
    directions: ArrayLike = AXES,
    run: Run | None = None,
) -> ElasticityResult:
    r"""Elastic constants from the stress that a calculator gives strained cells [1]_.

    .. math::

        C_{IJ} = \frac{\partial \sigma_I}{\partial \epsilon_J}
            - \frac{1}{V} \sum_{kl} L_{kI}^T\, \Phi^+_{kl}\, L_{lJ}, \qquad
        L_{kJ} = \frac{\partial F_k}{\partial \epsilon_J}, \quad
        \Phi_{kl} = -\frac{\partial F_k}{\partial u_l}

    by central differences, shears as angles; the second part is what atoms do that find
    their rest in the strained cell. So 13 + 6 ``n_a`` calculations of the cell that is
    given give constants, and the internal strain, without an optimiser. Stress and dipoles
    are the calculator's own: crystals with charges need nothing else.

    Parameters
    ----------
    structure : Cell or ase.Atoms
        The relaxed primitive cell, or a larger one.
    calculator : ase.calculators.calculator.Calculator
        Of forces and stress.
    strain : float
        Of one step to each side.
    distance : float
        Of displaced atoms, Å.
    directions : (n_d, 3) array_like
        Cartesian, of sound.

    Returns
    -------
    ElasticityResult

    Raises
    ------
    DomainError
        If the calculator fails or has no stress, or a step is not positive.

    Warns
    -----
    PhonoWarning
        If the crystal is under stress: constants are then off by about as much.

    References
    ----------
    .. [1] Y. Le Page, P. Saxe, Phys. Rev. B 65, 104104 (2002).

    Examples
    --------
    >>> import phonokit
    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> result = phonokit.strain_elasticity(bulk("Cu", a=3.5898), EMT())
    >>> result.constants.shape  # GPa, xx yy zz yz xz xy
    (6, 6)
    >>> result.is_stable
    True
    """
    run = Run() if run is None else run
    ensure_type("run", run, Run)
    ensure_positive("strain", strain)
    ensure_positive("distance", distance)
    if strain > 0.1:
        raise DomainError(f"strain must be small, 0.1 at most, got {strain}")
    cell = structure if isinstance(structure, Cell) else Cell.from_ase(structure)
    started, name = now(), type(calculator).__name__
    settings = {"strain": strain, "distance": distance, "calculator": name}
    forces, stress = _computed(cell, calculator, settings, run)
    found = _differences(cell, forces, stress, strain, distance)
    largest = np.abs(found.constants).max()
    rest = float(np.abs(stress[0]).max() * units.GPA)
    if run.ranks.rank == 0 and rest > STRESSED * largest:
        warnings.warn(
            f"structure: is under a stress of {rest:.3f} GPa, and elastic constants are "
            "off by about as much; relax the cell",
            PhonoWarning,
            stacklevel=2,
        )
    provenance = Provenance(
        formula=formula_of(cell),
        source="strains",
        inputs=(),
        lang=active().value,
        settings=settings,
        started=started,
        finished=now(),
        cell=cell,
    )
    return elasticity_result(found, cell, directions, provenance)


def _computed(
    cell: Cell, calculator: Any, settings: dict[str, Any], run: Run
) -> tuple[Array, Array]:
    """Forces (n, n_a, 3) in eV/Å and stress (n, 6) in eV/Å³ of all calculations."""
    n_a = cell.n_atoms
    record = np.dtype([("forces", "<f8", (n_a, 3)), ("stress", "<f8", (6,))])
    steps = list(_steps(cell, settings["strain"], settings["distance"]))

    def work(numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[Any]]]:
        for i in numbers.tolist():
            yield i, np.array(_calculation(cell, calculator, steps[i], i), record)

    task = Task(
        key=lambda: {
            **programs(),
            "product": "strain_elasticity",
            "cell": fingerprint(cell),
            **{key: str(value) for key, value in settings.items()},
        },
        record=record,
        costs=np.ones(len(steps)),
        work=work,
        blocks=[slice(i, i + 1) for i in range(len(steps))],
    )
    records = complete(task, run)
    return records.everywhere("forces"), records.everywhere("stress")


def _steps(cell: Cell, strain: float, distance: float) -> Iterator[tuple[Array, Array]]:
    """Lattices and Cartesian positions: at rest, strained, with one atom displaced."""
    lattice, x = cell.lattice, cell.positions @ cell.lattice
    yield lattice, x
    for a, b in VOIGT:
        for sign in (1, -1):
            e = np.eye(3)
            e[a, b] += sign * strain / 2
            e[b, a] += sign * strain / 2
            yield lattice @ e, x @ e
    for k, axis in np.ndindex(cell.n_atoms, 3):
        for sign in (1, -1):
            moved = x.copy()
            moved[k, axis] += sign * distance
            yield lattice, moved


def _calculation(
    cell: Cell, calculator: Any, step: tuple[Array, Array], number: int
) -> tuple[Array, Array]:
    """Forces and stress of one calculation."""
    atoms = cell.to_ase()
    atoms.set_cell(step[0])
    atoms.set_positions(step[1])
    atoms.calc = calculator
    try:
        forces = np.array(atoms.get_forces(), dtype=np.float64)
        stress = np.array(atoms.get_stress(voigt=True), dtype=np.float64)
    except Exception as error:  # calculators raise what they like
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DomainError(
            f"calculation {number + 1}: the calculator failed ({reason}); elastic "
            "constants of strains need forces and stress"
        ) from error
    if not (np.isfinite(forces).all() and np.isfinite(stress).all()):
        raise DomainError(
            f"calculation {number + 1}: the calculator gave forces or a stress that are no "
            "numbers"
        )
    return forces, stress


def _differences(
    cell: Cell, forces: Array, stress: Array, strain: float, distance: float
) -> Elasticity:
    """Constants by central differences."""
    n_a = cell.n_atoms
    slopes = (stress[1:13:2] - stress[2:13:2]) / (2 * strain)
    pulls = ((forces[1:13:2] - forces[2:13:2]) / (2 * strain)).reshape(6, -1)
    phi = -(forces[13::2] - forces[14::2]).reshape(3 * n_a, 3 * n_a) / (2 * distance)
    values, vectors = np.linalg.eigh((phi + phi.T) / 2)
    rigid = np.kron(np.ones((n_a, 1)) / np.sqrt(n_a), np.eye(3))
    counts = (np.abs(vectors.T @ rigid) ** 2).sum(axis=1) < 0.5
    counts &= np.abs(values) > RIGID * np.abs(values).max(initial=0)
    moved = (pulls @ vectors[:, counts]) / values[counts] @ vectors[:, counts].T
    clamped = (slopes + slopes.T) / 2
    inner = pulls @ moved.T / cell.volume
    internal = np.zeros((n_a, 3, 3, 3))
    for (a, b), u in zip(VOIGT, moved.reshape(6, n_a, 3), strict=True):
        internal[:, :, a, b] = internal[:, :, b, a] = u
    constants = clamped - (inner + inner.T) / 2
    return Elasticity(
        clamped=clamped * units.GPA,
        constants=constants * units.GPA,
        internal_strain=internal,
    )
