"""Numbers that cannot be are refused, with what is wrong with them."""

from dataclasses import replace

import numpy as np
import phono_3ph
import pytest
from phono_3ph import (
    CollisionOperator,
    IrreducibleModes,
    ModesAround,
    PeriodicModes,
    Scattering,
    Series3,
    Strengths,
    StrengthsOrigin,
    ThermalFactors,
    collision_row_products,
    conductivity_lbte,
    conductivity_rta,
    interaction_strengths,
    isotope_linewidths,
    linewidths,
    read_strengths,
    storage_for,
    total_linewidths,
)
from phono_dynmat import Modes
from phono_grid import (
    Cell,
    Grid,
    IrreduciblePoints,
    Triplets,
)
from phono_grid.errors import DomainError, FileError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")

Q, T = 6, [100.0, 300.0]


def series_of_more_atoms(s):
    atoms = s.series.atoms.copy()
    atoms[0, 0] = 2
    return linewidths(
        replace(s.series, atoms=atoms), s.phonons, Q, s.occupations, Scattering()
    )


def phonons_in_another_lattice(s):
    cell = s.model.supercell.primitive
    larger = Cell(1.1 * cell.lattice, cell.positions, cell.symbols, cell.masses)
    grid = s.phonons.grid
    modes = Modes(grid.qpoints, s.phonons.frequencies, s.phonons.polarizations)
    return PeriodicModes.of(grid, modes, larger)


def broken_rows(s, solver):
    f = s.phonons.frequencies[s.irreducible.points]
    n_i, n_b = f.shape
    rows = np.zeros((n_i, 2, n_b, 3, n_i, n_b, 3))
    rows[0, 0, 0, 0, 0, 0, 0] = np.nan
    modes = IrreducibleModes(s.phonons.grid, s.irreducible, f, T)
    operator = CollisionOperator(modes, rows, np.ones((2, n_i, n_b)))
    return conductivity_lbte(operator, np.ones((n_i, n_b, 3)), 40.0, solver=solver)


def of_another_grid(s):
    points = IrreduciblePoints.of(Grid.of(s.model.supercell.primitive, [3, 3, 3]))
    widths = np.ones((1, len(points.points), 6))
    return conductivity_rta(
        s.phonons.grid, points, np.ones((*widths.shape[1:], 3)), widths, widths, 40.0
    )


def around(s, **change):
    """Modes around a wave vector, all alike."""
    n, p = 2 * s.phonons.grid.n_q + 1, s.phonons
    f, e = np.repeat(p.frequencies[:1], n, 0), np.repeat(p.polarizations[:1], n, 0)
    keys = {"grid": p.grid, "frequencies": f, "polarizations": e, "qpoint": [0.1, 0, 0]}
    return ModesAround(**keys | {"tetrahedra": p.tetrahedra} | change)


def occupied(s, value):
    n = s.occupations.copy()
    n[3, 2, 1] = value
    return linewidths(s.series, s.phonons, Q, n, Scattering())


SAID = {
    "negative occupations": (
        lambda s: occupied(s, -0.1),
        "occupations must not be negative, got -0.1",
    ),
    "occupations that are no numbers": (
        lambda s: occupied(s, np.nan),
        "occupations must not be negative, got nan",
    ),
    "infinite occupations": (
        lambda s: occupied(s, np.inf),
        "occupations must be finite, got inf",
    ),
    "more atoms": (series_of_more_atoms, "series.atoms must be in 0 to 1, got 0 to 2"),
    "another lattice": (
        phonons_in_another_lattice,
        "cell and grid: of different crystals: lattice vector 0",
    ),
    "another grid": (of_another_grid, r"stars have 27 wave vectors, the grid has 64"),
    "rows, conjugate gradients": (
        lambda s: broken_rows(s, "cg"),
        "operator: its rows are not finite",
    ),
    "rows, direct": (
        lambda s: broken_rows(s, "direct"),
        "operator: its rows are not finite",
    ),
    "negative cap": (
        lambda s: storage_for((1, 2, 3), dense=False, memory=-1.0, over_memory="disk"),
        "memory must be positive, got -1",
    ),
    "negative temperature": (
        lambda s: ThermalFactors.of(s.phonons.frequencies, [-1.0]),
        "temperatures must not be negative, got -1 K",
    ),
    "no temperature": (
        lambda s: ThermalFactors.of(s.phonons.frequencies, []),
        "temperatures: expected one or more, got none",
    ),
    "spread by name": (
        lambda s: isotope_linewidths(
            phonons=s.phonons, q=Q, mass_spread=[1.0, -1.0], scattering=Scattering()
        ),
        "mass_spread must not be negative, got -1 Da²; it is a mean square",
    ),
    "triplets of a finer grid": (
        lambda s: interaction_strengths(
            s.series, s.phonons, Triplets([[0, 64, 64]], [1]), bands=[0]
        ),
        "triplets must be in 0 to 63, got 0 to 64",
    ),
    "modes beside the grid": (
        lambda s: linewidths(s.series, around(s), Q, s.occupations, Scattering()),
        "phonons must be a PeriodicModes, got ModesAround",
    ),
}


@pytest.mark.parametrize("what", SAID)
def test_what_is_wrong_with_numbers_is_said(sample, what):
    action, message = SAID[what]
    with pytest.raises(DomainError, match=message):
        action(sample)


def test_shapes_of_widths_and_rows_are_compared(sample):
    with pytest.raises(ShapeError, match=r"others: expected the shape of three_phonon"):
        total_linewidths(np.ones((2, 3)), np.ones((2, 2, 3)))
    z = np.ones((2, 1, 6, 3))
    with pytest.raises(ShapeError, match="rows: expected shape"):
        collision_row_products([np.ones((2, 6, 3))], slice(0, 1), z)
    with pytest.raises(ShapeError, match="polarizations: expected shape"):
        around(sample, polarizations=sample.phonons.polarizations)


def test_a_file_of_strengths_that_was_changed_is_refused(sample, tmp_path):
    h5py = pytest.importorskip("h5py")
    p = sample.phonons
    origin = StrengthsOrigin.of(sample.series, p, Q)
    strengths = Strengths(Triplets([[0, 0, 0]], [1]), np.ones((1, 1, 6, 6)), [0])
    path = phono_3ph.write_strengths(tmp_path / "s.hdf5", strengths, origin)
    for name, value in (("q", "six"), ("grid_matrix", [1, 2]), ("grid_matrix", "x")):
        with h5py.File(path, "a") as file:
            file.attrs[name] = value
        with pytest.raises(FileError, match="cannot be read"):
            read_strengths(path, origin)


def test_a_series_of_flat_vectors_is_refused(sample):
    with pytest.raises(DomainError, match="lattice must have a volume"):
        replace(sample.series, lattice=np.ones((3, 3)))
    assert isinstance(replace(sample.series, lattice=None), Series3)
