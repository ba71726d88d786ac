"""Fourth-order force constants in files of FourPhonon and ShengBTE."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError, ensure_type
from phono_grid.files import path_of, replacing

from phono_4ph._force_constants4 import ForceConstants4

LATTICE = 1e-3
"""Part of a lattice vector; files have Cartesian lattice vectors with few decimals."""
NUMBERS = 1 + 9 + 4 + 81 * 5
"""Numbers of one block: its own, three vectors, four atoms, and the elements."""


def read_force_constants4(path: str | Path, cell: Cell) -> ForceConstants4:
    """Read ``FORCE_CONSTANTS_4TH`` of FourPhonon, compressed or not.

    Parameters
    ----------
    path : str or Path
        The file; also compressed by xz or gzip.
    cell : Cell
        The primitive cell of the calculation, its ``CONTROL``.

    Raises
    ------
    FileError
        If the file does not hold as many blocks as it says, or its lattice vectors are not
        those of ``cell``.
    """
    ensure_type("cell", cell, Cell)
    file = path_of(path, "path")
    numbers = _numbers(file)
    if not len(numbers) or numbers[0] != round(numbers[0]) or numbers[0] < 0:
        raise FileError(f"{file}: line 1: expected the number of blocks")
    n = int(numbers[0])
    if len(numbers) != 1 + n * NUMBERS:
        raise FileError(
            f"{file}: expected {1 + n * NUMBERS} numbers in {n} blocks, got "
            f"{len(numbers)}; is the file whole, and of fourth order?"
        )
    blocks = numbers[1:].reshape(n, NUMBERS)
    exact = blocks[:, 1:10].reshape(n, 3, 3) @ np.linalg.inv(cell.lattice)
    cells = np.rint(exact).astype(np.int64)
    if n and (away := np.abs(exact - cells).max()) > LATTICE:
        e = int(np.abs(exact - cells).max(axis=(1, 2)).argmax())
        raise FileError(
            f"{file}: block {e + 1}: its vectors are {away:.2g} of a lattice vector off "
            "those of the cell; give the primitive cell of the calculation, in its axes"
        )
    atoms = blocks[:, 10:14].astype(np.int64) - 1
    if n and (atoms.min() < 0 or atoms.max() >= cell.n_atoms):
        raise FileError(
            f"{file}: expected atoms 1 to {cell.n_atoms}, got {atoms.min() + 1} to "
            f"{atoms.max() + 1}"
        )
    elements = blocks[:, 14:].reshape(n, 81, 5)
    axes = elements[:, :, :4].astype(np.int64) - 1
    if n and (axes.min() < 0 or axes.max() > 2):
        raise FileError(f"{file}: expected axes 1 to 3")
    values = np.full((n, 3, 3, 3, 3), np.nan)
    values[(np.arange(n)[:, None], *np.moveaxis(axes, 2, 0))] = elements[:, :, 4]
    if np.isnan(values).any():
        raise FileError(f"{file}: expected all 81 elements of every block, each once")
    return ForceConstants4.of(values, atoms, cells, cell.lattice)


def write_force_constants4(constants: ForceConstants4, path: str | Path) -> Path:
    """Write ``FORCE_CONSTANTS_4TH`` for FourPhonon; returns its path."""
    ensure_type("constants", constants, ForceConstants4)
    file = path_of(path, "path")
    if not len(constants):
        raise DomainError("constants: there are no blocks to write")
    with replacing(file) as beside, beside.open("w", encoding="utf-8") as out:
        out.write(f"{len(constants)}\n")
        vectors = constants.cells @ constants.lattice
        for e, block in enumerate(constants.values):
            out.write(f"\n{e + 1}\n")
            out.writelines(f"{x:22.14e} {y:22.14e} {z:22.14e}\n" for x, y, z in vectors[e])
            out.write(" ".join(f"{k + 1:6d}" for k in constants.atoms[e]) + "\n")
            out.writelines(
                " ".join(str(a + 1) for a in axes) + f" {value:24.16e}\n"
                for axes, value in np.ndenumerate(block)
            )
    return file


def _numbers(file: Path) -> NDArray[np.float64]:
    """All numbers of a text file in a row."""
    import gzip
    import lzma

    try:
        data = file.read_bytes()
        if file.suffix == ".xz":
            data = lzma.decompress(data)
        elif file.suffix == ".gz":
            data = gzip.decompress(data)
        numbers = np.array(data.split(), dtype=np.float64)
    except OSError as error:
        raise FileError(f"{file}: {error.strerror or error}") from None
    except (ValueError, EOFError, lzma.LZMAError) as error:
        raise FileError(f"{file}: expected numbers: {error}") from None
    if not np.isfinite(numbers).all():
        which = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise FileError(
            f"{file}: expected finite numbers, got {numbers[which]} as number {which + 1}"
        )
    return numbers
