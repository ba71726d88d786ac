"""Grüneisen parameters of crystals whose strained constants are known."""

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_3ph import Series3, grueneisen_parameters
from phono_dynmat import (
    HarmonicSeries,
    Modes,
    elasticity,
    phonon_frequencies,
    phonon_modes,
)
from phono_grid import Cell
from phono_grid.errors import DomainError, ShapeError

H = 1e-4
STIFFNESS, CUBIC = 8.0, -45.0
"""eV/Å² and eV/Å³ of springs between neighbours in rock salt."""
A = 4.2


def springs(strain: np.ndarray) -> HarmonicSeries:
    """A crystal of central springs, strained; at rest its springs have no tension.

    Two shells, so that it is stable: neighbours of the other kind and of the same kind.
    """
    lattice = A / 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0.0]]) @ (np.eye(3) + strain)
    cell = Cell(lattice, [[0, 0, 0], [0.5] * 3], ["Na", "Cl"], [23.0, 35.5])
    values, atoms, cells = _pairs(cell, _spring2)
    return HarmonicSeries(values, atoms, cells, cell)


def _spring2(r0: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Second derivative of ``k x²/2 + c x³/6`` with ``x`` the stretch."""
    length, unit = np.linalg.norm(r), r / np.linalg.norm(r)
    x = length - np.linalg.norm(r0)
    force = STIFFNESS * x + CUBIC * x**2 / 2
    along = np.outer(unit, unit)
    return (STIFFNESS + CUBIC * x) * along + force / length * (np.eye(3) - along)


def _pairs(cell, block):
    """Constants on lattice vectors of springs, with their sum rule."""
    rest = A / 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0.0]])
    values, atoms, cells = [], [], []
    on_site = np.zeros((2, 3, 3))
    for n in np.ndindex(5, 5, 5):
        for k, other in np.ndindex(2, 2):
            v = np.array(n) - 2 + cell.positions[other] - cell.positions[k]
            r0 = v @ rest
            if 0 < np.linalg.norm(r0) < 0.8 * A:
                phi = block(r0, v @ cell.lattice)
                values.append(-phi)
                atoms.append([k, other])
                cells.append(np.array(n) - 2)
                on_site[k] += phi
    values += list(on_site)
    atoms += [[0, 0], [1, 1]]
    cells += [[0, 0, 0]] * 2
    return np.array(values), np.array(atoms), np.array(cells)


def cubic(cell) -> Series3:
    """Third derivatives of the same springs, by differences of the second."""
    entries: dict[tuple[int, ...], np.ndarray] = {}

    def add(legs, cells, value):
        key = (*legs, *cells[0], *cells[1])
        entries[key] = entries.get(key, np.zeros((3, 3, 3))) + value

    for n in np.ndindex(5, 5, 5):
        for k, other in np.ndindex(2, 2):
            far = np.array(n) - 2
            r = (far + cell.positions[other] - cell.positions[k]) @ cell.lattice
            if not 0 < np.linalg.norm(r) < 0.8 * A:
                continue
            third = np.stack(
                [
                    (_spring2(r, r + H * d) - _spring2(r, r - H * d)) / (2 * H)
                    for d in np.eye(3)
                ],
                axis=2,
            )
            zero = np.zeros(3, dtype=int)
            # Energy of r = u' - u: a sign for each derivative with respect to u.
            for b, c in np.ndindex(2, 2):
                legs = (k, (k, other)[b], (k, other)[c])
                where = ((zero, far)[b], (zero, far)[c])
                add(legs, where, -third * (1, -1)[1 - b] * (1, -1)[1 - c])
    keys = np.array(list(entries))
    values = np.array(list(entries.values()))
    return Series3(values, keys[:, :3], keys[:, 3:].reshape(-1, 2, 3))


@pytest.fixture(scope="module")
def crystal():
    series = springs(np.zeros((3, 3)))
    return series, cubic(series.cell)


QPOINTS = np.array([[0.11, 0.2, 0.37], [0.4, -0.1, 0.2], [0.5, 0.2, 0.1]])


@pytest.mark.parametrize(("i", "j"), [(0, 0), (2, 2), (1, 2), (0, 1)])
def test_a_tensor_is_the_change_of_frequencies_with_strain(crystal, i, j):
    series, third = crystal
    modes = phonon_modes(series, QPOINTS)
    # By symmetry atoms of rock salt stay where a strain takes them.
    u = elasticity(series).internal_strain
    assert np.abs(u).max() < 1e-12
    tensors = grueneisen_parameters(third, modes, series.cell, u)
    strain = np.zeros((3, 3))
    strain[i, j] += H / 2
    strain[j, i] += H / 2
    above, below = (phonon_frequencies(springs(s), QPOINTS) for s in (strain, -strain))
    expected = -np.log(above / below) / (2 * H)
    np.testing.assert_allclose(tensors[..., i, j], expected, rtol=1e-5, atol=1e-6)


def test_a_crystal_that_keeps_its_springs_has_the_parameter_of_its_tension(crystal):
    series, third = crystal
    modes = phonon_modes(series, QPOINTS)
    tensors = grueneisen_parameters(third, modes, series.cell)
    np.testing.assert_allclose(tensors, tensors.swapaxes(2, 3), atol=1e-14)
    twice = Series3(2 * third.values, third.atoms, third.cells)
    double = grueneisen_parameters(twice, modes, series.cell)
    np.testing.assert_allclose(double, 2 * tensors, rtol=1e-12, atol=1e-12)


def test_parameters_do_not_depend_on_phases_or_the_choice_in_degenerate_sets(crystal, rng):
    series, third = crystal
    q = np.array([[0.2, 0, 0.2], [0.5, 0.5, 0.5]])
    modes = phonon_modes(series, q)
    mixed = mix_degenerate(modes.frequencies, modes.polarizations, rng)
    phases = np.exp(2j * np.pi * rng.random((2, 6, 1, 1)))
    again = Modes(q, modes.frequencies, mixed * phases)
    np.testing.assert_allclose(
        grueneisen_parameters(third, again, series.cell),
        grueneisen_parameters(third, modes, series.cell),
        atol=1e-10,
    )


def test_modes_at_rest_have_no_parameter_and_odd_input_is_refused(crystal):
    series, third = crystal
    modes = phonon_modes(series, np.zeros((1, 3)))
    tensors = grueneisen_parameters(third, modes, series.cell, cutoff_frequency=0.1)
    assert not tensors[0, :3].any()
    assert tensors[0, 3:].any()
    with pytest.raises(ShapeError, match="internal_strain"):
        grueneisen_parameters(third, modes, series.cell, np.zeros((3, 3, 3, 3)))
    with pytest.raises(DomainError, match="series"):
        grueneisen_parameters(series, modes, series.cell)
