"""Force constants in files: phonopy's and phono3py's HDF5, and ``FORCE_CONSTANTS``."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, SparseForceConstants3, compact, expand
from phono_grid import Supercell
from phono_grid.errors import DomainError, FileError, ensure_flag, ensure_type

from phonokit._version import __version__
from phonokit.io.files import in_file, open_text, path_of
from phonokit.results.hdf5 import replacing

HDF5 = (".hdf5", ".h5")
NAMES = {2: ("force_constants", "fc2"), 3: ("fc3",)}
"""What the dataset is called, by order; the last name that is there counts."""
SPARSE = "fc3_blocks"
UNIT = {2: "eV/angstrom^2", 3: "eV/angstrom^3"}


def write_force_constants(
    constants: ForceConstants, path: str | Path, *, full: bool = False
) -> Path:
    """Write force constants as phonopy and phono3py do.

    Parameters
    ----------
    constants : ForceConstants
        Second or third order.
    path : str or Path
        ``fc2.hdf5``, ``force_constants.hdf5``, ``fc3.hdf5`` and the like (``.hdf5``,
        ``.h5``); any other name is text in the format of ``FORCE_CONSTANTS``, second order
        only.
    full : bool
        Write every first atom, not only those of the primitive cell.

    Raises
    ------
    FileError
        If the file cannot be written, or cannot hold this order.
    """
    ensure_type("constants", constants, ForceConstants)
    ensure_flag("full", full)
    target = path_of(path)
    if constants.order not in NAMES:
        raise FileError(f"{target}: only second and third order have a format of file")
    if target.suffix in HDF5:
        _write_hdf5(constants, target, full)
    elif constants.order == 2:
        _write_text(constants, target, full)
    else:
        raise FileError(
            f"{target}: third-order constants are written as HDF5; name a file .hdf5"
        )
    return target


def read_force_constants(path: str | Path, supercell: Supercell) -> ForceConstants:
    """Read force constants that phonopy, phono3py or phonokit wrote.

    Parameters
    ----------
    path : str or Path
        ``.hdf5`` or ``.h5`` with ``force_constants``, ``fc2`` or ``fc3``; any other file is
        text in the format of ``FORCE_CONSTANTS``. Compact or with all first atoms.
    supercell : Supercell
        The constants belong to; the order of atoms is phonopy's.

    Raises
    ------
    FileError
        If the file is not of this supercell.
    """
    ensure_type("supercell", supercell, Supercell)
    source = path_of(path)
    if source.suffix in HDF5:
        values, first = _read_hdf5(source)
    else:
        values, first = _read_text(source)
    with in_file(source):
        constants = _checked(values, first, supercell)
    return constants


def write_sparse_force_constants(
    constants: SparseForceConstants3, path: str | Path
) -> Path:
    """Write sparse third-order force constants as HDF5: blocks and their atoms.

    Parameters
    ----------
    constants : SparseForceConstants3
    path : str or Path
        ``.hdf5`` or ``.h5``.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    import h5py

    ensure_type("constants", constants, SparseForceConstants3)
    target = path_of(path)
    if target.suffix not in HDF5:
        raise FileError(f"{target}: sparse constants are HDF5; name a file .hdf5")
    with replacing(target) as beside, h5py.File(beside, "w") as file:
        # What is empty cannot be compressed.
        options = {"compression": "gzip"} if len(constants) else {}
        blocks = file.create_dataset(SPARSE, data=constants.blocks, **options)
        blocks.attrs["unit"] = UNIT[3]
        file["fc3_atoms"] = constants.atoms
        file["p2s_map"] = constants.supercell.primitive_to_supercell
        file["version"] = np.bytes_(f"phonokit {__version__}")
    return target


def read_sparse_force_constants(
    path: str | Path, supercell: Supercell
) -> SparseForceConstants3:
    """Read sparse third-order force constants that phonokit wrote.

    Parameters
    ----------
    path : str or Path
    supercell : Supercell
        The constants belong to; the order of atoms is phonopy's.

    Raises
    ------
    FileError
        If the file is not of this supercell.
    """
    ensure_type("supercell", supercell, Supercell)
    source = path_of(path)
    with _opened(source) as file:
        if SPARSE not in file:
            raise FileError(
                f"{source}: holds no sparse constants ({SPARSE}); read_force_constants "
                "reads the others"
            )
        arrays = [file[name][:] for name in (SPARSE, "fc3_atoms", "p2s_map")]
    blocks, atoms, first = arrays
    with in_file(source):
        _check_first(first, supercell)
        constants = SparseForceConstants3(blocks, atoms, supercell)
    return constants


def _checked(
    values: NDArray[np.float64], first: NDArray[np.int64] | None, supercell: Supercell
) -> ForceConstants:
    """Constants of the supercell, whichever first atoms the file has."""
    n_s = supercell.cell.n_atoms
    if values.shape[0] == values.shape[1] == n_s:
        return compact(values, supercell)
    if first is not None:
        _check_first(first, supercell)
    return ForceConstants(values, supercell)


