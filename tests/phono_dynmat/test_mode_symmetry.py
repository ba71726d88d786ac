"""Representations of phonons: textbook lists, compatibility, laws of characters."""

import numpy as np
import pytest
from model_crystals import springs
from phono_dynmat import HarmonicSeries, ModeSymmetry, mode_symmetry
from phono_fc import ForceConstants
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import DomainError

pytest.importorskip("spgrep")
spacegroup = pytest.importorskip("ase.spacegroup")

CUBE, HEXAGON = [90, 90, 90], [90, 90, 120]
CRYSTALS = {
    "silicon": (["Si"], [(0, 0, 0)], 227, [5.43] * 3 + CUBE),
    "zincblende": (["Ga", "As"], [(0, 0, 0), (0.25,) * 3], 216, [5.6] * 3 + CUBE),
    "wurtzite": (
        ["Al", "N"],
        [(1 / 3, 2 / 3, 0), (1 / 3, 2 / 3, 0.385)],
        186,
        [3.11, 3.11, 4.98, *HEXAGON],
    ),
    "rutile": (["Ti", "O"], [(0, 0, 0), (0.305, 0.305, 0)], 136, [4.59, 4.59, 2.96, *CUBE]),
    "anatase": (["Ti", "O"], [(0, 0, 0), (0, 0, 0.208)], 141, [3.78, 3.78, 9.51, *CUBE]),
    "quartz": (
        ["Si", "O"],
        [(0.47, 0, 1 / 3), (0.413, 0.266, 0.119)],
        152,
        [4.91, 4.91, 5.4, *HEXAGON],
    ),
    "corundum": (
        ["Al", "O"],
        [(0, 0, 0.352), (0.306, 0, 0.25)],
        167,
        [4.76, 4.76, 12.99, *HEXAGON],
    ),
    "pyrite": (["Fe", "S"], [(0, 0, 0), (0.385,) * 3], 205, [5.42] * 3 + CUBE),
}
OPTICAL = {
    "silicon": "T2g",
    "zincblende": "T2",
    "wurtzite": "A1 2B1 E1 2E2",
    "rutile": "A1g A2g A2u B1g B2g 2B1u Eg 3Eu",
    "anatase": "A1g A2u 2B1g B2u 3Eg 2Eu",
    "quartz": "4A1 4A2 8E",
    "corundum": "2A1g 2A1u 3A2g 2A2u 5Eg 4Eu",
    "pyrite": "Ag Eg 3Tg 2Au 2Eu 5Tu",
}
"""Optical modes in textbooks: D. L. Rousseau, R. P. Bauman, S. P. S. Porto, J. Raman
Spectrosc. 10, 253 (1981)."""
SEEN = {
    "silicon": ({"T1u"}, {"A1g", "Eg", "T2g"}),
    "wurtzite": ({"A1", "E1"}, {"A1", "E1", "E2"}),
    "rutile": ({"A2u", "Eu"}, {"A1g", "B1g", "B2g", "Eg"}),
    "quartz": ({"A2", "E"}, {"A1", "E"}),
    "pyrite": ({"Tu"}, {"Ag", "Eg", "Tg"}),
}
"""Infrared and Raman active representations."""


def crystal(name):
    symbols, basis, number, cell = CRYSTALS[name]
    atoms = spacegroup.crystal(symbols, basis=basis, spacegroup=number, cellpar=cell)
    unit = Cell.from_ase(atoms)
    supercell = Supercell.of(unit, [2, 2, 2] if unit.n_atoms < 20 else [1, 1, 1])
    constants = ForceConstants(springs(supercell), supercell)
    return HarmonicSeries.of(constants), Symmetry.of(supercell.primitive)


@pytest.mark.parametrize("name", CRYSTALS)
def test_optical_modes_are_those_of_the_textbook(name):
    found = mode_symmetry(*crystal(name))
    times = dict(zip(found.names, found.multiplicities.sum(axis=0).tolist(), strict=True))
    acoustic = dict(zip(found.names, found.multiplicities[0].tolist(), strict=True))
    left = {name: n - acoustic[name] for name, n in times.items() if n > acoustic[name]}
    expected = {
        w.lstrip("2345678"): int(w[0]) if w[0].isdigit() else 1
        for w in OPTICAL[name].split()
    }
    assert left == expected
    # What moves as a whole is a vector.
    vector = {n for n, active in zip(found.names, found.infrared, strict=True) if active}
    assert {n for n, times in acoustic.items() if times} == vector


@pytest.mark.parametrize("name", SEEN)
def test_what_light_sees_is_that_of_the_textbook(name):
    found = mode_symmetry(*crystal(name))
    for flags, expected in zip((found.infrared, found.raman), SEEN[name], strict=True):
        assert {n for n, f in zip(found.names, flags, strict=True) if f} == expected


