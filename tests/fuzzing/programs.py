"""Structures and outputs of programs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import charges_of_programs as charges
import outputs_of_programs as outputs
import phonokit
import structures_of_programs as structures
from fuzzing.reader import Reader, forces_on, rocksalt, text
from outputs_of_more_programs import ALONE, WITH_POSITIONS
from phono_fc import SingleDisplacements
from phono_grid import Cell
from phono_grid.calculators import CalculatorUnits
from phonokit.io.born import read_born
from phonokit.io.structures import read_structure


def structure(form: str) -> Reader:
    """A structure file whose name tells nothing."""
    return Reader(
        text("structure", structures.PLAIN[form]),
        lambda folder: read_structure(folder / "structure"),
    )


def output(write: Callable[..., str]) -> Reader:
    """The output of a program with forces."""

    def content() -> str:
        cell, forces = rocksalt().supercell.cell, forces_on(rocksalt())
        # The largest on the displaced atom, by which files without positions are known.
        forces[0, rocksalt().singles.atoms[0]] = 5.0
        return write(cell.symbols, cell.lattice, rocksalt().positions(0), forces[0])

    def read(folder: Path) -> Any:
        singles = rocksalt().singles
        first = SingleDisplacements(singles.atoms[:1], singles.displacements[:1])
        return phonokit.collect_forces(
            replace(rocksalt(), singles=first), [folder / "output"]
        )

    return Reader(text("output", content), read)


def output_with_charges(content: str) -> Reader:
    """An output with Born charges."""
    h = 2.845
    lattice = [[0, h, h], [h, 0, h], [h, h, 0]]
    cell = Cell.of(lattice, [[0, 0, 0], [0.5, 0.5, 0.5]], ["Na", "Cl"])
    return Reader(
        text("output", content), lambda f: read_born(f / "output", cell, CalculatorUnits())
    )


PROGRAMS = {
    **{form: structure(form) for form in structures.PLAIN},
    "vasprun": output(outputs.vasprun),
    "outcar": output(outputs.outcar),
    "pw.out": output(outputs.espresso),
    "dump": output(lambda *a: outputs.lammps(*a, element=True)),
    "cp2k.out": output(lambda *a: outputs.cp2k(*a, modern=False)),
    "cp2k-2024.out": output(lambda *a: outputs.cp2k(*a, modern=True)),
    **{f"of-{name}": output(write) for name, write in (WITH_POSITIONS | ALONE).items()},
    "charges-outcar": output_with_charges(charges.OUTCAR),
    "charges-vasprun": output_with_charges(charges.VASPRUN),
    "charges-abinit": output_with_charges(charges.ABINIT),
    "charges-castep": output_with_charges(charges.CASTEP),
    "charges-ph.out": output_with_charges(charges.PHONON),
}
