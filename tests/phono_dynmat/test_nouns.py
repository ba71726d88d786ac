"""The nouns of phono_dynmat: from plain numbers, equal by value, short to read."""

import numpy as np
import pytest
from phono_dynmat import (
    BandStructure,
    BornCharges,
    GonzeLeeCorrection,
    HarmonicSeries,
    Modes,
    Segment,
    ThermalProperties,
    WangCorrection,
    band_path,
    band_structure,
    phonon_modes,
    separate_dipoles,
    thermal_properties,
)
from phono_grid.errors import DomainError, PhonoError

POINTS = {"Γ": [0, 0, 0], "X": [0.5, 0, 0.5], "L": [0.5, 0.5, 0.5]}
Z = np.eye(3) * 2


def nouns(constants):
    """One of each, made from scratch."""
    polar = BornCharges([Z, -Z], np.eye(3) * 9)
    series = HarmonicSeries.of(constants)
    modes = phonon_modes(series, [[0.1, 0.2, 0.3], [0, 0, 0.5]])
    bands = band_structure(series, band_path(POINTS, [["Γ", "X"], ["L", "Γ"]], 4))
    return [
        polar,
        series,
        separate_dipoles(constants, polar),
        WangCorrection.of(constants, polar),
        modes,
        bands.segments[0],
        bands,
        thermal_properties(modes.frequencies, [0, 300]),
    ]


def test_nouns_are_equal_if_their_numbers_are(spring_constants):
    first, second = nouns(spring_constants), nouns(spring_constants)
    assert first == second
    assert [hash(x) for x in first] == [hash(x) for x in second]
    assert all(x != y for i, x in enumerate(first) for y in first[:i])
    assert BornCharges([Z, -Z], np.eye(3) * 8) != first[0]


def test_nouns_are_read_at_a_glance(spring_constants):
    texts = [repr(noun) for noun in nouns(spring_constants)]
    assert max(map(len, texts)) < 200
    assert texts[1] == "HarmonicSeries(190 blocks, 2 atoms GaP)"
    assert texts[2].startswith("GonzeLeeCorrection(2 atoms GaP, ")
    assert texts[3] == "WangCorrection(190 blocks, 2 atoms GaP)"
    assert texts[4] == "Modes(2 wave vectors, 6 bands)"
    assert texts[6] == "BandStructure(Γ-X, L-Γ, 6 bands)"


def test_nouns_are_made_from_lists(series):
    path = [Segment(["Γ", "X"], [[0, 0, 0], [0.5, 0, 0]])]
    bands = BandStructure(path, [[0, 1]], [[[0, 0, 0], [1, 1, 2]]])
    assert bands.frequencies[0].dtype == float
    assert bands.segments == tuple(path)
    modes = Modes([[0, 0, 0]], [[1, 1, 2]], np.eye(3).reshape(1, 3, 1, 3).tolist())
    assert modes.polarizations.dtype == complex
    assert ThermalProperties([0], [1], [0], [0], 1).energy.tolist() == [1]
    lists = (series.values, series.atoms, series.cells)
    assert HarmonicSeries(*(x.tolist() for x in lists), series.cell) == series
    polar = BornCharges([Z.tolist(), (-Z).tolist()], np.eye(3).tolist())
    zeros = np.zeros((2, 3, 3)).tolist()
    dipoles = GonzeLeeCorrection(series, polar, [[0, 0, 0]], 0.3, zeros)
    assert dipoles.self_terms.dtype == complex


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("distances: expected one array for each of 1 seg", ([], [[[1], [2]]])),
        (r"distances: expected shape \[2\]", ([[0, 1, 2]], [[[1], [2]]])),
        ("frequencies must be finite", ([[0, 1]], [[[1], [np.nan]]])),
        ("frequencies: expected one array for each of 1", ([[0, 1]], [[[1]]] * 2)),
    ],
)
def test_bands_that_do_not_fit_their_path_are_refused(message, arguments):
    path = [Segment(("Γ", "X"), [[0, 0, 0], [0.5, 0, 0]])]
    with pytest.raises(PhonoError, match=message):
        BandStructure(path, *arguments)
    with pytest.raises(DomainError, match="segments: there are none"):
        BandStructure([], [], [])
