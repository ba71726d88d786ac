"""Joint densities of states."""

import numpy as np
import pytest
from phono_grid import (
    Backend,
    Gaussian,
    Grid,
    Tetrahedra,
    Triplets,
    irreducible_map,
    joint_dos,
    triplet_weights,
    using,
)
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")

Q = 3
POINTS = np.linspace(-1, 8, 901)


@pytest.fixture
def grid(aluminium_nitride) -> Grid:
    return Grid.of(aluminium_nitride, [3, 3, 2])


@pytest.fixture
def frequencies(grid, rng) -> np.ndarray:
    """Three bands, random but with the symmetry of the grid."""
    bands = np.sort(rng.uniform(0, 4, (grid.n_q, 3)), axis=1)
    return bands[irreducible_map(grid)]


@pytest.fixture
def triplets(grid) -> Triplets:
    return Triplets.of(grid, Q)


@pytest.fixture(params=["tetrahedra", "symmetrised", "gaussian", "cutoff"])
def smearing(request, grid):
    return {
        "tetrahedra": Tetrahedra.of(grid),
        "symmetrised": Tetrahedra.of(grid, symmetrized=True),
        "gaussian": Gaussian(0.1),
        "cutoff": Gaussian(0.1, cutoff=4),
    }[request.param]


@pytest.mark.parametrize("smearing", ["tetrahedra", "gaussian"], indirect=True)
def test_each_channel_integrates_to_the_pairs_of_bands(
    grid, frequencies, triplets, smearing
):
    points = np.linspace(-6, 10, 801)
    joint = joint_dos(grid, frequencies, triplets, points, smearing=smearing)
    # A rule of rectangles for functions with kinks.
    for channel in (joint.decay, joint.absorption, joint.emission):
        np.testing.assert_allclose(channel.sum() * 16 / 800, 9, rtol=1e-3)


def test_it_is_the_sum_of_the_triplet_weights(grid, frequencies, triplets, smearing, rng):
    weights = rng.normal(size=(len(triplets.points), 3, 3, 2))
    joint = joint_dos(
        grid, frequencies, triplets, POINTS[::30], weights=weights, smearing=smearing
    )
    g = triplet_weights(grid, smearing, frequencies, triplets, POINTS[::30])
    expected = np.einsum("t,tfjkc,tjkw->cfw", triplets.weights / grid.n_q, g, weights)
    for values, channel in zip(
        (joint.decay, joint.absorption, joint.emission), expected, strict=True
    ):
        np.testing.assert_allclose(values, channel, rtol=0, atol=1e-12)
    np.testing.assert_allclose(joint.sums, expected[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(joint.differences, expected[1] + expected[2], atol=1e-12)


def test_both_languages_agree_for_every_smearing(grid, frequencies, triplets, smearing):
    arguments = grid, smearing, frequencies, triplets, POINTS[::30]
    here = triplet_weights(*arguments)
    with using(Backend.PYTHON):
        np.testing.assert_allclose(here, triplet_weights(*arguments), rtol=0, atol=1e-11)


def test_exchange_and_rotation_leave_symmetrised_tetrahedra_alone(
    aluminium_nitride, grid, frequencies
):
    """With a symmetric cut the sum over irreducible triplets is that over all."""
    plain = Grid.of(aluminium_nitride, [3, 3, 2], use_symmetry=False)
    everything = Triplets(
        np.stack(
            [
                np.full(grid.n_q, Q),
                np.arange(grid.n_q),
                grid.index(-grid.addresses[Q] - grid.addresses),
            ],
            axis=1,
        ),
        np.ones(grid.n_q, dtype=int),
    )
    symmetrised = Tetrahedra.of(grid, symmetrized=True)
    few, all_of_them = (
        joint_dos(g, frequencies, t, POINTS[::30], smearing=symmetrised)
        for g, t in ((grid, Triplets.of(grid, Q)), (plain, everything))
    )
    assert len(Triplets.of(grid, Q).points) < grid.n_q
    np.testing.assert_allclose(few.sums, all_of_them.sums, rtol=0, atol=1e-12)
    np.testing.assert_allclose(few.differences, all_of_them.differences, atol=1e-12)


def test_any_shape_of_weights_is_kept(grid, frequencies, triplets):
    weights = np.ones((len(triplets.points), 3, 3, 2, 4))
    joint = joint_dos(grid, frequencies, triplets, [1.0], weights=weights)
    assert joint.decay.shape == (1, 2, 4)


def test_bad_input_is_refused(grid, frequencies, triplets):
    with pytest.raises(ShapeError, match="frequencies: expected shape"):
        joint_dos(grid, frequencies[1:], triplets, [1.0])
    with pytest.raises(DomainError, match="weights: expected the triplets and pairs"):
        joint_dos(grid, frequencies, triplets, [1.0], weights=np.ones(3))
    with pytest.raises(DomainError, match="ascending"):
        joint_dos(grid, frequencies, triplets, [2.0, 1.0])
    with pytest.raises(DomainError, match="frequencies must be finite"):
        joint_dos(grid, frequencies * np.nan, triplets, [1.0])
