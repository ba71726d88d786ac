"""The conductivity of polar crystals, cubic and hexagonal, through each pair of formats."""

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import phonokit
import pytest
from format_crystals import CUBIC, TARGETS, frequencies
from model_crystals import springs
from phono_dynmat import BornCharges
from phono_fc import ForceConstants, symmetrize
from phono_grid import Cell, Supercell

pytestmark = pytest.mark.needs_rust
THIRD = ("shengbte", "tdep", "alamode", "phonopy")
"""Formats with third order and charges."""


def wurtzite():
    """Four atoms, bonds of nearest neighbours that are cubic too, charges of two axes."""
    a, c, u = 3.11, 4.98, 0.382
    lattice = [[a, 0, 0], [-a / 2, a * np.sqrt(3) / 2, 0], [0, 0, c]]
    third = 1 / 3
    x = [[third, 2 * third, 0], [2 * third, third, 0.5]]
    x += [[third, 2 * third, u], [2 * third, third, 0.5 + u]]
    cell = Cell.of(lattice, x, ["Al", "Al", "N", "N"])
    supercell = Supercell.of(cell, [2, 2, 2], np.eye(3))
    fc2 = symmetrize(ForceConstants(springs(supercell), supercell))
    n, places = supercell.cell.n_atoms, supercell.cell.positions
    values = np.zeros((4, n, n, 3, 3, 3))
    for k, i in enumerate(supercell.primitive_to_supercell):
        apart = places - places[i]
        vectors = (apart - np.rint(apart)) @ supercell.cell.lattice
        lengths = np.linalg.norm(vectors, axis=1)
        for j in np.flatnonzero((lengths > 0) & (lengths < 2.2)):
            along = vectors[j] / lengths[j]
            cube = 30 * np.einsum("a,b,c->abc", along, along, along)
            for ends in itertools.product((i, j), repeat=2):
                values[(k, *ends)] += cube if ends.count(j) == 1 else -cube
    z = np.diag([2.5, 2.5, 2.7])
    charges = BornCharges.of(supercell.primitive, [z, z, -z, -z], np.diag([4.5, 4.5, 4.8]))
    fc3 = ForceConstants(values, supercell)
    return phonokit.Crystal.from_constants(fc2, fc3, polar=charges)


def zincblende():
    """Random third order, with charges."""
    z = 0.6 * np.eye(3)
    charges = BornCharges.of(CUBIC.primitive, [z, -z], 9 * np.eye(3))
    return phonokit.Crystal.from_constants(CUBIC.fc2, CUBIC.fc3, polar=charges)


MODELS = {"wurtzite": (wurtzite, (3, 3, 2)), "zincblende": (zincblende, (3, 3, 3))}


@cache
def expected(name):
    """The crystal, its frequencies and its conductivity."""
    make, mesh = MODELS[name]
    crystal = make()
    return crystal, frequencies(crystal), phonokit.kappa(crystal, mesh, [300.0]).kappa


def through(crystal, target, folder):
    """What is read of a crystal that was written, its dipoles summed as before."""
    path = folder / TARGETS[target]
    phonokit.write_constants(crystal, path, format=target)
    there = phonokit.load(path)
    # ShengBTE's own interpolation of dipoles is another one.
    return replace(there, polar=replace(there.polar, method="gonze"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Each crystal as each format gives it back, once for all pairs."""

    @cache
    def read(name, target):
        return through(expected(name)[0], target, tmp_path_factory.mktemp(target))

    return read


@pytest.mark.filterwarnings("ignore::phono_dynmat.ChargeWarning")
@pytest.mark.filterwarnings("ignore::phonokit.UnscatteredWarning")
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("one", "other"), [*itertools.permutations(THIRD, 2)])
def test_phonons_and_conductivity_survive_two_formats(name, one, other, written, tmp_path):
    crystal, f, kappa = expected(name)
    there = through(written(name, one), other, tmp_path)
    np.testing.assert_allclose(frequencies(there, like=crystal), f, rtol=0, atol=1e-6)
    found = phonokit.kappa(there, MODELS[name][1], [300.0]).kappa
    # Digits of the dipoles' sums: 1e-7 of frequencies.
    np.testing.assert_allclose(found, kappa, rtol=1e-5, atol=1e-6 * np.abs(kappa).max())
