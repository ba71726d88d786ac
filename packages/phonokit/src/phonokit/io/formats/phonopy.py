"""Force constants for phonopy and phono3py: a yaml file of the cells, and HDF5."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, SparseForceConstants3
from phono_grid import Cell, Supercell
from phono_grid.files import make_folder, replacing

from phonokit._version import __version__
from phonokit.model.crystal import Crystal
from phonokit.model.dipoles import Dipoles
from phonokit.results.force_constants import write_force_constants


def write_phonopy(
    crystal: Crystal,
    second: ForceConstants | None,
    third: ForceConstants | SparseForceConstants3 | None,
    folder: Path,
) -> tuple[Path, ...]:
    """Write a folder that phonopy, phono3py and `phonokit.load` read.

    The unit cell of the yaml file is the primitive cell.

    Parameters
    ----------
    crystal : Crystal
    second, third : force constants or None
        Those of the crystal, in supercells.
    folder : Path
    """
    if isinstance(third, SparseForceConstants3):
        third = third.dense()
    cell = crystal.primitive
    own2, own3 = (None if c is None else in_order(c, cell) for c in (second, third))
    make_folder(folder)
    yaml = folder / ("phonopy.yaml" if own3 is None else "phono3py.yaml")
    with replacing(yaml) as beside, beside.open("w", encoding="utf-8") as file:
        file.writelines(_lines(cell, own2, own3, crystal.polar))
    written = [yaml]
    if own2 is not None:
        name = "fc2.hdf5" if own3 is not None else "force_constants.hdf5"
        written.append(write_force_constants(own2, folder / name))
    if own3 is not None:
        written.append(write_force_constants(own3, folder / "fc3.hdf5"))
    return tuple(written)


def in_order(constants: ForceConstants, cell: Cell) -> ForceConstants:
    """Constants with atoms in phonopy's order for the primitive cell as unit cell."""
    old = constants.supercell
    matrix = np.rint(old.cell.lattice @ np.linalg.inv(cell.lattice)).T
    new = Supercell.of(cell, matrix, np.eye(3)).on_primitive(cell)
    place = _places(new, old)
    atoms = np.arange(old.cell.n_atoms)
    rows = []
    for k, atom in enumerate(place[new.primitive_to_supercell]):
        home = old.translated(old.home[atom], atoms)[place]
        row = constants.values[old.supercell_to_primitive[atom]]
        rows.append(row[np.ix_(*[home] * (constants.order - 1))])
        assert new.supercell_to_primitive[new.primitive_to_supercell[k]] == k
    return ForceConstants(np.array(rows), new)


def _places(new: Supercell, old: Supercell) -> NDArray[np.int64]:
    """The atom of ``old`` that each atom of ``new`` is."""
    inverse = np.linalg.inv(new.cell.lattice)
    x, y = (c.cell.positions @ c.cell.lattice @ inverse for c in (new, old))
    apart = x[:, None] - y
    apart = np.abs(apart - np.rint(apart)).max(axis=2)
    return np.asarray(apart.argmin(axis=1))


def _lines(
    cell: Cell,
    second: ForceConstants | None,
    third: ForceConstants | None,
    polar: Dipoles | None,
) -> Iterator[str]:
    """The lines of the yaml file."""
    program = "phonopy" if third is None else "phono3py"
    main = second if third is None else third
    assert main is not None  # a crystal has one of them
    # The version names the grammar, the comment the program.
    yield f'# written by phonokit {__version__}\n{program}:\n  version: "4.8.2"\n\n'
    yield f"supercell_matrix:\n{_matrix(main.supercell, cell)}"
    if third is not None and second is not None:
        yield f"phonon_supercell_matrix:\n{_matrix(second.supercell, cell)}"
    yield f"primitive_matrix:\n{_rows(np.eye(3))}\nunit_cell:\n  lattice:\n"
    yield _rows(cell.lattice, "  ")
    yield "  points:\n"
    for symbol, x, mass in zip(cell.symbols, cell.positions, cell.masses, strict=True):
        yield f"  - symbol: {symbol}\n    coordinates: {_row(x)}\n    mass: {mass:.12f}\n"
    if polar is not None:
        yield "\nnac:\n  born_effective_charge:\n"
        for tensor in polar.charges.charges:
            first, *rest = (_row(row) for row in tensor)
            yield f"  - - {first}\n" + "".join(f"    - {row}\n" for row in rest)
        yield f"  dielectric_constant:\n{_rows(polar.charges.dielectric, '  ')}"
        yield f"  unit_conversion_factor: {polar.charges.factor:.14f}\n"
        yield f"  method: {polar.method}\n"


def _matrix(supercell: Supercell, cell: Cell) -> str:
    """The supercell in axes of the primitive cell."""
    ratio = np.rint(supercell.cell.lattice @ np.linalg.inv(cell.lattice)).T
    return "".join(f"- [ {', '.join(f'{int(x)}' for x in row)} ]\n" for row in ratio)


def _rows(matrix: NDArray[np.float64], indent: str = "") -> str:
    """The rows of a matrix."""
    return "".join(f"{indent}- {_row(row)}\n" for row in matrix)


def _row(row: NDArray[np.float64]) -> str:
    """Three numbers."""
    return f"[ {', '.join(f'{x:.16f}' for x in row)} ]"
