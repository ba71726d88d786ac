"""Bad input of what works on grids: one typed error that names the argument."""

import re

import numpy as np
import pytest
from phono_grid import (
    Bands,
    BrillouinZone,
    Gaussian,
    IrreduciblePoints,
    JointDosChannels,
    Spectrum,
    Tetrahedra,
    Triplets,
    brillouin_zone_images,
    density_of_states,
    first_brillouin_zone,
    joint_dos,
    joint_dos_channels,
    mass_variance,
    mass_variances,
    natural_isotopes,
    normal_processes,
    spectra,
    standard_masses,
    tetrahedron_weights,
    triplet_images,
    triplet_weights,
    using,
    zone_images,
)
from phono_grid.errors import (
    DomainError,
    PhonoError,
    ShapeError,
    ensure_flag,
    ensure_integer,
    ensure_not_negative,
    frozen,
    not_negative,
)
from silicon_nouns import (
    BAD,
    BANDS,
    GRID,
    NAN,
    ONE,
    TETRAHEDRA,
    TRIPLETS,
    ZONE,
    A,
    F,
    W,
)

REFUSED = [
    (
        ShapeError,
        "weights: expected shape [2], got [1]",
        lambda: IrreduciblePoints([0, 1], [1]),
    ),
    (
        DomainError,
        "points must hold integers, got 0.5",
        lambda: IrreduciblePoints([0, 0.5], [1, 1]),
    ),
    (
        ShapeError,
        "first: expected shape [65], got [64]",
        lambda: BrillouinZone(GRID, ZONE.addresses, ZONE.first[:-1]),
    ),
    (ShapeError, "addresses: expected shape [..., 3], got [2]", lambda: ZONE.index([0, 0])),
    (
        DomainError,
        "images must be in 0 to 88, got 1000000 to 1000000",
        lambda: ZONE.rotate([10**6]),
    ),
    (DomainError, "images must be in 0 to 88, got -1 to -1", lambda: ZONE.rotate([-1])),
    (
        DomainError,
        "transform must have determinant 1 or -1, got 8",
        lambda: zone_images(GRID, 2 * ONE, np.eye(3)),
    ),
    (
        DomainError,
        "basis must be finite, got nan at [0, 0]",
        lambda: zone_images(GRID, ONE, BAD),
    ),
    (
        ShapeError,
        "transform: expected shape [3, 3], got [2, 2]",
        lambda: zone_images(GRID, np.eye(2, dtype=int), np.eye(3)),
    ),
    (
        ShapeError,
        "qpoints: expected shape [n, 3], got [1, 2]",
        lambda: first_brillouin_zone([[0, 0]], np.eye(3)),
    ),
    (
        DomainError,
        "qpoints must be finite, got nan at [0, 2]",
        lambda: first_brillouin_zone([[0, 0, NAN]], np.eye(3)),
    ),
    (
        ShapeError,
        "qpoints: expected shape [n, 3], got [3]",
        lambda: first_brillouin_zone([0, 0, 0], np.eye(3)),
    ),
    (
        DomainError,
        "lattice: spglib cannot reduce it; is it nearly flat?",
        lambda: first_brillouin_zone([[0, 0, 0]], np.zeros((3, 3))),
    ),
    (
        ShapeError,
        "qpoints: expected shape [n, 3], got [1, 2]",
        lambda: brillouin_zone_images([[0, 0]], np.eye(3)),
    ),
    (DomainError, "q: 64 is out of range, expected 0 to 63", lambda: Triplets.of(GRID, 64)),
    (DomainError, "q: -1 is out of range, expected 0 to 63", lambda: Triplets.of(GRID, -1)),
    (DomainError, "q must be an integer, got 0.5", lambda: Triplets.of(GRID, 0.5)),
    (DomainError, "q must be an integer, got 'a'", lambda: Triplets.of(GRID, "a")),
    (DomainError, "grid must be a Grid, got int", lambda: Triplets.of(3, 0)),
    (
        ShapeError,
        "points: expected shape [1, 3], got [1, 2]",
        lambda: Triplets([[0, 0]], [1]),
    ),
    (
        DomainError,
        "triplets must be in 0 to 63, got 0 to 99",
        lambda: triplet_images(ZONE, Triplets([[0, 0, 99]], [1])),
    ),
    (
        DomainError,
        "zone must be a BrillouinZone, got int",
        lambda: normal_processes(3, TRIPLETS),
    ),
    (
        DomainError,
        "the first of every 15 offsets must be the point itself,",
        lambda: Tetrahedra(np.zeros((15, 3)), np.zeros((24, 3))),
    ),
    (DomainError, "grid must be a Grid, got int", lambda: Tetrahedra.of(3)),
    (
        DomainError,
        "targets must be finite, got nan at [0]",
        lambda: tetrahedron_weights(BANDS, TETRAHEDRA, [NAN]),
    ),
    (
        DomainError,
        "targets must be a list of numbers in ascending order,",
        lambda: tetrahedron_weights(BANDS, TETRAHEDRA, [2, 1]),
    ),
    (
        ShapeError,
        "targets: expected shape [n_f], got [1, 2]",
        lambda: tetrahedron_weights(BANDS, TETRAHEDRA, [[2, 1]]),
    ),
    (
        ShapeError,
        "frequencies: expected 64 rows, one for each grid point,",
        lambda: Bands.of(GRID, F[:7]),
    ),
    (
        DomainError,
        "frequencies must be finite, got nan at [0, 0]",
        lambda: Bands.of(GRID, np.full((64, 2), NAN)),
    ),
    (ShapeError, "frequencies: expected an array of numbers", lambda: Bands.of(GRID, "a")),
    (
        ShapeError,
        "frequencies: expected an array of numbers",
        lambda: Bands.of(GRID, [[1, 2], [1]]),
    ),
    (ShapeError, "frequencies: expected", lambda: Bands.of(GRID, np.ones(64))),
    (
        DomainError,
        "frequency_points must be a list of numbers in ascending",
        lambda: density_of_states(GRID, F, [2, 1]),
    ),
    (
        DomainError,
        "frequency_points must be finite, got nan at [1]",
        lambda: density_of_states(GRID, F, [1, NAN]),
    ),
    (
        DomainError,
        "frequency_points must be finite, got inf at [1]",
        lambda: density_of_states(GRID, F, [1, np.inf]),
    ),
    (
        DomainError,
        "weights: expected the points and bands of frequencies,",
        lambda: density_of_states(GRID, F, W, weights=np.ones((3, 2))),
    ),
    (
        DomainError,
        "weights must be finite, got nan at [0, 0, 0]",
        lambda: density_of_states(GRID, F, W, weights=np.full((64, 2), NAN)),
    ),
    (
        ShapeError,
        "weights: expected an array of numbers",
        lambda: density_of_states(GRID, F, W, weights="a"),
    ),
    (
        DomainError,
        "smearing must be a Tetrahedra or Gaussian, got float",
        lambda: density_of_states(GRID, F, W, smearing=0.1),
    ),
    (
        DomainError,
        "smearing must be a Tetrahedra or Gaussian, got str",
        lambda: density_of_states(GRID, F, W, smearing="tetra"),
    ),
    (DomainError, "sigma must be positive, got 0", lambda: Gaussian(0)),
    (DomainError, "sigma must be a positive number, got 'a'", lambda: Gaussian("a")),
    (DomainError, "sigma must be positive, got nan", lambda: Gaussian(NAN)),
    (DomainError, "cutoff must be positive, got -1", lambda: Gaussian(0.1, -1)),
    (DomainError, "cutoff must be positive, got nan", lambda: Gaussian(0.1, NAN)),
    (
        ShapeError,
        "weights: expected shape [64, 2, n_w], got [3, 2, 1]",
        lambda: spectra(BANDS, TETRAHEDRA, np.ones((3, 2, 1)), W),
    ),
    (
        ShapeError,
        "weights: expected shape [64, 2, n_w], got [1]",
        lambda: spectra(BANDS, TETRAHEDRA, [1], W),
    ),
    (
        DomainError,
        "frequency_points must be a list of numbers in ascending",
        lambda: spectra(BANDS, TETRAHEDRA, A, np.array([2.0, 1])),
    ),
    (
        DomainError,
        "drop_few must be True or False, got 2",
        lambda: spectra(BANDS, TETRAHEDRA, A, W, drop_few=2),
    ),
    (
        DomainError,
        "smearing must be a Tetrahedra or Gaussian, got NoneType",
        lambda: spectra(BANDS, None, A, W),
    ),
    (
        DomainError,
        "bands must be a Bands, got Grid",
        lambda: spectra(GRID, Gaussian(0.1), A, W),
    ),
    (
        ShapeError,
        "frequencies: expected shape [64, n_b], got [3, 2]",
        lambda: triplet_weights(GRID, TETRAHEDRA, F[:3], TRIPLETS, W),
    ),
    (
        ShapeError,
        "frequencies: expected shape [64, n_b], got [64]",
        lambda: triplet_weights(GRID, TETRAHEDRA, F[:, 0], TRIPLETS, W),
    ),
    (
        DomainError,
        "frequencies must be finite, got nan at [0, 0]",
        lambda: triplet_weights(GRID, TETRAHEDRA, np.full((64, 2), NAN), TRIPLETS, W),
    ),
    (
        DomainError,
        "targets must be finite, got nan at [0]",
        lambda: triplet_weights(GRID, TETRAHEDRA, F, TRIPLETS, [NAN]),
    ),
    (
        ShapeError,
        "targets: expected shape [n_f], got [1, 1]",
        lambda: triplet_weights(GRID, TETRAHEDRA, F, TRIPLETS, [[1.0]]),
    ),
    (
        DomainError,
        "smearing must be a Tetrahedra or Gaussian, got float",
        lambda: triplet_weights(GRID, 0.1, F, TRIPLETS, W),
    ),
    (
        DomainError,
        "triplets must be in 0 to 63, got 0 to 99",
        lambda: triplet_weights(GRID, TETRAHEDRA, F, Triplets([[0, 0, 99]], [1]), W),
    ),
    (
        ShapeError,
        "frequencies: expected shape [64, n_b], got [3, 2]",
        lambda: joint_dos(GRID, F[:3], TRIPLETS, W),
    ),
    (
        DomainError,
        "frequencies must be finite, got nan at [0, 0]",
        lambda: joint_dos(GRID, np.full((64, 2), NAN), TRIPLETS, W),
    ),
    (
        DomainError,
        "weights: expected the triplets and pairs of bands, [10,",
        lambda: joint_dos(GRID, F, TRIPLETS, W, weights=np.ones((3, 2, 2))),
    ),
    (
        DomainError,
        "weights must be finite, got nan at [0, 0, 0, 0]",
        lambda: joint_dos(
            GRID, F, TRIPLETS, W, weights=np.full((len(TRIPLETS.points), 2, 2), NAN)
        ),
    ),
    (
        DomainError,
        "smearing must be a Tetrahedra or Gaussian, got float",
        lambda: joint_dos(GRID, F, TRIPLETS, W, smearing=0.1),
    ),
    (
        ShapeError,
        "weights: expected shape [10, 2, 2, n_w], got [1, 2, 2,",
        lambda: joint_dos_channels(GRID, TETRAHEDRA, F, TRIPLETS, np.ones((1, 2, 2, 1)), W),
    ),
    (
        ShapeError,
        "fractions: expected one for each mass, [2], got [1]",
        lambda: mass_variance([1, 2], [1]),
    ),
    (
        DomainError,
        "masses must be finite, got nan at [1]",
        lambda: mass_variance([1, NAN], [0.5, 0.5]),
    ),
    (
        DomainError,
        "symbols: no natural isotopes of 'Xx' are known; give",
        lambda: mass_variances(["Xx"]),
    ),
    (
        DomainError,
        "symbols: no natural isotopes of 'Xx' are known; give",
        lambda: natural_isotopes("Xx"),
    ),
    (
        DomainError,
        "symbols must be a list of chemical symbols, got [5]",
        lambda: natural_isotopes(5),
    ),
    (
        DomainError,
        "symbols: no standard mass of 'Q' is known; give masses",
        lambda: standard_masses(["Q"]),
    ),
    (
        DomainError,
        "lang must be 'Rust' or 'Python', got 'C++'",
        lambda: using("C++").__enter__(),
    ),
    (
        ShapeError,
        "cumulative: expected shape [2], got [1]",
        lambda: Spectrum([1, 2], [1, 2], [1]),
    ),
    (
        ShapeError,
        "absorption: expected shape [1], got [2]",
        lambda: JointDosChannels([1], [1], [1, 2], [1]),
    ),
]


