"""Names of representations at Γ are phonopy's."""

from pathlib import Path

import numpy as np
import pytest
from model_crystals import springs
from phono_dynmat import HarmonicSeries, mode_symmetry
from phono_fc import ForceConstants
from phono_grid import Cell, Supercell, Symmetry

phonopy = pytest.importorskip("phonopy")
pytest.importorskip("spgrep")
yaml = pytest.importorskip("yaml")
spacegroup = pytest.importorskip("ase.spacegroup")

pytestmark = pytest.mark.filterwarnings("ignore")  # what it advises is not ours
CUBE, HEXAGON = [90, 90, 90], [90, 90, 120]
CRYSTALS = {
    "Fd-3m": (["Si"], [(0, 0, 0)], 227, [5.43] * 3 + CUBE),
    "F-43m": (["Ga", "As"], [(0, 0, 0), (0.25,) * 3], 216, [5.6] * 3 + CUBE),
    "P6_3mc": (
        ["Al", "N"],
        [(1 / 3, 2 / 3, 0), (1 / 3, 2 / 3, 0.385)],
        186,
        [3.11, 3.11, 4.98, *HEXAGON],
    ),
    "P4_2/mnm": (
        ["Ti", "O"],
        [(0, 0, 0), (0.305,) * 2 + (0,)],
        136,
        [4.59, 4.59, 2.96, *CUBE],
    ),
    "P3_121": (
        ["Si", "O"],
        [(0.47, 0, 1 / 3), (0.413, 0.266, 0.119)],
        152,
        [4.91, 4.91, 5.4, *HEXAGON],
    ),
    "R-3c": (
        ["Al", "O"],
        [(0, 0, 0.352), (0.306, 0, 0.25)],
        167,
        [4.76, 4.76, 12.99, *HEXAGON],
    ),
    "P2_1/c": (
        ["Zr", "O"],
        [(0.28, 0.04, 0.21), (0.07, 0.33, 0.35)],
        14,
        [5.1, 5.2, 5.3, 90, 99, 90],
    ),
    "Pnma": (
        ["Ge", "Se"],
        [(0.12, 0.25, 0.1), (0.85, 0.25, 0.5)],
        62,
        [10.8, 3.85, 4.4, *CUBE],
    ),
}


@pytest.mark.parametrize("name", CRYSTALS)
def test_names_at_gamma_are_those_of_phonopy(name, tmp_path, monkeypatch):
    symbols, basis, number, cell = CRYSTALS[name]
    atoms = spacegroup.crystal(symbols, basis=basis, spacegroup=number, cellpar=cell)
    unit = Cell.from_ase(atoms)
    matrix = [2, 2, 2] if unit.n_atoms < 20 else [1, 1, 1]
    supercell = Supercell.of(unit, matrix)
    constants = ForceConstants(springs(supercell), supercell)
    ours = mode_symmetry(
        HarmonicSeries.of(constants), Symmetry.of(supercell.primitive), degeneracy=1e-3
    )
    structure = phonopy.structure.atoms.PhonopyAtoms(
        symbols=unit.symbols, cell=unit.lattice, scaled_positions=unit.positions
    )
    theirs = phonopy.Phonopy(structure, np.diag(matrix), primitive_matrix="auto")
    theirs.force_constants = constants.to_full()
    theirs.run_irreps([0, 0, 0], degeneracy_tolerance=1e-3)
    monkeypatch.chdir(tmp_path)
    theirs.irreps.write_yaml()
    compared = 0
    for mode in yaml.safe_load(Path("irreps.yaml").read_text())["normal_modes"]:
        band, label = mode["band_indices"][0] - 1, mode["ir_label"]
        if band < 3 or label is None:  # acoustic, or not in its tables
            continue
        assert ours.labels[ours.sets[band]] == label
        compared += 1
    assert compared > 0
