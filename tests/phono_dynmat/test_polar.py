"""Polar crystals: what must hold whatever the charges."""

from dataclasses import replace

import cases_phono_dynmat as cases
import numpy as np
import pytest
from phono_dynmat import (
    BornCharges,
    ChargeWarning,
    HarmonicSeries,
    WangCorrection,
    commensurate_points,
    dynamical_matrices,
    group_velocities,
    phonon_frequencies,
    phonon_modes,
    separate_dipoles,
)
from phono_grid import Cell, first_brillouin_zone, units, using
from phono_grid.backend import KERNELS
from phono_grid.errors import DomainError, ShapeError

WAYS = {"Gonze and Lee": separate_dipoles, "Wang": WangCorrection.of}
ANISOTROPIC = np.array([[6.0, 0.5, 0.2], [0.5, 5.0, -0.3], [0.2, -0.3, 8.0]])


@pytest.fixture
def polar():
    z = np.array([[2.1, 0.2, 0], [0.1, 1.9, 0.3], [0, 0, 2.3]])
    return BornCharges([z, -z], ANISOTROPIC)


@pytest.fixture(params=WAYS)
def way(request):
    return WAYS[request.param]


@pytest.fixture
def dynamics(way, spring_constants, polar):
    return way(spring_constants, polar)


@pytest.fixture
def qpoints(rng):
    return rng.uniform(-0.6, 0.6, (6, 3))


@pytest.mark.parametrize("kernel", cases.CASES)
@pytest.mark.parametrize("dynamics", cases.DYNAMICS)
@pytest.mark.parametrize("direction", [None, [1, -1, 0.5]])
def test_rust_agrees_with_its_definition_in_every_way(kernel, dynamics, direction, rng):
    args, kwargs, *reduce = cases.CASES[kernel](rng, cases.DYNAMICS[dynamics], direction)
    results = []
    for lang in ("Rust", "Python"):
        with using(lang):
            result = KERNELS[kernel](*args, **kwargs)
        result = reduce[0](result) if reduce else result
        results.append(result if isinstance(result, tuple) else (result,))
    for rust, python in zip(*results, strict=True):
        scale = np.abs(python).max()
        np.testing.assert_allclose(rust, python, rtol=1e-12, atol=1e-12 * scale)


def test_dynamical_matrices_are_hermitian_and_conjugate_at_minus_q(dynamics, qpoints):
    d = dynamical_matrices(dynamics, qpoints)
    np.testing.assert_allclose(d, d.conj().swapaxes(1, 2), atol=1e-14)
    np.testing.assert_allclose(dynamical_matrices(dynamics, -qpoints), d.conj(), atol=1e-14)


@pytest.mark.parametrize("direction", [None, [1, 0, 0], [1, 2, -1]])
def test_three_modes_at_gamma_cost_nothing(dynamics, direction):
    f = phonon_frequencies(dynamics, [[0, 0, 0]], direction=direction)[0]
    # Square roots of rounding errors.
    np.testing.assert_allclose(np.sort(np.abs(f))[:3], 0, atol=2e-6)
    assert np.sort(np.abs(f))[3] > 1


def test_the_field_at_gamma_is_that_of_the_direction(dynamics, polar):
    cell = dynamics.cell
    bare = dynamical_matrices(dynamics, np.zeros((1, 3)))[0]
    for direction in ([1, 0, 0], [1, 2, -1], [3, -1, 0.5]):
        n = direction @ cell.reciprocal_lattice
        force = (n @ polar.charges / np.sqrt(cell.masses)[:, None]).ravel()
        expected = polar.coupling(cell) * np.outer(force, force) / (n @ ANISOTROPIC @ n)
        found = dynamical_matrices(dynamics, np.zeros((1, 3)), direction=direction)[0]
        np.testing.assert_allclose(found - bare, expected, atol=1e-12)


