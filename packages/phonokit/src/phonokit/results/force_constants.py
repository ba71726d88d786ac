"""Force constants as a result, and in files as phonopy and phono3py have them."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, SparseForceConstants3, expand
from phono_grid.errors import FileError, PhonoWarning, ensure_flag, ensure_type
from phono_grid.files import make_folder, path_of, replacing, together, when_in_place
from phono_grid.hdf5 import Dataset, open_hdf5, write_hdf5
from phono_grid.nouns import ValueNoun

from phonokit._version import __version__
from phonokit.model.constants import SupercellConstants3, drifts_of
from phonokit.model.vanishing import why_third_order_is_zero
from phonokit.settings.fit import Fit

HDF5 = (".hdf5", ".h5")
NAMES = {2: ("force_constants", "fc2"), 3: ("fc3",)}
"""Names of the dataset, by order; the first name is written, the last that is there
is read."""
SPARSE = "fc3_blocks"
UNIT = {2: "eV/angstrom^2", 3: "eV/angstrom^3"}


class StaleConstantsWarning(PhonoWarning):
    """Force constants in a file that are not of those that were just written."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class FitResult(ValueNoun):
    """Force constants that were solved for, and what they belong to.

    Parameters
    ----------
    fc2 : ForceConstants
        eV/Å²
    fc3 : ForceConstants or SparseForceConstants3, optional
        eV/Å³
    fit : Fit
        How they were solved for.
    method : str
        The same in words.
    calculator : str
        The program that computed the forces.
    cells, forces : str
        Hashes of the cells and of the forces, by which `phonokit.load` knows whether they
        still belong together.
    """

    kind: ClassVar[str] = "force constants"

    fc2: ForceConstants
    fc3: SupercellConstants3 | None = None
    fit: Fit
    method: str = ""
    calculator: str = ""
    cells: str = ""
    forces: str = ""

    def __repr__(self) -> str:
        """Both constants and how they were solved for."""
        return f"FitResult({self.fc2}, {self.fc3}, {self.method})"

    @property
    def third_order_is_zero(self) -> str:
        """Why third order is zero, in words; empty if it is not, or there is none."""
        return "" if self.fc3 is None else why_third_order_is_zero(self.fc3)

    @property
    def drifts(self) -> dict[int, NDArray[np.float64]]:
        """Deviation of each index from the sum rule, by order; eV/Å², eV/Å³."""
        drifts = {2: drifts_of(self.fc2)}
        if self.fc3 is not None:
            drifts[3] = drifts_of(self.fc3)
        return drifts

    def write(
        self, folder: str | Path = ".", *, full: bool = False, text: bool = False
    ) -> list[Path]:
        """Write ``fc2.hdf5``, and ``fc3.hdf5`` if there is a third order.

        `phonokit.load` takes them in place of the forces they come from.

        Parameters
        ----------
        folder : str or Path
            Made if it is not there.
        full : bool
            Write every first atom, not only those of the primitive cell.
        text : bool
            Write ``FORCE_CONSTANTS`` too.

        Warns
        -----
        StaleConstantsWarning
            If there are third-order constants of another fit, which become
            ``fc3.hdf5.old``.
        """
        target = path_of(folder, "folder")
        ensure_flag("text", text)
        about = {
            "program": "phonokit",
            "fit": json.dumps(asdict(self.fit)),
            "method": self.method,
            "calculator": self.calculator,
            "cells_sha256": self.cells,
            "forces_sha256": self.forces,
        }
        orders = {"fc2.hdf5": self.fc2, "fc3.hdf5": self.fc3}
        with together():
            make_folder(target)
            written = [
                _write(fc, target / name, full=full, attributes=about)
                for name, fc in orders.items()
                if fc is not None
            ]
            if text:
                path = target / "FORCE_CONSTANTS"
                written.append(write_force_constants(self.fc2, path, full=full))
        if self.fc3 is None:
            when_in_place(lambda: _put_aside(target / "fc3.hdf5"))
        return written


def _put_aside(path: Path) -> None:
    """Let third-order constants of another fit be found no more, nor lost."""
    if not path.is_file():
        return
    try:
        with open_hdf5(path) as file:
            ours = "forces_sha256" in file.attributes
    except FileError:
        return
    if ours:
        old = path.with_name(f"{path.name}.old")
        path.replace(old)
        warnings.warn(
            f"{path}: is of another fit than these constants of second order; it is now "
            f"{old.name}",
            StaleConstantsWarning,
            stacklevel=3,
        )


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

    Examples
    --------
    >>> import phonokit
    >>> fc2 = phonokit.load("examples/silicon").fc2
    >>> print(phonokit.write_force_constants(fc2, "FORCE_CONSTANTS"))
    FORCE_CONSTANTS
    """
    ensure_type("constants", constants, ForceConstants)
    ensure_flag("full", full)
    target = path_of(path)
    if constants.order not in NAMES:
        raise FileError(f"{target}: only second and third order have a format of file")
    if target.suffix in HDF5:
        _write(constants, target, full=full)
    elif constants.order == 2:
        _write_text(constants, target, full)
    else:
        raise FileError(
            f"{target}: third-order constants are written as HDF5; name a file .hdf5"
        )
    return target


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

    Examples
    --------
    >>> import phonokit
    >>> fit = phonokit.Fit(fc3_cutoff=3.0, sparse=True)
    >>> fc3 = phonokit.load("examples/silicon", fit=fit).fc3
    >>> print(phonokit.write_sparse_force_constants(fc3, "fc3.hdf5"))
    fc3.hdf5
    """
    ensure_type("constants", constants, SparseForceConstants3)
    target = path_of(path)
    if target.suffix not in HDF5:
        raise FileError(f"{target}: sparse constants are HDF5; name a file .hdf5")
    return _write(constants, target)


def _write(
    constants: ForceConstants | SparseForceConstants3,
    path: Path,
    *,
    full: bool = False,
    attributes: Mapping[str, Any] | None = None,
) -> Path:
    """Write the datasets of one order, and what readers check."""
    order, unit = constants.order, UNIT[constants.order]
    if isinstance(constants, SparseForceConstants3):
        datasets = {
            SPARSE: Dataset(constants.blocks, unit, "blocks (n, 3, 3, 3)"),
            "fc3_atoms": Dataset(constants.atoms, "1", "their atoms (n, 3), from 0"),
        }
    else:
        values = expand(constants) if full else constants.values
        datasets = {NAMES[order][0]: Dataset(values, unit, "force constants")}
    first = constants.supercell.primitive_to_supercell
    datasets["p2s_map"] = Dataset(first, "1", "first atoms, from 0")
    datasets["version"] = Dataset(np.bytes_(f"phonokit {__version__}"))
    if order == 2:
        datasets["physical_unit"] = Dataset(np.array([np.bytes_(UNIT[2])]))
    cell = constants.supercell.cell
    about = {
        "program": "phonokit",
        "formula": cell.formula,
        "supercell_lattice": cell.lattice,
    }
    return write_hdf5(path, datasets, {**about, **(attributes or {})})


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
