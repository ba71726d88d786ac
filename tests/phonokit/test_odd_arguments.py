"""Empty arrays, huge integers, other classes: a result, or one of our errors."""

import inspect

import numpy as np
import phonokit
import pytest
from model_crystals import random_cubic, springs
from odd_arguments import (
    described,
    ensure_refused_or_done,
    odd,
    outcome,
    public_functions,
)
from phono_3ph import Scattering
from phono_dynmat import BornCharges
from phono_fc import (
    ForceConstants,
    RandomDisplacementForces,
    SingleDisplacementForces,
    SparseForceConstants3,
)
from phono_grid import Cell, Supercell
from phonokit import Displace, Fit, Projection, Transport, displace, displace_fourth_order

pytest.importorskip("seekpath")
pytest.importorskip("ase")
pytestmark = pytest.mark.needs_rust


def of_springs() -> phonokit.Crystal:
    """Two atoms, without a supercell to speak of."""
    h = 2.8
    lattice = [[0, h, h], [h, 0, h], [h, h, 0]]
    cell = Cell.of(lattice, [[0, 0, 0], [0.25, 0.25, 0.25]], ["Ga", "As"])
    supercell = Supercell.of(cell, [1, 1, 1], np.eye(3))
    fc3 = random_cubic(supercell, np.random.default_rng(3))
    return phonokit.Crystal.from_constants(
        ForceConstants(springs(supercell), supercell), ForceConstants(fc3, supercell)
    )