@pytest.mark.parametrize("name", ["silicon", "wurtzite", "rutile", "quartz"])
@pytest.mark.parametrize(
    "q", [(0.5, 0, 0), (0.5, 0.5, 0), (0, 0, 0.5), (0.21, 0, 0), (1, 0, -1)]
)
def test_every_set_is_whole_and_has_its_modes(name, q):
    found = mode_symmetry(*crystal(name), q)
    identity = 0
    dimensions = found.characters[:, identity].real
    sizes = np.bincount(found.sets)
    np.testing.assert_allclose(found.multiplicities @ dimensions, sizes, atol=1e-9)
    gram = found.characters @ found.characters.conj().T / len(found.operations)
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-8)


def test_from_gamma_to_a_line_representations_split_as_they_must():
    dynamics, symmetry = crystal("rutile")
    near = mode_symmetry(dynamics, symmetry, (0, 0, 1e-3), degeneracy=1e-5)
    gamma = mode_symmetry(dynamics, symmetry)
    common = np.isin(gamma.operations, near.operations)
    order = np.searchsorted(gamma.operations[common], near.operations)
    at_gamma = (gamma.multiplicities.sum(axis=0) @ gamma.characters)[common][order]
    at_q = near.multiplicities.sum(axis=0) @ near.characters
    turns = symmetry.translations[near.operations] @ np.array([0, 0, 1e-3])
    np.testing.assert_allclose(at_q * np.exp(2j * np.pi * turns), at_gamma, atol=1e-6)


def test_another_wave_vector_of_the_same_phonons_has_the_same_labels():
    dynamics, symmetry = crystal("wurtzite")
    one = mode_symmetry(dynamics, symmetry)
    other = mode_symmetry(dynamics, symmetry, (1, -2, 3))
    assert one.labels == other.labels


def test_constants_without_the_symmetry_are_refused(random_series):
    mirror = [np.eye(3), np.diag([1, 1, -1])]
    fake = Symmetry(mirror, np.zeros((2, 3)), mirror, [[0, 1], [0, 1]], "Pm")
    with pytest.raises(DomainError, match="are not whole representations"):
        mode_symmetry(random_series, fake)
    dynamics, _ = crystal("silicon")
    with pytest.raises(DomainError, match="symmetry: is of 8 atoms"):
        mode_symmetry(dynamics, Symmetry.of(crystal_cell()))


def crystal_cell():
    """The conventional cell of silicon."""
    symbols, basis, number, cell = CRYSTALS["silicon"]
    atoms = spacegroup.crystal(symbols, basis=basis, spacegroup=number, cellpar=cell)
    return Cell.from_ase(atoms)


def test_a_line_says_it():
    found = mode_symmetry(*crystal("silicon"))
    assert isinstance(found, ModeSymmetry)
    assert repr(found) == "ModeSymmetry(q = 0 0 0: T1u, T2g)"


ELSEWHERE = {
    ("silicon", (0.2, 0, 0.2)): {"A1", "B1", "E"},
    ("silicon", (0.2, 0.2, 0.2)): {"A1", "E"},
    ("silicon", (0.5, 0.5, 0.5)): {"A1g", "A2u", "Eg", "Eu"},
    ("zincblende", (0.5, 0.5, 0.5)): {"A1", "E"},
    ("wurtzite", (0, 0, 0.2)): {"A1", "B1", "E1", "E2"},
    ("wurtzite", (0, 0, 0.5)): {"(A1 + B1)", "(E2 + E1)"},
}
"""Names of all modes at other points: Δ1 Δ2' Δ5, Λ1 Λ3, L1 L2' L3 L3' of silicon."""


@pytest.mark.parametrize(("name", "q"), ELSEWHERE)
def test_modes_at_other_points_have_names_of_the_point_group(name, q):
    found = mode_symmetry(*crystal(name), q)
    assert set(found.labels) == ELSEWHERE[name, q]


def test_names_at_a_boundary_point_are_those_of_the_line_that_ends_there():
    silicon = crystal("silicon")
    end, near = (
        mode_symmetry(*silicon, x * np.array([0.375, 0.375, 0.75])) for x in (1, 0.999)
    )
    assert end.labels == near.labels
    assert not any(label.startswith("D") for label in end.labels)


@pytest.mark.parametrize(("name", "q"), [("silicon", [0.5, 0, 0.5]), ("rutile", [0.5] * 3)])
def test_representations_of_no_point_group_are_numbered(name, q):
    found = mode_symmetry(*crystal(name), q)
    assert all(name.startswith("D") for name in found.names)
