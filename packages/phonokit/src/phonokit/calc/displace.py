"""From a structure to its displaced supercells."""

from typing import Any

import numpy as np
from phono_fc import (
    SingleDisplacements,
    pair_displacements,
    random_displacements,
    single_displacements,
)
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import DomainError

from phonokit.cli.request_fc import DisplaceRequest
from phonokit.io.ase import read_structure
from phonokit.io.cells import on_primitive
from phonokit.model.displaced_supercells import (
    AnySupercells,
    DisplacedSupercells,
    RandomSupercells,
)

DISTANCE = {2: 0.01, 3: 0.03}
"""Å, by order, as phonopy and phono3py have it."""
PLUS_MINUS = {"auto": "auto", "yes": True, "no": False}


def displaced(request: DisplaceRequest) -> tuple[AnySupercells, AnySupercells | None]:
    """The displaced supercells asked for, and those of second order if it has its own."""
    _check(request)
    unit_cell = read_structure(request.structure)
    supercell = _supercell(unit_cell, request.supercell, request.primitive)
    if request.random is not None:
        third: AnySupercells = _random(request, unit_cell, supercell)
    else:
        third = _by_symmetry(request, unit_cell, supercell)
    if request.phonon_supercell is None:
        return third, None
    own = _supercell(unit_cell, request.phonon_supercell, request.primitive)
    own = on_primitive(own, supercell.primitive)
    distance = DISTANCE[3] if request.distance is None else request.distance
    return third, DisplacedSupercells(
        unit_cell, own, _singles(request, own, distance, False)
    )


def describe(supercells: AnySupercells) -> str:
    """How many atoms and displacements there are."""
    text = f"{supercells.supercell.cell.n_atoms} atoms, "
    if isinstance(supercells, RandomSupercells):
        return f"{text}{len(supercells)} random displacements"
    n, needed = len(supercells.singles), int(supercells.included.sum())
    pairs = "" if supercells.pairs is None else f" + {len(supercells.pairs)}"
    text += f"{n}{pairs} displacement{'' if n == 1 and not pairs else 's'}"
    if needed < len(supercells):
        text += f"\n{needed} supercells need forces, the others are beyond the cutoff"
    return text


def _check(request: DisplaceRequest) -> None:
    """Refuse what contradicts itself."""
    if request.plus_minus not in PLUS_MINUS:
        raise DomainError(
            f"plus-minus: expected {', '.join(PLUS_MINUS)}, got {request.plus_minus!r}"
        )
    if request.cutoff is not None and (request.second_order or request.random is not None):
        raise DomainError(
            "cutoff: is of pairs; leave out --cutoff, or --second-order and --random"
        )
    if request.phonon_supercell is not None and request.second_order:
        raise DomainError(
            "phonon-supercell: is for second order beside third order; leave out "
            "--second-order, or give the supercell as --supercell"
        )
    if request.random is None and (request.seed is not None or request.gaussian):
        raise DomainError("seed, gaussian: are of random displacements; add --random N")


def _supercell(unit_cell: Cell, numbers: tuple[int, ...], primitive: str) -> Supercell:
    """From three numbers or nine."""
    matrix = np.array(numbers)
    if len(matrix) not in (3, 9):
        raise DomainError(f"supercell: expected 3 or 9 whole numbers, got {len(matrix)}")
    matrix = matrix if len(matrix) == 3 else matrix.reshape(3, 3)
    return Supercell.of(unit_cell, matrix, primitive)


def _random(
    request: DisplaceRequest, unit_cell: Cell, supercell: Supercell
) -> RandomSupercells:
    """All atoms at once."""
    order = 2 if request.second_order else 3
    assert request.random is not None  # or nobody would ask
    u = random_displacements(
        request.random,
        supercell.cell.n_atoms,
        distance=DISTANCE[order] if request.distance is None else request.distance,
        seed=request.seed,
        gaussian=request.gaussian,
        plus_minus=request.plus_minus == "yes",
    )
    return RandomSupercells(unit_cell, supercell, u, order)


def _singles(
    request: DisplaceRequest, supercell: Supercell, distance: float, diagonal: bool
) -> SingleDisplacements:
    """Single displacements."""
    plus_minus: Any = PLUS_MINUS[request.plus_minus]
    return single_displacements(
        supercell,
        Symmetry.of(supercell.cell),
        distance=distance,
        diagonal=diagonal,
        plus_minus=plus_minus,
    )


def _by_symmetry(
    request: DisplaceRequest, unit_cell: Cell, supercell: Supercell
) -> DisplacedSupercells:
    """Single displacements, and pairs for third order."""
    order = 2 if request.second_order else 3
    distance = DISTANCE[order] if request.distance is None else request.distance
    diagonal = request.second_order and not request.axes_only
    singles = _singles(request, supercell, distance, diagonal)
    if request.second_order:
        return DisplacedSupercells(unit_cell, supercell, singles)
    pairs = pair_displacements(
        supercell,
        Symmetry.of(supercell.cell),
        singles,
        distance=distance,
        diagonal=not request.axes_only,
        cutoff=request.cutoff,
    )
    return DisplacedSupercells(unit_cell, supercell, singles, pairs, request.cutoff)