@pytest.mark.parametrize(("error", "message", "call"), REFUSED)
def test_bad_input_is_refused_with_an_error_that_names_the_argument(error, message, call):
    with pytest.raises(error, match=re.escape(message)):
        call()


HELPERS = {
    "x must not be negative, got -2 K": lambda: ensure_not_negative("x", -2.0, "K"),
    "x must not be negative, got nan": lambda: ensure_not_negative("x", NAN),
    "x must be finite, got inf": lambda: ensure_not_negative("x", np.inf),
    "x must be a number, got 'y'": lambda: ensure_not_negative("x", "y"),
    "x must be a number, got 1j": lambda: ensure_not_negative("x", 1j),
    "x must not be negative, got -3 Da": lambda: not_negative([1, -3], "x", (2,), "Da"),
    "x must be finite, got inf Da": lambda: not_negative([0, np.inf], "x", (2,), "Da"),
    "x: expected shape [3], got [2]": lambda: not_negative([0, 1], "x", (3,)),
    "x must be True or False, got 1": lambda: ensure_flag("x", 1),
    "x must be 2 or more, got 1": lambda: ensure_integer("x", 1, 2),
    "x must be an integer, got 1.0": lambda: ensure_integer("x", 1.0),
    "x must hold True and False, got float64": lambda: frozen([0.5], "x", np.bool_),
}


@pytest.mark.parametrize("message", HELPERS)
def test_what_all_packages_say_of_numbers(message):
    with pytest.raises(PhonoError, match=f"^{re.escape(message)}$"):
        HELPERS[message]()


def test_good_numbers_come_back():
    assert not_negative([], "x", (0,)).shape == (0,)
    assert not_negative([0, 1], "x", ("n",)).tolist() == [0.0, 1.0]
    assert ensure_integer("x", np.int32(7), 7) == 7
    assert frozen([1, 0], "x", np.bool_).tolist() == [True, False]
