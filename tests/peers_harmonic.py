"""The same second-order constants and charges in phonopy and in ours."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from peers_crystals import SEVEN_SYSTEMS, phonopy_cell
from phono_dynmat import (
    BornCharges,
    Dynamics,
    HarmonicSeries,
    WangCorrection,
    separate_dipoles,
)
from phono_fc import ForceConstants
from phono_grid import Cell, Supercell, Symmetry

FILES = {
    "Si": ("si-pbesol/phono3py_disp.yaml", "si-pbesol/FORCES_FC3"),
    "NaCl": ("nacl-pbe/phono3py_params_NaCl222.yaml.xz", None),
    "AlN": ("aln-lda/phono3py_params_AlN332.yaml.xz", None),
}
LOW = {
    "triclinic": [[2, 1, 0], [0, 2, 0], [1, 0, 2]],
    "monoclinic": np.diag([2, 2, 1]),
}
"""Supercells of crystals without degenerate modes."""
WAYS = {"plain": None, "gonze": separate_dipoles, "wang": WangCorrection.of}
COMBINATIONS = [("Si", "plain"), *((c, w) for c in ("NaCl", "AlN", *LOW) for w in WAYS)]
"""Every crystal, with and without dipoles where it has charges."""


@dataclass(frozen=True)
class Both:
    """One crystal in both programs."""

    peer: Any
    series: Dynamics
    supercell: Supercell
    rotations: NDArray[np.int64]
    """The point group on fractional wave vectors."""


def both(name: str, way: str, data: Any) -> Both:
    """Real force data from the folder ``data``, or random constants of low symmetry."""
    if name in LOW:
        peer, constants, polar = _low(name)
    else:
        peer, constants, polar = _real(name, data)
    supercell, identity = constants.supercell, np.eye(3, dtype=int)
    rotations = Symmetry.of(supercell.primitive).reciprocal_rotations()
    if name in LOW:
        rotations = np.array([identity, -identity])
    peer.force_constants = constants.values
    if way == "plain":
        return Both(peer, HarmonicSeries.of(constants), supercell, rotations)
    peer.nac_params = {
        "born": polar.charges,
        "dielectric": polar.dielectric,
        "factor": polar.factor,
        "method": way,
    }
    return Both(peer, WAYS[way](constants, polar), supercell, rotations)


def _real(name: str, data: Any) -> tuple[Any, ForceConstants, BornCharges | None]:
    """Constants of phono3py, and charges with the symmetry of the crystal."""
    import phono3py
    from phonopy import Phonopy

    path, forces = FILES[name]
    ph3 = phono3py.load(
        data / path, forces_fc3_filename=forces and data / forces, produce_fc=False
    )
    # Where the constants are not symmetric, phonopy reads one triangle of the derivative
    # within a degenerate set, we its Hermitian part.
    ph3.produce_fc2(symmetrize_fc2=True)
    unit, matrices = ph3.unitcell, (ph3.supercell_matrix, ph3.primitive_matrix)
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    supercell = Supercell.of(cell, *matrices)
    peer = Phonopy(unit, matrices[0], primitive_matrix=matrices[1])
    born, polar = ph3.nac_params, None
    if born is not None:
        charges = born["born"], born["dielectric"]
        polar = BornCharges.of(supercell.primitive, *charges, factor=born["factor"])
    return peer, ForceConstants(ph3.fc2, supercell), polar


def _low(name: str) -> tuple[Any, ForceConstants, BornCharges]:
    """Random constants, stable, without the sum rule; random charges that add up to 0."""
    from phonopy import Phonopy

    rng = np.random.default_rng(5)
    cell, matrix = SEVEN_SYSTEMS[name], LOW[name]
    supercell = Supercell.of(cell, matrix, "P")
    values = rng.normal(size=(cell.n_atoms, supercell.cell.n_atoms, 3, 3))
    home = supercell.primitive_to_supercell
    values[np.arange(cell.n_atoms), home] += 60 * np.eye(3)
    z = rng.normal(size=(cell.n_atoms, 3, 3))
    epsilon = [[5.0, 0.4, -0.2], [0.4, 6.0, 0.3], [-0.2, 0.3, 9.0]]
    # Random constants have no symmetry, whatever the places of the atoms have.
    peer = Phonopy(phonopy_cell(cell), matrix, primitive_matrix="P", is_symmetry=False)
    polar = BornCharges(z - z.mean(axis=0), epsilon, 14.4)
    return peer, ForceConstants(values, supercell), polar
