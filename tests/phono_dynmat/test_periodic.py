"""Which image of a wave vector is given does not matter."""

from dataclasses import replace
from itertools import product

import cases_phono_dynmat as cases
import numpy as np
import pytest
from phono_dynmat import (
    BornCharges,
    HarmonicSeries,
    WangCorrection,
    band_path,
    band_structure,
    directional_velocities,
    dynamical_matrices,
    dynamical_matrix_derivatives,
    finite_difference_velocities,
    group_velocities,
    phonon_frequencies,
    phonon_modes,
    separate_dipoles,
    stream_modes,
    velocity_operators,
)
from phono_grid import Symmetry

pytestmark = pytest.mark.usefixtures("backend")

IDENTITY = np.eye(3, dtype=int)[None]
SHIFTS = np.array([[1, 0, 0], [0, -1, 2], [-3, 2, 1], [3, 3, -3], [0, 0, -2]])
ALL_SHIFTS = np.array(list(product(range(-3, 4), repeat=3)))
SURFACE = [
    [0.5, 0.25, 0.75],  # W of the fcc lattice
    [0.375, 0.375, 0.75],  # K
    [0.5, 0.1, 0.6],  # X-W
    [0.5, 0, 0.5],  # X
    [0.5, 0.5, 0.5],  # L
    [0.5, 0.2, 0.1],
]


WAYS = ["plain", "Gonze and Lee", "Wang"]


def with_dipoles(constants, way):
    """Zincblende with one of the ways to treat dipoles."""
    z = np.array([[2.1, 0.2, 0], [0.1, 1.9, 0.3], [0, 0, 2.3]])
    polar = BornCharges([z, -z], [[6.0, 0.5, 0.2], [0.5, 5.0, -0.3], [0.2, -0.3, 8.0]])
    if way == "plain":
        return HarmonicSeries.of(constants)
    return (separate_dipoles if way == "Gonze and Lee" else WangCorrection.of)(
        constants, polar
    )


@pytest.fixture(params=WAYS)
def zincblende(request, spring_constants):
    return with_dipoles(spring_constants, request.param)


@pytest.fixture(params=product(["zincblende", "random"], WAYS), ids="-".join)
def dynamics(request, spring_constants, rng):
    """Zincblende, or random constants in a triclinic cell."""
    crystal, way = request.param
    if crystal == "zincblende":
        return with_dipoles(spring_constants, way)
    return cases.DYNAMICS[way](rng)


@pytest.fixture
def qpoints(rng):
    """Generic, on the surface of the zone, and Γ."""
    return np.concatenate([rng.uniform(-0.5, 0.5, (4, 3)), SURFACE, [[0, 0, 0]]])


def phases(dynamics, g):
    """``e^{2πi G·τ}`` of every band of the matrices."""
    return np.repeat(np.exp(2j * np.pi * dynamics.cell.positions @ g), 3)


def projectors(modes):
    """Onto the space of bands of each frequency: sums over sets, in the gauge of Γ."""
    f, e = modes.frequencies, modes.polarizations.reshape(*modes.frequencies.shape, -1)
    near = np.abs(f[:, :, None] - f[:, None]) < 1e-4
    return np.einsum("qij,qjx,qjy->qixy", near, e, e.conj())


def test_frequencies_are_periodic(dynamics, qpoints):
    f = phonon_frequencies(dynamics, qpoints)
    for g in SHIFTS:
        shifted = phonon_frequencies(dynamics, qpoints + g)
        np.testing.assert_allclose(shifted[:-1], f[:-1], atol=1e-9)
        # At Γ square roots of rounding errors.
        np.testing.assert_allclose(shifted[-1], f[-1], atol=5e-5)


@pytest.mark.parametrize("q", [[0.1, 0, 0], [0.375, 0.375, 0.75], [0.31, -0.42, 0.17]])
def test_frequencies_are_periodic_wherever_the_wave_vector_is(dynamics, q):
    f = phonon_frequencies(dynamics, [q])
    shifted = phonon_frequencies(dynamics, q + ALL_SHIFTS)
    np.testing.assert_allclose(shifted, np.broadcast_to(f, shifted.shape), atol=1e-9)


