"""The commands from a structure to force constants, once their arguments are known."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, SparseForceConstants3, drift, drift_sparse
from phono_grid import Backend, using
from phono_grid.backend import active
from phono_grid.errors import DomainError, FileError
from rich.console import Console

from phonokit.calc.displace import describe, displaced
from phonokit.calc.forces import collect_forces, compute_forces
from phonokit.cli.request_fc import ConstantsRequest, DisplaceRequest, ForcesRequest
from phonokit.cli.terminal import progress_of
from phonokit.io.ase import ase as ase_module
from phonokit.io.ase import atoms_of, calculator_of, options_of
from phonokit.io.constants_files import (
    write_force_constants,
    write_sparse_force_constants,
)
from phonokit.io.read import read
from phonokit.io.supercells import (
    find_supercells,
    read_phonon_supercells,
    read_supercells,
)
from phonokit.io.write_displacements import (
    default_displacements_name,
    write_displacements,
)
from phonokit.io.write_forces import save_forces
from phonokit.model.constants import ensure_order, force_constants_of, sparse_constants_of
from phonokit.model.displaced_supercells import AnySupercells
from phonokit.model.force_data import ForceData

PHONON_STORE = "forces_fc2.hdf5"
STORE = "forces.hdf5"


def run_displace(request: DisplaceRequest) -> None:
    """``phono displace``: a structure becomes displaced supercells."""
    out = Console(highlight=False)
    supercells, phonon = displaced(request)
    request.output.mkdir(parents=True, exist_ok=True)
    name = default_displacements_name(supercells)
    path = write_displacements(supercells, request.output / name, phonon=phonon)
    for part, what in ((supercells, ""), (phonon, "second order: ")):
        if part is not None:
            _say(out, f"{what}{describe(part)}")
            if request.structures is not None:
                _say(out, _structures(part, request.output, request.structures, what))
    _say(out, f"wrote {path}")


def _structures(supercells: AnySupercells, folder: Path, form: str, what: str) -> str:
    """Write the supercell at rest as number 0, and every one that needs forces."""
    io, atoms = ase_module("ase.io"), atoms_of(supercells.supercell.cell)
    # One width for all, however many there are, so that names sort as numbers do.
    width = max(5, len(str(len(supercells))))
    stem = "supercell_fc2" if what else "supercell"
    rest = atoms.get_positions()
    numbers = np.flatnonzero(supercells.included)
    for number in [-1, *numbers]:
        path = folder / f"{stem}-{number + 1:0{width}d}.{form}"
        atoms.set_positions(rest if number < 0 else supercells.positions(int(number)))
        try:
            io.write(path, atoms, format=form)
        except Exception as error:  # ASE's writers raise what they like
            raise FileError(f"{path}: ASE cannot write it ({error})") from None
    return f"wrote {len(numbers) + 1} structures, the last {path}"


def run_forces(request: ForcesRequest) -> None:
    """``phono forces``: displaced supercells get their forces."""
    out, err = Console(highlight=False), Console(file=sys.stderr, highlight=False)
    _check_forces_request(request)
    supercells, units = read_supercells(request.path)
    parts = [(supercells, STORE)]
    phonon = read_phonon_supercells(request.path)
    if phonon is not None:
        parts.append((phonon, PHONON_STORE))
    folder = find_supercells(request.path).parent
    if request.calculator is None:
        found = _collected([part for part, _ in parts], request)
    else:
        calculator = calculator_of(request.calculator, options_of(request.options))
        found = [
            _computed(part, folder / store, calculator, request, err)
            for part, store in parts
        ]
    for (part, _), forces in zip(parts, found, strict=True):
        for path in save_forces(folder, part, forces, units):
            _say(out, f"wrote {path}")


def _check_forces_request(request: ForcesRequest) -> None:
    """Refuse what contradicts itself."""
    if (request.calculator is None) == (not request.files):
        raise DomainError(
            "name either a --calculator or the files of finished calculations"
        )
    if request.residual and request.files:
        raise DomainError(
            "residual: name the calculation of the supercell at rest with --residual-file"
        )
    at_rest = (request.residual_file, request.phonon_residual_file)
    if request.calculator is not None and any(at_rest):
        raise DomainError(
            "residual-file: is beside files of finished calculations; with a --calculator "
            "the supercell at rest is computed by --residual"
        )


def _computed(
    supercells: AnySupercells,
    store: Path,
    calculator: Any,
    request: ForcesRequest,
    err: Console,
) -> NDArray[np.float64]:
    """Forces of one kind of supercell from a calculator."""
    origin = " ".join([str(request.calculator), *sorted(request.options)])
    with progress_of(err, "supercells") as progress, _kept(err, store):
        return compute_forces(
            supercells,
            calculator,
            store,
            origin=origin,
            residual=request.residual,
            progress=progress,
        )


def _collected(
    parts: list[AnySupercells], request: ForcesRequest
) -> list[NDArray[np.float64]]:
    """Forces from finished calculations: those of third order first, then second."""
    counts = [int(part.included.sum()) for part in parts]
    if len(request.files) != sum(counts):
        raise DomainError(
            f"expected {' + '.join(str(n) for n in counts)} calculations, one for each "
            f"displaced supercell, got {len(request.files)}; name them all, in the "
            "order of the displacements (that of the supercell at rest is for "
            "--residual-file)"
        )
    at_rest = (request.residual_file, request.phonon_residual_file)
    if len(parts) == 1 and at_rest[1] is not None:
        raise DomainError(
            "phonon-residual-file: the displacements have no separate supercell of second "
            "order; name the supercell at rest with --residual-file"
        )
    if len(parts) > 1 and None in at_rest and any(at_rest):
        raise DomainError(
            "residual-file: two supercells have two files at rest; name that of third "
            "order with --residual-file, that of second with --phonon-residual-file"
        )
    found, start = [], 0
    for part, n, rest in zip(parts, counts, at_rest, strict=False):
        found.append(collect_forces(part, request.files[start : start + n], residual=rest))
        start += n
    return found


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
    if request.sparse and request.cutoff is None:
        raise DomainError("sparse: say beyond which distance with --cutoff")
    if request.unused:
        raise DomainError(
            f"{', '.join(request.unused)}: is for a structure file with a --calculator; "
            "leave it out, or add one"
        )
    path = request.path
    if request.forces is not None and request.displace is not None:
        # From a structure all the way: the folder of results holds what lies between.
        run_displace(request.displace)
        run_forces(request.forces)
        path = request.forces.path
    with using(backend):
        data = read(path)
        if request.least_squares:
            data = data.as_snapshots()
        request.output.mkdir(parents=True, exist_ok=True)
        for constants in _solved(data, request):
            _write(out, constants, request)


def _solved(
    data: ForceData, request: ConstantsRequest
) -> list[ForceConstants | SparseForceConstants3]:
    """The force constants asked for, second order first."""
    cutoff, symmetrized = request.cutoff, request.symmetrize
    if cutoff is not None:
        ensure_order(data, 3)
    if request.sparse and cutoff is not None:
        return list(sparse_constants_of(data, cutoff, symmetrized=symmetrized))
    solved = force_constants_of(data, symmetrized=symmetrized, cutoff=cutoff)
    return list(solved.values())


def _write(
    out: Console,
    constants: ForceConstants | SparseForceConstants3,
    request: ConstantsRequest,
) -> None:
    """The files of one order, and how far it is from the sum rule."""
    target = request.output / f"fc{constants.order}.hdf5"
    if isinstance(constants, SparseForceConstants3):
        _say_drift(out, constants.order, drift_sparse(constants))
        written = write_sparse_force_constants(constants, target)
        _say(out, f"wrote {written}, {len(constants)} blocks")
        return
    _say_drift(out, constants.order, drift(constants))
    targets = [target]
    if request.text and constants.order == 2:
        targets.append(request.output / "FORCE_CONSTANTS")
    for path in targets:
        _say(out, f"wrote {write_force_constants(constants, path, full=request.full)}")


def _say_drift(out: Console, order: int, drifts: NDArray[np.float64]) -> None:
    """How far from the sum rule, for every index."""
    text = ", ".join(f"{d:.1e}" for d in drifts)
    _say(out, f"order {order}: drift {text} eV/Å^{order}")


def _say(out: Console, text: str) -> None:
    """One line, as it is."""
    out.print(text, markup=False, soft_wrap=True)
