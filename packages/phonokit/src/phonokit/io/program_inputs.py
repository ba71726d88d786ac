"""Crystals as parts of the input of programs: Quantum ESPRESSO and CP2K.

Cutoffs, pseudopotentials and wave vectors are the user's: these are the structure, with
labels, masses and magnetic moments, and the request to print forces.
"""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell

from phonokit.io.species import element_of, labels_by_type


def _labels(cell: Cell) -> list[str]:
    """A name for each kind of atoms: symbol, mass and moment."""
    if len(set(cell.kinds.tolist())) == len(set(cell.symbols)):
        return list(cell.symbols)
    elements = [element_of(symbol) or symbol for symbol in cell.symbols]
    return labels_by_type(elements, cell.kinds.tolist())


def _first(labels: list[str]) -> dict[str, int]:
    """The first atom of every label."""
    return {label: labels.index(label) for label in dict.fromkeys(labels)}


def _rows(numbers: Iterable[Iterable[float]]) -> list[str]:
    """Rows of numbers."""
    return [" ".join(f"{x:20.14f}" for x in row) for row in numbers]


def espresso_input(cell: Cell, positions: NDArray[np.float64]) -> str:
    """An input of ``pw.x`` but for cutoffs and wave vectors.

    Parameters
    ----------
    cell : Cell
    positions : (n, 3) array
        Cartesian, Å.
    """
    labels = _labels(cell)
    kinds = _first(labels)
    system = [f"  ibrav = 0, nat = {cell.n_atoms}, ntyp = {len(kinds)}"]
    if cell.magnetic_moments is not None:
        vectors = cell.magnetic_moments.ndim == 2
        system.append("  noncolin = .true." if vectors else "  nspin = 2")
        for number, atom in enumerate(kinds.values(), start=1):
            system += _magnetisation(number, cell.magnetic_moments[atom])
    species = [
        f" {label} {cell.masses[atom]:.6f} {element_of(label)}.UPF"
        for label, atom in kinds.items()
    ]
    sites = _rows(positions)
    return "\n".join(
        [
            "! set ecutwfc, the pseudopotentials and K_POINTS",
            *("&control", "  calculation = 'scf', tprnfor = .true.", "/"),
            *("&system", *system, "/", "&electrons", "/", "ATOMIC_SPECIES", *species),
            *("CELL_PARAMETERS angstrom", *_rows(cell.lattice)),
            "ATOMIC_POSITIONS angstrom",
            *(f" {label} {row}" for label, row in zip(labels, sites, strict=True)),
            "",
        ]
    )


def _magnetisation(number: int, moment: NDArray[np.float64]) -> list[str]:
    """The starting magnetisation of a species, of which pw.x takes -1 to 1."""
    vector = np.atleast_1d(moment)
    size = float(vector[0]) if vector.size == 1 else float(np.linalg.norm(vector))
    lines = [f"  starting_magnetization({number}) = {np.clip(size, -1, 1):.6f}"]
    if vector.size == 3 and size > 0:
        theta = np.degrees(np.arccos(np.clip(vector[2] / size, -1, 1)))
        phi = np.degrees(np.arctan2(vector[1], vector[0]))
        lines.append(f"  angle1({number}) = {theta:.8f}, angle2({number}) = {phi:.8f}")
    return lines


def cp2k_input(cell: Cell, positions: NDArray[np.float64]) -> str:
    """An input of CP2K but for the method and its basis.

    Parameters
    ----------
    cell : Cell
    positions : (n, 3) array
        Cartesian, Å.
    """
    labels = _labels(cell)
    kinds = []
    for label, atom in _first(labels).items():
        lines = [f"ELEMENT {element_of(label)}", f"MASS {cell.masses[atom]:.6f}"]
        if cell.magnetic_moments is not None and cell.magnetic_moments.ndim == 1:
            lines.append(f"MAGNETIZATION {cell.magnetic_moments[atom]:.6f}")
        kinds += [f"    &KIND {label}", *(f"      {x}" for x in lines), "    &END KIND"]
    vectors = [
        f"      {name} {row}" for name, row in zip("ABC", _rows(cell.lattice), strict=True)
    ]
    sites = [
        f"      {label} {row}" for label, row in zip(labels, _rows(positions), strict=True)
    ]
    return "\n".join(
        [
            *("&GLOBAL", "  RUN_TYPE ENERGY_FORCE", "&END GLOBAL", "&FORCE_EVAL"),
            "  # set METHOD, the basis and the potentials",
            *("  &PRINT", "    &FORCES ON", "    &END FORCES", "  &END PRINT"),
            *("  &SUBSYS", "    &CELL", *vectors, "      PERIODIC XYZ", "    &END CELL"),
            *("    &COORD", *sites, "    &END COORD", *kinds),
            *("  &END SUBSYS", "&END FORCE_EVAL", ""),
        ]
    )


WRITERS: dict[str, Callable[[Cell, NDArray[np.float64]], str]] = {
    "espresso-in": espresso_input,
    "cp2k-restart": cp2k_input,
}
"""By the name of the format; ASE writes the others."""
