"""Outputs of programs: phonopy reads the same forces from the same files."""

import importlib

import numpy as np
import pytest
from outputs_of_more_programs import ALONE, WITH_POSITIONS
from phono_grid.calculators import calculator_units
from phonokit.io.finished import read_finished

pytest.importorskip("ase.io")
phonopy_atoms = pytest.importorskip("phonopy.structure.atoms")
PROGRAMS = {
    "INFO.OUT": "elk",
    "exciting-INFO.OUT": "exciting",
    "crystal.o": "crystal",
    "running_scf.log": "abacus",
    "gradient": "turbomole",
    "si.FA": "siesta",
    "results.tag": "dftbp",
    "FORCES": "fleur",
    "cs.castep": "castep",
    "case.scf": "wien2k",
}
SYMBOLS = ["Cl"] * 2 + ["Cs"] * 2
"""In the order of atomic numbers, as CASTEP has them."""
LATTICE = np.diag([8.4, 4.2, 4.2])
POSITIONS = np.array([[0.03, 0, 0], [4.2, 0, 0], [2.1, 2.1, 2.1], [6.3, 2.1, 2.1]])


def theirs(name, path):
    """Forces that phonopy reads, eV/Å; it takes the drift off."""
    program = PROGRAMS[name]
    interface = importlib.import_module(f"phonopy.interface.{program}")
    unit = calculator_units(program).force
    if program == "wien2k":
        cell = phonopy_atoms.PhonopyAtoms(SYMBOLS, cell=LATTICE, positions=POSITIONS)
        moves = [{"number": 0, "displacement": [0.03, 0, 0]}]
        (forces,) = interface.parse_set_of_forces(
            moves, [str(path)], cell, wien2k_P1_mode=True, verbose=False
        )
    else:
        file = path.parent if program == "turbomole" else path
        (forces,) = interface.parse_set_of_forces(4, [str(file)], verbose=False)
    return np.array(forces) * unit


# phonopy leaves files open.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_forces_are_those_that_phonopy_reads(tmp_path, name):
    forces = np.random.default_rng(3).normal(size=(4, 3))
    path = tmp_path / name
    path.write_text({**WITH_POSITIONS, **ALONE}[name](SYMBOLS, LATTICE, POSITIONS, forces))
    ours = read_finished(path).forces
    ours = ours - ours.mean(axis=0)
    # The units of phonopy are of other constants of nature.
    np.testing.assert_allclose(ours, theirs(name, path), rtol=1e-6, atol=1e-7)
