"""Second-order constants on lattice vectors."""

import numpy as np
import pytest
from phono_dynmat import HarmonicSeries
from phono_fc import ForceConstants
from phono_grid import ShortestVectors
from phono_grid.errors import DomainError, ShapeError


def test_the_shares_of_a_pair_add_up_to_its_constant(spring_constants, series):
    # Shares of images are parts of one whole: sums over all cells are sums over all atoms.
    s2p = spring_constants.supercell.supercell_to_primitive
    for k in range(2):
        for other in range(2):
            here = (series.atoms == [k, other]).all(axis=1)
            expected = spring_constants.values[k, s2p == other].sum(axis=0)
            np.testing.assert_allclose(
                series.values[here].sum(axis=0), expected, atol=1e-13
            )


def test_every_entry_is_met_by_its_transpose_from_the_other_end(series):
    entries = {
        (k, other, *r): values
        for values, (k, other), r in zip(
            series.values, series.atoms.tolist(), series.cells.tolist(), strict=True
        )
    }
    assert len(entries) == len(series.values)
    for (k, other, *r), values in entries.items():
        opposite = entries[other, k, *(-x for x in r)]
        np.testing.assert_allclose(values, opposite.T, atol=1e-14)


def test_vectors_are_shortest_vectors(spring_constants, series):
    supercell = spring_constants.supercell
    lattice = supercell.primitive.lattice
    longest = np.linalg.norm(ShortestVectors.of(supercell).vectors @ lattice, axis=1).max()
    assert np.linalg.norm(series.vectors @ lattice, axis=1).max() == pytest.approx(longest)


def test_given_shortest_vectors_are_used(spring_constants, series):
    vectors = ShortestVectors.of(spring_constants.supercell)
    again = HarmonicSeries.of(spring_constants, vectors)
    np.testing.assert_array_equal(again.values, series.values)
    np.testing.assert_array_equal(again.cells, series.cells)


def test_what_is_not_a_series_is_refused(series):
    cell = series.cell
    with pytest.raises(DomainError, match="atoms must be in 0 to 1, got 0 to 2"):
        HarmonicSeries(np.zeros((1, 3, 3)), [[0, 2]], [[0, 0, 0]], cell)
    with pytest.raises(ShapeError, match=r"cells: expected shape \[1, 3\], got \[2, 3\]"):
        HarmonicSeries(np.zeros((1, 3, 3)), [[0, 1]], np.zeros((2, 3)), cell)
    with pytest.raises(DomainError, match="values must be finite, got nan"):
        HarmonicSeries(np.full((1, 3, 3), np.nan), [[0, 1]], [[0, 0, 0]], cell)


def test_third_order_constants_are_refused(spring_constants):
    supercell = spring_constants.supercell
    cubic = ForceConstants(np.zeros((2, 64, 64, 3, 3, 3)), supercell)
    with pytest.raises(DomainError, match="force_constants must be of order 2, got 3"):
        HarmonicSeries.of(cubic)