def _check_first(first: NDArray[np.int64], supercell: Supercell) -> None:
    """Require the same primitive cell."""
    if not np.array_equal(first, supercell.primitive_to_supercell):
        raise DomainError(
            f"the first atoms are {_few(first)}, but the primitive cell stands for "
            f"{_few(supercell.primitive_to_supercell)}; take the primitive cell that the "
            "file was made with"
        )


def _few(atoms: NDArray[np.int64]) -> str:
    """Some numbers of atoms, from 1."""
    text = ", ".join(str(a + 1) for a in atoms[:6])
    return text + (", …" if len(atoms) > 6 else "")


def _write_hdf5(constants: ForceConstants, path: Path, full: bool) -> None:
    """One compressed dataset, and what readers check."""
    import h5py

    order = constants.order
    with replacing(path) as beside, h5py.File(beside, "w") as file:
        values = expand(constants) if full else constants.values
        name = NAMES[order][0]
        written = file.create_dataset(name, data=values, compression="gzip")
        written.attrs["unit"] = UNIT[order]
        file["p2s_map"] = constants.supercell.primitive_to_supercell
        file["version"] = np.bytes_(f"phonokit {__version__}")
        if order == 2:
            file["physical_unit"] = np.array([np.bytes_("eV/angstrom^2")])


def _read_hdf5(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """The constants, and the first atoms if the file says."""
    with _opened(path) as file:
        if SPARSE in file:
            raise FileError(
                f"{path}: holds sparse constants; read it with read_sparse_force_constants"
            )
        names = [name for group in NAMES.values() for name in group if name in file]
        if not names:
            raise FileError(
                f"{path}: holds no force constants; expected a dataset force_constants, "
                f"fc2 or fc3, got {', '.join(file) or 'nothing'}"
            )
        _check_unit(path, file)
        first = file["p2s_map"][:].astype(np.int64) if "p2s_map" in file else None
        return np.asarray(file[names[-1]][:], dtype=np.float64), first


def _opened(path: Path) -> Any:
    """An HDF5 file, to be read."""
    import h5py

    try:
        return h5py.File(path, "r")
    except FileNotFoundError:
        raise FileError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise FileError(f"{path}: not an HDF5 file ({error})") from None


def _check_unit(path: Path, file: Any) -> None:
    """Refuse another unit than eV/Å²."""
    if "physical_unit" not in file:
        return
    unit = np.ravel(file["physical_unit"][()])[0]
    unit = unit.decode() if isinstance(unit, bytes) else str(unit)
    if unit not in ("eV/angstrom^2", "eV/Angstrom^2"):
        raise FileError(
            f"{path}: physical_unit is {unit!r}, expected 'eV/angstrom^2'; convert "
            "the file first"
        )


def _write_text(constants: ForceConstants, path: Path, full: bool) -> None:
    """``FORCE_CONSTANTS``: a pair of atoms and three rows, second atom fastest."""
    values = expand(constants) if full else constants.values
    n_s = constants.supercell.cell.n_atoms
    first = np.arange(n_s) if full else constants.supercell.primitive_to_supercell
    with replacing(path) as beside, beside.open("w", encoding="utf-8") as file:
        file.write(f"{len(first):4d} {n_s:4d}\n")
        for i, row in zip(first, values, strict=True):
            for j, block in enumerate(row):
                file.write(f"{i + 1:4d} {j + 1:4d}\n")
                file.writelines(f"{x:22.15f}{y:22.15f}{z:22.15f}\n" for x, y, z in block)


def _read_text(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """Blocks in any order of pairs that is phonopy's."""
    with open_text(path) as file:
        head = file.readline().split()
        words = file.read().split()
    try:
        n_first, n_s = (int(head[0]), int(head[-1]))
        numbers = np.array(words, dtype=np.float64).reshape(n_first, n_s, 11)
    except (ValueError, IndexError):
        raise FileError(
            f"{path}: expected a line of two numbers of atoms, and for every pair of them "
            f"a line i j and three lines of three numbers; got {len(words)} numbers after "
            f"{' '.join(head)!r}"
        ) from None
    pairs = np.rint(numbers[..., :2]).astype(np.int64) - 1
    first = pairs[:, 0, 0]
    expected = np.stack(np.broadcast_arrays(first[:, None], np.arange(n_s)), axis=-1)
    wrong = np.argwhere((pairs != expected).any(axis=-1))
    if len(wrong):
        i, j = pairs[tuple(wrong[0])] + 1
        raise FileError(
            f"{path}: pair {i} {j} is not where it should be; the second atom runs first"
        )
    return numbers[..., 2:].reshape(n_first, n_s, 3, 3), first