def test_the_longitudinal_frequency_is_as_high_as_the_dielectric_tensor_says(
    way, spring_constants
):
    # Scalar charges ±Z in a cubic crystal, whose optical modes are one triplet, and an
    # anisotropic tensor: f_LO² = f_TO² + (4π e²/4πε₀ V) Z² / (μ n·ε·n), n the direction.
    z = 1.7
    polar = BornCharges([z * np.eye(3), -z * np.eye(3)], ANISOTROPIC)
    dynamics = way(spring_constants, polar)
    cell = dynamics.cell
    reduced = 1 / (1 / cell.masses).sum()
    transverse = phonon_frequencies(HarmonicSeries.of(spring_constants), [[0, 0, 0]])[0, 3:]
    np.testing.assert_allclose(transverse, transverse[0], rtol=1e-12)
    found = []
    for direction in ([1, 0, 0], [1, 1, 0], [1, 2, -1], [0, 0, 1], [3, -1, 0.5]):
        n = direction @ cell.reciprocal_lattice
        n /= np.linalg.norm(n)
        rise = polar.coupling(cell) * z**2 / (reduced * (n @ ANISOTROPIC @ n))
        expected = np.sqrt(transverse[0] ** 2 + units.FREQUENCY**2 * rise)
        f = phonon_frequencies(dynamics, [[0, 0, 0]], direction=direction)[0, 3:]
        np.testing.assert_allclose(f, [*transverse[:2], expected], rtol=1e-9)
        found.append(f[2])
    assert np.ptp(found) > 0.05 * np.mean(found - transverse[0])


def test_long_waves_feel_the_field_of_their_direction(dynamics):
    for direction in np.array([[1, 0, 0], [1, 2, -1], [0, -1, 1]]):
        near = phonon_frequencies(dynamics, [direction * 1e-4])[0, 3:]
        at = phonon_frequencies(dynamics, [[0, 0, 0]], direction=direction)[0, 3:]
        np.testing.assert_allclose(near, at, atol=1e-4)


def test_a_direction_counts_at_gamma_only(dynamics, qpoints):
    np.testing.assert_array_equal(
        phonon_frequencies(dynamics, qpoints, direction=[1, 0, 0]),
        phonon_frequencies(dynamics, qpoints),
    )


def test_velocities_are_slopes_of_frequencies(dynamics, qpoints):
    modes = phonon_modes(dynamics, qpoints)
    found = group_velocities(dynamics, modes, np.eye(3, dtype=int)[None])
    step = 1e-5
    for axis in range(3):
        shift = dynamics.cell.lattice @ np.eye(3)[axis] * step
        slope = phonon_frequencies(dynamics, qpoints + shift) - phonon_frequencies(
            dynamics, qpoints - shift
        )
        np.testing.assert_allclose(found[..., axis], slope / (2 * step), atol=2e-6)


def test_dipoles_change_nothing_where_the_supercell_knows_all(spring_constants, polar):
    plain = HarmonicSeries.of(spring_constants)
    q = commensurate_points(spring_constants.supercell)
    q = first_brillouin_zone(q, plain.cell.reciprocal_lattice)
    expected = dynamical_matrices(plain, q)
    dipoles = separate_dipoles(spring_constants, polar)
    # On the zone boundary the cut sum of dipoles is not quite the same at q and -q.
    np.testing.assert_allclose(dynamical_matrices(dipoles, q), expected, atol=1e-6)
    wang = WangCorrection.of(spring_constants, polar)
    np.testing.assert_allclose(dynamical_matrices(wang, q), expected, atol=1e-13)


def test_cutoff_and_width_can_be_given(spring_constants, polar):
    dipoles = separate_dipoles(spring_constants, polar, cutoff=0.5, width=0.21)
    lengths = np.linalg.norm(dipoles.reciprocal_vectors, axis=1)
    assert lengths.min() == 0
    assert 0.3 < lengths.max() < 0.5
    assert dipoles.width == 0.21
    default = separate_dipoles(spring_constants, polar)
    assert 250 < len(default.reciprocal_vectors) < 350
    assert len(dipoles.reciprocal_vectors) < 50


def test_charges_get_the_symmetry_of_the_crystal(series, rng):
    z = np.array([np.eye(3) * 2.01, -np.eye(3) * 1.99])
    noise = rng.normal(size=(2, 3, 3)) * 0.01
    with pytest.warns(ChargeWarning, match=r"charges by up to 0\.028 e \(atom 1, Ga\);"):
        polar = BornCharges.of(series.cell, z + noise, np.diag([9.95, 10.0, 10.05]))
    np.testing.assert_allclose(polar.dielectric, np.eye(3) * 10, atol=1e-12)
    np.testing.assert_allclose(polar.charges[0], -polar.charges[1], atol=1e-14)
    trace = np.trace(z + noise, axis1=1, axis2=2) @ [1, -1] / 6
    np.testing.assert_allclose(polar.charges[0], np.eye(3) * trace, atol=1e-12)