CRYSTAL = of_springs()
CELL = Cell.of(4.2 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cs", "Cl"])
SUPERCELLS = displace(CELL, Displace(supercell=(1, 1, 1), second_order=True))
RANDOM = displace(CELL, Displace(random=2, seed=1, second_order=True))
FOURTH = displace_fourth_order(CELL, Displace(supercell=(2, 2, 2)), cutoff=3.7)
CHARGES = BornCharges([np.eye(3), -np.eye(3)], 2 * np.eye(3))
N = len(SUPERCELLS)
FORCES = np.random.default_rng(1).normal(size=(N, 2, 3))
DATA = phonokit.ForceData.from_supercells(SUPERCELLS, FORCES)
KAPPA = phonokit.kappa(CRYSTAL, (2, 2, 2), [300])
OTHER_RESULTS = [
    phonokit.accumulate(KAPPA, points=3),
    phonokit.bands(CRYSTAL, path="G X", points_per_segment=2),
]
FRAMES = phonokit.TrajectoryData(
    rest=CELL, displacements=RANDOM.displacements, forces=FORCES[:2]
)
GOOD = {
    "blocks": 2,
    "every": 1,
    "skip": 0,
    "rest": CELL,
    "trajectories": "missing",
    "calculator": object(),
    "charges": None,
    "clamped": False,
    "classical": False,
    "command": "",
    "comments": ["# 1\n"] * N,
    "conductivity": KAPPA,
    "connect": False,
    "constants": CRYSTAL.fc2,
    "crystal": CRYSTAL,
    "crystals": [CRYSTAL] * 5,
    "cutoff": 3.0,
    "cutoff_frequency": 1e-4,
    "data": DATA,
    "directions": [[1, 0, 0]],
    "displacements": RANDOM.displacements,
    "displacements_of": None,
    "distance": 0.03,
    "energies": [0.0, 0.1, 0.2, 0.3, 0.4],
    "epsilon": 0.05,
    "error": None,
    "fc2": CRYSTAL.fc2,
    "fc3": CRYSTAL.fc3,
    "files": ["missing"] * N,
    "fit": Fit(),
    "folder": ".",
    "forces": FORCES,
    "format": "tdep",
    "frequency_points": 3,
    "full": False,
    "kappa": KAPPA,
    "widths": [0.2, 0.4],
    "memory": None,
    "mesh": (2, 2, 2),
    "nac": True,
    "origin": "x",
    "pairs": None,
    "path": "missing",
    "points": 3,
    "points_per_segment": 2,
    "positions": CELL.positions,
    "pressure": 0.0,
    "primitive": "auto",
    "projection": Projection(),
    "q": [[0.5, 0.0, 0.0]],
    "quantity": "lifetime",
    "residual": False,
    "result": KAPPA,
    "sample": None,
    "scattering": Scattering(),
    "sigma": 0.1,
    "singles": SingleDisplacementForces(
        SUPERCELLS.singles.atoms, SUPERCELLS.singles.displacements, FORCES
    ),
    "snapshots": RandomDisplacementForces(RANDOM.displacements, RANDOM.displacements),
    "sparse": SparseForceConstants3.of(CRYSTAL.fc3, cutoff=3.0),
    "steps": 3,
    "store": "missing.hdf5",
    "structure": CELL,
    "supercell": SUPERCELLS.supercell,
    "supercell2": SUPERCELLS.supercell,
    "supercells": SUPERCELLS,
    "temperature": 300.0,
    "temperatures": [300.0],
    "threshold": 0.0,
    "transport": Transport(),
    "unit_cell": CELL,
}
NEUTRONS = {
    "scattering_lengths": {"Si": 4.15},
    "resolution": [0.3, 0.01],
    "spectral": None,
    "frequency_points": 5,
}
FOURTH_FORCES = np.zeros((len(FOURTH), 16, 3))
SPECIAL = {
    "FourthOrderSupercells": {"triples": FOURTH.triples},
    "FourthOrderData": {"supercells": FOURTH, "forces": FOURTH_FORCES},
    "displace_fourth_order": {"settings": Displace(supercell=(2, 2, 2)), "cutoff": 3.7},
    "write_fourth_order_supercells": {"supercells": FOURTH},
    "TrajectoryData": {"rest": CELL, "displacements": np.zeros((3, 2, 3))},
    "fit_trajectory": {"data": FRAMES, "settings": phonokit.TrajectoryFit(blocks=2)},
    "from_object": {"given": object()},
    "write_modulation": {"modulation": phonokit.modulate(CRYSTAL, [0.5, 0, 0], 0)},
    "KappaCurve": {"name": "x", "temperatures": [300.0], "kappa": [[1.0] * 6]},
    "InputFile": {"path": "x", "sha256": "0"},
    "modulate": {"bands": [0], "amplitude": 0.1, "phase": 0.0},
    "RandomSupercells": {"displacements": RANDOM.displacements},
    "bands": {"path": "G X", "points": None},
    "ComputedCharges": {
        "program": "x",
        "charges": CHARGES,
        "computed": CHARGES.charges,
        "cell": CELL,
    },
    "write_born": {
        "charges": phonokit.ComputedCharges(
            program="x", cell=CELL, computed=CHARGES.charges, charges=CHARGES
        )
    },
    "converge": {"settings": phonokit.Convergence(meshes=((2, 2, 2),))},
    "grueneisen": {"mesh": None, "path": None, "points": None},
    "grueneisen_from_volumes": {
        **{"mesh": None, "path": None, "points": None},
        **{"smaller": CRYSTAL, "larger": CRYSTAL},
    },
    "unfold": {"path": None, "points": None, "q": [[0.1, 0.2, 0.3]]},
    "neutrons": {**NEUTRONS, "momenta": [[2, 0.1, 0.3]], "path": None, "points": None},
    "powder": {**NEUTRONS, "momenta": [2.0], "directions": 3},
    "NeutronData": {"scattering_lengths": [4.1, 4.1], "incoherent": [0.1, 0.0]},
    "NeutronData.of": {"cell": CELL, "lengths": {"Si": 4.15}},
    "modes": {"mesh": None, "path": None, "points": None},
    "spectral": {"path": None, "points": None},
    "collect_forces": {"residual": None, "format": None},
    "write_snapshots": {"forces": RANDOM.displacements},
    "write_sparse_force_constants": {"constants": GOOD["sparse"]},
    "RunStore": {"path": "x.run"},
}
MADE = {name for name in phonokit.__all__ if name.endswith(("Result", "Warning", "Error"))}
"""By functions, for people to read."""
OTHERS = {
    "Dipoles.from_nac_params",
    "KappaCurve.of",
    "KappaModes",
    "Modulation",
    "Crystal.from_phono3py",
    "Crystal.from_phonopy",
    "Plan",
    "Provenance",
    "at_volumes",
    "from_calculator",
    "VolumeSeries",
    "strain_elasticity",
}
"""Made from objects of other libraries, or results too."""
FUNCTIONS = {
    name: function
    for name, function in public_functions(phonokit, MADE | OTHERS).items()
    if not name.startswith("plot") and name.split(".")[0] not in MADE
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_odd_argument_ends_in_a_result_or_in_one_error(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ensure_refused_or_done(FUNCTIONS[name], GOOD | SPECIAL.get(name, {}))


PLOTS = [name for name in phonokit.__all__ if name.startswith("plot")]


@pytest.mark.parametrize("name", PLOTS)
def test_a_picture_of_something_else_is_refused(name, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    function = getattr(phonokit, name)
    first = next(iter(inspect.signature(function).parameters))
    wrong = [
        f"{described(value)}: {problem}"
        for value in (*odd(None), *OTHER_RESULTS)
        if (problem := outcome(function, {first: value, "path": "x.png"}))
    ]
    assert not wrong, "\n".join(wrong)
