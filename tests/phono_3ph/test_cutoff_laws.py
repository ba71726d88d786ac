"""Laws of the cutoff frequency and of the degeneracy: they reach every method."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from phono_3ph import (
    BandPairs,
    CollisionOperator,
    EvaluationPoints,
    IrreducibleModes,
    PeriodicModes,
    QStars,
    Scattering,
    Solver,
    Strengths,
    ThermalFactors,
    boundary_linewidths,
    collision_row,
    conductivity_lbte,
    conductivity_rta,
    conductivity_wigner,
    imaginary_self_energy,
    isotope_linewidths,
    linewidths,
    pair_conductivities,
    reduced_row,
    total_linewidths,
)
from phono_dynmat import (
    HarmonicSeries,
    group_velocities,
    heat_capacities,
    phonon_modes,
    velocity_operators,
)
from phono_grid import CUTOFF_FREQUENCY, DEGENERACY, Gaussian, Symmetry
from phono_grid.errors import DomainError

TEMPERATURES = np.array([100.0, 300.0])
METHODS = ("rta", "cg", "direct", "smm19", "njc23")


def cutoffs_of(sample):
    """The default, one among acoustic and one among optical frequencies, far from all."""
    f = np.unique(sample.phonons.frequencies.round(5))
    middles = f[:-1] + np.diff(f) / 2
    wide = middles[np.diff(f) > 0.02]
    return [CUTOFF_FREQUENCY, *wide[[len(wide) // 3, 3 * len(wide) // 4]]]


@pytest.fixture(params=range(3), ids=["default", "acoustic", "optical"])
def cutoff(request, sample):
    return cutoffs_of(sample)[request.param]


@dataclass(frozen=True)
class Crystal:
    """All that conductivities need; boundaries scatter phonons of any frequency."""

    sample: object
    scattering: Scattering
    frequencies: np.ndarray
    velocities: np.ndarray
    operators: np.ndarray
    linewidths: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, sample, scattering):
        cell = sample.model.supercell.primitive
        grid, points = sample.phonons.grid, sample.irreducible.points
        series = HarmonicSeries.of(sample.model.fc2)
        q = grid.qpoints[points]
        modes = phonon_modes(series, q - np.rint(q))
        v = group_velocities(series, modes, Symmetry.of(cell).reciprocal_rotations())
        thermal = ThermalFactors.of(
            sample.phonons.frequencies,
            TEMPERATURES,
            cutoff_frequency=scattering.cutoff_frequency,
        )
        stars = QStars.of(grid, sample.irreducible)
        gamma, rows = [], []
        for i in points.tolist():
            widths, row = collision_row(
                sample.series, sample.phonons, i, thermal, scattering
            )
            gamma.append(widths)
            rows.append(reduced_row(row, stars))
        isotopes = isotope_linewidths(sample.phonons, points, [0.5, 2.0], scattering)
        total = total_linewidths(
            np.stack(gamma, axis=1), isotopes, boundary_linewidths(v, 1.0)
        )
        operators = velocity_operators(series, modes)
        return cls(
            sample, scattering, modes.frequencies, v, operators, total, np.stack(rows)
        )

    @property
    def below(self):
        """Which irreducible phonons are at or below the cutoff frequency."""
        return self.frequencies <= self.scattering.cutoff_frequency

    def with_other_phonons_below(self):
        """Other velocities and other boundary scattering of phonons below the cutoff."""
        below = self.below
        return replace(
            self,
            velocities=np.where(below[..., None], 7 * self.velocities + 1, self.velocities),
            linewidths=np.where(below, 3 * self.linewidths + 1, self.linewidths),
        )

    def mode_kappa(self, method):
        """The conductivity of each phonon by one method, (n_T, n_i, n_b, 6)."""
        grid, irreducible = self.sample.phonons.grid, self.sample.irreducible
        cutoff, degeneracy = self.scattering.cutoff_frequency, self.scattering.degeneracy
        volume = self.sample.model.supercell.primitive.volume
        f, v, gamma = self.frequencies, self.velocities, self.linewidths
        if method == "rta":
            c = heat_capacities(f, TEMPERATURES, cutoff_frequency=cutoff)
            rta = conductivity_rta(grid, irreducible, v, c, gamma, volume)
            return rta.mode_kappa
        if method in ("cg", "direct"):
            modes = IrreducibleModes(
                grid,
                irreducible,
                f,
                TEMPERATURES,
                cutoff_frequency=cutoff,
                degeneracy=degeneracy,
            )
            operator = CollisionOperator(modes, self.rows, gamma)
            return conductivity_lbte(operator, v, volume, solver=method).mode_kappa
        pairs = BandPairs.of(
            grid, irreducible, f, v, self.operators, volume, degeneracy=degeneracy
        )
        wigner = conductivity_wigner(
            pairs, TEMPERATURES, gamma, coherence=method, cutoff_frequency=cutoff
        )
        return wigner.mode_populations + wigner.mode_coherences


@pytest.fixture
def crystal(sample, cutoff):
    return Crystal.of(sample, Scattering(cutoff_frequency=cutoff))


@pytest.mark.parametrize("method", METHODS)
def test_phonons_at_or_below_the_cutoff_carry_no_heat(crystal, method):
    assert crystal.below.any()
    assert not crystal.below.all()
    kappa = crystal.mode_kappa(method)
    assert (kappa[:, crystal.below] == 0).all()
    assert (kappa.sum(axis=(1, 2))[:, :3] > 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_cutoff_inside_a_degenerate_set_cuts_it_for_every_method(sample, method):
    f = sample.phonons.frequencies[sample.irreducible.points]
    degeneracy = 0.5
    apart = np.diff(f, axis=1)
    i, j = np.argwhere((apart > 0.05) & (apart < 0.4) & (f[:, :-1] > 1))[0]
    scattering = Scattering(cutoff_frequency=f[i, j] + 0.02, degeneracy=degeneracy)
    crystal = Crystal.of(sample, scattering)
    assert crystal.below[i, j]
    assert not crystal.below[i, j + 1]
    kappa = crystal.mode_kappa(method)
    assert (kappa[:, crystal.below] == 0).all()
    changed = crystal.with_other_phonons_below()
    np.testing.assert_array_equal(changed.mode_kappa(method), kappa)


@pytest.mark.parametrize("method", METHODS)
def test_no_conductivity_depends_on_phonons_below_the_cutoff(crystal, method):
    changed = crystal.with_other_phonons_below()
    kappa = crystal.mode_kappa(method)
    np.testing.assert_array_equal(changed.mode_kappa(method), kappa)


def test_scattering_out_alone_is_the_relaxation_time_approximation(crystal):
    alone = replace(crystal, rows=np.zeros_like(crystal.rows))
    rta = crystal.mode_kappa("rta")
    for solver in Solver:
        lbte = alone.mode_kappa(solver.value)
        np.testing.assert_allclose(
            lbte.sum(axis=(1, 2))[:, :3], rta.sum(axis=(1, 2))[:, :3], rtol=1e-9
        )


@pytest.mark.parametrize("smearing", [None, Gaussian(0.3)])
def test_phonons_at_or_below_the_cutoff_do_not_scatter(
    sample, cutoff, smearing, backend, rng
):
    scattering = Scattering(cutoff_frequency=cutoff, smearing=smearing)
    phonons = sample.phonons
    below = phonons.frequencies <= cutoff
    e = phonons.polarizations.copy()
    e[below] = rng.normal(size=e[below].shape)
    others = PeriodicModes(phonons.grid, phonons.frequencies, e)
    n = sample.occupations
    more = np.where(below[..., None], n + 5, n)
    thermal = ThermalFactors.of(phonons.frequencies, TEMPERATURES, cutoff_frequency=cutoff)
    points = sample.irreducible.points
    for q in points[[0, 1, len(points) // 2]].tolist():
        for scatter in (
            lambda modes, n, q=q: linewidths(sample.series, modes, q, n, scattering),
            lambda modes, n, q=q: (
                imaginary_self_energy(
                    sample.series, modes, EvaluationPoints(q), n, scattering
                ).total
            ),
            lambda modes, n, q=q: isotope_linewidths(modes, q, [0.5, 2.0], scattering),
            lambda modes, n, q=q: collision_row(
                sample.series, modes, q, thermal, scattering
            )[0],
        ):
            gamma = scatter(phonons, n)
            assert (gamma[..., below[q]] == 0).all()
            np.testing.assert_array_equal(scatter(others, more), gamma)
        _, row = collision_row(sample.series, phonons, q, thermal, scattering)
        assert (row[:, below[q]] == 0).all()
        assert (row[:, :, below] == 0).all()
        strengths = Strengths.of(sample.series, phonons, q, cutoff_frequency=cutoff)
        assert (strengths.values[:, below[q]] == 0).all()


def test_pairs_with_a_band_below_the_cutoff_carry_nothing(crystal):
    grid, irreducible = crystal.sample.phonons.grid, crystal.sample.irreducible
    f, v = crystal.frequencies, crystal.velocities
    pairs = BandPairs.of(grid, irreducible, f, v, crystal.operators, 45.0)
    cutoff = crystal.scattering.cutoff_frequency
    kappa = pair_conductivities(
        pairs, 300.0, crystal.linewidths[1], cutoff_frequency=cutoff
    )
    assert (kappa[crystal.below] == 0).all()
    assert (kappa.swapaxes(1, 2)[crystal.below] == 0).all()


@pytest.mark.parametrize("degeneracy", [DEGENERACY, 0.5, 1e3])
def test_bands_of_one_degenerate_set_have_no_coherence_however_wide_it_is(
    sample, degeneracy
):
    crystal = Crystal.of(sample, Scattering(degeneracy=degeneracy))
    grid, irreducible = sample.phonons.grid, sample.irreducible
    f, v = crystal.frequencies, crystal.velocities
    pairs = BandPairs.of(
        grid, irreducible, f, v, crystal.operators, 45.0, degeneracy=degeneracy
    )
    result = conductivity_wigner(pairs, TEMPERATURES, crystal.linewidths)
    terms = [
        pair_conductivities(pairs, t, g)
        for t, g in zip(TEMPERATURES, crystal.linewidths, strict=True)
    ]
    sets = np.cumsum(np.diff(f, axis=1, prepend=-np.inf) >= degeneracy, axis=1)
    apart = (sets[:, :, None] != sets[:, None, :])[..., None]
    coherences = (np.array(terms) * apart).sum(axis=(1, 2, 3)) / grid.n_q
    np.testing.assert_allclose(result.coherences, coherences, rtol=1e-12, atol=1e-15)
    whole = np.array(terms).sum(axis=(1, 2, 3)) / grid.n_q
    parts = result.populations + result.coherences + result.degenerate
    np.testing.assert_allclose(parts, whole, atol=1e-12 * whole.max())
    assert (result.coherences == 0).all() == (degeneracy == 1e3)


@pytest.mark.parametrize("degeneracy", [0.5, 1e3])
def test_bands_of_one_degenerate_set_have_one_linewidth_however_wide_it_is(
    sample, degeneracy, backend
):
    scattering = Scattering(degeneracy=degeneracy)
    q = int(sample.irreducible.points[2])
    f = sample.phonons.frequencies[q]
    assert f.min() > CUTOFF_FREQUENCY
    first = np.flatnonzero(np.diff(f, prepend=-np.inf) >= degeneracy)
    three_phonon = linewidths(
        sample.series, sample.phonons, q, sample.occupations, scattering
    )
    isotopes = isotope_linewidths(sample.phonons, q, [0.5, 2.0], scattering)
    for gamma in (*three_phonon, isotopes):
        for members in np.split(gamma, first[1:]):
            np.testing.assert_allclose(members, members[0], rtol=1e-12)


def test_cutoffs_and_degeneracies_without_meaning_are_refused(crystal):
    grid, irreducible = crystal.sample.phonons.grid, crystal.sample.irreducible
    f, v = crystal.frequencies, crystal.velocities
    with pytest.raises(DomainError, match="cutoff_frequency must not be negative"):
        IrreducibleModes(grid, irreducible, f, TEMPERATURES, cutoff_frequency=-1.0)
    with pytest.raises(DomainError, match="degeneracy must be positive"):
        BandPairs.of(grid, irreducible, f, v, crystal.operators, 45.0, degeneracy=0.0)
