"""Perfect supercells unfold into the bands of their primitive cell, others keep sums."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from phono_dynmat import (
    HarmonicSeries,
    IdealSites,
    Modes,
    frequency_moments,
    phonon_frequencies,
    phonon_modes,
    unfolding_weights,
)
from phono_fc import ForceConstants
from phono_grid import Cell, Supercell, units
from phono_grid.errors import DomainError, ShapeError

Q = np.array([[0.11, 0.23, -0.34], [0.5, 0, 0.5], [0, 0, 0], [0.25, 0.25, 0.5]])

SHIFT = np.array([0.13, 0.4, -0.21])


@pytest.fixture
def folded(spring_constants) -> HarmonicSeries:
    """The same crystal, whose conventional cell of eight atoms is taken as primitive."""
    cell = spring_constants.supercell.cell
    whole = spring_constants.to_full()
    unit = Cell(
        cell.lattice / 2,
        (cell.positions[::8] * 2) % 1,
        cell.symbols[::8],
        cell.masses[::8],
    )
    supercell = Supercell.of(unit, [2, 2, 2], "P")
    d = supercell.cell.positions[:, None] - cell.positions
    d -= np.rint(d)
    same = np.argmin((d**2).sum(axis=-1), axis=1)
    rows = same[supercell.primitive_to_supercell]
    values = whole.values if isinstance(whole, ForceConstants) else whole
    return HarmonicSeries.of(ForceConstants(values[rows][:, same], supercell))


@pytest.fixture
def ideal(spring_constants, folded) -> IdealSites:
    return IdealSites.of(folded.cell, spring_constants.supercell.primitive)


def at(series, ideal, q):
    modes = phonon_modes(series, ideal.in_supercell(q))
    return modes.frequencies, unfolding_weights(modes, ideal), modes


def test_a_perfect_supercell_has_weights_of_0_or_1(spring_constants, folded, ideal):
    assert ideal.n_cells == 4
    f, w, _ = at(folded, ideal, Q)
    assert np.abs(w - np.rint(w)).max() < 1e-8
    expected = phonon_frequencies(HarmonicSeries.of(spring_constants), Q)
    for i in range(len(Q)):
        np.testing.assert_allclose(f[i][w[i] > 0.5], expected[i], atol=1e-6)


def test_weights_do_not_depend_on_the_image_or_on_how_modes_are_mixed(folded, ideal, rng):
    _, w, modes = at(folded, ideal, Q)
    _, shifted, _ = at(folded, ideal, Q + np.array([1, -2, 1]))
    np.testing.assert_allclose(shifted, w, atol=1e-8)
    e = modes.polarizations.copy()
    for i, f in enumerate(modes.frequencies):
        for j in range(len(f)):
            same = np.flatnonzero(np.abs(f - f[j]) < 1e-5)
            if same[0] == j:
                z = rng.normal(size=(len(same),) * 2) + 1j * rng.normal(
                    size=(len(same),) * 2
                )
                e[i, same] = np.tensordot(np.linalg.qr(z)[0], e[i, same], 1)
    mixed = Modes(modes.qpoints, modes.frequencies, e)
    np.testing.assert_allclose(unfolding_weights(mixed, ideal), w, atol=1e-8)


def disordered(series, rng) -> HarmonicSeries:
    """An atom of another mass, and all atoms displaced."""
    cell = series.cell
    masses = cell.masses.copy()
    masses[3] *= 3
    positions = cell.positions + 0.01 * rng.normal(size=cell.positions.shape)
    return replace(series, cell=replace(cell, masses=masses, positions=positions))


def test_weights_of_a_disordered_crystal_add_up(folded, spring_constants, rng):
    series = disordered(folded, rng)
    ideal = IdealSites.of(series.cell, spring_constants.supercell.primitive)
    shifts = [
        np.linalg.solve(ideal.matrix, g) for g in itertools.product(range(-2, 3), repeat=3)
    ]
    different = {}
    for g in shifts:
        different.setdefault(tuple(np.round((g - np.floor(g + 1e-9)), 6) + 0.0), g)
    assert len(different) == 4
    q = Q[0] + np.array(list(different.values()))
    _, w, _ = at(series, ideal, q)
    np.testing.assert_allclose(w.sum(axis=1), 6, atol=1e-9)  # bands of the ideal cell
    np.testing.assert_allclose(w.sum(axis=0), 1, atol=1e-9)  # each mode is somewhere
    assert 0.1 < w.max() < 0.999


def test_sites_are_found_whatever_the_origin_and_the_missing_atoms(folded, ideal):
    cell, primitive = folded.cell, ideal.primitive
    moved = replace(cell, positions=cell.positions + SHIFT)
    np.testing.assert_array_equal(IdealSites.of(moved, primitive).sites, ideal.sites)
    keep = [0, 1, 2, 4, 5, 6, 7]
    holed = Cell(
        cell.lattice,
        cell.positions[keep],
        [cell.symbols[i] for i in keep],
        cell.masses[keep],
    )
    found = IdealSites.of(holed, primitive)
    np.testing.assert_array_equal(found.sites, ideal.sites[keep])
    assert found.n_cells == 4


def test_what_is_no_supercell_is_refused(folded, ideal):
    cell, primitive = folded.cell, ideal.primitive
    with pytest.raises(DomainError, match="whole multiples"):
        IdealSites.of(replace(cell, lattice=cell.lattice * 1.3), primitive)
    crowded = Cell(
        cell.lattice,
        [*cell.positions, cell.positions[0] + [0.05, 0, 0]],
        [*cell.symbols, "P"],
        [*cell.masses, 31],
    )
    with pytest.raises(DomainError, match="atoms 1, 9 are nearest to one site"):
        IdealSites.of(crowded, primitive)
    other = Modes(np.zeros((1, 3)), [[1, 2, 3]], np.eye(3).reshape(1, 3, 1, 3))
    with pytest.raises(ShapeError, match="modes: are of 1 atoms"):
        unfolding_weights(other, ideal)


def test_moments_are_means_of_powers_and_the_second_is_a_trace(spring_constants, rng):
    series = HarmonicSeries.of(spring_constants)
    grid = np.stack(np.meshgrid(*[np.arange(5) / 5] * 3, indexing="ij"), -1).reshape(-1, 3)
    f = phonon_frequencies(series, grid + rng.random(3))
    moments = frequency_moments(f)
    np.testing.assert_allclose(moments, [(f**n).mean() for n in (1, 2, 3, 4)], rtol=1e-12)
    supercell = spring_constants.supercell
    home = supercell.primitive_to_supercell
    own = np.einsum("kaa->k", spring_constants.values[np.arange(2), home])
    trace = (own / supercell.primitive.masses).sum() / 6
    assert moments[1] == pytest.approx(units.FREQUENCY**2 * trace, rel=1e-9)
    weights = rng.random(len(f))
    twice = frequency_moments(
        f, [-2, 0], weights=weights, projections=np.ones((*f.shape, 2))
    )
    np.testing.assert_allclose(twice[1], 1)
    np.testing.assert_allclose(twice[0], (weights @ f**-2.0).sum() / weights.sum() / 6)
    with pytest.raises(DomainError, match="no mode"):
        frequency_moments(f, cutoff_frequency=1e3)
