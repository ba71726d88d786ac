"""The Fourier series of third-order constants."""

import numpy as np
import pytest
from model_crystals import zincblende
from phono_3ph import Series3
from phono_fc import SparseForceConstants3
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")


@pytest.fixture
def series() -> Series3:
    return Series3.of(zincblende().fc3)


def test_constants_are_shared_out_completely(series):
    # Each block is shared among images and origins, whose shares sum to 1: so do values,
    # up to the exchange of axes, to which this sum is blind.
    fc3 = zincblende().fc3
    total = np.einsum("eaaa->", series.values)
    expected = np.einsum("kijaaa->", fc3.values)
    np.testing.assert_allclose(total, expected, atol=1e-12)


def test_a_translation_of_every_atom_costs_no_energy(series):
    # Over all cells: with images at equal distance the average over origins obeys the rule
    # for whole sums only, as it does in every code that averages them.
    total = np.zeros((2, 2, 27))
    np.add.at(total, tuple(series.atoms[:, :2].T), series.values.reshape(-1, 27))
    assert np.abs(total).max() < 1e-12 * np.abs(series.values).max() * len(series.values)


def test_the_second_and_third_atom_can_be_exchanged(series):
    entries = {
        (*atoms, *cells[0], *cells[1]): value
        for atoms, cells, value in zip(
            series.atoms.tolist(), series.cells.tolist(), series.values, strict=True
        )
    }
    for (k0, k1, k2, *cells), value in entries.items():
        exchanged = entries[k0, k2, k1, *cells[3:], *cells[:3]]
        np.testing.assert_allclose(exchanged.transpose(0, 2, 1), value, atol=1e-12)


def test_entries_with_the_same_difference_follow_one_another(series):
    difference = series.cells[:, 0] - series.cells[:, 1]
    changes = (np.diff(difference, axis=0) != 0).any(axis=1).sum()
    assert changes + 1 == series.n_lattice_vectors


def test_a_threshold_drops_small_blocks(series):
    largest = np.abs(series.values).max(axis=(1, 2, 3))
    threshold = float(np.median(largest))
    short = Series3.of(zincblende().fc3, threshold=threshold)
    assert len(short.values) == (largest > threshold).sum()


def test_sparse_constants_make_the_same_series():
    fc3 = zincblende().fc3
    for cutoff in (None, 4.0):
        sparse = SparseForceConstants3.of(fc3, cutoff=cutoff)
        for average in (True, False):
            one, other = (
                Series3.of(c, average_origin=average) for c in (sparse, sparse.dense())
            )
            np.testing.assert_array_equal(one.atoms, other.atoms)
            np.testing.assert_array_equal(one.cells, other.cells)
            np.testing.assert_allclose(one.values, other.values, rtol=0, atol=1e-15)


def test_second_order_constants_are_refused():
    with pytest.raises(DomainError, match="must be of order 3, got 2"):
        Series3.of(zincblende().fc2)
    with pytest.raises(DomainError, match="threshold must not be negative, got nan"):
        Series3.of(zincblende().fc3, threshold=np.nan)
