"""Laws of the heat that phonons carry as particles and as waves."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from model_crystals import mix_degenerate, zincblende
from phono_3ph import (
    BandPairs,
    Coherence,
    conductivity_rta,
    conductivity_wigner,
    pair_conductivities,
    pair_heat_capacities,
)
from phono_dynmat import (
    HarmonicSeries,
    Modes,
    group_velocities,
    heat_capacities,
    phonon_modes,
    velocity_operators,
)
from phono_grid import Grid, IrreduciblePoints, Symmetry, units
from phono_grid.errors import DomainError, ShapeError

TEMPERATURES = np.array([0.0, 1.0, 80.0, 300.0])
CUBIC = np.array([1, 1, 1, 0, 0, 0])


@dataclass
class Harmonic:
    """The harmonic side of a conductivity."""

    grid: Grid
    irreducible: IrreduciblePoints
    series: HarmonicSeries
    modes: Modes
    velocities: np.ndarray

    @classmethod
    def of(cls, grid, series, rotations, modes=None):
        irreducible = IrreduciblePoints.of(grid)
        q = grid.qpoints[irreducible.points]
        modes = phonon_modes(series, q - np.rint(q)) if modes is None else modes
        v = group_velocities(series, modes, rotations)
        return cls(grid, irreducible, series, modes, v)

    @property
    def pairs(self):
        f, volume = self.modes.frequencies, self.series.cell.volume
        operators = velocity_operators(self.series, self.modes)
        return BandPairs.of(
            self.grid, self.irreducible, f, self.velocities, operators, volume
        )

    @property
    def linewidths(self):
        """Equal on degenerate bands, and growing with temperature."""
        f = self.modes.frequencies.round(6)
        return 1e-4 * (1 + TEMPERATURES[:, None, None]) * f**2


@pytest.fixture(scope="module")
def rotations():
    return Symmetry.of(zincblende().supercell.primitive).reciprocal_rotations()


@pytest.fixture(scope="module")
def harmonic(rotations):
    model = zincblende()
    grid = Grid.of(model.supercell.primitive, [4, 4, 4])
    return Harmonic.of(grid, HarmonicSeries.of(model.fc2), rotations)


@pytest.fixture(params=Coherence)
def coherence(request):
    return request.param


def wigner(harmonic, coherence=Coherence.SMM19):
    return conductivity_wigner(
        harmonic.pairs, TEMPERATURES, harmonic.linewidths, coherence=coherence
    )


def test_populations_are_the_relaxation_time_approximation(harmonic, coherence):
    f = harmonic.modes.frequencies
    rta = conductivity_rta(
        harmonic.grid,
        harmonic.irreducible,
        harmonic.velocities,
        heat_capacities(f, TEMPERATURES),
        harmonic.linewidths,
        harmonic.series.cell.volume,
    )
    result = wigner(harmonic, coherence)
    np.testing.assert_allclose(
        result.mode_populations, rta.mode_kappa, rtol=1e-10, atol=1e-13 * rta.kappa.max()
    )
    np.testing.assert_allclose(result.kappa, result.populations + result.coherences)


def test_coherences_are_cubic_and_positive_and_vanish_at_absolute_zero(harmonic, coherence):
    result = wigner(harmonic, coherence)
    largest = result.coherences.max()
    assert not result.coherences[0].any()
    assert (result.coherences[2:, :3] > 0).all()
    assert np.isfinite(result.kappa).all()
    mean = result.coherences[:, :3].mean(axis=1, keepdims=True)
    np.testing.assert_allclose(result.coherences, mean * CUBIC, atol=1e-12 * largest)


def test_the_choice_of_eigenvectors_does_not_matter(harmonic, rotations, rng, coherence):
    modes = harmonic.modes
    e = mix_degenerate(modes.frequencies, modes.polarizations, rng)
    mixed = Modes(modes.qpoints, modes.frequencies, e)
    other = Harmonic.of(harmonic.grid, harmonic.series, rotations, mixed)
    first, second = wigner(harmonic, coherence), wigner(other, coherence)
    for name in ("populations", "coherences", "degenerate"):
        x, y = getattr(first, name), getattr(second, name)
        assert x.max() > 0
        np.testing.assert_allclose(y, x, rtol=1e-12, atol=1e-12 * first.kappa.max())


def test_the_whole_zone_conducts_what_the_irreducible_points_do(harmonic):
    # Operators are made anew at every arm of every star, and degenerate bands told apart
    # along a direction that does not turn with the star.
    identity = np.eye(3, dtype=int)[None]
    grid = harmonic.grid
    whole = Grid(grid.mesh, grid.reciprocal_lattice, identity)
    arms = Harmonic.of(whole, harmonic.series, identity)
    first, second = wigner(harmonic), wigner(arms)
    largest = first.kappa.max()
    np.testing.assert_allclose(second.coherences, first.coherences, atol=1e-10 * largest)
    # Without the little group, group velocities keep half of what it takes from them.
    first, second = (r.populations + r.degenerate for r in (first, second))
    np.testing.assert_allclose(second, first, atol=1e-10 * largest)


def test_pairs_add_up_to_both_parts(harmonic, coherence):
    result = wigner(harmonic, coherence)
    pairs = pair_conductivities(
        harmonic.pairs, 300.0, harmonic.linewidths[-1], coherence=coherence
    )
    np.testing.assert_array_equal(pairs, pairs.swapaxes(1, 2))
    own = np.einsum("ijjv->ijv", pairs)
    largest = result.kappa.max()
    np.testing.assert_allclose(own, result.mode_populations[-1], atol=1e-12 * largest)
    beside = (pairs.sum(axis=2) - own).sum(axis=(0, 1)) / harmonic.grid.n_q
    np.testing.assert_allclose(
        beside, (result.coherences + result.degenerate)[-1], atol=1e-12 * largest
    )
    np.testing.assert_allclose(
        result.mode_coherences.sum(axis=(1, 2)) / harmonic.grid.n_q,
        result.coherences,
        atol=1e-13 * largest,
    )


def test_two_bands_far_apart_exchange_little_and_equal_ones_flow():
    # One wave vector, one operation, two bands: the formula by hand.
    grid = Grid([1, 1, 1], np.eye(3), np.eye(3, dtype=int)[None])
    points = IrreduciblePoints([0], [1])
    operators = np.zeros((1, 2, 2, 3), dtype=complex)
    operators[0, 0, 1, 0], operators[0, 1, 0, 0] = 3j, -3j
    f, gamma = np.array([[5.0, 6.0]]), np.array([[[0.1, 0.3]]])
    pairs = BandPairs.of(grid, points, f, np.zeros((1, 2, 3)), operators, 40.0)
    result = conductivity_wigner(pairs, [300.0], gamma, coherence="ibdb19")
    n = 1 / np.expm1(f[0] / (units.KELVIN_TO_THZ * 300))
    c = units.THZ_TO_EV * f[0].prod() / 300 * (n[0] - n[1]) / (f[0, 1] - f[0, 0])
    expected = units.CONDUCTIVITY / 40 * 2 * 9 * c * 0.4 / (1 + 0.4**2)
    np.testing.assert_allclose(result.coherences[0], [expected, 0, 0, 0, 0, 0], rtol=1e-12)
    assert not result.populations.any()


def test_bands_without_linewidths_carry_nothing_and_one_is_enough(harmonic):
    pairs, gamma = harmonic.pairs, harmonic.linewidths.copy()
    gamma[:, 3, :2] = 0
    kappa = conductivity_wigner(pairs, TEMPERATURES, gamma)
    assert np.isfinite(kappa.kappa).all()
    each = pair_conductivities(pairs, 300.0, gamma[-1])
    assert not each[3, :2, :2].any()
    assert each[3, :2, 2:].any()


def test_all_theories_agree_for_equal_frequencies_and_differ_beside(rng):
    f = np.array([[3.0, 3.0, 3.0 + 1e-9, 9.0]])
    c = heat_capacities(f, [300.0])[0, 0]
    for coherence in Coherence:
        pairs = pair_heat_capacities(f, 300.0, coherence)[0]
        np.testing.assert_allclose(np.diag(pairs), c, rtol=1e-14)
        np.testing.assert_allclose(pairs[:3, :3], c[0], rtol=1e-8)
        np.testing.assert_array_equal(pairs, pairs.T)
    smm, peer, njc, ibdb = (pair_heat_capacities(f, 300.0, x)[0, 0, 3] for x in Coherence)
    ratio = 4 * 3 * 9 / (3 + 9) ** 2
    np.testing.assert_allclose([smm / peer, ibdb / njc], ratio, rtol=1e-14)


@given(st.lists(st.floats(1e-3, 60), min_size=2, max_size=5), st.floats(0.01, 1e4))
@example([1.0, 53.0], 3.5)  # 2e-319 eV/K
def test_heat_capacities_of_pairs_are_symmetric_and_of_the_size_of_those_of_modes(f, t):
    f = np.sort(f)[None]
    c = heat_capacities(f, [t])[0, 0]
    pairs = {x: pair_heat_capacities(f, t, x)[0] for x in Coherence}
    low, high = np.minimum.outer(c, c), np.maximum.outer(c, c)
    # Smaller numbers have fewer digits, down to one.
    tiny = np.finfo(float).tiny
    for x, pair in pairs.items():
        np.testing.assert_array_equal(pair, pair.T, err_msg=x.value)
        np.testing.assert_allclose(np.diag(pair), c, rtol=1e-10, atol=tiny)
    # A weighted mean of both, and the mean of squares above the product.
    smm19, ibdb19 = pairs[Coherence.SMM19], pairs[Coherence.IBDB19]
    assert (smm19 >= low * (1 - 1e-12) - tiny).all()
    assert (smm19 <= high * (1 + 1e-12) + tiny).all()
    assert (pairs[Coherence.SMM19_PHONO3PY] >= smm19 * (1 - 1e-12) - tiny).all()
    assert (pairs[Coherence.NJC23] >= ibdb19 * (1 - 1e-12) - tiny).all()


def test_cold_pairs_do_not_overflow(coherence):
    c = pair_heat_capacities([[0.01, 5.0, 40.0]], 0.05, coherence)
    assert np.isfinite(c).all()
    assert (c >= 0).all()


def test_a_name_that_is_no_theory_and_wrong_shapes_are_refused(harmonic):
    pairs, gamma = harmonic.pairs, harmonic.linewidths
    with pytest.raises(DomainError, match="coherence"):
        conductivity_wigner(pairs, TEMPERATURES, gamma, coherence="wigner")
    with pytest.raises(ShapeError, match="linewidths: expected shape"):
        conductivity_wigner(pairs, TEMPERATURES, gamma[:, 1:])
    with pytest.raises(DomainError, match="volume must be positive"):
        BandPairs(pairs.frequencies, pairs.products, 64, -1.0)


def test_a_generalised_grid_turns_vectors_as_the_crystal_does(rotations):
    cell = zincblende().supercell.primitive
    grid = Grid.generalized(cell, 12.0)
    assert not grid.is_plain
    b = cell.reciprocal_lattice.T
    cartesian = b @ rotations @ np.linalg.inv(b)
    np.testing.assert_allclose(grid.rotations_cartesian, cartesian, atol=1e-12)
