"""Crystals as parts of the input of programs that ASE does not write for, or not in full.

Cutoffs, pseudopotentials and wave vectors are the user's: these are the structure, with
labels, masses and magnetic moments where the program has a place for them, and the request
to print forces but for ABACUS (``cal_force 1`` in ``INPUT``) and FLEUR (``l_f`` in
``inp.xml``), which have it in another file.
"""

import itertools
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import DomainError
from phono_grid.units import BOHR

from phonokit.io.fractional import fractional
from phonokit.io.species import element_of, labels_by_type, to_angles

MOST_KINDS = 99
"""Kinds of one element that an input of FLEUR tells apart."""


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
    size, theta, phi = to_angles(moment)
    lines = [f"  starting_magnetization({number}) = {np.clip(size, -1, 1):.6f}"]
    if moment.ndim and size > 0:
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


def siesta_input(cell: Cell, positions: NDArray[np.float64]) -> str:
    """An fdf file of SIESTA but for the basis and the mesh.

    Parameters
    ----------
    cell : Cell
    positions : (n, 3) array
        Cartesian, Å.
    """
    labels = _labels(cell)
    kinds = _first(labels)
    numbers = {label: i for i, label in enumerate(kinds, start=1)}
    species = [
        f" {i} {_number_of(cell, kinds[label])} {label}" for label, i in numbers.items()
    ]
    masses = [f" {i} {cell.masses[kinds[label]]:.6f}" for label, i in numbers.items()]
    sites = [f"{x} {numbers[k]}" for x, k in zip(_rows(positions), labels, strict=True)]
    lines = [
        *("# set the basis and the mesh", "WriteForces .true."),
        *(f"NumberOfAtoms {cell.n_atoms}", f"NumberOfSpecies {len(kinds)}"),
        *_fdf_block("ChemicalSpeciesLabel", species),
        *_fdf_block("AtomicMass", masses),
        *("LatticeConstant 1.0 Ang", *_fdf_block("LatticeVectors", _rows(cell.lattice))),
        "AtomicCoordinatesFormat Ang",
        *_fdf_block("AtomicCoordinatesAndAtomicSpecies", sites),
    ]
    if cell.magnetic_moments is not None:
        polar = map(to_angles, cell.magnetic_moments)
        vectors = cell.magnetic_moments.ndim == 2
        lines.append(f"Spin {'non-collinear' if vectors else 'polarized'}")
        spins = [
            f" {i} {size:.6f}" + (f" {theta:.8f} {phi:.8f}" if vectors else "")
            for i, (size, theta, phi) in enumerate(polar, start=1)
        ]
        lines += _fdf_block("DM.InitSpin", spins)
    return "\n".join([*lines, ""])


def _fdf_block(name: str, rows: list[str]) -> list[str]:
    """A block of fdf."""
    return [f"%block {name}", *rows, f"%endblock {name}"]


def _number_of(cell: Cell, atom: int) -> int:
    """The atomic number of an atom."""
    return int(cell.to_spglib()[2][atom]) % 1000


def openmx_input(cell: Cell, positions: NDArray[np.float64]) -> str:
    """An input of OpenMX but for orbitals, potentials and wave vectors.

    Parameters
    ----------
    cell : Cell
    positions : (n, 3) array
        Cartesian, Å.
    """
    labels = _labels(cell)
    kinds = _first(labels)
    species = [
        f" {label} {element_of(label)}_ORBITALS {element_of(label)}_POTENTIAL "
        f"{cell.masses[atom]:.6f}"
        for label, atom in kinds.items()
    ]
    moments = cell.magnetic_moments
    if moments is None:
        moments = np.zeros(cell.n_atoms)
    sites = []
    for i, (label, row) in enumerate(zip(labels, _rows(positions), strict=True), start=1):
        size, *angles = to_angles(moments[i - 1])
        # Electrons of both spins; the halves of the valence are the user's to set.
        spins = f"{max(size, 0):z.6f} {max(-size, 0):z.6f}"
        tail = f" {angles[0]:.8f} {angles[1]:.8f}" if moments.ndim == 2 else ""
        sites.append(f" {i} {label} {row} {spins}{tail}")
    polarized = "NC" if moments.ndim == 2 else "On" if moments.any() else "Off"
    return "\n".join(
        [
            "# set orbitals, potentials, the electrons of each spin and wave vectors",
            *(f"Species.Number {len(kinds)}", f"Atoms.Number {cell.n_atoms}"),
            *("<Definition.of.Atomic.Species", *species, "Definition.of.Atomic.Species>"),
            *("Atoms.UnitVectors.Unit Ang", "<Atoms.UnitVectors"),
            *(*_rows(cell.lattice), "Atoms.UnitVectors>"),
            *("Atoms.SpeciesAndCoordinates.Unit Ang", "<Atoms.SpeciesAndCoordinates"),
            *(*sites, "Atoms.SpeciesAndCoordinates>"),
            *(f"scf.SpinPolarization {polarized}", "MD.Type NOMD", ""),
        ]
    )