def test_dipoles_that_are_not_periodic_are_summed_at_the_wave_vector_itself(
    spring_constants, rng
):
    whole = with_dipoles(spring_constants, "Gonze and Lee")
    q, g = rng.uniform(-0.2, 0.2, (4, 3)), np.array([0, -1, 1])
    for kernel in (dynamical_matrices, dynamical_matrix_derivatives):
        expected = kernel(whole, q)
        size = np.abs(expected).max()
        as_it_comes = replace(whole, periodic=False)
        np.testing.assert_array_equal(kernel(as_it_comes, q), expected)
        away = kernel(as_it_comes, q + g)
        gauge = phases(whole, g)
        assert np.abs(away - gauge.conj()[:, None] * expected * gauge).max() > 1e-9 * size
        # A shift of all vectors of the sum does what a shift of q does not.
        shifted = whole.reciprocal_vectors - g @ whole.cell.reciprocal_lattice
        moved = replace(as_it_comes, reciprocal_vectors=shifted)
        away = kernel(moved, q + g)
        close = gauge.conj()[:, None] * expected * gauge
        np.testing.assert_allclose(away, close, rtol=1e-9, atol=1e-12 * size)


def test_matrices_and_derivatives_are_periodic_up_to_the_phases_of_atoms(dynamics, qpoints):
    for kernel in (dynamical_matrices, dynamical_matrix_derivatives):
        d = kernel(dynamics, qpoints)
        for g in SHIFTS:
            gauge = phases(dynamics, g)
            shifted = kernel(dynamics, qpoints + g)
            expected = gauge.conj()[:, None] * d * gauge
            np.testing.assert_allclose(shifted, expected, atol=1e-11 * np.abs(d).max())


@pytest.mark.parametrize("direction", [None, [1, 2, -1]])
def test_eigenvectors_are_periodic_up_to_the_phases_of_atoms(dynamics, qpoints, direction):
    p = projectors(phonon_modes(dynamics, qpoints, direction=direction))
    for g in SHIFTS[::2]:
        gauge = phases(dynamics, g)
        modes = phonon_modes(dynamics, qpoints + g, direction=direction)
        expected = gauge.conj()[:, None] * p * gauge
        np.testing.assert_allclose(projectors(modes), expected, atol=1e-7)
        (_, piece), *_ = stream_modes(dynamics, qpoints + g)
        np.testing.assert_allclose(
            piece.frequencies[:-1],
            phonon_frequencies(dynamics, qpoints)[:-1],
            atol=1e-9,
        )


def test_velocities_are_periodic(dynamics, qpoints):
    q = qpoints[:-1]

    def velocities(q):
        modes = phonon_modes(dynamics, q)
        operators = velocity_operators(dynamics, modes)
        return (
            group_velocities(dynamics, modes, IDENTITY),
            finite_difference_velocities(dynamics, modes, IDENTITY),
            directional_velocities(dynamics, modes, [1, -2, 0.5]),
            # Between bands there are the phases of eigenvectors.
            np.einsum("qija,qijb->qab", operators, operators.conj()),
        )

    first = velocities(q)
    for g in SHIFTS[1::2]:
        for shifted, expected in zip(velocities(q + g), first, strict=True):
            scale = np.abs(expected).max()
            np.testing.assert_allclose(shifted, expected, atol=1e-7 * scale)


def test_velocities_average_over_the_same_little_group(zincblende):
    rotations = Symmetry.of(zincblende.cell).reciprocal_rotations()
    q = np.array([[0.2, 0.2, 0], [0.15, 0.15, 0.15]])
    v = group_velocities(zincblende, phonon_modes(zincblende, q), rotations)
    for g in ([1, 0, 0], [-3, 2, 1]):
        shifted = group_velocities(zincblende, phonon_modes(zincblende, q + g), rotations)
        np.testing.assert_allclose(shifted, v, atol=1e-8 * np.abs(v).max())


def test_differences_across_the_surface_of_the_zone_give_the_derivative(dynamics):
    modes = phonon_modes(dynamics, SURFACE)
    v = group_velocities(dynamics, modes, IDENTITY)
    differences = finite_difference_velocities(dynamics, modes, IDENTITY, step=1e-5)
    np.testing.assert_allclose(differences, v, atol=2e-6 * np.abs(v).max())


@pytest.mark.parametrize("end", [[1, 1, 1], [2, 1, 0], [-1, 0, 0], [0, 0, 0]])
def test_lines_to_any_reciprocal_lattice_point_have_their_longitudinal_branch(
    zincblende, end
):
    start = np.add(end, [0.3, 0.1, -0.2])
    points = {"A": start, "B": end}
    (f,) = band_structure(zincblende, band_path(points, ["AB"], 7)).frequencies
    (back,) = band_structure(zincblende, band_path(points, ["BA"], 7)).frequencies
    expected = phonon_frequencies(zincblende, [[0, 0, 0]], direction=start - end)[0]
    np.testing.assert_allclose(f[-1, 3:], expected[3:], atol=1e-9)
    np.testing.assert_allclose(back[0, 3:], expected[3:], atol=1e-9)
    near = phonon_frequencies(zincblende, [end + 1e-4 * (start - end)])[0]
    np.testing.assert_allclose(f[-1, 3:], near[3:], atol=1e-4)
