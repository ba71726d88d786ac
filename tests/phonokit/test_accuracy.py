"""Finite differences against exact derivatives of interatomic potentials."""

import numpy as np
import pytest
from phono_fc import (
    PairDisplacementForces,
    SingleDisplacementForces,
    force_constants2,
    force_constants3,
    pair_displacements,
    single_displacements,
)
from phono_grid import Cell, Supercell, Symmetry
from phonokit import DisplacedSupercells, compute_forces

manybody = pytest.importorskip("matscipy.calculators.manybody")
pytest.importorskip("ase")

EXACT = 1e-4  # Å; a difference of analytic second derivatives at this step is exact to 1e-6


def stillinger_weber():
    from matscipy.calculators.manybody.explicit_forms import stillinger_weber as sw

    return manybody.Manybody(**sw.StillingerWeber(sw.Stillinger_Weber_PRB_31_5262_Si))


def tersoff():
    from matscipy.calculators.manybody.explicit_forms import tersoff_brenner as tb

    return manybody.Manybody(**tb.TersoffBrenner(tb.Tersoff_PRB_39_5566_Si_C))


def diamond():
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    positions = np.r_[fcc, fcc + 0.25]
    cell = Cell(5.431 * np.eye(3), positions, ["Si"] * 8, [28.0855] * 8)
    return cell, Supercell.of(cell, [2, 1, 1])


def lonsdaleite():
    """Hexagonal silicon: two kinds of bonds, an axis of its own."""
    a, c, u = 3.84, 6.30, np.array([0, 0, 0.374])
    lattice = [[a, 0, 0], [-a / 2, a * np.sqrt(3) / 2, 0], [0, 0, c]]
    positions = np.array([[1 / 3, 2 / 3, 0], [2 / 3, 1 / 3, 0.5]])
    cell = Cell(lattice, np.r_[positions, positions + u], ["Si"] * 4, [28.0855] * 4)
    return cell, Supercell.of(cell, [2, 2, 1])


def hessian(supercell, calculator, atom=0, displacement=(0, 0, 0)):
    """Exact second derivatives with one atom displaced, (n_s, 3, n_s, 3)."""
    from ase import Atoms

    cell = supercell.cell
    x = cell.positions @ cell.lattice
    x[atom] += displacement
    atoms = Atoms(cell.symbols, positions=x, cell=cell.lattice, pbc=True)
    matrix = calculator.get_property("hessian", atoms).toarray()
    return matrix.reshape(cell.n_atoms, 3, cell.n_atoms, 3)


def exact(supercell, calculator):
    """Second order, and third order of the first atom."""
    second = hessian(supercell, calculator).transpose(0, 2, 1, 3)
    changes = [
        hessian(supercell, calculator, 0, EXACT * axis)
        - hessian(supercell, calculator, 0, -EXACT * axis)
        for axis in np.eye(3)
    ]
    third = np.array(changes).transpose(1, 3, 0, 2, 4) / (2 * EXACT)
    return second[supercell.primitive_to_supercell], third


def solved(cell, supercell, calculator, distance, store):
    """Both orders from displacements."""
    symmetry = Symmetry.of(supercell.cell)
    # Both signs, even where symmetry makes the other: it turns the second displacements
    # too, and the errors of opposite first ones cancel only if the second ones are alike.
    singles = single_displacements(
        supercell, symmetry, distance=distance, diagonal=False, plus_minus=True
    )
    pairs = pair_displacements(supercell, symmetry, singles, distance=distance)
    supercells = DisplacedSupercells(cell, supercell, singles, pairs)
    forces = compute_forces(supercells, calculator, store)
    n = len(singles)
    singles = SingleDisplacementForces(singles.atoms, singles.displacements, forces[:n])
    pairs = PairDisplacementForces(
        pairs.first, pairs.atoms, pairs.displacements, forces[n:]
    )
    fc2 = force_constants2(supercell, symmetry, singles)
    fc3 = force_constants3(supercell, symmetry, singles, pairs)
    return fc2.values, fc3.values[0]


def error(ours, true):
    """Part of the largest."""
    return np.abs(ours - true).max() / np.abs(true).max()


@pytest.mark.needs_rust
@pytest.mark.filterwarnings("ignore:'where' used without 'out'")  # in matscipy
@pytest.mark.parametrize(
    ("crystal", "potential", "distance"),
    [
        (diamond, stillinger_weber, 0.03),
        (diamond, tersoff, 0.03),
        (lonsdaleite, stillinger_weber, 0.03),
        # Along the stiff bond the fourth derivative makes 1.2e-3 at 0.03 Å.
        (lonsdaleite, tersoff, 0.02),
    ],
)
def test_errors_are_small_and_fall_as_the_square(tmp_path, crystal, potential, distance):
    cell, supercell = crystal()
    coarse, fine = (
        solved(cell, supercell, potential(), step, tmp_path / f"{step}.hdf5")
        for step in (distance, distance / 2)
    )
    truth = exact(supercell, potential())
    for n, limit in enumerate((1e-3, 5e-3)):
        large, small = error(coarse[n], truth[n]), error(fine[n], truth[n])
        assert large < limit
        assert large / small == pytest.approx(4, rel=0.01)
        # Without the term of second order next to nothing is left.
        assert error((4 * fine[n] - coarse[n]) / 3, truth[n]) < 0.01 * large
