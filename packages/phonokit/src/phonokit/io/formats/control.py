"""``CONTROL`` of ShengBTE and FourPhonon: the crystal and the settings of a calculation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, mass_variances, units
from phono_grid.errors import FileError
from phono_grid.files import replacing

from phonokit.io.formats.cells import cell_of_file, isotope_mean_masses
from phonokit.io.formats.namelist import Namelist, read_namelist
from phonokit.model.dipoles import ANGSTROM, Dipoles, born_charges

CONTROL = "CONTROL"
NANOMETRE = 10.0
"""Å"""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Control:
    """Contents of a ``CONTROL`` file.

    Parameters
    ----------
    path : Path
    cell : Cell
    supercell : tuple of int
        Of second order, ``scell``.
    mesh : tuple of int, or None
    scalebroad : float or None
    temperature : float or None
        K
    polar : Dipoles or None
        Summed by Wang's method, as ShengBTE does.
    dialect : str
        Of second order: ``"phonopy"``, ``"espresso"`` or ``"tdep"``.
    isotopes : bool
    """

    path: Path
    cell: Cell
    supercell: tuple[int, int, int]
    mesh: tuple[int, int, int] | None = None
    scalebroad: float | None = None
    temperature: float | None = None
    polar: Dipoles | None = None
    dialect: str = "phonopy"
    isotopes: bool = True


def read_control(path: Path) -> Control:
    """Read ``CONTROL``."""
    file = read_namelist(path)
    if "crystal" not in file.groups:
        raise FileError(f"{path}: has no &crystal; is it CONTROL of ShengBTE?")
    cell = _cell(file)
    dialects = [name for name in ("espresso", "tdep") if file.flag("flags", name)]
    scale = file.numbers("parameters", "scalebroad", 1)
    temperature = file.numbers("parameters", "t", 1)
    supercell = _triple(file, "crystal", "scell") or (1, 1, 1)
    return Control(
        path=path,
        cell=cell,
        supercell=supercell,
        mesh=_triple(file, "allocations", "ngrid"),
        scalebroad=None if scale is None else scale[0],
        temperature=None if temperature is None else temperature[0],
        polar=_polar(file, cell),
        dialect=dialects[0] if dialects else "phonopy",
        isotopes=file.flag("flags", "isotopes", default=True),
    )


def write_control(
    cell: Cell,
    supercell: Sequence[int],
    path: Path,
    *,
    polar: Dipoles | None = None,
    mesh: Sequence[int] = (11, 11, 11),
    temperature: float = 300.0,
    scalebroad: float = 1.0,
) -> Path:
    """Write a complete ``CONTROL``, masses and isotopes of the crystal included."""
    lines = _lines(cell, supercell, polar, mesh, temperature, scalebroad)
    with replacing(path) as beside, beside.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path


def _lines(
    cell: Cell,
    supercell: Sequence[int],
    polar: Dipoles | None,
    mesh: Sequence[int],
    temperature: float,
    scalebroad: float,
) -> Iterator[str]:
    """The lines of ``CONTROL``."""
    kinds = list(dict.fromkeys(cell.symbols))
    first = [cell.symbols.index(symbol) for symbol in kinds]
    yield "&allocations"
    yield f"  nelements={len(kinds)}, natoms={cell.n_atoms},"
    yield f"  ngrid(:)={_row(mesh)}"
    yield "&end\n&crystal\n  lfactor=0.1,"
    for i, vector in enumerate(cell.lattice, start=1):
        yield f"  lattvec(:,{i})={_numbers(vector)},"
    yield f"  elements={' '.join(f'{chr(34)}{symbol}{chr(34)}' for symbol in kinds)},"
    yield f"  types={_row(cell.species)},"
    for i, position in enumerate(cell.positions, start=1):
        yield f"  positions(:,{i})={_numbers(position)},"
    yield f"  masses={_numbers(cell.masses[first])},"
    yield f"  gfactors={_numbers(_variances(cell)[first])},"
    if polar is not None:
        scale = polar.charges.factor / units.COULOMB
        for i, row in enumerate(polar.charges.dielectric / scale, start=1):
            yield f"  epsilon(:,{i})={_numbers(row)},"
        for k, tensor in enumerate(polar.charges.charges, start=1):
            for i, column in enumerate(tensor.T, start=1):
                yield f"  born(:,{i},{k})={_numbers(column)},"
    yield f"  scell(:)={_row(supercell)}"
    yield f"&end\n&parameters\n  T={temperature:.10g}\n  scalebroad={scalebroad:.10g}"
    yield "&end\n&flags"
    yield f"  nonanalytic={'.FALSE.' if polar is None else '.TRUE.'}"
    yield "  autoisotopes=.FALSE.\n  isotopes=.FALSE.\n  convergence=.FALSE.\n&end"


def _variances(cell: Cell) -> NDArray[np.float64]:
    """Mass variances of natural isotopes, 0 for elements without any."""
    try:
        return np.asarray(mass_variances(cell.symbols))
    except Exception as error:
        if type(error).__module__ != "phono_grid.errors":
            raise
        return np.zeros(cell.n_atoms)


def _row(numbers: Sequence[int] | NDArray[np.int64]) -> str:
    """Whole numbers of a line."""
    return " ".join(str(int(x)) for x in numbers)


def _numbers(numbers: NDArray[np.float64]) -> str:
    """Numbers of a line, to the last digit."""
    return " ".join(f"{x:.16g}" for x in numbers)


def _triple(file: Namelist, group: str, name: str) -> tuple[int, int, int] | None:
    """Three whole numbers, one thousand each at the most."""
    numbers = file.numbers(group, name, 3)
    if numbers is None:
        return None
    if any(x != int(x) or not 0 < x <= 1000 for x in numbers):
        raise FileError(f"{file.path}: &{group}: {name}: expected three counts")
    a, b, c = map(int, numbers)
    return a, b, c


def _cell(file: Namelist) -> Cell:
    """The primitive cell."""
    count = file.needed("allocations", "natoms", 1)[0]
    if count != int(count) or not 0 < count < 10000:
        raise FileError(f"{file.path}: &allocations: natoms: expected a count of atoms")
    n_a, scale = int(count), NANOMETRE
    factor = file.numbers("crystal", "lfactor", 1)
    scale *= 1.0 if factor is None else factor[0]
    whole = file.numbers("crystal", "lattvec", 9)
    rows = whole or [x for i in (1, 2, 3) for x in _column(file, "lattvec", i)]
    lattice = scale * np.reshape(rows, (3, 3))
    all_positions = file.numbers("crystal", "positions", 3 * n_a)
    positions = all_positions or [
        x for i in range(1, n_a + 1) for x in _column(file, "positions", i)
    ]
    names = [str(word) for word in _elements(file)]
    types = [int(x) for x in file.needed("crystal", "types", n_a)]
    if any(not 1 <= t <= len(names) for t in types):
        raise FileError(
            f"{file.path}: &crystal: types: expected 1 to {len(names)}, as there are as "
            "many elements"
        )
    symbols = [names[t - 1] for t in types]
    automatic = file.flag("flags", "autoisotopes", default=True)
    given = file.numbers("crystal", "masses")
    if given is not None and not automatic and len(given) >= len(names):
        masses = np.array([given[t - 1] for t in types])
    else:
        try:
            masses = isotope_mean_masses(symbols)
        except Exception as error:
            raise FileError(f"{file.path}: &crystal: elements: {error}") from None
    x = np.reshape(positions, (n_a, 3))
    return cell_of_file(file.path, lattice, x, symbols, masses)


def _column(file: Namelist, name: str, i: int) -> list[float]:
    """Three numbers of ``name(:,i)``, or of ``name(1,i)`` and so on."""
    column = file.numbers("crystal", f"{name}(:,{i})", 3)
    if column is not None:
        return column
    return [file.needed("crystal", f"{name}({j},{i})", 1)[0] for j in (1, 2, 3)]


def _elements(file: Namelist) -> list[object]:
    """The names of the elements."""
    names = file.values("crystal", "elements")
    if names is None:
        names = [
            value
            for i in range(1, 100)
            for value in (file.values("crystal", f"elements({i})") or [])
        ]
    if not names:
        raise FileError(f"{file.path}: &crystal: has no elements; add them")
    return list(names)


def _polar(file: Namelist, cell: Cell) -> Dipoles | None:
    """The charges, if they are switched on and there."""
    if not file.flag("flags", "nonanalytic", default=True):
        return None
    if file.numbers("crystal", "epsilon(:,1)") is None:
        return None
    epsilon = np.array([_column(file, "epsilon", i) for i in (1, 2, 3)])
    charges = np.array(
        [
            np.transpose([file.needed("crystal", f"born(:,{i},{k})", 3) for i in (1, 2, 3)])
            for k in range(1, cell.n_atoms + 1)
        ]
    )
    checked = born_charges(cell, charges, epsilon, None, ANGSTROM)
    return Dipoles(charges=checked, method="wang")