def fleur_input(cell: Cell, positions: NDArray[np.float64]) -> str:
    """An input of FLEUR's ``inpgen`` but for what it chooses itself.

    Parameters
    ----------
    cell : Cell
    positions : (n, 3) array
        Cartesian, Å.

    Raises
    ------
    DomainError
        If moments are not along one axis.
    """
    moments = cell.magnetic_moments
    if moments is not None and moments.ndim == 2:
        raise DomainError(
            "structures: fleur-inpgen has moments along one axis only; take another format"
        )
    labels = _labels(cell)
    kinds = _first(labels)
    names = {}
    for label, atom in kinds.items():
        number = _number_of(cell, atom)
        same = [other for other in kinds if element_of(other) == element_of(label)]
        if len(same) > MOST_KINDS:
            raise DomainError(
                f"structures: fleur-inpgen tells {MOST_KINDS} kinds of {element_of(label)} "
                f"apart, there are {len(same)}; take another format"
            )
        # A kind is a decimal number to FLEUR: 26.1 is 26.10.
        kind = f".{same.index(label) + 1:02d}" if len(same) > 1 else ""
        names[label] = f"{number}{kind}"
    sites = zip(labels, _rows(fractional(positions, cell.lattice)), strict=True)
    spins = [
        f'&atom element="{element_of(label)}" id={names[label]} bmu={moments[atom]:.6f} /'
        for label, atom in kinds.items()
        if moments is not None
    ]
    return "\n".join(
        [
            *("crystal", *_rows(cell.lattice / BOHR), "1.0 ! bohr", "1.0 1.0 1.0"),
            f"{cell.n_atoms} ! atoms",
            *(f"{names[label]} {row}" for label, row in sites),
            *(*spins, ""),
        ]
    )


def _words(moment: NDArray[np.float64]) -> str:
    """A moment along z, or a vector."""
    return " ".join(f"{x:z.6f}" for x in np.atleast_1d(moment))


def abacus_input(cell: Cell, positions: NDArray[np.float64]) -> str:
    """A ``STRU`` of ABACUS but for pseudopotentials and orbitals.

    Parameters
    ----------
    cell : Cell
    positions : (n, 3) array
        Cartesian, Å.

    Raises
    ------
    DomainError
        If atoms of one kind do not follow one another, as they do in a ``STRU``.
    """
    labels = _labels(cell)
    kinds = _first(labels)
    if len(list(itertools.groupby(labels))) > len(kinds):
        raise DomainError(
            "structures: abacus-stru has all atoms of a kind together; sort the atoms of "
            "the unit cell by element, or take another format"
        )
    moments = cell.magnetic_moments
    rows = _rows(fractional(positions, cell.lattice))
    atoms = []
    for label, first in kinds.items():
        count = labels.count(label)
        atoms += [label, "0.0", f"{count}"]
        for i in range(first, first + count):
            own = "" if moments is None else f" mag {_words(moments[i])}"
            atoms.append(f"{rows[i]} 1 1 1{own}")
    species = [
        f"{label} {cell.masses[atom]:.6f} {element_of(label)}.upf"
        for label, atom in kinds.items()
    ]
    return "\n".join(
        [
            *("ATOMIC_SPECIES", *species, "", "LATTICE_CONSTANT", f"{1 / BOHR:.15f}", ""),
            *("LATTICE_VECTORS", *_rows(cell.lattice), ""),
            *("ATOMIC_POSITIONS", "Direct", *atoms, ""),
        ]
    )


WRITERS: dict[str, Callable[[Cell, NDArray[np.float64]], str]] = {
    "espresso-in": espresso_input,
    "cp2k-restart": cp2k_input,
    "siesta-fdf": siesta_input,
    "openmx-dat": openmx_input,
    "fleur-inpgen": fleur_input,
    "abacus-stru": abacus_input,
}
"""By the name of the format; ASE writes the others."""
