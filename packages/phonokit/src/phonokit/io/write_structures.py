"""Displaced supercells as structure files of any program that ASE writes for."""

import itertools
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError, PhonoError, PhonoWarning
from phono_grid.files import replacing, together

from phonokit.io.ase import ase, atoms_of
from phonokit.io.outputs.calculation import Finished
from phonokit.io.program_inputs import WRITERS
from phonokit.io.same_supercell import Expected, placement
from phonokit.io.structures import read_structure
from phonokit.model.displaced_supercells import AnySupercells
from phonokit.model.fourth_order import FourthOrderSupercells

NOT_FOR_CRYSTALS = (
    *("db", "json", "mysql", "postgresql", "bundletrajectory", "netcdftrajectory"),
    *("html", "png", "gif", "mp4", "py", "pov", "eps", "x3d", "vti", "vtu", "xtd"),
)
"""Formats of ASE that are no structure files, but databases, pictures and programs."""
OPTIONS = {"lammps-data": {"masses": True}}
"""Options without which ASE's writers leave data out."""


class MomentsWarning(PhonoWarning):
    """Magnetic moments that are not in structure files."""


Write = Callable[[Path, Cell, NDArray[np.float64]], None]


@together()
def write_structures(
    supercells: AnySupercells | FourthOrderSupercells, folder: Path, stem: str, form: str
) -> tuple[int, Path]:
    """Write the undisplaced supercell as number 0, and every one that needs forces.

    Parameters
    ----------
    supercells : DisplacedSupercells, RandomSupercells or FourthOrderSupercells
    folder : Path
    stem : str
        How the names begin.
    form : str
        A format of ASE, or ``"espresso-in"``, ``"cp2k-restart"``, ``"siesta-fdf"``,
        ``"openmx-dat"``, ``"fleur-inpgen"`` or ``"abacus-stru"``. A POSCAR has no place
        for magnetic moments: with ``"vasp"`` the line of ``INCAR`` is `moments_path`.

    Returns
    -------
    int, Path
        How many files there are, and the last of them.

    Raises
    ------
    DomainError
        If there is no such format, or it does not hold a crystal.
    FileError
        If a file cannot be written; all are left as they were.
    """
    cell, write = supercells.supercell.cell, structure_writer(form)
    # One width for all, however many there are, so that names sort as numbers do.
    width = max(5, len(str(len(supercells))))
    if form == "vasp" and cell.magnetic_moments is not None:
        with replacing(moments_path(folder, stem)) as beside:
            _write_text(beside, magmom_line(cell.magnetic_moments))
    rest = cell.positions @ cell.lattice
    numbers = np.flatnonzero(supercells.included)
    displaced = supercells.positions(int(numbers[0])) if len(numbers) else rest
    for number in [-1, *numbers]:
        path = folder / f"{stem}-{number + 1:0{width}d}.{form}"
        positions = rest if number < 0 else supercells.positions(int(number))
        with replacing(path) as beside:
            write(beside, cell, positions)
            if number < 0 and cell.magnetic_moments is not None and form != "vasp":
                _tell_of_moments(beside, form)
            if number < 0:
                length = float(np.linalg.norm(displaced - rest, axis=1).max()) or 1.0
                _ensure_holds(beside, form, Expected("it", cell, positions, length))
    return len(numbers) + 1, path


def _tell_of_moments(path: Path, form: str) -> None:
    """Warn where a format does not hold the moments of a crystal."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if read_structure(path, form).magnetic_moments is not None:
                return
    except PhonoError:
        pass  # nobody reads this format again
    warnings.warn(
        f"structures: {form} files have no magnetic moments as they are written here; set "
        "them in the input, or take another format",
        MomentsWarning,
        stacklevel=3,
    )


def moments_path(folder: Path, stem: str) -> Path:
    """Where the magnetic moments of POSCARs are, such as ``supercell-MAGMOM``."""
    return folder / f"{stem}-MAGMOM"


def magmom_line(moments: NDArray[np.float64]) -> str:
    """The line of VASP's ``INCAR``: equal neighbours are counted, vectors are not.

    Parameters
    ----------
    moments : (n,) or (n, 3) array
        Of the atoms in their order in the POSCAR.
    """
    flat = [f"{x:.8f}".rstrip("0").rstrip(".") for x in moments.ravel() + 0.0]
    runs = [(word, len(list(equal))) for word, equal in itertools.groupby(flat)]
    if moments.ndim == 2:
        runs = [(word, 1) for word in flat]
    words = [word if n == 1 else f"{n}*{word}" for word, n in runs]
    return f"MAGMOM = {' '.join(words)}\n"


def structure_writer(form: str) -> Write:
    """The function that writes a format."""
    if form in WRITERS:
        text_of = WRITERS[form]
        return lambda path, cell, x: _write_text(path, text_of(cell, x))
    formats = ase("ase.io.formats").ioformats
    known = [name for name, f in formats.items() if f.can_write]
    if form not in known or form in NOT_FOR_CRYSTALS:
        names = sorted({*known, *WRITERS} - {*NOT_FOR_CRYSTALS})
        raise DomainError(f"structures: expected one of {', '.join(names)}, got {form!r}")
    return lambda path, cell, x: _write_by_ase(path, form, cell, x)


def _write_text(path: Path, text: str) -> None:
    """Write a text file."""
    path.write_text(text, encoding="utf-8")


def _write_by_ase(
    path: Path, form: str, cell: Cell, positions: NDArray[np.float64]
) -> None:
    """Write a structure with ASE."""
    atoms = atoms_of(cell)
    atoms.set_positions(positions)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what ASE plans
            ase("ase.io").write(path, atoms, format=form, **OPTIONS.get(form, {}))
    except OSError:
        raise  # a disk that is full
    except Exception as error:  # ASE's writers raise what they like
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DomainError(
            f"structures: ASE cannot write these supercells as {form} ({reason[:200]}); "
            "take another format"
        ) from None


def _ensure_holds(path: Path, form: str, expected: Expected) -> None:
    """Read a file that was written with ASE again: not every format holds a crystal."""
    if form in WRITERS or not ase("ase.io.formats").ioformats[form].can_read:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            atoms = ase("ase.io").read(path, format=form, do_not_split_by_at_sign=True)
        lattice = np.array(atoms.cell, dtype=np.float64)
        if not all(atoms.pbc) or abs(np.linalg.det(lattice)) < 1e-10:
            raise FileError("it has no lattice vectors")
        finished = Finished(
            list(atoms.get_chemical_symbols()), atoms.get_positions(), None, lattice
        )
        placement(expected, finished)
    except PhonoError as error:
        raise DomainError(
            f"structures: {form} does not hold these supercells ({error}); take another "
            "format"
        ) from None
    except Exception as error:  # ASE's readers raise what they like
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DomainError(
            f"structures: ASE cannot read {form} again as it wrote it ({reason[:200]}); "
            "take another format"
        ) from None
