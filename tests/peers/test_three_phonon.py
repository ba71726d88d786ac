"""Three-phonon interaction and linewidths against phono3py on the same force constants."""

import os

import numpy as np
import pytest
from phono_3ph import (
    PeriodicModes,
    Scattering,
    Series3,
    interaction_strengths,
    linewidths,
)
from phono_3ph._linewidths import degenerate_sets
from phono_dynmat import bose_einstein
from phono_fc import ForceConstants
from phono_grid import Cell, Grid, IrreduciblePoints, Supercell, Triplets

phono3py = pytest.importorskip("phono3py", reason="phono3py is in the group peers")

MESH = [11, 11, 11]
LOW_SYMMETRY = ([1, 2, 4], [2, 3, 7])
"""Addresses whose little group is the identity."""


@pytest.fixture(scope="module")
def peer(data):
    """Silicon in phono3py, its full third-order constants symmetrised."""
    folder = data / "si-pbesol"
    here = os.getcwd()
    os.chdir(folder)  # phono3py finds FORCES_FC3 in the current directory only
    try:
        peer = phono3py.load("phono3py_disp.yaml", produce_fc=False, log_level=0)
    finally:
        os.chdir(here)
    peer.produce_fc3(is_compact_fc=False)
    peer.produce_fc2(is_compact_fc=False)
    peer.symmetrize_fc3(options="level=3")
    peer.symmetrize_fc2(options="level=3")
    peer.mesh_numbers = MESH
    peer.init_phph_interaction(average_degenerate_weights=True)
    peer.run_phonon_solver()
    return peer


@pytest.fixture(scope="module")
def grid(supercell):
    return Grid.of(supercell.primitive, MESH)


@pytest.fixture(scope="module")
def supercell(peer):
    unit = peer.unitcell
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    return Supercell.of(cell, peer.supercell_matrix, peer.primitive_matrix)


@pytest.fixture(scope="module")
def series(peer, supercell):
    rows = peer.fc3[supercell.primitive_to_supercell]
    return Series3.of(ForceConstants(rows, supercell))


@pytest.fixture(scope="module")
def phonons(peer, supercell, grid):
    """The peer's frequencies and eigenvectors."""
    frequencies, vectors, addresses = peer.get_phonon_data()
    _, first = np.unique(grid.index(addresses), return_index=True)
    cell = supercell.primitive
    q = addresses[first] / grid.mesh
    phase = np.exp(2j * np.pi * q @ cell.positions.T) / np.sqrt(cell.masses)
    e = vectors[first].swapaxes(1, 2).reshape(len(q), 6, 2, 3)
    return PeriodicModes(grid, frequencies[first], e * phase[:, None, :, None])


def sums_over_sets(strengths, frequencies):
    """What does not depend on the choice of degenerate eigenvectors."""
    for axis, f in enumerate(frequencies):
        sets = degenerate_sets(f, 1e-4)
        starts = np.flatnonzero(np.diff(sets, prepend=0))
        strengths = np.add.reduceat(strengths, starts, axis=axis)
    return strengths


@pytest.mark.parametrize("address", LOW_SYMMETRY)
def test_squared_matrix_elements_agree(peer, series, phonons, grid, address):
    q = int(grid.index(address))
    addresses = peer.grid.addresses
    point = int(np.flatnonzero(grid.index(addresses) == q)[0])
    interaction = peer.phph_interaction
    interaction.set_grid_point(point)
    interaction.run()
    points, weights, *_ = interaction.get_triplets_at_q()
    points = grid.index(addresses[points])
    assert len(points) == 666  # all pairs (q', q'') up to exchange: no little group

    triplets = Triplets(points, weights)
    strengths = interaction_strengths(series, phonons, triplets)
    expected = interaction.interaction_strength
    # The peer computes what is on the energy shell only.
    computed = expected != 0
    largest = expected.max()
    f = phonons.frequencies
    compared = 0
    for t, mine, theirs, on_shell in zip(
        points, strengths, expected, computed, strict=True
    ):
        if not on_shell.all():
            continue
        compared += 1
        frequencies = f[t]
        mine = sums_over_sets(mine, frequencies)
        theirs = sums_over_sets(theirs, frequencies)
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-10 * largest)
    assert compared > 600


def test_linewidths_agree(peer, series, phonons, grid):
    temperatures = [100.0, 300.0, 800.0]
    peer.run_thermal_conductivity(temperatures=temperatures)
    expected = peer.thermal_conductivity.gamma[0]
    irreducible = IrreduciblePoints.of(grid)
    occupations = bose_einstein(phonons.frequencies, temperatures)
    mine = np.array(
        [
            linewidths(series, phonons, int(q), occupations, Scattering())
            for q in irreducible.points
        ]
    ).swapaxes(0, 1)
    np.testing.assert_allclose(mine, expected, rtol=1e-7, atol=1e-9 * expected.max())
