"""Force constants of ShengBTE and FourPhonon, with ``CONTROL``.

``FORCE_CONSTANTS_2ND`` holds a supercell that multiplies the primitive axes of ``CONTROL``,
atoms in phonopy's order; ``FORCE_CONSTANTS_3RD`` holds blocks on lattice vectors.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from phono_3ph import Series3
from phono_fc import ForceConstants, LatticeForceConstants, SparseForceConstants3
from phono_grid import Cell, Supercell
from phono_grid.errors import (
    DomainError,
    FileError,
    PhonoError,
    ensure_not_negative,
    ensure_type,
)
from phono_grid.files import make_folder, path_of, replacing

from phonokit.io.constants_files import read_force_constants
from phonokit.io.formats.cells import SAME, grid_supercell, on_cell
from phonokit.io.formats.control import CONTROL, read_control, write_control
from phonokit.io.formats.embed import embedded, folded
from phonokit.io.formats.numbers import read_numbers, whole_numbers
from phonokit.model.dipoles import Dipoles
from phonokit.results.force_constants import write_force_constants

SECOND, THIRD = "FORCE_CONSTANTS_2ND", "FORCE_CONSTANTS_3RD"
NUMBERS = 1 + 6 + 3 + 27 * 4
"""Numbers of a third-order block: its own, two vectors, three atoms, 27 rows."""
Constants2 = ForceConstants | LatticeForceConstants
Constants3 = ForceConstants | SparseForceConstants3 | LatticeForceConstants


def write_shengbte(
    fc2: Constants2 | None,
    fc3: Constants3 | None,
    folder: str | Path,
    *,
    threshold: float = 0.0,
    polar: Dipoles | None = None,
) -> tuple[Path, ...]:
    r"""Write second- and third-order constants for ShengBTE, with ``CONTROL``.

    Third order is written as the blocks of `phono_3ph.Series3`: equidistant images have
    their shares, and the three choices of the origin atom are averaged, so that a program
    that reads it finds the linewidths that are found here. Second order of a supercell that
    does not multiply the primitive axes is written in the smallest one that does and holds
    the same constants.

    Parameters
    ----------
    fc2, fc3 : ForceConstants, SparseForceConstants3 or LatticeForceConstants
        Either may be None.
    folder : str or Path
        Made if it is not there.
    threshold : float
        eV/Å³; blocks without a larger element are left out.
    polar : Dipoles, optional
        Written to ``CONTROL``.

    Returns
    -------
    tuple of Path
        The files: ``FORCE_CONSTANTS_2ND``, ``FORCE_CONSTANTS_3RD``, ``CONTROL``.

    Raises
    ------
    DomainError
        If ShengBTE cannot read constants of this supercell.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> from phono_fc import ForceConstants
    >>> from phono_grid import Cell, Supercell
    >>> cell = Supercell.of(Cell.of(4 * np.eye(3), [[0, 0, 0]], ["Cu"]), (2, 2, 2))
    >>> fc2 = ForceConstants(np.zeros((1, 8, 3, 3)), cell)
    >>> fc3 = ForceConstants(np.ones((1, 8, 8, 3, 3, 3)), cell)
    >>> print(*phonokit.write_shengbte(fc2, fc3, "."))
    FORCE_CONSTANTS_2ND FORCE_CONSTANTS_3RD CONTROL
    """
    ensure_not_negative("threshold", threshold, "eV/Å³")
    if fc2 is None and fc3 is None:
        raise DomainError("fc2, fc3: give one of them at least")
    if polar is not None:
        ensure_type("polar", polar, Dipoles)
    if fc2 is not None:
        ensure_type("fc2", fc2, ForceConstants, LatticeForceConstants)
    if fc3 is not None:
        kinds = ForceConstants, SparseForceConstants3, LatticeForceConstants
        ensure_type("fc3", fc3, *kinds)
    for name, given, order in (("fc2", fc2, 2), ("fc3", fc3, 3)):
        if given is not None and given.order != order:
            raise DomainError(f"{name}: expected order {order}, got {given.order}")
    target = path_of(folder, "folder")
    make_folder(target)
    written: list[Path] = []
    n, cell = (1, 1, 1), None
    if fc2 is not None:
        whole = embedded(fc2)
        cell = whole.supercell.primitive
        n = _multiples(whole.supercell)
        written.append(write_force_constants(whole, target / SECOND, full=True))
    if fc3 is not None:
        own = (
            fc3.cell if isinstance(fc3, LatticeForceConstants) else fc3.supercell.primitive
        )
        cell = own if cell is None else cell
        series = Series3.of(fc3, threshold=threshold)
        written.append(_write_third(series, own, target / THIRD))
    assert cell is not None  # one of the two is there
    written.append(write_control(cell, n, target / CONTROL, polar=polar))
    return tuple(written)


def read_shengbte(
    folder: str | Path,
    supercell2: Supercell | None = None,
    supercell3: Supercell | None = None,
) -> tuple[Constants2 | None, Constants3 | None]:
    """Read second- and third-order constants of ShengBTE.

    Parameters
    ----------
    folder : str or Path
        Holds ``FORCE_CONSTANTS_2ND``, ``FORCE_CONSTANTS_3RD`` or both.
    supercell2 : Supercell, optional
        That of second order; its primitive cell is that of ``CONTROL``, which is read if it
        is not given: third order is then kept on lattice vectors.
    supercell3 : Supercell, optional
        To hold the third order, of the same primitive cell; ``supercell2`` if not given.
        Blocks a supercell vector apart are added up.

    Returns
    -------
    fc2, fc3
        None for a file that is not there.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> from phono_fc import ForceConstants
    >>> from phono_grid import Cell, Supercell
    >>> cell = Supercell.of(Cell.of(4 * np.eye(3), [[0, 0, 0]], ["Cu"]), (2, 2, 2))
    >>> fc2 = ForceConstants(np.zeros((1, 8, 3, 3)), cell)
    >>> fc3 = ForceConstants(np.ones((1, 8, 8, 3, 3, 3)), cell)
    >>> files = phonokit.write_shengbte(fc2, fc3, ".")
    >>> phonokit.Crystal.from_constants(*phonokit.read_shengbte(".", cell))
    Crystal(Cu, 8 atoms, force constants of order 2 and 3, from constants)
    """
    target = path_of(folder, "folder")
    second, third = (target / name for name in (SECOND, THIRD))
    for name, given in (("supercell2", supercell2), ("supercell3", supercell3)):
        if given is not None:
            ensure_type(name, given, Supercell)
    if not (second.is_file() or third.is_file()):
        raise FileError(f"{target}: holds no {SECOND} and no {THIRD}")
    fold = supercell2 is not None
    cell = None
    if supercell2 is None:
        control = read_control(target / CONTROL)
        supercell2 = grid_supercell(control.cell, control.supercell)
        cell = control.cell
    supercell3 = supercell2 if supercell3 is None else supercell3
    fc2 = read_second(second, supercell2) if second.is_file() else None
    if not third.is_file():
        return fc2, None
    constants = read_third(third, cell or supercell3.primitive)
    if fold:
        return fc2, folded(constants, supercell3)
    return fc2, on_cell(constants, supercell3.primitive)


def read_second(path: Path, supercell: Supercell) -> ForceConstants:
    """Second order, which must be of this supercell."""
    constants = read_force_constants(path, supercell)
    if constants.order != 2:
        raise FileError(f"{path}: holds no second-order constants")
    return constants


def read_third(path: Path, cell: Cell) -> LatticeForceConstants:
    """``FORCE_CONSTANTS_3RD`` of a primitive cell, on lattice vectors.

    Parameters
    ----------
    path : Path
    cell : Cell
        Atoms in the order of ``CONTROL``. Vectors of cells are those between lattice
        points, so atoms may be moved by lattice vectors only if all are by the same.
    """
    numbers = read_numbers(path)
    if not len(numbers):
        raise FileError(f"{path}: is empty; expected a number of blocks, and the blocks")
    n = int(whole_numbers(path, numbers[:1], "a number of blocks")[0])
    if len(numbers) != 1 + n * NUMBERS:
        raise FileError(
            f"{path}: expected {1 + n * NUMBERS} numbers for {n} blocks, got "
            f"{len(numbers)}; is the file complete?"
        )
    blocks = numbers[1:].reshape(n, NUMBERS)
    atoms = whole_numbers(path, blocks[:, 7:10], "numbers of atoms") - 1
    wrong = ((atoms < 0) | (atoms >= cell.n_atoms)).any(axis=1)
    if wrong.any():
        block = int(wrong.argmax())
        got = " ".join(str(a + 1) for a in atoms[block])
        raise FileError(
            f"{path}: block {block + 1}: expected atoms 1 to {cell.n_atoms}, got {got}; "
            "does the file belong to this primitive cell?"
        )
    exact = blocks[:, 1:7].reshape(n, 2, 3) @ np.linalg.inv(cell.lattice)
    cells = np.rint(exact)
    off = np.abs(exact - cells).max(axis=(1, 2), initial=0) > SAME
    if off.any():
        raise FileError(
            f"{path}: block {int(off.argmax()) + 1}: vectors that are not of the lattice; "
            "does the file belong to this primitive cell?"
        )
    rows = blocks[:, 10:].reshape(n, 27, 4)
    expected = np.stack(np.unravel_index(np.arange(27), (3, 3, 3)), axis=1) + 1
    if (rows[:, :, :3] != expected).any():
        block = int((rows[:, :, :3] != expected).any(axis=(1, 2)).argmax())
        raise FileError(
            f"{path}: block {block + 1}: expected rows of axes 1 1 1 to 3 3 3, the last "
            "fastest"
        )
    values = np.ascontiguousarray(rows[:, :, 3]).reshape(n, 3, 3, 3)
    try:
        return LatticeForceConstants(values, atoms, cells.astype(np.int64), cell)
    except PhonoError as error:
        raise FileError(f"{path}: {error}") from None


def _write_third(series: Series3, cell: Cell, path: Path) -> Path:
    """Write the entries of a series."""
    vectors = series.cells @ cell.lattice
    axes = [f"{a + 1:2d} {b + 1:2d} {c + 1:2d}" for a, b, c in np.ndindex(3, 3, 3)]
    with replacing(path) as beside, beside.open("w", encoding="utf-8") as file:
        file.write(f"{len(series.values)}\n")
        entries = zip(vectors, series.atoms + 1, series.values.reshape(-1, 27), strict=True)
        for number, (ends, atoms, block) in enumerate(entries, start=1):
            head = [f"\n{number}\n"]
            head += [f"{x:20.12e} {y:20.12e} {z:20.12e}\n" for x, y, z in ends.tolist()]
            head.append("{:6d} {:6d} {:6d}\n".format(*atoms.tolist()))
            rows = [
                f"{axis} {value:22.14e}\n"
                for axis, value in zip(axes, block.tolist(), strict=True)
            ]
            file.writelines(head + rows)
    return path


def _multiples(supercell: Supercell) -> tuple[int, int, int]:
    """Multiples of the primitive axes in the supercell."""
    ratio = supercell.cell.lattice @ np.linalg.inv(supercell.primitive.lattice)
    a, b, c = (round(x) for x in np.diag(ratio))
    return a, b, c
