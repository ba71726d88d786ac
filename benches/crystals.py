"""Crystals with many bands, made from Tersoff's potential of silicon and carbon.

    nox -s bench -- benches/crystals.py [FOLDER] [--only 6h-sic ...]

Every crystal is relaxed, cell and all, to forces below 1e-4 eV/Å, and gets a folder with
POSCAR, displaced supercells with their forces in phono3py's files, which both programs
read, and the potential (potential.py). What is there already is kept. The folder is one for
temporary files if none is given; other benchmarks take the crystals from there.

J. Tersoff, Phys. Rev. B 39, 5566 (1989); matscipy holds the parameters.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.constraints import FixSymmetry
from ase.filters import FrechetCellFilter
from ase.io import write
from ase.optimize import BFGS
from ase.spacegroup import crystal

FOLDER = Path(tempfile.gettempdir()) / "phono-crystals"
POTENTIAL = '''"""Tersoff's potential."""

from matscipy.calculators.manybody import Manybody
from matscipy.calculators.manybody.explicit_forms import TersoffBrenner
from matscipy.calculators.manybody.explicit_forms.tersoff_brenner import (
    Tersoff_PRB_39_5566_Si_C,
)


def make():
    """An ASE calculator."""
    return Manybody(**TersoffBrenner(Tersoff_PRB_39_5566_Si_C))
'''


def polytype(stacking: str) -> Atoms:
    """Silicon carbide of bilayers along c."""
    a, height = 3.081, 15.117 / 6
    places = {"A": (0.0, 0.0), "B": (1 / 3, 2 / 3), "C": (2 / 3, 1 / 3)}
    n = len(stacking)
    positions = [
        (*places[layer], (i + above) / n)
        for above in (0.0, 0.75)
        for i, layer in enumerate(stacking)
    ]
    return Atoms(
        ["Si"] * n + ["C"] * n,
        scaled_positions=positions,
        cell=[[a, 0, 0], [-a / 2, a * 3**0.5 / 2, 0], [0, 0, n * height]],
        pbc=True,
    )


def clathrate() -> Atoms:
    """Silicon of clathrate I, a silicon guest in both cages."""
    places = [(0, 0, 0), (0.25, 0, 0.5), (0.1837, 0.1837, 0.1837), (0, 0.3077, 0.1173)]
    return crystal(["Si"] * 4, places, spacegroup=223, cellpar=[10.2] * 3 + [90] * 3)


@dataclass(frozen=True)
class Recipe:
    """How a crystal and its forces are made."""

    atoms: Callable[[], Atoms]
    options: tuple[str, ...]


RECIPES = {
    "9r-sic": Recipe(
        lambda: polytype("ABCBCACAB"),
        ("--supercell", "3", "3", "1", "--pair-cutoff", "4"),
    ),
    "6h-sic": Recipe(lambda: polytype("ABCACB"), ("--supercell", "3", "3", "1")),
    "11h-sic": Recipe(
        lambda: polytype("ABCABCABCAB"),
        ("--supercell", "2", "2", "1", "--pair-cutoff", "3.2"),
    ),
    "clathrate": Recipe(clathrate, ("--supercell", "1", "1", "1", "--pair-cutoff", "4.5")),
}


def calculator(folder: Path) -> Calculator:
    """The calculator of the potential in ``folder``."""
    names: dict[str, object] = {}
    exec((folder / "potential.py").read_text(), names)
    make = names["make"]
    assert callable(make)
    result = make()
    assert isinstance(result, Calculator)
    return result


def make(name: str, folder: Path) -> None:
    """Relax crystal ``name`` and compute its forces."""
    recipe = RECIPES[name]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "potential.py").write_text(POTENTIAL)
    if not (folder / "POSCAR").exists():
        atoms = recipe.atoms()
        atoms.calc = calculator(folder)
        atoms.set_constraint(FixSymmetry(atoms))
        BFGS(FrechetCellFilter(atoms), logfile=None).run(fmax=1e-5, steps=500)
        atoms.set_constraint()
        write(folder / "POSCAR", atoms, format="vasp", direct=True, sort=True)
    if not (folder / "FORCES_FC3").exists():
        phono = Path(sys.executable).with_name("phono")
        command = [phono, "fc", folder / "POSCAR", *recipe.options, "--output", folder]
        subprocess.run(
            [*command, "--calculator", f"{folder / 'potential.py'}:make"], check=True
        )
        for order in (2, 3):
            # Both programs shall make them.
            (folder / f"fc{order}.hdf5").unlink()


def main() -> None:
    """Make what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--only", nargs="+", choices=RECIPES, default=list(RECIPES))
    arguments = parser.parse_args()
    for name in arguments.only:
        make(name, (arguments.folder / name).resolve())


if __name__ == "__main__":
    main()
