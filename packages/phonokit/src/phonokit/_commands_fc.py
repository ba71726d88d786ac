"""The commands from a structure to force constants, once their arguments are known."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from phono_fc import (
    ForceConstants,
    cut,
    drift,
    force_constants2,
    force_constants3,
    pair_displacements,
    single_displacements,
    symmetrize,
)
from phono_grid import Backend, Supercell, Symmetry, using
from phono_grid.backend import active
from phono_grid.errors import DomainError, FileError
from rich.console import Console

from phonokit._ase import ase as ase_module
from phonokit._ase import atoms_of, calculator_of, options_of, read_structure
from phonokit._constants_files import write_force_constants
from phonokit._displaced_supercells import DisplacedSupercells
from phonokit._forces import (
    collect_forces,
    compute_forces,
    write_force_sets,
    write_forces,
)
from phonokit._read import read
from phonokit._read_force_sets import read_single_forces
from phonokit._read_supercells import find_supercells, read_supercells
from phonokit._request_fc import ConstantsRequest, DisplaceRequest, ForcesRequest
from phonokit._terminal import progress_of
from phonokit._write_displacements import (
    default_displacements_name,
    write_displacements,
)

DISTANCE = {2: 0.01, 3: 0.03}
"""Å, by order, as phonopy and phono3py have it."""
PLUS_MINUS = {"auto": "auto", "yes": True, "no": False}
STORE = "forces.hdf5"


def run_displace(request: DisplaceRequest) -> None:
    """``phono displace``: a structure becomes displaced supercells."""
    out = Console(highlight=False)
    supercells = _displaced(request)
    request.output.mkdir(parents=True, exist_ok=True)
    name = default_displacements_name(supercells)
    path = write_displacements(supercells, request.output / name)
    n, n_pairs = len(supercells.singles), len(supercells) - len(supercells.singles)
    needed = int(supercells.included.sum())
    _say(out, f"{supercells.supercell.cell.n_atoms} atoms, {n} + {n_pairs} displacements")
    if needed < len(supercells):
        _say(out, f"{needed} supercells need forces, the others are beyond the cutoff")
    if request.structures is not None:
        for written in _structures(supercells, request.output, request.structures):
            last = written
        _say(out, f"wrote {needed + 1} structures, the last {last}")
    _say(out, f"wrote {path}")


def _displaced(request: DisplaceRequest) -> DisplacedSupercells:
    """The displaced supercells asked for."""
    matrix = np.array(request.supercell)
    if len(matrix) not in (3, 9):
        raise DomainError(f"supercell: expected 3 or 9 whole numbers, got {len(matrix)}")
    if request.plus_minus not in PLUS_MINUS:
        raise DomainError(
            f"plus-minus: expected {', '.join(PLUS_MINUS)}, got {request.plus_minus!r}"
        )
    if request.second_order and request.cutoff is not None:
        raise DomainError("cutoff: is of pairs; leave out --second-order or --cutoff")
    unit_cell = read_structure(request.structure)
    matrix = matrix if len(matrix) == 3 else matrix.reshape(3, 3)
    supercell = Supercell.of(unit_cell, matrix, request.primitive)
    symmetry = Symmetry.of(supercell.cell)
    distance = request.distance or DISTANCE[2 if request.second_order else 3]
    plus_minus: Any = PLUS_MINUS[request.plus_minus]
    singles = single_displacements(
        supercell,
        symmetry,
        distance=distance,
        diagonal=request.second_order and not request.axes_only,
        plus_minus=plus_minus,
    )
    if request.second_order:
        return DisplacedSupercells(unit_cell, supercell, singles)
    pairs = pair_displacements(
        supercell,
        symmetry,
        singles,
        distance=distance,
        diagonal=not request.axes_only,
        cutoff=request.cutoff,
    )
    return DisplacedSupercells(unit_cell, supercell, singles, pairs, request.cutoff)


def _structures(supercells: DisplacedSupercells, folder: Path, form: str) -> Iterator[Path]:
    """Write the supercell at rest as number 0, and every one that needs forces."""
    io, atoms = ase_module("ase.io"), atoms_of(supercells.supercell.cell)
    width = max(5, len(str(len(supercells))))
    rest = atoms.get_positions()
    for number in [-1, *np.flatnonzero(supercells.included)]:
        path = folder / f"supercell-{number + 1:0{width}d}.{form}"
        atoms.set_positions(rest if number < 0 else supercells.positions(int(number)))
        try:
            io.write(path, atoms, format=form)
        except Exception as error:  # ASE's writers raise what they like
            raise FileError(f"{path}: ASE cannot write it ({error})") from None
        yield path


def run_forces(request: ForcesRequest) -> None:
    """``phono forces``: displaced supercells get their forces."""
    out, err = Console(highlight=False), Console(file=sys.stderr, highlight=False)
    if (request.calculator is None) == (not request.files):
        raise DomainError(
            "name either a --calculator or the files of finished calculations"
        )
    if request.residual and request.files:
        raise DomainError(
            "residual: name the calculation of the supercell at rest with --residual-file"
        )
    supercells, units = read_supercells(request.path)
    folder = find_supercells(request.path).parent
    if request.calculator is None:
        forces = collect_forces(supercells, request.files, residual=request.residual_file)
    else:
        options = options_of(request.options)
        calculator = calculator_of(request.calculator, options)
        with progress_of(err, "supercells") as progress, _kept(err, folder / STORE):
            forces = compute_forces(
                supercells,
                calculator,
                folder / STORE,
                origin=" ".join([request.calculator, *sorted(request.options)]),
                residual=request.residual,
                progress=progress,
            )
    if supercells.pairs is None:
        path = write_forces(
            folder / "FORCES_FC2", forces / units.force, supercells.comments()
        )
        if units.length == units.force == 1:
            _say(
                out, f"wrote {write_force_sets(folder / 'FORCE_SETS', supercells, forces)}"
            )
    else:
        path = write_forces(
            folder / "FORCES_FC3", forces / units.force, supercells.comments()
        )
    _say(out, f"wrote {path}")


@contextmanager
def _kept(err: Console, store: Path) -> Iterator[None]:
    """Say that an interruption costs little."""
    try:
        yield
    except KeyboardInterrupt:
        _say(err, f"finished supercells are kept in {store}; run this again to go on")
        raise


def run_constants(request: ConstantsRequest) -> None:
    """``phono fc``: forces become force constants."""
    out = Console(highlight=False)
    backend = active() if request.lang is None else Backend.of(request.lang)
    path = request.path
    if request.forces is not None and request.displace is not None:
        # From a structure all the way: the folder of results holds what lies between.
        run_displace(request.displace)
        run_forces(request.forces)
        path = request.forces.path
    request.output.mkdir(parents=True, exist_ok=True)
    with using(backend):
        for constants in _constants(path):
            if request.symmetrize:
                constants = symmetrize(constants)
            if request.cutoff is not None and constants.order == 3:
                constants = cut(constants, request.cutoff)
            drifts = ", ".join(f"{d:.1e}" for d in drift(constants))
            _say(out, f"order {constants.order}: drift {drifts} eV/Å^{constants.order}")
            name = request.output / f"fc{constants.order}.hdf5"
            _say(out, f"wrote {write_force_constants(constants, name, full=request.full)}")
            if request.text and constants.order == 2:
                name = request.output / "FORCE_CONSTANTS"
                written = write_force_constants(constants, name, full=request.full)
                _say(out, f"wrote {written}")


def _constants(path: Path) -> Iterator[ForceConstants]:
    """Second order, and third where there are pairs, as solved."""
    if _has_pairs(path):
        data = read(path)
        symmetry = Symmetry.of(data.supercell.cell)
        yield force_constants2(data.supercell, symmetry, data.singles)
        yield force_constants3(
            data.supercell, symmetry, data.singles, data.pairs, cutoff=data.pair_cutoff
        )
        return
    supercells, units = read_supercells(path)
    singles, _ = read_single_forces(find_supercells(path).parent, supercells, units)
    symmetry = Symmetry.of(supercells.supercell.cell)
    yield force_constants2(supercells.supercell, symmetry, singles)


def _has_pairs(path: Path) -> bool:
    """Whether this is a data set of third order, by its name or its folder's files."""
    if path.is_dir():
        return any(path.glob("phono3py_*.yaml*"))
    return "phonopy" not in path.name


def _say(out: Console, text: str) -> None:
    """One line, as it is."""
    out.print(text, markup=False, soft_wrap=True)