@pytest.mark.parametrize("size", [0.02, 0.3])
def test_a_change_of_charges_or_dielectric_tensor_by_symmetry_is_told(series, size):
    z, epsilon = np.array([np.eye(3), -np.eye(3)]) * 2, np.eye(3) * 10
    for tensor, scale, said in (
        (epsilon, 1, f"changed the Born charges by up to {size:.3f} e"),
        (epsilon + np.diag([1, 0, -1]) * size * 10, 0, "the dielectric tensor by up to "),
        (epsilon + np.eye(3, k=1) * size * 20, 0, f"tensor by up to {size * 20:.3f}"),
    ):
        skewed = z + scale * np.array([1, -1])[:, None, None] * np.eye(3, k=2) * size
        with pytest.warns(ChargeWarning, match=said):
            polar = BornCharges.of(series.cell, skewed, tensor)
        np.testing.assert_allclose(polar.charges, z, atol=1e-12)
        np.testing.assert_allclose(polar.dielectric, epsilon, atol=1e-12)


def test_charges_with_the_symmetry_of_the_crystal_are_taken_in_silence(series):
    z = np.array([np.eye(3), -np.eye(3)]) * 2
    BornCharges.of(series.cell, z + np.eye(3, k=1) * 0.005, np.eye(3) * 10)


def test_charges_of_equivalent_atoms_follow_from_one():
    # Three oxygen atoms on the faces of a cube, ReO3: one charge, three directions.
    x = [[0, 0, 0], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]
    cell = Cell(np.eye(3) * 3.8, x, ["Re", "O", "O", "O"], [186.2, 16, 16, 16])
    polar = BornCharges.of(
        cell, [np.eye(3) * 6.0, np.diag([-4.0, -1.0, -1.0])], np.eye(3) * 5.0
    )
    np.testing.assert_allclose(polar.charges[2], np.diag([-1, -4, -1]), atol=1e-12)
    np.testing.assert_allclose(polar.charges[3], np.diag([-1, -1, -4]), atol=1e-12)


def test_charges_that_are_not_neutral_are_a_warning_with_their_sum(series):
    z = np.array([np.eye(3) * 2.3, -np.eye(3) * 2])
    with pytest.warns(ChargeWarning, match=r"add up to \(0\.300 0\.000 0\.000; "):
        polar = BornCharges.of(series.cell, z, np.eye(3) * 10)
    np.testing.assert_allclose(polar.charges.sum(axis=0), 0, atol=1e-14)


def test_what_cannot_be_charges_is_refused(series, spring_constants, polar):
    z, epsilon = polar.charges, polar.dielectric
    with pytest.raises(
        ShapeError, match=r"expected 2 tensors .* atoms \(1, 2\), got shape "
    ):
        BornCharges.of(series.cell, np.zeros((3, 3, 3)), epsilon)
    with pytest.raises(DomainError, match=r"dielectric must be positive.*-1.*electronic"):
        BornCharges(z, np.diag([1, 2, -1]))
    with pytest.raises(DomainError, match="dielectric must be symmetric"):
        BornCharges(z, [[5, 1, 0], [0, 5, 0], [0, 0, 5]])
    with pytest.raises(DomainError, match="charges must be finite"):
        BornCharges(z * np.nan, epsilon)
    with pytest.raises(DomainError, match="factor must be positive"):
        BornCharges(z, epsilon, factor=0)
    other = BornCharges(np.zeros((3, 3, 3)), epsilon)
    for way in WAYS.values():
        with pytest.raises(ShapeError, match=r"charges: expected shape \[2, 3, 3\]"):
            way(spring_constants, other)
    with pytest.raises(DomainError, match="cutoff must be positive"):
        separate_dipoles(spring_constants, polar, cutoff=-1)


@pytest.mark.parametrize("lang", ["Rust", "Python"])
def test_a_direction_of_no_length_is_refused(lang, dynamics):
    with (
        using(lang),
        pytest.raises(DomainError, match="direction must be three numbers, n"),
    ):
        phonon_frequencies(dynamics, [[0, 0, 0]], direction=[0, 0, 0])


def test_charges_scale_the_field_and_no_charges_make_none(spring_constants, polar, qpoints):
    none = replace(polar, charges=np.zeros((2, 3, 3)))
    plain = phonon_frequencies(HarmonicSeries.of(spring_constants), qpoints)
    for way in WAYS.values():
        found = phonon_frequencies(way(spring_constants, none), qpoints)
        np.testing.assert_allclose(found, plain, atol=1e-10)
