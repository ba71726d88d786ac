"""phono3py and ours on the same force constants, grid and phonons, for real crystals."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from phono_3ph import PeriodicModes, Series3
from phono_dynmat import (
    BornCharges,
    GonzeLeeCorrection,
    HarmonicSeries,
    bose_einstein,
    phonon_modes,
    separate_dipoles,
)
from phono_fc import ForceConstants
from phono_grid import (
    Cell,
    Grid,
    Supercell,
    Triplets,
    degenerate_sets,
    first_brillouin_zone,
)

FILES = {
    "Si": ("si-pbesol", "phono3py_disp.yaml"),
    "NaCl": ("nacl-pbe", "phono3py_params_NaCl222.yaml.xz"),
    "AlN": ("aln-lda", "phono3py_params_AlN332.yaml.xz"),
}
"""Folder and file of each set of data; NaCl and AlN have Born charges."""


def loaded(data: Path, name: str, **options: Any):
    """phono3py with the force constants of one set of data."""
    import phono3py

    folder, file = FILES[name]
    here = os.getcwd()
    os.chdir(data / folder)  # phono3py finds FORCES_FC3 in the current directory only
    try:
        options = {"fc_calculator": "traditional", "log_level": 0} | options
        return phono3py.load(file, **options)
    finally:
        os.chdir(here)


@dataclass(frozen=True)
class Pair:
    """Both programs on one crystal and grid.

    The peer is given our phonons at every image of every wave vector, the same ones modulo
    G: a sum of dipoles that ends somewhere is not quite periodic, and neither are the
    choices of a diagonalisation.
    """

    peer: Any
    supercell: Supercell
    grid: Grid
    phonons: PeriodicModes

    @classmethod
    def of(cls, peer, mesh, *, generalized: bool = False, **interaction: Any) -> "Pair":
        """Set both up; ``interaction`` goes to phono3py's init_phph_interaction."""
        peer.mesh_numbers = mesh
        peer.init_phph_interaction(**interaction)
        unit = peer.unitcell
        cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
        supercell = Supercell.of(cell, peer.supercell_matrix, peer.primitive_matrix)
        make = Grid.generalized if generalized else Grid.of
        grid = make(supercell.primitive, mesh)
        q = first_brillouin_zone(grid.qpoints, grid.reciprocal_lattice)
        modes = phonon_modes(harmonic(peer, supercell), q)
        pair = cls(
            peer, supercell, grid, PeriodicModes.of(grid, modes, supercell.primitive)
        )
        pair._give_phonons()
        return pair

    @property
    def interaction(self):
        """The interaction of phono3py."""
        return self.peer.phph_interaction

    @cached_property
    def series(self) -> Series3:
        """The third-order constants of phono3py."""
        rows = self.peer.fc3
        if len(rows) != self.supercell.primitive.n_atoms:
            rows = rows[self.supercell.primitive_to_supercell]
        return Series3.of(ForceConstants(rows, self.supercell))

    @cached_property
    def ours(self):
        """Our index of every image of the peer's grid."""
        return index_in(self.grid, self.peer.grid.addresses @ self.peer.grid.QDinv.T)

    def theirs(self, q: int) -> int:
        """One of the peer's points at our ``q``."""
        return int(np.flatnonzero(self.ours == q)[0])

    def low_symmetry(self) -> int:
        """The last wave vector that no operation but the identity leaves in place."""
        a, rotations = self.grid.addresses, self.grid.rotations
        images = np.array([self.grid.index(a @ r.T) for r in rotations])
        alone = (images == np.arange(self.grid.n_q)).sum(axis=0) == 1
        assert alone.any()
        return int(np.flatnonzero(alone)[-1])

    def occupations(self, temperatures):
        """Occupations of all phonons."""
        return bose_einstein(self.phonons.frequencies, temperatures)

    def their_triplets(self, q: int) -> Triplets:
        """The peer's choice of triplets at our ``q``, by our indices."""
        self.interaction.set_grid_point(self.theirs(q))
        points, weights, *_ = self.interaction.get_triplets_at_q()
        return Triplets(self.ours[points], weights)

    def _give_phonons(self) -> None:
        """Set the phonons of the peer, images in its own gauge."""
        cell, theirs = self.supercell.primitive, self.peer.grid
        q = theirs.addresses @ theirs.QDinv.T
        away = q - self.grid.qpoints[self.ours]
        assert np.abs(away - np.rint(away)).max() < 1e-10
        phase = np.exp(-2j * np.pi * q @ cell.positions.T) * np.sqrt(cell.masses)
        e = self.phonons.polarizations[self.ours] * phase[:, None, :, None]
        vectors = e.reshape(len(q), e.shape[1], -1).swapaxes(1, 2)
        f = self.phonons.frequencies[self.ours]
        self.peer.set_phonon_data(f, np.ascontiguousarray(vectors), theirs.addresses)


def harmonic(peer, supercell: Supercell) -> HarmonicSeries | GonzeLeeCorrection:
    """Second-order constants of the peer, with its charges."""
    constants = ForceConstants(peer.fc2, supercell)
    born = peer.nac_params
    if born is None:
        return HarmonicSeries.of(constants)
    polar = BornCharges.of(
        supercell.primitive, born["born"], born["dielectric"], factor=born["factor"]
    )
    return separate_dipoles(constants, polar)


def index_in(grid: Grid, qpoints):
    """The grid indices of fractional wave vectors, on any kind of grid."""
    addresses = np.asarray(qpoints) @ np.linalg.inv(grid.q_matrix).T * grid.mesh
    return grid.index(np.rint(addresses).astype(int))


def sums_over_sets(strengths, frequencies):
    """What does not depend on the choice of degenerate eigenvectors."""
    for axis, f in enumerate(frequencies):
        sets = degenerate_sets(f)
        starts = np.flatnonzero(np.diff(sets, prepend=-1))
        strengths = np.add.reduceat(strengths, starts, axis=axis)
    return strengths
